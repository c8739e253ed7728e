"""Runs a flow, while a tap beside httpx writes down every secret that passes, and all loggers log at DEBUG.

The flow's parameters stand on standard input, as JSON.

`python -m tests.leaks.tapped TAP_FILE LOG_FILE NAME`
"""

from __future__ import annotations

import base64
import json
import logging
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx

SECRET_MEMBERS = frozenset(
    {
        "client_secret",
        "initial_client_secret",
        "access_token",
        "registration_access_token",
        "client_token",
        "secret_id",
        "password",
        "token",
        "secret",
    }
)


def secrets_of(request: httpx.Request, response: httpx.Response | None) -> Iterator[str]:
    """Every secret of one exchange."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if value:
        yield value
        if scheme == "Basic":
            yield base64.b64decode(value).decode().partition(":")[2]
    yield request.headers.get("x-vault-token", "")
    for part in request.headers.get("cookie", "").split("; "):
        yield part.partition("=")[2]
    yield from _in_body(request.headers.get("content-type", ""), request.content)
    if response is not None:
        for cookie in response.headers.get_list("set-cookie"):
            yield cookie.partition("=")[2].partition(";")[0]
        yield from _in_body(response.headers.get("content-type", ""), response.content)


def _in_body(content_type: str, content: bytes) -> Iterator[str]:
    if "x-www-form-urlencoded" in content_type:
        yield from (value for name, value in parse_qsl(content.decode()) if name in SECRET_MEMBERS)
    elif b"<secret>" in content:
        yield content.partition(b"<secret>")[2].partition(b"</secret>")[0].decode()
    elif "json" in content_type and content:
        try:
            yield from _in_json(json.loads(content))
        except ValueError:
            return


def _in_json(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name in SECRET_MEMBERS and isinstance(value, str):
                yield value
            else:
                yield from _in_json(value)
    elif isinstance(node, list):
        for one in node:
            yield from _in_json(one)


def tap(file: Path, ports: frozenset[int]) -> None:
    """Put the tap beside httpx, for what goes to the systems and not to Prefect."""
    send = httpx.Client.send

    def tapped(client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        response = None
        try:
            response = send(client, request, **options)
            return response
        finally:
            if request.url.port in ports:
                with file.open("a") as notes:
                    notes.writelines(json.dumps(secret) + "\n" for secret in secrets_of(request, response) if secret)

    httpx.Client.send = tapped  # type: ignore[method-assign,assignment]


def main() -> None:
    """Tap, log, run."""
    tap_file, log_file, name, *ports = sys.argv[1:]
    tap(Path(tap_file), frozenset(map(int, ports)))
    logging.basicConfig(filename=log_file, level=logging.DEBUG, force=True)
    for logger in ("httpx", "httpcore", "hvac", "asyncio", "prefect", "dcr"):
        logging.getLogger(logger).setLevel(logging.DEBUG)
    getattr(import_module(f"flows.{name}"), name)(**json.load(sys.stdin))


if __name__ == "__main__":
    main()
