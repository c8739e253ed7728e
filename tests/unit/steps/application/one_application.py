"""The application of these tests: how it is converged, and whether Vault holds what works for it."""

from __future__ import annotations

from typing import Any

import httpx

from dcr.results.outcome import Outcome
from dcr.steps.application import application
from tests.unit.steps.contexts import FACTS, Surroundings, a_platform, a_tenant

PATH = "tenants/acme/applications/checkout"
STRATEGY, OTHER = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"


def facts_of(around: Surroundings) -> dict[str, str]:
    region = around.region
    known = {"portal.id": region.portals[0]["id"], "portal.url": "https://acme.edge.eu.portal.konghq.com"}
    return FACTS | known | {"owner.id": region.developers[0]["id"], "auth_strategy.id": STRATEGY}


def converge(around: Surroundings, *, write: bool = True, rules: Any = None, without: str = "", **tenant: Any) -> Outcome:
    facts = {name: value for name, value in facts_of(around).items() if name != without}
    return application.converge(around.run(a_tenant(**tenant), a_platform(**(rules or {})), write=write), facts, "checkout")


def kept(around: Surroundings) -> dict[str, str]:
    return around.vault.kept[PATH][0]


def the_application(around: Surroundings) -> Any:
    (only,) = around.region.applications
    return only


def works(around: Surroundings) -> bool:
    """Vault holds the credentials of the one application there is."""
    found, stored = the_application(around), kept(around)
    secrets = (f"secret-of-{found['client_id']}", f"another-secret-of-{found['client_id']}")
    same = (stored["application_id"], stored["client_id"]) == (found["id"], found["client_id"])
    return same and stored["state"] == "active" and stored["client_secret"] in secrets


def theirs(around: Surroundings, **different: Any) -> Any:
    """An application of that name that somebody made by hand."""
    strategy = {"id": STRATEGY, "name": "x", "credential_type": "client_credentials", "auth_methods": []}
    values = {"name": "checkout", "description": "Shop", "redirect_uri": "https://shop.example/callback", "client_id": "theirs"}
    return around.region.add(around.region.applications, **(values | {"auth_strategy": strategy} | different))


def losing(kind: type[httpx.TransportError] = httpx.ReadTimeout) -> Any:
    def lose(carry_out: Any) -> httpx.Response:
        carry_out()
        raise kind("lost")

    return lose
