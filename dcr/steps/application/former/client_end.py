"""Proof that a client is gone at Curity: a token request with its secret that answers `invalid_client`. If it does not, what we can do.

A client that we registered is removed by its registration token. One that Konnect registered, and left behind, is an orphan: it is named.

Source: docs/vendors/curity.md, Removal, Client management; docs/vendors/konnect.md, Removal.
"""

from __future__ import annotations

from dataclasses import dataclass

from dcr.curity.runtime.oauth import InvalidClient
from dcr.errors import Refused
from dcr.http.polling import until
from dcr.model.timestamps import now
from dcr.results.changes import Stage
from dcr.results.evidence import Evidence
from dcr.results.facts import require
from dcr.results.report import Claim, Verdict
from dcr.secret import BasicCredentials
from dcr.steps.application.imported.client_record import FormerClient
from dcr.steps.context import StepContext

STILL_THERE = "a token request with its secret still gets a token"


@dataclass(frozen=True, slots=True)
class ClientEnd:
    """What came of one client."""

    claims: tuple[Claim, ...] = ()
    removed: tuple[str, ...] = ()  # lines for the receipt
    left: tuple[str, ...] = ()  # the same, of what may be left behind


def end_client(ctx: StepContext, name: str, client: FormerClient, credentials: BasicCredentials | None, token_endpoint: str) -> ClientEnd:
    """Have a client gone whose application is gone already.

    Args:
        name: of the application.
        credentials: None: nobody has its secret, so it cannot be asked for.
        token_endpoint: as the record keeps it.

    Raises:
        Passing, Unknown: Curity could not be asked; the next run goes on from here.
    """
    if credentials is None:
        return _without_secret(ctx, name, client)
    endpoint = token_endpoint or require(ctx.facts.issuer.token_endpoint if ctx.facts.issuer else None, "the token endpoint")
    seen = _asked(ctx, endpoint, credentials)
    if seen.shown is None and client.removable:
        _delete(ctx, client)
        seen = _asked_until_gone(ctx, endpoint, credentials)
    elif seen.shown is None:  # Konnect may take a while to remove the client of the application that it has just deleted
        seen = _asked_until_gone(ctx, endpoint, credentials)
    what = f"client {client.client_id} of {name} is gone at Curity"
    if seen.shown:
        claim = Claim(stage=Stage.REMOVAL, what=what, verdict=Verdict.OK, evidence=seen.shown)
        return ClientEnd((claim,), (f"{now()} client {client.client_id}: {seen.shown.call} answered invalid_client",))
    detail = f"{seen.otherwise}. Remove it at Curity, by its client id"
    left = f"{now()} {name} {client.client_id}: {seen.otherwise}"
    return ClientEnd((Claim(stage=Stage.REMOVAL, what=what, verdict=Verdict.FAILED, detail=detail),), left=(left,))


def unseen_client(name: str, client_id: str) -> ClientEnd:
    """A client whose application Konnect has deleted, and whose secret nobody ever had."""
    detail = "not asked: nobody has its secret. Konnect was to remove it with its application"
    claim = Claim(stage=Stage.REMOVAL, what=f"client {client_id} of {name} is gone at Curity", verdict=Verdict.UNKNOWN, detail=detail)
    return ClientEnd((claim,), left=(f"{now()} {name} {client_id}: nobody has its secret, so nobody could ask for it",))


@dataclass(frozen=True, slots=True)
class _TokenAnswered:
    shown: Evidence | None  # the token request that answered `invalid_client`
    otherwise: str = ""  # what it said instead


def _asked(ctx: StepContext, endpoint: str, credentials: BasicCredentials) -> _TokenAnswered:
    try:
        ctx.oauth.token(endpoint, credentials.username, credentials.password)
    except InvalidClient as gone:
        return _TokenAnswered(gone.evidence)
    except Refused as refused:
        return _TokenAnswered(None, f"a token request with its secret {refused.problem}, which does not say that it is gone")
    return _TokenAnswered(None, STILL_THERE)


def _asked_until_gone(ctx: StepContext, endpoint: str, credentials: BasicCredentials) -> _TokenAnswered:
    deadlines = ctx.platform.deadlines
    return until(
        lambda: _asked(ctx, endpoint, credentials),
        lambda seen: seen.shown is not None,
        deadline_seconds=deadlines.propagation_seconds,
        poll_seconds=deadlines.poll_seconds,
        clock=ctx.clock,
    )


def _without_secret(ctx: StepContext, name: str, client: FormerClient) -> ClientEnd:
    """Of a client that was replaced, only the registration token is kept."""
    if not client.removable:
        return unseen_client(name, client.client_id)
    shown = _delete(ctx, client)
    how = f"{shown.call} answered {shown.status}" if shown else "its registration token is refused, as that of a client that is gone"
    return ClientEnd(removed=(f"{now()} client {client.client_id}: {how}",))


def _delete(ctx: StepContext, client: FormerClient) -> Evidence | None:
    token = require(client.registration_access_token, "the registration token")
    return ctx.registration.remove(client.registration_client_uri, token)
