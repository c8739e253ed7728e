"""What a walked run is for, and what stands when it begins. A tenant that leaves, wholly or in part, shares an API with another one."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from dcr.engine.offboarding import Leaving, Level, leaving_tenant, offboard
from dcr.engine.onboarding import Finished
from dcr.engine.record import Record
from dcr.engine.run import InThisProcess
from dcr.errors import DcrError
from dcr.model.platform import Platform, Removal
from dcr.model.tenant import Tenant
from dcr.settings.model import Settings, load_settings
from dcr.settings.ready_file import SandboxLogin
from dcr.steps.context import StepContext
from dcr.systems import Systems
from tests.sandbox_fixture import TREE, LivingWorld

TENANT_FILE = TREE / "examples/tenants/acme.yaml"
PLATFORM_FILE = TREE / "examples/platforms/sandbox.yaml"
GLOBEX = "globex"


class Errand(StrEnum):
    """What is walked."""

    ONBOARDING = "onboarding"
    SHRINKING = "onboarding with less"
    OFFBOARDING = "offboarding"

    @property
    def removes(self) -> bool:
        """Whether it begins with tenants that are there."""
        return self is not Errand.ONBOARDING


def with_less(tenant: Tenant) -> Tenant:
    """Payments is dropped, and with it one application and one registration of the other."""
    return Tenant.model_validate(_with_less(tenant.model_dump(mode="json")))


def removing(platform: Platform) -> Platform:
    """The platform, where what is not asked for may be removed."""
    return platform.model_copy(update={"rules": platform.rules.model_copy(update={"removal": Removal.APPLY})})


def neighbour(tenant: Tenant) -> Tenant:
    """Another tenant of the same portal, which uses the first of the tenant's APIs."""
    application = tenant.application("payments-client").model_copy(update={"name": f"{GLOBEX}-client", "apis": []})
    return tenant.model_copy(update={"slug": GLOBEX, "apis": [tenant.apis[0]], "applications": [application]})


def as_offboarder(settings: Settings, ready_file: Path) -> Settings:
    """The same, with the sandbox's login that may take a tenant away."""
    login = load_settings(ready_file=ready_file, login=SandboxLogin.OFFBOARD).vault
    kept = {"role_id": login.role_id, "secret_id": login.secret_id}
    return settings.model_copy(update={"vault": settings.vault.model_copy(update=kept)})


def take_away(systems: Systems, slug: str, execution: InThisProcess) -> Finished:
    """What `dcr offboard` does."""
    asked = Leaving(slug, Level.EVERYTHING, "jane", "ACME-2077")
    try:
        ctx = StepContext(systems, systems.platform, leaving_tenant(systems.vault, asked))
    except DcrError as error:  # the command tells it, and ends
        return Finished(Record(systems.platform, None, "fault walk").report(), error)
    return offboard(ctx, execution, "fault walk", asked)


def command(errand: Errand, living: LivingWorld) -> list[str]:
    """The arguments of a process of its own."""
    started = [sys.executable, "-m", "cli"]
    ready = ["--ready-file", str(living.ready_file)]
    match errand:
        case Errand.ONBOARDING:
            return [*started, "onboard", str(TENANT_FILE), "--platform", str(PLATFORM_FILE), *ready]
        case Errand.SHRINKING:
            tenant, platform = _files(living.ready_file.parent)
            return [*started, "onboard", str(tenant), "--platform", str(platform), *ready]
        case Errand.OFFBOARDING:
            return [*started, "offboard", living.tenant.slug, "--yes", "--platform", str(PLATFORM_FILE), *ready]


def _files(directory: Path) -> tuple[Path, Path]:
    """The examples as people would edit them."""
    tenant, platform = directory / "with-less.yaml", directory / "removing.yaml"
    yaml = YAML(typ="safe")
    yaml.dump(_with_less(yaml.load(TENANT_FILE)), tenant)
    document = yaml.load(PLATFORM_FILE)
    document["rules"]["removal"] = Removal.APPLY.value
    yaml.dump(document, platform)
    return tenant, platform


def _with_less(tenant: dict[str, Any]) -> dict[str, Any]:
    orders = {**tenant["applications"][0], "apis": ["Orders"]}
    return {**tenant, "apis": tenant["apis"][:1], "applications": [orders]}
