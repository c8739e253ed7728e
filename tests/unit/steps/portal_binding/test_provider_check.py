"""Konnect's verify: told in words, with what it may leave behind, and never the end of a run."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from dcr.results.report import Verdict
from sandbox.konnect.state import Provider
from tests.in_process import CarryOut, answered, problem
from tests.unit.kong_in_process import KongInProcess
from tests.unit.steps.contexts import INITIAL_CLIENT, StepWorld
from tests.unit.steps.portal_binding.one_provider import converge

VERIFY = ("POST", "/v2/dcr-providers/.+/verify")


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
