"""Fail call 1, 2, 3 ... of the way `import` with every kind of fault, until a run ends without meeting its fault; then compare the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest

from dcr.errors import DcrError
from tests.unit.curity.runtime.registrar import Registrar
from tests.unit.steps.application.one_import import converge_all, kept, prepared
from tests.unit.steps.application.portal.test_faults_of_way_portal import KINDS, MOST_CALLS, MOST_WALKS, Mishap, UnluckyRegion, UnluckyVault
from tests.unit.steps.contexts import Surroundings


@dataclass
class UnluckyRegistrar(Registrar):
    """Its nth call goes wrong."""

    nth: int = 0
    mishap: Mishap = lambda carry_out: carry_out()
    met: bool = False

    def _mishandled(self, request: httpx.Request) -> httpx.Response:
        if len(self.sent) == self.nth and not self.met:
            self.met = True
            return self.mishap(lambda: super(UnluckyRegistrar, self)._mishandled(request))
        return super()._mishandled(request)


def run_until_it_ends(around: Surroundings) -> None:
    """As often as a person would press Retry."""
    for _ in range(MOST_WALKS):
        try:
            converge_all(around)
        except DcrError:
            continue
        return
    pytest.fail("no run came to its end")


def require_end_state(around: Surroundings) -> None:
    """One application, whose client is the one in Vault; any other client is named."""
    (found,) = around.region.applications
    stored = kept(around)
    assert (stored["state"], stored["application_id"], stored["client_id"]) == ("active", found["id"], found["client_id"])
    assert stored["client_secret"] == f"secret-of-{found['client_id']}" and found["client_id"] in around.curity.clients
    assert [one["status"] for one in around.region.registrations] == ["approved", "approved"]
    outcomes = converge_all(around, write=False)
    assert [change for outcome in outcomes for change in outcome.changes] == []
    assert len(around.curity.clients) - 1 <= len(outcomes[0].orphans)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("system", ["konnect", "curity"])
def test_any_one_fault_in_any_call_ends_like_an_undisturbed_run(kind: str, system: str, count: Callable[[str, int], None]) -> None:
    for nth in range(1, MOST_CALLS):
        region, curity = UnluckyRegion(mishap=KINDS[kind]), UnluckyRegistrar(mishap=KINDS[kind])
        unlucky = region if system == "konnect" else curity
        around = prepared(Surroundings(region=region, curity=curity))
        unlucky.nth = nth
        run_until_it_ends(around)
        unlucky.nth = 0
        require_end_state(around)
        if not unlucky.met:
            count("faults survived by the way import", nth - 1)
            return
    pytest.fail("every run met its fault: an endless retry, or MOST_CALLS is too low")


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_a_vault_that_fails_at_any_write_ends_like_an_undisturbed_run(applied: bool) -> None:
    for nth in range(1, MOST_CALLS):
        vault = UnluckyVault(nth, applied=applied)
        around = prepared(Surroundings(vault=vault))
        run_until_it_ends(around)
        require_end_state(around)
        if vault.writes < nth:
            assert nth > 3, "reserving, storing and adopting are three writes"
            return
    pytest.fail("every run met its fault")
