"""Applications and registrations, for an admin. Source: reference/konnect.md section 7."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.konnect import answers
from sandbox.konnect.bodies import CreateApplication, CreateRegistration, Owner, UpdateApplication, UpdateRegistration
from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.identity_provider import IdentityProviderFailed
from sandbox.konnect.listing import of, page
from sandbox.konnect.problems import conflict, idp_failed, invalid, not_found, parameter
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Api, Application, Developer, Portal, Provider, Registration, Strategy, Team, Thing

APPLICATION_FIELDS = {
    "name": of("name"),
    "developer_id": lambda row: row["owner"]["id"] if row["owner"]["type"] == "developer" else None,
    "team_id": lambda row: row["owner"]["id"] if row["owner"]["type"] == "team" else None,
}
REGISTRATION_FIELDS: dict[str, Any] = {
    "id": of("id"),
    "status": of("status"),
    "api_name": lambda row: row["api"]["name"],
    "api_id": lambda row: row["api"]["id"],
    "application_name": lambda row: row["application"]["name"],
    "application_id": lambda row: row["application"]["id"],
}


@dataclass(frozen=True, slots=True)
class Applications:
    """Handlers of `/v3/portals/{portalId}/applications` and registrations."""

    service: KonnectService

    def create(self, call: Call) -> Answer:
        """Import of an existing client by `dcr_client_id`, or a new one whose secret nobody sees here."""
        body, org = call.body(CreateApplication), self.service.org
        with org.lock:
            portal = org.get(Portal, call.id("portal"))
            strategy = self._strategy(portal, str(body.auth_strategy_id) if body.auth_strategy_id else None)
            self._owner(portal, body.owner)
            if body.client_id and strategy.provider_id:
                raise invalid(parameter("client_id", "must not be set for a DCR auth strategy"))
            made = Application(
                org.new_id(),
                portal_id=portal.id,
                name=body.name,
                description=body.description,
                owner_type=body.owner.type,
                owner_id=str(body.owner.id),
                strategy_id=strategy.id,
                client_id=body.dcr_client_id or body.client_id or "",
                labels=self.service.kept_labels(body.labels),
            )
        if not made.client_id:
            self._register(made, strategy)
        with org.lock:
            org.add(made)
            self.service.remember_new(made.id)
            return Answer(201, answers.application(org, made))

    def _register(self, made: Application, strategy: Strategy) -> None:
        provider = self.service.org.find(Provider, strategy.provider_id)
        if provider is None:
            raise invalid(parameter("client_id", "is required for this auth strategy", "required"))
        try:
            client = self.service.idp.register(provider, strategy, made.name, made.redirect_uri)
        except IdentityProviderFailed as error:
            raise idp_failed(self.service.readings, str(error)) from None
        made.client_id, made.management_uri, made.management_token = client.client_id, client.management_uri, client.management_token

    def list(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            portal = org.get(Portal, call.id("portal"))
            rows = [answers.application(org, one) for one in org.all(Application) if one.portal_id == portal.id and not one.foreign]
        return page(call, rows, APPLICATION_FIELDS, self.service.readings)

    def get(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            found = self._application(call)
            if self.service.knobs.returns_anothers:
                found = next((one for one in org.all(Application) if one.id != found.id), found)
            return Answer(body=answers.application(org, found))

    def update(self, call: Call) -> Answer:
        body, org = call.body(UpdateApplication), self.service.org
        with org.lock:
            found = self._application(call)
            if body.owner:
                self._owner(org.get(Portal, found.portal_id), body.owner)
                found.owner_type, found.owner_id = body.owner.type, str(body.owner.id)
            found.touch()
            return Answer(body=answers.application(org, found))

    def delete(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            found = self._application(call)
            remove_application(self.service, found)
        self.service.idp.remove(found)
        return Answer(204)

    def credentials(self, call: Call) -> Answer:
        """Ids only: no admin endpoint ever returns a secret."""
        with self.service.org.lock:
            found = self._application(call)
        row = {"type": "client_secret", "id": found.client_id, "client_id": found.client_id, "created_at": found.created_at}
        return page(call, [row], {}, self.service.readings)

    def registrations(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            portal = org.get(Portal, call.id("portal"))
            wanted = self._application(call).id if "application" in call.path_params else None
            found = [one for one in org.all(Registration) if one.portal_id == portal.id and wanted in (None, one.application_id)]
            rows = [answers.registration(org, one) for one in found]
        return page(call, rows, REGISTRATION_FIELDS, self.service.readings)

    def api_registrations(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            api = org.get(Api, call.id("api"))
            rows = [answers.api_registration(org, one) for one in org.all(Registration) if one.api_id == api.id]
        return page(call, rows, {"id": of("id"), "status": of("status")}, self.service.readings)

    def register(self, call: Call) -> Answer:
        body, org = call.body(CreateRegistration), self.service.org
        with org.lock:
            application = self._application(call)
            made = new_registration(self.service, application, str(body.api_id), body.status)
            return Answer(201, answers.registration(org, made))

    def registration(self, call: Call) -> Answer:
        with self.service.org.lock:
            return Answer(body=answers.registration(self.service.org, self._registration(call)))

    def update_registration(self, call: Call) -> Answer:
        body = call.body(UpdateRegistration)
        with self.service.org.lock:
            found = self._registration(call)
            if body.status and body.status != found.status:
                found.status = body.status
                self.service.pushed(found)
            found.touch()
            return Answer(body=answers.registration(self.service.org, found))

    def delete_registration(self, call: Call) -> Answer:
        with self.service.org.lock:
            self.service.org.drop(self._registration(call))
            return Answer(204)

    def _application(self, call: Call) -> Application:
        org = self.service.org
        found = org.get(Application, call.id("application"))
        if found.portal_id != org.get(Portal, call.id("portal")).id:
            raise not_found("Application not found")
        return found

    def _registration(self, call: Call) -> Registration:
        found = self.service.org.get(Registration, call.id("registration"))
        if found.application_id != self._application(call).id:
            raise not_found("Registration not found")
        return found

    def _strategy(self, portal: Portal, strategy_id: str | None) -> Strategy:
        found = self.service.org.find(Strategy, strategy_id or portal.default_strategy_id)
        if found is None or found.foreign:
            raise invalid(parameter("auth_strategy_id", "auth strategy not found", "missing_reference"))
        return found

    def _owner(self, portal: Portal, owner: Owner) -> None:
        kind: type[Thing] = Developer if owner.type == "developer" else Team
        found = self.service.org.find(kind, str(owner.id))
        if not isinstance(found, Developer | Team) or found.portal_id != portal.id:
            raise invalid(parameter("owner.id", f"{owner.type} not found in this portal", "missing_reference"))


def new_registration(service: KonnectService, application: Application, api_id: str, status: str | None) -> Registration:
    """Register an application for an API that is published to its portal.

    Raises:
        Problem: 409 where it is registered already, 404 where the API is not published there.
    """
    org = service.org
    api = org.get(Api, api_id)
    if service.publication(api.id, application.portal_id) is None:
        raise not_found("API is not published to this portal")
    if any((one.application_id, one.api_id) == (application.id, api.id) for one in org.all(Registration)):
        raise conflict("Application is already registered to this API")
    return service.registered(application, api, status)


def remove_application(service: KonnectService, application: Application) -> None:
    """Forget an application and its registrations."""
    for registration in [one for one in service.org.all(Registration) if one.application_id == application.id]:
        service.org.drop(registration)
    service.org.drop(application)
