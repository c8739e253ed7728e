"""What a JWT access token says, once its signature, issuer and times are verified.

Source: RFC 7519 section 7.2, RFC 8725; docs/vendors/curity.md, Access tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jwt
from jwt.types import Options

from dcr.errors import CheckFailed
from dcr.secret import Secret

# Never `none`, and never a shared secret: whoever can verify those can forge them.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
LEEWAY_SECONDS = 30  # between Curity's clock and ours
WHERE = "oauth: access token"


def verified_claims(token: Secret, keys: Sequence[jwt.PyJWK], issuer: str) -> Mapping[str, Any]:
    """The claims of a token that is signed by one of the keys, of this issuer, and valid now.

    The audience is not looked at: it is the client's own, and differs from house to house.

    Raises:
        CheckFailed: says what is wrong with it.
    """
    kid = _kid(token)
    candidates = [key for key in keys if kid in (None, key.key_id)]
    if not candidates:
        raise CheckFailed(WHERE, f"is signed by the key {kid!r}, which the JWKS does not hold", "Check the profile's signing key.")
    why = ""
    for key in candidates:
        try:
            return _decoded(token, key, issuer)
        except jwt.PyJWTError as error:
            why = type(error).__name__
    raise CheckFailed(WHERE, f"does not verify by the JWKS ({why})", "Check clocks, the issuer, and the profile's signing key.")


def _decoded(token: Secret, key: jwt.PyJWK, issuer: str) -> Mapping[str, Any]:
    options: Options = {"verify_aud": False, "require": ["exp", "iss", "sub"]}
    text = token.get_secret_value()
    claims: dict[str, Any] = jwt.decode(text, key, algorithms=ALGORITHMS, issuer=issuer, leeway=LEEWAY_SECONDS, options=options)
    return claims


def _kid(token: Secret) -> str | None:
    try:
        kid = jwt.get_unverified_header(token.get_secret_value()).get("kid")
    except jwt.PyJWTError:
        remedy = "Turn on access-token-as-jwt of the profile's default token issuer."
        raise CheckFailed(WHERE, "is opaque, not a JWT", remedy) from None
    return str(kid) if kid is not None else None
