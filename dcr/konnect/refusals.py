"""The one table of what Konnect's answers mean, for the platform API and the portals: status and body -> error by remedy.

Source: docs/vendors/konnect.md, Errors, Roles.
"""

from __future__ import annotations

from collections.abc import Callable

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from dcr.errors import DcrError, Missing, Passing, Refused, Stale, Unknown
from dcr.http.retry_after import retry_after
from dcr.http.sender import READING

LONGEST_QUOTE = 300  # characters of the vendor's words; its `detail` and `reason` name fields, never values that are secret

RoleNeeded = Callable[[httpx.Request], str]
"""Which right a refused request lacked, in the vendor's words."""


class InvalidParameter(BaseModel):
    """One field of a 400, as the vendor names it."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    field: str = ""
    reason: str = ""
    rule: str | None = None


class ProblemDocument(BaseModel):
    """`application/problem+json`; `instance` is the vendor's trace id."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    title: str = ""
    detail: str = ""
    instance: str = ""
    invalid_parameters: tuple[InvalidParameter, ...] = ()

    def __str__(self) -> str:
        """What may be quoted of it, short."""
        fields = "; ".join(f"{parameter.field}: {parameter.reason}" for parameter in self.invalid_parameters)
        said = " - ".join(part for part in (self.title, self.detail, fields) if part)[:LONGEST_QUOTE]
        return f"{said} ({self.instance[:80]})" if self.instance else said

    @property
    def says_it_exists(self) -> bool:
        """A duplicate: 409 is not documented for every create, and gateway entities answer 400."""
        words = " ".join([self.detail, *(parameter.reason for parameter in self.invalid_parameters)]).lower()
        return any(phrase in words for phrase in ("already exists", "must be unique", "not unique", "type: unique", "duplicate"))


def refusal(system: str, response: httpx.Response, role_needed: RoleNeeded) -> DcrError | None:
    """What an answer means; None if nothing is wrong with it."""
    if response.is_success:
        return None
    where = f"{system}: {response.request.method} {response.request.url.copy_with(query=None)}"
    document = problem_document(response)
    said = f"answered {response.status_code}" + (f": {document}" if str(document) else "")
    status = response.status_code
    if status in (429, 503):
        return _passing(where, said, response)
    if status == 408 or (status >= 500 and status != 501):  # 501: not implemented, so not applied
        return _lost(where, said, response)
    if status == 409 or (status == 400 and document.says_it_exists):
        return _taken(where, said, response)
    return _refused(where, said, response, role_needed)


def problem_document(response: httpx.Response) -> ProblemDocument:
    """The answer's problem document; an empty one if it holds anything else: a body that is not known to be safe is never quoted."""
    try:
        return ProblemDocument.model_validate_json(response.content)
    except ValidationError:
        return ProblemDocument()


def _passing(where: str, said: str, response: httpx.Response) -> Passing:
    error = Passing(where, said, "Nothing was applied; the same call may succeed later.")
    error.retry_after = retry_after(response.headers)
    return error


def _lost(where: str, said: str, response: httpx.Response) -> DcrError:
    if response.request.method in READING:
        return Passing(where, said, "Reading again is safe.")
    return Unknown(where, said, "It may have been applied: what is there now is read before writing again.")


def _taken(where: str, said: str, response: httpx.Response) -> DcrError:
    if response.request.method == "DELETE":
        return Refused(where, said, "Something still uses it; remove that first.")
    return Stale(where, said, "What is there now is read and compared before writing again.")


def _refused(where: str, said: str, response: httpx.Response, role_needed: RoleNeeded) -> Refused:
    match response.status_code:
        case 401:
            return Refused(where, said, "Check this system's credentials: expired, revoked, or of another organisation or region.")
        case 403:
            return Refused(where, said, f"The credentials lack a right: {role_needed(response.request)}.")
        case 404:
            return Missing(where, said, "Check the address and the region; what belongs to another organisation or region answers 404 too.")
    return Refused(where, said, "Change what it names.")
