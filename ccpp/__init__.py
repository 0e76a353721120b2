"""CC/PP capability matching: read device profiles, resolve them, match them, choose what to provision.

Nothing is re-exported here: import from the concept's module (``ccpp.reading``, ``ccpp.resolution``, ``ccpp.matching``, …),
so that a caller loads only what it uses.
"""

__version__ = "0.1.0"
