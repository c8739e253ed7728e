"""What lives beside us, and must never be called an orphan; each with what has to be told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dcr.engine.offboarding import Level
from dcr.inventory.thing import Judgement
from dcr.model.tenant import Tenant
from tests.inventory.operator import Operator
from tests.inventory.planted import PAYMENTS, second_strategy
from tests.onboarding.leaving import offboarded

OURS, FOREIGN = Judgement.OURS, Judgement.FOREIGN
Kinds = set[tuple[str, Judgement]]


def globex(acme: Tenant) -> Tenant:
    """Another tenant of the same portal and owner, with one imported application."""
    application = acme.application("payments-client").model_copy(update={"name": "billing-client"})
    return acme.model_copy(update={"slug": "globex", "applications": [application]})


def _nothing(by: Operator) -> None:
    """As it is after an onboarding."""


def _second_tenant(by: Operator) -> None:
    assert not by.living.onboard(globex(by.living.tenant)).failure


def _moved(by: Operator) -> None:
    """Everything of another name in the same portal: a tenant that shares only the application's name."""
    acme = by.living.tenant
    application = acme.application("payments-client")
    assert not by.living.onboard(acme.model_copy(update={"slug": "globex", "applications": [application]})).failure


def _strategy(by: Operator) -> dict[str, Any]:
    every = by.konnect("GET", "/v2/application-auth-strategies")["data"]
    found: dict[str, Any] = next(row for row in every if row["labels"].get("managed-by") == "dcr")
    return found


def _self_service(by: Operator) -> None:
    """A developer makes an application by hand in the portal, with our strategy."""
    portal = by.living.world.ready["portal"]
    developer = portal["developer"]
    login = {"username": developer["email"], "password": developer["password"]}
    by.http.post(f"{portal['url']}/api/v3/developer/authenticate", json=login).raise_for_status()
    wish = {"name": "my-own-client", "auth_strategy_id": _strategy(by)["id"], "redirect_uri": "https://app.example/cb"}
    by.http.post(f"{portal['url']}/api/v3/applications", json=wish).raise_for_status()


def _copy_in_use(by: Operator) -> None:
    """An API is published with a second strategy of ours."""
    copy = second_strategy(by)
    api = by.living.world.ready["konnect"]["apis"]["Payments"]
    partners = next(row["id"] for row in by.konnect("GET", "/v3/portals")["data"] if row["name"] == "partner-portal")
    by.konnect("PUT", f"/v3/apis/{api}/publications/{partners}", {"auth_strategy_ids": [copy], "visibility": "private"})


def _anothers_provider(by: Operator) -> None:
    config = {"initial_client_id": "theirs", "initial_client_secret": "theirs"}
    issuer = "https://login.example/.well-known/openid-configuration"
    body = {"name": "curity of staging", "provider_type": "curity", "issuer": issuer, "dcr_config": config}
    by.konnect("POST", "/v2/dcr-providers", body | {"labels": {"managed-by": "dcr"}})


def _access_revoked(by: Operator) -> None:
    assert not offboarded(by.living, Level.ACCESS).failure


def _line_of_a_living_client(by: Operator) -> None:
    line = f"2026-11-02T10:00:00Z acme.payments-client {by.kept('payments-client')['client_id']}"
    by.change(PAYMENTS, possible_orphans=line)


def _tenant_gone_whole(by: Operator) -> None:
    assert not offboarded(by.living, Level.EVERYTHING).failure


LIVING: Mapping[str, tuple[Callable[[Operator], None], Kinds]] = {
    "all that was onboarded": (_nothing, {("application", OURS), ("client", OURS), ("registration", OURS), ("publication", OURS)}),
    "a second tenant that shares publications": (_second_tenant, {("application", OURS), ("publication record", OURS)}),
    "a second tenant's application of the same name": (_moved, {("application", OURS)}),
    "a developer's own application": (_self_service, {("application", FOREIGN)}),
    "a copy of our strategy that is in use": (_copy_in_use, {("auth strategy", OURS)}),
    "another platform's provider": (_anothers_provider, {("DCR provider", FOREIGN)}),
    "a tenant whose access is revoked": (_access_revoked, {("application", OURS), ("registration", OURS)}),
    "a line that names a living client": (_line_of_a_living_client, {("client", OURS)}),
    "a platform whose only tenant has gone": (_tenant_gone_whole, {("DCR provider", OURS), ("initial client", OURS)}),
}
