"""Publications: bound to our strategy, and nobody's registrations lost without a word."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from dcr.errors import CheckFailed, Conflict, Refused
from dcr.konnect.publications import Publication, PublicationSpec
from dcr.results.outcome import Outcome
from dcr.steps.portal_binding import publication
from dcr.steps.portal_binding.publication import diff_publication
from tests.unit.steps.contexts import Surroundings, a_platform, a_tenant

OURS, THEIRS = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"
WANTED = PublicationSpec(OURS, True, "private")
ANOTHER, NONE = "with another auth strategy", "without an auth strategy"


@pytest.mark.parametrize(
    ("found", "wanted", "expected", "conflict", "reason"),
    [
        ({"auth_strategy_ids": [OURS], "auto_approve_registrations": True, "visibility": "private"}, WANTED, {}, "", "nothing differs"),
        (
            {"auth_strategy_ids": [OURS], "visibility": "public"},
            WANTED,
            {"auto_approve_registrations": ("off", "on"), "visibility": ("public", "private")},
            "",
            "an approval that is not told is off",
        ),
        (
            {"auth_strategy_ids": [THEIRS], "auto_approve_registrations": True, "visibility": "private"},
            WANTED,
            {"auth_strategy_ids": (THEIRS, OURS)},
            ANOTHER,
            "other people's applications would be refused",
        ),
        (
            {"auth_strategy_ids": None, "auto_approve_registrations": True, "visibility": "private"},
            WANTED,
            {"auth_strategy_ids": ("(none)", OURS)},
            NONE,
            "it was open until now",
        ),
        (
            {"auth_strategy_ids": [THEIRS], "auto_approve_registrations": True, "visibility": "private"},
            PublicationSpec(None, True, "private"),
            {"auth_strategy_ids": (THEIRS, "(known after apply)")},
            ANOTHER,
            "a strategy that is yet to be made is another one",
        ),
    ],
)
def test_the_difference_names_each_leaf(
    found: dict[str, Any], wanted: PublicationSpec, expected: dict[str, Any], conflict: str, reason: str
) -> None:
    changes = diff_publication("konnect/p", Publication.model_validate(found), wanted)

    assert {change.path.rsplit("/", 1)[-1]: (change.before, change.after) for change in changes} == expected, reason
    assert conflict in "".join(change.conflict for change in changes)
    assert bool(conflict) == any(change.conflict for change in changes)


@pytest.fixture
def around() -> Surroundings:
    return Surroundings().with_portal()


def facts_of(around: Surroundings, **different: str) -> dict[str, str]:
    region = around.region
    known = {"portal.id": region.portals[0]["id"], "portal.auto_approve_applications": "false", "auth_strategy.id": OURS}
    return known | {"api.Orders v1.id": region.apis[0]["id"], "api.Payments.id": region.apis[1]["id"]} | different


def converge(
    around: Surroundings,
    item: str = "Orders v1",
    *,
    write: bool = True,
    facts: dict[str, str] | None = None,
    rules: Any = None,
    **tenant: Any,
) -> Outcome:
    run = around.run(a_tenant(**tenant), a_platform(**(rules or {})), write=write)
    return publication.converge(run, facts_of(around) if facts is None else facts, item)


def put(around: Surroundings) -> Any:
    return next(body for method, _, body in around.region.sent if method == "PUT")


@pytest.mark.parametrize(
    ("tenant", "approves", "visibility"),
    [
        ({}, True, "private"),
        ({"registration_approval": "by this run"}, False, "private"),
        ({"registration_approval": "by a portal admin", "visibility": "public"}, False, "public"),
    ],
)
def test_an_api_is_published_as_the_tenant_says(around: Surroundings, tenant: dict[str, Any], approves: bool, visibility: str) -> None:
    converge(around, **tenant)

    assert put(around) == {"auth_strategy_ids": [OURS], "auto_approve_registrations": approves, "visibility": visibility}


def test_a_second_run_writes_nothing(around: Surroundings) -> None:
    converge(around)
    around.region.sent.clear()

    assert converge(around).changes == ()
    assert [method for method, _, _ in around.region.sent] == ["GET"]


def test_a_look_at_all_apis_asks_once(around: Surroundings) -> None:
    run = around.run(write=False)
    for label in ("Orders v1", "Payments"):
        publication.converge(run, facts_of(around), label)

    assert len(around.region.sent) == 1


def published_otherwise(around: Surroundings, strategies: list[str] | None, approved: int) -> None:
    api = around.region.apis[0]["id"]
    around.region.publications[api] = {
        "api_id": api,
        "auth_strategy_ids": strategies,
        "auto_approve_registrations": True,
        "visibility": "private",
    }
    for _ in range(approved):
        around.region.add(around.region.registrations, status="approved", api={"id": api}, application={"id": around.region.new_id()})
    around.region.add(around.region.registrations, status="pending", api={"id": api}, application={"id": around.region.new_id()})


@pytest.mark.parametrize(
    ("strategies", "approved", "words"),
    [([THEIRS], 3, "3 approved registrations would lose"), (None, 1, "1 approved registration would lose")],
)
def test_another_strategy_stops_the_run_and_says_how_many_lose_access(
    around: Surroundings, strategies: list[str] | None, approved: int, words: str
) -> None:
    published_otherwise(around, strategies, approved)

    with pytest.raises(Conflict, match=words):
        converge(around)
    assert around.region.writes() == []
    assert words in converge(around, write=False).changes[0].conflict


def test_another_strategy_is_replaced_where_the_platform_allows_it(around: Surroundings) -> None:
    published_otherwise(around, [THEIRS], 1)
    converge(around, rules={"on_conflict": "overwrite"})

    assert around.region.publications[around.region.apis[0]["id"]]["auth_strategy_ids"] == [OURS]


def test_a_portal_that_approves_everything_is_not_asked_for_less_and_that_is_said(around: Surroundings) -> None:
    """Its setting cannot be overruled for one API (reference/konnect.md section 4): asking for less would differ for ever."""
    facts = facts_of(around, **{"portal.auto_approve_applications": "true"})
    outcome = converge(around, facts=facts, registration_approval="by a portal admin")

    assert put(around)["auto_approve_registrations"] is True
    assert "approves every registration by itself" in outcome.warnings[0]


def test_what_preflight_has_found_missing_is_not_told_twice(around: Surroundings) -> None:
    assert converge(around, write=False, facts={}) == Outcome()


def test_no_placeholder_is_ever_written(around: Surroundings) -> None:
    facts = facts_of(around)
    del facts["auth_strategy.id"]

    with pytest.raises(Refused, match=r"auth_strategy\.id"):
        converge(around, facts=facts)
    assert around.region.writes() == []


def test_a_konnect_that_accepts_and_keeps_nothing_is_found_out(around: Surroundings) -> None:
    def forgetful(carry_out: Any) -> httpx.Response:
        answer: httpx.Response = carry_out()
        around.region.publications[around.region.apis[0]["id"]]["auth_strategy_ids"] = None
        return answer

    around.region.once("PUT", ".*", forgetful)
    with pytest.raises(CheckFailed, match="auth_strategy_ids"):
        converge(around)


def test_an_auth_plugin_that_cannot_be_installed_is_told(around: Surroundings) -> None:
    around.region.implementations[0]["service"]["auth_strategy_sync_error"] = {
        "message": "plugin exists",
        "control_plane_error": "control_plane_error_plugin_conflict",
    }

    assert "control_plane_error_plugin_conflict - plugin exists" in converge(around).warnings[0]
