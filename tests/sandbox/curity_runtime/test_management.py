"""Source of what is expected: RFC 7592; docs/vendors/curity.md, DCR settings, Client management."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.curity_runtime.conftest import RunTime

MANAGEMENT = "//as:client-management"
DAY = 86_400


def works(run_time: RunTime, client: dict[str, Any]) -> bool:
    return run_time.token(client["client_id"], client["client_secret"]).status_code == 200


def update_of(client: dict[str, Any]) -> dict[str, Any]:
    return {"client_id": client["client_id"], "client_name": "renamed", "grant_types": ["client_credentials"]}


def test_reading_a_client_rotates_its_secret_and_its_token(run_time: RunTime) -> None:
    first = run_time.registered()
    second = run_time.manage("GET", first).raise_for_status().json()
    assert not works(run_time, first)
    assert works(run_time, second)
    assert run_time.manage("GET", first).status_code == 401
    assert run_time.manage("GET", second).status_code == 200


def test_an_update_replaces_metadata_and_rotates_as_well(run_time: RunTime) -> None:
    first = run_time.registered(redirect_uris=["https://app.example/cb"])
    second = run_time.manage("PUT", first, **update_of(first)).raise_for_status().json()
    assert (second["client_name"], second["redirect_uris"]) == ("renamed", [])
    assert not works(run_time, first)
    assert works(run_time, second)


def test_reuse_keeps_the_token_and_rotates_the_secret(run_time: RunTime) -> None:
    run_time.configuration.add(MANAGEMENT, "<registration-token><reuse>true</reuse></registration-token>")
    first = run_time.registered()
    second = run_time.manage("GET", first).json()
    assert second["registration_access_token"] == first["registration_access_token"]
    assert second["client_secret"] != first["client_secret"]


def test_a_rotated_secret_lives_on_for_its_time(run_time: RunTime) -> None:
    run_time.configuration.add(MANAGEMENT, "<rotated-secret-ttl>60</rotated-secret-ttl>")
    first = run_time.registered()
    second = run_time.manage("GET", first).json()
    assert works(run_time, first)
    assert works(run_time, second)
    run_time.node.set_knobs({"clock_advance_seconds": 61})
    assert not works(run_time, first)
    assert works(run_time, second)


def test_deleting_ends_the_client_and_its_tokens(run_time: RunTime) -> None:
    client = run_time.registered()
    token = run_time.token(client["client_id"], client["client_secret"]).json()["access_token"]
    answer = run_time.manage("DELETE", client)
    assert (answer.status_code, answer.content) == (204, b"")
    assert not works(run_time, client)
    assert run_time.node.tokens.find(token, run_time.node.now()) is None
    assert run_time.manage("DELETE", client).status_code == 401


def test_a_token_is_good_for_its_own_client_only(run_time: RunTime) -> None:
    mine, other = run_time.registered(), run_time.registered()
    answer = run_time.manage("GET", other, token=mine["registration_access_token"])
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert run_time.manage("GET", other, token=run_time.access_token(scope="read")).status_code == 403


@pytest.mark.parametrize("status", [401, 403])
def test_after_its_first_weeks_a_registration_token_only_deletes(run_time: RunTime, status: int) -> None:
    run_time.readings.set("curity.read-write-ttl-over", str(status))
    client = run_time.registered()
    run_time.node.set_knobs({"clock_advance_seconds": 28 * DAY})
    assert run_time.manage("GET", client).status_code == status
    assert run_time.manage("PUT", client, **update_of(client)).status_code == status
    assert run_time.manage("DELETE", client).status_code == 204


def test_after_a_year_a_registration_token_is_gone(run_time: RunTime) -> None:
    client = run_time.registered()
    run_time.node.set_knobs({"clock_advance_seconds": 365 * DAY})
    assert run_time.manage("DELETE", client).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "another"},
        {"client_secret": "not the current one"},
        {"registration_access_token": "x"},
        {"registration_client_uri": "x"},
        {"client_secret_expires_at": 0},
        {"client_id_issued_at": 0},
    ],
)
def test_an_update_breaks_no_rule_of_the_rfc(run_time: RunTime, wrong: dict[str, Any]) -> None:
    client = run_time.registered()
    answer = run_time.manage("PUT", client, **(update_of(client) | wrong))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")
    assert works(run_time, client), "a refused update rotates nothing"


def test_a_management_client_reads_any_client(run_time: RunTime) -> None:
    client = run_time.registered()
    token = run_time.token("manager", scope="dcrm").json()["access_token"]
    run_time.readings.set("curity.dcrm-read", "keeps")
    assert "client_secret" not in run_time.manage("GET", client, token=token).json()
    assert works(run_time, client)
    run_time.readings.set("curity.dcrm-read", "rotates")
    assert run_time.manage("GET", client, token=token).json()["client_secret"] != client["client_secret"]
    assert not works(run_time, client)


def test_without_management_there_is_nothing_to_manage(run_time: RunTime) -> None:
    client = run_time.registered()
    run_time.configuration.remove(MANAGEMENT)
    assert run_time.manage("GET", client).status_code == 404


def test_time_that_passes_makes_old_what_is_there_and_leaves_what_comes_fresh(run_time: RunTime) -> None:
    old = run_time.registered()
    run_time.node.let_pass(27 * DAY)
    new = run_time.registered()
    run_time.node.let_pass(2 * DAY)
    assert run_time.manage("GET", old).status_code == 401
    assert run_time.manage("GET", new).status_code == 200
    run_time.node.let_pass(336 * DAY)
    assert [run_time.manage("DELETE", client).status_code for client in (old, new)] == [401, 401], (
        "the read had made the other's token anew"
    )
    assert works(run_time, old)


def test_time_that_passes_ends_tokens_and_rotated_secrets(run_time: RunTime) -> None:
    run_time.configuration.add(MANAGEMENT, "<rotated-secret-ttl>60</rotated-secret-ttl>")
    first = run_time.registered()
    token = run_time.token(first["client_id"], first["client_secret"]).json()["access_token"]
    run_time.manage("GET", first)
    run_time.node.let_pass(59)
    assert works(run_time, first)
    run_time.node.let_pass(2)
    assert not works(run_time, first)
    assert run_time.node.tokens.find(token, run_time.node.now())
    run_time.node.let_pass(300)
    assert run_time.node.tokens.find(token, run_time.node.now()) is None


def test_time_that_passes_ends_the_second_secret_of_a_configured_client(run_time: RunTime) -> None:
    client = "//as:client[as:id='konnect-dcr']"
    in_a_week = (datetime.now(UTC) + timedelta(days=7)).isoformat()
    second = f"<expires-on>{in_a_week}</expires-on><secret>the old one</secret>"
    run_time.configuration.add(client, f"<secondary-authentication-method>{second}</secondary-authentication-method>")
    run_time.node.let_pass(6 * DAY)
    assert run_time.token("konnect-dcr", "the old one").status_code == 200
    run_time.node.let_pass(2 * DAY)
    assert run_time.token("konnect-dcr", "the old one").status_code == 401
    assert run_time.token("konnect-dcr").status_code == 200
    run_time.configuration.remove(f"{client}/as:secondary-authentication-method")
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    second = f"<expires-on>{later}</expires-on><secret>another old one</secret>"
    run_time.configuration.add(client, f"<secondary-authentication-method>{second}</secondary-authentication-method>")
    assert run_time.token("konnect-dcr", "another old one").status_code == 200, "it was written after that time had passed"
