"""Whether credentials that should be dead still get in: asked as long as Vault remembers the application, until its removal has finished.

Source: docs/vendors/konnect.md, Decision order, Gateway answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dcr.errors import DcrError
from dcr.results.changes import Stage
from dcr.results.report import Claim, Verdict
from dcr.secret import BasicCredentials
from dcr.steps.application.belonging import former_names
from dcr.steps.application.former.gateway_refusal import ask_once, judged_refusal, known_requests, present_requests
from dcr.steps.application.record import record_named
from dcr.steps.context import StepContext
from dcr.steps.smoke_test.closed_routes import ProofRequest


def former_credentials(ctx: StepContext) -> tuple[Claim, ...]:
    """A claim for each former application at each route that the tenant has or has had, and for each present one where it has none now."""
    former, now = former_names(ctx), present_requests(ctx)
    before = [request for request in known_requests(ctx) if request not in now]
    asked = [(name, "former application", [*now, *before]) for name in former]
    asked += [(one.name, "application", before) for one in ctx.the_tenant().applications if one.name not in former]
    return tuple(claim for name, kind, requests in asked for claim in _claims(ctx, name, kind, requests))


def _claims(ctx: StepContext, name: str, kind: str, requests: Iterable[ProofRequest]) -> Iterator[Claim]:
    credentials = record_named(ctx, name).credentials
    if credentials is None:  # nobody has any, so there is nothing to ask with
        return
    for request in requests:
        yield _asked(ctx, f"{kind} {name} is refused at {request}", request, credentials)


def _asked(ctx: StepContext, what: str, request: ProofRequest, credentials: BasicCredentials) -> Claim:
    try:
        return judged_refusal(what, ask_once(ctx, request, credentials), stage=Stage.SMOKE_TEST)
    except DcrError as error:
        return Claim(stage=Stage.SMOKE_TEST, what=what, verdict=Verdict.UNKNOWN, detail=str(error))
