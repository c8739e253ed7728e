"""Curity's run time as an OAuth client sees it: metadata, tokens, and the keys that verify them.

Source: docs/vendors/curity.md, Metadata, Token requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import jwt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dcr.curity.runtime.access_token import verified_claims
from dcr.errors import CheckFailed, DcrError, Missing, Passing, Refused, Unknown
from dcr.http.retry_after import retry_after
from dcr.http.sender import READING, Sender, evidence_of
from dcr.results.evidence import Evidence
from dcr.secret import BasicCredentials, Secret

SYSTEM = "oauth"
WELL_KNOWN = "/.well-known/openid-configuration"
LONGEST_TEXT = 300
LENIENT = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)
M = TypeVar("M", bound=BaseModel)


class Metadata(BaseModel):
    """What a token service profile says about itself.

    Source: RFC 8414 section 2; docs/vendors/curity.md, Metadata.
    """

    model_config = LENIENT
    issuer: str
    token_endpoint: str
    jwks_uri: str
    registration_endpoint: str | None = None


class _TokenAnswer(BaseModel):
    model_config = LENIENT
    access_token: Secret = Field(repr=False)
    expires_in: int | None = None
    scope: str = ""


class _Error(BaseModel):
    """RFC 6749 section 5.2."""

    model_config = LENIENT
    error: str = ""
    error_description: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, just issued."""

    access_token: Secret = field(repr=False)
    expires_in: int | None  # seconds
    scope: str
    evidence: Evidence


class InvalidClient(Refused):
    """Curity knows no such client, or not with this secret."""

    evidence: Evidence | None = None  # the call that showed it


REMEDIES = {
    "invalid_client": "The client is unknown, disabled, or has another secret now.",
    "unauthorized_client": "Give the client the capability client-credentials, and the profile too.",
    "unsupported_grant_type": "Enable the capability client-credentials in the profile.",
    "invalid_scope": "Ask for scopes that the client has (konnect.auth_strategy.scopes of the platform).",
    "access_denied": "Curity's own rules refuse it; its log says which.",
    "invalid_request": "This is a fault of ours, please report it.",
}


class OAuth:
    """Curity's run-time nodes. Threads share it; it keeps no credentials."""

    def __init__(self, client: httpx.Client, allowed_hosts: tuple[str, ...]) -> None:
        """`client` needs no base URL: every address comes from the issuer."""
        self.sender = Sender(SYSTEM, client, _judge, allowed_hosts)

    def metadata(self, issuer: str) -> Metadata:
        """What the issuer's metadata document says now.

        Args:
            issuer: with or without the path of its OpenID document.

        Raises:
            Missing: there is no document.
            Refused: it is another issuer's, or names an endpoint on a host that is not allowed.

        Source: docs/vendors/curity.md, Issuer URL, Metadata; caches in front of Curity may hold an older one for 600 s.
        """
        issuer = issuer.removesuffix(WELL_KNOWN)
        url = metadata_url(issuer)
        found = _parsed(Metadata, self.sender.send("GET", url, headers={"Cache-Control": "no-cache", "Accept": "application/json"}))
        if found.issuer != issuer:
            raise Refused(
                f"oauth: {url}", f"says its issuer is {found.issuer[:LONGEST_TEXT]!r}", "Use that as curity.issuer of the platform."
            )
        for endpoint in (found.token_endpoint, found.jwks_uri, found.registration_endpoint):
            if endpoint is not None:
                self.sender.require_allowed(endpoint)
        return found

    def token(self, token_endpoint: str, client_id: str, client_secret: Secret, scope: str = "") -> Token:
        """Get an access token by client credentials.

        Args:
            scope: names separated by blanks; empty: none is asked for.

        Raises:
            InvalidClient: Curity does not know the client, or not with this secret.
            Refused: it does not grant this.
            Passing: nobody could be asked. Also when the answer was lost: a token that nobody has is of no use.

        Source: RFC 6749 section 4.4; docs/vendors/curity.md, Token requests.
        """
        form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        # RFC 6749 section 2.3.1: both are form-encoded before they are joined.
        client = BasicCredentials(quote(client_id, safe=""), Secret(quote(client_secret.get_secret_value(), safe="")))
        headers = {"Authorization": client.authorization().get_secret_value(), "Accept": "application/json"}
        try:
            response = self.sender.send("POST", token_endpoint, data=form, headers=headers, changes_nothing=True)
        except Unknown as error:
            raise Passing(*error.args) from None
        answer = _parsed(_TokenAnswer, response)
        return Token(answer.access_token, answer.expires_in, answer.scope, evidence_of(response))

    def verify_jwt(self, token: Secret, jwks_uri: str, issuer: str) -> Mapping[str, Any]:
        """The claims of a token that is a JWT, signed by one of the issuer's keys, of this issuer, and valid now.

        Raises:
            CheckFailed: says what is wrong with it.

        Source: RFC 7519 section 7.2; docs/vendors/curity.md, Access tokens.
        """
        return verified_claims(token, self._keys(jwks_uri), issuer)

    def _keys(self, jwks_uri: str) -> list[jwt.PyJWK]:
        response = self.sender.send("GET", jwks_uri, headers={"Cache-Control": "no-cache", "Accept": "application/json"})
        try:
            return jwt.PyJWKSet.from_json(response.text).keys
        except (jwt.PyJWTError, ValueError, AttributeError, TypeError) as error:
            raise CheckFailed(f"oauth: {jwks_uri}", f"holds no usable keys ({type(error).__name__})", "Check the signing keys.") from None


def metadata_url(issuer: str) -> str:
    """Where an issuer's OpenID document is."""
    return issuer + WELL_KNOWN


def _judge(response: httpx.Response) -> DcrError | None:
    if response.is_success:
        return None
    status, where = response.status_code, f"oauth: {response.request.method} {response.request.url.copy_with(query=None)}"
    if status in (408, 429, 503):
        passing = Passing(where, f"answered {status}", "The same call may succeed later.")
        passing.retry_after = retry_after(response.headers)
        return passing
    if status >= 500:
        kind = Passing if response.request.method in READING else Unknown
        return kind(where, f"failed with {status}", "Curity's log says why.")
    if status == 404:
        return Missing(where, "is not there", "Check the issuer, that metadata is exposed, and that the endpoint is deployed.")
    return _refused(where, response)


def _refused(where: str, response: httpx.Response) -> Refused:
    try:
        told = _Error.model_validate_json(response.content)
    except ValidationError:
        told = _Error()
    words = f"{told.error}: {told.error_description}" if told.error_description else told.error
    remedy = REMEDIES.get(told.error, "Curity's log says why.")
    said = f"answered {response.status_code} {words[:LONGEST_TEXT]}".rstrip()
    if told.error != "invalid_client":
        return Refused(where, said, remedy)
    unknown = InvalidClient(where, said, remedy)
    unknown.evidence = evidence_of(response)
    return unknown


def _parsed(model: type[M], response: httpx.Response) -> M:
    try:
        return model.model_validate_json(response.content)
    except ValidationError as error:
        missing = ", ".join(sorted({str(fault["loc"][0]) for fault in error.errors(include_input=False) if fault["loc"]}))
        what = f"its answer lacks {missing}" if missing else "its answer is no JSON"
        where = f"oauth: {response.request.method} {response.request.url.copy_with(query=None)}"
        raise Refused(where, what, "Check the address, and what stands between Curity and here.") from None
