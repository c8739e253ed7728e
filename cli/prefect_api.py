"""The few calls of Prefect's REST API that start an onboarding from outside: no Prefect is installed or imported for it.

Source: reference/prefect.md sections 2, 4 and 5.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from dcr.errors import DcrError, Missing, Passing, Refused, Unknown
from dcr.http.retries import Sleep, with_retries
from dcr.http.retry_after import retry_after
from dcr.http.sender import lost
from dcr.model.names import segment
from dcr.model.tenant import Tenant
from dcr.secret import Secret

Answer = TypeVar("Answer", bound=BaseModel)

ATTEMPTS = 8  # a server on SQLite answers 503 to every second of several concurrent writers
AGAIN = frozenset({408, 429, 502, 503, 504})
TIMEOUT_SECONDS = 30.0
NOT_STARTED = "No run was started."


class _Object(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, frozen=True)


class Deployment(_Object):
    """What can be started."""

    id: str


class State(_Object):
    """Of a flow run."""

    type: str
    name: str
    message: str | None = None

    @property
    def final(self) -> bool:
        return self.type in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


class FlowRun(_Object):
    """One run."""

    id: str
    name: str
    state: State | None = None


class _CsrfToken(_Object):
    token: Secret
    client: str


@dataclass(frozen=True, slots=True)
class Started:
    """What asking for a run came to."""

    run: FlowRun
    new: bool  # False: the same request had been made before, and this is its run


def idempotency_key(tenant: Tenant, request_id: str) -> str:
    """Names a request: the same tenant, asked for in the same way by the same request, is started once however often it is sent."""
    specification = json.dumps(tenant.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return f"{tenant.slug}-{hashlib.sha256(specification.encode()).hexdigest()[:16]}-{request_id}"


@dataclass(slots=True)
class PrefectApi:
    """One Prefect server."""

    client: httpx.Client  # its base URL ends in /api
    sleep: Sleep
    _csrf: _CsrfToken | None = field(default=None, repr=False)

    def deployment(self, flow: str, name: str) -> Deployment:
        """The deployment of this name.

        Raises:
            Missing: the server does not know it.
        """
        return self._call("GET", f"/deployments/name/{segment(flow)}/{segment(name)}", Deployment)[0]

    def start(self, deployment: Deployment, tenant: Tenant, key: str) -> Started:
        """Ask for a run; sending it again is safe, since the server knows the key.

        Raises:
            Refused: the server finds fault with the parameters; its words name the field.
        """
        body = {"parameters": {"tenant": tenant.model_dump(mode="json")}, "idempotency_key": key}
        run, status = self._call("POST", f"/deployments/{deployment.id}/create_flow_run", FlowRun, body)
        return Started(run, new=status == httpx.codes.CREATED)

    def run(self, run_id: str) -> FlowRun:
        """A run as it is now."""
        return self._call("GET", f"/flow_runs/{run_id}", FlowRun)[0]

    def page(self, run: FlowRun) -> str:
        """Where people see it."""
        return f"{self._address().removesuffix('/').removesuffix('/api')}/v2/runs/flow-run/{run.id}"

    def _call(self, method: str, path: str, kind: type[Answer], body: object = None) -> tuple[Answer, int]:
        response = with_retries(lambda: self._once(method, path, body), sleep=self.sleep, attempts=ATTEMPTS)
        try:
            return kind.model_validate_json(response.content), response.status_code
        except ValidationError:
            raise Refused(self._where(method, path), "answered something else than a Prefect API", "Check PREFECT_API_URL.") from None

    def _once(self, method: str, path: str, body: object) -> httpx.Response:
        try:
            headers = self._csrf_headers() if method != "GET" else {}
            response = self.client.request(method, path, json=body, headers=headers)
        except httpx.RequestError as error:
            raise _again(lost(self._where(method, path), method, error)) from None
        refusal = self._refusal(response, self._where(method, path))
        if refusal:
            raise refusal
        return response

    def _csrf_headers(self) -> dict[str, str]:
        """Asked for before each first write: a server without this protection says 422, and needs no headers."""
        if self._csrf is None:
            client = str(uuid.uuid4())
            answer = self.client.get("/csrf-token", params={"client": client})
            without = _CsrfToken(token=Secret(""), client=client)
            self._csrf = _CsrfToken.model_validate_json(answer.content) if answer.is_success else without
        token = self._csrf.token.get_secret_value()
        return {"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": self._csrf.client} if token else {}

    def _refusal(self, response: httpx.Response, where: str) -> DcrError | None:
        status = response.status_code
        if response.is_success:
            return None
        if status in AGAIN:
            passing = Passing(where, f"answered {status}", "The server is busy: try again.")
            passing.retry_after = retry_after(response.headers)
            return passing
        if status == httpx.codes.FORBIDDEN and self._csrf and self._csrf.token:
            self._csrf = None  # its hour is over
            return Passing(where, "wants a new CSRF token", "Try again.")
        return _REFUSALS.get(status, _other)(where, response)

    def _where(self, method: str, path: str) -> str:
        return f"prefect: {method} {self._address()}{path.lstrip('/')}"

    def _address(self) -> str:
        return str(self.client.base_url.copy_with(userinfo=b""))


def _again(error: DcrError) -> DcrError:
    """A lost answer may be asked for again here: the idempotency key makes a second request the same as the first."""
    return Passing(error.where, error.problem, "Try again.") if isinstance(error, Unknown) else error


def _unauthorized(where: str, _response: httpx.Response) -> DcrError:
    return Refused(where, "wants a login (401)", "Set PREFECT_API_AUTH_STRING to user:password of this server.")


def _missing(where: str, _response: httpx.Response) -> DcrError:
    return Missing(where, "is not known there (404)", "Deploy first: `prefect --no-prompt deploy --all`.")


def _unprocessable(where: str, response: httpx.Response) -> DcrError:
    return Refused(where, _said(response), NOT_STARTED)


def _other(where: str, response: httpx.Response) -> DcrError:
    return Refused(where, f"answered {response.status_code}", NOT_STARTED)


_REFUSALS: dict[int, Callable[[str, httpx.Response], DcrError]] = {
    401: _unauthorized,
    404: _missing,
    409: _unprocessable,
    422: _unprocessable,
}


def _said(response: httpx.Response) -> str:
    """The server's reason. A tenant holds no secret, so its words may be repeated, shortened."""
    try:
        answer = response.json()
        said = answer.get("detail") or answer.get("exception_message")
    except (ValueError, AttributeError):
        said = None
    return f"refused the request ({response.status_code}): {str(said)[:1000]}" if said else f"refused the request ({response.status_code})"


@contextmanager
def connected(url: str, login: Secret | None, sleep: Sleep) -> Iterator[PrefectApi]:
    """The server whose API is at `url`.

    Args:
        url: ends in /api.
        login: `user:password`, if the server asks for one.
    """
    auth = httpx.BasicAuth(*login.get_secret_value().split(":", 1)) if login and ":" in login.get_secret_value() else None
    with httpx.Client(base_url=url, auth=auth, timeout=TIMEOUT_SECONDS) as client:
        yield PrefectApi(client, sleep)
