"""Turtle to a graph, with one clear error for whatever rdflib's parser does with what is none."""

from __future__ import annotations

import logging
import re
import warnings
from typing import TYPE_CHECKING

from rdflib import Graph
from rdflib.plugins.parsers.notation3 import BadSyntax

if TYPE_CHECKING:
    from ccpp.errors import CcppError

_BAD_SYNTAX = re.compile(r"Bad syntax \((.*?)\) at \^", re.DOTALL)
_RELATIVE = re.compile(r"with relative '(.*)'", re.DOTALL)

# rdflib reports a bad literal on its own log, with a traceback; it is an error of ours, and a program that wants the log still gets it.
logging.getLogger("rdflib").addHandler(logging.NullHandler())


def parse_turtle(data: bytes, error: type[CcppError]) -> Graph:
    """The graph of a Turtle document; a relative IRI stays as short as it was written, under `urn:ccpp:this`.

    Raises:
        CcppError: of the class `error`; the document is no Turtle in UTF-8.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about literals: who needs a value says what is wrong with it
            return Graph().parse(data=data, format="turtle", publicID="urn:ccpp:this")
    except BadSyntax as slip:
        said = _BAD_SYNTAX.search(slip.message)
        raise error(
            f"not Turtle: {said[1] if said else slip.message}",
            line=slip.lines + 1,
            hint="check the end of the statement before",
        ) from None
    except UnicodeDecodeError as slip:
        raise error(f"not Turtle: {slip}", hint="a Turtle document is in UTF-8") from None
    except RecursionError:
        raise error("not Turtle: brackets inside brackets without end", hint="give the inner nodes names") from None
    except Exception as slip:  # noqa: BLE001
        # rdflib's Turtle parser raises nearly anything besides its own error: when it runs off the end of a document, on an escape that is
        # no character, on a text that is not closed.
        relative = _RELATIVE.search(str(slip))
        if relative:
            shown = " ".join(relative[1].split())[:60]
            raise error(f"`<{shown}>` is no whole IRI", hint="write `<#name>`, or state `@base`") from None
        raise error(
            "not Turtle: a text or a statement has no end", line=data.count(b"\n") + 1, hint="close the last quote or bracket"
        ) from None
