"""The sandbox behind fault proxies, and runs of one errand against it: one that meets a fault, and the one after it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
from dcr.systems import Systems, build_systems
from sandbox.faults import FaultPlan, Kind, Matches, any_request, kinds
from sandbox.konnect.state import Application, Provider, Strategy
from sandbox.world import WorldOptions
from tests.consumer import consumer
from tests.faults.end_state import SHORT_TTL_SECONDS, differences, end_state, left_behind, vault_read, vault_write
from tests.faults.errands import GLOBEX, Errand, as_offboarder, neighbour, removing, take_away, with_less
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


def _nap(seconds: float) -> None:
    threading.Event().wait(min(seconds, LONGEST_NAP_SECONDS))


IN_PROCESS = InThisProcess(sleep=_nap)
Call = tuple[str, str, str]
"""System, method, path."""


def is_write(_system: str, method: str, _path: str) -> bool:
    """Count writes only."""
    return method in WRITES


@dataclass(slots=True)
class Learned:
    """Of an undisturbed run."""

    calls: list[Call] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)  # that it leaves


@dataclass(slots=True)
class FaultyWorld:
    """A world, the plan of its proxies, and what an undisturbed run of each errand does and leaves."""

    living: LivingWorld
    plan: FaultPlan
    patient: Settings  # of a run that shall succeed
    mortal: Settings  # of one that meets a fault
    hasty: Settings  # of one whose answers are late
    errand: Errand = Errand.ONBOARDING
    learned: dict[Errand, Learned] = field(default_factory=dict)
    told: list[Orphan] = field(default_factory=list)  # by all reports since the reset

    @property
    def undisturbed(self) -> dict[str, Any]:
        """The state that an undisturbed run leaves."""
        return self.learned[self.errand].state

    @property
    def calls(self) -> list[Call]:
        """Those of an undisturbed run."""
        return self.learned[self.errand].calls

    @property
    def platform(self) -> Platform:
        """The example platform, which waits less long for everything."""
        return self.living.platform.model_copy(update={"deadlines": DEADLINES})

    def onboard(self, tenant: Tenant | None = None, settings: Settings | None = None, *, lock_seconds: float = LOCK_SECONDS) -> Finished:
        """Onboard as a process of its own would. What is slept between attempts is slept short."""
        with self._systems(settings or self.patient, lock_seconds) as systems:
            platform = removing(systems.platform) if self.errand.removes else systems.platform
            ctx = StepContext(systems, platform, tenant or self.living.tenant)
            return self._heard(onboard(ctx, IN_PROCESS, "fault walk"))

    def go(self, settings: Settings | None = None, *, lock_seconds: float = LOCK_SECONDS) -> Finished:
        """Do the errand once, as a process of its own would."""
        living = self.living
        match self.errand:
            case Errand.ONBOARDING:
                return self.onboard(settings=settings, lock_seconds=lock_seconds)
            case Errand.SHRINKING:
                return self.onboard(with_less(living.tenant), settings, lock_seconds=lock_seconds)
            case Errand.OFFBOARDING:
                offboarding = as_offboarder(settings or self.patient, living.ready_file)
                with self._systems(offboarding, lock_seconds) as systems:
                    return self._heard(take_away(systems, living.tenant.slug, IN_PROCESS))

    @contextmanager
    def _systems(self, settings: Settings, lock_seconds: float) -> Iterator[Systems]:
        deadlines = self.platform.deadlines.model_copy(update={"lock_seconds": lock_seconds})
        platform = self.platform.model_copy(update={"deadlines": deadlines})
        systems = build_systems(settings, platform, Clock(time.monotonic, _nap))
        try:
            yield systems
        finally:
            systems.close()

    def _heard(self, finished: Finished) -> Finished:
        self.told += finished.report.orphans
        return finished

    def reset(self) -> None:
        """The initial state, and no fault."""
        self.plan.clear()
        self.told.clear()
        self.living.world.reset()

    def begin(self) -> None:
        """What stands before the errand: nothing, or two tenants."""
        self.reset()
        for tenant in (self.living.tenant, neighbour(self.living.tenant)) if self.errand.removes else ():
            begun = self.onboard(tenant)
            assert not begun.failure, begun.failure

    def bound_for(self, errand: Errand) -> None:
        """From here on runs are for this. The first time it is done undisturbed, and what that does and leaves is remembered."""
        self.errand = errand
        if errand in self.learned:
            return
        self.begin()
        learned = self.learned[errand] = Learned()
        self.plan.arrange(None, 0, matches=self._noted)
        ended = self.go()
        assert not ended.failure, ended.failure
        self.plan.clear()
        learned.state = end_state(self.living)

    def learned_calls(self, matches: Matches, systems: frozenset[str]) -> int:
        """How many such calls an undisturbed run makes, to these systems or to any."""
        return sum(matches(*call) and (not systems or call[0] in systems) for call in self.calls)

    def _noted(self, system: str, method: str, path: str) -> bool:
        self.calls.append((system, method, path))
        return True

    def meet(self, kind: Kind, nth: int, times: int = 1, matches: Matches = any_request) -> tuple[bool, Finished]:
        """Do the errand while the nth request meets a fault; whether one did."""
        self.begin()
        self.plan.arrange(kind, nth, times, matches, disturbance=self.change)
        ended = self.go(self.hasty if kind.delay_seconds else self.mortal)
        met = self.plan.met > 0
        self.plan.clear()
        return met, ended

    def faults_after(self, tenant: Tenant | None = None, *, killed: bool = False) -> list[str]:
        """Do it again, undisturbed, and say what is not as it would be without the fault before; empty if all is well.

        Args:
            tenant: to be onboarded instead of what the errand has.
            killed: the disturbed run was, so that it told nothing.
        """
        again = self.onboard(tenant) if tenant else self.go()
        if again.failure:
            return [f"the next run fails: {again.failure}"]
        found = _settled(end_state(self.living))
        return [*differences(found, _settled(self.undisturbed)), *self._unnamed(killed=killed), *self._shut_out()]

    def _shut_out(self) -> list[str]:
        """The other tenant, if its credentials do not let it in any more."""
        if not self.errand.removes:
            return []
        with consumer(self.living) as asking:
            status = asking.status(self.living.tenant.apis[0].path, asking.credentials(GLOBEX, f"{GLOBEX}-client"))
        return [] if status == 200 else [f"{GLOBEX} is answered {status}"]

    def change(self, system: str, _method: str, path: str) -> None:
        """What stands where a request goes to is changed between our read and our write."""
        if system == "vault":
            self._write_again(path.removeprefix("/v1/dcr/data/"))
        elif system in ("konnect", "portal"):
            self._edit_ours()
        else:
            self.go(lock_seconds=0.1)  # a whole run of somebody else, unless this one holds the lock by now

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
            for one in shared if self.errand is not Errand.OFFBOARDING else ():  # which sets nothing right
                one.display_name = f"{one.display_name} (edited)" if one.labels.get("managed-by") == "dcr" else one.display_name
            for application in organization.all(Application):
                if application.management_uri:  # the neighbour's is imported
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
        world.bound_for(Errand.ONBOARDING)
        yield world


def _settings(living: LivingWorld) -> tuple[Settings, Settings, Settings]:
    plain = load_settings(ready_file=living.ready_file)
    patient = plain.model_copy(update={"lock": plain.lock.model_copy(update=LONG_LOCK)})
    mortal = plain.model_copy(update={"lock": plain.lock.model_copy(update=SHORT_LOCK)})
    waits = {"timeout_seconds": HASTY_SECONDS, "connect_timeout_seconds": HASTY_SECONDS}
    hasty = mortal.model_copy(update={name: getattr(plain, name).model_copy(update=waits) for name in SYSTEMS})
    return patient, mortal, hasty


def _settled(state: dict[str, Any]) -> dict[str, Any]:
    """Without the note of clients that were left behind, which is judged apart."""
    return {**state, "vault": {path: _without_note(record) for path, record in state["vault"].items()}}


def _without_note(record: Any) -> Any:
    if isinstance(record, str):
        return record
    return {**record, "names": [name for name in record["names"] if name != "possible_orphans"]}


def _of_verify(name: str, what: str) -> bool:
    return name == VERIFICATION and "verify" in what
