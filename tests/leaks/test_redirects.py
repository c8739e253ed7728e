"""A redirect carries nothing away, whichever system answers with it and whatever was asked: nobody even connects to where it points."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import httpx
import pytest
import respx

from cli.prefect_api import connected
from dcr.errors import DcrError
from dcr.secret import Secret
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
        error = faulty.onboard().error
    assert faulty.plan.met > 0
    assert isinstance(error, DcrError)
    assert f"answered {status}, a redirect" in str(error)
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
    with respx.mock, connected("http://prefect.test/api", Secret("admin:S3cret+value"), lambda _seconds: None) as api:
        respx.route(host="prefect.test").respond(status, headers={"Location": "http://elsewhere.test/"})
        somebody = respx.route(host="elsewhere.test").respond(200, json={"id": "d1"})
        with pytest.raises(DcrError):
            api.deployment("onboard tenant", "onboard")
        assert not somebody.called
