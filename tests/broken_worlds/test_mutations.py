"""In a world that is wrong on purpose onboarding must fail, and say who is wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dcr.engine.onboarding import Finished
from dcr.model.tenant import Tenant, Way
from dcr.results.changes import Stage
from tests.broken_worlds.mutations import AT_REMOVAL, MUTATIONS, Mutation
from tests.fake_clock import FakeClock
from tests.readings.life import at_once
from tests.sandbox_fixture import LivingWorld

pytestmark = pytest.mark.share
ACCEPTING = {
    "gateway": ("open", "ignores_identity_provider", "ignores_registrations", "accepts_any_id"),
    "curity-runtime": ("accept_any_secret",),
}


def onboard(living: LivingWorld, tenant: Tenant) -> Finished:
    return living.onboard(tenant, at_once(living.platform), clock=FakeClock().clock())


def with_applications(living: LivingWorld, *ways: Way, all_apis: bool = False) -> Tenant:
    """The example tenant with its applications of these ways alone."""
    kept = [one for one in living.tenant.applications if one.way in ways]
    changed = [one.model_copy(update={"apis": []}) if all_apis else one for one in kept]
    return living.tenant.model_copy(update={"applications": changed})


BEFORE_APPLICATIONS = frozenset({Stage.PREFLIGHT, Stage.CURITY_CONFIGURATION, Stage.DCR_ENABLEMENT, Stage.PORTAL_BINDING})
CASES = [(one, way) for one in MUTATIONS for way in Way if way is Way.PORTAL or one.stage not in BEFORE_APPLICATIONS]


@pytest.mark.share(of=3)
@pytest.mark.parametrize(("mutation", "way"), CASES, ids=[f"{one}, way {way}" for one, way in CASES])
def test_a_broken_world_is_seen_through(mutation: Mutation, way: Way, living: LivingWorld, count: Callable[[str, int], None]) -> None:
    living.knobs(mutation.system, **{mutation.knob: True})
    finished = onboard(living, with_applications(living, way))
    said = finished.failure
    assert finished.failure
    assert finished.report.stages[-1].stage is mutation.stage
    assert [words for words in mutation.words if words not in said] == [], said
    count("broken worlds seen through", 1)


@pytest.mark.parametrize("way", Way, ids=lambda way: f"way {way}")
def test_a_gateway_that_ignores_registrations_is_seen_even_if_an_application_uses_every_api(way: Way, living: LivingWorld) -> None:
    """Nothing is left then at which it must be refused, but for the moment before it is registered."""
    living.knobs("gateway", ignores_registrations=True)
    finished = onboard(living, with_applications(living, way, all_apis=True))
    assert "before its registration" in finished.failure
    assert "The gateway ignores registrations" in finished.failure


@pytest.mark.parametrize("way", Way, ids=lambda way: f"way {way}")
def test_a_world_that_accepts_everything_does_not_pass(way: Way, living: LivingWorld, count: Callable[[str, int], None]) -> None:
    for system, knobs in ACCEPTING.items():
        living.knobs(system, **dict.fromkeys(knobs, True))
    finished = onboard(living, with_applications(living, way))
    assert "The gateway is open" in finished.failure
    count("broken worlds seen through", 1)


def test_every_mutation_of_the_sandbox_is_here(living: LivingWorld) -> None:
    systems = living.world.systems.controlled()
    switches = {(name, knob) for name, system in systems.items() for knob, value in system.knob_values().items() if value is False}
    assert switches == {(one.system, one.knob) for one in MUTATIONS} | AT_REMOVAL
