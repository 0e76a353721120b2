"""The WBXML codec against libwbxml, both ways, on Service Indications made up at random; UAProf's tokens libwbxml does not have.

Tokens of Service Indication: WAP-167. Its dates are opaque data, which libwbxml formats, so no document here has one.
"""

from __future__ import annotations

import shutil
import subprocess
from random import Random
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from ccpp.wbxml.decoding import decode_wbxml
from ccpp.wbxml.document import WBXML_1_1, WBXML_1_3, Document, Element
from ccpp.wbxml.encoding import Strings, Values, encode_wbxml
from ccpp.wbxml.tokens import read_token_table

if TYPE_CHECKING:
    from pathlib import Path

TOOLS = [shutil.which(name) for name in ("xml2wbxml", "wbxml2xml")]
pytestmark = pytest.mark.skipif(None in TOOLS, reason="no xml2wbxml and wbxml2xml (libwbxml2-utils)")

TOKENS = read_token_table(
    """kind,page,token,name,value,use
tag,0,05,si,,
tag,0,06,indication,,
tag,0,07,info,,
tag,0,08,item,,
attribute,0,05,action,signal-none,
attribute,0,06,action,signal-low,
attribute,0,07,action,signal-medium,
attribute,0,08,action,signal-high,
attribute,0,09,action,delete,
attribute,0,0B,href,,
attribute,0,0C,href,http://,
attribute,0,0D,href,http://www.,
attribute,0,0E,href,https://,
attribute,0,0F,href,https://www.,
attribute,0,11,si-id,,
attribute,0,12,class,,
value,0,85,,.com/,
value,0,86,,.edu/,
value,0,87,,.net/,
value,0,88,,.org/,
"""
)
SERVICE_INDICATION = 5
DOCTYPE = '<!DOCTYPE si PUBLIC "-//WAPFORUM//DTD SI 1.0//EN" "http://www.wapforum.org/DTD/si.dtd">'
PIECES = (
    "http://",
    "http://www.",
    "https://",
    "example",
    ".com/",
    ".org/",
    "signal-none",
    "x",
    "ä",
    "€",
    "&",
    "<",
    '"',
    "\U0001f4f1",
)


def text(random: Random) -> str:
    return "".join(random.choices(PIECES, k=random.randint(1, 5)))


def indication(random: Random) -> Element:
    """A Service Indication: what it says, perhaps with items, the values written with tokens or not."""
    attributes = [("href", text(random)), ("si-id", text(random))]
    if random.random() < 0.8:
        attributes.append(("action", random.choice(["signal-none", "signal-low", "signal-medium", "signal-high", "delete"])))
    content: list[Element] = [Element("indication", tuple(attributes), (text(random),))]
    if random.random() < 0.5:
        items = tuple(Element("item", (("class", text(random)),), (text(random),)) for _ in range(random.randint(1, 3)))
        content.append(Element("info", (), items))
    return Element("si", (), tuple(content))


def tree(element: Element) -> ET.Element:
    made = ET.Element(element.name, dict(element.attributes))
    made.extend(tree(piece) for piece in element.content if isinstance(piece, Element))
    made.text = "".join(piece for piece in element.content if isinstance(piece, str)) or None
    return made


def canonical(element: ET.Element) -> str:
    return ET.canonicalize(ET.tostring(element, encoding="unicode"))


def run(tool: str | None, path: Path, *options: str) -> bytes:
    assert tool is not None
    return subprocess.run([tool, *options, "-o", "-", str(path)], capture_output=True, check=True).stdout


@pytest.mark.parametrize("seed", range(40))
def test_both_read_what_either_writes(seed: int, tmp_path: Path) -> None:
    random = Random(seed)  # noqa: S311  test data
    root = indication(random)
    expected = canonical(tree(root))
    source = tmp_path / "source.xml"
    source.write_text(f'<?xml version="1.0"?>{DOCTYPE}{ET.tostring(tree(root), encoding="unicode")}')
    version = random.choice([WBXML_1_1, WBXML_1_3])
    table = [] if random.random() < 0.5 else ["-n"]
    theirs = run(TOOLS[0], source, "-k", "-v", f"1.{version}", *table)
    decoded = decode_wbxml(theirs, TOKENS)
    assert (decoded.version, decoded.public_id, decoded.charset) == (version, SERVICE_INDICATION, 106)
    assert canonical(tree(decoded.root)) == expected
    encoded = tmp_path / "encoded.wbxml"
    for strings in Strings:
        for values in Values:
            encoded.write_bytes(
                encode_wbxml(Document(root, version, SERVICE_INDICATION), TOKENS, strings=strings, values=values)
            )
            assert canonical(ET.fromstring(run(TOOLS[1], encoded, "-k", "-m", "0"))) == expected  # noqa: S314  libwbxml's own output
