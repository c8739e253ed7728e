"""A redirect carries nothing away, whichever system answers with it and whatever was asked: nobody even connects to where it points."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import httpx
import pytest
import respx
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from cli.prefect_client import prefect_server
from dcr.errors import DcrError
from sandbox.faults import Canned, Kind
from tests.faults.faulty_world import FaultyWorld
from tests.faults.walk import FOR_GOOD
from tests.leaks.listening import elsewhere

CALLS = [
    ("curity-admin", "GET"),
    ("curity-admin", "PATCH"),
    ("curity-runtime", "GET"),
    ("curity-runtime", "POST"),
    ("gateway", "GET"),
    ("konnect", "GET"),
    ("konnect", "POST"),
    ("konnect", "PUT"),
    ("portal", "GET"),
    ("portal", "POST"),
    ("vault", "GET"),
    ("vault", "LIST"),
    ("vault", "POST"),
]
STATUSES = (301, 302, 303, 307, 308)


def redirect(status: int, address: str) -> Kind:
    return Kind("redirect", canned=Canned(status, headers=(("Location", f"https://{address}/elsewhere?from=here"),)))


@pytest.mark.parametrize(("system", "method"), CALLS)
def test_no_client_follows(faulty: FaultyWorld, count: Callable[[str, int], None], system: str, method: str) -> None:
    """The address is on the list of allowed hosts, so it is not that list that keeps them from it."""
    status = STATUSES[CALLS.index((system, method)) % len(STATUSES)]
    with elsewhere() as somebody:
        faulty.plan.arrange(redirect(status, somebody.address), 1, FOR_GOOD, lambda *asked: asked[:2] == (system, method))
        said = faulty.onboard().failure
    assert faulty.plan.met > 0
    assert f"answered {status}, a redirect" in said
    assert somebody.heard == []
    count("redirects not followed", faulty.plan.met)


def test_every_kind_of_call_is_redirected_once(faulty: FaultyWorld) -> None:
    assert {(system, method) for system, method, _ in faulty.calls} == set(CALLS)


def test_who_follows_is_heard(faulty: FaultyWorld) -> None:
    """A test of the test."""
    konnect, trust = faulty.living.world.ready["konnect"]["url"], ssl.create_default_context(cafile=faulty.living.world.ready["ca_file"])
    with elsewhere() as somebody:
        faulty.plan.arrange(redirect(307, somebody.address), 1)
        with pytest.raises(httpx.TransportError):
            httpx.get(konnect, verify=trust, trust_env=False, follow_redirects=True)
    assert len(somebody.heard) == 1


@pytest.mark.parametrize("status", STATUSES)
def test_nor_does_the_client_of_prefects_api(status: int) -> None:
    given = {PREFECT_API_URL: "http://prefect.test/api", PREFECT_API_AUTH_STRING: "admin:S3cret+value"}
    with respx.mock, temporary_settings(given):
        asked = respx.route(host="prefect.test").respond(status, headers={"Location": "http://elsewhere.test/"})
        somebody = respx.route(host="elsewhere.test").respond(200, json="3.8.8")
        with pytest.raises(DcrError), prefect_server():
            pytest.fail("a redirect was taken for an answer")
        assert asked.called
        assert not somebody.called
