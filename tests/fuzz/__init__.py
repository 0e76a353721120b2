"""Fuzzing of every parser: `python -m tests.fuzz`, and a bounded run with the ordinary suite."""

import sys
from pathlib import Path

# What the tests share is imported as pytest has it: by its own name, from the folder of the tests.
sys.path.append(str(Path(__file__).parent.parent))
