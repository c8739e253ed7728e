"""What Vault keeps of an application: its state, its identity, and the credentials with all that is needed to use them.

Source: docs/vendors/vault.md, Layout, Order of operations: reserve, create, store; every value a flat string.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from dcr.errors import Problem
from dcr.model.tenant import ApplicationSpec, Way
from dcr.results.changes import Change, Scope, Stage
from dcr.results.diff import Difference
from dcr.results.facts import ApplicationFacts, Facts
from dcr.secret import BasicCredentials, Secret
from dcr.steps.context import StepContext
from dcr.vault import paths

ACTIVE, PENDING = "active", "pending"
CREDENTIALS = "credentials"
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class ApplicationRecord:
    """One record as it was read; empty if there is none."""

    values: Mapping[str, Secret] = field(default_factory=dict, repr=False)
    ours: bool = True  # what somebody else put there is never written over

    @property
    def exists(self) -> bool:
        """Whether this tool has at least reserved the application."""
        return bool(self.values)

    @property
    def pending(self) -> bool:
        """Reserved, and then something happened: if the application exists, its secret is lost."""
        return self.text("state") == PENDING

    @property
    def application_id(self) -> str:
        """Empty if there is none, or none that may become part of a path."""
        found = self.text("application_id")
        return found if UUID.fullmatch(found) else ""

    def text(self, name: str) -> str:
        """A value that is no secret; empty if absent."""
        value = self.values.get(name)
        return value.get_secret_value() if value else ""

    @property
    def credentials(self) -> BasicCredentials | None:
        """Client id and secret, if both are there."""
        secret = self.values.get("client_secret")
        return (
            BasicCredentials(self.text("client_id"), secret) if secret and self.text("client_secret") and self.text("client_id") else None
        )

    def works_for(self, client_id: str | None) -> bool:
        """Whether it holds the whole credentials of this client; of any, if the portal does not say which one the application has."""
        whole = self.text("state") == ACTIVE and all(self.text(name) for name in ("client_id", "client_secret"))
        return whole and client_id in (None, self.text("client_id"))


def record_named(ctx: StepContext, name: str) -> ApplicationRecord:
    """What Vault keeps under an application's name, whosever it is by now; shared by the steps of a look."""
    path = paths.application(ctx.the_tenant().slug, name)
    found = ctx.cached(f"vault {path}", lambda: ctx.vault.read(path))
    return ApplicationRecord(found.values, found.ours) if found else ApplicationRecord()


def record_problems(ctx: StepContext, application: ApplicationSpec, record: ApplicationRecord) -> tuple[Problem, ...]:
    """Something in our place in Vault that this tool did not write, or that belongs to an application of the other way."""
    where = reference(ctx, application)
    if not record.ours:
        fault = "holds something that this tool did not write"
        return (Problem(where, fault, "Move it away, or remove it, then run again."),)
    if record.text("way") not in ("", application.way.value):
        fault = f"holds an application of the way {record.text('way')!r}, and the tenant asks for {application.way.value!r}"
        return (Problem(where, fault, "Give the new application another name; a client stays with the way in which it was registered."),)
    return ()


def connection_details(ctx: StepContext) -> dict[str, str]:
    """What an application's own code needs beside its credentials, as far as it is known."""
    issuer = ctx.facts.issuer
    names = {
        "issuer": issuer.issuer if issuer else None,
        "token_endpoint": issuer.token_endpoint if issuer else None,
        "gateway_url": ctx.platform.gateway.url,
    }
    return {name: value for name, value in names.items() if value is not None}


def belonging(ctx: StepContext, application: ApplicationSpec) -> dict[str, str]:
    """Whose the application is, and in which portal: by this a later run tells a former one from the one that is asked for."""
    tenant, portal = ctx.the_tenant(), ctx.facts.portal
    where = {"portal_id": portal.id, "portal": tenant.portal} if portal else {}
    login = service_developer(ctx) if application.way is Way.PORTAL else ""
    return where | {"owner_type": tenant.owner_type.value, "owner": tenant.owner} | ({"developer": login} if login else {})


def service_developer(ctx: StepContext) -> str:
    """E-mail of the developer as whom applications are created in the portal; empty if Vault holds no login."""
    path = paths.developer(ctx.the_tenant().slug)
    found = ctx.cached(f"vault {path}", lambda: ctx.vault.read(path))
    email = found.values.get("email") if found else None
    return email.get_secret_value() if email else ""


def details(ctx: StepContext, application: ApplicationSpec) -> dict[str, str]:
    """What the record says beside identity and credentials."""
    return connection_details(ctx) | belonging(ctx, application)


def reserve(ctx: StepContext, application: ApplicationSpec, application_id: str) -> None:
    """Say in Vault that credentials are about to be made, before they are: a run that dies after this is found out.

    Args:
        application_id: of the application that gets a new secret; empty if it does not exist yet.
    """
    values = {"state": PENDING, "application_id": application_id, **for_the_record(ctx, application)}
    write(ctx, application, values)


def store(ctx: StepContext, application: ApplicationSpec, application_id: str, client_id: str, secret: Secret) -> None:
    """Keep credentials that are shown only once. Nothing else happens between their arrival and this."""
    values: dict[str, str | Secret] = {"state": ACTIVE, "application_id": application_id, "client_id": client_id, "client_secret": secret}
    write(ctx, application, values | connection_details(ctx) | for_the_record(ctx, application))


def refresh(ctx: StepContext, application: ApplicationSpec, record: ApplicationRecord) -> None:
    """Bring what stands beside working credentials up to date."""
    write(ctx, application, {**record.values, **details(ctx, application)})


def write(ctx: StepContext, application: ApplicationSpec, values: Mapping[str, str | Secret]) -> None:
    """Write the record, while the tenant is ours: what another run has made of it since would be lost.

    Raises:
        LostLock: this run was suspended for longer than its lock holds; nothing was written.
    """
    ctx.vault.put(record_path(ctx, application), values)


def detail_differences(
    ctx: StepContext, application: ApplicationSpec, where: str, record: ApplicationRecord
) -> tuple[Difference[str], ...]:
    """What the record says beside the credentials, where it is no longer so."""
    wanted = details(ctx, application)
    return tuple(
        Difference(Change(Stage.APPLICATION, Scope.TENANT, f"{where}/{name}", record.text(name) or None, value), name)
        for name, value in wanted.items()
        if record.text(name) != value
    )


def application_facts(application: ApplicationSpec, application_id: str, client_id: str) -> Facts:
    """What registrations and smoke test go by."""
    return Facts(applications={application.name: ApplicationFacts(application_id, client_id)})


def reference(ctx: StepContext, application: ApplicationSpec) -> str:
    """Where it is: vault://mount/path."""
    return ctx.vault.ref(record_path(ctx, application))


def record_path(ctx: StepContext, application: ApplicationSpec) -> str:
    """The application's path in Vault."""
    return paths.application(ctx.the_tenant().slug, application.name)


def for_the_record(ctx: StepContext, application: ApplicationSpec) -> dict[str, str]:
    """Which way it came, whose it is, who asked and why."""
    tenant = ctx.the_tenant()
    asked_for = {"way": application.way.value, "requested_by": tenant.requested_by, "ticket": tenant.ticket}
    return asked_for | belonging(ctx, application)
