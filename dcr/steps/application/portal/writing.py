"""Make an application's difference go away: reserve in Vault, make credentials, store them, change fields, prove.

Source: reference/vault.md section 8, *Order of operations*; reference/konnect.md section 6.
"""

from __future__ import annotations

from dataclasses import dataclass

from dcr.errors import CheckFailed
from dcr.model.tenant import ApplicationSpec as AskedApplication
from dcr.portal.applications import (
    Credentials,
    PortalApplication,
    PortalApplicationSpec,
    RegenerationRefused,
    create_application,
    delete_application,
    find_application,
    regenerate_secret,
    update_application,
)
from dcr.portal.client import Portal
from dcr.results.outcome import Facts
from dcr.steps.application.portal.difference import Credentialing, Difference
from dcr.steps.application.portal.service_developer import portal_of
from dcr.steps.application.record import ApplicationRecord, refresh, reserve, store
from dcr.steps.context import Run
from dcr.steps.facts import known
from dcr.vault import paths


@dataclass(frozen=True, slots=True)
class Written:
    """The application as it stands after a write."""

    application_id: str
    client_id: str
    warnings: tuple[str, ...] = ()


def write_application(
    run: Run,
    facts: Facts,
    asked: AskedApplication,
    found: PortalApplication | None,
    wanted: PortalApplicationSpec,
    record: ApplicationRecord,
    difference: Difference,
) -> Written:
    """Write the difference, and nothing else.

    Raises:
        LostLock: another run may be writing this tenant by now.
        CheckFailed: the portal accepted something and did not keep it.
    """
    for name in ("auth_strategy.id", "issuer", "token_endpoint"):
        known(facts, name)
    portal = portal_of(run, facts)
    writer = _Writer(run, facts, asked, wanted, portal)
    if found is None:
        written = writer.create()
    elif difference.credentialing is Credentialing.REPLACE:
        written = writer.replace(found.id)
    elif difference.credentialing is Credentialing.REGENERATE:
        written = writer.regenerate(found.id)
    else:
        written = Written(found.id, found.client_id or record.text("client_id"))
        if difference.surroundings:
            refresh(run, facts, asked, record)
    if difference.fields and found is not None and written.application_id == found.id:
        update_application(portal, found.id, wanted, difference.fields)
    _require_kept(portal, written.application_id, wanted)
    return written


@dataclass(frozen=True, slots=True)
class _Writer:
    """What all writes of one application have in common."""

    run: Run
    facts: Facts
    asked: AskedApplication
    wanted: PortalApplicationSpec
    portal: Portal

    def create(self) -> Written:
        self._reserve("")
        application_id, credentials = create_application(self.portal, self.wanted)
        self._store(application_id, credentials)
        return Written(application_id, credentials.client_id)

    def replace(self, application_id: str) -> Written:
        self._renew_lock()  # and nothing said in Vault: as long as the application is there, so may be its working credentials
        delete_application(self.portal, application_id)
        return self.create()

    def regenerate(self, application_id: str) -> Written:
        self._reserve(application_id)
        try:
            credentials = regenerate_secret(self.portal, application_id)
        except RegenerationRefused as refused:
            written = self.replace(application_id)
            said = f"{refused.problem}. It was deleted and created again: its client id is new"
            return Written(written.application_id, written.client_id, (f"portal: no new secret for {self.asked.name}: {said}.",))
        self._store(application_id, credentials)
        return Written(application_id, credentials.client_id)

    def _reserve(self, application_id: str) -> None:
        reserve(self.run, self.asked, application_id)
        self._renew_lock()

    def _renew_lock(self) -> None:
        self.run.systems.locks.renew(paths.tenant_lock(self.run.the_tenant().slug))

    def _store(self, application_id: str, credentials: Credentials) -> None:
        store(self.run, self.facts, self.asked, application_id, credentials.client_id, credentials.client_secret)


def _require_kept(portal: Portal, application_id: str, wanted: PortalApplicationSpec) -> None:
    kept = find_application(portal, application_id)
    if kept is None:
        raise CheckFailed("portal", f"it created application {wanted.name} and does not know it any more", "Report this to Kong.")
    seen = (kept.name, kept.description or "", kept.redirect_uri or "", kept.team_id)
    if seen != (wanted.name, wanted.description, wanted.redirect_uri, wanted.team_id):
        raise CheckFailed(
            "portal", f"it accepted name, description, redirect URI or team of {wanted.name} but did not keep them", "Report this to Kong."
        )
