"""What was found wrong with an input that could be used all the same.

A finding is a value: a code, a line, and the details that complete the code's sentence. `DIAGNOSTICS` is the one table of
codes; a finding whose code has no row cannot be made into a message, and a test holds that each row has a case and a place in
README.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class Severity(StrEnum):
    """How much a finding matters: an error loses or may change a value, a warning was repaired, an info is only worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Diagnostic(NamedTuple):
    """One finding; `details` fill the sentence of its code in `DIAGNOSTICS`."""

    code: str
    line: int | None
    details: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """How much the finding matters."""
        return DIAGNOSTICS[self.code].severity

    @property
    def message(self) -> str:
        """The finding in one sentence."""
        return DIAGNOSTICS[self.code].sentence.format(*self.details)


class Finding(NamedTuple):
    """A row of the table: how much it matters, the sentence with places for details, and the rule it rests on."""

    severity: Severity
    sentence: str
    reference: str


_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

DIAGNOSTICS: MappingProxyType[str, Finding] = MappingProxyType(
    {
        # XML: what had to be mended before the bytes were a document.
        "xml-declaration-malformed": Finding(_WARNING, "read past `{0}`, which is no XML declaration here", "XML 1.0 §2.8"),
        "leading-junk": Finding(_WARNING, "dropped {0} bytes before the XML declaration", "XML 1.0 §2.8"),
        "tree-markers": Finding(_WARNING, "removed the tree markers of a browser's copy (`- <`)", "XML 1.0 §2.1"),
        "trailing-junk": Finding(_WARNING, "dropped {0} bytes after the document element", "XML 1.0 §2.1"),
        "truncated": Finding(_ERROR, "the document ends inside `{0}`; kept what is complete", "XML 1.0 §2.1"),
        "mismatched-tag": Finding(_ERROR, "`{0}` is closed by `{1}`; read the end tag as `{0}`", "XML 1.0 §3"),
        "end-tag-stray": Finding(_ERROR, "`</{0}>` closes nothing; {1}", "XML 1.0 §3"),
        "tag-malformed": Finding(_WARNING, "read `{0}` as `{1}`", "XML 1.0 §3.1"),
        "attribute-unquoted": Finding(_WARNING, "put the value of `{0}` into quotes", "XML 1.0 §3.1"),
        "unescaped-character": Finding(_WARNING, "replaced a character that may not stand here (`{0}`)", "XML 1.0 §2.4"),
        "undefined-entity": Finding(_WARNING, "replaced the undefined entity `&{0};`", "XML 1.0 §4.1"),
        "undecodable-text": Finding(_WARNING, "decoded as {1} what is not valid {0}", "XML 1.0 §4.3.3"),
        "undeclared-prefix": Finding(
            _WARNING, "declared the prefix `{0}`, which the document uses without a namespace", "XML Names §3"
        ),
        "repeated-xml-attribute": Finding(_WARNING, "`{0}` stands twice in one tag; kept the first", "XML 1.0 §3.1"),
        # RDF/XML: what the grammar refuses and the reader can still understand.
        "rdf-embedded": Finding(_WARNING, "read the rdf:RDF inside `{0}`, and nothing around it", "RDF/XML §7.2.1"),
        "rdf-namespace-misspelt": Finding(_WARNING, "read `{0}` as the RDF namespace", "RDF/XML §5.1"),
        "rdf-attribute-unqualified": Finding(_WARNING, "read the unqualified attribute `{0}` as `rdf:{0}`", "RDF/XML §6.1.4"),
        "rdf-id-not-a-name": Finding(_WARNING, "`{0}` is not an XML name, so no rdf:ID", "RDF/XML §5.2"),
        "rdf-id-repeated": Finding(_WARNING, "rdf:ID `{0}` stands twice in the document", "RDF/XML §5.2"),
        "rdf-name-misspelt": Finding(_WARNING, "read `{0}` as `rdf:{1}`", "RDF/XML §5.1"),
        "text-between-elements": Finding(_WARNING, "dropped text where only elements may stand: `{0}`", "RDF/XML §7.2"),
        "text-beside-container": Finding(_WARNING, "dropped text beside an element: `{0}`", "RDF/XML §7.2.14"),
        "node-instead-of-property": Finding(
            _WARNING, "`{0}` stands where a property is due; read it as a linked node", "RDF/XML §7.2.13"
        ),
        "property-instead-of-node": Finding(
            _WARNING, "`{0}` stands where a node is due; read it as a property", "RDF/XML §7.2.11"
        ),
        "several-nodes-in-property": Finding(_WARNING, "`{0}` holds several nodes; each became a value", "RDF/XML §7.2.15"),
        "attribute-without-namespace": Finding(
            _WARNING, "dropped the attribute `{0}`, which has no namespace", "RDF/XML §6.1.4"
        ),
        "rdf-attribute-misplaced": Finding(_WARNING, "dropped `{0}`, which may not stand here", "RDF/XML §7.2.7"),
        "external-entity": Finding(_WARNING, "did not fetch the external entity `{0}` (`{1}`)", "XML 1.0 §4.2.2"),
        # CC/PP and UAProf: what the vocabulary refuses and the reader can still place.
        "namespace-misspelt": Finding(_WARNING, "read namespace `{0}` as `{1}`", "CC/PP 1.0 §2.1.3"),
        "component-outside-profile": Finding(
            _WARNING, "component `{0}` is not linked from the profile; taken as its component", "T-13"
        ),
        "component-link-foreign": Finding(
            _ERROR, "`{0}` is no component link of CC/PP or UAProf; followed all the same", "CC/PP 1.0 §2.1.1"
        ),
        "component-link-misspelt": Finding(_WARNING, "read `{0}` as the component link", "T-13"),
        "component-name-case": Finding(_WARNING, "read component `{0}` as `{1}`", "T-11"),
        "component-unknown": Finding(_INFO, "component type `{0}` is in no vocabulary", "CC/PP 1.0 §2.1.2"),
        "component-untyped": Finding(_WARNING, "component `{0}` has no rdf:type; taken for {1} by its {2}", "WAP-248 §7.4"),
        "component-types-conflict": Finding(_ERROR, "component `{0}` has several types; read as {1}", "CC/PP 1.0 §3.2"),
        "component-repeated": Finding(_WARNING, "{0} occurs again; merged in order", "CC/PP 1.0 §3.2"),
        "component-from-two-schemas": Finding(_INFO, "{0} is described under two schema versions; merged in order", "T-45"),
        "component-empty": Finding(_WARNING, "{0} states no attribute", "CC/PP 1.0 §3.2"),
        "component-is-type": Finding(_ERROR, "component `{0}` is its own type", "CC/PP 1.0 §3.2"),
        "attribute-outside-component": Finding(
            _WARNING, "`{0}` stands outside any component; placed by the vocabulary", "T-13"
        ),
        "attribute-unknown": Finding(_INFO, "`{0}` is in no vocabulary; read as text", "T-42"),
        "attribute-misspelt": Finding(_WARNING, "read attribute `{0}` as `{1}`", "T-25"),
        "attribute-from-other-schema": Finding(_WARNING, "`{0}` belongs to another vocabulary; read as {1}", "T-23"),
        "attribute-in-wrong-component": Finding(_WARNING, "`{0}` stated in {1} belongs to {2}; moved", "T-24"),
        "attribute-repeated": Finding(_WARNING, "{0} occurs again in the document ({1})", "T-22"),
        "attribute-from-two-schemas": Finding(
            _INFO, "{0} is stated in two schema versions; resolved by its rule ({1})", "T-45"
        ),
        "defaults-link-misspelt": Finding(_INFO, "read `{0}` as the defaults link", "T-18"),
        "defaults-unresolved": Finding(_WARNING, "the defaults `{0}` were not found; left out", "T-17"),
        "defaults-unreadable": Finding(_WARNING, "the defaults `{0}` cannot be read: {1}; left out", "T-17"),
        "defaults-nested": Finding(_ERROR, "defaults of defaults in `{0}`; followed all the same", "T-17"),
        "defaults-of-other-type": Finding(_ERROR, "the defaults `{0}` are of a {1}, used for a {2}", "T-17"),
        "defaults-conflict": Finding(_ERROR, "component `{0}` has more than one default", "CC/PP 1.0 §3.2"),
        # Values.
        "container-coerced": Finding(_WARNING, "{0}: {1} found, {2} due; coerced", "T-15"),
        "container-invalid": Finding(_ERROR, "{0}: one value due, {1} found; kept as found", "T-15"),
        "container-nested": Finding(_ERROR, "{0}: a container or a node inside a container; flattened", "CC/PP 1.0 §4.1"),
        "container-is-collection": Finding(_WARNING, "`{0}` holds an RDF collection; read as a Seq", "CC/PP 1.0 §4.1"),
        "member-repeated": Finding(_INFO, "{0}: repeated member `{1}`", "T-21"),
        "member-empty": Finding(_INFO, "{0}: dropped an empty member", "T-20"),
        "value-coerced": Finding(_WARNING, "{0}: read `{1}` as {2} `{3}`", "T-26"),
        "value-invalid": Finding(_WARNING, "{0}: `{1}` is not a {2}; kept as text", "T-26"),
        "value-is-resource": Finding(_WARNING, "`{0}` is a reference to `{1}`; read as its text", "CC/PP 1.0 §4.1"),
        "value-empty": Finding(_WARNING, "{0}: empty value, taken as not stated", "T-20"),
        "statement-unused": Finding(_INFO, "`{0}` of `{1}` is no part of the profile", "CC/PP 1.0 §2.1"),
        # Exchange: what headers do that their grammars do not have.
        "reference-unquoted": Finding(_WARNING, "`{0}` does not stand in double quotes", "T-30"),
        "quote-unclosed": Finding(_WARNING, "the quote before `{0}` is not closed", "T-30"),
        "reference-refused": Finding(_ERROR, "`{0}` is neither an absolute http or https URL nor a diff; not used", "T-35"),
        "profile-header-empty": Finding(_WARNING, "`{0}` holds no reference", "WAP-248 §9.1"),
        "protocol-overruled": Finding(_INFO, "`{0}` is not used, since `{1}` is there", "T-38"),
        "extension-without-profile": Finding(_WARNING, "the extension is declared, but there is no `{0}`", "RFC 2774 §3"),
        "diffs-folded": Finding(_INFO, "`{0}` holds {1} diffs in one value; split", "T-31"),
        "diff-unnumbered": Finding(_ERROR, "`{0}` has no number before `{1}`; not used", "WAP-248 §9.1"),
        "diff-number-malformed": Finding(
            _WARNING, "`{0}` is no number of a diff, being zero or with leading zeros; read as {1}", "WAP-248 §9.1"
        ),
        "diff-number-repeated": Finding(
            _WARNING, "diff {0} is there more than once; the first with the right digest counts", "T-33"
        ),
        "diff-out-of-order": Finding(_INFO, "diff {0} is listed after diff {1}; merged in the order of the numbers", "T-33"),
        "diff-missing": Finding(_ERROR, "diff {0} is listed, but was not sent", "T-33"),
        "diff-unreferenced": Finding(_WARNING, "diff {0} is not in the list of references; not used", "T-34"),
        "diff-digest-wrong": Finding(_ERROR, "diff {0} has the digest `{1}`, the list says `{2}`; {3}", "T-32"),
        # Intake: what comes in other forms than RDF.
        "intake-unknown": Finding(_INFO, "`{0}` is no part of {1} that we know; left out", "README, other ways in"),
        "intake-invalid": Finding(_WARNING, "{0}: `{1}` cannot be read; left out", "README, other ways in"),
    }
)
