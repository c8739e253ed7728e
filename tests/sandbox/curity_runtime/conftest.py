from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from sandbox.curity.runtime.application import create_app
from sandbox.curity.runtime.node import Node
from sandbox.readings import Readings, default_readings
from tests.sandbox.curity_runtime.configuration import BASE_URL, METADATA_PATH, REGISTRATION_PATH, SECRET, TOKEN_PATH, EditedConfiguration


@dataclass
class RunTime:
    """A run-time node with everything that a test sets or looks at."""

    configuration: EditedConfiguration
    readings: Readings
    node: Node
    http: httpx.Client

    def metadata(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.get(METADATA_PATH).raise_for_status().json()
        return answer

    def token(self, client_id: str = "konnect-dcr", secret: str = SECRET, **form: str) -> httpx.Response:
        return self.http.post(TOKEN_PATH, data={"grant_type": "client_credentials", **form}, auth=(client_id, secret))

    def access_token(self, **form: str) -> str:
        text: str = self.token(**form).raise_for_status().json()["access_token"]
        return text

    def register(self, **metadata: Any) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {self.access_token(scope='dcr')}"}
        body = {"client_name": "app", "grant_types": ["client_credentials"], **metadata}
        return self.http.post(REGISTRATION_PATH, json=body, headers=bearer)

    def registered(self, **metadata: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.register(**metadata).raise_for_status().json()
        return answer

    def manage(self, method: str, client: dict[str, Any], token: str | None = None, **body: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or client['registration_access_token']}"}
        return self.http.request(method, client["registration_client_uri"], headers=headers, json=body or None)


@pytest.fixture
def run_time() -> RunTime:
    configuration = EditedConfiguration()
    readings = default_readings()
    node = Node(configuration, readings, BASE_URL)
    return RunTime(configuration, readings, node, TestClient(create_app(node), base_url=BASE_URL))
