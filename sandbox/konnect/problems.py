"""Every refusal of Konnect and the Dev Portal, one constructor each. Source: docs/vendors/konnect.md, Errors."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

PROBLEM_JSON = "application/problem+json"
Entry = dict[str, Any]


class Problem(Exception):
    """A refusal. `invalid` are the members of `invalid_parameters`, which every 400 has."""

    def __init__(self, status: int, title: str, detail: str, invalid: list[Entry] | None = None) -> None:
        super().__init__(status, title, detail)
        self.status, self.title, self.detail, self.invalid = status, title, detail, invalid


class ForeignObject(Problem):
    """It exists, in another organisation. Which of two refusals that gives is open."""

    def __init__(self) -> None:
        super().__init__(404, "Not Found", "Not Found")


def problem_json(problem: Problem, readings: Mapping[str, str]) -> Response:
    """As the platform services print it; the trace's prefix differs from service to service."""
    instance = f"{readings['konnect.trace-prefix']}:trace:{secrets.randbits(60)}"
    body: dict[str, Any] = {"status": problem.status, "title": problem.title, "instance": instance, "detail": problem.detail}
    if problem.invalid is not None:
        body["invalid_parameters"] = problem.invalid
    return JSONResponse(body, problem.status, media_type=PROBLEM_JSON)


def gateway_json(problem: Problem, readings: Mapping[str, str]) -> Response:
    """As the gateway's configuration prints it: another family, gRPC codes and all (docs/vendors/konnect.md, Errors)."""
    if problem.status == 403 and readings["konnect.core-entities-forbidden"] == "problem":
        return problem_json(problem, readings)
    match problem.status:
        case 401:
            body: dict[str, Any] = {"message": "Unauthorized", "status": 401}
        case 403:
            body = {"code": 7, "message": "usage constraint error", "details": []}
        case 404:
            body = {"message": "Not Found"}
        case _:
            details = [_error_detail(entry) for entry in problem.invalid or []]
            body = {"code": 3, "message": "validation error", "details": details}
    return JSONResponse(body, problem.status)


def _error_detail(entry: Entry) -> Entry:
    kind = "type.googleapis.com/kong.admin.model.v1.ErrorDetail"
    return {"@type": kind, "type": "ERROR_TYPE_FIELD", "field": entry["field"], "messages": [entry["reason"]]}


def as_read(problem: Problem, listed: frozenset[int], readings: Mapping[str, str]) -> Problem:
    """The refusal as the readings have it: of another organisation's object, and of an unknown id where the document lists no 404."""
    foreign = isinstance(problem, ForeignObject) and readings["konnect.foreign-object"] == "403"
    unlisted = problem.status == 404 and 404 not in listed and readings["konnect.unlisted-not-found"] == "403"
    return forbidden() if foreign or unlisted else problem


def invalid(*entries: Entry) -> Problem:
    """400 with one entry a fault."""
    return Problem(400, "Invalid Request", "Invalid Parameters", list(entries))


def parameter(field: str, reason: str, rule: str = "invalid", source: str = "body", **more: Any) -> Entry:
    """One entry of `invalid_parameters`."""
    return {"field": field, "reason": reason, "rule": rule, "source": source, **more}


def missing_reference(field: str, what: str) -> Problem:
    """400: an id in the body names nothing."""
    return invalid(parameter(field, f"{what} not found", "missing_reference"))


def unauthorized(readings: Mapping[str, str]) -> Problem:
    """No token, or not a good one; the title varies by service."""
    return Problem(401, readings["konnect.title-401"], "A valid token is required")


def no_session() -> Problem:
    """The portal's API without a session cookie."""
    return Problem(401, "Unauthorized", "Unauthorized")


def bad_credentials() -> Problem:
    """Wrong e-mail or password at the portal. Source: docs/vendors/konnect.md, Portal sign-in."""
    return Problem(401, "Invalid Credentials", "You have entered an invalid email or password.")


def approval_required() -> Problem:
    """The developer is known and not approved."""
    return Problem(401, "Approval Required", "Your account is pending approval for access.")


def forbidden(detail: str = "You do not have permission to perform this action") -> Problem:
    """The token's roles do not reach so far."""
    return Problem(403, "Forbidden", detail)


def too_many_credentials() -> Problem:
    """Only Okta, Entra and the HTTP bridge keep several secrets a client (docs/vendors/konnect.md, Auth strategies)."""
    return forbidden("Maximum number of Credentials exceeded. Max Allowed: 1")


def not_found() -> Problem:
    """Nothing of that id in this organisation and region, or an endpoint that is off."""
    return Problem(404, "Not Found", "Not Found")


def method_not_allowed() -> Problem:
    """The path exists, not for this method."""
    return Problem(405, "Method Not Allowed", "Method Not Allowed")


def conflict(detail: str) -> Problem:
    """409 with the words of the service."""
    return Problem(409, "Conflict", detail)


def gone() -> Problem:
    """A token of a mail that was used. Source: docs/vendors/konnect.md, Portal sign-in."""
    return Problem(410, "Gone", "The token has expired")


def unsupported_media_type(listed: frozenset[int]) -> Problem:
    """A body that is not JSON: 415 where the document lists it, else 400."""
    words = "The request body must be application/json"
    return Problem(415, "Unsupported Media Type", words) if 415 in listed else invalid(parameter("body", words, "type"))


def unsupported_idp() -> Problem:
    """Scopes that Curity cannot tell. Source: the example of GET granted-scopes."""
    return Problem(422, "Unsupported IDP", "This feature is not supported by the application.")


def duplicate(readings: Mapping[str, str], fact: str, org_id: str, name: str) -> Problem | None:
    """A name that is taken: what the reading says, None where names need not be unique. Source: docs/vendors/konnect.md, Idempotency."""
    match readings[fact]:
        case "409":
            return conflict(f"Key (org_id, name)=({org_id}, {name}) already exists.")
        case "400":
            return invalid(parameter("name", "name (type: unique) constraint failed"))
    return None


def idp_failed(readings: Mapping[str, str], said: str) -> Problem:
    """The identity provider did not register the client. Source: docs/vendors/konnect.md, Admin applications."""
    detail = f"Unable to create the DCR application: {said}"
    match readings["konnect.application-idp-failure"]:
        case "409":
            return conflict(detail)
        case "502":
            return Problem(502, "Bad Gateway", detail)
    return Problem(400, "Bad Request", detail, [parameter("auth_strategy_id", detail)])
