"""Logging in at the portal: a cookie, as a browser gets it. Source: reference/konnect.md section 6."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

from sandbox.konnect.bodies import Login
from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.problems import approval_required, bad_credentials, no_session, not_found
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Developer, Portal
from sandbox.portal import answers

ACCESS, REFRESH = "portalaccesstoken", "portalrefreshtoken"


@dataclass(frozen=True, slots=True)
class Session:
    """Handlers of `/api/v3/developer/…`, and who a request comes from."""

    service: KonnectService
    portal_id: str

    @property
    def portal(self) -> Portal:
        """The portal of this host."""
        return self.service.org.get(Portal, self.portal_id)

    def developer(self, call: Call) -> Developer:
        """Who is logged in.

        Raises:
            Problem: 401 without a good cookie; 404 where the portal has no authentication at all.
        """
        if not self.portal.authentication_enabled:
            raise not_found("Authentication is not enabled for this portal")
        found = self.service.org.find(Developer, self.service.org.sessions.get(call.cookies.get(ACCESS, "")))
        if found is None or found.status != "approved":
            raise no_session()
        return found

    def log_in(self, call: Call) -> Answer:
        body, org = call.body(Login), self.service.org
        with org.lock:
            if not self.portal.authentication_enabled or not self.portal.basic_auth_enabled:
                raise not_found("Basic authentication is not enabled for this portal")
            found = next((one for one in org.all(Developer) if (one.portal_id, one.email) == (self.portal_id, body.username)), None)
            if found is None or not hmac.compare_digest(found.password.encode(), body.password.encode()):
                raise bad_credentials()
            if found.status != "approved":
                raise approval_required()
            return self._cookies(found)

    def refresh(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            found = org.find(Developer, org.sessions.pop(call.cookies.get(REFRESH, ""), None))
            if found is None:
                raise no_session()
            return self._cookies(found)

    def log_out(self, call: Call) -> Answer:
        with self.service.org.lock:
            for name in (ACCESS, REFRESH):
                self.service.org.sessions.pop(call.cookies.get(name, ""), None)
        return Answer(204)

    def me(self, call: Call) -> Answer:
        with self.service.org.lock:
            return Answer(body=answers.developer(self.developer(call)))

    def _cookies(self, developer: Developer) -> Answer:
        access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self.service.org.sessions |= {access: developer.id, refresh: developer.id}
        path = "/api/v3/developer/refresh" if self.service.readings["portal.refresh-path"] == "v3" else "/v2/refresh"
        kept = "HttpOnly; Secure; SameSite=None"
        return Answer(204, cookies=(f"{ACCESS}={access}; Path=/; {kept}", f"{REFRESH}={refresh}; Path={path}; {kept}"))
