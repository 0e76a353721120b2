"""The connectivity document as XML, media type `text/vnd.wap.connectivity-xml` (WAP-183 §5). No entity of a DTD is expanded."""

from __future__ import annotations

from ccpp.provisioning.connectivity.document import (
    ConnectivityDocument,
    ConnectivityError,
    Reading,
    from_element,
    to_element,
)
from ccpp.provisioning.xml import DECLARATION, read_xml, write_xml

MEDIA_TYPE = "text/vnd.wap.connectivity-xml"
_HEAD = (
    f'{DECLARATION}<!DOCTYPE wap-provisioningdoc PUBLIC "-//WAPFORUM//DTD PROV 1.0//EN"'
    ' "http://www.wapforum.org/DTD/prov.dtd">\n'
)


def write_connectivity(document: ConnectivityDocument) -> bytes:
    """The document as XML in UTF-8, canonical: one element a line, indented by its depth.

    Raises:
        ConnectivityError: a text holds a character that XML cannot.
    """
    return write_xml(to_element(document), ConnectivityError, head=_HEAD)


def read_connectivity(data: bytes) -> Reading:
    """The document that an XML text is.

    Raises:
        ConnectivityError: the bytes are no well-formed XML, declare entities, pass a bound, or are no connectivity document.
    """
    return from_element(read_xml(data, ConnectivityError))
