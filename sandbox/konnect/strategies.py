"""Application auth strategies. Source: docs/vendors/konnect.md, Auth strategies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.konnect import answers
from sandbox.konnect.auth_bodies import (
    CreateKeyAuth,
    CreateOpenIdConnect,
    KeyAuthConfigsUpdate,
    OpenIdConnectConfigsUpdate,
    StrategyKind,
    UpdateStrategy,
)
from sandbox.konnect.calls import Answer, Call, judged
from sandbox.konnect.listing import ID, Field, Listing, page, sortable, text
from sandbox.konnect.operations import Operation, operation
from sandbox.konnect.problems import conflict, duplicate, invalid, missing_reference, parameter
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Provider, Strategy

DEFAULT_KEY_NAMES = ["apikey"]


@dataclass(frozen=True, slots=True)
class Strategies:
    """Handlers of `/v2/application-auth-strategies`."""

    service: KonnectService

    def operations(self) -> list[Operation]:
        """Their table."""
        all_of_them, one = "/v2/application-auth-strategies", "/v2/application-auth-strategies/{strategy}"
        return [
            operation("GET", all_of_them, self.list_all, "400 401 403"),
            operation("POST", all_of_them, self.create, "400 401 403"),
            operation("GET", one, self.get, "401 403 404"),
            operation("PUT", one, self.replace, "400 401 403"),
            operation("PATCH", one, self.update, "400 401 403 404"),
            operation("DELETE", one, self.delete, "401 403 404 409"),
        ]

    def create(self, call: Call) -> Answer:
        body, org = _create_body(call), self.service.org
        with org.lock:
            self._require_free(body.name)
            made = org.add(self._filled(Strategy(org.new_id()), body))
            self.service.remember_new(made.id)
            return Answer(201, answers.strategy(org, made))

    def replace(self, call: Call) -> Answer:
        """Documented with 201, as if it created (docs/vendors/konnect.md, Document quirks)."""
        body, org = _create_body(call), self.service.org
        with org.lock:
            thing = org.get(Strategy, call.id("strategy"))
            if body.strategy_type != thing.strategy_type:
                raise invalid(parameter("strategy_type", "cannot be changed"))
            if body.name != thing.name:
                self._require_free(body.name)
            self._filled(thing, body).touch()
            return Answer(int(self.service.readings["konnect.strategy-put-status"]), answers.strategy(org, thing))

    def list_all(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            return page(call, org.all(Strategy), self._listing(), lambda one: answers.strategy(org, one), self.service.readings)

    def get(self, call: Call) -> Answer:
        org = self.service.org
        with org.lock:
            return Answer(body=answers.strategy(org, org.get(Strategy, call.id("strategy"))))

    def update(self, call: Call) -> Answer:
        """Any member but the type; members of the configuration one by one."""
        body, org = call.body(UpdateStrategy), self.service.org
        with org.lock:
            thing = org.get(Strategy, call.id("strategy"))
            configs = {} if body.configs is None else _changed_configs(thing, body.configs)
            provider_id = self._provider(body.dcr_provider_id) if "dcr_provider_id" in body.model_fields_set else thing.provider_id
            if body.name and body.name != thing.name:
                self._require_free(body.name)
            thing.name = body.name or thing.name
            thing.display_name = thing.display_name if body.display_name is None else body.display_name
            thing.configs, thing.provider_id = {**thing.configs, **configs}, provider_id
            if "labels" in body.model_fields_set:
                thing.labels = self.service.patched_labels(thing.labels, body.labels)
            thing.principals = body.principals.enabled if body.principals else thing.principals
            thing.touch()
            self.service.push_configuration()
            return Answer(body=answers.strategy(org, thing))

    def delete(self, call: Call) -> Answer:
        """Refused while a publication uses it, whatever its status."""
        org = self.service.org
        with org.lock:
            thing = org.get(Strategy, call.id("strategy"))
            if answers.strategy_is_active(org, thing):
                raise conflict("The auth strategy is used by a published API")
            org.drop(thing)
            return Answer(204)

    def _listing(self) -> Listing[Strategy]:
        def of_provider(name: str) -> Callable[[Strategy], Any]:
            return lambda one: getattr(self.service.org.find(Provider, one.provider_id), name, None)

        joined = {
            "dcr_provider_id": of_provider("id"),
            "dcr_provider_name": of_provider("name"),
            "dcr_provider_type": of_provider("provider_type"),
        }
        fields = {name: Field(tell, ID) if name == "dcr_provider_id" else Field(tell) for name, tell in joined.items()}
        own = ("strategy_type", "name", "display_name")
        return Listing({**text(*own), **fields}, {**sortable("created_at", "updated_at", *own), **joined})

    def _filled(self, thing: Strategy, body: CreateOpenIdConnect | CreateKeyAuth) -> Strategy:
        provider_id = self._provider(body.dcr_provider_id) if isinstance(body, CreateOpenIdConnect) else None
        configs = _plugin(body.configs.inner.model_dump(exclude_unset=True))
        if isinstance(body, CreateKeyAuth):
            configs = {"key_names": DEFAULT_KEY_NAMES, **configs}
        thing.name, thing.display_name, thing.strategy_type = body.name, body.display_name, body.strategy_type
        thing.configs, thing.provider_id = configs, provider_id
        thing.labels = self.service.kept_labels(body.labels)
        thing.principals = bool(body.principals and body.principals.enabled)
        return thing

    def _provider(self, provider_id: str | None) -> str | None:
        if provider_id and self.service.org.find(Provider, provider_id) is None:
            raise missing_reference("dcr_provider_id", "DCR provider")
        return provider_id

    def _require_free(self, name: str) -> None:
        org = self.service.org
        if any(one.name == name for one in org.all(Strategy)):
            problem = duplicate(self.service.readings, "konnect.duplicate-strategy-name", org.id, name)
            if problem:
                raise problem


def _create_body(call: Call) -> CreateOpenIdConnect | CreateKeyAuth:
    kind = call.body(StrategyKind).strategy_type
    return call.body(CreateKeyAuth) if kind == "key_auth" else call.body(CreateOpenIdConnect)


def _changed_configs(thing: Strategy, configs: dict[str, object]) -> dict[str, Any]:
    if thing.strategy_type == "key_auth":
        return judged(KeyAuthConfigsUpdate, configs, "configs").inner.model_dump(exclude_unset=True)
    return _plugin(judged(OpenIdConnectConfigsUpdate, configs, "configs").inner.model_dump(exclude_unset=True))


def _plugin(config: dict[str, Any]) -> dict[str, Any]:
    """Any field of the OIDC plugin is taken, but labels are none (docs/vendors/konnect.md, Auth strategies)."""
    if "labels" in config:
        raise invalid(parameter("configs.openid-connect.labels", "unknown field"))
    return config
