"""IRI references resolved against a base (RFC 3986 §5.2), for any scheme: `urllib` knows how only for those it has heard of."""

from __future__ import annotations

import re

_PARTS = re.compile(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)  # RFC 3986, appendix B
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")


def is_absolute(iri: str) -> bool:
    """Whether a reference needs no base."""
    return _SCHEME.match(iri) is not None


def resolved(base: str, reference: str) -> str:
    """A reference as the IRI that it means under a base."""
    if is_absolute(reference):
        return reference
    scheme, host, path, query, _ = _split(base)
    _, own_host, own_path, own_query, fragment = _split(reference)
    if own_host is not None:
        host, path, query = own_host, _without_dots(own_path), own_query
    elif own_path:
        path, query = _without_dots(own_path if own_path.startswith("/") else _merged(host, path, own_path)), own_query
    elif own_query is not None:
        query = own_query
    marked = (("", scheme, ":"), ("//", host, ""), ("", path, ""), ("?", query, ""), ("#", fragment, ""))
    return "".join(f"{before}{part}{after}" for before, part, after in marked if part is not None)


def _split(iri: str) -> tuple[str | None, str | None, str, str | None, str | None]:
    found = _PARTS.fullmatch(iri)
    assert found is not None  # noqa: S101  every text matches
    return found[1], found[2], found[3], found[4], found[5]


def _merged(host: str | None, path: str, own: str) -> str:
    return f"/{own}" if host is not None and not path else path[: path.rfind("/") + 1] + own


def _without_dots(path: str) -> str:
    """RFC 3986 §5.2.4."""
    kept: list[str] = []
    parts = path.split("/")
    for position, part in enumerate(parts):
        last = position == len(parts) - 1
        if part == "..":
            if len(kept) > 1 or (kept and kept[0]):
                kept.pop()
        elif part != ".":
            kept.append(part)
            continue
        if last:
            kept.append("")
    return "/".join(kept)
