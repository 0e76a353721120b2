"""A typical connectivity document to WBXML and back, beside libwbxml: its library where it can be loaded, else its tools' whole runs.

libwbxml goes from XML to WBXML and back, so that its time has XML's parser in it; ours is timed from the document, and also from XML.
Times are the processor's.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
import time
from typing import TYPE_CHECKING

from benchmarks.timing import Result, timed_in_turn
from ccpp.provisioning.connectivity.wbxml import decode_connectivity, encode_connectivity
from ccpp.provisioning.connectivity.xml import read_connectivity, write_connectivity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: An access point with its proxy, credentials, a mail account and the browser's home page, such as operators send.
DOCUMENT = b"""<?xml version="1.0"?>
<!DOCTYPE wap-provisioningdoc PUBLIC "-//WAPFORUM//DTD PROV 1.0//EN" "http://www.wapforum.org/DTD/prov.dtd">
<wap-provisioningdoc version="1.0">
  <characteristic type="BOOTSTRAP"><parm name="NAME" value="Example Mobile"/></characteristic>
  <characteristic type="PXLOGICAL">
    <parm name="PROXY-ID" value="www.operator.example"/>
    <parm name="NAME" value="Example WAP"/>
    <parm name="STARTPAGE" value="http://wap.operator.example/home?lang=en"/>
    <characteristic type="PXAUTHINFO">
      <parm name="PXAUTH-TYPE" value="HTTP-BASIC"/>
      <parm name="PXAUTH-ID" value="subscriber"/>
      <parm name="PXAUTH-PW" value="not-a-secret"/>
    </characteristic>
    <characteristic type="PXPHYSICAL">
      <parm name="PHYSICAL-PROXY-ID" value="PROXY-1"/>
      <parm name="PXADDR" value="192.0.2.10"/>
      <parm name="PXADDRTYPE" value="IPV4"/>
      <parm name="TO-NAPID" value="NAP-INTERNET"/>
      <characteristic type="PORT"><parm name="PORTNBR" value="9201"/><parm name="SERVICE" value="CO-WSP"/></characteristic>
      <characteristic type="PORT"><parm name="PORTNBR" value="8080"/></characteristic>
    </characteristic>
  </characteristic>
  <characteristic type="NAPDEF">
    <parm name="NAPID" value="NAP-INTERNET"/>
    <parm name="NAME" value="Example GPRS"/>
    <parm name="BEARER" value="GSM-GPRS"/>
    <parm name="NAP-ADDRESS" value="internet.operator.example"/>
    <parm name="NAP-ADDRTYPE" value="APN"/>
    <characteristic type="NAPAUTHINFO">
      <parm name="AUTHTYPE" value="PAP"/><parm name="AUTHNAME" value="guest"/><parm name="AUTHSECRET" value="guest"/>
    </characteristic>
  </characteristic>
  <characteristic type="APPLICATION">
    <parm name="APPID" value="w4"/>
    <parm name="TO-PROXY" value="www.operator.example"/>
    <characteristic type="RESOURCE">
      <parm name="URI" value="http://mms.operator.example/servlets/mms"/>
      <parm name="NAME" value="Multimedia messages"/>
    </characteristic>
  </characteristic>
</wap-provisioningdoc>
"""


def run(*, smoke: bool) -> Iterator[Result]:
    """Encode, decode, and both from and to XML beside libwbxml."""
    document = read_connectivity(DOCUMENT).document
    data = encode_connectivity(document)
    equal = decode_connectivity(data).document == document
    size = {"bytes": len(data), "xml_bytes": len(DOCUMENT)}
    runs = range(20 if smoke else 500)
    works = [
        ("encode a document", "ccpp", lambda _: encode_connectivity(document)),
        ("decode a document", "ccpp", lambda _: decode_connectivity(data)),
        ("from XML", "ccpp", lambda _: encode_connectivity(read_connectivity(DOCUMENT).document)),
        ("to XML", "ccpp", lambda _: write_connectivity(decode_connectivity(data).document)),
    ]
    library = _library()
    if library is None:
        print("wbxml: no libwbxml, left out; apt-get install libwbxml2-1", file=sys.stderr)
    else:
        from_xml, to_xml = library
        equal = equal and decode_connectivity(from_xml(DOCUMENT)).document == document
        equal = equal and read_connectivity(to_xml(data)).document == document
        works.insert(3, ("from XML", "libwbxml", lambda _: from_xml(DOCUMENT)))
        works.append(("to XML", "libwbxml", lambda _: to_xml(data)))
    times = timed_in_turn([work for _, _, work in works], runs, repeat=5, clock=time.process_time)
    for (case, engine, _), (median, p99) in zip(works, times, strict=True):
        yield Result("wbxml", case, engine, size, median, p99, None, answers_equal=equal)


def _library() -> tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]] | None:
    """The library's two conversions, each with its converter made once."""
    name = ctypes.util.find_library("wbxml2")
    if name is None:
        return None
    library = ctypes.CDLL(name)
    return _converter(library, "xml2wbxml"), _converter(library, "wbxml2xml")


def _converter(library: ctypes.CDLL, name: str) -> Callable[[bytes], bytes]:
    handle = ctypes.c_void_p()
    if getattr(library, f"wbxml_conv_{name}_create")(ctypes.byref(handle)):
        raise MemoryError(f"libwbxml makes no converter {name}")
    run = getattr(library, f"wbxml_conv_{name}_run")
    run.argtypes = [
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_uint,
        ctypes.POINTER(ctypes.c_void_p),
        ctypes.POINTER(ctypes.c_uint),
    ]
    library.wbxml_free.argtypes = [ctypes.c_void_p]

    def convert(data: bytes) -> bytes:
        found, length = ctypes.c_void_p(), ctypes.c_uint()
        error = run(handle, data, len(data), ctypes.byref(found), ctypes.byref(length))
        if error:
            raise ValueError(f"libwbxml refuses the document, error {error}")
        made = ctypes.string_at(found, length.value)
        library.wbxml_free(found)
        return made

    return convert
