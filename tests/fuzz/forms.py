"""What is read of the forms that devices are sent and answer in, and of accounts."""

from __future__ import annotations

import json

from descriptors import ARCHIVE, decided

from ccpp.provisioning import DOCUMENTS
from ccpp.provisioning.apns import read_android_apns
from ccpp.provisioning.autoconfiguration import read_autoconfiguration
from ccpp.provisioning.delivery import Delivery
from ccpp.provisioning.download import read_download
from ccpp.provisioning.formats import TERMINAL_FORMATS
from ccpp.provisioning.jad import read_jad
from ccpp.provisioning.jar import read_archive
from ccpp.provisioning.jnlp import read_jnlp
from ccpp.provisioning.mobileconfig import read_mobileconfig
from ccpp.provisioning.reports import Protocol, read_report, write_report
from ccpp.provisioning.serviceproviders import read_serviceproviders
from ccpp.provisioning.subscriber import read_subscriber
from ccpp.provisioning.terminal import build_terminal

from .target import SUITE, Target, tokens


def written(*forms: str) -> list[bytes]:
    """The suite's settings in those forms."""
    stated = json.loads((SUITE / "terminal" / "whole.json").read_text())
    terminal = build_terminal({key: tuple(value) if isinstance(value, list) else value for key, value in stated.items()})
    return [TERMINAL_FORMATS[form].make(terminal).content for form in forms]


def accounts() -> list[bytes]:
    return [
        b'imsi = "262011234567890"\nplan = "prepaid"\n[access.a]\napn = "x"\ndns = ["y"]\nlinger = 5\n[rules]\n"access/a/apn" = "Locked"\n'
    ]


def providers() -> list[bytes]:
    row = b'<apn value="x"><plan type="prepaid"/><usage type="mms"/><name>n</name><username>u</username><mmsc>http://m/</mmsc></apn>'
    gsm = b'<gsm><network-id mcc="001" mnc="01"/>' + row + b"</gsm>"
    country = b'<country code="x"><name>X</name><provider primary="true"><name>P</name>' + gsm + b"</provider></country>"
    return [b'<serviceproviders format="2.0">' + country + b"</serviceproviders>"]


def descriptors(form: str) -> list[bytes]:
    return [DOCUMENTS[form].make(decided(language_pack=True), Delivery("http://r.example/", ARCHIVE)).content]


def report(data: bytes) -> None:
    for protocol in Protocol:
        read_report(data, protocol)


TARGETS = (
    Target("jad", read_jad, lambda: descriptors("jad"), tokens("fields"), 300),
    Target("archive", read_archive, lambda: [ARCHIVE.data], (b"PK", b"\xff\xff", b"\x00\x00"), 300),
    Target("download", read_download, lambda: descriptors("dd"), tokens("xml"), 300),
    Target("jnlp", read_jnlp, lambda: descriptors("jnlp"), tokens("xml"), 300),
    Target("report", report, lambda: [write_report(code) for code in (900, 912, 954)], (b"900", b" ", b"\r\n"), 300),
    Target("apns", read_android_apns, lambda: written("apns"), tokens("xml"), 300),
    Target("mobileconfig", read_mobileconfig, lambda: written("mobileconfig"), tokens("xml"), 300),
    Target("autoconfiguration", read_autoconfiguration, lambda: written("rcs", "entitlement"), tokens("xml"), 300),
    Target("subscriber", read_subscriber, accounts, tokens("toml"), 300),
    Target("serviceproviders", read_serviceproviders, providers, tokens("xml"), 300),
)
