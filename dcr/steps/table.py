"""The one table of steps, in the order in which the world changes. Flows, plan, diagnosis and the run without Prefect all walk it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dcr.results.changes import Stage
from dcr.steps.application.api_registrations import ApiRegistrations
from dcr.steps.application.application import Application
from dcr.steps.application.imported.replaced_client import ReplacedClient
from dcr.steps.curity_configuration.configuration import CurityConfiguration
from dcr.steps.curity_configuration.initial_client import InitialClientStep
from dcr.steps.dcr_enablement.enablement import DcrEnablement
from dcr.steps.dcr_enablement.registration_endpoint import RegistrationEndpoint
from dcr.steps.portal_binding.auth_strategy import AuthStrategy
from dcr.steps.portal_binding.dcr_provider import DcrProvider
from dcr.steps.portal_binding.publication import PublicationStep
from dcr.steps.preflight.left_behind import LeftBehind
from dcr.steps.preflight.policy import PolicyCheck
from dcr.steps.preflight.portal_and_apis import PortalAndApis
from dcr.steps.preflight.tenant_record import TenantRecord
from dcr.steps.preflight.vault_access import VaultAccess
from dcr.steps.smoke_test.smoke_test import SmokeTest
from dcr.steps.step import Check, Entry, Step

VAULT_ACCESS = VaultAccess()
POLICY = PolicyCheck()
PORTAL_AND_APIS = PortalAndApis()
LEFT_BEHIND = LeftBehind()
TENANT_RECORD = TenantRecord()
INITIAL_CLIENT = InitialClientStep()
CURITY_CONFIGURATION = CurityConfiguration()
DCR_ENABLEMENT = DcrEnablement()
REGISTRATION_ENDPOINT = RegistrationEndpoint()
DCR_PROVIDER = DcrProvider()
AUTH_STRATEGY = AuthStrategy()
PUBLICATION = PublicationStep()
APPLICATION = Application()
REGISTRATIONS = ApiRegistrations()
REPLACED_CLIENT = ReplacedClient()
SMOKE_TEST = SmokeTest()

TABLE: tuple[Entry, ...] = (
    VAULT_ACCESS,
    POLICY,
    PORTAL_AND_APIS,
    LEFT_BEHIND,
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


def steps_of(stage: Stage) -> Iterator[Step[Any, Any]]:
    """The steps of one stage, in their order."""
    return (entry for entry in TABLE if isinstance(entry, Step) and entry.stage is stage)


def checks_of(stage: Stage) -> Iterator[Check]:
    """The checks of one stage, in their order."""
    return (entry for entry in TABLE if isinstance(entry, Check) and entry.stage is stage)
