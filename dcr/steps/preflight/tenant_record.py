"""Keep the accepted tenant in Vault, without secrets, so that later flows take only its slug."""

from __future__ import annotations

from dcr.results.changes import Change, Scope, Stage
from dcr.results.outcome import Facts, Outcome
from dcr.steps.context import Run
from dcr.vault import paths


def converge(run: Run, _facts: Facts, _item: str) -> Outcome:
    """Write `tenants/<slug>/spec` where it differs from the tenant that was asked for.

    Source: reference/vault.md section 2.
    """
    tenant = run.the_tenant()
    path = paths.tenant_spec(tenant.slug)
    wanted = {"tenant": tenant.model_dump_json(), "requested_by": tenant.requested_by, "ticket": tenant.ticket}
    found = run.see(f"vault {path}", lambda: run.systems.vault.read(path))
    before = {name: value.get_secret_value() for name, value in found.values.items()} if found else {}
    if all(before.get(name) == value for name, value in wanted.items()):
        return Outcome()
    if run.write:
        run.systems.locks.require(paths.tenant_lock(tenant.slug))
        run.systems.vault.put(path, wanted)
    described = f"as asked for by {tenant.requested_by}"
    change = Change(Stage.PREFLIGHT, Scope.TENANT, f"vault/{path}", "another tenant specification" if found else None, described)
    return Outcome(changes=(change,))
