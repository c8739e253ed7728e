"""What a registration token is still good for is told in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dcr.secret import Secret
from dcr.steps.application.imported.registration_dates import date_warnings
from dcr.steps.application.record import ApplicationRecord

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def record(**values: str) -> ApplicationRecord:
    return ApplicationRecord({name: Secret(value) for name, value in values.items()})


def told(writes_in: int, expires_in: int) -> tuple[str, ...]:
    dates = {"registration_write_until": writes_in, "registration_expires_at": expires_in}
    values = {name: (NOW + timedelta(days=days)).isoformat() for name, days in dates.items()}
    return date_warnings("checkout", record(client_id="c", registration_access_token="t", **values), NOW)


@pytest.mark.parametrize(
    ("writes_in", "expires_in", "words"),
    [
        (28, 365, []),
        (8, 345, []),
        (7, 344, ["can be changed until 2026-11-30"]),
        (0, 337, ["not changed, since 2026-11-23"]),
        (-300, 30, ["expires on 2026-12-23", "not changed, since"]),
        (-337, 0, ["has expired on 2026-11-23"]),
    ],
)
def test_each_date_is_told_when_it_is_near_and_when_it_is_past(writes_in: int, expires_in: int, words: list[str]) -> None:
    found = told(writes_in, expires_in)
    assert len(found) == len(words)
    assert all(word in line for word, line in zip(words, found, strict=True))


def test_a_client_without_a_registration_token_is_told_as_such() -> None:
    assert "cannot remove it later" in date_warnings("checkout", record(client_id="c"), NOW)[0]


@pytest.mark.parametrize("date", ["", "soon", "2026-11-23", "2026-11-23T00:00:00"])
def test_a_date_that_is_none_warns_of_nothing(date: str) -> None:
    assert date_warnings("checkout", record(client_id="c", registration_access_token="t", registration_expires_at=date), NOW) == ()


def test_without_a_client_there_is_nothing_to_tell() -> None:
    assert date_warnings("checkout", record(), NOW) == ()
