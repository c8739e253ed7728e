"""Fail call 1, 2, 3 ... of a removal of either way with every kind of fault, until one does not meet its fault; then compare the end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dcr.errors import DcrError, Passing, Unknown
from dcr.gateway.client import GatewayAnswer
from dcr.results.evidence import Evidence
from dcr.results.outcome import Outcome
from dcr.secret import Secret
from dcr.steps.application import api_registrations as registrations
from dcr.steps.application import application
from sandbox.konnect.state import Application, Registration
from tests.unit.steps.application import one_application, one_import
from tests.unit.steps.application.one_application import PATH, facts_of, leaving, receipt
from tests.unit.steps.application.portal.test_faults_of_way_portal import KINDS, MOST_CALLS, MOST_WALKS
from tests.unit.steps.contexts import StepWorld, removed, summed
from tests.unit.steps.fake_vault import FakeVault

AFTER = Evidence("GET https://gateway.example/orders", 401, "2026-01-01T00:00:00Z", 1)


class RefusingGateway:
    """Lets nobody in."""

    def call(self, _method: str, _path: str, _authorization: Secret | None = None) -> GatewayAnswer:
        return GatewayAnswer(401, "Unauthorized", AFTER)


class UnluckyRemovals(FakeVault):
    """Its nth write or removal fails, before or after it is applied."""

    def __init__(self) -> None:
        super().__init__()
        self.nth, self.applied, self.writes = 0, False, 0

    def put(self, path: str, values: object, *, expect: int | None = None) -> int:
        return self._unlucky(lambda: super(UnluckyRemovals, self).put(path, values, expect=expect))  # type: ignore[arg-type]

    def forget(self, path: str) -> None:
        self._unlucky(lambda: super(UnluckyRemovals, self).forget(path) or 0)

    def _unlucky(self, write: Callable[[], int]) -> int:
        self.writes += 1
        if self.writes != self.nth:
            return write()
        if self.applied:
            write()
            raise Unknown("vault", "answer lost", "Read.")
        raise Passing("vault", "sealed", "Unseal.")


def made(way: str) -> StepWorld:
    """An application with its registrations, and nothing counted yet."""
    vault = UnluckyRemovals()
    if way == "portal":
        world = one_application.prepared(StepWorld(vault=vault))
        one_import.publish_all(world)
        one_application.converge(world)
        for label in one_import.LABELS:
            world.kong.register(one_application.the_application(world), label, "approved")
    else:
        world = one_import.prepared(StepWorld(vault=vault))
        one_import.converge_all(world)
    world.gateway = RefusingGateway()
    vault.writes = 0
    world.kong.traffic.clear()
    world.kong.curity_traffic.clear()
    world.portals.clear()
    return world


def take_all_away(world: StepWorld) -> Outcome:
    steps = (registrations, application)
    return summed(removed(step, world, facts_of(world), "checkout", tenant=leaving()) for step in steps)


def run_until_it_ends(world: StepWorld) -> None:
    """As often as a person would press Retry."""
    for _ in range(MOST_WALKS):
        try:
            take_all_away(world)
        except DcrError:
            continue
        return
    pytest.fail("no removal came to its end")


def require_nothing_left(world: StepWorld, client_id: str) -> None:
    kong = world.kong
    assert (kong.made(Application), kong.made(Registration), PATH in world.vault.kept) == ([], [], False)
    left = receipt(world).get("possible_orphans", "")
    assert kong.clients() == [] or client_id in left, "what is left is named"
    assert client_id in receipt(world).get("removed", "") + left
    assert take_all_away(world).changes == ()


@pytest.mark.parametrize("way", ["portal", "import"])
@pytest.mark.parametrize("system", ["konnect", "curity"])
@pytest.mark.parametrize("kind", KINDS)
def test_any_one_fault_in_any_call_ends_like_an_undisturbed_removal(
    kind: str, system: str, way: str, count: Callable[[str, int], None]
) -> None:
    for nth in range(1, MOST_CALLS):
        world = made(way)
        client_id = world.vault.kept[PATH][0]["client_id"]
        unlucky = world.kong.traffic if system == "konnect" else world.kong.curity_traffic
        unlucky.nth, unlucky.mishap = nth, KINDS[kind]
        run_until_it_ends(world)
        unlucky.nth = 0
        require_nothing_left(world, client_id)
        if not unlucky.met:
            count("faults survived by a removal", nth - 1)
            return
    pytest.fail("every removal met its fault")


@pytest.mark.parametrize("way", ["portal", "import"])
@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_a_vault_that_fails_at_any_write_ends_like_an_undisturbed_removal(applied: bool, way: str) -> None:
    for nth in range(1, MOST_CALLS):
        world = made(way)
        assert isinstance(world.vault, UnluckyRemovals)
        client_id = world.vault.kept[PATH][0]["client_id"]
        world.vault.nth, world.vault.applied = nth, applied
        run_until_it_ends(world)
        require_nothing_left(world, client_id)
        if world.vault.writes < nth:
            assert nth > 2, "the receipt and the end of the record are two writes"
            return
    pytest.fail("every removal met its fault")
