"""Logging in at the portal: a cookie, as a browser gets it. Source: docs/vendors/konnect.md, Portal sign-in."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.operations import Operation, operation
from sandbox.konnect.problems import approval_required, bad_credentials, invalid, no_session, not_found, parameter
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Developer, Portal
from sandbox.portal import answers
from sandbox.portal.bodies import Login

ACCESS, REFRESH = "portalaccesstoken", "portalrefreshtoken"
SHORT_SESSION_REQUESTS = 2
REFRESH_PATHS = {"v2": "/v2/refresh", "v3": "/api/v3/developer/refresh"}


@dataclass(frozen=True, slots=True)
class Session:
    """Handlers of `/api/v3/developer/…`, and who a request comes from."""

    service: KonnectService
    portal_id: str

    def operations(self) -> list[Operation]:
        """Their table."""
        base = "/api/v3/developer"
        return [
            operation("POST", base + "/authenticate", self.log_in, "400 401 404"),
            operation("GET", base + "/authenticate/sso", self.single_sign_on, "400"),
            operation("POST", base + "/refresh", self.refresh, "401"),
            operation("POST", base + "/logout", self.log_out, ""),
            operation("GET", base + "/me", self.me, "401"),
        ]

    @property
    def portal(self) -> Portal:
        """The portal of this host."""
        return self.service.org.get(Portal, self.portal_id)

    def caller(self, call: Call) -> Developer | None:
        """Who is logged in, if anybody is."""
        found = self.service.org.find(Developer, self._session(_cookie(call, ACCESS)))
        return found if found and found.status == "approved" else None

    def _session(self, cookie: tuple[str, str]) -> str | None:
        """Whose session a cookie is; under one reading it ends after some requests."""
        org = self.service.org
        with org.lock:
            if self.service.readings["portal.session-lifetime"] == "short" and cookie in org.sessions:
                org.session_requests[cookie] = org.session_requests.get(cookie, 0) + 1
                if org.session_requests[cookie] > SHORT_SESSION_REQUESTS:
                    del org.sessions[cookie]
            return org.sessions.get(cookie)

    def developer(self, call: Call) -> Developer:
        """Who is logged in.

        Raises:
            Problem: 401 without a good cookie; 404 where the portal has no authentication at all.
        """
        if not self.portal.authentication_enabled:
            raise not_found()
        found = self.caller(call)
        if found is None:
            raise no_session()
        return found

    def log_in(self, call: Call) -> Answer:
        body, org = call.body(Login), self.service.org
        with org.lock:
            portal = self.portal
            if not (portal.authentication_enabled and portal.authentication.get("basic_auth_enabled")):
                raise not_found()
            found = next((one for one in org.all(Developer) if (one.portal_id, one.email) == (portal.id, body.username)), None)
            # Who was invited and never set a password has none, and cannot log in with an empty one.
            good = found is not None and hmac.compare_digest(found.password.encode(), body.password.encode())
            if found is None or not found.password or not good:
                raise bad_credentials()
            if found.status != "approved":
                raise approval_required()
            return self._cookies(found)

    def single_sign_on(self, _call: Call) -> Answer:
        """No portal here has a provider for it."""
        raise invalid(parameter("sso", "single sign-on is not configured for this portal"))

    def refresh(self, call: Call) -> Answer:
        """New cookies for the refresh cookie, which works once."""
        org = self.service.org
        with org.lock:
            found = org.find(Developer, org.sessions.pop(_cookie(call, REFRESH), None))
            if found is None or found.status != "approved":
                raise no_session()
            return self._cookies(found)

    def log_out(self, call: Call) -> Answer:
        """Revokes the caller's tokens and clears the cookies."""
        with self.service.org.lock:
            for name in (ACCESS, REFRESH):
                self.service.org.sessions.pop(_cookie(call, name), None)
        cleared = "Max-Age=0; HttpOnly; Secure; SameSite=None"
        return Answer(204, cookies=(f"{ACCESS}=; Path=/; {cleared}", f"{REFRESH}=; Path={self._refresh_path()}; {cleared}"))

    def me(self, call: Call) -> Answer:
        with self.service.org.lock:
            found = self.caller(call)
            if found is None:
                raise no_session()
            return Answer(body=answers.developer(found))

    def _cookies(self, developer: Developer) -> Answer:
        access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self.service.org.sessions |= {(ACCESS, access): developer.id, (REFRESH, refresh): developer.id}
        kept = "HttpOnly; Secure; SameSite=None"
        return Answer(204, cookies=(f"{ACCESS}={access}; Path=/; {kept}", f"{REFRESH}={refresh}; Path={self._refresh_path()}; {kept}"))

    def _refresh_path(self) -> str:
        return REFRESH_PATHS[self.service.readings["portal.refresh-path"]]


def _cookie(call: Call, name: str) -> tuple[str, str]:
    return name, call.cookies.get(name, "")
