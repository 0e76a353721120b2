"""A device made of its documents and of what a request says beside them: read, resolved, corrected, derived. Nothing here waits for anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ccpp.derivation import load_derivations
from ccpp.errors import ProfileError
from ccpp.intake.accept import Precedence, read_accept
from ccpp.intake.client_hints import read_client_hints
from ccpp.model import Kind, ResolvedProfile
from ccpp.normalisation import load_normalisation
from ccpp.overlays import corrections, load_overlays
from ccpp.reading import read_profile
from ccpp.resolution import digest, resolve
from ccpp.server.devices import UNKNOWN, Document, packed

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccpp.model import Profile
    from ccpp.overlays import Overlay
    from ccpp.server.devices import Device, Given, Sources
    from ccpp.vocabulary import Vocabularies


class Recipe(NamedTuple):
    """What a composer is made of, in any process: who wins where headers and profile differ, and the operator's corrections, as written."""

    precedence: Precedence = Precedence.UNION
    overlays: bytes = b""
    source: str = "overlays"


class Composer:
    """Makes devices.

    Args:
        vocabularies: what attributes mean.
        derive: adds the attributes that follow from stated ones.
        normalise: reads the spellings of one thing as one.
        overlays: the operator's corrections.
        precedence: who wins where the request's Accept headers and the profile differ.
    """

    def __init__(
        self,
        vocabularies: Vocabularies,
        *,
        derive: Callable[[ResolvedProfile], ResolvedProfile],
        normalise: Callable[[ResolvedProfile], ResolvedProfile],
        overlays: tuple[Overlay, ...] = (),
        precedence: Precedence = Precedence.UNION,
    ) -> None:
        self._vocabularies = vocabularies
        self._derive, self._normalise = derive, normalise
        self._overlays = overlays
        self._precedence = precedence

    def compose(self, given: Given, sources: Sources) -> Device:
        """The device.

        Raises:
            ProfileError: a document cannot be read.
        """
        documents, missing = self._documents(given, sources)
        hints = read_client_hints(given.headers, vocabularies=self._vocabularies, kind=Kind.DIFF)
        accepted = read_accept(given.headers, vocabularies=self._vocabularies, precedence=self._precedence)
        how = "client-hints" if sources.how == "unknown" and hints is not None and hints.stated else sources.how
        documents += [part for part in (hints, accepted) if part is not None]
        for kind, extra in ((Kind.DIFF, given.diffs), (Kind.OVERRIDE, given.overrides)):
            for number, content in enumerate(extra, 1):
                documents.append(self._profile(Document(f"urn:ccpp:{kind.value}:{number}", content, kind), given))
        if not documents:
            return packed(ResolvedProfile(UNKNOWN, {}, (), digest({})), how, missing, stale=sources.stale)
        resolved = resolve(documents, fold_defaults=given.fold_defaults, strict=given.strict)
        if self._overlays:
            documents += corrections(self._overlays, resolved)
            resolved = resolve(documents, fold_defaults=given.fold_defaults, strict=given.strict)
        if how == "unknown":
            resolved = resolved._replace(uri=UNKNOWN)
        resolved = self._normalise(resolved) if given.normalise else resolved
        resolved = self._derive(resolved) if given.derive else resolved
        return packed(resolved, how, missing, stale=sources.stale)

    def _documents(self, given: Given, sources: Sources) -> tuple[list[Profile], tuple[str, ...]]:
        """The documents, read, and the names of those that are not there."""
        found: list[Profile] = []
        missing: list[str] = []
        for document in sources.documents:
            if document.content is None:
                missing.append(document.uri)
                continue
            try:
                found.append(self._profile(document, given))
            except ProfileError:
                if not document.optional:
                    raise
                missing.append(document.uri.removeprefix("urn:ccpp:"))
        return found, tuple(missing)

    def _profile(self, document: Document, given: Given) -> Profile:
        return read_profile(
            document.content or b"",
            uri=document.uri,
            vocabularies=self._vocabularies,
            document=document.name or None,
            kind=document.kind,
            strict=given.strict,
        )


def make_composer(recipe: Recipe, vocabularies: Vocabularies) -> Composer:
    """The composer of a recipe.

    Raises:
        OverlayError: the corrections cannot be used.
    """
    normalisation = load_normalisation(vocabularies)
    overlays = recipe.overlays and load_overlays(recipe.overlays, source=recipe.source, vocabularies=vocabularies)
    return Composer(
        vocabularies,
        derive=load_derivations(vocabularies, normalisation).derive,
        normalise=normalisation.normalise,
        overlays=overlays or (),
        precedence=recipe.precedence,
    )
