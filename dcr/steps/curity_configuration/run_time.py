"""What of our configuration Curity's run time shows to anybody, for houses where its configuration cannot be read.

Asking for a token changes nothing: the one with scope `dcr` is good for one registration, and is thrown away.

Source: docs/vendors/curity.md, Metadata, Token requests, Detecting changes.
"""

from __future__ import annotations

from dcr.curity.admin import nodes
from dcr.curity.admin.deployment import new_endpoint
from dcr.curity.admin.nodes import below, display
from dcr.curity.runtime.oauth import Metadata, Token
from dcr.errors import Missing, Problem, Refused
from dcr.results.changes import Change, Scope, Stage
from dcr.results.diff import Diff, Difference
from dcr.steps.context import StepContext
from dcr.steps.curity_configuration.initial_client import stored_secret

DCR_SCOPE = "dcr"
Shown = Diff[None]
"""What the run time does not show as wanted, as differences: files configure Curity, so there is nothing to write."""


def shown_by_run_time(ctx: StepContext, stage: Stage) -> Shown:
    """What the run time does not show of this stage, as changes; nothing is left where it shows everything that it can."""
    issuer = ctx.platform.curity.issuer
    if issuer is None:
        fault = "is not set, and Curity's configuration cannot be read to tell it"
        return Shown(problems=(Problem("curity.issuer", fault, "Name it in the platform."),))
    metadata = _metadata(ctx, issuer)
    if metadata is None:
        path = below(nodes.authorization_server(ctx.platform.curity.profile), "openid-connect", "expose-metadata")
        return Shown((_change(stage, display(path), "not served"),))
    return _of_client(ctx, metadata) if stage is Stage.CURITY_CONFIGURATION else _of_registration(ctx, metadata)


def _of_client(ctx: StepContext, metadata: Metadata) -> Shown:
    curity = ctx.platform.curity
    client, as_jwt = nodes.client(curity.profile, curity.initial_client.id), _default_issuer(ctx)
    token = _token(ctx, metadata, "")
    if token is None or isinstance(token, Refused):
        return Shown(tuple(_change(Stage.CURITY_CONFIGURATION, display(path), _why(token)) for path in (client, as_jwt)))
    if token.access_token.get_secret_value().count(".") == 2:
        return Shown()
    return Shown((_change(Stage.CURITY_CONFIGURATION, display(as_jwt), "access tokens are opaque"),))


def _of_registration(ctx: StepContext, metadata: Metadata) -> Shown:
    curity = ctx.platform.curity
    path = below(nodes.authorization_server(curity.profile), "dynamic-client-registration")
    if metadata.registration_endpoint is None:
        return Shown((_change(Stage.DCR_ENABLEMENT, display(path), "no registration_endpoint in the metadata"),))
    problems = _another_endpoint(ctx, metadata.registration_endpoint)
    token = _token(ctx, metadata, DCR_SCOPE)
    if token is None or isinstance(token, Refused):
        registrants = below(path, "non-templatized", "authenticate-client-by")
        return Shown((_change(Stage.DCR_ENABLEMENT, display(registrants), _why(token)),), problems)
    return Shown(problems=problems)


def _another_endpoint(ctx: StepContext, shown: str) -> tuple[Problem, ...]:
    """A second endpoint would break the metadata, and only the one that is shown can be known."""
    ours = new_endpoint(ctx.platform.curity)
    if shown.endswith(ours.uri):
        return ()
    remedy = "Name its id and uri as curity.registration_endpoint_id and registration_endpoint_uri of the platform."
    return (Problem(f"metadata: registration_endpoint {shown}", f"is another than the fragment's {ours.uri}", remedy),)


def _metadata(ctx: StepContext, issuer: str) -> Metadata | None:
    def read() -> Metadata | None:
        try:
            return ctx.oauth.metadata(issuer)
        except Missing:
            return None

    return ctx.cached(f"metadata {issuer}, if there", read)


def _token(ctx: StepContext, metadata: Metadata, scope: str) -> Token | Refused | None:
    """What the initial client gets; None if Vault has no secret of it yet."""
    secret = stored_secret(ctx)
    if secret is None:
        return None
    try:
        return ctx.oauth.token(metadata.token_endpoint, ctx.platform.curity.initial_client.id, secret.value, scope)
    except Refused as error:
        return error


def _default_issuer(ctx: StepContext) -> nodes.Path:
    return below(nodes.profile(ctx.platform.curity.profile), "token-issuers", "default-token-issuer", "access-token-as-jwt")


def _why(refused: Token | Refused | None) -> str:
    return f"the token endpoint {refused.problem}" if isinstance(refused, Refused) else "its secret is not in Vault yet"


def _change(stage: Stage, path: str, seen: str) -> Difference[None]:
    return Difference(Change(stage, Scope.PLATFORM, path, seen, "as the fragment has it"), None)
