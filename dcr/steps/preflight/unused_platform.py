"""Does anybody still use what belongs to the platform? Asked before that is taken away, and by nobody else.

Source: docs/vendors/konnect.md, Auth strategies, DCR providers; docs/vendors/vault.md, Layout.
"""

from __future__ import annotations

from collections.abc import Iterable

from dcr.errors import Problem
from dcr.konnect.applications import find_applications_of_strategies
from dcr.konnect.labels import is_ours
from dcr.konnect.portals import find_portals
from dcr.konnect.providers import find_providers
from dcr.konnect.strategies import KonnectStrategy, find_strategies, strategies_of_providers
from dcr.results.changes import Scope, Stage
from dcr.results.outcome import Outcome
from dcr.steps.context import StepContext
from dcr.steps.step import Check, Item, System
from dcr.vault import paths


class UnusedPlatform(Check):
    """Accepted tenants, publications, applications and others' strategies: all that is found is told at once."""

    name, stage, scope = "platform unused", Stage.PREFLIGHT, Scope.PLATFORM
    systems = frozenset({System.VAULT, System.KONNECT})
    timeout_seconds, description = 300, "Whether no tenant, publication, application or strategy of others needs the platform's part."

    def prove(self, ctx: StepContext, item: Item) -> Outcome:  # noqa: ARG002
        wanted = ctx.platform.konnect
        ours = [one for one in find_strategies(ctx.konnect, wanted.auth_strategy.name) if is_ours(one.labels)]
        providers = [one.id for one in find_providers(ctx.konnect, wanted.dcr_provider.name) if is_ours(one.labels)]
        others = [one.name for one in strategies_of_providers(ctx.konnect, providers) if one.id not in [mine.id for mine in ours]]
        found = (
            _named("accepted tenants", _accepted(ctx)),
            _named("APIs that are published with the auth strategy", [one.name for one in ours if one.active]),
            _named("applications", _applications(ctx, ours)),
            _named("other auth strategies with its DCR provider", others),
        )
        used_by = [words for words in found if words]
        if not used_by:
            return Outcome()
        remedy = "Offboard the tenants, and have the rest removed by whoever made it; then run this again."
        return Outcome(problems=(Problem(f"platform {ctx.platform.name}", f"is still used: {'; '.join(used_by)}", remedy),))


def _named(what: str, names: Iterable[str]) -> str:
    every = ", ".join(sorted(names))
    return f"{what} ({every})" if every else ""


def _accepted(ctx: StepContext) -> list[str]:
    slugs = [name.removesuffix("/") for name in ctx.vault.list(paths.TENANTS) if name.endswith("/")]
    return [slug for slug in slugs if ctx.vault.read(paths.tenant_spec(slug))]


def _applications(ctx: StepContext, ours: Iterable[KonnectStrategy]) -> list[str]:
    ids = [one.id for one in ours]
    portals = find_portals(ctx.konnect) if ids else ()
    return [
        f"{application.name} in {portal.name}"
        for portal in portals
        for application in find_applications_of_strategies(ctx.konnect, portal.id, ids)
    ]
