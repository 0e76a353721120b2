"""The provisioning server: what a network puts in front of devices, and what other provisioning servers call.

Requests and responses are values (`message`), every answer is a pure function of both the request and what the server is given
(`exchange`, `routes`), and whatever waits, for a file, a database or a long computation, is a step that is described and not done
(`steps`). Only `asgi`, `running` and `services` touch sockets, threads and clocks. No module here knows a web framework.
"""
