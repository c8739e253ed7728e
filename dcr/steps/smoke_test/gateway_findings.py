"""What the gateway's answer to one request shows, and at whom it points. Pure: an answer in, a finding out.

Source: docs/vendors/konnect.md, Decision order, Gateway answers.
"""

from __future__ import annotations

from enum import Enum

from dcr.gateway.client import GatewayAnswer
from dcr.results.report import Verdict

Finding = tuple[Verdict, str]
"""The verdict, and in words what was seen instead and at whom it points; no words if all is well."""

NOT_REGISTERED = "You cannot consume this service"
NO_ROUTE = "no Route matched with those values"


class Wrong(Enum):
    """Requests that must be refused with 401; the value says what it means if they are let in."""

    NOTHING = (
        "a request without credentials",
        "The gateway is open: the application-auth plugin is not in force. Check the API's implementation link, and that its publication "
        "has the auth strategy.",
    )
    SECRET = (
        "a wrong secret",
        "The gateway accepts any secret of a known client: it does not ask the identity provider. Check the strategy's issuer and "
        "auth_methods, and that the data plane is new enough (3.6).",
    )
    SECRET_AT_CURITY = (
        "a wrong secret",
        "It is Curity that accepts any secret of a known client: its token endpoint gave a token for this one too. Check how the profile "
        "authenticates clients.",
    )
    CLIENT = (
        "an unknown client id",
        "The gateway accepts any client: it looks at the form of the credentials only. Check which plugins are on the route beside "
        "Konnect's application-auth.",
    )

    @property
    def words(self) -> str:
        return self.value[0]

    @property
    def culprit(self) -> str:
        return self.value[1]


def let_in(answer: GatewayAnswer) -> bool:
    """Whether the request got through to the API, and the API did not object."""
    return answer.status < 400


def is_closed(answer: GatewayAnswer) -> bool:
    """Whether the gateway itself demands other credentials; an API behind an open route may say 401 too."""
    return answer.status == 401 and not answer.proxied


def may_change(answer: GatewayAnswer) -> bool:
    """Whether an answer to good credentials may be another one soon: what was just made takes a while to arrive at the data planes."""
    return answer.status in (401, 403, 408, 429) or answer.status >= 500


def access(answer: GatewayAnswer, *, pending: bool) -> Finding:
    """Of the application's own credentials at one of its APIs.

    Args:
        pending: the registration waits for a person: then the gateway must say 403, and that is no failure.
    """
    return _pending(answer) if pending else _granted(answer)


def refusal(answer: GatewayAnswer, wrong: Wrong) -> Finding:
    """Of a request that must be refused."""
    if is_closed(answer):
        return Verdict.OK, ""
    if answer.status == 401:
        return Verdict.FAILED, f"401, but of the API itself: the request got through to it. {wrong.culprit}"
    if let_in(answer):
        return Verdict.FAILED, f"{answer.status}. {wrong.culprit}"
    if answer.status == 403:
        return Verdict.FAILED, f"403 instead of 401: the gateway took it for the credentials of a known client. {wrong.culprit}"
    return _beside_the_point(answer)


def unregistered(answer: GatewayAnswer) -> Finding:
    """Of good credentials at an API for which their application is not registered."""
    if let_in(answer):
        return Verdict.FAILED, (
            f"{answer.status}. Either it has a registration all the same, by an earlier specification or by somebody's hand: look at the "
            "application's registrations in the portal, and revoke it. Or, if it has none: The gateway ignores registrations: any "
            "application of the strategy gets in at any API. Check which plugins are on the service beside Konnect's application-auth, and "
            "which APIs share it."
        )
    return (Verdict.OK, "") if answer.status in (401, 403) else _beside_the_point(answer)


def _granted(answer: GatewayAnswer) -> Finding:
    if let_in(answer):
        return Verdict.OK, ""
    match answer.status, answer.message:
        case 401, _:
            return Verdict.FAILED, (
                "401: either the gateway does not know the client (it has not heard of the application, or has another strategy), or "
                "Curity refuses its credentials. The token claim tells which: if that is ok, look at the gateway"
            )
        case 403, message if message == NOT_REGISTERED:
            return Verdict.FAILED, "403: the application's registration for this API is missing or pending, or has not arrived"
        case 403, _:
            return (
                Verdict.FAILED,
                "403: the token lacks what the gateway or the API asks for (audience, scope), or another plugin forbids it",
            )
        case _:
            return _beside_the_point(answer)


def _pending(answer: GatewayAnswer) -> Finding:
    if let_in(answer):
        return Verdict.FAILED, (
            "the request got in although the registration is pending: either a person has just approved it (run again), or the gateway "
            "ignores registrations"
        )
    if answer.status == 403:
        return Verdict.PENDING, "the registration waits for a portal admin's approval"
    return _granted(answer)


def _beside_the_point(answer: GatewayAnswer) -> Finding:
    """Answers that say nothing of who may come in."""
    match answer.status, answer.message:
        case 404, message if message == NO_ROUTE:
            return Verdict.FAILED, "404: the gateway has no such route. Correct the tenant's path, or the platform's gateway.url"
        case 426, _:
            return Verdict.FAILED, "426: the route wants HTTPS. Check the platform's gateway.url and what ends TLS before the gateway"
        case 429, _:
            return Verdict.UNKNOWN, "429: too many requests. Try again later"
        case status, message if status >= 500:
            return Verdict.UNKNOWN, f"{status} {message}: the gateway or the API behind it fails".replace(" :", ":")
        case status, _:
            return Verdict.FAILED, f"{status}: the API was reached and objects. Name a method and path that it answers with success"
