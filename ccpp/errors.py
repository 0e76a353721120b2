"""What is raised when an input cannot be used at all.

::

    CcppError                   one line: what, where, why; `hint` says what to do
     ├── UsageError             a file that is missing, an option that contradicts another
     ├── ProfileError           a document from which no profile can be read
     │    ├── ProfileTooLarge   a bound of the reader was passed
     │    ├── NotXml            bytes that no XML parser accepts
     │    ├── NotRdf            XML that is not RDF
     │    └── NoProfile         RDF that holds no profile
     ├── VocabularyError        a vocabulary that contradicts itself
     ├── FetchError             a document that could not be, or may not be, fetched by its URL
     ├── OverlayError           an operator's corrections that cannot be used
     ├── RequirementError       a requirement that cannot be compiled
     ├── SubscriberError        what is known of a subscriber, in no form that it can have
     ├── ExpectationError       expectations of a catalogue that cannot be used
     ├── DescriptorError        a descriptor of an application that cannot be made or read
     └── CatalogueError         a catalogue that cannot be loaded

Damage that the reader can work round is never raised: it is returned as a `ccpp.diagnostics.Diagnostic`. Any other exception that
leaves the package is a defect of the package.

Messages are lower case, without a final period or a line break; what the user wrote stands in backticks.
"""

from __future__ import annotations


def printable(text: str) -> str:
    """A text as a terminal may show it: what is not printable, such as what would move the cursor or turn the line, is replaced."""
    return text if text.isprintable() else "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


class CcppError(Exception):
    """An input that cannot be used: `message` says what and why, `source` and `line` where, `hint` what to do.

    `subject` names the thing in the document that it is about, for whoever knows on which line that stands.
    """

    def __init__(
        self,
        message: str,
        *,
        source: str | None = None,
        line: int | None = None,
        hint: str | None = None,
        subject: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.source = source
        self.line = line
        self.hint = hint
        self.subject = subject

    def __str__(self) -> str:
        """The whole report on one line: ``source:line: message (hint)``."""
        place = "".join(f"{part}:" for part in (self.source, self.line) if part is not None)
        report = f"{place} {self.message}" if place else self.message
        report = f"{report} ({self.hint})" if self.hint else report
        return printable(" ".join(report.split()))

    def located(self, source: str) -> CcppError:
        """The same error naming the document it is about, unless it names one already."""
        if self.source is None:
            self.source = source
        return self


class UsageError(CcppError):
    """The call itself is wrong: a missing file, an unknown name, options that contradict each other."""


class ProfileError(CcppError):
    """A document from which no profile can be read; `kind` names the case for machines."""

    kind = "unreadable"


class ProfileTooLarge(ProfileError):
    """A bound of the reader was passed: size, depth, entity expansion or number of statements."""

    kind = "too-large"


class NotXml(ProfileError):
    """The bytes are not XML, and no known repair makes them XML."""

    kind = "not-xml"


class NotRdf(ProfileError):
    """The bytes are XML, but not RDF/XML."""

    kind = "not-rdf"


class NoProfile(ProfileError):
    """The bytes are RDF, but no part of it is a profile, a component or a default."""

    kind = "no-profile"


class VocabularyError(CcppError):
    """A vocabulary file that cannot be used."""


class FetchError(CcppError):
    """A document that could not be, or may not be, fetched; `kind` is a row of `ccpp.storage.fetching.KINDS`."""

    def __init__(self, message: str, *, kind: str, source: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, source=source, hint=hint)
        self.kind = kind


class OverlayError(CcppError):
    """A file of corrections that cannot be used."""


class RequirementError(CcppError):
    """A requirement that cannot be compiled: an unknown attribute, an unsupported construct, a cycle of references."""


class SubscriberError(CcppError):
    """A document about a subscriber that cannot be used."""


class ExpectationError(CcppError):
    """A file of expectations that cannot be used."""


class DescriptorError(CcppError):
    """A descriptor that cannot be made or read; `status` is what a terminal would report of it (MIDP 2.0, OMA Download 1.0)."""

    def __init__(self, message: str, *, status: int = 906, line: int | None = None, hint: str | None = None) -> None:
        super().__init__(message, line=line, hint=hint)
        self.status = status


class CatalogueError(CcppError):
    """A catalogue that cannot be loaded."""
