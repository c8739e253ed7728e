"""Is Vault there, does it let us in, and may we do there what this run may have to do? Only looked at.

Write rights by `sys/capabilities-self`: it knows nothing of bounds, parameters and check-and-set, which only a write can tell.

Source: docs/vendors/vault.md, Policies, Order of operations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from dcr.errors import Problem, Refused
from dcr.model.tenant import Tenant, Way
from dcr.results.changes import Scope, Stage
from dcr.results.outcome import Outcome
from dcr.settings.model import Settings, VaultLogin
from dcr.steps.context import StepContext
from dcr.steps.preflight.credential_dates import ending
from dcr.steps.step import Check, Item, System
from dcr.vault import paths

READ = frozenset({"read"})
KEEP = frozenset({"create", "update", "read"})
CHANGE = frozenset({"update", "read"})
ANY_ID = "00000000-0000-0000-0000-000000000000"  # rights do not depend on it, and Konnect has not been asked yet
# A token that cannot be renewed must live through the longest wait between making a secret and storing it, with room to spare.
SHORTEST_TOKEN_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Need:
    """What a run may have to do at one path of the mount."""

    rights: frozenset[str]
    may_lack_writing: bool = False  # the platform's part, seen from a tenant run: it is written only where it differs
    goes: bool = False  # with all that is known of it


class VaultAccess(Check):
    """All rights are asked for in one call; what is missing is told at once."""

    name, stage, scope = "vault access", Stage.PREFLIGHT, Scope.PLATFORM
    systems = frozenset({System.VAULT})
    timeout_seconds, description = 120, "Whether Vault lets us in, and lets us write what a run may have to write."
    link = "Vault lets us in, and may be written"

    def prove(self, ctx: StepContext, item: Item) -> Outcome:  # noqa: ARG002
        problems = (*_mount_problems(ctx), *_token_problems(ctx))
        needs = needs_of(ctx.settings, ctx.tenant, dismantling=ctx.dismantling)
        going = [_metadata(ctx, path) for path, need in needs.items() if need.goes]
        granted = ctx.vault.capabilities([*(_api_path(ctx, path) for path in needs), *going])
        lacking = {
            path: _lacking(need, granted[_api_path(ctx, path)], granted.get(_metadata(ctx, path), [])) for path, need in needs.items()
        }
        dates = ending(ctx.settings, ctx.vault, datetime.now(UTC))
        if _only_reads(needs, lacking):
            return Outcome(problems=problems, warnings=(f"{_mount(ctx)}: the login may only read: enough to look, not to write.", *dates))
        tolerable = {path for path, need in needs.items() if need.may_lack_writing and "read" not in lacking[path]}
        return Outcome(
            problems=problems + tuple(_problem(ctx, path, rights) for path, rights in lacking.items() if rights and path not in tolerable),
            warnings=dates + tuple(_warning(ctx, path, rights) for path, rights in lacking.items() if rights and path in tolerable),
        )


def needs_of(settings: Settings, tenant: Tenant | None, *, dismantling: bool = False) -> dict[str, Need]:
    """Paths of the mount that a run may touch, and what it does there.

    Args:
        dismantling: what the platform's part keeps there is read and destroyed, and not written any more.
    """
    if tenant and tenant.leaves:
        return _of_leaving(tenant) | ({paths.konnect(): Need(READ)} if settings.konnect.token is None else {})
    for_tenant = tenant is not None
    kept = Need(READ) if dismantling else Need(KEEP, may_lack_writing=for_tenant)
    needs = {
        paths.initial_client(): kept,
        paths.platform_lock(): Need(KEEP, may_lack_writing=for_tenant),
        paths.dcr_provider(): kept,
        paths.curity_changes(): kept,
    }
    if settings.curity.username is None or settings.curity.password is None:
        needs[paths.curity()] = Need(READ)
    if settings.konnect.token is None:
        needs[paths.konnect()] = Need(READ)
    return needs | (_of_tenant(tenant) if tenant else {})


def _of_tenant(tenant: Tenant) -> dict[str, Need]:
    needs = {paths.tenant_spec(tenant.slug): Need(KEEP), paths.tenant_lock(tenant.slug): Need(KEEP)}
    if any(application.way is Way.PORTAL for application in tenant.applications):
        needs[paths.developer(tenant.slug)] = Need(READ)
    needs[paths.publication(ANY_ID, ANY_ID)] = Need(KEEP)
    names = [application.name for application in tenant.applications]
    return needs | {path: Need(KEEP) for name in names for path in (paths.application(tenant.slug, name), paths.receipt(tenant.slug, name))}


def _of_leaving(tenant: Tenant) -> dict[str, Need]:
    """What an offboarding does, which is neither to set up the platform nor to make credentials. Any application stands for all."""
    return {
        paths.tenant_spec(tenant.slug): Need(READ | {"update"}, goes=True),
        paths.tenant_lock(tenant.slug): Need(KEEP),
        paths.application(tenant.slug, "any"): Need(READ, goes=True),
        paths.receipt(tenant.slug, "any"): Need(KEEP),
        paths.tenant_receipt(tenant.slug): Need(KEEP),
        paths.publication(ANY_ID, ANY_ID): Need(CHANGE),
    }


def _lacking(need: Need, granted: list[str], of_metadata: list[str]) -> frozenset[str]:
    lacking = frozenset() if "root" in granted else need.rights - set(granted)
    return lacking | ({"delete"} if need.goes and not {"root", "delete"} & set(of_metadata) else frozenset())


def _only_reads(needs: Mapping[str, Need], lacking: Mapping[str, frozenset[str]]) -> bool:
    """Whether this is the login of someone who looks: every right to read is there, and none to write."""
    return all(lacking[path] == need.rights - READ for path, need in needs.items())


def _problem(ctx: StepContext, path: str, rights: frozenset[str]) -> Problem:
    fault = f"the login lacks the right to {', '.join(sorted(rights))}"
    policy = "offboard" if ctx.tenant and ctx.tenant.leaves else "worker"
    return Problem(ctx.vault.ref(path), fault, f"Load deployments/policies/{policy}.hcl for it, or use another login.")


def _warning(ctx: StepContext, path: str, rights: frozenset[str]) -> str:
    lacks = f"the login lacks the right to {', '.join(sorted(rights))}"
    return f"{ctx.vault.ref(path)}: {lacks}: enough as long as the platform's part does not differ."


def _api_path(ctx: StepContext, path: str) -> str:
    return f"{ctx.vault.mount}/data/{path}"


def _metadata(ctx: StepContext, path: str) -> str:
    return f"{ctx.vault.mount}/metadata/{path}"


def _mount(ctx: StepContext) -> str:
    return f"vault://{ctx.vault.mount}"


def _mount_problems(ctx: StepContext) -> list[Problem]:
    try:
        engine = ctx.vault.engine()
    except Refused as error:
        return [Problem(_mount(ctx), error.problem, error.remedy)]
    if engine == ("kv", "2"):
        return []
    fault = f"is a mount of type {engine[0]}, version {engine[1]}"
    return [Problem(_mount(ctx), fault, "A KV mount of version 2 with cas_required is needed; correct vault.mount of the platform.")]


def _token_problems(ctx: StepContext) -> list[Problem]:
    left = ctx.vault.login.seconds_left()
    if ctx.settings.vault.auth is not VaultLogin.TOKEN or left >= SHORTEST_TOKEN_SECONDS:
        return []
    return [Problem("vault: token", f"ends in {left:.0f} s and cannot be renewed", "Set a fresh one, or log in by approle or kubernetes.")]
