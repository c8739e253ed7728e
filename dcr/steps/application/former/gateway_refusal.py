"""Proof that the gateway refuses credentials whose registration is gone: asked until it does, with the seconds that it took.

The credentials are sent only right after the same request without any was refused: an open route would hand them to whatever is behind it.

Source: docs/vendors/konnect.md, Decision order, Gateway answers, Removal.
"""

from __future__ import annotations

from dataclasses import dataclass

from dcr.errors import CheckFailed, DcrError
from dcr.gateway.client import GatewayAnswer
from dcr.http.polling import until
from dcr.konnect.api_registrations import Reference
from dcr.results.changes import Stage
from dcr.results.report import Claim, Verdict
from dcr.secret import BasicCredentials
from dcr.steps.context import StepContext
from dcr.steps.preflight.accepted import remembered
from dcr.steps.smoke_test.closed_routes import ClosedRoutes, ProofRequest, request_of
from dcr.steps.smoke_test.gateway_findings import is_closed

REFUSED = (401, 403)


@dataclass(frozen=True, slots=True)
class AskedTwice:
    """What the gateway said without credentials, and right after that with them."""

    bare: GatewayAnswer
    answer: GatewayAnswer | None  # None: not asked, since the bare request was not refused

    @property
    def settled(self) -> bool:
        """Whether asking again would show nothing else."""
        if self.answer is None:
            return self.bare.status < 400 or self.bare.status in (404, 426)
        return self.answer.status in REFUSED


def proving_request(ctx: StepContext, api: Reference) -> ProofRequest | None:
    """As the tenant has it, else as it was when the API was asked for; None if nobody remembers."""
    ids, record = ctx.facts.api_ids, remembered(ctx)
    accepted = record.tenant.apis if record.tenant else []
    present = [one for one in ctx.the_tenant().apis if ids.get(one.label) == api.id or (one.label not in ids and one.label == api.label)]
    known = [ProofRequest(one.method, one.path) for one in record.publications if one.api_id == api.id]
    named = [request_of(one) for one in (*present, *(one for one in accepted if one.label == api.label))]
    return next(iter((*named[: len(present)], *known, *named[len(present) :])), None)


def present_requests(ctx: StepContext) -> list[ProofRequest]:
    """Of the APIs that the tenant asks for."""
    return [request_of(api) for api in ctx.the_tenant().apis]


def known_requests(ctx: StepContext) -> list[ProofRequest]:
    """Of all APIs that the tenant has or has had: as long as a publication is remembered, it may be there."""
    record = remembered(ctx)
    accepted = [request_of(api) for api in (record.tenant.apis if record.tenant else [])]
    published = [ProofRequest(one.method, one.path) for one in record.publications]
    return list(dict.fromkeys([*present_requests(ctx), *accepted, *published]))


def require_dead(ctx: StepContext, name: str, credentials: BasicCredentials | None) -> None:
    """Stop while the credentials of a removed application still get in anywhere: without them nobody could ask any more.

    Raises:
        CheckFailed: they do, after all the time that propagation may take.
    """
    began = ctx.clock.now()
    for request in known_requests(ctx) if credentials else ():
        claim = gateway_refuses(ctx, name, request, credentials, began)
        if claim.verdict is Verdict.FAILED:
            said = f"{name} is gone in Konnect, and its credentials still get in at {request}: its record in Vault stays"
            raise CheckFailed("gateway", said, "Look at the data plane; the next run goes on from here.")


def ask_once(ctx: StepContext, request: ProofRequest, credentials: BasicCredentials) -> AskedTwice:
    """One look.

    Raises:
        Passing: no answer came.
    """
    routes = ClosedRoutes(ctx)
    bare = routes.ask_without(request)
    return AskedTwice(bare, routes.ask_with(request, credentials.authorization()) if is_closed(bare) else None)


def gateway_refuses(
    ctx: StepContext, name: str, request: ProofRequest | None, credentials: BasicCredentials | None, began: float, label: str = ""
) -> Claim:
    """Ask until the credentials are refused, as long as propagation may take. All that is asked after one removal waits together.

    Args:
        name: of the application.
        request: None: nobody knows how to ask for the API.
        credentials: None: nobody has them.
        began: by the clock, when the registration was taken away.
        label: of the API, in case nobody knows the request.
    """
    what = f"gateway refused {name} at {request or label}"
    if request is None or credentials is None:
        lacking = "the request that proves access to the API" if request is None else "the application's secret"
        return _claim(what, Verdict.UNKNOWN, f"not asked: nobody knows {lacking} any more")
    clock, deadlines = ctx.clock, ctx.platform.deadlines
    try:
        asked = until(
            lambda: ask_once(ctx, request, credentials),
            lambda seen: seen.settled,
            deadline_seconds=max(began + deadlines.propagation_seconds - clock.now(), 0.0),
            poll_seconds=deadlines.poll_seconds,
            clock=clock,
        )
    except DcrError as error:
        return _claim(what, Verdict.UNKNOWN, str(error))
    return judged_refusal(what, asked, f" {clock.now() - began:.0f} s after")


def judged_refusal(what: str, asked: AskedTwice, after: str = "", stage: Stage = Stage.REMOVAL) -> Claim:
    """What one look shows.

    Args:
        what: the claim, in words.
        after: how long it took, if it is so.
    """
    bare, answer = asked.bare, asked.answer
    if answer is None:
        said = f"not asked with credentials: without any it was answered {bare.status} {bare.message}".rstrip()
        return Claim(stage=stage, what=what, verdict=Verdict.UNKNOWN, detail=said, evidence=bare.evidence)
    if answer.status in REFUSED:
        return Claim(stage=stage, what=f"{what}{after}", verdict=Verdict.OK, evidence=answer.evidence)
    if answer.status < 400:
        said = f"{answer.status}: they still get in. Look at the application in Konnect and at the data plane; run again"
        return Claim(stage=stage, what=what, verdict=Verdict.FAILED, detail=said, evidence=answer.evidence)
    said = f"it was answered {answer.status} {answer.message}, which says nothing of who may come in".replace(" ,", ",")
    return Claim(stage=stage, what=what, verdict=Verdict.UNKNOWN, detail=said, evidence=answer.evidence)


def _claim(what: str, verdict: Verdict, detail: str) -> Claim:
    return Claim(stage=Stage.REMOVAL, what=what, verdict=verdict, detail=detail)
