"""Vault and its locks in memory, for tests of steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from dcr.errors import LostLock, Stale
from dcr.http.sender import Guard
from dcr.secret import Secret
from dcr.vault import paths
from dcr.vault.client import VaultSecret


class FakeVault:
    """Keeps values by path; versions count up, and check-and-set is as Vault has it."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[dict[str, str], int]] = {}
        self.foreign: set[str] = set()

    def ref(self, path: str) -> str:
        return f"vault://dcr/{path}"

    def read(self, path: str) -> VaultSecret | None:
        if path not in self.kept:
            return None
        values, version = self.kept[path]
        return VaultSecret({name: Secret(value) for name, value in values.items()}, version, path not in self.foreign)

    def list(self, path: str) -> list[str]:
        """Names below a folder, sorted; folders end in `/`."""
        rests = [kept.removeprefix(f"{path}/") for kept in self.kept if kept.startswith(f"{path}/")]
        return sorted({rest if "/" not in rest else f"{rest.partition('/')[0]}/" for rest in rests})

    def put(self, path: str, values: Mapping[str, str | Secret], *, expect: int | None = None) -> int:
        version = self.kept.get(path, ({}, 0))[1]
        if expect is not None and expect != version:
            raise Stale(f"vault: {path}", "was written meanwhile", "Read again.")
        plain = {name: value if isinstance(value, str) else value.get_secret_value() for name, value in values.items()}
        return self.keep(path, plain)

    def keep(self, path: str, values: Mapping[str, str], *, ours: bool = True) -> int:
        """As someone else writes it: another run of ours, or an operator."""
        version = self.kept.get(path, ({}, 0))[1] + 1
        self.kept[path] = (dict(values), version)
        (self.foreign.discard if ours else self.foreign.add)(path)
        return version

    def guarded(self, guard: Guard) -> FakeVault:
        """The same, which asks before each write of a step."""
        return cast(FakeVault, GuardedVault(self, guard))

    def remove(self, path: str) -> None:
        """Nothing of it is left."""
        self.kept.pop(path, None)

    def forget(self, path: str) -> None:
        """Nothing of it is left, and nobody knows that it was there."""
        self.kept.pop(path, None)

    def change(self, path: str, **values: str) -> None:
        """Change some of what is there, without a new version."""
        self.kept[path] = (self.kept[path][0] | values, self.kept[path][1])


class GuardedVault:
    """A vault as a step sees it; what it counts and keeps is the vault's own."""

    def __init__(self, vault: FakeVault, guard: Guard) -> None:
        self._vault, self._guard = vault, guard

    def __getattr__(self, name: str) -> Any:
        return getattr(self._vault, name)

    def put(self, *given: Any, **named: Any) -> int:
        self._guard()
        return self._vault.put(*given, **named)

    def remove(self, path: str) -> None:
        self._guard()
        self._vault.remove(path)

    def forget(self, path: str) -> None:
        self._guard()
        self._vault.forget(path)


class FakeLocks:
    """Knows who holds what. The tenant's lock is held by the run around the step."""

    def __init__(self) -> None:
        self.held = {paths.tenant_lock("acme")}
        self.history: list[str] = []

    @contextmanager
    def hold(self, path: str, label: str, wait_seconds: float) -> Iterator[None]:
        self.held.add(path)
        self.history.append(f"hold {path}")
        try:
            yield
        finally:
            self.held.discard(path)
            self.history.append(f"release {path}")

    def renew(self, path: str) -> None:
        self.history.append(f"renew {path}")
        self.require(path)

    def require(self, path: str) -> None:
        if path not in self.held:
            raise LostLock(f"vault: {path}", "is not held any more", "Run again.")
