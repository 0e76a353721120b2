"""mobile-broadband-provider-info's `serviceproviders.xml` as operators; `python -m ccpp.provisioning.serviceproviders FILE` ships them.

What has a place in a terminal's settings is taken: CDMA operators, which have no MCC and MNC, and services such as voice mail or
balance checks are left out, and so are operators without a network or an access point, which nobody could find or use.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ccpp.errors import CcppError
from ccpp.model import Secret
from ccpp.provisioning.operators import Access, Operator, write_operators
from ccpp.provisioning.xml import children_of, read_xml, text_of
from ccpp.vocabulary import vocabulary_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccpp.wbxml.document import Element

#: Bytes of the file; Debian's has 362,213.
MAX_PROVIDERS = 8 * 1_048_576
SOURCE = "GNOME mobile-broadband-provider-info 20230416, serviceproviders.xml"
LICENCE = "public domain, as the file itself declares"


class ProvidersError(CcppError):
    """Bytes that are no list of service providers."""


def read_serviceproviders(data: bytes) -> tuple[Operator, ...]:
    """The operators in a list of service providers, format 2.0, in its order.

    Raises:
        ProvidersError: the bytes are no such list, or an access point in it has no name.
    """
    root = read_xml(data, ProvidersError, limit=MAX_PROVIDERS)
    if root.name != "serviceproviders" or dict(root.attributes).get("format") != "2.0":
        raise ProvidersError(f"the root is `{root.name}`", hint="a list is a `serviceproviders` of format 2.0")
    return tuple(_operators(root))


def _operators(root: Element) -> Iterator[Operator]:
    for country in children_of(root, "country"):
        for provider in children_of(country, "provider"):
            for gsm in children_of(provider, "gsm"):
                networks = tuple(_attribute(one, "mcc") + _attribute(one, "mnc") for one in children_of(gsm, "network-id"))
                access = tuple(map(_access, children_of(gsm, "apn")))
                primary = dict(provider.attributes).get("primary") == "true"
                if networks and access:
                    yield Operator(_attribute(country, "code"), _text(provider, "name") or "", networks, access, primary)


def _access(apn: Element) -> Access:
    password, usage, method = _text(apn, "password"), children_of(apn, "usage"), children_of(apn, "authentication")
    return Access(
        apn=_attribute(apn, "value"),
        use=_attribute(usage[0], "type") if usage else "internet",
        name=_text(apn, "name"),
        user=_text(apn, "username"),
        password=None if password is None else Secret(password),
        authentication=_attribute(method[0], "method").upper() if method else None,
        dns=tuple(text_of(one).strip() for one in children_of(apn, "dns")),
        mmsc=_text(apn, "mmsc"),
        mms_proxy=_text(apn, "mmsproxy"),
        plans=tuple(_attribute(one, "type") for one in children_of(apn, "plan")),
    )


def _attribute(element: Element, name: str) -> str:
    value = dict(element.attributes).get(name)
    if not value:
        raise ProvidersError(f"a `{element.name}` without `{name}`")
    return value


def _text(element: Element, name: str) -> str | None:
    found = children_of(element, name)
    return text_of(found[0]).strip() if found else None


def main() -> None:
    """Make `operators.json` of the list in the file named."""
    operators = read_serviceproviders(Path(sys.argv[1]).read_bytes())
    target = vocabulary_folder() / "networks" / "operators.json"
    temporary = target.with_suffix(".new")
    temporary.write_text(write_operators(operators, SOURCE, LICENCE), encoding="utf-8")
    temporary.replace(target)


if __name__ == "__main__":
    main()
