"""DCR providers. Source: reference/konnect.md section 2."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.konnect import answers
from sandbox.konnect.bodies import CreateProvider, ProviderType, UpdateProvider
from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.identity_provider import IdentityProviderFailed
from sandbox.konnect.listing import of, page
from sandbox.konnect.problems import Problem, conflict, duplicate, invalid, parameter
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Provider, Strategy

FIELDS = {
    "id": of("id"),
    "name": of("name"),
    "issuer": of("issuer"),
    "provider_type": of("provider_type"),
    "initial_client_id": lambda row: row["dcr_config"].get("initial_client_id"),
    "initial_client_audience": lambda _row: None,
}


@dataclass(frozen=True, slots=True)
class Providers:
    """Handlers of `/v2/dcr-providers`."""

    service: KonnectService

    def create(self, call: Call) -> Answer:
        kind = call.body(ProviderType).provider_type
        if kind != "curity":
            raise invalid(parameter("provider_type", "this sandbox plays curity only", "enum", choices=["curity"]))
        body, org = call.body(CreateProvider), self.service.org
        with org.lock:
            self._require_free(body.name)
            made = Provider(
                org.new_id(),
                name=body.name,
                display_name=body.display_name,
                issuer=self._issuer(body.issuer),
                client_id=body.dcr_config.initial_client_id,
                client_secret=body.dcr_config.initial_client_secret,
                labels=self.service.kept_labels(body.labels),
            )
            org.add(made)
            self.service.remember_new(made.id)
            return Answer(201, answers.provider(org, made))

    def list(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            rows = [answers.provider(org, one) for one in org.all(Provider) if not one.foreign]
        return page(call, rows, FIELDS, self.service.readings)

    def get(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            return Answer(body=answers.provider(org, org.get(Provider, call.id("provider"))))

    def update(self, call: Call) -> Answer:
        body, org = call.body(UpdateProvider), self.service.org
        with org.lock:
            thing = org.get(Provider, call.id("provider"))
            if body.name and body.name != thing.name:
                self._require_free(body.name)
            thing.name = body.name or thing.name
            thing.display_name = body.display_name or thing.display_name
            thing.issuer = self._issuer(body.issuer) if body.issuer else thing.issuer
            if body.dcr_config:
                thing.client_id = body.dcr_config.initial_client_id or thing.client_id
                thing.client_secret = body.dcr_config.initial_client_secret or thing.client_secret
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
        if any(one.name == name and not one.foreign for one in self.service.org.all(Provider)):
            problem = duplicate(self.service.readings, "konnect.duplicate-provider-name", name)
            if problem:
                raise problem

    def _issuer(self, issuer: str) -> str:
        return issuer.rstrip("/") if self.service.readings["konnect.issuer-slash"] == "trimmed" else issuer
