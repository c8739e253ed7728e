"""Python imports this at its start in every process that finds it on its path: the tap is then beside httpx in children, too."""

import os
from pathlib import Path

if "DCR_TESTS_TAP" in os.environ:
    from tests.leaks.tapped import tap

    ports = frozenset(map(int, os.environ["DCR_TESTS_TAP_PORTS"].split(",")))
    tap(Path(os.environ["DCR_TESTS_TAP"]), ports)
