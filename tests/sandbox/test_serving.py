from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.certificates import Certificates, make_certificates
from sandbox.request_log import OWN_AGENT, RequestLog
from sandbox.serving import Served, bind, port_of, stop_all

SECRET = "kpat_verysecret"


async def _echo(request: Request) -> Response:
    return JSONResponse({"method": request.method}, 418)


async def _broken(_request: Request) -> Response:
    raise ValueError(SECRET)


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return make_certificates(tmp_path)


@pytest.fixture
def log() -> RequestLog:
    return RequestLog()


@pytest.fixture
def served(certificates: Certificates, log: RequestLog) -> Iterator[httpx.Client]:
    app = Starlette(routes=[Route("/broken", _broken), Route("/{path:path}", _echo, methods=["GET", "POST"])])
    socket = bind()
    system = Served("echo", app, socket, certificates, [log.middleware])
    system.start()
    url = f"https://localhost:{port_of(socket)}"
    with httpx.Client(base_url=url, verify=certificates.client_context(), trust_env=False) as client:
        yield client
    stop_all([system])


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_the_certificate_is_good_for_both_names_of_loopback(served: httpx.Client, host: str) -> None:
    assert served.get(served.base_url.copy_with(host=host)).status_code == 418


def test_a_client_without_the_ca_does_not_trust_it(served: httpx.Client) -> None:
    with httpx.Client(verify=ssl.create_default_context(), trust_env=False) as stranger, pytest.raises(httpx.ConnectError):
        stranger.get(served.base_url)


def test_a_port_is_free_again_after_the_stop(certificates: Certificates) -> None:
    socket = bind()
    port = port_of(socket)
    system = Served("echo", Starlette(), socket, certificates)
    system.start()
    stop_all([system])
    bind(port).close()


def test_the_log_knows_number_system_method_path_and_status(served: httpx.Client, log: RequestLog) -> None:
    served.get("/a")
    served.post("/b")
    found = [(entry.number, entry.system, entry.method, entry.path, entry.status) for entry in log.entries()]
    assert found == [(1, "echo", "GET", "/a", 418), (2, "echo", "POST", "/b", 418)]
    log.clear()
    served.get("/c")
    assert [(entry.number, entry.path) for entry in log.entries()] == [(3, "/c")]


def test_the_log_tells_the_systems_own_requests_from_a_clients(served: httpx.Client, log: RequestLog) -> None:
    served.get("/mine")
    served.get("/theirs", headers={"User-Agent": OWN_AGENT})
    assert [(entry.caller, entry.path) for entry in log.entries()] == [("client", "/mine"), ("sandbox", "/theirs")]
    assert [entry.path for entry in log.entries(caller="client")] == ["/mine"]
    assert log.entries(system="else") == []


def test_the_log_holds_no_header_no_body_and_no_parameter_that_may_be_secret(served: httpx.Client, log: RequestLog) -> None:
    parameters = {"token": SECRET, "page[size]": "2", "filter[name][eq]": "acme"}
    served.post("/x", params=parameters, content=SECRET, headers={"Authorization": f"Bearer {SECRET}", "Cookie": SECRET})
    (entry,) = log.entries()
    assert SECRET not in repr(entry)
    assert entry.path == "/x?token=hidden&page[size]=2&filter[name][eq]=acme"


def test_a_system_that_breaks_is_logged_all_the_same(served: httpx.Client, log: RequestLog) -> None:
    assert served.get("/broken").status_code == 500
    assert [(entry.path, entry.status) for entry in log.entries()] == [("/broken", 500)]
