"""What goes back to what it was before us, and what stays since others have changed it.

What we made whole goes whole, unless others have put something of theirs into it. The order is that in which references allow it: what
was written last goes first.

Source: docs/vendors/curity.md, RESTCONF edits, RESTCONF requests.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dcr.curity.admin.edit import Edit
from dcr.curity.admin.memory import Written, edits_of
from dcr.curity.admin.nodes import Node, Path, display
from dcr.curity.admin.tree import Tree, is_entry, is_there, members, reached, text
from dcr.results.changes import Change, Scope, Stage
from dcr.results.diff import Diff, Difference

REGISTRATION = "dynamic-client-registration"


@dataclass(frozen=True, slots=True)
class Deletion:
    """A node that goes, with all below it."""

    path: Path


Return = Deletion | Edit


@dataclass(frozen=True, slots=True)
class GivingBack:
    """Compares the configuration as it is with the memory of what we wrote."""

    stage: Stage
    tree: Tree
    memory: tuple[Written, ...]
    whole: Collection[Path] = ()  # what goes whole, whatever others have put into it

    def differences(self) -> Diff[Return]:
        """What goes back, and what is told of what stays."""
        mine = [one for one in self.memory if one.stage == self.stage]
        found: Diff[Return] = Diff()
        for top in _outermost(reversed([one.made for one in mine if one.made])):
            found += self._taken(top)
        for one in mine:
            found += self._restored(one)
        return found

    def _taken(self, path: Path) -> Diff[Return]:
        depth, content = reached(self.tree, path)
        if depth < len(path):
            return Diff()
        below = [one for one in self.memory if one.path[: len(path)] == path]
        theirs = (
            [] if path in self.whole else sorted({*_of_others(content, [(one, one.path[len(path) :]) for one in below], display(path))})
        )
        if not theirs:
            return Diff((deletion(self.stage, path),))
        if path[-1].keys or path[-1].name == REGISTRATION:
            return self._members_taken(below) + _stays(path, theirs)
        if any(one.path == path for one in below):
            return _stays(path, theirs)
        inner = _outermost(reversed([one.path[: len(path) + 1] for one in below]))
        return sum((self._taken(each) for each in inner), Diff[Return]())

    def _members_taken(self, below: Iterable[Written]) -> Diff[Return]:
        lines = [one for one in below if one.member and is_there(self.tree, one.path)]
        return Diff(tuple(deletion(self.stage, one.path) for one in lines))

    def _restored(self, one: Written) -> Diff[Return]:
        """A value that was there before, and another case of a choice that we replaced."""
        depth, found = reached(self.tree, one.path)
        if one.instead_of and depth == len(one.path):
            return self._case_restored(one)
        if one.before is None or depth < len(one.path) or text(found) == one.before:
            return Diff()
        if text(found) != one.after:
            return _stays(one.path, [f"{display(one.path)} = {text(found)}"])
        change = Change(self.stage, Scope.PLATFORM, display(one.path), one.after, one.before)
        return Diff((Difference(change, Edit(one.path, one.before)),))

    def _case_restored(self, one: Written) -> Diff[Return]:
        edits = edits_of(one.path[:-1], one.instead_of, one.instead)
        if not edits:
            return Diff(warnings=(f"{display(one.path)}: replaced {one.instead_of}, which has to be set again by hand.",))
        change = Change(self.stage, Scope.PLATFORM, display(one.path), one.after, one.instead_of)
        return Diff(tuple(Difference(change, edit) for edit in edits))


def deletion(stage: Stage, path: Path) -> Difference[Return]:
    """The difference of a node that goes."""
    return Difference(Change(stage, Scope.PLATFORM, display(path), "made by this tool", None), Deletion(path))


def _outermost(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Each once, without those below another."""
    every = tuple(dict.fromkeys(paths))
    return tuple(path for path in every if not any(path != other and path[: len(other)] == other for other in every))


def _stays(path: Path, theirs: Sequence[str]) -> Diff[Return]:
    return Diff(warnings=(f"{display(path)} stays: others have changed it since: {', '.join(theirs)}.",))


Below = Sequence[tuple[Written, tuple[Node, ...]]]


def _of_others(content: Any, ours: Below, where: str) -> Iterator[str]:
    """What stands there and is not as we wrote it. A plain value that we did not write may be the server's own default."""
    for one, rest in ours:
        if not rest and not one.member and one.after is not None and text(content) != one.after:
            yield f"{where} = {text(content)}"
    if not isinstance(content, Mapping):
        return
    for name, value in content.items():
        here = [(one, rest) for one, rest in ours if rest and rest[0].name == name]
        yield from _of_others_in(value, here, f"{where}/{name}")


def _of_others_in(value: Any, here: Below, where: str) -> Iterator[str]:
    if isinstance(value, list) and value != [None]:
        for each in members(value):
            same = [(one, rest[1:]) for one, rest in here if rest[0].keys and is_entry(each, rest[0])]
            if same:
                yield from _of_others(each, same, where)
            else:
                yield f"{where}={text(each.get('id', '')) if isinstance(each, Mapping) else text(each)}"
    elif here:
        yield from _of_others({} if value == [None] else value, [(one, rest[1:]) for one, rest in here], where)
    elif _chosen(value):
        yield where


def _chosen(value: Any) -> bool:
    """Whether somebody has put it there: a container may hold nothing but defaults, which a server may print too."""
    if isinstance(value, Mapping):
        return any(map(_chosen, value.values()))
    return isinstance(value, list) and bool(value)
