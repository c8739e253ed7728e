"""A Prefect server that answers as a test wants, for Prefect's own client."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import respx
from prefect.settings import PREFECT_API_URL, temporary_settings

URL = "http://prefect.test/api"
DEPLOYMENT_ID, FLOW_ID, RUN_ID = (str(uuid.UUID(int=number)) for number in (1, 2, 3))
CREATE = f"{URL}/deployments/{DEPLOYMENT_ID}/create_flow_run"
CSRF = f"{URL}/csrf-token"
VERSION = f"{URL}/admin/version"
BY_NAME = f"{URL}/deployments/name/onboard%20tenant/onboard"
DEPLOYMENT = {"id": DEPLOYMENT_ID, "name": "onboard", "flow_id": FLOW_ID}


def run(kind: str = "SCHEDULED", name: str = "Scheduled", **more: Any) -> dict[str, Any]:
    """A run in this state, as the server shows it."""
    state = {"type": kind, "name": name, "message": "in words"}
    return {"id": RUN_ID, "flow_id": FLOW_ID, "name": "lively-otter", "state": state, **more}


def created(request: httpx.Request) -> httpx.Response:
    """The server made this run, and keeps the labels that it was asked for with."""
    return httpx.Response(201, content=httpx.Response(200, json=run(labels=labels_of(request))).content)


def labels_of(request: httpx.Request) -> dict[str, str]:
    labels: dict[str, str] = httpx.Response(200, content=request.content).json()["labels"]
    return labels


@contextmanager
def answering() -> Iterator[None]:
    """A server without login and CSRF protection that knows the deployment."""
    with respx.mock, temporary_settings({PREFECT_API_URL: URL}):
        respx.get(VERSION).respond(200, json="3.8.8")
        respx.get(CSRF).respond(422, json={"detail": "CSRF protection is disabled."})
        respx.get(BY_NAME).respond(200, json=DEPLOYMENT)
        yield
