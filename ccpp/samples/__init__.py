"""Sample devices of ten generations, one diff, one override and two catalogues: what `ccpp demo` shows, and what tests rely on.

The small catalogue has right answers that can be seen at a glance; the shop is as large and as entangled as a real one.

The devices are invented after real ones; no file is a vendor's.
"""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent

CATALOGUE = "catalogue.ttl"
#: What each device gets of it, for `ccpp catalogue test`.
EXPECTATIONS = "expectations.toml"
#: A catalogue in seven documents, what each device gets of it, and subscribers; by their paths, for who reads files.
SHOP = _FOLDER / "shop" / "catalogue.ttl"
SHOP_EXPECTATIONS = _FOLDER / "shop-expectations.toml"
SUBSCRIBERS = _FOLDER / "subscribers"
#: A profile-diff and the device that sends it.
DIFF = ("diff-borealis-b610.rdf", "03-borealis-b610.rdf")
#: An operator's override and the device that it corrects.
OVERRIDE = ("override-delta-n80.rdf", "07-delta-n80.rdf")


def devices() -> list[str]:
    """The names of the sample profiles, oldest generation first."""
    return sorted(path.name for path in (_FOLDER / "devices").glob("*.rdf"))


def sample(name: str) -> bytes:
    """The bytes of a sample by name."""
    path = _FOLDER / "devices" / name
    return (path if path.is_file() else _FOLDER / name).read_bytes()
