"""What belongs to one's application: registrations, credentials, scopes. Source: docs/vendors/konnect.md, Portal registrations."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.konnect.answers import credential
from sandbox.konnect.applications import look_up_credentials
from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.listing import EXACT, NO_FILTER, SHORT_TEXT, Field, Listing, page, text
from sandbox.konnect.operations import Operation, operation
from sandbox.konnect.problems import conflict, not_found, too_many_credentials, unsupported_idp
from sandbox.konnect.registrations import new_registration
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Api, Application, Registration
from sandbox.portal import answers
from sandbox.portal.applications import MyApplications
from sandbox.portal.bodies import CreateCredential, CreateRegistration, UpdateCredential


@dataclass(frozen=True, slots=True)
class MyAccess:
    """Handlers below `/api/v3/applications/{applicationId}`."""

    service: KonnectService
    mine: MyApplications

    def operations(self) -> list[Operation]:
        """Their table."""
        application = "/api/v3/applications/{application}"
        registrations, credentials = application + "/registrations", application + "/credentials"
        return [
            operation("GET", registrations, self.registrations, "400 401 404"),
            operation("POST", registrations, self.register, "400 401 404 409"),
            operation("GET", registrations + "/{registration}", self.registration, "401 404"),
            operation("DELETE", registrations + "/{registration}", self.unregister, "401 404"),
            operation("GET", credentials, self.credentials, "400 404 409"),
            operation("POST", credentials, self.create_credential, "400 401 403 404"),
            operation("PUT", credentials + "/{credential}", self.update_credential, "400 401 404"),
            operation("DELETE", credentials + "/{credential}", self.delete_credential, "400 401 404 409"),
            operation("GET", application + "/granted-scopes", self.granted_scopes, "401 404 422"),
        ]

    def register(self, call: Call) -> Answer:
        """Pending, unless portal or publication approve by themselves."""
        body, org = call.body(CreateRegistration), self.service.org
        with org.lock:
            made = new_registration(self.service, self.mine.application(call), body.api_id, None)
            return Answer(201, answers.registration(org, made))

    def registrations(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            application = self.mine.application(call)
            found = [one for one in org.all(Registration) if one.application_id == application.id]
            name: Field[Registration] = Field(lambda one: org.get(Api, one.api_id).name, SHORT_TEXT)
            listing: Listing[Registration] = Listing({**text("id", "status", operators=EXACT), "api_name": name}, {})
            return page(call, found, listing, lambda one: answers.registration(org, one), self.service.readings)

    def registration(self, call: Call) -> Answer:
        with self.service.org.lock:
            return Answer(body=answers.registration(self.service.org, self._registration(call)))

    def unregister(self, call: Call) -> Answer:
        with self.service.org.lock:
            self.service.delete_registration(self._registration(call))
            return Answer(204)

    def credentials(self, call: Call) -> Answer:
        with self.service.org.lock:
            found = self.mine.application(call)
        look_up_credentials(self.service, found)
        with self.service.org.lock:
            return page(call, [found], NO_FILTER, credential, self.service.readings)

    def create_credential(self, call: Call) -> Answer:
        """There is one secret a client already, and Curity keeps no second."""
        if call.content:
            call.body(CreateCredential)
        with self.service.org.lock:
            self.mine.application(call)
        raise too_many_credentials()

    def update_credential(self, call: Call) -> Answer:
        """Its display name, which nothing here shows."""
        call.body(UpdateCredential)
        with self.service.org.lock:
            self._credential(call)
        return Answer(200)

    def delete_credential(self, call: Call) -> Answer:
        with self.service.org.lock:
            self._credential(call)
        raise conflict("The only credential of an application cannot be deleted")

    def granted_scopes(self, call: Call) -> Answer:
        """Curity does not tell Konnect."""
        with self.service.org.lock:
            self.mine.application(call)
        raise unsupported_idp()

    def _credential(self, call: Call) -> Application:
        found = self.mine.application(call)
        if call.path_params["credential"] != found.client_id:
            raise not_found()
        return found

    def _registration(self, call: Call) -> Registration:
        application = self.mine.application(call)
        found = self.service.org.get(Registration, call.id("registration"))
        if found.application_id != application.id:
            raise not_found()
        return found
