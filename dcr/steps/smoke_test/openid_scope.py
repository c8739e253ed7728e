"""Whether Curity gives an application a token with scope `openid`: a strategy without scopes may make the gateway ask for that one.

Source: docs/vendors/konnect.md, Empty scopes: the plugin's default is `openid`, and whether an empty list replaces it is not known.
"""

from __future__ import annotations

from dcr.errors import DcrError, Refused
from dcr.secret import BasicCredentials
from dcr.steps.context import StepContext

OPENID = "openid"


def refusal_of_openid(ctx: StepContext, token_endpoint: str, credentials: BasicCredentials) -> str:
    """Why the gateway may get no token for good credentials, in words; empty if that is not the cause, or cannot be told."""
    if ctx.platform.konnect.auth_strategy.scopes:
        return ""
    try:
        ctx.oauth.token(token_endpoint, credentials.username, credentials.password, OPENID)
    except Refused as refused:
        return (
            f"Curity refuses this client the scope openid ({refused.problem}), and the gateway may ask for it where the strategy names no "
            "scope: set konnect.auth_strategy.scopes to one that the client may have"
        )
    except DcrError:
        return ""
    return ""
