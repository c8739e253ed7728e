"""The sandbox behind fault proxies, and onboardings against it: one that meets a fault, and the one after it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dcr.engine.onboarding import Finished, onboard
from dcr.engine.run import InThisProcess
from dcr.http.polling import Clock
from dcr.model.platform import Deadlines, Platform
from dcr.model.tenant import Tenant
from dcr.results.report import Orphan
from dcr.settings.model import Settings, load_settings
from dcr.steps.context import StepContext
from dcr.systems import build_systems
from sandbox.faults import FaultPlan, Kind, Matches, any_request, kinds
from sandbox.konnect.state import Application, Provider, Strategy
from sandbox.world import WorldOptions
from tests.faults.end_state import SHORT_TTL_SECONDS, differences, end_state, left_behind, vault_read, vault_write
from tests.sandbox_fixture import LivingWorld, start

# What is late is later than a hasty client waits, and what is not late is in time even on a busy machine.
HASTY_SECONDS, LATE_SECONDS = 0.6, 0.8
# The lock of a run that may die is soon taken over; nothing may take that of the run after it, however busy the machine is.
SHORT_LOCK, LONG_LOCK = {"ttl_seconds": SHORT_TTL_SECONDS, "skew_seconds": 0}, {"ttl_seconds": 60, "skew_seconds": 0}
SYSTEMS = ("curity", "oauth", "konnect", "portal", "gateway", "vault")
LOCK_SECONDS = 15.0  # several times as long as the lock of a dead run holds
LONGEST_NAP_SECONDS = 0.02
DEADLINES = Deadlines(metadata_seconds=1, propagation_seconds=1, lock_seconds=LOCK_SECONDS, poll_seconds=0.02)
KINDS = {kind.name: kind for kind in kinds(longer_than_the_client_waits=LATE_SECONDS)}
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
VERIFICATION = "Konnect DCR verification"  # the client of a `verify`, which a run that was killed then could not tell of


Call = tuple[str, str, str]
"""System, method, path."""


def is_write(_system: str, method: str, _path: str) -> bool:
    """Count writes only."""
    return method in WRITES


@dataclass(slots=True)
class FaultyWorld:
    """A world, the plan of its proxies, and the state that an undisturbed onboarding leaves."""

    living: LivingWorld
    plan: FaultPlan
    patient: Settings  # of a run that shall succeed
    mortal: Settings  # of one that meets a fault
    hasty: Settings  # of one whose answers are late
    undisturbed: dict[str, Any] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)  # of an undisturbed onboarding
    told: list[Orphan] = field(default_factory=list)  # by all reports since the reset

    @property
    def platform(self) -> Platform:
        """The example platform, which waits less long for everything."""
        return self.living.platform.model_copy(update={"deadlines": DEADLINES})

    def onboard(self, tenant: Tenant | None = None, settings: Settings | None = None, *, lock_seconds: float = LOCK_SECONDS) -> Finished:
        """Onboard as a process of its own would. What is slept between attempts is slept short."""
        deadlines = self.platform.deadlines.model_copy(update={"lock_seconds": lock_seconds})
        platform = self.platform.model_copy(update={"deadlines": deadlines})
        systems = build_systems(settings or self.patient, platform, Clock(time.monotonic, _nap))
        try:
            ctx = StepContext(systems, systems.platform, tenant or self.living.tenant)
            finished = onboard(ctx, InThisProcess(sleep=_nap), "fault walk")
            self.told += finished.report.orphans
            return finished
        finally:
            systems.close()

    def reset(self) -> None:
        """The initial state, and no fault."""
        self.plan.clear()
        self.told.clear()
        self.living.world.reset()

    def learn(self) -> None:
        """Onboard undisturbed, and remember what that leaves."""
        self.reset()
        self.plan.arrange(None, 0, matches=self._noted)
        assert not self.onboard().failure
        self.plan.clear()
        self.undisturbed = end_state(self.living)

    def learned_calls(self, matches: Matches, systems: frozenset[str]) -> int:
        """How many such calls an undisturbed onboarding makes, to these systems or to any."""
        return sum(matches(*call) and (not systems or call[0] in systems) for call in self.calls)

    def _noted(self, system: str, method: str, path: str) -> bool:
        self.calls.append((system, method, path))
        return True

    def meet(self, kind: Kind, nth: int, times: int = 1, matches: Matches = any_request) -> tuple[bool, Finished]:
        """Onboard from nothing while the nth request meets a fault; whether one did."""
        self.reset()
        self.plan.arrange(kind, nth, times, matches, disturbance=self.change)
        ended = self.onboard(settings=self.hasty if kind.delay_seconds else self.mortal)
        met = self.plan.met > 0
        self.plan.clear()
        return met, ended

    def faults_after(self, tenant: Tenant | None = None, *, killed: bool = False) -> list[str]:
        """Onboard again, undisturbed, and say what is not as it would be without the fault before; empty if all is well.

        Args:
            killed: the disturbed run was, so that it told nothing.
        """
        again = self.onboard(tenant)
        if again.failure:
            return [f"the next run fails: {again.failure}"]
        return [*differences(_settled(end_state(self.living)), self.undisturbed), *self._unnamed(killed=killed)]

    def change(self, system: str, _method: str, path: str) -> None:
        """What stands where a request goes to is changed between our read and our write."""
        if system == "vault":
            self._write_again(path.removeprefix("/v1/dcr/data/"))
        elif system in ("konnect", "portal"):
            self._edit_ours()
        else:
            self.onboard(lock_seconds=0.1)  # a whole run of somebody else, unless this one holds the lock by now

    def _write_again(self, place: str) -> None:
        """Another version with the same values: whoever writes by check-and-set has read too early."""
        found = vault_read(self.living, place) if not place.startswith("/") else {}
        if found and not place.endswith("/lock"):
            vault_write(self.living, place, found)

    def _edit_ours(self) -> None:
        """A person edits in Konnect and the portal what this tool made."""
        organization = self.living.world.systems.organization
        with organization.lock:
            shared: list[Provider | Strategy] = [*organization.all(Provider), *organization.all(Strategy)]
            for one in shared:
                one.display_name = f"{one.display_name} (edited)" if one.labels.get("managed-by") == "dcr" else one.display_name
            for application in organization.all(Application):
                if application.management_uri:
                    application.description = "Edited."

    def _unnamed(self, *, killed: bool) -> list[str]:
        """Clients left at Curity that no report names."""
        left = [name for name in left_behind(self.living) if not (killed and name == VERIFICATION)]
        said = [one.what for one in self.told if one.system == "curity"]
        missing = [name for name in set(left) if left.count(name) > sum(name in what or _of_verify(name, what) for what in said)]
        return [f"client {name!r} is left behind at Curity, and no report names it: {said}" for name in missing]


def faulty_world(directory: Path) -> Iterator[FaultyWorld]:
    """A world behind proxies that has seen one undisturbed onboarding, stopped at the end."""
    plan = FaultPlan()
    for living in start(directory, WorldOptions(faults=plan), judged=False):
        world = FaultyWorld(living, plan, *_settings(living))
        world.learn()
        yield world


def _settings(living: LivingWorld) -> tuple[Settings, Settings, Settings]:
    plain = load_settings(ready_file=living.ready_file)
    patient = plain.model_copy(update={"lock": plain.lock.model_copy(update=LONG_LOCK)})
    mortal = plain.model_copy(update={"lock": plain.lock.model_copy(update=SHORT_LOCK)})
    waits = {"timeout_seconds": HASTY_SECONDS, "connect_timeout_seconds": HASTY_SECONDS}
    hasty = mortal.model_copy(update={name: getattr(plain, name).model_copy(update=waits) for name in SYSTEMS})
    return patient, mortal, hasty


def _nap(seconds: float) -> None:
    threading.Event().wait(min(seconds, LONGEST_NAP_SECONDS))


def _settled(state: dict[str, Any]) -> dict[str, Any]:
    """Without the note of clients that were left behind, which is judged apart."""
    return {**state, "vault": {path: _without_note(record) for path, record in state["vault"].items()}}


def _without_note(record: Any) -> Any:
    if isinstance(record, str):
        return record
    return {**record, "names": [name for name in record["names"] if name != "possible_orphans"]}


def _of_verify(name: str, what: str) -> bool:
    return name == VERIFICATION and "verify" in what
