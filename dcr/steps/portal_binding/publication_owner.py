"""Whose a publication is: Konnect does not tell, so Vault remembers who published an API to a portal first, and who else uses it there.

Source: docs/vendors/konnect.md, Publications; docs/vendors/vault.md, Layout, Idempotent write.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pydantic import TypeAdapter

from dcr.errors import Passing, Problem, Problems, Refused, Stale
from dcr.model.timestamps import moment, now
from dcr.steps.context import StepContext
from dcr.steps.preflight.accepted import parsed
from dcr.vault import paths
from dcr.vault.client import VaultSecret

MOST_TENANTS = 500  # that are looked through for whose a publication is that nobody has recorded
MOST_TRIES = 50  # to join, while others join too
REMOVAL_SECONDS = 60.0  # that a removal which was announced is waited for; longer, and it has died


@dataclass(frozen=True, slots=True)
class Ownership:
    """One record as it was read."""

    owner: str = ""
    users: tuple[str, ...] = ()  # tenants that list the API, the owner among them, oldest first; none: it is being taken away
    since: str = ""
    asked: Mapping[str, str] = field(default_factory=dict)  # how its owner wants it published
    version: int = 0  # Vault's; 0: nothing is recorded, and what is said here was told by accepted tenants

    @property
    def somebodys(self) -> bool:
        return bool(self.owner and self.users)

    @property
    def recorded(self) -> bool:
        return self.version > 0 and self.somebodys

    def used_by(self, slug: str, asked: Mapping[str, str], *, takes: bool = False) -> Ownership:
        """The same, with a tenant that lists the API: nobody's becomes its own, another's if it takes that on purpose."""
        users = self.users if slug in self.users else (*self.users, slug)
        if takes or not self.somebodys:
            return replace(self, owner=slug, users=users, since=now(), asked=asked)
        return replace(self, users=users, since=self.since or now(), asked=asked if self.owner == slug else self.asked)

    def left_by(self, slug: str, others: tuple[str, ...]) -> Ownership:
        """The same without a tenant; what it owned passes to the oldest that stays."""
        if self.owner in others:
            return replace(self, users=others)
        return replace(self, owner=others[0] if others else slug, users=others, since=now())

    @property
    def values(self) -> dict[str, str]:
        """As Vault keeps it."""
        return {**self.asked, "owner": self.owner, "users": _NAMES.dump_json(self.users).decode(), "since": self.since}


NOBODYS = Ownership()
_NAMES = TypeAdapter(tuple[str, ...])


def read_ownership(ctx: StepContext, path: str) -> Ownership:
    """Whose the publication is.

    Raises:
        Problems: what is there was not written by this tool.
    """
    kept = ctx.vault.read(path)
    if kept is None:
        return NOBODYS
    try:
        return _understood(kept)
    except (KeyError, ValueError):  # a ValidationError is one; its words hold what was read
        fault = "holds something that this tool did not write"
        raise Problems("vault", [Problem(ctx.vault.ref(path), fault, "Move it away, or remove it, then run again.")]) from None


def require_settled(ctx: StepContext, path: str, found: Ownership) -> None:
    """Do not join what another tenant is just about to take away.

    Raises:
        Passing: it soon is gone.
    """
    began = moment(found.since)
    if found.users or not found.owner or began is None or found.owner == ctx.the_tenant().slug:
        return
    if (datetime.now(UTC) - began).total_seconds() < REMOVAL_SECONDS:
        raise Passing(f"vault: {path}", f"tenant {found.owner} is just taking the publication away", "Run again in a minute.")


def keep(ctx: StepContext, path: str, seen: Ownership, wanted: Callable[[Ownership], Ownership]) -> None:
    """Write what is wanted over what was seen. Who only joined or left meanwhile does not matter; who else owns it now does.

    Raises:
        Stale: it has another owner than was seen.
    """
    for _ in range(MOST_TRIES):
        try:
            ctx.vault.put(path, wanted(seen).values, expect=seen.version)
        except Stale:
            found = read_ownership(ctx, path)
            if found.owner != seen.owner or not found.users:
                raise
            seen = found
        else:
            return
    raise Passing(f"vault: {path}", "is written by others all the time", "Run again.")


def users_by_acceptance(ctx: StepContext, portal: str, label: str) -> tuple[str, ...] | None:
    """Tenants whose accepted specification names the portal and the API; None if it cannot be told."""
    try:
        slugs = [name.removesuffix("/") for name in ctx.vault.list(paths.TENANTS) if name.endswith("/")]
        if len(slugs) > MOST_TENANTS:
            return None
        return tuple(slug for slug in slugs if _names(ctx, slug, portal, label))
    except Refused:
        return None


def _names(ctx: StepContext, slug: str, portal: str, label: str) -> bool:
    path = paths.tenant_spec(slug)
    accepted = parsed(ctx.vault.ref(path), ctx.cached(f"vault {path}", lambda: ctx.vault.read(path)))
    apis = accepted.specification.get("apis", [])
    return accepted.specification.get("portal") == portal and label in [f"{api['name']} {api.get('version', '')}".strip() for api in apis]


def _understood(kept: VaultSecret) -> Ownership:
    if not kept.ours:
        raise ValueError("not ours")
    values = {name: value.get_secret_value() for name, value in kept.values.items()}
    owner, users, since = values.pop("owner"), values.pop("users"), values.pop("since")
    return Ownership(owner, _NAMES.validate_json(users), since, values, kept.version)
