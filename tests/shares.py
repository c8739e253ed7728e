"""Which cases of a long suite run today: all, or a share that the day's seed draws. As many days as a share has parts take every case.

`DCR_SEED` is by default the number of the day, so tomorrow another part runs; the same seed draws the same cases again.
`DCR_SHARE=4` takes every fourth of the long cases, 1 (the default) all of them.
"""

from __future__ import annotations

import os
import random
import zlib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

SEED, SHARE = "DCR_SEED", "DCR_SHARE"
Case = TypeVar("Case", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Draw:
    """The seed, and which part of the long cases is wanted."""

    seed: int
    share: int

    def __str__(self) -> str:
        part = "all long cases" if self.share == 1 else f"every {self.share}th of the long cases"
        return f"{SEED}={self.seed} {SHARE}={self.share}: {part}"

    def apart(self, name: str) -> Draw:
        """For the cases of one test: such as have few cases do not all run on the same day."""
        return replace(self, seed=self.seed + zlib.crc32(name.encode()))

    def of(self, cases: Sequence[Case], share: int | None = None) -> list[Case]:
        """Every `share`th of them, in their order. The draws of `share` days in a row, from one that it divides, have each case once."""
        parts = share or self.share
        shuffled = list(range(len(cases)))
        random.Random(self.seed // parts).shuffle(shuffled)
        return [cases[place] for place in sorted(shuffled[self.seed % parts :: parts])]


def todays_draw() -> Draw:
    """The draw as the environment asks for it. The processes that are started from here on get the same, past midnight too."""
    seed = int(os.environ.setdefault(SEED, str(datetime.now(UTC).toordinal())))
    share = int(os.environ.get(SHARE) or 1)
    if share < 1:
        raise ValueError(f"{SHARE} is {share}, and must be 1 (all) or more")
    return Draw(seed, share)
