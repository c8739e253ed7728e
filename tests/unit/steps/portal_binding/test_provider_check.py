"""Konnect's verify: told in words, with what it may leave behind, never the end of a run, and asked again until it ends well."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest

from dcr.engine.observe import observe
from dcr.errors import LostLock, Refused, Unknown
from dcr.results.report import Verdict
from dcr.steps.table import DCR_PROVIDER
from sandbox.konnect.state import Provider
from tests.in_process import CarryOut, Mishap, answered, lost, problem
from tests.unit.kong_in_process import KongInProcess
from tests.unit.steps.contexts import FACTS, INITIAL_CLIENT, StepWorld, a_context, a_platform
from tests.unit.steps.portal_binding.one_provider import converge, plan

CREATE, CHANGE = ("POST", "/v2/dcr-providers"), ("PATCH", "/v2/dcr-providers/.+")
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


@pytest.mark.parametrize("first", [True, False], ids=["created", "changed"])
def test_that_it_was_not_asked_yet_is_remembered_before_anything_is_written(first: bool) -> None:
    world = StepWorld().with_initial_client()
    if not first:
        converge(world)
        world.kong.only(Provider).display_name = "Old"
    before: list[dict[str, str]] = []

    def looked_at(carry_out: CarryOut) -> httpx.Response:
        before.append(world.vault.kept[REMEMBERED][0])
        return carry_out()

    world.kong.traffic.once(*(CREATE if first else CHANGE), looked_at)
    converge(world)
    assert before == [{"verify": "not asked yet"}]
    assert world.vault.kept[REMEMBERED][0] == {"provider_id": world.kong.only(Provider).id, "verify": "ok"}


class Killed(BaseException):
    """Stands for the end of the process."""


def killed(_carry_out: CarryOut) -> httpx.Response:
    raise Killed


def killed_after(carry_out: CarryOut) -> httpx.Response:
    carry_out()
    raise Killed


Ending = tuple[tuple[str, str] | None, Callable[[StepWorld], Mishap], type[BaseException]]
"""The call that goes wrong, None for the one that writes the provider; how; and how that ends the run."""


def lock_lost(world: StepWorld) -> Mishap:
    def lose(carry_out: CarryOut) -> httpx.Response:
        world.locks.held.clear()
        return carry_out()

    return lose


ENDINGS: dict[str, Ending] = {
    "killed before the write": (None, lambda _world: killed, Killed),
    "killed between write and verify": (None, lambda _world: killed_after, Killed),
    "the write's answer lost": (None, lambda _world: lost, Unknown),
    "lock lost between write and verify": (None, lock_lost, LostLock),
    "killed before the verify": (VERIFY, lambda _world: killed, Killed),
    "killed between verify and Vault": (VERIFY, lambda _world: killed_after, Killed),
    "lock lost between verify and Vault": (VERIFY, lock_lost, LostLock),
}


@pytest.mark.parametrize("first", [True, False], ids=["created", "changed"])
@pytest.mark.parametrize(("call", "mishap", "error"), ENDINGS.values(), ids=ENDINGS)
def test_a_verify_that_nobody_knows_the_end_of_is_asked_by_the_next_run(
    call: tuple[str, str] | None, mishap: Callable[[StepWorld], Mishap], error: type[BaseException], first: bool
) -> None:
    world = StepWorld().with_initial_client()
    if not first:
        converge(world)
        world.kong.only(Provider).display_name = "Old"
    world.kong.traffic.once(*(call or (CREATE if first else CHANGE)), mishap(world))
    with pytest.raises(error):
        converge(world)
    world.locks.held.add("tenants/acme/lock")
    world.kong.traffic.clear()

    assert [claim.verdict for claim in converge(world).claims] == [Verdict.OK]
    assert len(world.kong.traffic.bodies(*VERIFY)) == 1
    assert converge(world).claims == () and len(world.kong.traffic.bodies(*VERIFY)) == 1


@pytest.mark.parametrize("answer", [*NOT_WELL.values(), lambda carry_out: carry_out()], ids=[*NOT_WELL, "well"])
def test_an_end_that_vault_does_not_keep_is_told_and_the_next_run_asks_again(monkeypatch: pytest.MonkeyPatch, answer: Mishap) -> None:
    """What verify may have left at Curity has to come into the report, so this does not end the run."""
    world = StepWorld().with_initial_client()

    def vault_gone(*_given: Any, **_named: Any) -> int:
        raise Refused("vault: platform/dcr-provider", "permission denied", "Give it the right.")

    def then_vault_fails(carry_out: CarryOut) -> httpx.Response:
        monkeypatch.setattr(world.vault, "put", vault_gone)
        return answer(carry_out)

    world.kong.traffic.once(*VERIFY, then_vault_fails)
    outcome = converge(world)
    assert len(outcome.claims) == len(outcome.orphans) == 1
    (warning,) = outcome.warnings
    assert "permission denied" in warning and "next run" in warning

    monkeypatch.undo()
    assert [claim.verdict for claim in converge(world).claims] == [Verdict.OK]


def test_what_another_run_remembers_meanwhile_is_not_overwritten() -> None:
    """A process that stood still may believe in its lock when another has taken over."""
    world = StepWorld().with_initial_client()
    theirs = {"provider_id": "x", "verify": "failed at 2026-11-23T10:00:00Z"}

    def taken_over(carry_out: CarryOut) -> httpx.Response:
        world.vault.keep(REMEMBERED, theirs)
        return carry_out()

    world.kong.traffic.once(*VERIFY, taken_over)
    assert len(converge(world).warnings) == 1
    assert world.vault.kept[REMEMBERED][0] == theirs


def test_to_remember_costs_konnect_nothing() -> None:
    world = StepWorld().with_initial_client()
    converge(world)
    provider = f"/v2/dcr-providers/{world.kong.only(Provider).id}"

    asked = [call[:2] for call in world.kong.traffic.sent]
    assert asked == [("GET", "/v2/dcr-providers"), CREATE, ("POST", f"{provider}/verify"), ("GET", provider)]


def test_one_run_asks_for_a_verify_once_however_it_ends() -> None:
    world = StepWorld().with_initial_client()
    world.kong.traffic.once(*VERIFY, NOT_WELL["failed"])
    known = FACTS.merge(converge(world).facts)

    assert plan(world, known).changes == () and converge(world, known).claims == ()
    assert len(world.kong.traffic.bodies(*VERIFY)) == 1


@pytest.mark.parametrize(("call", "mishap", "said"), [(VERIFY, NOT_WELL["failed"], "failed at "), (CREATE, lost, "not asked yet")])
@pytest.mark.parametrize(("rule", "for_platform", "asks"), [("stop", False, False), ("apply", False, True), ("stop", True, True)])
def test_a_tenants_run_that_may_not_change_the_platform_leaves_the_verify_to_the_platforms_own(
    call: tuple[str, str], mishap: Mishap, said: str, rule: str, for_platform: bool, asks: bool
) -> None:
    world = StepWorld().with_initial_client()
    world.kong.traffic.once(*call, mishap)
    with suppress(Unknown):
        converge(world)
    world.kong.traffic.clear()

    ctx = a_context(world, FACTS, platform=a_platform(profile_changes=rule), for_platform=for_platform)
    plan = observe(ctx, sleep=world.time.sleep, entries=(DCR_PROVIDER,)).plan(ctx.platform, ctx.tenant)
    assert plan.possible and world.kong.traffic.writes() == []
    assert [change.path for change in plan.changes] == (["konnect/dcr-providers/curity/verify"] if asks else [])
    told = [] if asks else [f"konnect: the platform's DCR provider curity is not verified: {said}"]
    assert [warning[: len(one)] for warning, one in zip(plan.warnings, told, strict=True)] == told
    assert all("`dcr prepare` asks again" in warning for warning in plan.warnings)


def test_another_difference_of_the_provider_still_stops_a_tenants_run_that_may_not_change_the_platform() -> None:
    world = StepWorld().with_initial_client()
    world.kong.traffic.once(*VERIFY, NOT_WELL["failed"])
    converge(world)
    world.kong.only(Provider).display_name = "Old"

    ctx = a_context(world, FACTS, platform=a_platform(profile_changes="stop"))
    plan = observe(ctx, sleep=world.time.sleep, entries=(DCR_PROVIDER,)).plan(ctx.platform, ctx.tenant)
    assert [stop.field for stop in plan.stops] == ["konnect/dcr-providers/curity/display_name"]


def test_a_look_after_a_verify_that_did_not_end_well_asks_nothing() -> None:
    world = StepWorld().with_initial_client()
    world.kong.traffic.once(*VERIFY, NOT_WELL["failed"])
    converge(world)
    world.kong.traffic.clear()

    assert len(plan(world).changes) == 1
    assert world.kong.traffic.writes() == []
