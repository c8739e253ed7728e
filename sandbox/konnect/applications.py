"""Applications, for an admin. Source: docs/vendors/konnect.md, Admin applications."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from sandbox.konnect import answers
from sandbox.konnect.bodies import CreateApplication, Owner, UpdateApplication
from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.identity_provider import IdentityProviderFailed, Registered
from sandbox.konnect.listing import ID, NO_FILTER, Field, Listing, page, sortable, text
from sandbox.konnect.operations import Operation, operation
from sandbox.konnect.problems import idp_failed, invalid, missing_reference, not_found, parameter
from sandbox.konnect.removal import delete_application
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Application, Developer, Portal, Provider, Strategy, Team, Thing


def _owned_by(kind: str) -> Field[Application]:
    return Field(lambda one: one.owner_id if one.owner_type == kind else None, ID)


LISTING: Listing[Application] = Listing(
    {**text("name"), "developer_id": _owned_by("developer"), "team_id": _owned_by("team")},
    {**sortable("created_at", "name"), "developer_id": _owned_by("developer").tell},
)
PEOPLE: Listing[Developer] = Listing(text("id"), sortable("id"))


@dataclass(frozen=True, slots=True)
class Applications:
    """Handlers of `/v3/portals/{portalId}/applications`."""

    service: KonnectService

    def operations(self) -> list[Operation]:
        """Their table."""
        all_of_them, one = "/v3/portals/{portal}/applications", "/v3/portals/{portal}/applications/{application}"
        return [
            operation("GET", all_of_them, self.list_all, "400 401 403 404"),
            operation("POST", all_of_them, self.create, "400 401 403"),
            operation("GET", one, self.get, "401 403 404"),
            operation("PATCH", one, self.update, "400 401 403 404"),
            operation("DELETE", one, self.delete, "401 403 404"),
            operation("GET", one + "/developers", self.developers, "400 401 403 404"),
            operation("GET", one + "/credentials", self.credentials, "400 401 403 404"),
            operation("GET", "/v3/applications/{application}", self.get, "401 403 404"),
        ]

    def create(self, call: Call) -> Answer:
        """Import of an existing client by `dcr_client_id`, or a new one whose secret nobody sees here."""
        body, org = call.body(CreateApplication), self.service.org
        with org.lock:
            portal = org.get(Portal, call.id("portal"))
            made = Application(org.new_id(), portal_id=portal.id, name=body.name, description=body.description)
            made.labels = self.service.kept_labels(body.labels)
            self._give_to(made, body.owner)
            strategy, provider = binding(self.service, portal, body.auth_strategy_id, body.client_id)
            made.strategy_id, made.client_id = strategy.id, body.client_id or ""
            if provider and body.dcr_client_id:
                made.client_id = body.dcr_client_id
        secret: dict[str, str] = {}
        if provider and not body.dcr_client_id:
            client = register(self.service, made, strategy, provider)
            secret = {"client_secret": client.client_secret} if self.service.readings["konnect.admin-create-secret"] == "shown" else {}
        with org.lock:
            org.add(made)
            self.service.push_application(made)
            self.service.remember_new(made.id)
            return Answer(201, {**answers.application(org, made), **secret})

    def list_all(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            portal = org.get(Portal, call.id("portal"))
            found = [one for one in org.all(Application) if one.portal_id == portal.id]
            return page(call, found, LISTING, lambda one: answers.application(org, one), self.service.readings)

    def get(self, call: Call) -> Answer:
        with self.service.org.lock:
            found = shown_instead(self.service, application_of(self.service, call))
            return Answer(body=answers.application(self.service.org, found))

    def update(self, call: Call) -> Answer:
        """Only the owner."""
        body, org = call.body(UpdateApplication), self.service.org
        with org.lock:
            found = application_of(self.service, call)
            if body.owner:
                self._give_to(found, body.owner)
            found.touch()
            return Answer(body=answers.application(org, found))

    def delete(self, call: Call) -> Answer:
        with self.service.org.lock:
            found = application_of(self.service, call)
        delete_application(self.service, found)
        return Answer(204)

    def developers(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            found = application_of(self.service, call)
            team = org.find(Team, found.owner_id)
            members = [org.find(Developer, one) for one in (team.developer_ids if team else [found.owner_id])]

            def show(one: Developer) -> dict[str, str]:
                return {"id": one.id, "email": one.email, "full_name": one.full_name}

            return page(call, [one for one in members if one], PEOPLE, show, self.service.readings)

    def credentials(self, call: Call) -> Answer:
        """Ids only: no admin endpoint ever returns a secret."""
        with self.service.org.lock:
            found = application_of(self.service, call)
        look_up_credentials(self.service, found)
        with self.service.org.lock:
            return page(call, [found], NO_FILTER, answers.credential, self.service.readings)

    def _give_to(self, application: Application, owner: Owner) -> None:
        kind: type[Thing] = Developer if owner.type == "developer" else Team
        found = self.service.org.find(kind, owner.id)
        if not isinstance(found, Developer | Team) or found.portal_id != application.portal_id:
            raise missing_reference("owner.id", owner.type)
        application.owner_type, application.owner_id = owner.type, found.id


def application_of(service: KonnectService, call: Call) -> Application:
    """The application that the path names, within the portal that it names, if it names one."""
    portal = service.org.get(Portal, call.id("portal")) if "portal" in call.path_params else None
    found = service.org.get(Application, call.id("application"))
    if portal and found.portal_id != portal.id:
        raise not_found()
    return found


def shown_instead(service: KonnectService, found: Application) -> Application:
    """What is answered for an application: itself, or another tenant's if the knob says so."""
    if service.knobs.returns_anothers:
        return next((one for one in service.org.all(Application) if one.id != found.id), found)
    return found


def binding(service: KonnectService, portal: Portal, strategy_id: str | None, client_id: str | None) -> tuple[Strategy, Provider | None]:
    """The strategy of a new application, the portal's default if none is named, and its DCR provider.

    Raises:
        Problem: 400; a client id must be given exactly where no provider makes one.
    """
    strategy = service.org.find(Strategy, strategy_id or portal.default_strategy_id)
    if strategy is None or strategy.strategy_type == "key_auth":
        raise missing_reference("auth_strategy_id", "auth strategy")
    provider = service.org.find(Provider, strategy.provider_id)
    if provider and client_id:
        raise invalid(parameter("client_id", "must not be set for a DCR auth strategy"))
    if provider is None and not client_id:
        raise invalid(parameter("client_id", '"client_id" is required', "required"))
    return strategy, provider


def register(service: KonnectService, application: Application, strategy: Strategy, provider: Provider) -> Registered:
    """Make a client for an application at the identity provider.

    Raises:
        Problem: the identity provider did not.
    """
    try:
        client = service.idp.register(provider, strategy, application.name, application.redirect_uri)
    except IdentityProviderFailed as error:
        raise idp_failed(service.readings, str(error)) from None
    take(application, client)
    return client


def look_up_credentials(service: KonnectService, application: Application) -> None:
    """What a list of credentials costs: nothing, or a read at the identity provider, which rotates (docs/vendors/konnect.md, Rotation).

    Of a client that Konnect cannot read it tells what it knows itself.
    """
    if application.management_uri and service.readings["konnect.credentials-read"] == "rotates":
        with suppress(IdentityProviderFailed):
            take(application, service.idp.rotate(application))


def take(application: Application, client: Registered) -> None:
    """The application goes with this client from now on; Konnect keeps how to manage it, never the secret."""
    application.client_id = client.client_id
    application.management_uri, application.management_token = client.management_uri, client.management_token
