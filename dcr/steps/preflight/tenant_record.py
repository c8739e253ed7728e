"""Keep the accepted tenant in Vault, without secrets, so that later flows take only its slug.

Source: docs/vendors/vault.md, Layout.
"""

from __future__ import annotations

from dcr.results.changes import Change, Scope, Stage
from dcr.results.diff import Diff, Difference
from dcr.results.outcome import Outcome
from dcr.steps.context import StepContext
from dcr.steps.step import Item, Lock, Step, System
from dcr.vault import paths
from dcr.vault.client import VaultSecret

Stored = VaultSecret | None


class TenantRecord(Step[Stored, str]):
    """`tenants/<slug>/spec`: the tenant as it was asked for last, by whom and why."""

    name, stage, scope, lock = "tenant record", Stage.PREFLIGHT, Scope.TENANT, Lock.TENANT
    systems = frozenset({System.VAULT})
    timeout_seconds, description = 120, "Keeps the accepted tenant in Vault, without secrets."

    def observe(self, ctx: StepContext, item: Item) -> Stored:  # noqa: ARG002
        path = paths.tenant_spec(ctx.the_tenant().slug)
        return ctx.cached(f"vault {path}", lambda: ctx.vault.read(path))

    def diff(self, ctx: StepContext, item: Item, state: Stored) -> Diff[str]:  # noqa: ARG002
        before = {name: value.get_secret_value() for name, value in state.values.items()} if state else {}
        differing = [name for name, value in _wanted(ctx).items() if before.get(name) != value]
        if not differing:
            return Diff()
        tenant = ctx.the_tenant()
        path, described = f"vault/{paths.tenant_spec(tenant.slug)}", f"as asked for by {tenant.requested_by}"
        change = Change(self.stage, self.scope, path, "another tenant specification" if state else None, described)
        return Diff((Difference(change, "tenant"),))

    def apply(self, ctx: StepContext, item: Item, state: Stored, diff: Diff[str]) -> Outcome:  # noqa: ARG002
        ctx.vault.put(paths.tenant_spec(ctx.the_tenant().slug), _wanted(ctx))
        return Outcome()

    def unwanted(self, ctx: StepContext) -> tuple[Item, ...]:
        return ("",) if ctx.the_tenant().leaves else ()

    def absent(self, ctx: StepContext, item: Item, state: Stored) -> Diff[str]:  # noqa: ARG002
        if state is None or not state.ours:
            return Diff()
        path = f"vault/{paths.tenant_spec(ctx.the_tenant().slug)}"
        return Diff((Difference(Change(self.stage, self.scope, path, "the accepted tenant", None), "tenant"),))

    def remove(self, ctx: StepContext, item: Item, state: Stored, diff: Diff[str]) -> Outcome:  # noqa: ARG002
        ctx.vault.forget(paths.tenant_spec(ctx.the_tenant().slug))
        return Outcome()


def _wanted(ctx: StepContext) -> dict[str, str]:
    tenant = ctx.the_tenant()
    return {"tenant": tenant.model_dump_json(), "requested_by": tenant.requested_by, "ticket": tenant.ticket}
