"""Make an imported application's difference go away: reserve in Vault, register, store, have Konnect adopt the client, prove.

Source: reference/vault.md section 8, *Order of operations*; reference/konnect.md section 7.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from dcr.curity.runtime.client_registration import ClientSpec
from dcr.engine.record import now
from dcr.errors import CheckFailed, DcrError
from dcr.konnect.applications import (
    KonnectApplication,
    KonnectApplicationSpec,
    change_owner,
    create_application,
    delete_application,
    find_application,
)
from dcr.konnect.client import SYSTEM
from dcr.model.tenant import ApplicationSpec as AskedApplication
from dcr.results.outcome import Facts
from dcr.steps.application.imported.client_record import Values, adopted, keep, registered, reserved, withdrawn
from dcr.steps.application.imported.client_registration import NotRegistered, register_client
from dcr.steps.application.imported.difference import Adoption, Difference
from dcr.steps.application.portal.writing import Written
from dcr.steps.application.record import ApplicationRecord, surroundings
from dcr.steps.context import Run
from dcr.steps.facts import known
from dcr.vault import paths

NEEDED = ("portal.id", "owner.id", "auth_strategy.id", "issuer", "token_endpoint")


def write_import(
    run: Run,
    facts: Facts,
    asked: AskedApplication,
    found: KonnectApplication | None,
    wanted: KonnectApplicationSpec,
    client: ClientSpec,
    record: ApplicationRecord,
    difference: Difference,
) -> Written:
    """Write the difference, and nothing else.

    Raises:
        LostLock: another run may be writing this tenant by now.
        Refused: Curity gave no client that can be used.
        Unknown: a client may be left behind; Vault remembers that.
        CheckFailed: Konnect accepted something and did not keep it.
    """
    for name in NEEDED:
        known(facts, name)
    writer = _Writer(run, facts, asked, wanted, client)
    values: Values = dict(record.values)
    warnings: tuple[str, ...] = ()
    if difference.register:
        values, warnings = writer.register(record)
    client_id = _plain(values, "client_id")
    application_id = writer.adopt(difference, found, client_id)
    values = adopted({**values, **surroundings(run, facts)}, application_id)
    if difference.register or difference.refresh:
        keep(run, asked, values)
    writer.require_kept(application_id, client_id)
    return Written(application_id, client_id, warnings)


def require_client(found: KonnectApplication, client_id: str) -> None:
    """Stop if an application has another client than the one whose secret is in Vault.

    Raises:
        CheckFailed: names both.
    """
    if found.client_id != client_id:
        said = f"application {found.id} has client {found.client_id}, and Vault holds the secret of {client_id}"
        raise CheckFailed(SYSTEM, said, "An application never changes its client: correct application_id or client_id in Vault.")


@dataclass(frozen=True, slots=True)
class _Writer:
    """What all writes of one imported application have in common."""

    run: Run
    facts: Facts
    asked: AskedApplication
    wanted: KonnectApplicationSpec
    client: ClientSpec

    def register(self, record: ApplicationRecord) -> tuple[Values, tuple[str, ...]]:
        """Register the client, and put its secret into Vault before anything else happens."""
        known(self.facts, "registration_endpoint")
        values = reserved(record, self.client, now())
        keep(self.run, self.asked, values)
        try:
            client = register_client(self.run, self.facts, self.client)
        except NotRegistered as failure:
            with suppress(DcrError):  # Vault then names a orphan that there is not: better than the other way round
                keep(self.run, self.asked, withdrawn(values, failure.left_behind))
            raise failure.reason from None
        values = {**registered(values, self.client, client, datetime.now(UTC)), **surroundings(self.run, self.facts)}
        keep(self.run, self.asked, values)
        return values, tuple(f"curity: {self.asked.name}: {shortfall}." for shortfall in client.shortfalls(self.client))

    def adopt(self, difference: Difference, found: KonnectApplication | None, client_id: str) -> str:
        """Have an application with this client, and return its id."""
        konnect, portal_id = self.run.systems.konnect, known(self.facts, "portal.id")
        if found is not None and difference.adoption is Adoption.RECREATE:
            delete_application(konnect, portal_id, found.id)
        elif found is not None:
            if difference.change_owner:
                change_owner(konnect, portal_id, found.id, self.wanted)
            return found.id
        self.run.systems.locks.renew(paths.tenant_lock(self.run.the_tenant().slug))
        return create_application(konnect, portal_id, self.wanted, client_id)

    def require_kept(self, application_id: str, client_id: str) -> None:
        """Konnect has what it accepted."""
        kept = find_application(self.run.systems.konnect, known(self.facts, "portal.id"), application_id)
        if kept is None:
            said = f"it created application {self.wanted.name} and does not know it any more"
            raise CheckFailed(SYSTEM, said, "Report this to Kong.")
        require_client(kept, client_id)
        strategy = kept.auth_strategy.id if kept.auth_strategy else self.wanted.auth_strategy_id
        if not self.wanted.owns(kept) or strategy != self.wanted.auth_strategy_id:
            raise CheckFailed(SYSTEM, f"it accepted owner or strategy of {self.wanted.name} but did not keep them", "Report this to Kong.")


def _plain(values: Values, name: str) -> str:
    value = values[name]
    return value if isinstance(value, str) else value.get_secret_value()
