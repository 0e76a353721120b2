"""The lexical spaces of the datatypes, as the specifications print them: one row a datatype, used by rules and shapes alike.

Reading (`ccpp.datatypes`) takes more than this and bounds the length of numbers; conformance is about the printed form.
"""

from __future__ import annotations

import re
from types import MappingProxyType

#: Datatype → pattern of the whole text, outer white space aside (WAP-248 §7.2). The dialect is common to Python and XPath.
#: `Literal` has a published pattern too, kept apart: it refuses the schemas' own samples and 95 % of all published profiles.
PATTERNS = MappingProxyType(
    {
        "Boolean": "Yes|No",
        "Number": "[0-9]+",
        "Dimension": "[0-9]+x[0-9]+",
        "integer": "[+-]?[0-9]+",
        "rational": r"[+-]?[0-9]+(/0*[1-9][0-9]*)?",
    }
)
#: The pattern of xmlschema-20030226 for `Literal`.
PUBLISHED_LITERAL = r"[A-Za-z0-9/.\-_]+"

_UAPROF = "http://www.openmobilealliance.org/tech/profiles/UAPROF/xmlschema-20030226#"
_CCPP = "http://www.w3.org/2002/11/08-ccpp-schema#"
_XSD = "http://www.w3.org/2001/XMLSchema#"

_COMPILED = {name: re.compile(pattern) for name, pattern in PATTERNS.items()}
#: The datatypes that `rdf:datatype` may name and that have a lexical space to check.
_BY_URI = MappingProxyType(
    {_UAPROF + name: _COMPILED[name] for name in ("Boolean", "Number", "Dimension")}
    | {_CCPP + name: _COMPILED[name] for name in ("integer", "rational")}
    | {_XSD + name: _COMPILED["integer"] for name in ("int", "integer", "long", "short", "byte")}
    | {_XSD + name: re.compile(r"\+?[0-9]+") for name in ("nonNegativeInteger", "unsignedInt", "unsignedShort")}
    | {_XSD + "boolean": re.compile("true|false|1|0")}
)
_ALL = MappingProxyType(_COMPILED | _BY_URI)
_PUBLISHED_LITERAL = re.compile(PUBLISHED_LITERAL)


def is_lexical(datatype: str, text: str) -> bool:
    """Whether a text, without outer white space, is in the lexical space of a datatype; yes where the datatype is not known."""
    pattern = _ALL.get(datatype)
    return pattern is None or pattern.fullmatch(text) is not None


def is_published_literal(text: str) -> bool:
    """Whether a text is in the lexical space that xmlschema-20030226 publishes for `Literal`."""
    return _PUBLISHED_LITERAL.fullmatch(text) is not None
