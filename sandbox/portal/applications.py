"""My Apps: applications, and their secret shown once. Source: docs/vendors/konnect.md, Portal applications."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.konnect.applications import binding, register, shown_instead, take
from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.identity_provider import IdentityProviderFailed, Registered
from sandbox.konnect.listing import EXACT, ID, SHORT_TEXT, Field, Listing, page, text
from sandbox.konnect.operations import Operation, operation
from sandbox.konnect.problems import conflict, forbidden, idp_failed, invalid, missing_reference, not_found, parameter
from sandbox.konnect.removal import delete_application, delete_clients
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Application, Developer, Team
from sandbox.portal import answers
from sandbox.portal.bodies import CreateApplication, UpdateApplication
from sandbox.portal.catalogue import owned
from sandbox.portal.session import Session

LISTING: Listing[Application] = Listing(
    {
        **text("name", operators=SHORT_TEXT),
        "auth_strategy_id": Field(lambda one: one.strategy_id, EXACT),
        "team_id": Field(lambda one: one.owner_id if one.owner_type == "team" else None, ID),
    },
    {},
)


@dataclass(frozen=True, slots=True)
class MyApplications:
    """Handlers of `/api/v3/applications`."""

    service: KonnectService
    session: Session

    def operations(self) -> list[Operation]:
        """Their table."""
        all_of_them, one = "/api/v3/applications", "/api/v3/applications/{application}"
        return [
            operation("GET", all_of_them, self.list_all, "400 401"),
            operation("POST", all_of_them, self.create, "400 401 403 404 409"),
            operation("GET", one, self.get, "400 401 404"),
            operation("PATCH", one, self.update, "400 401 404 409"),
            operation("DELETE", one, self.delete, "400 401 404 429"),
            operation("POST", one + "/regenerate-secret", self.regenerate, "400 401 404 409"),
        ]

    def create(self, call: Call) -> Answer:
        """Register a client at the identity provider; the secret is in this answer and never again."""
        body, org = call.body(CreateApplication), self.service.org
        with org.lock:
            developer = self.session.developer(call)
            strategy, provider = binding(self.service, self.session.portal, body.auth_strategy_id, body.client_id)
            made = Application(org.new_id(), portal_id=self.session.portal_id, name=body.name, description=body.description)
            made.redirect_uri, made.scopes, made.strategy_id = body.redirect_uri, body.scopes, strategy.id
            made.owner_id, made.client_id = developer.id, body.client_id or ""
            self._give_to_team(developer, made, body.team_id)
        secret = {"client_secret": register(self.service, made, strategy, provider).client_secret} if provider else {}
        with org.lock:
            org.add(made)
            self.service.push_application(made)
            return Answer(201, {**answers.application(org, made), **secret})

    def list_all(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            developer = self.session.developer(call)
            found = [one for one in org.all(Application) if owned(self.service, self.session, developer, one)]
            return page(call, found, LISTING, lambda one: answers.application(org, one), self.service.readings)

    def get(self, call: Call) -> Answer:
        with self.service.org.lock:
            found = shown_instead(self.service, self.application(call))
            return Answer(body=answers.application(self.service.org, found))

    def update(self, call: Call) -> Answer:
        """Not its strategy, nor the client id where the identity provider gave it."""
        body = call.body(UpdateApplication)
        with self.service.org.lock:
            found = self.application(call)
            if body.client_id and found.management_uri:
                raise invalid(parameter("client_id", "must not be set for a DCR auth strategy"))
            if "team_id" in body.model_fields_set:
                found.owner_type, found.owner_id = "developer", self.session.developer(call).id  # null: no team's any more
            self._give_to_team(self.session.developer(call), found, body.team_id)
            found.name = found.name if body.name is None else body.name
            found.description = found.description if body.description is None else body.description
            found.scopes = found.scopes if body.scopes is None else body.scopes
            found.client_id = body.client_id or found.client_id
            if "redirect_uri" in body.model_fields_set:
                found.redirect_uri = body.redirect_uri
            found.touch()
            return Answer(body=answers.application(self.service.org, found))

    def delete(self, call: Call) -> Answer:
        """The client at the identity provider goes along, if Konnect made it."""
        with self.service.org.lock:
            found = self.application(call)
        delete_application(self.service, found)
        return Answer(204)

    def regenerate(self, call: Call) -> Answer:
        """A new secret; the old one dies at the identity provider. Refused under some readings."""
        org = self.service.org
        with org.lock:
            found = self.application(call)
        match self.service.readings["portal.regenerate-secret"]:
            case "409":
                raise conflict("The secret of this application cannot be regenerated")
            case "403":
                raise forbidden()
        try:
            client = self._new_secret(found)
        except IdentityProviderFailed as error:
            raise idp_failed(self.service.readings, str(error)) from None
        with org.lock:
            take(found, client)
            found.touch()
        return Answer(201, {"client_id": client.client_id, "client_secret": client.client_secret})

    def _new_secret(self, found: Application) -> Registered:
        imported = not found.management_uri
        if imported and self.service.readings["portal.regenerate-imported"] == "refused":
            raise IdentityProviderFailed("the client was not registered by Konnect")
        if not imported and self.service.readings["portal.regenerate-client"] == "same":
            return self.service.idp.rotate(found)
        strategy, provider = binding(self.service, self.session.portal, found.strategy_id, None)
        if provider is None:
            raise IdentityProviderFailed("the auth strategy has no DCR provider")
        client = self.service.idp.register(provider, strategy, found.name, found.redirect_uri)
        delete_clients(self.service, [found])
        return client

    def application(self, call: Call) -> Application:
        """The application that the path names, if it is one's own.

        Raises:
            Problem: 401 without a session, 404 otherwise.
        """
        developer = self.session.developer(call)
        found = self.service.org.get(Application, call.id("application"))
        if not owned(self.service, self.session, developer, found):
            raise not_found()
        return found

    def _give_to_team(self, developer: Developer, application: Application, team_id: str | None) -> None:
        if team_id is None:
            return
        found = self.service.org.find(Team, team_id)
        if found is None or developer.id not in found.developer_ids or not found.can_own_applications:
            raise missing_reference("team_id", "team")
        application.owner_type, application.owner_id = "team", found.id
