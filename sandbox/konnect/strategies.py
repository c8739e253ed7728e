"""Application auth strategies. Source: reference/konnect.md section 3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.konnect import answers
from sandbox.konnect.bodies import CreateStrategy, UpdateStrategy
from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.listing import of, page
from sandbox.konnect.problems import conflict, duplicate, invalid, parameter
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Provider, Publication, Strategy

FIELDS = {
    "id": of("id"),
    "name": of("name"),
    "display_name": of("display_name"),
    "strategy_type": of("strategy_type"),
    "dcr_provider_id": lambda row: (row["dcr_provider"] or {}).get("id"),
    "dcr_provider_name": lambda row: (row["dcr_provider"] or {}).get("name"),
    "dcr_provider_type": lambda row: (row["dcr_provider"] or {}).get("provider_type"),
}


@dataclass(frozen=True, slots=True)
class Strategies:
    """Handlers of `/v2/application-auth-strategies`."""

    service: KonnectService

    def create(self, call: Call) -> Answer:
        body, org = call.body(CreateStrategy), self.service.org
        with org.lock:
            self._require_free(body.name)
            made = org.add(self._filled(Strategy(org.new_id()), body))
            self.service.remember_new(made.id)
            return Answer(201, answers.strategy(org, made))

    def replace(self, call: Call) -> Answer:
        """Documented with 201, as if it created (SOURCES.md quirk 4)."""
        body, org = call.body(CreateStrategy), self.service.org
        with org.lock:
            thing = self._filled(org.get(Strategy, call.id("strategy")), body)
            thing.touch()
            return Answer(int(self.service.readings["konnect.strategy-put-status"]), answers.strategy(org, thing))

    def list(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            rows = [answers.strategy(org, one) for one in org.all(Strategy) if not one.foreign]
        return page(call, rows, FIELDS, self.service.readings)

    def get(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            return Answer(body=answers.strategy(org, org.get(Strategy, call.id("strategy"))))

    def update(self, call: Call) -> Answer:
        body, org = call.body(UpdateStrategy), self.service.org
        with org.lock:
            thing = org.get(Strategy, call.id("strategy"))
            if body.name and body.name != thing.name:
                self._require_free(body.name)
            thing.name = body.name or thing.name
            thing.display_name = thing.display_name if body.display_name is None else body.display_name
            if body.configs and body.configs.openid_connect:
                thing.configs = {**thing.configs, **_plugin(body.configs.openid_connect.model_dump(mode="json", exclude_unset=True))}
            if "dcr_provider_id" in body.model_fields_set:
                thing.provider_id = self._provider(body.dcr_provider_id)
            if "labels" in body.model_fields_set:
                thing.labels = self.service.patched_labels(thing.labels, body.labels)
            thing.principals = body.principals.enabled if body.principals else thing.principals
            thing.touch()
            return Answer(body=answers.strategy(org, thing))

    def delete(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            thing = org.get(Strategy, call.id("strategy"))
            if any(thing.id in (publication.strategy_ids or []) for publication in org.all(Publication)):
                raise conflict("The auth strategy is used by a published API")
            org.drop(thing)
            return Answer(204)

    def _filled(self, thing: Strategy, body: CreateStrategy) -> Strategy:
        thing.name, thing.display_name = body.name, body.display_name
        thing.configs = _plugin(body.configs.openid_connect.model_dump(mode="json"))
        thing.provider_id = self._provider(body.dcr_provider_id)
        thing.labels = self.service.kept_labels(body.labels)
        thing.principals = bool(body.principals and body.principals.enabled)
        return thing

    def _provider(self, provider_id: object) -> str | None:
        if provider_id is None:
            return None
        found = self.service.org.find(Provider, str(provider_id))
        if found is None or found.foreign:
            raise invalid(parameter("dcr_provider_id", "DCR provider not found", "missing_reference"))
        return found.id

    def _require_free(self, name: str) -> None:
        if any(one.name == name and not one.foreign for one in self.service.org.all(Strategy)):
            problem = duplicate(self.service.readings, "konnect.duplicate-strategy-name", name)
            if problem:
                raise problem


def _plugin(config: dict[str, Any]) -> dict[str, Any]:
    """Any field of the OIDC plugin is taken, but labels are none (reference/konnect.md section 3)."""
    if "labels" in config:
        raise invalid(parameter("configs.openid-connect.labels", "unknown field"))
    return config
