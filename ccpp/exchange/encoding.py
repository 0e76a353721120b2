"""The client's side: profile URI and diffs to request headers, in each protocol; reading them gives the same references."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from ccpp.exchange.digest import diff_digest, normalised
from ccpp.exchange.model import (
    EXTENSION,
    MAX_REFERENCES,
    Declaration,
    Diff,
    ExchangeError,
    Protocol,
    Reference,
)
from ccpp.exchange.references import is_profile_uri, unfold_diffs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ccpp.exchange.model import Field

_CONTROLS = re.compile(rb"[\x00-\x1f\x7f]")


def references_of(uri: str, diffs: Iterable[bytes] = ()) -> tuple[Reference, ...]:
    """A profile's URI and the diffs to it, numbered from 1, each as a header carries it."""
    return (uri, *(Diff(number, normalised(document)) for number, document in enumerate(diffs, start=1)))


def request_headers(
    references: Sequence[Reference], protocol: Protocol = Protocol.W_HTTP, declaration: Declaration | None = None
) -> tuple[Field, ...]:
    """The header fields that name the references.

    Args:
        references: URIs and diffs in the order of the merge; the numbers of diffs rise.
        protocol: whose headers to write.
        declaration: for the CC/PP exchange protocol, how to declare it; optional, end to end, with prefix 19 if not given. A
            mandatory one changes the method as well: `mandatory_method`.

    Raises:
        ExchangeError: a URI is no absolute http or https URL, a diff cannot stand in a header, or the numbers do not rise.
    """
    if len(references) > MAX_REFERENCES:
        raise ExchangeError(f"more than {MAX_REFERENCES} references")
    last = 0
    for reference in references:
        if isinstance(reference, Diff):
            if reference.number <= last:
                raise ExchangeError(f"diff {reference.number} after diff {last}", hint="numbers of diffs rise from 1")
            last = reference.number
        elif not is_profile_uri(reference):
            raise ExchangeError(f"`{reference}` is no absolute http or https URL")
    return _WRITERS[protocol](references, declaration or Declaration())


def mandatory_method(method: str, declaration: Declaration) -> str:
    """The method of a request with this declaration: `M-GET` for `GET` where it is mandatory (RFC 2774 §5)."""
    return f"M-{method}" if declaration.strength.mandatory else method


def _list(references: Iterable[Reference]) -> str:
    items = (one if isinstance(one, str) else f"{one.number}-{diff_digest(one.document)}" for one in references)
    return ", ".join(f'"{item}"' for item in items)


def _text(diff: Diff) -> str:
    """The document as the value of a header."""
    document = normalised(diff.document)
    if not document.startswith(b"<") or _CONTROLS.search(document):
        raise ExchangeError(
            f"diff {diff.number} cannot stand in a header",
            hint="it has to begin with a tag or the XML declaration, in a charset that extends US-ASCII",
        )
    return document.decode("latin-1")


def _w_http(references: Sequence[Reference], _declaration: Declaration) -> tuple[Field, ...]:
    return _numbers_in_values(references, "x-wap-profile", "x-wap-profile-diff")


def _plain(references: Sequence[Reference], _declaration: Declaration) -> tuple[Field, ...]:
    return _numbers_in_values(references, "Profile", "Profile-Diff")


def _numbers_in_values(references: Sequence[Reference], profile: str, stem: str) -> tuple[Field, ...]:
    fields = [(profile, _list(references))]
    for diff in references:
        if isinstance(diff, Diff):
            value = f"{diff.number};{_text(diff)}"
            if len(unfold_diffs(value)) > 1:
                raise ExchangeError(
                    f"diff {diff.number} holds text that reads as the beginning of another diff",
                    hint="a comma, a number and `;<` in a row; write the comma as `&#44;`",
                )
            fields.append((stem, value))
    return tuple(fields)


def _ccpp_exchange(references: Sequence[Reference], declaration: Declaration) -> tuple[Field, ...]:
    fields = [(declaration.header("Profile"), _list(references))]
    fields += [
        (declaration.header(f"Profile-Diff-{diff.number}"), _text(diff)) for diff in references if isinstance(diff, Diff)
    ]
    return (*declare(declaration, [name for name, _ in fields]), *fields)


def declare(declaration: Declaration, names: Iterable[str]) -> tuple[Field, ...]:
    """The fields that declare the extension in a message with fields of these names (RFC 2774 §3, §4.2)."""
    number = f"; ns={declaration.number}" if declaration.number else ""
    declared = (declaration.strength.header, f'"{EXTENSION}"{number}')
    if not declaration.strength.hop_by_hop:
        return (declared,)
    return (("Connection", ", ".join([declaration.strength.header, *names])), declared)


_WRITERS: Mapping[Protocol, Callable[[Sequence[Reference], Declaration], tuple[Field, ...]]] = MappingProxyType(
    {Protocol.W_HTTP: _w_http, Protocol.CCPP_EXCHANGE: _ccpp_exchange, Protocol.PROFILE: _plain}
)
