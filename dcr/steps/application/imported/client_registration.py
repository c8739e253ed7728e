"""Have Curity register a client: a fresh token of scope `dcr`, which one registration uses up, and a look at what came back.

Source: docs/vendors/curity.md, Token requests, Registration; RFC 7591.
"""

from __future__ import annotations

from contextlib import suppress

from dcr.curity.runtime.client_registration import ClientSpec, Misregistered, RegisteredClient
from dcr.errors import DcrError, LostLock, Passing, Refused
from dcr.results.facts import require
from dcr.secret import Secret
from dcr.steps.context import StepContext
from dcr.steps.curity_configuration.initial_client import stored_secret

SCOPE = "dcr"
WHERE_SCOPE_IS_GRANTED = (
    "Only the initial client gets scope dcr, by its secret in Vault, while the profile's authenticate-client-by names it: 'dcr plan' tells."
)


class NotRegistered(Exception):
    """There is no client, for the reason given; or there is one of no use, and this is its id."""

    def __init__(self, reason: DcrError, left_behind: str = "") -> None:
        super().__init__(reason, left_behind)
        self.reason, self.left_behind = reason, left_behind


def register_client(ctx: StepContext, endpoint: str, wanted: ClientSpec) -> RegisteredClient:
    """Register, under the tenant's lock.

    Args:
        endpoint: `registration_endpoint` of the metadata.

    Raises:
        NotRegistered: nothing came of it.
        Unknown: a client may exist whose secret nobody knows.
        Misregistered: a client exists that cannot be used.
        LostLock: nothing was sent, and nothing more may be written.
    """
    try:
        token = _initial_access_token(ctx)
    except (Refused, Passing) as error:
        raise NotRegistered(error) from None
    try:
        client = ctx.registration.register(endpoint, token, wanted)
    except (LostLock, Misregistered):
        raise
    except (Refused, Passing) as error:
        raise NotRegistered(error) from None
    defects = client.defects(wanted)
    if defects:
        raise _useless(ctx, client, wanted, defects)
    return client


def _initial_access_token(ctx: StepContext) -> Secret:
    initial = stored_secret(ctx)
    if initial is None:
        raise Refused("vault: platform/initial-client", "holds no secret of the initial client", "Run the whole onboarding again.")
    try:
        client_id = ctx.platform.curity.initial_client.id
        token_endpoint = require(require(ctx.facts.issuer, "the issuer").token_endpoint, "the token endpoint")
        return ctx.oauth.token(token_endpoint, client_id, initial.value, SCOPE).access_token
    except Refused as error:
        raise Refused(error.where, f"{error.problem}, asked for a token of scope {SCOPE}", WHERE_SCOPE_IS_GRANTED) from None


def _useless(ctx: StepContext, client: RegisteredClient, wanted: ClientSpec, defects: tuple[str, ...]) -> NotRegistered:
    left_behind = "" if _removed(ctx, client) else client.client_id
    said = f"registered {wanted.client_name}, but {' and '.join(defects)}"
    after = f"client {left_behind} is left behind there" if left_behind else "it was removed again"
    remedy = "Check the profile's DCR settings (capabilities, credentials) against curity.capabilities of the platform."
    return NotRegistered(Refused("registration", f"{said}; {after}", remedy), left_behind)


def _removed(ctx: StepContext, client: RegisteredClient) -> bool:
    if not (client.registration_client_uri and client.registration_access_token):
        return False
    with suppress(DcrError):  # that it is of no use matters more than why it stays
        ctx.registration.remove(client.registration_client_uri, client.registration_access_token)
        return True
    return False
