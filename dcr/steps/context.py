"""What every step is given: the systems, what is wanted, and whether it may write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from dcr.model.platform import Platform
from dcr.model.tenant import Tenant

if TYPE_CHECKING:
    from dcr.systems import Systems

T = TypeVar("T")


def _silent(_line: str) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt at one step, or one preflight over all of them.

    With `write=False` a step reads and diffs only, and what it read is shared with the other steps of the same look.
    """

    systems: Systems
    platform: Platform
    tenant: Tenant | None
    write: bool
    progress: Callable[[str], None] = _silent
    replace: frozenset[str] = frozenset()  # ids of imported clients that shall give way to new ones
    _seen: dict[str, Any] = field(default_factory=dict, repr=False)

    def see(self, name: str, read: Callable[[], T]) -> T:
        """Read, once per look: a look never writes, so what it has seen stays true for it. A writing run reads each time."""
        if self.write:
            return read()
        if name not in self._seen:
            self._seen[name] = read()
        return cast(T, self._seen[name])

    def the_tenant(self) -> Tenant:
        """The tenant of a step that has one."""
        if self.tenant is None:
            raise TypeError("this step needs a tenant")
        return self.tenant
