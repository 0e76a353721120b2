"""Profile exchange: how a device, a gateway and a server tell each other of profiles, in both directions and without I/O.

`ccpp.exchange.model` has the values; `decoding` reads request headers, `encoding` writes them, `answering` has the server's side
of the response; `wsp` and `uaprof` are the binary forms between a device and its gateway. Sources: W-HTTP and WSP of WAP-248 §8
and §9, CC/PP exchange protocol (W3C Note of 24 June 1999) over the HTTP Extension Framework (RFC 2774).
"""
