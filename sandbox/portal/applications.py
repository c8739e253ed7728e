"""My Apps: applications, their secret shown once, their registrations. Source: reference/konnect.md section 6."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.konnect.applications import new_registration, remove_application
from sandbox.konnect.bodies import PortalCreateApplication, PortalCreateRegistration, PortalUpdateApplication
from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.identity_provider import IdentityProviderFailed, Registered
from sandbox.konnect.listing import of, page
from sandbox.konnect.problems import conflict, forbidden, idp_failed, invalid, not_found, parameter
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Application, Developer, Provider, Registration, Strategy, Team
from sandbox.portal import answers
from sandbox.portal.session import Session


@dataclass(frozen=True, slots=True)
class MyApplications:
    """Handlers of `/api/v3/applications…`."""

    service: KonnectService
    session: Session

    def create(self, call: Call) -> Answer:
        """Register a client at the identity provider; the secret is in this answer and never again."""
        body, org = call.body(PortalCreateApplication), self.service.org
        with org.lock:
            developer = self.session.developer(call)
            strategy, provider = self._binding(str(body.auth_strategy_id) if body.auth_strategy_id else None)
            if body.client_id:
                raise invalid(parameter("client_id", "must not be set for a DCR auth strategy"))
            made = Application(
                org.new_id(),
                portal_id=self.session.portal_id,
                name=body.name,
                description=body.description,
                redirect_uri=body.redirect_uri,
                owner_type="team" if body.team_id else "developer",
                owner_id=self._team(developer, str(body.team_id)) if body.team_id else developer.id,
                strategy_id=strategy.id,
            )
        try:
            client = self.service.idp.register(provider, strategy, made.name, made.redirect_uri)
        except IdentityProviderFailed as error:
            raise idp_failed(self.service.readings, str(error)) from None
        with org.lock:
            _take(made, client)
            org.add(made)
            return Answer(201, {**answers.application(org, made), "client_secret": client.client_secret})

    def list(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            developer = self.session.developer(call)
            rows = [answers.application(org, one) for one in org.all(Application) if self._mine(developer, one)]
        fields = {
            "name": of("name"),
            "auth_strategy_id": lambda row: row.get("auth_strategy", {}).get("id"),
            "team_id": of("team_id"),
        }
        return page(call, rows, fields, self.service.readings)

    def get(self, call: Call) -> Answer:
        with self.service.org.lock:
            found = self._application(call)
            if self.service.knobs.returns_anothers:
                found = next((one for one in self.service.org.all(Application) if one.id != found.id), found)
            return Answer(body=answers.application(self.service.org, found))

    def update(self, call: Call) -> Answer:
        body = call.body(PortalUpdateApplication)
        with self.service.org.lock:
            found = self._application(call)
            if body.client_id:
                raise invalid(parameter("client_id", "must not be set for a DCR auth strategy"))
            found.name = body.name or found.name
            found.description = found.description if body.description is None else body.description
            if "redirect_uri" in body.model_fields_set:
                found.redirect_uri = body.redirect_uri
            found.touch()
            return Answer(body=answers.application(self.service.org, found))

    def delete(self, call: Call) -> Answer:
        with self.service.org.lock:
            found = self._application(call)
            remove_application(self.service, found)
        self.service.idp.remove(found)
        return Answer(204)

    def regenerate(self, call: Call) -> Answer:
        """A new secret; the old one dies at the identity provider. Refused under some readings."""
        org = self.service.org
        with org.lock:
            found = self._application(call)
        match self.service.readings["portal.regenerate-secret"]:
            case "409":
                raise conflict("The secret of this application cannot be regenerated")
            case "403":
                raise forbidden()
        try:
            client = self.service.idp.rotate(found) if self._keeps_client(found) else self._replaced(found)
        except IdentityProviderFailed as error:
            raise idp_failed(self.service.readings, str(error)) from None
        with org.lock:
            _take(found, client)
            found.touch()
        return Answer(201, {"client_id": client.client_id, "client_secret": client.client_secret})

    def _keeps_client(self, found: Application) -> bool:
        return bool(found.management_uri) and self.service.readings["portal.regenerate-client"] == "same"

    def _replaced(self, found: Application) -> Registered:
        strategy, provider = self._binding(found.strategy_id)
        client = self.service.idp.register(provider, strategy, found.name, found.redirect_uri)
        self.service.idp.remove(found)
        return client

    def credentials(self, call: Call) -> Answer:
        with self.service.org.lock:
            found = self._application(call)
        row = {"type": "client_secret", "id": found.client_id, "client_id": found.client_id, "created_at": found.created_at}
        return page(call, [row], {}, self.service.readings)

    def register(self, call: Call) -> Answer:
        body, org = call.body(PortalCreateRegistration), self.service.org
        with org.lock:
            made = new_registration(self.service, self._application(call), str(body.api_id), None)
            return Answer(201, answers.registration(org, made))

    def registrations(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            application = self._application(call)
            rows = [answers.registration(org, one) for one in org.all(Registration) if one.application_id == application.id]
        return page(call, rows, {name: of(name) for name in ("id", "status", "api_name")}, self.service.readings)

    def registration(self, call: Call) -> Answer:
        with self.service.org.lock:
            return Answer(body=answers.registration(self.service.org, self._registration(call)))

    def unregister(self, call: Call) -> Answer:
        with self.service.org.lock:
            self.service.org.drop(self._registration(call))
            return Answer(204)

    def _application(self, call: Call) -> Application:
        developer = self.session.developer(call)
        found = self.service.org.get(Application, call.id("application"))
        if not self._mine(developer, found):
            raise not_found("Application not found")
        return found

    def _registration(self, call: Call) -> Registration:
        found = self.service.org.get(Registration, call.id("registration"))
        if found.application_id != self._application(call).id:
            raise not_found("Registration not found")
        return found

    def _mine(self, developer: Developer, application: Application) -> bool:
        teams = [one.id for one in self.service.org.all(Team) if developer.id in one.developer_ids]
        return application.portal_id == self.session.portal_id and application.owner_id in (developer.id, *teams)

    def _team(self, developer: Developer, team_id: str) -> str:
        found = self.service.org.find(Team, team_id)
        if found is None or developer.id not in found.developer_ids:
            raise invalid(parameter("team_id", "team not found", "missing_reference"))
        return found.id

    def _binding(self, strategy_id: str | None) -> tuple[Strategy, Provider]:
        org = self.service.org
        strategy = org.find(Strategy, strategy_id or self.session.portal.default_strategy_id)
        if strategy is None or strategy.foreign:
            raise invalid(parameter("auth_strategy_id", "auth strategy not found", "missing_reference"))
        provider = org.find(Provider, strategy.provider_id)
        if provider is None:
            raise invalid(parameter("auth_strategy_id", "has no DCR provider", "missing_reference"))
        return strategy, provider


def _take(application: Application, client: Registered) -> None:
    application.client_id = client.client_id
    application.management_uri, application.management_token = client.management_uri, client.management_token
