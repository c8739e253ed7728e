"""Fields of a resource, each declared once: comparison, plan line, body to create, body to update and proof all read the declaration."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from dcr.results.changes import KNOWN_AFTER_APPLY, Change, Scope, Stage
from dcr.results.diff import Diff, Difference

Found = TypeVar("Found")
Wanted = TypeVar("Wanted")
OfFound = TypeVar("OfFound", contravariant=True)
OfWanted = TypeVar("OfWanted", contravariant=True)
Same = Callable[[Any, Any], bool]
NO_MEMBERS = "(none)"


def exact(found: object, wanted: object) -> bool:
    """The same value."""
    return found == wanted


def same_text(found: str | None, wanted: str | None) -> bool:
    """The same text, where an absent one is empty."""
    return (found or "") == (wanted or "")


def same_url(found: str | None, wanted: str | None) -> bool:
    """The same URL: one slash at its end makes no difference. Source: docs/vendors/konnect.md, DCR providers."""
    return found is not None and wanted is not None and found.removesuffix("/") == wanted.removesuffix("/")


def same_members(found: Collection[str] | None, wanted: Collection[str] | None) -> bool:
    """The same members in whatever order."""
    return found is not None and wanted is not None and sorted(found) == sorted(wanted)


def displayed(value: object) -> str | None:
    """A value as a plan shows it; None stays None: absent."""
    match value:
        case None | str():
            return value
        case bool():
            return "on" if value else "off"
        case Iterable():
            return ", ".join(map(str, value)) or NO_MEMBERS
    return str(value)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a resource stands in a plan."""

    stage: Stage
    scope: Scope
    path: str  # in the vendor's words: konnect/dcr-providers/curity


@dataclass(frozen=True, slots=True)
class Field(Generic[OfFound, OfWanted]):
    """One field of a resource."""

    name: str  # as in the body; `/` between a container and its member
    found: Callable[[OfFound], Any]
    wanted: Callable[[OfWanted], Any]
    same: Same = exact  # which answers count as the wanted value, though they are written in another way
    display: Callable[[Any], str | None] = displayed
    late: bool = False  # a wanted None is known only after other steps have written
    optional: bool = False  # what is empty is neither shown nor sent when the resource is created
    create_only: bool = False  # cannot be changed afterwards
    body: Callable[[OfWanted, OfFound | None], Mapping[str, Any]] | None = None  # members to send, if they are others than this one
    always: bool = False  # goes along with every update
    identity: bool = False  # stands in the path of the plan's lines, so it is not shown again when the resource is new
    fixed: bool = False  # nobody can change it in place: a difference is told, not written

    def members(self, wanted: OfWanted, found: OfFound | None) -> Mapping[str, Any]:
        """What to send for this field, by name."""
        return self.body(wanted, found) if self.body else {self.name: self.wanted(wanted)}

    def change(self, place: Place, found: OfFound | None, wanted: OfWanted) -> Change | None:
        """The plan's line, if the field differs."""
        asked = self.wanted(wanted)
        path = f"{place.path}/{self.name}"
        if found is None:
            if self.optional and not asked:
                return None
            after = KNOWN_AFTER_APPLY if self.late and asked is None else self.display(asked)
            return Change(place.stage, place.scope, path, None, after)
        there = self.found(found)
        if self.late and asked is None:
            return Change(place.stage, place.scope, path, self.display(there), KNOWN_AFTER_APPLY)
        if self.same(there, asked):
            return None
        return Change(place.stage, place.scope, path, self.display(there), self.display(asked))


class Fields(Generic[Found, Wanted]):
    """All fields of one kind of resource, in the order of its plan lines."""

    def __init__(self, *fields: Field[Found, Wanted]) -> None:
        self._fields = fields

    def diff(self, place: Place, found: Found | None, wanted: Wanted, *, conflict: str = "", impact: str = "") -> Diff[str]:
        """Compare. What has to be written is the names of fields.

        Args:
            found: None: there is none, so that all of it has to be created.
            conflict: whose thing would be overwritten; said of every difference.
            impact: what any change does to others.
        """
        shown = (field for field in self._fields if not (field.identity and found is None) and not (field.fixed and found is not None))
        lines = ((field, field.change(place, found, wanted)) for field in shown)
        return Diff(tuple(Difference(_noted(change, conflict, impact), field.name) for field, change in lines if change))

    def fixed_differences(self, place: Place, found: Found, wanted: Wanted) -> tuple[str, ...]:
        """Names of the fields that differ and cannot be changed in place."""
        return tuple(field.name for field in self._fields if field.fixed and field.change(place, found, wanted))

    def create_body(self, wanted: Wanted) -> dict[str, Any]:
        """The whole resource, without what is optional and empty."""
        return _nested(field.members(wanted, None) for field in self._fields if not field.optional or field.wanted(wanted))

    def update_body(self, wanted: Wanted, names: Collection[str], found: Found) -> dict[str, Any]:
        """What makes the named fields as wanted, and what always goes along."""
        sent = (field for field in self._fields if field.always or (field.name in names and not field.create_only))
        return _nested(field.members(wanted, found) for field in sent)


def _noted(change: Change, conflict: str, impact: str) -> Change:
    return Change(change.stage, change.scope, change.path, change.before, change.after, conflict, impact)


def _nested(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for part in parts:
        for name, value in part.items():
            *containers, last = name.split("/")
            inner = body
            for container in containers:
                inner = inner.setdefault(container, {})
            inner[last] = list(value) if isinstance(value, tuple) else value
    return body
