"""DCR providers. Source: docs/vendors/konnect.md, DCR providers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.konnect import answers
from sandbox.konnect.auth_bodies import CONFIGS, SECRETS, CreateProvider, UpdateProvider
from sandbox.konnect.calls import Answer, Call, judged
from sandbox.konnect.identity_provider import IdentityProviderFailed
from sandbox.konnect.listing import EXACT, SHORT_TEXT, Field, Listing, page, sortable, text
from sandbox.konnect.operations import Operation, operation
from sandbox.konnect.problems import Problem, conflict, duplicate, invalid, parameter
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Provider, Strategy

LISTING: Listing[Provider] = Listing(
    {
        **text("id", "name", "issuer", operators=SHORT_TEXT),
        **text("provider_type", operators=EXACT),
        "initial_client_id": Field(lambda one: one.config.get("initial_client_id"), SHORT_TEXT),
        "initial_client_audience": Field(lambda one: one.config.get("initial_client_audience"), SHORT_TEXT),
    },
    sortable("created_at", "updated_at", "provider_type", "issuer", "name"),
)


@dataclass(frozen=True, slots=True)
class Providers:
    """Handlers of `/v2/dcr-providers`."""

    service: KonnectService

    def operations(self) -> list[Operation]:
        """Their table."""
        all_of_them, one = "/v2/dcr-providers", "/v2/dcr-providers/{provider}"
        return [
            operation("GET", all_of_them, self.list_all, "400 401 403"),
            operation("POST", all_of_them, self.create, "400 401 403"),
            operation("GET", one, self.get, "401 403 404"),
            operation("PATCH", one, self.update, "400 401 403 404"),
            operation("DELETE", one, self.delete, "401 403 404"),
            operation("POST", one + "/verify", self.verify, "401 403 404"),
        ]

    def create(self, call: Call) -> Answer:
        """The identity provider is not asked: one that cannot be reached is taken too."""
        body, org = call.body(CreateProvider), self.service.org
        if body.dcr_config is None and body.provider_type != "kongIdentity":
            raise invalid(parameter("dcr_config", '"dcr_config" is required', "required"))
        config = judged(CONFIGS[body.provider_type][0], body.dcr_config or {}, "dcr_config").model_dump()
        with org.lock:
            self._require_free(body.name)
            made = Provider(
                org.new_id(),
                name=body.name,
                display_name=body.display_name,
                provider_type=body.provider_type,
                issuer=self._issuer(body.issuer),
                labels=self.service.kept_labels(body.labels),
            )
            _configure(made, config)
            org.add(made)
            self.service.remember_new(made.id)
            return Answer(201, answers.provider(org, made))

    def list_all(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            return page(call, org.all(Provider), LISTING, lambda one: answers.provider(org, one), self.service.readings)

    def get(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            return Answer(body=answers.provider(org, org.get(Provider, call.id("provider"))))

    def update(self, call: Call) -> Answer:
        """Any member but the type, which cannot change; members of `dcr_config` one by one."""
        body, org = call.body(UpdateProvider), self.service.org
        with org.lock:
            thing = org.get(Provider, call.id("provider"))
            config = judged(CONFIGS[thing.provider_type][1], body.dcr_config or {}, "dcr_config").model_dump(exclude_unset=True)
            if body.name and body.name != thing.name:
                self._require_free(body.name)
            thing.name = body.name or thing.name
            thing.display_name = body.display_name or thing.display_name
            thing.issuer = self._issuer(body.issuer) if body.issuer else thing.issuer
            _configure(thing, config)
            if "labels" in body.model_fields_set:
                thing.labels = self.service.patched_labels(thing.labels, body.labels)
            thing.touch()
            return Answer(body=answers.provider(org, thing))

    def delete(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            thing = org.get(Provider, call.id("provider"))
            using = [strategy for strategy in org.all(Strategy) if strategy.provider_id == thing.id]
            if using and self.service.readings["konnect.delete-provider-in-use"] == "409":
                raise conflict("The DCR provider is used by an application auth strategy")
            for strategy in using:
                strategy.provider_id = None
            org.drop(thing)
            return Answer(204)

    def verify(self, call: Call) -> Answer:
        """Registers a throw-away client; whether it removes it again is open."""
        org = self.service.org
        with org.lock:
            thing = org.get(Provider, call.id("provider"))
        try:
            made = self.service.idp.register(thing, None, "Konnect DCR verification", None)
        except IdentityProviderFailed:
            return self._failed()
        if self.service.readings["konnect.verify-cleans-up"] == "removes":
            self.service.idp.remove_registered(made)
        return Answer(body={"status": "success", "errors": []})

    def _failed(self) -> Answer:
        words = "Unable to create the DCR application"
        if self.service.readings["konnect.verify-failure"] == "400":
            raise Problem(400, "Bad Request", words, [parameter("dcr_config", words)])
        return Answer(body={"status": "failed", "errors": [words]})

    def _require_free(self, name: str) -> None:
        org = self.service.org
        if any(one.name == name for one in org.all(Provider)):
            problem = duplicate(self.service.readings, "konnect.duplicate-provider-name", org.id, name)
            if problem:
                raise problem

    def _issuer(self, issuer: str) -> str:
        return issuer.rstrip("/") if self.service.readings["konnect.issuer-slash"] == "trimmed" else issuer


def _configure(thing: Provider, config: Mapping[str, Any]) -> None:
    thing.secrets |= {name: value for name, value in config.items() if name in SECRETS}
    shown = {name: value for name, value in config.items() if name not in SECRETS}
    # Flags that were left out are not shown; an audience that was left out is.
    thing.config |= {name: value for name, value in shown.items() if value is not None or name == "initial_client_audience"}
