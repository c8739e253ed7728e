"""Runs that are asked for by somebody, at a time, and what became of the tenant's record: for tests of whose it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from dcr.engine.observe import observe
from dcr.engine.onboarding import Finished, nobody, onboard
from dcr.engine.permission import Mandate
from dcr.engine.run import InThisProcess
from dcr.model.platform import Approval
from dcr.model.request import Request
from dcr.model.tenant import Tenant
from dcr.results.plan import Plan
from dcr.results.report import Decision
from dcr.steps.preflight.accepted import AcceptedRecord, remembered
from tests.sandbox_fixture import LivingWorld
from tests.vault_values import remove_value

SPEC = "vault/tenants/acme/spec"
OWNER = f"{SPEC}/requested_by"
WRITES = {"POST", "PUT", "PATCH", "DELETE"}
DECISION = Decision(approved=True, by="jane", reason="as agreed")
FIRST = Request("early-bird (0)", "0", "2026-10-01T06:00:00Z")
LAST_WEEK = Request("crashed-otter (1)", "1", "2026-11-01T06:00:00Z")
SINCE = Request("quick-fox (2)", "2", "2026-11-05T06:00:00Z")
NOW = Request("patient-owl (3)", "3", "2026-11-08T06:00:00Z")


def quiet(_seconds: float) -> None:
    """Nothing sleeps."""


@dataclass(slots=True)
class Requests:
    """Runs and plans at one world, each as a process of its own would make it."""

    living: LivingWorld

    def run(
        self,
        tenant: Tenant | None = None,
        request: Request | None = None,
        *take: str,
        approve: Callable[[Plan], Decision] | None = None,
        execution: InThisProcess | None = None,
        approval: Approval = Approval.NONE,
    ) -> Finished:
        rules = self.living.platform.rules.model_copy(update={"approval": approval})
        systems = self.living.systems()
        try:
            ctx = self.living.context(systems, tenant, self.living.platform.model_copy(update={"rules": rules}))
            asked = replace(ctx, request=request)
            return onboard(asked, execution or InThisProcess(quiet), "test", approve or nobody, Mandate(take=frozenset(take)))
        finally:
            systems.close()

    def plan(self, tenant: Tenant, request: Request, *take: str) -> Plan:
        systems = self.living.systems()
        try:
            ctx = replace(self.living.context(systems, tenant), request=request)
            return observe(ctx, sleep=quiet).plan(ctx.platform, ctx.tenant, Mandate(take=frozenset(take)))
        finally:
            systems.close()

    def record(self) -> AcceptedRecord:
        systems = self.living.systems()
        try:
            return remembered(self.living.context(systems))
        finally:
            systems.close()

    def empty(self, path: str) -> None:
        """An operator removes what Vault keeps at a path."""
        remove_value(self.living.world, path)

    def writes(self) -> list[tuple[str, str, str]]:
        """To the vendors' systems; logins at the portal apart."""
        asked = self.living.requests("curity-admin", "konnect", "portal")
        return [one for one in asked if one[1] in WRITES and not one[2].endswith("/authenticate")]

    def with_credentials(self) -> list[tuple[str, str, str]]:
        """Where an application's credentials may have gone."""
        return [one for one in self.living.requests("gateway", "curity-runtime") if "/.well-known/" not in one[2]]

    def begin_with(self, tenant: Tenant | None = None) -> None:
        """The tenant was onboarded long ago."""
        assert not self.run(tenant, FIRST).failure
        self.living.forget_requests()


@pytest.fixture
def requests(living: LivingWorld) -> Requests:
    return Requests(living)


def of(tenant: Tenant, uri: str = "", **changed: Any) -> Tenant:
    """The tenant with some fields changed, and with another redirect URI for its first application."""
    plain = tenant.model_dump(mode="json") | changed
    if uri:
        plain["applications"][0]["redirect_uri"] = uri
    return Tenant.model_validate(plain)


def mallory(living: LivingWorld) -> Tenant:
    """Acme's application, sent to another path, its browser to another host."""
    apis = [one.model_dump(mode="json") | {"path": "/unlinked"} for one in living.tenant.apis]
    return of(living.tenant, "https://mallory.example/callback", apis=apis, requested_by="mallory@evil.example")
