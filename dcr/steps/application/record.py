"""What Vault keeps of an application: its state, its identity, and the credentials with all that is needed to use them.

Source: reference/vault.md sections 2 and 8 (*Order of operations*): reserve, create, store; every value a flat string.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from dcr.errors import Problem
from dcr.model.tenant import ApplicationSpec
from dcr.results.outcome import Facts
from dcr.secret import Secret
from dcr.steps.context import Run
from dcr.steps.facts import known
from dcr.vault import paths

ACTIVE, PENDING = "active", "pending"
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

    def works_for(self, client_id: str | None) -> bool:
        """Whether it holds the whole credentials of this client; of any, if the portal does not say which one the application has."""
        whole = self.text("state") == ACTIVE and all(self.text(name) for name in ("client_id", "client_secret"))
        return whole and client_id in (None, self.text("client_id"))


def read_record(run: Run, application: ApplicationSpec) -> ApplicationRecord:
    """The application's record; shared by the steps of a look."""
    path = record_path(run, application)
    found = run.see(f"vault {path}", lambda: run.systems.vault.read(path))
    return ApplicationRecord(found.values, found.ours) if found else ApplicationRecord()


def record_problems(run: Run, application: ApplicationSpec) -> tuple[Problem, ...]:
    """Something in our place in Vault that this tool did not write, or that belongs to an application of the other way."""
    record, where = read_record(run, application), reference(run, application)
    if not record.ours:
        fault = "holds something that this tool did not write"
        return (Problem(where, fault, "Move it away, or remove it, then run again."),)
    if record.text("way") not in ("", application.way.value):
        fault = f"holds an application of the way {record.text('way')!r}, and the tenant asks for {application.way.value!r}"
        return (Problem(where, fault, "Give the new application another name; a client stays with the way in which it was registered."),)
    return ()


def surroundings(run: Run, facts: Facts) -> dict[str, str]:
    """What an application's own code needs beside its credentials, as far as it is known."""
    names = {"issuer": facts.get("issuer"), "token_endpoint": facts.get("token_endpoint"), "gateway_url": run.platform.gateway.url}
    return {name: value for name, value in names.items() if value is not None}


def reserve(run: Run, application: ApplicationSpec, application_id: str) -> None:
    """Say in Vault that credentials are about to be made, before they are: a run that dies after this is found out.

    Args:
        application_id: of the application that gets a new secret; empty if it does not exist yet.
    """
    values = {"state": PENDING, "application_id": application_id, **for_the_record(run, application)}
    write(run, application, values)


def store(run: Run, facts: Facts, application: ApplicationSpec, application_id: str, client_id: str, secret: Secret) -> None:
    """Keep credentials that are shown only once. Nothing else happens between their arrival and this."""
    known(facts, "issuer")
    known(facts, "token_endpoint")
    values: dict[str, str | Secret] = {"state": ACTIVE, "application_id": application_id, "client_id": client_id, "client_secret": secret}
    write(run, application, values | surroundings(run, facts) | for_the_record(run, application))


def refresh(run: Run, facts: Facts, application: ApplicationSpec, record: ApplicationRecord) -> None:
    """Bring the surroundings of working credentials up to date."""
    write(run, application, {**record.values, **surroundings(run, facts)})


def write(run: Run, application: ApplicationSpec, values: Mapping[str, str | Secret]) -> None:
    """Write the record, while the tenant is ours: what another run has made of it since would be lost.

    Raises:
        LostLock: this run was suspended for longer than its lock holds; nothing was written.
    """
    run.systems.locks.require(paths.tenant_lock(run.the_tenant().slug))
    run.systems.vault.put(record_path(run, application), values)


def application_facts(application: ApplicationSpec, application_id: str, client_id: str) -> dict[str, str]:
    """What registrations and smoke test go by."""
    return {f"application.{application.name}.id": application_id, f"application.{application.name}.client_id": client_id}


def reference(run: Run, application: ApplicationSpec) -> str:
    """Where it is: vault://mount/path."""
    return run.systems.vault.ref(record_path(run, application))


def record_path(run: Run, application: ApplicationSpec) -> str:
    """The application's path in Vault."""
    return paths.application(run.the_tenant().slug, application.name)


def for_the_record(run: Run, application: ApplicationSpec) -> dict[str, str]:
    """Which way it came, who asked and why."""
    tenant = run.the_tenant()
    return {"way": application.way.value, "requested_by": tenant.requested_by, "ticket": tenant.ticket}
