"""What was there before each setting that we write, so that it can be given back: nothing in Curity's configuration bears our mark.

Source: docs/vendors/curity.md, RESTCONF edits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from dcr.curity.admin.edit import Edit
from dcr.curity.admin.nodes import Path, below, entry
from dcr.curity.admin.tree import Tree, members, reached, text
from dcr.results.changes import Stage
from dcr.secret import Secret


@dataclass(frozen=True, slots=True)
class Written:
    """One setting that we wrote, or are about to."""

    stage: Stage
    path: Path  # whole: of a leaf-list it ends in the value
    there: int  # how many nodes of the path were there before; all of them: it had a value
    after: str | None  # what we make it; None: it says what it says by being there, or its value is kept nowhere
    before: str | None = None  # what it was; None: it was not there, or its value is kept nowhere
    secret: bool = False
    member: bool = False  # one value of a leaf-list
    beside: tuple[str, ...] = ()  # what else the leaf-list held
    instead_of: str = ""  # another case of the choice that it replaced, by name
    instead: Any = None  # and what stood there, as it was answered

    @property
    def made(self) -> Path | None:
        """The outermost node that was not there before; None: all of it was."""
        return self.path[: self.there + 1] if self.there < len(self.path) else None


_ALL = TypeAdapter(tuple[Written, ...])


def remembering(known: Iterable[Written], stage: Stage, edits: Iterable[Edit], tree: Tree) -> tuple[Written, ...]:
    """What is known, with these edits. Of what was written before, only what stood there at first counts."""
    every = {one.path: one for one in known}
    for edit in edits:
        one = _written(stage, edit, tree)
        first = every.get(one.path)
        every[one.path] = replace(first, after=one.after) if first else one
    return tuple(every.values())


def _written(stage: Stage, edit: Edit, tree: Tree) -> Written:
    if isinstance(edit.value, Secret):
        return Written(stage, edit.path, reached(tree, edit.path)[0], None, secret=True)
    if edit.member:
        return _member(stage, edit, str(edit.value), tree)
    there, found = reached(tree, edit.path)
    if there == len(edit.path) and edit.value is None and found is False:
        there -= 1  # an empty element that a server prints as not set
    before = text(found) if there == len(edit.path) and edit.value is not None else None
    return Written(stage, edit.path, there, edit.value, before)


def _member(stage: Stage, edit: Edit, value: str, tree: Tree) -> Written:
    *containers, leaf_list = edit.path
    path = entry(tuple(containers), leaf_list.name, value)
    there, parent = reached(tree, tuple(containers))
    found = members(parent.get(leaf_list.name, [])) if there == len(containers) else []
    beside = tuple(text(each) for each in found if text(each) != value)
    instead = parent.get(edit.instead_of) if edit.instead_of else None
    whole, _ = reached(tree, path)
    return Written(stage, path, whole, value, member=True, beside=beside, instead_of=edit.instead_of, instead=instead)


def kept(text_of_all: str) -> tuple[Written, ...]:
    """From the form in which Vault keeps them.

    Raises:
        ValueError: it is another one.
    """
    return _ALL.validate_json(text_of_all)


def to_keep(every: tuple[Written, ...]) -> str:
    """The form in which Vault keeps them."""
    return _ALL.dump_json(every).decode()


def edits_of(path: Path, name: str, value: Any) -> tuple[Edit, ...]:
    """What puts back a case of a choice, as it was answered; nothing if that takes more than leaves."""
    here = below(path, name)
    match value:
        case dict():
            return tuple(edit for child, inner in value.items() for edit in edits_of(here, child, inner))
        case None | [None]:
            return (Edit(here),)
        case list():
            return () if any(isinstance(each, dict) for each in value) else tuple(Edit(here, text(each)) for each in value)
    return (Edit(here, text(value)),)
