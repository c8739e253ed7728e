"""A tenant's life under the readings in force: onboarded, onboarded again, and after a disturbance set right again."""

from __future__ import annotations

from dataclasses import dataclass

from dcr.engine.onboarding import Finished
from dcr.model.platform import Platform
from sandbox.konnect.state import Provider, Registration, Strategy
from tests.consumer import consumer, unusable
from tests.fake_clock import FakeClock
from tests.sandbox_fixture import LivingWorld


@dataclass(frozen=True, slots=True)
class Life:
    """One world, and the platform as its people set it."""

    living: LivingWorld
    platform: Platform

    def onboard(self) -> Finished:
        """Deadlines pass by themselves, so what never comes right fails at once."""
        return self.living.onboard(platform=self.platform, clock=FakeClock().clock())

    def begin(self) -> list[str]:
        """From nothing to a verified request, once and again; what is wrong then, in words."""
        return [*self._converges("first"), *self._writes_nothing("second")]

    def go_on(self) -> list[str]:
        """Set right what others disturbed."""
        self._disturb()
        return [*self._converges("after the disturbance"), *self._writes_nothing("once more")]

    def come_back(self) -> list[str]:
        """What is wrong once people have mended what stood in the way."""
        return [*self._converges("after it was mended"), *self._writes_nothing("at last")]

    def _converges(self, which: str) -> list[str]:
        finished = self.onboard()
        if finished.failure:
            return [f"{which}: {finished.failure}"]
        return [f"{which}: {fault}" for fault in (*unusable(self.living), *not_single(self.living))]

    def _writes_nothing(self, which: str) -> list[str]:
        finished = self.onboard()
        said = [finished.failure] if finished.failure else []
        return [f"{which}: {fault}" for fault in (*said, *(f"would change {change.path}" for change in finished.report.changes))]

    def _disturb(self) -> None:
        """Curity comes back from its files, Konnect's objects are renamed, a registration is lost, and a run had died before its secret."""
        self.living.world.systems.datastore.reset()
        organization, konnect = self.living.world.systems.organization, self.platform.konnect
        for provider in organization.all(Provider):
            provider.display_name = "Renamed" if provider.name == konnect.dcr_provider.name else provider.display_name
        for strategy in organization.all(Strategy):
            strategy.display_name = "Renamed" if strategy.name == konnect.auth_strategy.name else strategy.display_name
        organization.drop(organization.all(Registration)[0])
        with consumer(self.living) as asking:
            tenant = self.living.tenant
            asking.put_back_to_pending(tenant.slug, tenant.applications[0].name)


def not_single(living: LivingWorld) -> list[str]:
    """What is there twice, or not at all."""
    konnect, state = living.platform.konnect, living.state("konnect")
    clients = [one for one in state["applications"] if one["portal"]["id"] == living.world.ready["portal"]["id"]]
    wanted = {
        konnect.dcr_provider.name: (1, sum(one["name"] == konnect.dcr_provider.name for one in state["dcr_providers"])),
        konnect.auth_strategy.name: (1, sum(one["name"] == konnect.auth_strategy.name for one in state["auth_strategies"])),
        "applications": (len(living.tenant.applications), len(clients)),
    }
    return [f"{number} {name}, not {right}" for name, (right, number) in wanted.items() if number != right]


def with_auth_methods(platform: Platform, *methods: str) -> Platform:
    """The platform, asking Konnect for other ways to authenticate at the gateway."""
    strategy = platform.konnect.auth_strategy.model_copy(update={"auth_methods": methods})
    return _with_strategy(platform, strategy)


def with_scopes(platform: Platform, *scopes: str) -> Platform:
    """The platform, with scopes named for the gateway's token requests."""
    return _with_strategy(platform, platform.konnect.auth_strategy.model_copy(update={"scopes": scopes}))


def _with_strategy(platform: Platform, strategy: object) -> Platform:
    return platform.model_copy(update={"konnect": platform.konnect.model_copy(update={"auth_strategy": strategy})})


def at_once(platform: Platform) -> Platform:
    """The platform with few looks before a deadline, since each costs a request."""
    deadlines = platform.deadlines.model_copy(update={"poll_seconds": 2.0})
    return platform.model_copy(update={"deadlines": deadlines})
