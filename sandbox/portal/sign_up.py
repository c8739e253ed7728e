"""How a person becomes a developer: register, verify the mailbox, set a password. Source: docs/vendors/konnect.md, Portal sign-in."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.mail import RESET, VERIFY, invite, redeem
from sandbox.konnect.operations import Operation, operation
from sandbox.konnect.problems import invalid, parameter
from sandbox.konnect.state import Developer
from sandbox.portal.bodies import ForgotPassword, ResetPassword, SignUp, VerifyEmail
from sandbox.portal.session import Session


@dataclass(frozen=True, slots=True)
class SigningUp:
    """Handlers of `/api/v3/developer` and of the tokens that are sent by mail."""

    session: Session

    def operations(self) -> list[Operation]:
        """Their table."""
        base = "/api/v3/developer"
        return [
            operation("POST", base, self.register, "400"),
            operation("POST", base + "/verify-email", self.verify_email, "400 404 410"),
            operation("POST", base + "/forgot-password", self.forgot_password, "400"),
            operation("POST", base + "/reset-password", self.reset_password, "400 401 404 410"),
        ]

    def register(self, call: Call) -> Answer:
        """Without a password: it is set by mail, and an admin has to approve unless the portal approves all."""
        body, org = call.body(SignUp), self.session.service.org
        with org.lock:
            portal = self.session.portal
            if self._known(body.email):
                raise invalid(parameter("email", "a developer with this email exists already"))
            status = "approved" if portal.auto_approve_developers else "pending"
            made = Developer(org.new_id(), portal_id=portal.id, email=body.email, full_name=body.full_name, status=status)
            invite(org, org.add(made))
            return Answer(201)

    def verify_email(self, call: Call) -> Answer:
        """The answer carries the token that sets the password."""
        body, org = call.body(VerifyEmail), self.session.service.org
        with org.lock:
            owner = redeem(org, self.session.portal_id, body.token, VERIFY)
            return Answer(202, {"email": owner.email, "token": invite(org, owner, RESET).token})

    def forgot_password(self, call: Call) -> Answer:
        """The same answer whether anybody has this address."""
        body, org = call.body(ForgotPassword), self.session.service.org
        with org.lock:
            owner = self._known(body.email)
            if owner:
                invite(org, owner, RESET)
            return Answer(200)

    def reset_password(self, call: Call) -> Answer:
        body, org = call.body(ResetPassword), self.session.service.org
        if not body.password:
            raise invalid(parameter("password", "must not be empty", "min_length", minimum=1))
        with org.lock:
            redeem(org, self.session.portal_id, body.token, RESET).password = body.password
            return Answer(204)

    def _known(self, email: str) -> Developer | None:
        found = self.session.service.org.all(Developer)
        return next((one for one in found if (one.portal_id, one.email) == (self.session.portal_id, email)), None)
