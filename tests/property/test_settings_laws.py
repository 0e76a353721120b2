"""Laws of settings: what is written breaks no rule and reads the same, by XML and by WBXML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generated_settings import SETTINGS
from hypothesis import given, settings

from ccpp.provisioning.connectivity.mapping import document_to_settings, settings_to_document
from ccpp.provisioning.connectivity.wbxml import decode_connectivity, encode_connectivity
from ccpp.provisioning.connectivity.xml import read_connectivity, write_connectivity

if TYPE_CHECKING:
    from ccpp.provisioning.settings import Settings


@given(SETTINGS)
@settings(max_examples=25)
def test_settings_read_as_written(stated: Settings) -> None:
    document = settings_to_document(stated)
    for reading in (
        decode_connectivity(encode_connectivity(document)),
        read_connectivity(write_connectivity(document)),
    ):
        assert reading.notes == ()
        assert document_to_settings(reading.document) == (stated, ())
