"""Konnect's verify: told in words, with what it may leave behind, never the end of a run, and asked again until it ends well."""

from __future__ import annotations

from functools import partial
from typing import Any

import httpx
import pytest

from dcr.results.report import Verdict
from sandbox.konnect.state import Provider
from tests.in_process import CarryOut, Mishap, answered, lost, problem
from tests.unit.kong_in_process import KongInProcess
from tests.unit.steps.contexts import FACTS, INITIAL_CLIENT, StepWorld
from tests.unit.steps.fake_vault import FakeVault
from tests.unit.steps.portal_binding.one_provider import converge, plan

VERIFY = ("POST", "/v2/dcr-providers/.+/verify")
REMEMBERED = "platform/dcr-provider"
NOT_WELL = {
    "failed": answered(httpx.Response(200, json={"status": "failed", "errors": ["x"]})),
    "refused": answered(problem(400, "Bad Request")),
    "no answer": answered(problem(500, "Internal")),
    "lost after it was applied": lost,
}


@pytest.mark.parametrize("secret", ["right", "wrong"])
@pytest.mark.parametrize("reading", ["failed-in-200", "400"])
def test_the_result_of_verify_is_told_in_words_with_what_it_may_leave_behind(secret: str, reading: str) -> None:
    world = StepWorld(KongInProcess(konnect_verify_failure=reading)).with_initial_client()
    if secret == "wrong":
        world.vault.change(INITIAL_CLIENT, client_secret="wrong")
    outcome = converge(world)

    (claim,) = outcome.claims
    assert claim.verdict is (Verdict.OK if secret == "right" else Verdict.FAILED)
    assert secret == "right" or "Unable to create the DCR application" in claim.detail
    if (secret, reading) != ("wrong", "400"):  # a refusal is told as such
        assert claim.evidence is not None and claim.evidence.call.endswith("/verify")
    assert [left.system for left in outcome.orphans] == ["curity"]
    assert len(world.kong.clients()) == (secret == "right")
    assert outcome.facts.provider_id == world.kong.only(Provider).id, "a failing verify does not undo the provider"


def test_a_failure_without_words_is_told_too() -> None:
    world = StepWorld().with_initial_client()
    world.kong.traffic.once(*VERIFY, answered(httpx.Response(200, json={"status": "failed", "errors": []})))
    (claim,) = converge(world).claims

    assert claim.verdict is Verdict.FAILED and "failed" in claim.detail


@pytest.mark.parametrize(
    ("answer", "verdicts", "warnings"),
    [
        (problem(400, "Bad Request", "Issuer unreachable"), [Verdict.FAILED], 0),
        (problem(403, "Forbidden"), [Verdict.FAILED], 0),
        (problem(500, "Internal"), [Verdict.UNKNOWN], 0),
        (problem(429, "Too Many Requests"), [Verdict.UNKNOWN], 0),
    ],
    ids=["400", "403", "500", "429"],
)
def test_a_verify_that_is_refused_is_a_failed_claim_and_one_without_answer_is_unknown(
    answer: httpx.Response, verdicts: list[Verdict], warnings: int
) -> None:
    world = StepWorld().with_initial_client()

    def much_later(_: CarryOut) -> Any:
        world.time.pass_by(60)
        return answer

    world.kong.traffic.once(*VERIFY, much_later)
    outcome = converge(world)

    assert [claim.verdict for claim in outcome.claims] == verdicts
    assert len(outcome.warnings) == warnings
    assert len(outcome.orphans) == 1


@pytest.mark.parametrize("mishap", NOT_WELL.values(), ids=NOT_WELL)
def test_a_verify_that_did_not_end_well_is_asked_again_by_later_runs_until_it_does(mishap: Mishap) -> None:
    world = StepWorld().with_initial_client()
    for _ in range(2):
        world.kong.traffic.once(*VERIFY, mishap)
        (claim,) = converge(world).claims
        assert claim.verdict is not Verdict.OK
    (planned,) = plan(world).changes
    assert planned.path == "konnect/dcr-providers/curity/verify"
    assert (planned.before or "").startswith(f"{claim.verdict} at ") and planned.after == "verified by Konnect"

    world.kong.traffic.clear()
    again = converge(world)
    assert again.changes == (planned,) and [claim.verdict for claim in again.claims] == [Verdict.OK]
    assert world.kong.traffic.writes() == [("POST", f"/v2/dcr-providers/{world.kong.only(Provider).id}/verify")]
    world.kong.traffic.clear()
    afterwards = converge(world)
    assert (afterwards.changes, afterwards.claims, world.kong.traffic.writes()) == ((), (), [])


def test_how_a_verify_ended_is_remembered_beside_the_provider_without_any_words_of_konnects() -> None:
    world = StepWorld().with_initial_client()
    world.kong.traffic.once(*VERIFY, NOT_WELL["failed"])
    converge(world)
    remembered = world.vault.kept[REMEMBERED][0]
    assert remembered == {"provider_id": world.kong.only(Provider).id, "verify": remembered["verify"]}
    assert remembered["verify"].startswith("failed at ")

    converge(world)
    assert world.vault.kept[REMEMBERED][0]["verify"] == "ok"


@pytest.mark.parametrize("changed", [False, True], ids=["made", "changed"])
@pytest.mark.parametrize("after", ["the write", "the verify"])
def test_a_run_that_dies_between_the_providers_write_and_vaults_memory_owes_the_verify(
    changed: bool, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = StepWorld().with_initial_client()
    if changed:
        converge(world)
        world.kong.only(Provider).display_name = "Renamed"
    with monkeypatch.context() as dying, pytest.raises(Killed):
        if after == "the write":
            world.kong.traffic.once(*VERIFY, _killed)
        else:
            dying.setattr(world.vault, "put", partial(_killed_at_the_second, world.vault, []))
        converge(world)
    world.kong.traffic.clear()

    (claim,) = converge(world).claims
    assert claim.verdict is Verdict.OK
    assert world.kong.traffic.writes() == [("POST", f"/v2/dcr-providers/{world.kong.only(Provider).id}/verify")]
    assert plan(world).changes == ()


class Killed(BaseException):
    """The process ends here."""


def _killed(_: CarryOut) -> Any:
    raise Killed


def _killed_at_the_second(vault: FakeVault, written: list[str], path: str, values: Any, **how: Any) -> int:
    written.append(path)
    if len(written) > 1:
        raise Killed
    return FakeVault.put(vault, path, values, **how)


def test_one_run_asks_for_a_verify_once_however_it_ends() -> None:
    world = StepWorld().with_initial_client()
    world.kong.traffic.once(*VERIFY, NOT_WELL["failed"])
    known = FACTS.merge(converge(world).facts)

    assert plan(world, known).changes == () and converge(world, known).claims == ()
    assert len(world.kong.traffic.bodies(*VERIFY)) == 1


def test_a_tenants_run_that_may_not_change_the_platform_leaves_the_verify_to_the_platforms_own() -> None:
    world = StepWorld().with_initial_client()
    world.kong.traffic.once(*VERIFY, NOT_WELL["failed"])
    converge(world)
    world.kong.traffic.clear()

    found = converge(world, profile_changes="stop")
    assert (found.changes, world.kong.traffic.writes()) == ((), [])
    (warning,) = found.warnings
    assert "was last verified: failed at" in warning and "`dcr prepare`" in warning


def test_a_look_after_a_verify_that_did_not_end_well_asks_nothing() -> None:
    world = StepWorld().with_initial_client()
    world.kong.traffic.once(*VERIFY, NOT_WELL["failed"])
    converge(world)
    world.kong.traffic.clear()

    assert len(plan(world).changes) == 1
    assert world.kong.traffic.writes() == []
