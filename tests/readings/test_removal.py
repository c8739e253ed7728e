"""Offboarding under what is open about removal: what is left is proved gone or named; no report is green with a living client unnamed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from dcr.engine.offboarding import Level
from dcr.engine.onboarding import Finished
from dcr.errors import CheckFailed
from dcr.results.report import Verdict
from tests.consumer import consumer
from tests.fake_clock import FakeClock
from tests.onboarding.leaving import offboarded
from tests.sandbox_fixture import LivingWorld

DAY = 24 * 3600
READINGS = {
    "konnect.delete-at-identity-provider": ("deletes", "leaves", "refuses"),
    "konnect.deletion-refused": ("orphan", "refused"),
    "konnect.imported-client-deletion": ("leaves", "refused"),
    "konnect.enforcement-latency": ("none", "late"),
    "curity.client-status": ("at-once", "late"),
    "curity.client-status-issued": ("live", "ended"),
}
DAYS = (0, 29, 366)  # a registration token updates for 28 days, and removes for 365
CASES = [(fact, reading, days) for fact, readings in READINGS.items() for reading in readings for days in DAYS]
NEVER = 10**6


def credentials(living: LivingWorld) -> dict[str, dict[str, str]]:
    with consumer(living) as asking:
        return {one.name: asking.credentials(living.tenant.slug, one.name) for one in living.tenant.applications}


def alive(living: LivingWorld, before: Mapping[str, Mapping[str, str]]) -> set[str]:
    """Clients of these records that Curity still knows."""
    there = {one["client_id"] for one in living.state("curity-runtime")["registered_clients"]}
    return there & {one["client_id"] for one in before.values()}


def offboarded_at_once(living: LivingWorld, level: Level = Level.EVERYTHING) -> Finished:
    return offboarded(living, level, clock=FakeClock().clock())


def require_honest(living: LivingWorld, finished: Finished, before: Mapping[str, Mapping[str, str]]) -> None:
    """Whoever lives is named, as an orphan or with the application that Konnect did not delete; whoever is not named is dead."""
    left = alive(living, before)
    orphans = " ".join(one.what for one in finished.report.orphans)
    held = {one["id"]: one["client_id"] for one in living.state("konnect")["applications"]}
    for client_id in left:
        of_it = [application for application, its in held.items() if its == client_id]
        assert client_id in orphans or any(one in finished.failure for one in of_it) or _stays(living, client_id), finished.failure
    assert finished.failure or all(client_id in orphans for client_id in left)
    said = [claim.what for claim in finished.report.claims if claim.verdict is Verdict.OK and "is gone at Curity" in claim.what]
    assert [what for what in said if any(client_id in what for client_id in left)] == []


def _stays(living: LivingWorld, client_id: str) -> bool:
    """Whether Vault goes on remembering it: the run ended before its turn."""
    systems = living.systems()
    try:
        names = systems.vault.list(f"tenants/{living.tenant.slug}/applications")
    finally:
        systems.close()
    with consumer(living) as asking:
        return client_id in [asking.credentials(living.tenant.slug, name)["client_id"] for name in names]


@pytest.mark.share(of=8)
@pytest.mark.parametrize(("fact", "reading", "days"), CASES)
def test_what_is_left_is_proved_gone_or_named(
    living: LivingWorld, count: Callable[[str, int], None], fact: str, reading: str, days: int
) -> None:
    living.world.readings.update({fact: reading})
    assert not living.onboard().failure
    before = credentials(living)
    living.world.systems.let_pass(days * DAY)
    finished = offboarded_at_once(living)
    require_honest(living, finished, before)
    assert finished.failure or not alive(living, before), "the run that leaves a client alive is not green"

    again = offboarded_at_once(living)
    require_honest(living, again, before)
    left = alive(living, before)
    named = " ".join(one.what for one in again.report.orphans)
    assert all(client_id in named or _stays(living, client_id) for client_id in left), "it stays remembered"
    count("offboardings under a reading", 2)


@pytest.mark.share(of=3)
@pytest.mark.parametrize("level", Level)
def test_a_refusal_that_never_comes_is_said_and_the_next_run_goes_on(living: LivingWorld, level: Level) -> None:
    assert not living.onboard().failure
    before = credentials(living)
    living.knobs("konnect", enforcement_delay_requests=NEVER)
    finished = offboarded_at_once(living, level)

    assert finished.report.verdict is Verdict.FAILED
    wrong = [claim for claim in finished.report.claims if claim.verdict is Verdict.FAILED]
    assert wrong and all("still get in" in claim.detail for claim in wrong)
    assert level is Level.ACCESS or isinstance(finished.error, CheckFailed)
    assert credentials(living) == before, "both records stay"

    living.world.systems.organization.lingering.clear()
    living.knobs("konnect", enforcement_delay_requests=0)
    again = offboarded(living, level)
    assert (again.failure, again.report.verdict) == ("", Verdict.OK)
    assert level is Level.ACCESS or alive(living, before) == set()
