"""Konnect's verify: told in words, with what it may leave behind, and never the end of a run."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from dcr.results.report import Verdict
from tests.unit.konnect.region import problem
from tests.unit.steps.contexts import Surroundings
from tests.unit.steps.portal_binding.one_provider import converge


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
    assert [left.system for left in outcome.orphans] == ["curity"]
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
    assert len(outcome.orphans) == 1
