"""Every refusal of Curity's run time, one constructor each.

RFC 6749 section 5.2 and RFC 7591 section 3.2.2 name the codes; which status, body and challenge Curity sends with some of
them is open, so the readings decide. Source: docs/vendors/curity.md, Token requests, Registration, Client management.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import JSONResponse, Response

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_REALM = "OAuth"


@dataclass(eq=False)
class Refused(Exception):
    """An answer other than success.

    `scheme` is the challenge that goes with a 401 or 403; `registration` marks refusals of RFC 7591 and 7592 requests,
    whose bodies are an open fact of their own.
    """

    status: int
    error: str
    description: str
    scheme: str | None = None
    registration: bool = False

    def response(self, readings: Mapping[str, str], *, detailed: bool) -> Response:
        """The HTTP answer under the readings in force; `detailed` is the profile's `expose-detailed-error-messages`."""
        headers = NO_STORE | self._challenge(readings)
        form = readings["curity.registration-error-body"] if self.registration else "full"
        if form == "empty" or not self.error:
            return Response(status_code=self.status, headers=headers)
        body = {"error": self.error}
        always = self.registration or readings["curity.error-description"] == "always"
        if form == "full" and (detailed or always):
            body["error_description"] = self.description
        return JSONResponse(body, self.status, headers)

    def _challenge(self, readings: Mapping[str, str]) -> dict[str, str]:
        if self.scheme is None:
            return {}
        form = readings[f"curity.www-authenticate-{self.scheme.lower()}"]
        full = f'{self.scheme} realm="{_REALM}"'
        if self.scheme == "Bearer":
            full += f', error="{self.error}"'
        return {"full": {"WWW-Authenticate": full}, "bare": {"WWW-Authenticate": self.scheme}}.get(form, {})


def not_found() -> Refused:
    """Nothing is deployed at that path."""
    return Refused(404, "", "")


def method_not_allowed() -> Refused:
    """The endpoint exists, not for this method."""
    return Refused(405, "", "")


def unsupported_media_type(wanted: str) -> Refused:
    """RFC 7591 section 3.1 demands JSON."""
    return Refused(415, "invalid_request", f"the body must be {wanted}", registration=True)


def invalid_request(description: str) -> Refused:
    """RFC 6749: a parameter is missing, repeated or malformed."""
    return Refused(400, "invalid_request", description)


def invalid_client(readings: Mapping[str, str], *, by_header: bool) -> Refused:
    """RFC 6749: unknown client, wrong secret, or a way to authenticate that is off. 400 or 401 is open."""
    status = int(readings["curity.invalid-client"])
    return Refused(status, "invalid_client", "the client could not be authenticated", "Basic" if by_header and status == 401 else None)


def unauthorized_client(capability: str) -> Refused:
    """RFC 6749: the client lacks the capability."""
    return Refused(400, "unauthorized_client", f"the client does not have the capability {capability}")


def unsupported_grant_type() -> Refused:
    """RFC 6749: not a grant of this profile."""
    return Refused(400, "unsupported_grant_type", "the grant type is not enabled")


def invalid_grant() -> Refused:
    """RFC 6749: no code, refresh token or password of that value was ever given out."""
    return Refused(400, "invalid_grant", "the grant is not valid")


def invalid_scope(scope: str) -> Refused:
    """RFC 6749: the client may not have the scope."""
    return Refused(400, "invalid_scope", f"the scope {scope} is not allowed for the client")


def server_error() -> Refused:
    """The token issuer's key and algorithm do not fit, or it has no key."""
    return Refused(500, "server_error", "the token could not be issued")


def invalid_token(*, registration: bool = False) -> Refused:
    """RFC 6750 section 3.1: missing, unknown, expired, revoked or used bearer token."""
    return Refused(401, "invalid_token", "the token is not valid", "Bearer", registration)


def insufficient_scope(*, registration: bool = False) -> Refused:
    """RFC 6750 section 3.1: a good token for something else."""
    return Refused(403, "insufficient_scope", "the token has not the scope that is needed", "Bearer", registration)


def no_authorization_manager(readings: Mapping[str, str]) -> Refused:
    """The GraphQL API of a profile without one. Source: docs/vendors/curity.md, Client GraphQL."""
    if readings["curity.graphql-without-manager"] == "404":
        return not_found()
    return Refused(403, "access_denied", "the profile has no authorization manager")


def only_delete_is_left(readings: Mapping[str, str]) -> Refused:
    """The registration token is older than `read-write-ttl`: it serves DELETE only. 401 or 403 is open."""
    if readings["curity.read-write-ttl-over"] == "401":
        return invalid_token(registration=True)
    return insufficient_scope(registration=True)


def invalid_client_metadata(description: str) -> Refused:
    """RFC 7591 section 3.2.2."""
    return Refused(400, "invalid_client_metadata", description, registration=True)


def invalid_redirect_uri(description: str) -> Refused:
    """RFC 7591 section 3.2.2."""
    return Refused(400, "invalid_redirect_uri", description, registration=True)
