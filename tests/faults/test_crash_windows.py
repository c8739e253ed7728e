"""The windows in which something can be lost, one by one: what the next run finds, does and tells."""

from __future__ import annotations

import signal
from collections.abc import Mapping

import pytest

from dcr.engine.onboarding import Finished
from dcr.errors import Busy
from sandbox.faults import Kind, Matches
from sandbox.konnect.state import Application, Provider
from tests.faults.crash import CRASHES, spawn
from tests.faults.end_state import vault_read
from tests.faults.faulty_world import KINDS, LONG_LOCK, SHORT_LOCK, FaultyWorld

LOST = KINDS["dropped after applying"]
PORTAL_APPLICATION, IMPORTED_APPLICATION = "tenants/acme/applications/orders-client", "tenants/acme/applications/payments-client"


def call(system: str, method: str, path: str) -> Matches:
    """Count calls of this method whose path ends so."""
    return lambda *asked: asked[0] == system and asked[1] == method and asked[2].endswith(path)


def killed(faulty: FaultyWorld, kind: Kind, matches: Matches, lock: Mapping[str, float] = SHORT_LOCK) -> None:
    """Onboard in a process that is killed at the first such call."""

    def kill(_system: str, _method: str, _path: str) -> None:
        process.send_signal(signal.SIGKILL)
        process.wait()

    faulty.plan.arrange(kind, 1, matches=matches, disturbance=kill)
    process = spawn(faulty.living.ready_file, lock=lock)
    process.communicate()
    assert faulty.plan.met == 1
    assert process.returncode == -signal.SIGKILL
    faulty.plan.clear()


def lost(faulty: FaultyWorld, matches: Matches) -> Finished:
    """Onboard while the answers to such calls are lost after they were applied."""
    met, ended = faulty.meet(LOST, 1, matches=matches)
    assert met
    return ended


BEFORE, AFTER = CRASHES["killed before a write"], CRASHES["killed after a write"]


@pytest.mark.parametrize("reading", [pytest.param("works", marks=pytest.mark.share), "409", "403"])
def test_application_created_secret_not_stored(faulty: FaultyWorld, reading: str) -> None:
    """Under each reading of regenerate-secret; refused, the application is deleted, proved gone and created again."""
    faulty.living.world.readings.update({"portal.regenerate-secret": reading})
    killed(faulty, AFTER, call("portal", "POST", "/api/v3/applications"))
    assert vault_read(faulty.living, PORTAL_APPLICATION)["state"] == "pending"
    before = [one.id for one in faulty.living.world.systems.organization.all(Application) if one.management_uri]
    assert faulty.faults_after(killed=True) == []
    after = [one.id for one in faulty.living.world.systems.organization.all(Application) if one.id in before]
    assert (after == before) is (reading == "works")


def test_client_registered_answer_lost_to_a_crash(faulty: FaultyWorld) -> None:
    """The orphan is named with name and time, also by every run after the next, until a person clears the note."""
    killed(faulty, AFTER, call("curity-runtime", "POST", "/oauth-registration"))
    assert vault_read(faulty.living, IMPORTED_APPLICATION)["state"] == "pending"
    assert faulty.faults_after(killed=True) == []
    for _ in range(2):
        told = [one for one in faulty.onboard().report.orphans if "acme.payments-client" in one.what]
        assert len(told) == 1
        assert told[0].since


@pytest.mark.share
def test_client_registered_answer_lost(faulty: FaultyWorld) -> None:
    ended = lost(faulty, call("curity-runtime", "POST", "/oauth-registration"))
    assert faulty.faults_after() == []
    assert vault_read(faulty.living, IMPORTED_APPLICATION)["possible_orphans"]
    assert not ended.failure or "lost" in ended.failure


@pytest.mark.share
def test_initial_secret_in_vault_not_in_curity(faulty: FaultyWorld) -> None:
    killed(faulty, AFTER, call("vault", "POST", "/platform/initial-client"))
    secret = vault_read(faulty.living, "platform/initial-client")["client_secret"]
    assert faulty.faults_after(killed=True) == []
    assert vault_read(faulty.living, "platform/initial-client")["client_secret"] == secret


def test_initial_secret_in_curity_not_in_konnect(faulty: FaultyWorld) -> None:
    killed(faulty, BEFORE, call("konnect", "POST", "/v2/dcr-providers"))
    secret = vault_read(faulty.living, "platform/initial-client")["client_secret"]
    assert faulty.faults_after(killed=True) == []
    provider = next(one for one in faulty.living.world.systems.organization.all(Provider) if one.provider_type == "curity")
    assert provider.client_secret == secret


@pytest.mark.parametrize(
    "place",
    ["/platform/initial-client", pytest.param("/orders-client", marks=pytest.mark.share), "/payments-client", "/acme/spec", "/acme/lock"],
)
def test_vault_answer_lost(faulty: FaultyWorld, place: str) -> None:
    """The value is in memory, and the operation id tells our own write from somebody else's: the run goes on."""
    assert not lost(faulty, call("vault", "POST", place)).failure
    assert faulty.faults_after() == []


@pytest.mark.parametrize(
    "path",
    [pytest.param("/v2/dcr-providers", marks=pytest.mark.share), "/v2/application-auth-strategies", "/applications", "/registrations"],
)
def test_konnect_create_answer_lost(faulty: FaultyWorld, path: str) -> None:
    """It is found by its name, not created twice."""
    assert not lost(faulty, call("konnect", "POST", path)).failure
    assert faulty.faults_after() == []


@pytest.mark.parametrize("path", ["/api/v3/applications", "/registrations"])
def test_portal_create_answer_lost(faulty: FaultyWorld, path: str) -> None:
    assert not lost(faulty, call("portal", "POST", path)).failure
    assert faulty.faults_after() == []


@pytest.mark.share
def test_lock_holder_dead(faulty: FaultyWorld) -> None:
    """The dead run's locks are taken over when they have expired."""
    killed(faulty, BEFORE, call("konnect", "POST", "/v2/dcr-providers"))
    assert vault_read(faulty.living, "tenants/acme/lock")["holder"]
    assert vault_read(faulty.living, "platform/lock")["holder"]
    assert faulty.faults_after(killed=True) == []


def test_lock_holder_dead_and_not_expired(faulty: FaultyWorld) -> None:
    """Nobody can know that it is dead: who does not want to wait is told whose lock it is."""
    killed(faulty, BEFORE, call("konnect", "POST", "/v2/dcr-providers"), LONG_LOCK)
    ended = faulty.onboard(lock_seconds=0.1)
    assert isinstance(ended.error, Busy)
    assert "held by 'dcr by " in ended.failure


@pytest.mark.parametrize("window", ["deleted, not created again", "created again, not stored"])
def test_replacement_half_done(faulty: FaultyWorld, window: str) -> None:
    """regenerate-secret is refused, so the application is deleted and created again; the run dies in between."""
    faulty.living.world.readings.update({"portal.regenerate-secret": "409"})
    killed(faulty, AFTER, call("portal", "POST", "/api/v3/applications"))
    if window == "deleted, not created again":
        killed(faulty, AFTER, lambda *asked: asked[:2] == ("portal", "DELETE"))
    else:
        killed(faulty, AFTER, call("portal", "POST", "/api/v3/applications"))
    assert faulty.faults_after(killed=True) == []
