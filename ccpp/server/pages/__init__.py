"""Web pages for people: who looks after devices and catalogues, not the devices themselves, which have `ccpp.server.discovery`.

A module is a page: a handler that asks for values, and functions from values to HTML. Everything works without script, and nothing is
fetched from elsewhere. What devices and catalogues say is escaped by construction: text becomes markup in `markup.tag` alone.
"""
