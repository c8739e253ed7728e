"""No case of a long suite is left out for ever, and a seed is enough to draw the same ones again."""

from __future__ import annotations

import pytest

from tests.shares import SEED, SHARE, Draw, todays_draw

CASES = [f"case {number}" for number in range(50)]


@pytest.mark.parametrize("share", [1, 2, 7, 60])
def test_as_many_days_as_there_are_parts_take_each_case_once(share: int) -> None:
    first = 738_000 // share * share
    drawn = [case for day in range(first, first + share) for case in Draw(day, share).of(CASES)]
    assert sorted(drawn) == sorted(CASES)


def test_the_same_seed_draws_the_same_cases_in_their_order() -> None:
    drawn = Draw(738_001, 4).of(CASES)
    assert drawn == Draw(738_001, 4).of(CASES)
    assert drawn == [case for case in CASES if case in drawn]


def test_another_round_of_days_puts_the_cases_together_otherwise() -> None:
    rounds = [{frozenset(Draw(first + day, 4).of(CASES)) for day in range(4)} for first in (738_000, 738_004)]
    assert rounds[0] & rounds[1] == set()


def test_without_a_seed_it_is_the_day_and_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHARE, "")
    monkeypatch.setenv(SEED, "0")
    monkeypatch.delenv(SEED)
    drawn = todays_draw()
    assert drawn.share == 1
    assert drawn == todays_draw()


def test_no_share_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SHARE, "0")
    with pytest.raises(ValueError, match=SHARE):
        todays_draw()
