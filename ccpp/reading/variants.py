"""A document that describes several browsers, or other components of one type, as a profile for each choice among them (T-12)."""

from __future__ import annotations

from collections import Counter
from itertools import islice, product
from typing import TYPE_CHECKING

from ccpp.model import Kind, Profile
from ccpp.reading import referred
from ccpp.reading.draft import Draft
from ccpp.reading.profile import describe
from ccpp.reading.syntaxes import read_document, statements_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccpp.vocabulary import Vocabularies

#: Variants of one document. Real ones have two browsers; past this a hostile sender is multiplying.
MAX_VARIANTS = 16


def read_variants(  # noqa: PLR0913  what `read_document` takes
    data: bytes,
    *,
    uri: str,
    vocabularies: Vocabularies,
    syntax: str = "rdfxml",
    document: str | None = None,
    kind: Kind = Kind.EXPLICIT,
    strict: bool = False,
    load: Callable[[str], bytes | None] | None = None,
) -> tuple[Profile, ...]:
    """A profile for each choice among components of one type, where a document has several; `read_document` merges them in order.

    The URI of a variant is the profile's with the names of the components chosen as its fragment. Arguments and errors are those of
    `ccpp.reading.syntaxes.read_document`; at most `MAX_VARIANTS` are given, the first ones.
    """
    name = document or uri
    whole = read_document(
        data, syntax=syntax, uri=uri, document=name, vocabularies=vocabularies, kind=kind, strict=strict, load=load
    )
    if not any(finding.code == "component-repeated" for finding in whole.diagnostics):
        return (whole,)
    statements, repairs = statements_in(data, syntax, uri, strict=strict)
    read = referred(load, strict=strict)
    draft = Draft(uri, name, vocabularies, kind, strict=strict)
    describe(statements, draft, load=read)
    twins = [
        [node for node, types in nodes.items() if types == wanted]
        for nodes in draft.components.values()
        for wanted, times in Counter(nodes.values()).items()
        if times > 1
    ]
    variants = []
    for kept in islice(product(*twins), MAX_VARIANTS):
        left_out = {node for nodes in twins for node in nodes}.difference(kept)
        variant = describe(statements, Draft(uri, name, vocabularies, kind, strict=strict), load=read, leave_out=left_out)
        label = "+".join(node.removeprefix("_:").rpartition("#")[2] for node in kept)
        findings = (*repairs, *variant.diagnostics)
        variants.append(variant._replace(uri=f"{whole.uri.partition('#')[0]}#{label}", diagnostics=findings))
    return tuple(variants)
