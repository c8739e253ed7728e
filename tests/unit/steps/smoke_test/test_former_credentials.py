"""Credentials that should be dead are asked about as long as Vault remembers them, and sent to no route that is open."""

from __future__ import annotations

import json

import pytest

from dcr.model.tenant import Tenant
from dcr.results.report import Claim, Verdict
from dcr.vault import paths
from tests.unit.steps.contexts import a_tenant
from tests.unit.steps.smoke_test.smoke_world import ID, SECRET, TOKEN_ENDPOINT, SmokeWorld

FORMER = "former application old-client is refused at GET /payments"


def remembering(**changes: object) -> SmokeWorld:
    """A world whose Vault remembers an application that nobody asks for; it shares its credentials with the one that is asked for."""
    world = SmokeWorld(**changes)  # type: ignore[arg-type]
    record = {"client_id": ID, "client_secret": SECRET, "token_endpoint": TOKEN_ENDPOINT, "state": "active", "way": "portal"}
    world.vault.put(paths.application("acme", "old-client"), record)
    return world


def of_former(claims: dict[str, Claim]) -> dict[str, Claim]:
    return {what: claim for what, claim in claims.items() if "former" in what}


def test_where_nothing_is_former_nothing_is_claimed_of_it() -> None:
    assert of_former(SmokeWorld().claims()) == {}


def test_former_credentials_that_still_get_in_are_a_failure() -> None:
    claims = of_former(remembering().claims())
    assert len(claims) == 2 and {claim.verdict for claim in claims.values()} == {Verdict.FAILED}
    assert "still get in" in claims[FORMER].detail


def test_former_credentials_that_are_refused_are_fine() -> None:
    assert of_former(remembering(registered={"/orders"}).claims())[FORMER].verdict is Verdict.OK


@pytest.mark.parametrize(("changes", "said"), [({"asks_for_credentials": False}, "not asked"), ({"routes": {"/orders"}}, "not asked")])
def test_credentials_are_sent_only_where_the_same_request_without_them_was_refused(changes: dict[str, object], said: str) -> None:
    world = remembering(**changes)
    claim = of_former(world.claims(payments_only()))[FORMER]
    assert claim.verdict is Verdict.UNKNOWN and claim.detail.startswith(said)


def payments_only() -> Tenant:
    application = {"name": "checkout", "redirect_uri": "https://shop.example/cb", "apis": ["Payments"]}
    return a_tenant(apis=[{"name": "Payments", "path": "/payments"}], applications=[application])


def test_a_present_application_is_asked_about_at_apis_that_the_tenant_had() -> None:
    world = SmokeWorld()
    dropped = {"label": "Orders v1", "portal": "p", "portal_id": "1", "api_id": "2", "method": "GET", "path": "/orders"}
    spec = {"tenant": a_tenant().model_dump_json(), "requested_by": "Ada", "schema_version": "2", "publications": json.dumps([dropped])}
    world.vault.put(paths.tenant_spec("acme"), spec)
    claim = world.claims(payments_only())["application checkout is refused at GET /orders"]
    assert claim.verdict is Verdict.FAILED
