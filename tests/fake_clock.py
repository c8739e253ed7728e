"""A clock for tests: time passes only when someone sleeps, or the test says so."""

from __future__ import annotations

from dataclasses import dataclass, field

from dcr.http.polling import Clock


@dataclass
class FakeClock:
    """Keeps how long was slept, nap by nap."""

    seconds: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def clock(self) -> Clock:
        return Clock(lambda: self.seconds, self.sleep)
