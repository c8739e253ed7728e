"""The one list of steps, in the order in which the world changes. Flows, plan and the run without Prefect all walk it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from dcr.model.tenant import Tenant
from dcr.results.changes import Scope, Stage
from dcr.results.outcome import Facts, Outcome
from dcr.steps.application import api_registrations as registrations
from dcr.steps.application import application
from dcr.steps.application.imported import replaced_client
from dcr.steps.context import Run
from dcr.steps.curity_configuration import curity_configuration, initial_client
from dcr.steps.dcr_enablement import dcr_enablement, registration_endpoint
from dcr.steps.portal_binding import auth_strategy, dcr_provider, publication
from dcr.steps.preflight import portal_and_apis, tenant_record, vault_access
from dcr.steps.smoke_test import smoke_test

Converge = Callable[[Run, Facts, str], Outcome]


class Each(Enum):
    """What a step is done for."""

    ONCE = auto()
    API = auto()
    APPLICATION = auto()

    @property
    def several(self) -> bool:
        """Whether there may be more than one, so that a name needs the item."""
        return self is not Each.ONCE


class When(Enum):
    """When a step is done, given what the look before it found."""

    LOOKING = auto()  # only then: it never writes
    DIFFERENT = auto()  # when the look found something to write for it
    ANY_CHANGE = auto()  # when the look found something to write for any step: it waits for what others wrote
    ALWAYS = auto()


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to converge."""

    name: str
    stage: Stage
    scope: Scope
    converge: Converge
    asks: frozenset[str]  # systems; once one of them fails a look, the look does not ask it again and again
    each: Each = Each.ONCE
    when: When = When.DIFFERENT

    def items(self, tenant: Tenant | None) -> tuple[str, ...]:
        """For what it is done: nothing in particular (""), or the tenant's APIs or applications by name."""
        if self.scope is Scope.TENANT and tenant is None:
            return ()
        if tenant is None or self.each is Each.ONCE:
            return ("",)
        if self.each is Each.API:
            return tuple(api.label for api in tenant.apis)
        return tuple(application.name for application in tenant.applications)


PLATFORM, TENANT = Scope.PLATFORM, Scope.TENANT


def _asks(*systems: str) -> frozenset[str]:
    return frozenset(systems)


VAULT_ACCESS = Step("vault access", Stage.PREFLIGHT, PLATFORM, vault_access.converge, _asks("vault"), when=When.LOOKING)
PORTAL_AND_APIS = Step("portal and APIs", Stage.PREFLIGHT, TENANT, portal_and_apis.converge, _asks("konnect"), when=When.LOOKING)
TENANT_RECORD = Step("tenant record", Stage.PREFLIGHT, TENANT, tenant_record.converge, _asks("vault"))
INITIAL_CLIENT = Step("initial client", Stage.CURITY_CONFIGURATION, PLATFORM, initial_client.converge, _asks("vault"))
CURITY_CONFIGURATION = Step(
    "curity configuration", Stage.CURITY_CONFIGURATION, PLATFORM, curity_configuration.converge, _asks("vault", "curity")
)
DCR_ENABLEMENT = Step("DCR enablement", Stage.DCR_ENABLEMENT, PLATFORM, dcr_enablement.converge, _asks("curity"))
REGISTRATION_ENDPOINT = Step(
    "registration endpoint",
    Stage.DCR_ENABLEMENT,
    PLATFORM,
    registration_endpoint.converge,
    _asks("curity", "oauth"),
    when=When.ANY_CHANGE,
)
DCR_PROVIDER = Step("DCR provider", Stage.PORTAL_BINDING, PLATFORM, dcr_provider.converge, _asks("vault", "konnect"))
AUTH_STRATEGY = Step("auth strategy", Stage.PORTAL_BINDING, PLATFORM, auth_strategy.converge, _asks("konnect"))
PUBLICATION = Step("publication", Stage.PORTAL_BINDING, TENANT, publication.converge, _asks("konnect"), each=Each.API)
APPLICATION = Step(
    "application", Stage.APPLICATION, TENANT, application.converge, _asks("vault", "konnect", "portal"), each=Each.APPLICATION
)
REGISTRATIONS = Step(
    "registrations", Stage.APPLICATION, TENANT, registrations.converge, _asks("vault", "konnect", "portal"), each=Each.APPLICATION
)
REPLACED_CLIENT = Step(
    "replaced client", Stage.APPLICATION, TENANT, replaced_client.converge, _asks("vault", "konnect"), each=Each.APPLICATION
)
SMOKE_TEST = Step(
    "smoke test",
    Stage.SMOKE_TEST,
    TENANT,
    smoke_test.converge,
    _asks("vault", "oauth", "gateway"),
    each=Each.APPLICATION,
    when=When.ALWAYS,
)

STEPS = (
    VAULT_ACCESS,
    PORTAL_AND_APIS,
    TENANT_RECORD,
    INITIAL_CLIENT,
    CURITY_CONFIGURATION,
    DCR_ENABLEMENT,
    REGISTRATION_ENDPOINT,
    DCR_PROVIDER,
    AUTH_STRATEGY,
    PUBLICATION,
    APPLICATION,
    REGISTRATIONS,
    REPLACED_CLIENT,
    SMOKE_TEST,
)
