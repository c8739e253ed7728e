"""What Vault's answers mean: one table, status and known text -> the error that says what the caller can do.

Of an answer's text nothing is quoted: it may repeat what was sent. The words are the table's own.

Source: docs/vendors/vault.md, Errors, Login, Fresh mount.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from dcr.errors import DcrError, Missing, Passing, Refused, Stale, Unknown
from dcr.http.retry_after import retry_after
from dcr.http.sender import READING

LOGIN_PATH = re.compile(r"^/v1/auth/.+/login$")
WAIT_FOR_IT = "The same call may succeed later."
READ_FIRST = "It may have been applied: what is there now is read before writing again."


class VaultAnswer(BaseModel):
    """What matters here of any answer; its data is not even read, since it may be secrets."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    errors: list[Any] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; the first that fits is taken."""

    status: int
    text: str  # in one of the answer's errors; empty: any
    error: type[DcrError]
    problem: str
    remedy: str


LOGIN_TABLE = (
    Row(400, "CIDR", Refused, "does not accept a login from this address", "Have the role's secret_id_bound_cidrs changed."),
    Row(400, "", Refused, "does not accept these credentials", "Check role id and secret id; a secret id may be spent or expired."),
    Row(
        403,
        "",
        Refused,
        "refuses the login: locked out after failed ones, or no such auth mount or role",
        "Check vault.auth_mount and the role; a lock-out ends after 15 minutes. It is not tried again before.",
    ),
    Row(500, "missing role_id", Refused, "got a login without role id", "Set DCR_VAULT__ROLE_ID."),
)
TABLE = (
    Row(400, "did not match the current version", Stale, "was written by somebody else meanwhile", "Read again, then write."),
    Row(400, "check-and-set parameter required", Refused, "wants check-and-set", "This is a fault of ours, please report it."),
    Row(400, "to versioned data", Passing, "is being upgraded to KV version 2", WAIT_FOR_IT),
    Row(400, "primary to upgrade", Passing, "waits for its primary to upgrade", WAIT_FOR_IT),
    Row(400, "", Refused, "does not accept the call", "Check that the mount is KV version 2, and Vault's audit log."),
    Row(401, "", Refused, "refuses the call", "A proxy answers 401, Vault does not: check what stands in between."),
    Row(
        403,
        "preflight capability check",
        Refused,
        "knows no such mount, or the login has no right at all below it",
        "Check vault.mount of the platform, and the policy that the login has.",
    ),
    Row(404, "no handler for route", Missing, "has no such mount", "Check vault.mount and vault.namespace of the platform."),
    Row(404, "namespace not found", Missing, "has no such namespace", "Check vault.namespace of the platform."),
    Row(405, "", Refused, "does not know this operation", "Check that the mount is KV version 2."),
    Row(408, "", Passing, "did not get the whole call in time", WAIT_FOR_IT),
    Row(412, "", Passing, "is not up to date on this node yet", WAIT_FOR_IT),
    Row(413, "", Refused, "finds the body too large", "Shorten what is stored."),
    Row(429, "", Passing, "has had too many requests", WAIT_FOR_IT),
    Row(501, "", Refused, "is not initialised", "Initialise it."),
    Row(503, "is sealed", Passing, "is sealed", "Have it unsealed."),
    Row(503, "", Passing, "is not available", WAIT_FOR_IT),
)
RIGHTS = {"GET": "read", "LIST": "list", "PATCH": "patch", "DELETE": "delete", "POST": "create, update", "PUT": "create, update"}


def judge(response: httpx.Response) -> DcrError | None:
    """Nothing wrong with a success, nor with a 404 that only says that nothing is there; else the error."""
    where = f"vault: {response.request.method} {response.request.url.path}"
    if response.is_success:
        return _cut_off(where, response) if response.content and answer_of(response) is None else None
    if LOGIN_PATH.match(response.request.url.path):
        return _of_table(where, response, (*LOGIN_TABLE, *TABLE))
    if response.status_code == 404 and answer_of(response) is not None and not _texts(response):
        return None
    if response.status_code == 403 and not any("preflight capability check" in text for text in _texts(response)):
        return _no_right(response)
    return _of_table(where, response, TABLE)


def answer_of(response: httpx.Response) -> VaultAnswer | None:
    """The JSON object of an answer; None for nothing, HTML, a list or a cut-off text."""
    try:
        return VaultAnswer.model_validate_json(response.content)
    except ValidationError:
        return None


def refuses_token(response: httpx.Response) -> bool:
    """Whether it is the token that is refused, not the right: unknown, expired, revoked, used up."""
    texts = _texts(response)
    return response.status_code == 403 and (texts == ["permission denied"] or any("invalid token" in text for text in texts))


def _no_right(response: httpx.Response) -> Refused:
    method, path = response.request.method, response.request.url.path
    if refuses_token(response):
        problem = "does not accept the token, not even after a new login"
        return Refused(f"vault: {method} {path}", problem, "Check the role's token_bound_cidrs and the namespace, or set a new token.")
    right = "update" if "/destroy/" in path else RIGHTS.get(method, method)
    remedy = "Load the policy that fits this login (deployments/policies): worker.hcl writes, reader.hcl reads."
    return Refused(f"vault: {method} {path}", f"the login lacks the right to {right} {path.removeprefix('/v1/')}", remedy)


def _of_table(where: str, response: httpx.Response, table: tuple[Row, ...]) -> DcrError:
    texts = _texts(response)
    for row in table:
        if row.status == response.status_code and (not row.text or any(row.text in text for text in texts)):
            error = row.error(where, row.problem, row.remedy)
            if isinstance(error, Passing):
                error.retry_after = retry_after(response.headers)
            return error
    if response.status_code >= 500:
        return _failed(where, response)
    return Refused(where, f"answered {response.status_code}, which means nothing to us", "Check what stands between Vault and here.")


def _failed(where: str, response: httpx.Response) -> DcrError:
    problem = f"failed with {response.status_code}"
    if response.request.method in READING:
        return Passing(where, problem, WAIT_FOR_IT)
    return Unknown(where, problem, READ_FIRST)


def _cut_off(where: str, response: httpx.Response) -> DcrError:
    problem = "its answer was cut off or is not Vault's"
    if response.request.method in READING:
        return Passing(where, problem, "Reading again is safe; check what stands between Vault and here.")
    return Unknown(where, problem, READ_FIRST)


def _texts(response: httpx.Response) -> list[str]:
    answer = answer_of(response) if response.content else None
    return [text for text in (answer.errors if answer else None) or () if isinstance(text, str)]
