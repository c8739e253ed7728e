"""A developer's session at one Dev Portal.

Source: docs/vendors/konnect.md, Portal sign-in (Portal API v3; cookie `portalaccesstoken`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpx

from dcr.errors import DcrError, Refused
from dcr.http.sender import GuardedClient, Sender
from dcr.konnect.answers import KonnectAnswer, listed, parsed
from dcr.konnect.eventual_consistency import EventualConsistency
from dcr.konnect.refusals import problem_document, refusal
from dcr.secret import BasicCredentials

A = TypeVar("A", bound=KonnectAnswer)
SYSTEM = "portal"
LOGIN_PATH = "/api/v3/developer/authenticate"


class LoginRefused(Refused):
    """The portal does not let this developer in; trying again could lock the account."""


class LoggedOut(LoginRefused):
    """401 to a call that carried the session's cookie: it has expired."""


class _Session:
    """The login of one developer: one, however many threads and guarded clients use it."""

    def __init__(self, client: httpx.Client, login: Callable[[], BasicCredentials]) -> None:
        self._client, self._login = client, login
        self._lock = threading.Lock()
        self._logins = 0

    def logged_in(self, sender: Sender, *, expired: int) -> int:
        """Log in if nobody has since the session with number `expired`; return the present session's number."""
        with self._lock:
            if self._logins == expired:
                self._client.cookies.clear()
                developer = self._login()
                body = {"username": developer.username, "password": developer.password.get_secret_value()}
                sender.send("POST", LOGIN_PATH, json=body, changes_nothing=True)
                self._logins += 1
            return self._logins


class Portal(GuardedClient):
    """Logs in before the first call, and once more when the session has expired. Threads share it.

    The session is the cookie jar of `client`, which belongs to this developer alone. The jar gives cookies to the host that set them only;
    and nothing but paths of this portal is ever asked for.
    """

    def __init__(
        self,
        client: httpx.Client,
        login: Callable[[], BasicCredentials],
        allowed_hosts: tuple[str, ...],
        consistency: EventualConsistency | None = None,
    ) -> None:
        """Make the client; nothing is read or sent yet.

        Args:
            client: its base URL is the portal's; no other developer uses it.
            login: reads e-mail address and password; called at each login, so that a changed password is seen.
            allowed_hosts: the platform's `host:port`s.
            consistency: remembers what was just created; Konnect's own, so that each is patient with what the other created.
        """
        self._consistency = consistency or EventualConsistency()
        self._session = _Session(client, login)
        self.sender = Sender(SYSTEM, client, self._judge, allowed_hosts)

    def _judge(self, response: httpx.Response) -> DcrError | None:
        verdict = self._consistency.judge(refusal(SYSTEM, response, _role_needed), response)
        if verdict is None or response.status_code != 401:
            return verdict
        if response.request.url.path.endswith(LOGIN_PATH):
            return _login_refused(verdict, response)
        return LoggedOut(verdict.where, verdict.problem, verdict.remedy)

    def created(self, object_id: str) -> None:
        """Be patient for 10 s with calls that name this new object."""
        self._consistency.remember(object_id)

    def deleted(self, object_id: str) -> None:
        """From now on 404 is the right answer for this object."""
        self._consistency.forget(object_id)

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Send one call as the developer.

        Raises:
            LoginRefused: wrong e-mail address or password, or the developer is not approved.
            Passing, Unknown, Stale, Missing, Refused: as `Konnect.send`.
        """
        session = self._session.logged_in(self.sender, expired=0)
        try:
            return self._until_visible(method, path, **request)
        except LoggedOut:
            self._session.logged_in(self.sender, expired=session)
        return self._until_visible(method, path, **request)

    def _until_visible(self, method: str, path: str, **request: Any) -> httpx.Response:
        return self._consistency.until_visible(lambda: self.sender.send(method, path, **request))

    def read(self, path: str, model: type[A]) -> A:
        """One object."""
        return parsed(SYSTEM, model, self.send("GET", path))

    def listed(self, path: str, model: type[A], filters: Mapping[str, str]) -> tuple[A, ...]:
        """Every object of a list that the filters (`filter[...]` by whole name) let through."""
        return listed(SYSTEM, self.send, path, model, filters)

    def write(self, method: str, path: str, body: Mapping[str, Any] | None, model: type[A]) -> A:
        """Create or change an object, and return it as answered."""
        return parsed(SYSTEM, model, self.send(method, path, **({} if body is None else {"json": dict(body)})))


def _login_refused(verdict: DcrError, response: httpx.Response) -> LoginRefused:
    if problem_document(response).title == "Approval Required":
        return LoginRefused(verdict.where, verdict.problem, "A portal admin must approve this developer first.")
    return LoginRefused(verdict.where, verdict.problem, "Put the service developer's present e-mail address and password into Vault.")


def _role_needed(_request: httpx.Request) -> str:
    return "the portal does not let this developer do it (team roles, if the portal has RBAC on)"
