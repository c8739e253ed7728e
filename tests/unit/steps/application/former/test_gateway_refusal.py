"""That the gateway refuses is shown with the seconds it took; credentials go nowhere that is open; what cannot be asked is never fine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from dcr.errors import CheckFailed, Passing
from dcr.gateway.client import GatewayAnswer
from dcr.results.evidence import Evidence
from dcr.results.outcome import Outcome
from dcr.results.report import Claim, Verdict
from dcr.secret import Secret
from dcr.steps.application import api_registrations as registrations
from sandbox.konnect.state import Application, Registration
from tests.unit.steps.application import one_application, one_import
from tests.unit.steps.application.one_application import PATH, facts_of, leaving, receipt, the_application
from tests.unit.steps.contexts import StepWorld, a_tenant, removed

Says = Callable[[int, bool], int]
"""How the so-many-th question is answered, without credentials or with them."""


@dataclass
class Gateway:
    """Answers by the question's number, and keeps what it was asked."""

    says: Says
    asked: list[tuple[str, bool]] = field(default_factory=list)

    def call(self, method: str, path: str, authorization: Secret | None = None) -> GatewayAnswer:
        self.asked.append((path, authorization is not None))
        status = self.says(len(self.asked), authorization is not None)
        if status == 0:
            raise Passing("gateway", "no answer came", "Look at it.")
        return GatewayAnswer(status, "", Evidence(f"{method} {path}", status, "2026-01-01T00:00:00Z", 1))


@pytest.fixture
def world() -> StepWorld:
    there = one_application.prepared()
    one_import.publish_all(there)
    one_application.converge(there)
    there.vault.put("tenants/acme/spec", {"tenant": a_tenant().model_dump_json(), "requested_by": "Ada", "ticket": ""})
    there.kong.register(the_application(there), "Payments", "approved")
    return there


def claim_of(world: StepWorld, says: Says) -> Claim:
    world.gateway = Gateway(says)
    (claim,) = remove(world).claims
    return claim


def remove(world: StepWorld, *, revoking: bool = False) -> Outcome:
    return removed(registrations, world, facts_of(world), "checkout", tenant=leaving(), revoking=revoking)


def test_a_refusal_is_shown_with_its_seconds(world: StepWorld) -> None:
    claim = claim_of(world, lambda number, known: 200 if known and number < 4 else 403 if known else 401)

    assert (claim.verdict, claim.what) == (Verdict.OK, "gateway refused checkout at GET /payments 2 s after")
    assert world.gateway.asked == [("/payments", False), ("/payments", True)] * 2
    assert "GET /payments answered 403" in receipt(world)["removed"]


@pytest.mark.parametrize("revoking", [False, True])
def test_credentials_that_still_get_in_after_the_deadline_are_a_failure(world: StepWorld, revoking: bool) -> None:
    world.gateway = Gateway(lambda _number, known: 200 if known else 401)
    (claim,) = remove(world, revoking=revoking).claims

    assert claim.verdict is Verdict.FAILED and "still get in" in claim.detail
    assert [one.status for one in world.kong.made(Registration)] == (["revoked"] if revoking else [])


@pytest.mark.parametrize(
    ("status", "reason"), [(200, "an open route"), (404, "no such route"), (503, "nobody could tell"), (0, "no answer")]
)
def test_credentials_are_not_sent_where_the_bare_request_was_not_refused(world: StepWorld, status: int, reason: str) -> None:
    claim = claim_of(world, lambda _number, _known: status)

    assert claim.verdict is Verdict.UNKNOWN, reason
    assert {known for _, known in world.gateway.asked} == {False}


@pytest.mark.parametrize("lost", ["the request", "the secret"])
def test_what_nobody_can_ask_is_not_known(world: StepWorld, lost: str) -> None:
    if lost == "the request":
        world.vault.remove("tenants/acme/spec")
    else:
        world.vault.change(PATH, client_secret="")
    claim = claim_of(world, lambda _number, _known: 401)

    assert claim.verdict is Verdict.UNKNOWN and claim.detail.startswith("not asked") and world.gateway.asked == []


def test_a_record_stays_as_long_as_the_gateway_lets_its_credentials_in(world: StepWorld) -> None:
    world.gateway = Gateway(lambda _number, known: 200 if known else 401)

    with pytest.raises(CheckFailed, match=r"still get in at GET /orders.*its record in Vault stays"):
        one_application.remove(world)
    assert PATH in world.vault.kept and world.kong.made(Application) == [] and world.kong.clients() == []
    world.gateway = Gateway(lambda _number, _known: 401)
    assert one_application.take_away(world) and PATH not in world.vault.kept


def test_all_registrations_of_one_removal_wait_together(world: StepWorld) -> None:
    world.kong.register(the_application(world), "Orders v1", "approved")
    world.gateway = Gateway(lambda _number, known: 200 if known else 401)
    began = world.time.clock().now()
    outcome = remove(world)

    assert [claim.verdict for claim in outcome.claims] == [Verdict.FAILED] * 2
    assert world.time.clock().now() - began <= 120 + 2
