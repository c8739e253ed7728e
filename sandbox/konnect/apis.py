"""APIs and how they are linked to services of the gateway. Source: docs/vendors/konnect.md, APIs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.konnect import catalogue_answers as answers
from sandbox.konnect.bodies import CreateApi, CreateImplementation, UpdateApi
from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.listing import ID, STAMPS, TEXT, Field, Listing, page, sortable, text
from sandbox.konnect.operations import Operation, operation
from sandbox.konnect.problems import conflict, invalid, missing_reference, not_found, parameter
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Api, Implementation, Publication, Registration, Service

API_LISTING: Listing[Api] = Listing(
    {
        **text("id", operators=ID),
        **text("name", "version", "labels", "attributes"),
        "implementation_mode": Field(lambda _one: None, TEXT),
        **STAMPS,
    },
    sortable("name", "version", "created_at", "updated_at"),
)
LINK_LISTING: Listing[Implementation] = Listing(
    {**text("id", "api_id", "service_id", "control_plane_id", operators=ID), **STAMPS},
    sortable("id", "api_id", "control_plane_id", "service_id", "created_at", "updated_at"),
)


@dataclass(frozen=True, slots=True)
class Apis:
    """Handlers of `/v3/apis` and their implementations."""

    service: KonnectService

    def operations(self) -> list[Operation]:
        """Their table."""
        all_of_them, one = "/v3/apis", "/v3/apis/{api}"
        links, link = one + "/implementations", one + "/implementations/{implementation}"
        return [
            operation("GET", all_of_them, self.list_all, "400 401 403 404"),
            operation("POST", all_of_them, self.create, "400 401 403 404 415"),
            operation("GET", one, self.get, "401 403 404"),
            operation("PATCH", one, self.update, "400 401 403 404 409 415"),
            operation("DELETE", one, self.delete, "401 403 404"),
            operation("POST", links, self.link, "400 401 403 404 409"),
            operation("GET", link, self.implementation, "401 403 404"),
            operation("DELETE", link, self.unlink, "401 403 404"),
            operation("GET", "/v3/api-implementations", self.implementations, "401 403 404"),
        ]

    def list_all(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            return page(call, org.all(Api), API_LISTING, lambda one: answers.api(org, one), self.service.readings)

    def get(self, call: Call) -> Answer:
        with self.service.org.lock:
            return Answer(body=answers.api(self.service.org, self._api(call)))

    def create(self, call: Call) -> Answer:
        body, org = call.body(CreateApi), self.service.org
        with org.lock:
            self._require_free(body.name, body.version)
            made = Api(org.new_id(), name=body.name, version=body.version, description=body.description)
            made.slug = body.slug or _slug(made)
            if any(one.slug == made.slug for one in org.all(Api)):
                raise invalid(parameter("slug", "an API with this slug exists already"))
            made.labels = self.service.kept_labels(body.labels)
            made.attributes = {name: values for name, values in (body.attributes or {}).items() if values}
            org.add(made)
            self.service.remember_new(made.id)
            return Answer(201, answers.api(org, made))

    def update(self, call: Call) -> Answer:
        body, org = call.body(UpdateApi), self.service.org
        with org.lock:
            thing = self._api(call)
            if body.slug and any(one.slug == body.slug and one is not thing for one in org.all(Api)):
                raise conflict(f"Key (org_id, slug)=({org.id}, {body.slug}) already exists.")
            name, version = body.name or thing.name, body.version if "version" in body.model_fields_set else thing.version
            if (name, version) != (thing.name, thing.version):
                self._require_free(name, version)
            thing.name, thing.version, thing.slug = name, version, body.slug or thing.slug
            thing.description = body.description if "description" in body.model_fields_set else thing.description
            merged = {**thing.attributes, **(body.attributes or {})}
            thing.attributes = {key: values for key, values in merged.items() if values}
            if "labels" in body.model_fields_set:
                thing.labels = self.service.patched_labels(thing.labels, body.labels)
            thing.touch()
            return Answer(body=answers.api(org, thing))

    def delete(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            thing = self._api(call)
            parts: list[Implementation | Publication | Registration] = [*org.all(Implementation), *org.all(Publication)]
            for part in [*parts, *org.all(Registration)]:
                if part.api_id == thing.id:
                    org.drop(part)
            org.drop(thing)
            self.service.push_configuration()
            return Answer(204)

    def implementations(self, call: Call) -> Answer:
        org = self.service.org

        def show(one: Implementation) -> dict[str, object]:
            return {**answers.implementation(one, broken=self._broken(one)), "api_id": one.api_id}

        with org.lock:
            return page(call, org.all(Implementation), LINK_LISTING, show, self.service.readings)

    def implementation(self, call: Call) -> Answer:
        with self.service.org.lock:
            found = self._implementation(call)
            return Answer(body=answers.implementation(found, broken=self._broken(found)))

    def link(self, call: Call) -> Answer:
        """One service an API, one API a service."""
        body, org = call.body(CreateImplementation), self.service.org
        with org.lock:
            api, wanted = self._api(call), body.service
            service = org.find(Service, wanted.id)
            if service is None or service.control_plane_id != wanted.control_plane_id:
                raise missing_reference("service.id", "Service")
            if any(one.api_id == api.id for one in org.all(Implementation)):
                raise conflict("An implementation already exists for this API")
            if any(one.service_id == service.id for one in org.all(Implementation)):
                raise conflict("This gateway service is already linked to another API")
            made = Implementation(org.new_id(), api_id=api.id, control_plane_id=wanted.control_plane_id, service_id=service.id)
            org.add(made)
            self.service.push_configuration()
            return Answer(201, answers.implementation(made, broken=self._broken(made)))

    def unlink(self, call: Call) -> Answer:
        with self.service.org.lock:
            self.service.org.drop(self._implementation(call))
            self.service.push_configuration()
            return Answer(204)

    def _api(self, call: Call) -> Api:
        return self.service.org.get(Api, call.id("api"))

    def _implementation(self, call: Call) -> Implementation:
        found = self.service.org.get(Implementation, call.id("implementation"))
        if found.api_id != self._api(call).id:
            raise not_found()
        return found

    def _broken(self, link: Implementation) -> bool:
        published = any(one.api_id == link.api_id and one.strategy_ids for one in self.service.org.all(Publication))
        return published and not self.service.org.plugin_installed

    def _require_free(self, name: str, version: str | None) -> None:
        if any((one.name, one.version) == (name, version) for one in self.service.org.all(Api)):
            raise invalid(parameter("name", "an API of this name and version exists already"))


def _slug(thing: Api) -> str:
    words = re.sub(r"[^a-z0-9_]+", "-", f"{thing.name} {thing.version or ''}".lower()).strip("-")
    return words or thing.id
