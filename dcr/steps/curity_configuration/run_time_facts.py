"""What of our configuration Curity's run time shows to anybody, for houses where its configuration cannot be read.

Asking for a token changes nothing: the one with scope `dcr` is good for one registration, and is thrown away.

Source: reference/curity.md sections 4.1, 4.2 and 8.5.
"""

from __future__ import annotations

from dcr.curity.admin import nodes
from dcr.curity.admin.deployment import new_endpoint
from dcr.curity.admin.nodes import below, display
from dcr.curity.runtime.oauth import Metadata, Token
from dcr.errors import Missing, Problem, Refused
from dcr.results.changes import Change, Scope, Stage
from dcr.results.outcome import Outcome
from dcr.steps.context import Run
from dcr.steps.curity_configuration.initial_client import stored_secret

DCR_SCOPE = "dcr"


def not_shown(run: Run, stage: Stage) -> Outcome:
    """What the run time does not show of this stage, as changes; nothing is left where it shows everything that it can."""
    issuer = run.platform.curity.issuer
    if issuer is None:
        fault = "is not set, and Curity's configuration cannot be read to tell it"
        return Outcome(problems=(Problem("curity.issuer", fault, "Name it in the platform."),))
    metadata = _metadata(run, issuer)
    if metadata is None:
        path = below(nodes.authorization_server(run.platform.curity.profile), "openid-connect", "expose-metadata")
        return Outcome(changes=(_change(stage, display(path), "not served"),))
    return _of_client(run, metadata) if stage is Stage.CURITY_CONFIGURATION else _of_registration(run, metadata)


def _of_client(run: Run, metadata: Metadata) -> Outcome:
    curity = run.platform.curity
    client, as_jwt = nodes.client(curity.profile, curity.initial_client.id), _default_issuer(run)
    token = _token(run, metadata, "")
    if token is None or isinstance(token, Refused):
        return Outcome(changes=tuple(_change(Stage.CURITY_CONFIGURATION, display(path), _why(token)) for path in (client, as_jwt)))
    if token.access_token.get_secret_value().count(".") == 2:
        return Outcome()
    return Outcome(changes=(_change(Stage.CURITY_CONFIGURATION, display(as_jwt), "access tokens are opaque"),))


def _of_registration(run: Run, metadata: Metadata) -> Outcome:
    curity = run.platform.curity
    path = below(nodes.authorization_server(curity.profile), "dynamic-client-registration")
    if metadata.registration_endpoint is None:
        return Outcome(changes=(_change(Stage.DCR_ENABLEMENT, display(path), "no registration_endpoint in the metadata"),))
    problems = _another_endpoint(run, metadata.registration_endpoint)
    token = _token(run, metadata, DCR_SCOPE)
    if token is None or isinstance(token, Refused):
        registrants = below(path, "non-templatized", "authenticate-client-by")
        return Outcome(changes=(_change(Stage.DCR_ENABLEMENT, display(registrants), _why(token)),), problems=problems)
    return Outcome(problems=problems)


def _another_endpoint(run: Run, shown: str) -> tuple[Problem, ...]:
    """A second endpoint would break the metadata, and only the one that is shown can be known."""
    ours = new_endpoint(run.platform.curity)
    if shown.endswith(ours.uri):
        return ()
    remedy = "Name its id and uri as curity.registration_endpoint_id and registration_endpoint_uri of the platform."
    return (Problem(f"metadata: registration_endpoint {shown}", f"is another than the fragment's {ours.uri}", remedy),)


def _metadata(run: Run, issuer: str) -> Metadata | None:
    def read() -> Metadata | None:
        try:
            return run.systems.oauth.metadata(issuer)
        except Missing:
            return None

    return run.see(f"metadata {issuer}, if there", read)


def _token(run: Run, metadata: Metadata, scope: str) -> Token | Refused | None:
    """What the initial client gets; None if Vault has no secret of it yet."""
    secret = stored_secret(run)
    if secret is None:
        return None
    try:
        return run.systems.oauth.token(metadata.token_endpoint, run.platform.curity.initial_client.id, secret.value, scope)
    except Refused as error:
        return error


def _default_issuer(run: Run) -> nodes.Path:
    return below(nodes.profile(run.platform.curity.profile), "token-issuers", "default-token-issuer", "access-token-as-jwt")


def _why(refused: Token | Refused | None) -> str:
    return f"the token endpoint {refused.problem}" if isinstance(refused, Refused) else "its secret is not in Vault yet"


def _change(stage: Stage, path: str, seen: str) -> Change:
    return Change(stage, Scope.PLATFORM, path, seen, "as the fragment has it")
