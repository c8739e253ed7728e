"""What Konnect's DCR provider and auth strategy have in common: found by name, known again by a label, shared by all tenants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from dcr.errors import Missing, Problem
from dcr.konnect.labels import MANAGED_BY, OURS, Labels, is_ours
from dcr.results.changes import Change
from dcr.results.diff import Diff, Difference
from dcr.results.facts import Facts
from dcr.results.fields import Field, Place

METADATA = "/.well-known/openid-configuration"


class Labelled(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def labels(self) -> Labels: ...


L = TypeVar("L", bound=Labelled)


def candidates(known_id: str | None, read: Callable[[str], L], find: Callable[[], tuple[L, ...]]) -> tuple[L, ...]:
    """The object that is known and ours, else all of its name, oldest first."""
    return _known(known_id, read) or find()


def _known(known_id: str | None, read: Callable[[str], L]) -> tuple[L, ...]:
    """The object of this id, unless somebody deleted it, or made it theirs."""
    if known_id is None:
        return ()
    try:
        found = read(known_id)
    except Missing:
        return ()
    return (found,) if is_ours(found.labels) else ()


def choose(found: Sequence[L]) -> L | None:
    """Of several objects of one name, oldest first: the oldest of ours, else the oldest."""
    return next((one for one in found if is_ours(one.labels)), found[0] if found else None)


def absent(place: Place, found: Sequence[L]) -> Diff[str]:
    """All of ours among the objects of one name, by id."""
    ours = [one for one in found if is_ours(one.labels)]
    return Diff(tuple(Difference(Change(place.stage, place.scope, place.path, one.id, None), one.id) for one in ours))


def duplicates(plural: str, name: str, found: Sequence[L]) -> tuple[str, ...]:
    """A warning if several objects of one name are ours, as a rival or a lost answer may leave them behind."""
    ours = [one.id for one in found if is_ours(one.labels)]
    return (f"konnect: {len(ours)} {plural} are named {name}: the oldest is used. Remove {', '.join(ours[1:])}.",) if ours[1:] else ()


def foreign(found: Labelled | None, name: str) -> str:
    """Whose object stands in our place; empty if nobody's or our own."""
    return "" if found is None or is_ours(found.labels) else f"{name} was made by someone else: it has no label managed-by=dcr"


def wrong_type(path: str, name: str, found: str | None, right: str, setting: str) -> tuple[Problem, ...]:
    """An object of our name that can never become ours: a type cannot be changed, whatever may be overwritten.

    Args:
        found: its type; None: there is no object.
        setting: of the platform, that names it.
    """
    if found in (None, right):
        return ()
    fault = f"one of type {found} has the name {name}, and its type cannot be changed"
    return (Problem(path, fault, f"Set {setting} of the platform to another name."),)


def ownership() -> Field[Labelled, object]:
    """The label by which an object is known again. Source: docs/vendors/konnect.md, Labels."""
    return Field(f"labels/{MANAGED_BY}", lambda found: found.labels.get(MANAGED_BY), lambda _wanted: OURS, always=True)


def issuer_url(facts: Facts) -> str | None:
    """The issuer as Konnect wants it: the whole address of the metadata document. None while the issuer is not known.

    Source: docs/vendors/how-to.md, Portal settings.
    """
    if facts.issuer is None:
        return None
    issuer = facts.issuer.issuer
    return issuer if issuer.endswith(METADATA) else issuer.rstrip("/") + METADATA
