"""The Kong Gateway, asked as an API's consumer would: it judges, we note what it said.

Source: docs/vendors/konnect.md, Decision order, Gateway answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from dcr.http.sender import Sender, evidence_of
from dcr.results.evidence import Evidence
from dcr.secret import Secret

SYSTEM = "gateway"
UPSTREAM_LATENCY = "X-Kong-Upstream-Latency"
# Only these are passed on: what an upstream answers may repeat what it was sent.
KNOWN_MESSAGES = frozenset(
    {
        "Unauthorized",
        "Forbidden",
        "You cannot consume this service",
        "no Route matched with those values",
        "Please use HTTPS protocol",
        "name resolution failed",
        "failure to get a peer from the ring-balancer",
        "An invalid response was received from the upstream server",
        "The upstream server is timing out",
        "The upstream server is currently unavailable",
        "An unexpected error occurred",
    }
)


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    message: str = ""


@dataclass(frozen=True, slots=True)
class GatewayAnswer:
    """What the gateway, or the API behind it, said."""

    status: int
    message: str  # the gateway's own words, if they are known ones
    evidence: Evidence
    proxied: bool = False  # the API behind the gateway has answered, as far as the gateway tells


class Gateway:
    """The routes of one gateway. Threads share it."""

    def __init__(self, client: httpx.Client, allowed_hosts: tuple[str, ...]) -> None:
        """`client`: its base URL is where the routes are reached."""
        self.sender = Sender(SYSTEM, client, lambda _response: None, allowed_hosts)

    def call(self, method: str, path: str, authorization: Secret | None = None) -> GatewayAnswer:
        """Ask once, as a consumer would.

        Args:
            method: GET, HEAD or OPTIONS: it must not change anything.
            path: of the route.
            authorization: value of the header; None: it is not sent.

        Raises:
            Passing: no answer came.
            Refused: the host is not allowed, its certificate not trusted, or it redirects.
        """
        # The format of Kong's errors follows Accept, and would be HTML for some.
        headers = {"Accept": "application/json", "Cache-Control": "no-cache"}
        if authorization is not None:
            headers["Authorization"] = authorization.get_secret_value()
        response = self.sender.send(method, path, headers=headers)
        return GatewayAnswer(response.status_code, _message(response), evidence_of(response), UPSTREAM_LATENCY in response.headers)


def _message(response: httpx.Response) -> str:
    try:
        message = _Body.model_validate_json(response.content).message
    except ValidationError:
        return ""
    return message if message in KNOWN_MESSAGES else ""
