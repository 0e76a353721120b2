"""WBXML, the binary form of XML, for any vocabulary: the tokens are an argument, the tree is plain values.

`ccpp.wbxml.tokens` reads a token table from CSV, `ccpp.wbxml.decoding` makes a tree of bytes, `ccpp.wbxml.encoding` bytes of a
tree. Source: WAP-192 Binary XML Content Format 1.3; versions 1.0 to 1.3 are read.
"""
