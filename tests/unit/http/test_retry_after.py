"""Servers name waits as seconds, as dates, and absurdly."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcr.http.retry_after import LONGEST_SECONDS, retry_after

NOW = datetime(2026, 11, 23, 10, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds", "reason"),
    [
        ("3", 3.0, "seconds"),
        ("0.5", 0.5, "fractions are not documented, but harmless"),
        ("Mon, 23 Nov 2026 10:00:20 GMT", 20.0, "a date"),
        ("Mon, 23 Nov 2026 09:00:00 GMT", 0.0, "a date in the past"),
        ("Mon, 23 Nov 2099 10:00:00 GMT", LONGEST_SECONDS, "a server whose clock is wrong"),
        ("86400", LONGEST_SECONDS, "nobody waits a day"),
        ("-5", 0.0, "a negative wait is none"),
        ("inf", LONGEST_SECONDS, "not for ever"),
        ("nan", None, "not a number"),
        ("soon", None, "not readable"),
        ("", None, "empty"),
    ],
)
def test_each_way_to_name_a_wait_is_read(value: str, seconds: float | None, reason: str) -> None:
    assert retry_after({"retry-after": value}, NOW) == seconds, reason


def test_an_answer_without_the_header_names_no_wait() -> None:
    assert retry_after(httpx.Headers()) is None


def test_the_header_is_found_in_any_case() -> None:
    assert retry_after(httpx.Headers({"Retry-After": "7"})) == 7.0


@given(st.text())
def test_whatever_a_server_says_the_wait_is_bounded(value: str) -> None:
    seconds = retry_after({"retry-after": value}, NOW)

    assert seconds is None or 0 <= seconds <= LONGEST_SECONDS
