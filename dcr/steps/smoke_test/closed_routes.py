"""The one way by which a proof asks the gateway: credentials go only where the same request without them was refused moments before.

A path is what somebody typed, and an open route hands on what it is sent, whoever is behind it. So credentials, good or nearly right, leave
only for a route of the API's own gateway service (preflight found that out), right after the gateway's own 401 to nothing at all.

Source: docs/vendors/konnect.md, Gateway answers, Routes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dcr.errors import Passing, Refused
from dcr.gateway.client import GatewayAnswer
from dcr.http.polling import until
from dcr.model.tenant import ApiSpec
from dcr.secret import Secret
from dcr.steps.context import StepContext
from dcr.steps.smoke_test.gateway_findings import is_closed

MOMENT_SECONDS = 5.0  # how long a refusal counts: long enough for the claims about one route, too short for a wait between two tries
REMEDY = "Nothing was sent but the request without credentials."


@dataclass(frozen=True, slots=True)
class ProofRequest:
    """The request that proves access to an API; it changes nothing."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class NotClosed(Passing):
    """The same request without credentials was not refused just now, so none were sent. It may be later: data planes lag."""


class ForeignRoute(Refused):
    """The path is not known to be a route of the API's own gateway service, so no credentials are sent there."""


class ClosedRoutes:
    """Of one run. It remembers when each route refused, and forgets as soon as something has to be waited for there."""

    def __init__(self, ctx: StepContext) -> None:
        self._ctx = ctx
        self._refused_at: dict[ProofRequest, float] = ctx.lasting("when routes refused a request without credentials", dict)

    def ask(
        self, api: ApiSpec, authorization: Secret | None, settled: Callable[[GatewayAnswer], bool], deadline_seconds: float
    ) -> GatewayAnswer:
        """Ask until the answer is settled; each further try with credentials asks without them first.

        Args:
            authorization: None: nothing is sent, as somebody without credentials would.

        Raises:
            NotClosed, ForeignRoute: no credentials were sent.
            DcrError: no answer came, or the request is not allowed.
        """

        def look() -> GatewayAnswer:
            answer = self.ask_without(request_of(api)) if authorization is None else self._with(api, authorization)
            if not settled(answer):
                self._refused_at.pop(request_of(api), None)
            return answer

        return until(
            look,
            settled,
            deadline_seconds=deadline_seconds,
            poll_seconds=self._ctx.platform.deadlines.poll_seconds,
            clock=self._ctx.clock,
        )

    def ask_without(self, request: ProofRequest) -> GatewayAnswer:
        """Once, as somebody without credentials would."""
        self._refused_at.pop(request, None)
        answer = self._ctx.gateway.call(request.method, request.path)
        if is_closed(answer):
            self._refused_at[request] = self._ctx.clock.now()
        return answer

    def ask_with(self, request: ProofRequest, authorization: Secret) -> GatewayAnswer:
        """Once, with credentials.

        Raises:
            NotClosed: none were sent.
        """
        refused_at = self._refused_at.get(request)
        if refused_at is None or self._ctx.clock.now() - refused_at > MOMENT_SECONDS:
            answer = self.ask_without(request)
            if not is_closed(answer):
                said = f"the same request without credentials was answered {answer.status}, not refused with 401"
                raise NotClosed(f"gateway: {request}", said, REMEDY)
        return self._ctx.gateway.call(request.method, request.path, authorization)

    def _with(self, api: ApiSpec, authorization: Secret) -> GatewayAnswer:
        request = request_of(api)
        if api.label not in self._ctx.facts.routed:
            said = f"preflight has not found it to be a route of {api.label}'s own gateway service"
            raise ForeignRoute(f"gateway: {request}", said, REMEDY)
        return self.ask_with(request, authorization)


def request_of(api: ApiSpec) -> ProofRequest:
    """The request that proves access to an API of the tenant."""
    return ProofRequest(api.method.value, api.path)
