"""Leaves that differ, as changes; and which of several objects of one name is ours. Data in, data out: nothing here can write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol, TypeVar

from dcr.konnect.labels import MANAGED_BY, OURS, Labels, is_ours
from dcr.results.changes import KNOWN_AFTER_APPLY, Change, Scope, Stage


class Leaf(NamedTuple):
    """One value as it is and as it shall be. `after` None: not known before other steps have written."""

    name: str
    before: str | None
    after: str | None


class Labelled(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def labels(self) -> dict[str, str | None]: ...


L = TypeVar("L", bound=Labelled)


def differing(stage: Stage, scope: Scope, root: str, leaves: Iterable[Leaf], *, conflict: str = "", impact: str = "") -> tuple[Change, ...]:
    """The changes of one object, in the order of its leaves."""
    return tuple(
        Change(stage, scope, f"{root}/{leaf.name}", leaf.before, KNOWN_AFTER_APPLY if leaf.after is None else leaf.after, conflict, impact)
        for leaf in leaves
        if leaf.before != leaf.after or leaf.after is None
    )


def leaf_names(changes: Iterable[Change]) -> frozenset[str]:
    """The last parts of the paths that differ."""
    return frozenset(change.path.rsplit("/", 1)[-1] for change in changes)


def url_leaf(name: str, before: str | None, after: str | None) -> Leaf:
    """A URL: one slash at its end makes no difference (reference/konnect.md section 2, issuer normalisation)."""
    same = before is not None and after is not None and before.removesuffix("/") == after.removesuffix("/")
    return Leaf(name, before, before if same else after)


def label_leaf(labels: Labels | None) -> Leaf:
    """The mark by which we know the object again."""
    return Leaf(f"labels/{MANAGED_BY}", labels.get(MANAGED_BY) if labels is not None else None, OURS)


def choose(found: Sequence[L]) -> L | None:
    """Of several objects of one name, oldest first: the oldest of ours, else the oldest."""
    return next((one for one in found if is_ours(one.labels)), found[0] if found else None)


def duplicates(kind: str, name: str, found: Sequence[L]) -> tuple[str, ...]:
    """A warning if several objects of one name are ours, as a rival or a lost answer may leave them behind."""
    ours = [one.id for one in found if is_ours(one.labels)]
    return (f"konnect: {len(ours)} {kind} are named {name}: the oldest is used. Remove {', '.join(ours[1:])}.",) if ours[1:] else ()
