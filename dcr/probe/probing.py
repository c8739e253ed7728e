"""The probe: every open fact once, told or with the reason why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dcr.engine.accepted_tenant import read_accepted_tenant
from dcr.errors import DcrError
from dcr.http.recorded_exchanges import Exchanges
from dcr.probe import curity_admin, konnect, run_time
from dcr.probe.asking import Asking
from dcr.probe.display import FactTold, Probed, Told
from dcr.probe.environment import missing, versions
from dcr.probe.undetermined import untold
from dcr.steps.context import StepContext
from dcr.vault import paths

TELLS: Mapping[str, Callable[[Asking], Told]] = {**curity_admin.TELLS, **run_time.TELLS, **konnect.TELLS}


def probe(ctx: StepContext, exchanges: Exchanges, *, status_url: str = "", route: str = "") -> Probed:
    """Ask everything that reading tells. Nothing is written anywhere, and no token is asked for but our own logins.

    Args:
        exchanges: what the run's systems are observed by.
        status_url: a Curity node's status endpoint; empty: it is not asked.
        route: a path at the gateway that wants credentials; empty: that of the first tenant that Vault knows.
    """
    asking = Asking(ctx, status_url, route or _known_route(ctx))
    facts = []
    for fact, tell in TELLS.items():
        ctx.progress(f"asking: {fact}")
        told = tell(asking)
        facts.append(FactTold(id=fact, reading=told.reading, how=told.how))
    facts += [FactTold(id=fact, reading=None, how=reason) for fact, reason in untold()]
    lacking = missing(asking)
    return Probed(platform=ctx.platform.name, facts=tuple(facts), versions=versions(asking, exchanges.kept), missing=lacking)


def _known_route(ctx: StepContext) -> str:
    try:
        slugs = [name.rstrip("/") for name in ctx.unguarded.vault.list(paths.TENANTS)]
        return read_accepted_tenant(ctx.unguarded.vault, slugs[0]).apis[0].path if slugs else ""
    except DcrError:
        return ""
