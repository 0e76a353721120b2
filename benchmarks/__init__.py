"""How fast it is, measured beside what one would use instead; every benchmark checks the answers before it times them."""
