"""The imported application of these tests: how it is converged, and whether Vault holds what works for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dcr.results.outcome import Outcome
from dcr.steps.application import api_registrations as registrations
from dcr.steps.application import application
from dcr.steps.application.imported import replaced_client
from tests.unit.curity.runtime.registrar import CURITY, REGISTRATION_PATH
from tests.unit.steps.application.one_application import PATH, STRATEGY, facts_of
from tests.unit.steps.contexts import Surroundings, a_platform, a_tenant

__all__ = ["PATH", "STRATEGY"]
NAME = "acme-checkout"
ASKED = {"name": "checkout", "description": "Shop", "redirect_uri": "https://shop.example/callback", "way": "import"}


def prepared(around: Surroundings | None = None) -> Surroundings:
    """Everything is there but the application."""
    around = (around or Surroundings()).with_portal().with_initial_client()
    for api in around.region.apis:
        around.region.publications[api["id"]] = {"auto_approve_registrations": False}
    return around


def facts(around: Surroundings) -> dict[str, str]:
    region = around.region
    apis = {f"api.{label}.id": api["id"] for label, api in zip(("Orders v1", "Payments"), region.apis, strict=True)}
    return facts_of(around) | apis | {"registration_endpoint": f"{CURITY}{REGISTRATION_PATH}"}


def converge(
    around: Surroundings, *, write: bool = True, rules: Any = None, replace: Iterable[str] = (), asked: Any = None, **tenant: Any
) -> Outcome:
    """The application alone."""
    wanted = a_tenant(applications=[ASKED | (asked or {})], **tenant)
    run = around.run(wanted, a_platform(**(rules or {})), write=write, replace=replace)
    return application.converge(run, facts(around), "checkout")


def converge_all(around: Surroundings, *, write: bool = True, replace: Iterable[str] = (), **tenant: Any) -> list[Outcome]:
    """The application, its registrations, and the removal of what it replaced."""
    known, outcomes = facts(around), []
    run = around.run(a_tenant(applications=[ASKED], **tenant), write=write, replace=replace)
    for step in (application, registrations, replaced_client):
        outcomes.append(step.converge(run, known, "checkout"))
        known |= outcomes[-1].facts
    return outcomes


def kept(around: Surroundings) -> dict[str, str]:
    return around.vault.kept[PATH][0]


def works(around: Surroundings) -> bool:
    """Vault holds the credentials of the one client and the one application there are."""
    (client_id,) = around.curity.clients
    (found,) = around.region.applications
    stored = kept(around)
    same = (stored["application_id"], stored["client_id"], found["client_id"]) == (found["id"], client_id, client_id)
    return same and stored["state"] == "active" and stored["client_secret"] == f"secret-of-{client_id}"
