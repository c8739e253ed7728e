"""The one table of Curity's admin RESTCONF: status and error-tag, in two servers' dialects, and what each means for the caller.

Source: docs/vendors/curity.md, Concurrency, RESTCONF errors.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from typing import Any

import httpx
from lxml import etree
from pydantic import BaseModel, ConfigDict, Field

from dcr.curity.admin.answers import bare
from dcr.errors import DcrError, Missing, Passing, Refused, Stale, Unknown
from dcr.http.retry_after import retry_after
from dcr.http.sender import READING

MOST_CHARACTERS = 300  # of what a server says about itself, in an error of ours

NEWER_SERVER = "The setting needs a newer Curity server; leave it out of the platform, or upgrade."
RIGHTS = (
    "Let its NACM group write profiles/profile/{token-issuers,endpoints}, below authorization-server {client-capabilities,"
    "client-authentication,client-store,openid-connect,dynamic-client-registration}, and environment/services/service-role; "
    "and read these and the ids below facilities."
)


class RestconfError(BaseModel):
    """The first error of an answer; empty if there is none that can be read."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)
    tag: str = Field(default="", alias="error-tag")
    app_tag: str = Field(default="", alias="error-app-tag")
    path: str = Field(default="", alias="error-path")
    message: str = Field(default="", alias="error-message")

    def __str__(self) -> str:
        said = ": ".join(part for part in (self.tag, self.path, self.message) if part)
        return f" ({said[:MOST_CHARACTERS]})" if said else ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row: which answers, and what they mean."""

    status: int
    tags: frozenset[str]  # empty: any
    kind: type[DcrError]
    problem: str
    remedy: str


def _row(status: int, tags: str, kind: type[DcrError], problem: str, remedy: str) -> Refusal:
    return Refusal(status, frozenset(tags.split()), kind, problem, remedy)


TABLE = (
    _row(400, "unknown-element malformed-message", Refused, "knows no such element, or cannot read the request", NEWER_SERVER),
    _row(400, "missing-element", Refused, "misses something mandatory", "Set it in Curity, or in the platform."),
    _row(400, "", Refused, "does not take a value, or misses what it refers to", "Correct it in the platform, or create it in Curity."),
    _row(401, "", Refused, "did not accept the admin user's credentials", "Correct them; trying again might lock the user out."),
    _row(403, "", Refused, "denies this admin user", RIGHTS),
    _row(404, "", Missing, "has no such node", "Check curity.admin_url and the names in the platform."),
    _row(408, "", Passing, "did not get the whole request in time", "Trying again is safe."),
    _row(409, "in-use lock-denied", Passing, "is locked by another session", "Ask its holder to finish; the edit was not made."),
    _row(409, "data-missing", Refused, "misses what an element refers to", "Create it in Curity, or correct its name in the platform."),
    _row(409, "", Refused, "has something else in this place", "Look at what is there, then plan again."),
    _row(412, "", Refused, "has a rule that the edit breaks", "Change what the rule names, in Curity or in the platform."),
    _row(415, "", Refused, "does not take YANG data in XML or JSON", "Check that curity.admin_url is a RESTCONF root of Curity."),
    _row(429, "", Passing, "asks to come back later", "Trying again is safe."),
    _row(500, "operation-failed", Refused, "has a rule that the edit breaks", "Change what the rule names, in Curity or in the platform."),
    _row(503, "", Passing, "is not ready: starting, or without a licence", "Wait for it, or install its licence; nothing was written."),
)


def judge(response: httpx.Response) -> DcrError | None:
    """What an answer of Curity's admin side means; None if nothing is wrong."""
    if response.is_success or response.status_code == httpx.codes.NOT_MODIFIED:
        return None
    request = response.request
    where = f"curity: {request.method} {request.url.copy_with(query=None)}"
    said = _error_in(response)
    special = _by_request(where, response, said)
    if special:
        return special
    row = next((row for row in TABLE if row.status == response.status_code and (not row.tags or said.tag in row.tags)), None)
    if row is None:
        return _not_in_the_table(where, response, said)
    error = row.kind(where, f"{row.problem}{said}", row.remedy)
    if isinstance(error, Passing):
        error.retry_after = retry_after(response.headers)
    return error


def _by_request(where: str, response: httpx.Response, said: RestconfError) -> DcrError | None:
    """Answers whose meaning hangs on what was asked."""
    status, method = response.status_code, response.request.method
    if status == httpx.codes.PRECONDITION_FAILED and "if-match" in response.request.headers and not response.content:
        return Stale(where, "changed since it was read", "Reading and comparing again is safe.")
    if status == httpx.codes.CONFLICT and method == "DELETE" and said.tag == "data-missing" and said.app_tag != "instance-required":
        return Missing(where, "has no such node", "It is gone already.")
    if status == httpx.codes.NOT_FOUND and "html" in response.headers.get("content-type", ""):
        return Refused(where, "is not RESTCONF: a web page says that nothing is here", "Correct curity.admin_url of the platform.")
    return None


def _not_in_the_table(where: str, response: httpx.Response, said: RestconfError) -> DcrError:
    """An unknown tag or status: what is the caller's fault stays wrong, what is the server's may have been applied."""
    problem = f"answered {response.status_code}{said}"
    if not response.is_server_error or response.status_code == httpx.codes.NOT_IMPLEMENTED:
        return Refused(where, problem, "Look it up in Curity's log.")
    if response.request.method in READING:
        return Passing(where, problem, "Reading again is safe.")
    return Unknown(where, problem, "It may have been applied: what is there now is read before writing again.")


def _error_in(response: httpx.Response) -> RestconfError:
    """The first error, in JSON or XML; what is not RESTCONF's own form is not quoted, since it may hold anything."""
    in_xml = response.content.lstrip()[:1] == b"<"
    try:
        error = RestconfError.model_validate(_leaves_in_xml(response.content) if in_xml else _leaves_in_json(response.content))
    except (ValueError, TypeError, LookupError, etree.XMLSyntaxError):
        return RestconfError()
    return error.model_copy(update={"message": _without_secrets(error.message, response.request.content)})


def _leaves_in_json(content: bytes) -> Any:
    error = bare(json.loads(content or b"null"))["errors"]["error"]
    return error[0] if isinstance(error, list) else error


def _leaves_in_xml(content: bytes) -> Any:
    error = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True)).find("{*}error")
    return {etree.QName(leaf).localname: leaf.text or "" for leaf in error} if error is not None else {}


def _without_secrets(message: str, sent: bytes) -> str:
    """A server may quote the value that it refuses."""
    for secret in re.findall(rb"<secret>([^<]+)</secret>", sent):
        message = message.replace(html.unescape(secret.decode()), "(secret)")
    return message
