"""Fail call 1, 2, 3 ... of the way `portal` with every kind of fault, until a walk ends without meeting its fault; then compare the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest

from dcr.errors import DcrError, Passing, Unknown
from dcr.steps.context import Run
from tests.unit.konnect.region import Region, problem
from tests.unit.steps.application.portal.test_way_portal import walk
from tests.unit.steps.contexts import FakeVault, Surroundings

MOST_CALLS = 80
MOST_WALKS = 6
CarryOut = Callable[[], httpx.Response]
Mishap = Callable[[CarryOut], httpx.Response]


def unanswered(kind: type[httpx.TransportError], *, applied: bool) -> Mishap:
    def fail(carry_out: CarryOut) -> httpx.Response:
        if applied:
            carry_out()
        raise kind("fault")

    return fail


def answered(answer: httpx.Response, *, applied: bool = False) -> Mishap:
    def fail(carry_out: CarryOut) -> httpx.Response:
        if applied:
            carry_out()
        return answer

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


@dataclass
class UnluckyRegion(Region):
    """Its nth call goes wrong."""

    nth: int = 0
    mishap: Mishap = lambda carry_out: carry_out()
    met: bool = False

    def _handle(self, request: httpx.Request) -> httpx.Response:
        if len(self.sent) + 1 == self.nth and not self.met:
            self.met = True
            return self.mishap(lambda: super(UnluckyRegion, self)._handle(request))
        return super()._handle(request)


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


def walk_until_it_ends(run: Run) -> None:
    """As often as a person would press Retry."""
    for _ in range(MOST_WALKS):
        try:
            walk(run)
        except DcrError:
            continue
        return
    pytest.fail("no walk came to its end")


def require_end_state(around: Surroundings) -> None:
    region = around.region
    assert [len(kind) for kind in (region.providers, region.strategies, region.publications, region.applications)] == [1, 1, 2, 1]
    assert [one["status"] for one in region.registrations] == ["approved", "approved"]
    (application,) = region.applications
    kept, _ = around.vault.kept["tenants/acme/applications/checkout"]
    assert (kept["state"], kept["application_id"], kept["client_id"]) == ("active", application["id"], application["client_id"])
    assert kept["client_secret"].endswith(f"secret-of-{application['client_id']}")
    assert not any(change.before or change.after for change in walk(around.run(write=False)).changes)


@pytest.mark.parametrize(
    ("kind", "regenerates"), [*((kind, True) for kind in KINDS), (AFTER, False)], ids=[*KINDS, f"{AFTER}, and secrets cannot be renewed"]
)
def test_any_one_fault_in_any_call_ends_like_an_undisturbed_walk(kind: str, regenerates: bool, count: Callable[[str, int], None]) -> None:
    for nth in range(1, MOST_CALLS):
        region = UnluckyRegion(mishap=KINDS[kind], regenerates=regenerates)
        around = Surroundings(region=region).with_initial_client().with_portal()
        region.nth = nth
        walk_until_it_ends(around.run())
        region.nth = 0
        require_end_state(around)
        if not region.met:
            count("faults survived by the stages of Konnect and portal", nth - 1)
            return
    pytest.fail("every walk met its fault: an endless retry, or MOST_CALLS is too low")


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_a_vault_that_fails_at_any_write_ends_like_an_undisturbed_walk(applied: bool) -> None:
    for nth in range(1, MOST_CALLS):
        vault = UnluckyVault(nth, applied=applied)
        around = Surroundings(vault=vault).with_initial_client().with_portal()
        walk_until_it_ends(around.run())
        require_end_state(around)
        if vault.writes < nth:
            assert nth > 2, "reserving and storing are two writes"
            return
    pytest.fail("every walk met its fault")
