"""How a test speaks with the gateway, and what it makes of the answer."""

from __future__ import annotations

from typing import Any

import httpx


def judged(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("message", "")


def pair(application: Any, secret: str | None = None) -> tuple[str, str]:
    return application["client_id"], application["client_secret"] if secret is None else secret
