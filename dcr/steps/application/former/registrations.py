"""Registrations that nobody asks for any more: a former application's, and those of a present one for APIs that it shall not use.

They go before anything else does, and the gateway has to refuse the credentials then. An offboarding that only ends access revokes them:
once there is none, the developer of an application may ask for a new one.

Source: docs/vendors/konnect.md, Admin registrations, Removal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dcr.konnect.api_registrations import ApiRegistration, Status, delete_registration, find_registrations, revoke_registration
from dcr.model.timestamps import now
from dcr.results.changes import Change, Scope, Stage
from dcr.results.diff import Diff, Difference
from dcr.results.outcome import Outcome
from dcr.results.report import Claim
from dcr.steps.application.former.gateway_refusal import gateway_refuses, proving_request
from dcr.steps.application.former.receipt import write_receipt
from dcr.steps.application.former.remembered import observe_former
from dcr.steps.application.record import record_named
from dcr.steps.context import StepContext
from dcr.steps.smoke_test.closed_routes import ProofRequest


@dataclass(frozen=True, slots=True)
class LeavingRegistration:
    """One, with how its end is shown. That is kept with it: once the removal goes on, nobody else may remember."""

    registration: ApiRegistration
    portal_id: str
    portal: str
    request: ProofRequest | None
    revoked: bool  # what is wanted of it: that it stays, revoked

    @property
    def goes(self) -> bool:
        return not self.revoked or self.registration.status in (Status.APPROVED, Status.PENDING)


def of_former(ctx: StepContext, name: str) -> tuple[LeavingRegistration, ...]:
    """All that a former application has, with that of a client it replaced."""
    former = observe_former(ctx, name)
    found: list[ApiRegistration] = []
    for one in former.applications:
        found += _registrations(ctx, former.portal_id, one.id).values()
    return of_application(ctx, former.portal_id, former.portal, found)


def of_application(ctx: StepContext, portal_id: str, portal: str, found: Iterable[ApiRegistration]) -> tuple[LeavingRegistration, ...]:
    """With the request that proves access to each one's API."""
    leaving = (LeavingRegistration(one, portal_id, portal, proving_request(ctx, one.api), ctx.revoking) for one in found)
    return tuple(one for one in leaving if one.goes)


def absent_registrations(name: str, leaving: Iterable[LeavingRegistration]) -> Diff[str]:
    """A line each; what has to be written is their ids."""
    return Diff(tuple(Difference(_change(name, one), one.registration.id) for one in leaving))


def remove_registrations(ctx: StepContext, name: str, leaving: Iterable[LeavingRegistration]) -> Outcome:
    """Take each away, then have the gateway refuse the credentials, as long as it takes. The receipt is begun before: it outlives a crash.

    Raises:
        Refused: Konnect does not; what was taken away stays so.
    """
    gone, credentials = [*leaving], record_named(ctx, name).credentials
    write_receipt(ctx, name, map(_intent, gone), [])
    for one in gone:
        take = revoke_registration if one.revoked else delete_registration
        take(ctx.konnect, one.portal_id, one.registration.application.id, one.registration.id)
    began = ctx.clock.now()
    claims = tuple(gateway_refuses(ctx, name, one.request, credentials, began, one.registration.api.label) for one in gone)
    write_receipt(ctx, name, map(_line, gone, claims), [])
    return Outcome(claims=claims)


def _intent(one: LeavingRegistration) -> str:
    """For the receipt, as long as nothing is done yet."""
    return f"{now()} registration {one.registration.id} for {one.registration.api.label} goes: it was {one.registration.status}"


def _line(one: LeavingRegistration, claim: Claim) -> str:
    """For the receipt."""
    done = "revoked" if one.revoked else "deleted"
    shown = f"{claim.evidence.call} answered {claim.evidence.status}" if claim.evidence else claim.detail
    return f"{now()} registration {one.registration.id} for {one.registration.api.label} {done}: {claim.verdict}, {shown}"


def _change(name: str, one: LeavingRegistration) -> Change:
    label, status = one.registration.api.label, one.registration.status
    path = f"konnect/portals/{one.portal}/applications/{name}/registrations/{label}"
    removes = f"{name} loses access to {label}" if status is Status.APPROVED else f"{name} cannot get access to {label} by it"
    return Change(Stage.APPLICATION, Scope.TENANT, path, status, Status.REVOKED if one.revoked else None, removes=removes)


def _registrations(ctx: StepContext, portal_id: str, application_id: str) -> Mapping[str, ApiRegistration]:
    key = f"konnect registrations {application_id}"
    return ctx.cached(key, lambda: find_registrations(ctx.konnect, portal_id, application_id))
