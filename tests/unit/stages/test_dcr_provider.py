"""The DCR provider: converged once, recognised by its label, its secret compared by version."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from dcr.changes import Change
from dcr.errors import CheckFailed, Conflict, Refused, Stale, Unknown
from dcr.konnect.providers import DcrProvider, WantedProvider
from dcr.outcome import Outcome
from dcr.report import Verdict
from dcr.stages import dcr_provider
from dcr.stages.dcr_provider import diff_provider
from tests.unit.konnect.region import problem
from tests.unit.stages.surroundings import FACTS, ISSUER, Surroundings, a_platform

SUFFIX = "/.well-known/openid-configuration"
WANTED = WantedProvider("curity", "Curity", ISSUER + SUFFIX, "konnect-dcr", "1")


def found(**different: Any) -> DcrProvider:
    """The provider as this tool leaves it, but for what is named."""
    as_left = {
        "id": "00000000-0000-4000-8000-000000000001",
        "name": "curity",
        "display_name": "Curity",
        "provider_type": "curity",
        "issuer": ISSUER + SUFFIX,
        "dcr_config": {"initial_client_id": "konnect-dcr"},
        "labels": {"managed-by": "dcr", "secret-version": "1"},
        "created_at": datetime(2026, 11, 23, tzinfo=UTC),
    }
    return DcrProvider.model_validate(as_left | different)


def leaves(changes: tuple[Change, ...]) -> dict[str, tuple[str | None, str | None]]:
    return {change.path.removeprefix("konnect/dcr-providers/curity/"): (change.before, change.after) for change in changes}


@pytest.mark.parametrize(
    ("different", "wanted", "expected", "reason"),
    [
        ({}, WANTED, {}, "nothing differs"),
        ({"issuer": ISSUER + SUFFIX + "/"}, WANTED, {}, "Konnect may add a slash, and it means the same"),
        ({"issuer": ISSUER}, WANTED, {"issuer": (ISSUER, ISSUER + SUFFIX)}, "the how-to wants the whole address"),
        ({"display_name": None}, WANTED, {"display_name": (None, "Curity")}, "it may have none"),
        (
            {"dcr_config": {"initial_client_id": "other"}},
            WANTED,
            {"dcr_config/initial_client_id": ("other", "konnect-dcr")},
            "another client may not register",
        ),
        (
            {"labels": {"managed-by": "dcr", "secret-version": "1"}},
            WantedProvider("curity", "Curity", ISSUER + SUFFIX, "konnect-dcr", "2"),
            {"dcr_config/initial_client_secret": ("Vault version 1", "Vault version 2")},
            "a rotated secret is seen by its version alone",
        ),
        (
            {},
            WantedProvider("curity", "Curity", None, "konnect-dcr", None),
            {
                "issuer": (ISSUER + SUFFIX, "(known after apply)"),
                "dcr_config/initial_client_secret": ("Vault version 1", "(known after apply)"),
            },
            "what is not known yet may differ",
        ),
    ],
)
def test_the_difference_names_each_leaf(
    different: dict[str, Any], wanted: WantedProvider, expected: dict[str, tuple[str | None, str | None]], reason: str
) -> None:
    assert leaves(diff_provider(found(**different), wanted)) == expected, reason


def test_a_provider_without_our_label_is_a_conflict_on_every_leaf() -> None:
    changes = diff_provider(found(labels={}, display_name="Theirs"), WANTED)

    assert {change.path.rsplit("/", 1)[-1] for change in changes} == {"display_name", "initial_client_secret", "managed-by"}
    assert all("made by someone else" in change.conflict for change in changes)


def test_a_provider_in_use_says_whom_a_change_affects() -> None:
    (change,) = diff_provider(found(active=True, display_name="Old"), WANTED)

    assert "every API" in change.impact


def converge(around: Surroundings, *, write: bool = True, facts: dict[str, str] = FACTS, **rules: Any) -> Outcome:
    return dcr_provider.converge(around.run(platform=a_platform(**rules), write=write), facts, "")


def test_a_look_at_an_empty_region_plans_everything_and_writes_nothing() -> None:
    around = Surroundings().with_initial_client()
    outcome = converge(around, write=False, facts={})

    assert around.region.writes() == []
    assert leaves(outcome.changes) == {
        "provider_type": (None, "curity"),
        "display_name": (None, "Curity"),
        "issuer": (None, "(known after apply)"),
        "dcr_config/initial_client_id": (None, "konnect-dcr"),
        "dcr_config/initial_client_secret": (None, "(known after apply)"),
        "labels/managed-by": (None, "dcr"),
    }
    assert outcome.facts == {}


def test_the_provider_is_created_with_secret_and_version_in_one_request_under_the_platforms_lock() -> None:
    around = Surroundings().with_initial_client()
    outcome = converge(around)

    (body,) = [body for method, path, body in around.region.sent if (method, path) == ("POST", "/v2/dcr-providers")]
    assert body == {
        "name": "curity",
        "display_name": "Curity",
        "provider_type": "curity",
        "issuer": ISSUER + SUFFIX,
        "dcr_config": {"initial_client_id": "konnect-dcr", "initial_client_secret": "initial-secret"},
        "labels": {"managed-by": "dcr", "secret-version": "1"},
    }
    assert outcome.facts == {"dcr_provider.id": around.region.providers[0]["id"]}
    assert around.locks.history[0] == "hold platform/lock"
    assert around.locks.held == {"tenants/acme/lock"}


def test_a_second_run_writes_nothing_and_does_not_verify() -> None:
    around = Surroundings().with_initial_client()
    converge(around)
    before = len(around.region.sent)
    outcome = converge(around)

    assert outcome.changes == () and outcome.claims == () and outcome.left_overs == ()
    assert [call[:2] for call in around.region.sent[before:]] == [("GET", "/v2/dcr-providers")]


def test_a_rotated_secret_goes_out_with_its_version_and_nothing_else_does() -> None:
    around = Surroundings().with_initial_client()
    converge(around)
    around.vault.put("platform/initial-client", {"client_id": "konnect-dcr", "client_secret": "rotated"})
    converge(around, facts=FACTS | {"initial_client.version": "2"})

    (body,) = [body for method, _, body in around.region.sent if method == "PATCH"]
    assert body == {
        "dcr_config": {"initial_client_id": "konnect-dcr", "initial_client_secret": "rotated"},
        "labels": {"managed-by": "dcr", "secret-version": "2"},
    }


def test_a_changed_display_name_does_not_send_the_secret_again() -> None:
    around = Surroundings().with_initial_client()
    converge(around)
    around.region.providers[0]["display_name"] = "Renamed"
    converge(around)

    assert [body for method, _, body in around.region.sent if method == "PATCH"] == [
        {"display_name": "Curity", "labels": {"managed-by": "dcr"}}
    ]


def test_a_created_provider_whose_answer_was_lost_is_found_by_name() -> None:
    around = Surroundings().with_initial_client()

    def lose(carry_out: Any) -> httpx.Response:
        carry_out()
        raise httpx.ReadTimeout("lost")

    around.region.once("POST", "/v2/dcr-providers", lose)
    with pytest.raises(Unknown):
        converge(around)
    outcome = converge(around)

    assert len(around.region.providers) == 1
    assert outcome.facts == {"dcr_provider.id": around.region.providers[0]["id"]}


@pytest.mark.parametrize(
    "duplicate",
    [
        problem(409, "Conflict", "Key (org_id, name)=(x, curity) already exists."),
        problem(400, "Invalid Request", "Invalid Parameters", invalid_parameters=[{"field": "name", "reason": "must be unique"}]),
    ],
    ids=["409", "400"],
)
def test_a_provider_that_a_rival_made_meanwhile_is_looked_for_again(duplicate: httpx.Response) -> None:
    around = Surroundings().with_initial_client()
    around.region.once("POST", "/v2/dcr-providers", lambda _: duplicate)

    with pytest.raises(Stale):
        converge(around)


def test_a_provider_of_another_name_is_not_believed_whatever_the_filter_does() -> None:
    around = Surroundings().with_initial_client()
    other = found(name="other").model_dump(mode="json")
    page = {"data": [other], "meta": {"page": {"number": 1, "size": 10, "total": 1}}}
    around.region.once("GET", "/v2/dcr-providers", lambda _: httpx.Response(200, json=page))

    assert len(converge(around, write=False).changes) == 6


def test_what_a_rival_wrote_while_we_waited_for_the_lock_is_seen() -> None:
    around = Surroundings().with_initial_client()
    hold = around.locks.hold

    def rivals_turn_first(path: str, label: str, wait_seconds: float) -> Any:
        around.locks.hold = hold  # type: ignore[method-assign]
        converge(around)
        return hold(path, label, wait_seconds)

    around.locks.hold = rivals_turn_first  # type: ignore[method-assign]
    outcome = converge(around)

    assert len(around.region.providers) == 1
    assert outcome.changes == () and outcome.facts == {"dcr_provider.id": around.region.providers[0]["id"]}


def test_a_conflict_that_arose_while_we_waited_for_the_lock_stops_the_run() -> None:
    around = Surroundings().with_initial_client()
    hold = around.locks.hold

    def somebody_elses_turn_first(path: str, label: str, wait_seconds: float) -> Any:
        around.region.add(around.region.providers, **found(labels={}).model_dump(mode="json", exclude={"id", "created_at"}))
        return hold(path, label, wait_seconds)

    around.locks.hold = somebody_elses_turn_first  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        converge(around)
    assert around.region.writes() == []


def test_a_foreign_provider_stops_the_run_before_any_write() -> None:
    around = Surroundings().with_initial_client()
    around.region.add(around.region.providers, **found(labels={}).model_dump(mode="json", exclude={"id", "created_at"}))

    with pytest.raises(Conflict) as stopped:
        converge(around)
    assert around.region.writes() == [] and around.locks.history == []
    assert "made by someone else" in str(stopped.value)


def test_a_foreign_provider_is_taken_over_where_the_platform_allows_it() -> None:
    around = Surroundings().with_initial_client()
    theirs = found(labels={"team": "theirs"}).model_dump(mode="json", exclude={"id", "created_at"})
    around.region.add(around.region.providers, **theirs)
    converge(around, on_conflict="overwrite")

    assert len(around.region.providers) == 1
    assert around.region.providers[0]["labels"] == {"team": "theirs", "managed-by": "dcr", "secret-version": "1"}
    assert around.region.providers[0]["dcr_config"]["initial_client_secret"] == "initial-secret"


@pytest.mark.parametrize("on_conflict", ["stop", "overwrite"])
def test_a_provider_of_another_type_is_never_overwritten(on_conflict: str) -> None:
    around = Surroundings().with_initial_client()
    theirs = found(provider_type="auth0", labels={"managed-by": "dcr"}).model_dump(mode="json", exclude={"id", "created_at"})
    around.region.add(around.region.providers, **theirs)

    assert "auth0" in str(converge(around, write=False).problems[0])
    with pytest.raises(Conflict):
        converge(around, on_conflict=on_conflict)
    assert around.region.writes() == []


def test_of_several_providers_ours_is_used_and_the_others_of_ours_are_named() -> None:
    around = Surroundings().with_initial_client()
    converge(around)
    copy = around.region.providers[0] | {"id": around.region.new_id(), "created_at": "2026-11-23T01:00:00Z"}
    foreign = copy | {"id": around.region.new_id(), "created_at": "2026-11-22T01:00:00Z", "labels": {}}
    around.region.providers += [copy, foreign]
    outcome = converge(around, write=False)

    assert outcome.facts == {"dcr_provider.id": around.region.providers[0]["id"]}
    assert len(outcome.warnings) == 1
    assert copy["id"] in outcome.warnings[0] and foreign["id"] not in outcome.warnings[0]


def test_a_platform_that_a_tenant_may_not_change_stops_the_tenants_run() -> None:
    around = Surroundings().with_initial_client()

    with pytest.raises(Conflict, match="prepare platform"):
        converge(around, profile_changes="stop")
    assert around.region.writes() == []


def test_a_konnect_that_forgets_labels_is_found_out() -> None:
    around = Surroundings().with_initial_client()

    def forgetful(carry_out: Any) -> httpx.Response:
        answer: httpx.Response = carry_out()
        around.region.providers[0]["labels"] = {}
        return answer

    around.region.once("POST", "/v2/dcr-providers", forgetful)
    with pytest.raises(CheckFailed, match="labels/managed-by"):
        converge(around)


def test_no_placeholder_is_ever_written() -> None:
    around = Surroundings().with_initial_client()

    with pytest.raises(Refused, match="issuer is not known"):
        converge(around, facts={"initial_client.version": "1"})
    assert around.region.writes() == []


def test_nothing_is_created_while_the_initial_clients_secret_is_not_in_vault() -> None:
    around = Surroundings()

    with pytest.raises(Refused, match="no secret of the initial client"):
        converge(around)
    assert around.region.writes() == []


@pytest.mark.parametrize(
    ("verification", "verdict", "said"),
    [
        ({"status": "success", "errors": []}, Verdict.OK, ""),
        ({"status": "failed", "errors": ["Unable to create the DCR application"]}, Verdict.FAILED, "Unable to create the DCR application"),
        ({"status": "failed", "errors": []}, Verdict.FAILED, "failed"),
    ],
)
def test_the_result_of_verify_is_told_in_words_with_what_it_may_leave_behind(
    verification: dict[str, Any], verdict: Verdict, said: str
) -> None:
    around = Surroundings().with_initial_client()
    around.region.verification = verification
    outcome = converge(around)

    (claim,) = outcome.claims
    assert claim.verdict is verdict and said in claim.detail
    assert claim.evidence is not None and claim.evidence.call.endswith("/verify")
    assert [left.system for left in outcome.left_overs] == ["curity"]
    assert outcome.facts, "a failing verify does not undo the provider"


@pytest.mark.parametrize(
    ("answer", "verdicts", "warnings"),
    [
        (problem(400, "Bad Request", "Issuer unreachable"), [Verdict.FAILED], 0),
        (problem(403, "Forbidden"), [Verdict.FAILED], 0),
        (problem(500, "Internal"), [], 1),
        (problem(429, "Too Many Requests"), [], 1),
    ],
    ids=["400", "403", "500", "429"],
)
def test_a_verify_that_is_refused_is_a_failed_claim_and_one_without_answer_a_warning(
    answer: httpx.Response, verdicts: list[Verdict], warnings: int
) -> None:
    around = Surroundings().with_initial_client()

    def much_later(_: Any) -> httpx.Response:
        around.now += 60
        return answer

    around.region.once("POST", "/v2/dcr-providers/.+/verify", much_later)
    outcome = converge(around)

    assert [claim.verdict for claim in outcome.claims] == verdicts
    assert len(outcome.warnings) == warnings
    assert len(outcome.left_overs) == 1


def test_the_lock_is_renewed_right_before_create_and_before_verify() -> None:
    around = Surroundings().with_initial_client()
    converge(around)

    assert around.locks.history == ["hold platform/lock", "renew platform/lock", "renew platform/lock"]
