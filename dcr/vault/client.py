"""Vault as the stages see it: read, put, list, destroy, and what the login may do.

Source: docs/vendors/vault.md, Idempotent write.
"""

from __future__ import annotations

import copy
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import hvac
from pydantic import BaseModel, ConfigDict, ValidationError

from dcr.errors import CheckFailed, Conflict, Passing, Problem, Refused, Stale
from dcr.http.retries import Sleep, with_retries
from dcr.http.sender import Guard, Sender
from dcr.secret import Secret
from dcr.vault.kv import Current, KeyValues
from dcr.vault.login import Login

Names = list[str]  # the class below has a method of the name `list`
MOST_VERSIONS = 100  # that a mount keeps of a path; the default is 10
OP_ID, MANAGED_BY, US = "op_id", "managed_by", "dcr"


class NotKept(Passing):
    """A write that was answered with success cannot be read: it was lost, or the node that was asked is behind."""


@dataclass(frozen=True, slots=True)
class VaultSecret:
    """The current version of a path."""

    values: Mapping[str, Secret] = field(repr=False)  # without the members that `put` adds for itself
    version: int
    ours: bool  # written by `put`; what an operator put there is not
    age_seconds: float = 0.0  # of this version, by the server's clock


class _Capabilities(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    data: dict[str, list[str] | str | bool | None]


class _Engine(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    type: str
    options: dict[str, str] | None = None


class _Mount(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    data: _Engine


class _Health(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    version: str


class Vault:
    """One mount of one Vault. Threads share it. Paths come from `dcr.vault.paths` and are relative to the mount."""

    def __init__(
        self, client: hvac.Client, sender: Sender, login: Login, mount: str, *, attempts: int = 5, sleep: Sleep = time.sleep
    ) -> None:
        """`client` sends through `sender` with the token of `login`; `attempts` is how often `put` tries what may pass."""
        self._client, self.sender, self.login, self.mount = client, sender, login, mount
        self._attempts, self._sleep = attempts, sleep
        self._guard: Guard | None = None
        self.kv = KeyValues(client, mount)

    def guarded(self, guard: Guard) -> Self:
        """The same Vault, which asks before each write of a value. Locks are written beside it."""
        vault = copy.copy(self)
        vault._guard = guard
        return vault

    def ref(self, path: str) -> str:
        """How a report names a path: vault://mount/path."""
        return f"vault://{self.mount}/{path}"

    def read(self, path: str, *, mount: str | None = None) -> VaultSecret | None:
        """The current version of a path, None if there is none.

        Args:
            mount: another one than the platform's, for credentials that live elsewhere.
        """
        current = self.kv.look(path, mount=mount)
        if current.values is None:
            return None
        values = {name: value for name, value in current.values.items() if name not in (OP_ID, MANAGED_BY)}
        return VaultSecret(values, current.version, _ours(current), current.age_seconds)

    def put(self, path: str, values: Mapping[str, str | Secret], *, expect: int | None = None) -> int:
        """Make these the values of a path, and return the version that holds them. Nothing is written if they are there already.

        An operation id in the values tells a lost answer from somebody else's write, so that what may pass is tried again here,
        where the value is still in memory. It is read back: what Vault does not keep is lost with this process.

        Args:
            values: all of them; what is not named is gone.
            expect: the version that was read before (0: there was nothing); without it, whatever of ours is there is replaced.

        Raises:
            Conflict: what is there was not written by us.
            Stale: another version than `expect` is there.
            Passing, Unknown: still so after the last attempt.
            CheckFailed: Vault answers that it wrote, and has not.
            Refused: names the right that is missing.
        """
        plain = {name: value if isinstance(value, str) else value.get_secret_value() for name, value in values.items()}
        payload = plain | {OP_ID: secrets.token_hex(16), MANAGED_BY: US}
        try:
            return with_retries(lambda: self._put_once(path, payload, expect), sleep=self._sleep, attempts=self._attempts)
        except NotKept as error:
            raise CheckFailed(error.where, error.problem, error.remedy) from None

    def _put_once(self, path: str, payload: Mapping[str, str], expect: int | None) -> int:
        current = self.kv.look(path)
        if current.values is not None:
            if _same(current.values, payload):
                return current.version
            if not _ours(current):
                raise _foreign(self.ref(path))
        if expect is not None and current.live_version != expect:
            raise Stale(f"vault: {path}", "was written by somebody else meanwhile", "Read again, then write.")
        self._ask()
        written = self.kv.write(path, payload, cas=current.version)
        kept = self.kv.look(path)
        if kept.version < written or (kept.version == written and not _same(kept.values or {}, payload)):
            remedy = "Check that it is one healthy Vault, and what stands before it; the value was not used."
            raise NotKept(f"vault: {path}", "answers that the write succeeded, but does not keep it", remedy)
        return written

    def list(self, path: str) -> Names:
        """Names below a folder, sorted; folders end in `/`. Empty if there is nothing."""
        return self.kv.keys(path)

    def destroy_versions(self, path: str, versions: Sequence[int]) -> None:
        """Make old versions unreadable for good."""
        self._ask()
        self.kv.destroy(path, versions)

    def remove(self, path: str) -> None:
        """Make every version of a path unreadable for good, if there is any that is ours.

        Raises:
            Conflict: what is there was not written by us.
        """
        current = self.kv.look(path)
        if current.values is None:
            return
        if not _ours(current):
            raise _foreign(self.ref(path))
        self.destroy_versions(path, range(max(current.version - MOST_VERSIONS, 0) + 1, current.version + 1))

    def forget(self, path: str) -> None:
        """Remove a path with all its versions and their times, if it is ours: nothing tells any more that it was there.

        Raises:
            Conflict: what is there was not written by us.

        Source: docs/vendors/vault.md, Removal, KV calls.
        """
        current = self.kv.look(path)
        if current.values is not None and not _ours(current):
            raise _foreign(self.ref(path))
        self._ask()
        self.kv.forget(path)

    def _ask(self) -> None:
        if self._guard:
            self._guard()

    def capabilities(self, paths: Sequence[str]) -> dict[str, Names]:
        """What the login may do with API paths (`dcr/data/platform/lock`), in one call. `["root"]`: everything.

        It knows nothing of bounds, parameters and check-and-set: those only a write can tell.
        """
        response = self._client.sys.get_capabilities([*paths])  # type: ignore[no-untyped-call]
        try:
            data = _Capabilities.model_validate_json(response.content).data
        except ValidationError:
            raise Refused("vault: sys/capabilities-self", "is not answered as Vault does", "Check the address.") from None
        listed = {path: data.get(path) for path in paths}
        return {path: [item for item in found if item != "deny"] if isinstance(found, list) else [] for path, found in listed.items()}

    def engine(self) -> tuple[str, str]:
        """Type and version of the mount: ("kv", "2") is what is needed.

        Raises:
            Refused: the login has no right below the mount, or there is none of this name.

        Source: run against OpenBao 2.7.2: any right below the mount is enough; `vault kv` asks the same.
        """
        response = self._client.adapter.get(f"/v1/sys/internal/ui/mounts/{self.mount}")
        try:
            found = _Mount.model_validate_json(response.content).data
        except ValidationError:
            raise Refused(f"vault: {self.mount}", "is not answered as Vault does", "Check the address.") from None
        return found.type, (found.options or {}).get("version", "1")

    def version(self) -> str:
        """Of the server, as `sys/health` tells anybody.

        Raises:
            DcrError: it does not: sealed, or a standby that answers otherwise.
        """
        response = self._client.adapter.get("/v1/sys/health")
        try:
            return _Health.model_validate_json(response.content).version
        except ValidationError:
            return ""

    def close(self) -> None:
        """Give the login back."""
        self.login.close()


def _foreign(where: str) -> Conflict:
    return Conflict(
        "vault", [Problem(where, "holds something that this tool did not write", "Move it away, or remove it, then run again.")]
    )


def _ours(current: Current) -> bool:
    marked = (current.values or {}).get(MANAGED_BY)
    return marked is not None and marked.get_secret_value() == US


def _same(found: Mapping[str, Secret], wanted: Mapping[str, str]) -> bool:
    """Whether the values are the wanted ones apart from the operation id; an equal operation id says so by itself."""
    names = set(found) | set(wanted)
    return all(name in found and name in wanted and found[name].matches(wanted[name]) for name in names - {OP_ID})
