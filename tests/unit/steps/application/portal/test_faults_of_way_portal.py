"""Fail call 1, 2, 3 ... of the way `portal` with every kind of fault, until a walk ends without meeting its fault; then compare the end."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from dcr.errors import DcrError, Passing, Unknown
from sandbox.konnect.state import Application, Provider, Publication, Strategy
from tests.in_process import CarryOut, Mishap, answered, problem
from tests.unit.kong_in_process import KongInProcess
from tests.unit.steps.application.portal.test_way_portal import look, statuses, walk
from tests.unit.steps.contexts import StepWorld
from tests.unit.steps.fake_vault import FakeVault

MOST_CALLS = 80
MOST_WALKS = 6


def unanswered(kind: type[httpx.TransportError], *, applied: bool) -> Mishap:
    def fail(carry_out: CarryOut) -> httpx.Response:
        if applied:
            carry_out()
        raise kind("fault")

    return fail


AFTER = "dropped after it was applied"
KINDS: dict[str, Mishap] = {
    "connection refused": unanswered(httpx.ConnectError, applied=False),
    "dropped before it was applied": unanswered(httpx.ReadError, applied=False),
    AFTER: unanswered(httpx.RemoteProtocolError, applied=True),
    "too slow": unanswered(httpx.ReadTimeout, applied=True),
    "401": answered(problem(401, "Unauthorized")),
    "403": answered(problem(403, "Forbidden")),
    "408 after it was applied": answered(problem(408, "Request Timeout"), applied=True),
    "409": answered(problem(409, "Conflict")),
    "429": answered(problem(429, "Too Many Requests")),
    "500 after it was applied": answered(problem(500, "Internal"), applied=True),
    "502 in HTML": answered(httpx.Response(502, text="<html>Bad Gateway</html>")),
    "503": answered(problem(503, "Unavailable")),
    "truncated JSON": answered(httpx.Response(200, content=b'{"data": [{"id'), applied=True),
    "a redirect elsewhere": answered(httpx.Response(307, headers={"location": "https://evil.example/"})),
}


class UnluckyVault(FakeVault):
    """Its nth write fails, before or after it is applied."""

    def __init__(self, nth: int, *, applied: bool) -> None:
        super().__init__()
        self.nth, self.applied, self.writes = nth, applied, 0

    def put(self, path: str, values: object, *, expect: int | None = None) -> int:
        self.writes += 1
        if self.writes != self.nth:
            return super().put(path, values, expect=expect)  # type: ignore[arg-type]
        if self.applied:
            super().put(path, values, expect=expect)  # type: ignore[arg-type]
            raise Unknown("vault", "answer lost", "Read.")
        raise Passing("vault", "sealed", "Unseal.")


def walk_until_it_ends(world: StepWorld) -> None:
    """As often as a person would press Retry."""
    for _ in range(MOST_WALKS):
        try:
            walk(world)
        except DcrError:
            continue
        return
    pytest.fail("no walk came to its end")


def require_end_state(world: StepWorld) -> None:
    kong = world.kong
    assert [len(kong.made(kind)) for kind in (Provider, Strategy, Publication, Application)] == [1, 1, 2, 1]
    assert statuses(world) == ["approved", "approved"]
    made = kong.only(Application)
    kept, _ = world.vault.kept["tenants/acme/applications/checkout"]
    assert (kept["state"], kept["application_id"], kept["client_id"]) == ("active", made.id, made.client_id)
    assert kong.is_secret(made.client_id, kept["client_secret"])
    walk(world)  # a verification that met the fault is asked for once more
    assert not any(change.before or change.after for change in look(world).changes)


@pytest.mark.parametrize(
    ("kind", "regenerate"),
    [*((kind, "works") for kind in KINDS), (AFTER, "409")],
    ids=[*KINDS, f"{AFTER}, and secrets cannot be renewed"],
)
def test_any_one_fault_in_any_call_ends_like_an_undisturbed_walk(kind: str, regenerate: str, count: Callable[[str, int], None]) -> None:
    for nth in range(1, MOST_CALLS):
        kong = KongInProcess(portal_regenerate_secret=regenerate)
        world = StepWorld(kong).with_initial_client().with_developer()
        kong.traffic.nth, kong.traffic.mishap = nth, KINDS[kind]
        walk_until_it_ends(world)
        kong.traffic.nth = 0
        require_end_state(world)
        if not kong.traffic.met:
            count("faults survived by the stages of Konnect and portal", nth - 1)
            return
    pytest.fail("every walk met its fault: an endless retry, or MOST_CALLS is too low")


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_a_vault_that_fails_at_any_write_ends_like_an_undisturbed_walk(applied: bool) -> None:
    for nth in range(1, MOST_CALLS):
        vault = UnluckyVault(nth, applied=applied)
        world = StepWorld(vault=vault).with_initial_client().with_developer()
        walk_until_it_ends(world)
        require_end_state(world)
        if vault.writes < nth:
            assert nth > 2, "reserving and storing are two writes"
            return
    pytest.fail("every walk met its fault")
