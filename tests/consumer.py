"""An application's own code: takes its credentials from Vault and uses them, by plain HTTP. It shares no code with what is tested."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.sandbox_fixture import LivingWorld


@dataclass(frozen=True, slots=True)
class Consumer:
    """What it needs to know of the world."""

    ready: dict[str, Any]
    http: httpx.Client

    def record(self, path: str) -> dict[str, str]:
        """What Vault holds at a path of the mount."""
        vault = self.ready["vault"]
        url = f"{vault['url']}/v1/{vault['mount']}/data/{path}"
        answer = self.http.get(url, headers={"X-Vault-Token": vault["root_token"]}).raise_for_status().json()
        found: dict[str, str] = answer["data"]["data"]
        return found

    def write(self, path: str, values: dict[str, str]) -> None:
        """As an operator writes a path of the mount that was empty."""
        vault = self.ready["vault"]
        url = f"{vault['url']}/v1/{vault['mount']}/data/{path}"
        body = {"data": values, "options": {"cas": 0}}
        self.http.post(url, headers={"X-Vault-Token": vault["root_token"]}, json=body).raise_for_status()

    def credentials(self, tenant: str, application: str) -> dict[str, str]:
        """What Vault holds for an application."""
        return self.record(f"tenants/{tenant}/applications/{application}")

    def put_back_to_pending(self, tenant: str, application: str) -> None:
        """As a run leaves it that died between making the secret and storing it."""
        vault = self.ready["vault"]
        path = f"{vault['url']}/v1/{vault['mount']}/data/tenants/{tenant}/applications/{application}"
        headers = {"X-Vault-Token": vault["root_token"]}
        found = self.http.get(path, headers=headers).raise_for_status().json()["data"]
        kept = {name: value for name, value in found["data"].items() if name not in ("client_id", "client_secret")}
        body = {"data": {**kept, "state": "pending"}, "options": {"cas": found["metadata"]["version"]}}
        self.http.post(path, headers=headers, json=body).raise_for_status()

    def status(self, path: str, credentials: dict[str, str] | None = None) -> int:
        """How the gateway answers; without credentials, or with these."""
        pair = (credentials["client_id"], credentials["client_secret"]) if credentials else None
        return self.http.get(self.ready["gateway"]["url"] + path, auth=pair).status_code

    def token(self, credentials: dict[str, str]) -> str:
        """A token straight from the endpoint that stands beside the credentials."""
        pair = (credentials["client_id"], credentials["client_secret"])
        answer = self.http.post(credentials["token_endpoint"], data={"grant_type": "client_credentials"}, auth=pair)
        token: str = answer.raise_for_status().json()["access_token"]
        return token


@contextmanager
def consumer(living: LivingWorld) -> Iterator[Consumer]:
    """One that trusts the world's certificates."""
    ready = living.world.ready
    with httpx.Client(verify=ssl.create_default_context(cafile=ready["ca_file"]), trust_env=False) as http:
        yield Consumer(ready, http)


def unusable(living: LivingWorld) -> list[str]:
    """Which of the example tenant's credentials do not get in where they should, or not only there; empty if all is well."""
    tenant, found = living.tenant, []
    with consumer(living) as asking:
        for application in tenant.applications:
            credentials = asking.credentials(tenant.slug, application.name)
            if not asking.token(credentials):
                found.append(f"{application.name}: no token")
            allowed = {api.path for api in tenant.apis_of(application)}
            for api in tenant.apis:
                status = asking.status(api.path, credentials)
                if (status == 200) is not (api.path in allowed):
                    found.append(f"{application.name} at {api.path}: {status}")
        found += [f"nobody at {api.path}: let in" for api in tenant.apis if asking.status(api.path) != 401]
    return found
