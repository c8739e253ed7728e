"""Prove it: the application's own credentials get in, nobody else's do, and Curity's tokens are what the gateway needs.

Source: docs/vendors/konnect.md, Gateway answers; docs/vendors/curity.md, Token requests.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from dcr.errors import DcrError, Refused
from dcr.gateway.client import GatewayAnswer
from dcr.http.polling import until
from dcr.model.tenant import ApiSpec, ApplicationSpec, Way
from dcr.results.changes import Scope, Stage
from dcr.results.evidence import Evidence
from dcr.results.outcome import Outcome
from dcr.results.report import Claim, Verdict
from dcr.secret import BasicCredentials, Secret
from dcr.steps.context import StepContext
from dcr.steps.smoke_test.closed_routes import ClosedRoutes, ForeignRoute, NotClosed
from dcr.steps.smoke_test.former_credentials import former_credentials
from dcr.steps.smoke_test.gateway_findings import Finding, Wrong, access, is_closed, let_in, may_change, refusal, unregistered
from dcr.steps.smoke_test.openid_scope import refusal_of_openid
from dcr.steps.smoke_test.unregistered import apis_without_registration
from dcr.steps.step import Check, Each, Item, System
from dcr.vault import paths
from dcr.vault.client import VaultSecret

OPEN = "the same request without credentials was not refused, and no credentials go where that is so"
NOBODY = "a gateway that lets nobody in would refuse this too"


class SmokeTest(Check):
    """The claims of one application."""

    name, stage, scope = "smoke test", Stage.SMOKE_TEST, Scope.TENANT
    systems, each = frozenset({System.VAULT, System.OAUTH, System.GATEWAY}), Each.APPLICATION
    timeout_seconds, description = 3900, "One success and three refusals through the gateway; the token itself."
    link = "at the gateway"

    def prove(self, ctx: StepContext, item: Item) -> Outcome:
        first = item == ctx.the_tenant().applications[0].name
        return self._own(ctx, item) + Outcome(claims=former_credentials(ctx) if first else ())

    def _own(self, ctx: StepContext, item: Item) -> Outcome:
        tenant = ctx.the_tenant()
        application = tenant.application(item)
        path = paths.application(tenant.slug, item)
        found = ctx.vault.read(path)
        if found is None or not all(name in found.values for name in ("client_id", "client_secret", "issuer", "token_endpoint")):
            detail = f"{ctx.vault.ref(path)} holds none: the application stage has not completed"
            return Outcome(claims=(_claim(f"{item} has credentials", Verdict.FAILED, detail),))
        token = _token_claim(ctx, application, found)
        registrations = ctx.facts.registrations.get(item)
        at_gateway = _AtGateway(ctx, application, found, pending=registrations is not None and registrations.pending)
        claims = at_gateway.claims(tenant.apis_of(application), apis_without_registration(tenant, application))
        return Outcome(claims=(token, *claims, *_scope_claims(ctx, item, found, token, claims)))


class _AtGateway:
    """The claims of one application at the gateway. All waiting together ends at one deadline."""

    def __init__(self, ctx: StepContext, application: ApplicationSpec, found: VaultSecret, *, pending: bool) -> None:
        self._ctx, self._name, self._good, self._pending = ctx, application.name, _credentials(found), pending
        self._token_endpoint = found.values["token_endpoint"].get_secret_value()
        self._ends = ctx.clock.now() + ctx.platform.deadlines.propagation_seconds
        self._routes = ClosedRoutes(ctx)

    def claims(self, apis: tuple[ApiSpec, ...], elsewhere: tuple[ApiSpec, ...]) -> tuple[Claim, ...]:
        """At each API: nothing without credentials, and in with the application's own; at the first one also what is nearly right.

        Args:
            elsewhere: the tenant's APIs for which the application shall not be registered.

        Without credentials comes first: before the gateway has heard of the publication it is open, and a success would show nothing.
        Nor would credentials be safe there: where that request is not refused, none are sent.
        """
        found: list[Claim] = []
        for api in apis:
            self._ctx.progress(f"smoke test: {self._name} at {_route(api)}")
            closed = self._refusal(api, Wrong.NOTHING, None)
            found += (closed, self._access(api) if closed.verdict is Verdict.OK else _not_asked(self._gets_in(api), OPEN))
        wrong_secret = BasicCredentials(self._good.username, Secret(secrets.token_urlsafe(32)))
        stranger = BasicCredentials(str(uuid.uuid4()), self._good.password)
        for wrong, credentials in ((Wrong.SECRET, wrong_secret), (Wrong.CLIENT, stranger)):
            understood = found[1].verdict in (Verdict.OK, Verdict.PENDING)
            found.append(self._nearly_right(apis[0], wrong, credentials) if understood else _not_asked(_is_refused(apis[0], wrong), NOBODY))
        for api in elsewhere:
            found += self._elsewhere(api)
        return tuple(found)

    def _gets_in(self, api: ApiSpec) -> str:
        return f"{self._name} gets in at {_route(api)}"

    def _elsewhere(self, api: ApiSpec) -> tuple[Claim, ...]:
        """What could not be asked may be an open route, which is said then."""
        what = f"{self._name}, which is not registered there, is refused at {_route(api)}"
        claim = self._asked(what, api, self._good.authorization(), lambda answer: answer.status in (401, 403), unregistered)
        return (self._refusal(api, Wrong.NOTHING, None), claim) if claim.verdict is Verdict.UNKNOWN else (claim,)

    def _access(self, api: ApiSpec) -> Claim:
        def settled(answer: GatewayAnswer) -> bool:
            return not may_change(answer) or (self._pending and answer.status == 403)

        return self._asked(self._gets_in(api), api, self._good.authorization(), settled, partial(access, pending=self._pending))

    def _nearly_right(self, api: ApiSpec, wrong: Wrong, credentials: BasicCredentials) -> Claim:
        """A wrong secret that gets in may have been let in by either: then Curity is asked too."""
        claim = self._refusal(api, wrong, credentials.authorization())
        if wrong is Wrong.SECRET and claim.verdict is Verdict.FAILED and self._curity_takes(credentials):
            return claim.model_copy(update={"detail": Wrong.SECRET_AT_CURITY.culprit})
        return claim

    def _curity_takes(self, credentials: BasicCredentials) -> bool:
        try:
            self._ctx.oauth.token(self._token_endpoint, credentials.username, credentials.password)
        except DcrError:
            return False
        return True

    def _refusal(self, api: ApiSpec, wrong: Wrong, authorization: Secret | None) -> Claim:
        def settled(answer: GatewayAnswer) -> bool:
            return is_closed(answer) or not (let_in(answer) or may_change(answer))

        return self._asked(_is_refused(api, wrong), api, authorization, settled, partial(refusal, wrong=wrong))

    def _asked(
        self,
        what: str,
        api: ApiSpec,
        authorization: Secret | None,
        settled: Callable[[GatewayAnswer], bool],
        judge: Callable[[GatewayAnswer], Finding],
    ) -> Claim:
        try:
            answer = self._routes.ask(api, authorization, settled, max(self._ends - self._ctx.clock.now(), 0.0))
        except (NotClosed, ForeignRoute) as error:
            return _not_asked(what, error.problem)
        except DcrError as error:
            return _claim(what, _verdict(error), str(error))
        return _claim(what, *judge(answer), answer.evidence)


def _scope_claims(ctx: StepContext, name: str, found: VaultSecret, token: Claim, claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Why good credentials may get no further than the gateway: asked only when they do not."""
    stuck = token.verdict is Verdict.OK and any(claim.verdict is Verdict.FAILED and claim.detail.startswith("401") for claim in claims)
    said = refusal_of_openid(ctx, found.values["token_endpoint"].get_secret_value(), _credentials(found)) if stuck else ""
    return (_claim(f"Curity gives {name} a token with the scope the gateway asks for", Verdict.FAILED, said),) if said else ()


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a token showed, and the call that got it."""

    subject: str
    evidence: Evidence


def _token_claim(ctx: StepContext, application: ApplicationSpec, found: VaultSecret) -> Claim:
    credentials = _credentials(found)
    what = f"a token for {application.name} straight from Curity is a JWT that its JWKS verifies, and its sub is the client id"
    try:
        seen = until(
            lambda: _token_seen(ctx, credentials, found.values["issuer"].get_secret_value()),
            lambda _seen: True,
            deadline_seconds=ctx.platform.deadlines.propagation_seconds,
            poll_seconds=ctx.platform.deadlines.poll_seconds,
            clock=ctx.clock,
        )
    except DcrError as error:
        return _claim(what, _verdict(error), f"{error}{_replacement(application, error)}")
    if seen.subject == credentials.username:
        return _claim(what, Verdict.OK, "", seen.evidence)
    detail = (
        "sub is another than the client id, by which the gateway finds the application: check the profile's token issuer and procedures"
    )
    return _claim(what, Verdict.FAILED, detail, seen.evidence)


def _replacement(application: ApplicationSpec, error: DcrError) -> str:
    """A client that we registered ourselves can be gone at Curity while Konnect still knows it: only its credentials tell."""
    gone = application.way is Way.IMPORT and "invalid_client" in error.problem
    return f" 'dcr onboard --replace {application.name}' registers a new one in its place." if gone else ""


def _token_seen(ctx: StepContext, credentials: BasicCredentials, issuer: str) -> _Seen:
    oauth, scopes = ctx.oauth, " ".join(ctx.platform.konnect.auth_strategy.scopes)
    metadata = oauth.metadata(issuer)
    token = oauth.token(metadata.token_endpoint, credentials.username, credentials.password, scopes)
    claims = oauth.verify_jwt(token.access_token, metadata.jwks_uri, metadata.issuer)
    return _Seen(str(claims["sub"]), token.evidence)


def _credentials(found: VaultSecret) -> BasicCredentials:
    return BasicCredentials(found.values["client_id"].get_secret_value(), found.values["client_secret"])


def _route(api: ApiSpec) -> str:
    return f"{api.method.value} {api.path}"


def _is_refused(api: ApiSpec, wrong: Wrong) -> str:
    return f"{wrong.words} is refused at {_route(api)}"


def _not_asked(what: str, why: str) -> Claim:
    return _claim(what, Verdict.UNKNOWN, f"not asked: {why}")


def _verdict(error: DcrError) -> Verdict:
    return Verdict.FAILED if isinstance(error, Refused) else Verdict.UNKNOWN


def _claim(what: str, verdict: Verdict, detail: str, evidence: Evidence | None = None) -> Claim:
    return Claim(stage=Stage.SMOKE_TEST, what=what, verdict=verdict, detail=detail, evidence=evidence)
