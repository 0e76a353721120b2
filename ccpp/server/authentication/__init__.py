"""Who calls: the ways to say it, one a module, and what asks them in turn.

Whatever a device says of itself in a header or a body is no proof. A name, a role or a subscriber comes from a token's verified claims, a
certificate that a handshake proved, a user's digest, or a proxy that the operator named, and from nothing else.
"""
