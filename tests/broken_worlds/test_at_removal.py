"""What is wrong in a way that only a removal meets has to be seen through by it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dcr.engine.offboarding import Level
from dcr.results.report import Verdict
from tests.broken_worlds.mutations import AT_REMOVAL
from tests.fake_clock import FakeClock
from tests.onboarding.leaving import offboarded
from tests.sandbox_fixture import LivingWorld

WORDS = {
    ("konnect", "keeps_deleted"): ("konnect:", "its removal was accepted, and still there is"),
    ("gateway", "ignores_revocations"): ("still get in",),
}


@pytest.mark.share(of=3)
@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("knob", sorted(AT_REMOVAL), ids=": ".join)
def test_a_removal_sees_through_it_and_ends_well_once_it_is_mended(
    knob: tuple[str, str], level: Level, living: LivingWorld, count: Callable[[str, int], None]
) -> None:
    assert not living.onboard().failure
    system, name = knob
    living.knobs(system, **{name: True})
    finished = offboarded(living, level, clock=FakeClock().clock())
    if knob == ("konnect", "keeps_deleted") and level is Level.ACCESS:
        assert finished.report.verdict is Verdict.OK, "nothing is deleted at that level"
        return
    assert finished.report.verdict is Verdict.FAILED
    assert [words for words in WORDS[knob] if words not in finished.failure] == [], finished.failure
    living.knobs(system, **{name: False})
    assert not offboarded(living, level).failure
    count("broken worlds seen through", 1)
