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
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CAT = "urn:ccpp:catalogue#"

#: What may be said of each kind of thing: property → whether it must be said.
TERMS: Mapping[str, Mapping[str, bool]] = MappingProxyType(
    {
        "Catalogue": MappingProxyType({"applications": True}),
        "Application": MappingProxyType({"variants": True, "setting": False, "when": False}),
        "Variant": MappingProxyType(
            {
                "requirement": False,
                "quality": False,
                "artefact": True,
                "setting": False,
                "when": False,
                "serveIndeterminate": False,
            }
        ),
        "artefact": MappingProxyType({"uri": True, "mediaType": True, "size": False}),
        "setting": MappingProxyType({"key": True, "value": True, "rule": False}),
        "when": MappingProxyType({"requirement": True, "setting": True}),
    }
)
#: Kinds that carry a type in RDF, so that a reader of the file and other tools know them.
CLASSES = frozenset({"Catalogue", "Application", "Variant"})
#: Properties of which there may be more than one.
REPEATABLE = frozenset({"setting", "when", "value"})
