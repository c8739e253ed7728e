"""What a stage is given in a test: a configuration that takes edits, and stand-ins in memory for the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from dcr.curity.admin.client import CurityAdmin
from dcr.errors import DcrError, Stale
from dcr.http.polling import REAL_CLOCK, Clock
from dcr.http.sender import Guard
from dcr.model.platform import Platform
from dcr.model.tenant import Tenant
from dcr.secret import Secret
from dcr.steps.context import StepContext
from dcr.vault.client import VaultSecret
from tests.unit.curity.admin.datastore import Datastore
from tests.unit.curity.admin.wanted import a_platform

if TYPE_CHECKING:
    from dcr.systems import Systems

PATH = "platform/initial-client"


@dataclass
class VaultInMemory:
    """Paths, their values and versions; check-and-set as Vault has it."""

    kept: dict[str, VaultSecret] = field(default_factory=dict)

    def ref(self, path: str) -> str:
        return f"vault://dcr/{path}"

    def read(self, path: str) -> VaultSecret | None:
        return self.kept.get(path)

    def put(self, path: str, values: Mapping[str, str | Secret], *, expect: int | None = None) -> int:
        version = self.kept[path].version if path in self.kept else 0
        if expect is not None and expect != version:
            raise Stale(f"vault: {path}", "was written meanwhile", "Read again.")
        return self.keep(path, values)

    def keep(self, path: str, values: Mapping[str, str | Secret], *, ours: bool = True) -> int:
        """As someone else writes it: another run of ours, or an operator."""
        version = (self.kept[path].version if path in self.kept else 0) + 1
        self.kept[path] = VaultSecret({name: _as_secret(value) for name, value in values.items()}, version, ours)
        return version

    def guarded(self, guard: Guard) -> VaultInMemory:
        """The same: what guards a write to Vault is the locks' matter here."""
        return self

    def remove(self, path: str) -> None:
        """Nothing of it is left."""
        self.kept.pop(path, None)

    def secret(self) -> str:
        """The initial client's."""
        return self.kept[PATH].values["client_secret"].get_secret_value()


def _as_secret(value: str | Secret) -> Secret:
    return value if isinstance(value, Secret) else Secret(value)


@dataclass
class LocksInMemory:
    """Which locks were taken and renewed, in order."""

    seen: list[str] = field(default_factory=list)
    on_hold: list[Any] = field(default_factory=list)  # called when a lock is taken: what others did meanwhile
    lost: DcrError | None = None

    @contextmanager
    def hold(self, path: str, label: str, wait_seconds: float) -> Iterator[None]:
        self.seen.append(f"hold {path}")
        for meanwhile in self.on_hold:
            meanwhile()
        yield
        self.seen.append(f"release {path}")

    def renew(self, path: str) -> None:
        self.seen.append(f"renew {path}")
        self.require(path)

    def require(self, path: str) -> None:
        if self.lost:
            raise self.lost


@dataclass
class Surroundings:
    """A run's systems."""

    datastore: Datastore
    vault: VaultInMemory = field(default_factory=VaultInMemory)
    locks: LocksInMemory = field(default_factory=LocksInMemory)
    oauth: Any = None
    clock: Clock = REAL_CLOCK

    def context(self, platform: Platform | None = None, tenant: Tenant | None = None) -> StepContext:
        """What a step is given."""
        curity: CurityAdmin = self.datastore.admin()
        systems = SimpleNamespace(curity=curity, vault=self.vault, locks=self.locks, oauth=self.oauth, clock=self.clock)
        return StepContext(cast("Systems", systems), platform or a_platform(), tenant)
