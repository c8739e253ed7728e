"""Every refusal of Konnect and the Dev Portal, one constructor each. Source: reference/konnect.md section 1."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

PROBLEM_JSON = "application/problem+json"


class Problem(Exception):
    """A refusal as problem+json. `invalid` are the members of `invalid_parameters`, which every 400 has."""

    def __init__(self, status: int, title: str, detail: str, invalid: list[dict[str, Any]] | None = None) -> None:
        super().__init__(status, title, detail)
        self.status, self.title, self.detail, self.invalid = status, title, detail, invalid

    def response(self, readings: Mapping[str, str]) -> Response:
        """The HTTP answer; the trace's prefix differs from service to service."""
        instance = f"{readings['konnect.trace-prefix']}:trace:{secrets.randbits(60)}"
        body: dict[str, Any] = {"status": self.status, "title": self.title, "instance": instance, "detail": self.detail}
        if self.invalid is not None:
            body["invalid_parameters"] = self.invalid
        return JSONResponse(body, self.status, media_type=PROBLEM_JSON)


def invalid(*parameters: dict[str, Any]) -> Problem:
    """400 with one entry a fault."""
    return Problem(400, "Invalid Request", "Invalid Parameters", list(parameters))


def parameter(field: str, reason: str, rule: str = "invalid", source: str = "body", **more: Any) -> dict[str, Any]:
    """One entry of `invalid_parameters`."""
    return {"field": field, "reason": reason, "rule": rule, "source": source, **more}


def unauthorized(readings: Mapping[str, str]) -> Problem:
    """No token, or not a good one; the title varies by service."""
    return Problem(401, readings["konnect.title-401"], "A valid token is required")


def no_session() -> Problem:
    """The portal's API without a session cookie."""
    return Problem(401, "Unauthorized", "A valid token is required")


def bad_credentials() -> Problem:
    """Wrong e-mail or password at the portal. Source: reference/konnect.md section 6."""
    return Problem(401, "Invalid Credentials", "You have entered an invalid email or password.")


def approval_required() -> Problem:
    """The developer is known and not approved."""
    return Problem(401, "Approval Required", "Your account is pending approval for access.")


def forbidden() -> Problem:
    """The token's roles do not reach so far."""
    return Problem(403, "Forbidden", "You do not have permission to perform this action")


def not_found(what: str = "Not found") -> Problem:
    """Nothing of that id in this organisation and region, or an endpoint that is off."""
    return Problem(404, "Not Found", what)


def method_not_allowed() -> Problem:
    """The path exists, not for this method."""
    return Problem(405, "Method Not Allowed", "Method not allowed")


def conflict(detail: str) -> Problem:
    """409 with the words of the service."""
    return Problem(409, "Conflict", detail)


def unsupported_media_type() -> Problem:
    """A body that is not JSON."""
    return Problem(415, "Unsupported Media Type", "The request body must be application/json")


def duplicate(readings: Mapping[str, str], fact: str, name: str) -> Problem | None:
    """A name that is taken: what the reading says, None where names need not be unique. Source: reference/konnect.md section 13, 1."""
    match readings[fact]:
        case "409":
            return conflict(f"Key (org_id, name)=(…, {name}) already exists.")
        case "400":
            return invalid(parameter("name", "name (type: unique) constraint failed"))
    return None


def idp_failed(readings: Mapping[str, str], said: str) -> Problem:
    """The identity provider did not register the client. Source: reference/konnect.md section 13, 10."""
    detail = f"Unable to create the DCR application: {said}"
    match readings["konnect.application-idp-failure"]:
        case "409":
            return conflict(detail)
        case "502":
            return Problem(502, "Bad Gateway", detail)
    return Problem(400, "Bad Request", detail, [parameter("auth_strategy_id", detail)])
