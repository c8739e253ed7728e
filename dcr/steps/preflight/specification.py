"""A tenant's specification leaf by leaf, so that a plan shows each one that differs, as it was accepted and as it is asked for.

APIs are told apart by their label and applications by their name, so their order says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dcr.results.fields import displayed

Members = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One that differs, by its path inside the specification."""

    path: str  # applications/orders-client/redirect_uri
    before: str | None  # None: absent, or empty
    after: str | None


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Leaf]:
    """The leaves that differ between two specifications, in the order of a tenant's fields. A whole API or application is one."""
    found: list[Leaf] = []
    for name in after:
        kind = KINDS.get(name)
        if kind is None:
            found += _leaf(name, before.get(name), after[name])
        else:
            found += _members(name, kind, kind.of(before.get(name, [])), kind.of(after[name]))
    return found


def members(specification: Mapping[str, Any]) -> list[Leaf]:
    """The APIs and applications of a specification that is new, one line each."""
    return [leaf for name, kind in KINDS.items() for leaf in _members(name, kind, {}, kind.of(specification[name]))]


@dataclass(frozen=True, slots=True)
class Listed:
    """APIs, or applications."""

    key: Callable[[Mapping[str, Any]], str]
    leaves: tuple[str, ...]  # beside what the key is made of
    summary: Callable[[Mapping[str, Any]], str]

    def of(self, listed: list[Mapping[str, Any]]) -> Members:
        """By their keys."""
        return {self.key(one): one for one in listed}


def _api(one: Mapping[str, Any]) -> str:
    return f"{one.get('method')} {one.get('path')}"


def _application(one: Mapping[str, Any]) -> str:
    uses = ", ".join(one.get("apis") or ["all APIs"])
    return f"{one.get('way')}, {one.get('redirect_uri')}, uses {uses}"


KINDS = {
    "apis": Listed(lambda one: f"{one['name']} {one.get('version', '')}".strip(), ("method", "path"), _api),
    "applications": Listed(lambda one: str(one["name"]), ("description", "redirect_uri", "way", "apis"), _application),
}


def _members(name: str, kind: Listed, before: Members, after: Members) -> list[Leaf]:
    gone = [Leaf(f"{name}/{key}", kind.summary(one), None) for key, one in before.items() if key not in after]
    found: list[Leaf] = []
    for key, one in after.items():
        if key not in before:
            found.append(Leaf(f"{name}/{key}", None, kind.summary(one)))
            continue
        for leaf in kind.leaves:
            found += _leaf(f"{name}/{key}/{leaf}", before[key].get(leaf), one[leaf])
    return gone + found


def _leaf(path: str, before: Any, after: Any) -> list[Leaf]:
    found, wanted = _text(before), _text(after)
    return [Leaf(path, found, wanted)] if found != wanted else []


def _text(value: Any) -> str | None:
    """Lists are sets here; the only one is an application's APIs, and without any it uses all."""
    if isinstance(value, list):
        return ", ".join(sorted(map(str, value))) or "all"
    return displayed(value) or None
