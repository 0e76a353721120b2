"""The language of catalogues.

In Turtle (`cat:` is `urn:ccpp:catalogue#`)::

    <#shop> a cat:Catalogue ; rdfs:label "Shop" ; cat:applications ( <#chess> ) .

    <#chess> a cat:Application ; rdfs:label "Chess" ;
        cat:setting [ cat:key "server" ; cat:value "chess.example" ; cat:rule cat:Locked ] ;
        cat:variants ( <#chess-colour> <#chess-mono> ) .

    <#chess-colour> a cat:Variant ; rdfs:label "Colour build" ; cat:quality 0.9 ;
        cat:requirement <#ColourMidp> ;
        cat:artefact [ cat:uri "https://apps.example/chess.jar" ; cat:mediaType "application/java-archive" ; cat:size 61440 ] ;
        cat:when [ cat:requirement <#Polyphonic> ; cat:setting [ cat:key "sound" ; cat:value "midi" ] ] .

A requirement is a SHACL shape in the same file (`ccpp.requirements.shacl`). An identifier is the local part of an IRI. Settings are
typed by their literals. `cat:rule` is Locked, Override or Append, and `cat:serveIndeterminate true` lets a variant be chosen where the
device does not state what it asks.

Order is what an RDF list `( … )` gives. `cat:applications` and `cat:variants` are lists, and their order is the catalogue's; `cat:value`
and `cat:when` may be lists where order matters. Without one, RDF keeps no order: values are sorted by their text, conditions by the name of
their requirement, so that one catalogue is one catalogue however it is written.

Everything below is optional.

**Of an application**: `cat:choice cat:Ordered` tries the variants in their order, whatever their quality (else `cat:Best`); `cat:fallback`
names the one of its variants that is taken where no other can be; `cat:domain` is the security domain it runs in: `cat:Operator`,
`cat:Manufacturer`, `cat:ThirdParty` or `cat:Untrusted`. `cat:declares` says what the values of a setting are, and once an application
declares one, it declares them all: `cat:key`, `cat:type` (`cat:Text`, `cat:Integer`, `cat:Decimal`, `cat:Boolean`, `cat:Dimension`,
`cat:Uri`), `cat:oneOf`, `cat:minimum`, `cat:maximum`, `cat:pattern` (for the whole text, in the language of `sh:pattern`), `cat:secret true`.

**Of a variant**: `cat:language` (BCP 47 tags), and `cat:parts ( … )`, each a `cat:Part` with `rdfs:label` and `cat:artefact` of its own: one
with `cat:language` is a language pack, of which one is chosen; any other is a feature, which goes along where its `cat:requirement` is
satisfied. `cat:needed true` says that the variant does not go without it.

**Of an artefact**: `cat:digest` is `sha256:` (or `sha384:`, `sha512:`) and hexadecimal digits; `cat:signature` has `cat:algorithm`,
`cat:signatureValue` and `cat:certificate` (the signer's first, in a list), in base64.

**Of both an application and a variant**: `cat:state` is `cat:Draft` (only for those who ask for drafts), `cat:Live` or `cat:Withdrawn`;
`cat:version` is numbers with dots. `cat:budget` is how many bytes the artefacts together may take: features are left out from the last on
until they fit. ::

    <#chess> cat:rollout [ cat:share 0.1 ; cat:allow "tester-1" ; cat:deny "shop-window" ; cat:salt "chess-2" ;
            cat:from "2026-12-01" ; cat:until "2027-01-31" ] ;
        cat:exception [ cat:effect cat:Exclude ; cat:vendor "Delta" ; cat:model "V3*" ; cat:reason "loses calls" ; cat:until "2027-06-30" ] ;
        cat:prefers [ cat:weight 0.5 ; cat:requirement <#Polyphonic> ] ;
        cat:needs [ cat:name "maps" ; cat:atLeast "2.0" ; cat:below "3.0" ] ;
        cat:conflicts [ cat:name "draughts" ] ;
        cat:provides [ cat:name "board" ; cat:version "1.1" ] .

A time is a date or a date with a time, in UTC if it does not say where; `cat:until` a date includes that day. An exception is for models
by the globs `cat:vendor` and `cat:model`: `cat:Exclude` them, or, of a variant, `cat:Include` them whatever they state. `cat:name` is an
application or something that one provides; each application provides itself. A preference (`cat:prefers`) is worth its `cat:weight` to a
variant where the device meets `cat:requirement` and the variant is what `cat:mediaType` (a glob), `cat:language`, `cat:domain` and
`cat:largerThan` (bytes) say, as far as they are stated.

**Of the catalogue**: `cat:prefers`, for what the operator prefers; `cat:refusal`, what devices of some kind do not take, with `cat:reason`,
the `cat:requirement` that tells them, and the offer that they refuse in the words of a preference; `cat:operator`, settings above those of
applications and variants, of one `cat:application` or of all; `cat:terminalSettings ( … )`, each a `cat:TerminalSettings` with `rdfs:label`,
`cat:requirement`, `cat:setting`, `cat:when` and `cat:declares`; and `cat:imports`, the names of files that belong to it.

**Several files form one catalogue.** Their statements are joined, so a list in one may name what another describes; one of them holds the
`cat:Catalogue`. A file is known by the name it is given under, relative to the file that imports it, and nothing else is ever read.

**JSON and YAML.** `vocabularies/catalogue.jsonld` is the context under which plain JSON or YAML is a catalogue (YAML needs the extra `yaml`).
It has every term above by its local name, SHACL's and the constraint kinds' besides; `id`, `type`, `label` and `comment`; `requirements` to
put shapes into, and `values` for a value that is a list. A document need not name it, and may add prefixes of its own in `@context`. `when`
and `certificate` are lists there, in the order written.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CAT = "urn:ccpp:catalogue#"


def _kind(needed: Iterable[str] = (), optional: Iterable[str] = ()) -> Mapping[str, bool]:
    return MappingProxyType({**dict.fromkeys(needed, True), **dict.fromkeys(optional, False)})


_SUPPLY = ("state", "version", "rollout", "exception", "prefers", "needs", "conflicts", "provides", "budget")
_OFFER = ("requirement", "mediaType", "language", "domain", "largerThan")

#: What may be said of each kind of thing: property → whether it must be said.
TERMS: Mapping[str, Mapping[str, bool]] = MappingProxyType(
    {
        "Catalogue": _kind(["applications"], ["imports", "prefers", "refusal", "operator", "terminalSettings"]),
        "Application": _kind(["variants"], ["setting", "when", "declares", "choice", "fallback", "domain", *_SUPPLY]),
        "Variant": _kind(
            ["artefact"],
            ["requirement", "quality", "setting", "when", "serveIndeterminate", "language", "parts", *_SUPPLY],
        ),
        "Part": _kind(["artefact"], ["requirement", "language", "needed"]),
        "TerminalSettings": _kind([], ["requirement", "setting", "when", "declares"]),
        "artefact": _kind(["uri", "mediaType"], ["size", "digest", "signature"]),
        "signature": _kind(["algorithm", "signatureValue"], ["certificate"]),
        "setting": _kind(["key", "value"], ["rule"]),
        "when": _kind(["requirement", "setting"]),
        "declares": _kind(["key", "type"], ["oneOf", "minimum", "maximum", "pattern", "secret"]),
        "prefers": _kind(["weight"], _OFFER),
        "refusal": _kind(["reason"], _OFFER),
        "operator": _kind([], ["application", "setting", "when"]),
        "rollout": _kind([], ["share", "salt", "allow", "deny", "from", "until"]),
        "exception": _kind(["effect", "reason"], ["vendor", "model", "until"]),
        "needs": _kind(["name"], ["atLeast", "below"]),
        "conflicts": _kind(["name"], ["atLeast", "below"]),
        "provides": _kind(["name"], ["version"]),
    }
)
#: Kinds that carry a type in RDF, so that a reader of the file and other tools know them.
CLASSES = frozenset({"Catalogue", "Application", "Variant", "Part", "TerminalSettings"})
#: Properties of which there may be more than one, where the thing is not another's: a part has one language, a variant several.
REPEATABLE = frozenset(
    {
        *("setting", "when", "value", "imports", "declares", "oneOf", "certificate", "allow", "deny"),
        *("prefers", "refusal", "operator", "exception", "needs", "conflicts", "provides"),
        "Variant language",
    }
)
