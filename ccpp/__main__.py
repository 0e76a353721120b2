"""``python -m ccpp``."""

from ccpp.cli import main

main()
