"""What Vault keeps: tenants, their applications, receipts of what is gone, publications, and the initial client.

Source: docs/vendors/vault.md, Layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dcr.inventory.questions import Questions, Unasked
from dcr.inventory.thing import Holder
from dcr.model.names import SLUG_PATTERN, UUID_PATTERN
from dcr.model.tenant import ApplicationSpec, Tenant
from dcr.model.timestamps import rfc3339
from dcr.steps.application.record import ApplicationRecord
from dcr.steps.context import StepContext
from dcr.steps.portal_binding.publication_owner import Ownership, read_ownership
from dcr.steps.preflight.accepted import AcceptedRecord, parsed
from dcr.vault import paths
from dcr.vault.client import VaultSecret
from dcr.vault.lock import Terms, working


@dataclass(frozen=True, slots=True)
class KeptApplication:
    """One application's record."""

    slug: str
    name: str
    where: str  # vault://mount/path
    record: ApplicationRecord
    since: str
    asked: ApplicationSpec | None  # by the accepted tenant, in the record's portal
    known: bool  # whether it can be told what the accepted tenant asks for

    @property
    def former(self) -> bool:
        """Whether nobody asks for it any more."""
        return self.known and self.asked is None

    @property
    def client_id(self) -> str:
        return self.record.text("client_id")


@dataclass(frozen=True, slots=True)
class KeptReceipt:
    """What was removed of an application's name."""

    name: str
    where: str
    removed: tuple[str, ...]
    left: tuple[str, ...]  # lines of possible orphans


@dataclass(frozen=True, slots=True)
class KeptTenant:
    """All that is kept of one tenant."""

    slug: str
    where: str
    accepted: AcceptedRecord
    since: str = ""
    applications: tuple[KeptApplication, ...] = ()
    receipts: tuple[KeptReceipt, ...] = ()
    run: str = ""  # that holds its lock; empty: none does
    lock_version: int = 0

    @property
    def tenant(self) -> Tenant | None:
        return self.accepted.tenant if self.accepted.exists else None

    @property
    def unclear(self) -> str:
        """Why it cannot be told what was accepted; empty if it can, or if nothing was."""
        if self.accepted.fault:
            return f"{self.accepted.fault.fault}. {self.accepted.fault.remedy}"
        return "" if self.tenant or not self.accepted.exists else "what was accepted is no tenant as this version knows it"

    @property
    def settle(self) -> str:
        """The command that brings its things in order."""
        return onboard(self.slug) if self.accepted.exists else offboard(self.slug)


@dataclass(frozen=True, slots=True)
class KeptPublication:
    """Whose an API's publication in a portal is."""

    portal_id: str
    api_id: str
    where: str
    ownership: Ownership


@dataclass(frozen=True, slots=True)
class VaultMemory:
    """All of it."""

    tenants: tuple[KeptTenant, ...]
    publications: tuple[KeptPublication, ...] = ()
    initial: VaultSecret | None = field(default=None, repr=False)
    gaps: tuple[str, ...] = ()  # what could not be read, and why

    def applications(self) -> Iterator[KeptApplication]:
        """Of all tenants; what others put there is none."""
        return (one for tenant in self.tenants for one in tenant.applications if one.record.ours)

    def of(self, slug: str) -> KeptTenant | None:
        """The tenant of this name."""
        return next((tenant for tenant in self.tenants if tenant.slug == slug), None)


def onboard(slug: str) -> str:
    """The command, for people."""
    return f"dcr onboard <{slug}'s file>"


def offboard(slug: str) -> str:
    """The command, for people."""
    return f"dcr offboard {slug}"


def read_memory(ctx: StepContext, questions: Questions) -> VaultMemory | Unasked:
    """Read it all, a lock before what it guards; why not, if not even the tenants can be listed."""
    listed = questions.ask(Holder.VAULT, lambda: ctx.vault.list(paths.TENANTS))
    if isinstance(listed, Unasked):
        return listed
    look = _Look(ctx, questions)
    slugs = [name.removesuffix("/") for name in listed if name.endswith("/")]
    tenants = tuple(look.tenant(slug) for slug in slugs if re.fullmatch(SLUG_PATTERN, slug))
    publications, initial = tuple(look.publications()), look.read(paths.initial_client())
    return VaultMemory(tenants, publications, initial, tuple(dict.fromkeys(look.gaps)))


@dataclass(slots=True)
class _Look:
    """One reading; what is refused leaves a gap, and the look goes on."""

    ctx: StepContext
    questions: Questions
    gaps: list[str] = field(default_factory=list)

    def read(self, path: str) -> VaultSecret | None:
        found = self.questions.ask(Holder.VAULT, lambda: self.ctx.vault.read(path))
        if isinstance(found, Unasked):
            self.gaps.append(found.why)
            return None
        return found

    def names(self, path: str) -> list[str]:
        found = self.questions.ask(Holder.VAULT, lambda: self.ctx.vault.list(path))
        if isinstance(found, Unasked):
            self.gaps.append(found.why)
            return []
        return found

    def tenant(self, slug: str) -> KeptTenant:
        lock = self.questions.ask(Holder.VAULT, lambda: lock_of(self.ctx, slug))
        run, version = ("", 0) if isinstance(lock, Unasked) else lock
        path = paths.tenant_spec(slug)
        gaps = len(self.gaps)
        kept = self.read(path)
        accepted = parsed(self.ctx.vault.ref(path), kept)
        known = len(self.gaps) == gaps and accepted.fault is None and (accepted.tenant is not None or not accepted.exists)
        names = [name for name in self.names(paths.applications(slug)) if re.fullmatch(SLUG_PATTERN, name)]
        found = [self.application(slug, name, accepted.tenant if accepted.exists else None, known) for name in names]
        applications = tuple(one for one in found if one)
        receipts = tuple(self.receipts(slug))
        return KeptTenant(slug, self.ctx.vault.ref(path), accepted, since_of(kept), applications, receipts, run, version)

    def application(self, slug: str, name: str, tenant: Tenant | None, known: bool) -> KeptApplication | None:
        path = paths.application(slug, name)
        kept = self.read(path)
        if kept is None:
            return None
        record = ApplicationRecord(kept.values, kept.ours)
        asked = next((one for one in tenant.applications if one.name == name), None) if tenant else None
        if tenant and record.text("portal") not in ("", tenant.portal):
            asked = None
        return KeptApplication(slug, name, self.ctx.vault.ref(path), record, since_of(kept), asked, known)

    def receipts(self, slug: str) -> Iterator[KeptReceipt]:
        for name in self.names(paths.receipts(slug)):
            path = paths.receipt(slug, name) if re.fullmatch(SLUG_PATTERN, name) else ""
            kept = self.read(path) if path else None
            if kept and kept.ours:
                values = {key: tuple(filter(None, value.get_secret_value().splitlines())) for key, value in kept.values.items()}
                yield KeptReceipt(name, self.ctx.vault.ref(path), values.get("removed", ()), values.get("possible_orphans", ()))

    def publications(self) -> Iterator[KeptPublication]:
        for portal_id in _ids(self.names(paths.PUBLICATIONS)):
            for api_id in _ids(self.names(f"{paths.PUBLICATIONS}/{portal_id}")):
                path = paths.publication(portal_id, api_id)
                found = self.questions.ask(Holder.VAULT, lambda path=path: read_ownership(self.ctx, path))  # type: ignore[misc]
                if isinstance(found, Unasked):
                    self.gaps.append(found.why)
                elif found.version:
                    yield KeptPublication(portal_id, api_id, self.ctx.vault.ref(path), found)


def lock_of(ctx: StepContext, slug: str) -> tuple[str, int]:
    """Who works on the tenant, and the lock's version."""
    terms = ctx.settings.lock
    return working(ctx.vault.kv, paths.tenant_lock(slug), Terms(terms.ttl_seconds, terms.skew_seconds))


def since_of(kept: VaultSecret | None) -> str:
    """When this version was written: the server tells its age."""
    return rfc3339(datetime.now(UTC) - timedelta(seconds=kept.age_seconds)) if kept else ""


def _ids(names: list[str]) -> list[str]:
    return [name.removesuffix("/") for name in names if re.fullmatch(UUID_PATTERN, name.removesuffix("/"))]
