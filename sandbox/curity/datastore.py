"""Curity's configuration datastore: one tree, edited in transactions, each a commit that judges the whole.

The tree keeps the export's parameters; the run time and RESTCONF see a copy with values in their place.
Source: docs/vendors/curity.md, RESTCONF edits, Configuration files.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from lxml import etree

from sandbox.curity import problems
from sandbox.curity.admin_knobs import AdminKnobs
from sandbox.curity.configuration.constraints import Fault, Violation, violations
from sandbox.curity.configuration.export_format import read_export
from sandbox.curity.configuration.merge import Edit
from sandbox.curity.configuration.open_rules import AllEnforced
from sandbox.curity.configuration.parameters import as_written, resolved_tree
from sandbox.curity.configuration.schema_loader import load_schema

Change = Callable[[etree._Element, Edit], None]
ROLLBACKS_KEPT = 30
FIRST_ROLLBACK_ID = 10001


class Datastore:
    """The running configuration."""

    def __init__(self, export: bytes, parameters: Mapping[str, str], readings: Mapping[str, str]) -> None:
        """Load an export.

        Args:
            export: XML with root `config`; parameters may stand in it.
            parameters: values by name or by shell pattern of names, `{"*BASE_URL": "https://…", "*PROTOCOL": "https"}`; a
                parameter that nothing fits gets its own default or a harmless value.
            readings: the reading in force for each open fact.

        Raises:
            NoExport: it is no export.
        """
        self.schema = load_schema()
        self.readings = readings
        self.parameters = dict(parameters)
        self.revision = 0
        """Grows with each commit."""
        self.commit_time = 0.0
        """When the last commit was, in seconds since the epoch."""
        self.knobs = AdminKnobs()
        self._export = read_export(export)
        self._lock = threading.RLock()
        self._tree = self._export.root
        self._values = self._resolved(self._tree)
        # What the start configuration already breaks is not held against later edits: the server that wrote it let it pass.
        self._tolerated = frozenset(violations(self._values, self.schema, AllEnforced()))
        self._rollbacks: deque[tuple[int, etree._Element]] = deque(maxlen=ROLLBACKS_KEPT)
        self._edits_found_open = 0
        self.reset()

    def root(self) -> etree._Element:
        """The whole configuration, parameters replaced by values. To be read only: it is the same object until the next commit."""
        return self._values

    def export(self) -> bytes:
        """The whole configuration as XML, parameters kept, unchanged but for the edits."""
        return as_written(self._export.write(self._tree)).encode()

    def reset(self) -> None:
        """Back to the start configuration, with all knobs off. The revision goes on growing."""
        with self._lock:
            self.knobs = AdminKnobs()
            self._rollbacks.clear()
            self._edits_found_open = 0
            self._take(deepcopy(self._export.root))

    def commit(self, change: Change) -> None:
        """Run one transaction: the change, then the judgement of the whole. All or nothing.

        Args:
            change: edits the tree it is given; what it raises ends the transaction.

        Raises:
            Problem: the datastore is locked, or the configuration would break a rule.
        """
        with self._lock:
            self._refuse_if_locked()
            tree = deepcopy(self._tree)
            edit = Edit(self.parameters, self.readings, self.knobs.dropped)
            change(tree, edit)
            if edit.changed and not self.knobs.change_nothing:
                self._judge(self._resolved(tree))
                self._rollbacks.append((FIRST_ROLLBACK_ID + self.revision, self._tree))
                self._take(tree)

    def last_rollback(self) -> int | None:
        """The id under which the configuration before the last commit is kept."""
        return self._rollbacks[-1][0] if self._rollbacks else None

    def roll_back(self, rollback_id: int) -> None:
        """Go back to the configuration before the commit with that rollback id.

        Raises:
            Problem: no such id is kept.
        """
        with self._lock:
            kept = next((tree for number, tree in self._rollbacks if number == rollback_id), None)
            if kept is None:
                raise problems.absent()
            self._rollbacks.append((FIRST_ROLLBACK_ID + self.revision, self._tree))
            self._take(kept)

    def knob_values(self) -> Mapping[str, Any]:
        """All knobs with their values."""
        return self.knobs.model_dump()

    def set_knobs(self, values: Mapping[str, Any]) -> None:
        """Change the knobs that are named.

        Raises:
            ValueError: an unknown knob or a wrong value; nothing changes then.
        """
        self.knobs = AdminKnobs.model_validate({**self.knobs.model_dump(), **values})

    def count_down(self, knob: str) -> bool:
        """Use up one of a knob that counts; whether one was left."""
        with self._lock:
            left = int(getattr(self.knobs, knob))
            if left:
                self.set_knobs({knob: left - 1})
            return left > 0

    def snapshot(self) -> Mapping[str, Any]:
        """The revision and which knobs are on."""
        return {"revision": self.revision, "knobs": self.knobs.model_dump(exclude_defaults=True)}

    def _take(self, tree: etree._Element) -> None:
        self._tree, self._values = tree, self._resolved(tree)
        self.revision += 1
        self.commit_time = time.time()

    def _resolved(self, tree: etree._Element) -> etree._Element:
        return resolved_tree(tree, self.schema, self.parameters)

    def _refuse_if_locked(self) -> None:
        """Locked by a knob, or by the admin UI in which somebody's first edit is still open.

        Source: docs/vendors/curity.md, Concurrency.
        """
        ui_edit_open = self.readings["curity.open-edit-locks"] == "locks" and not self._edits_found_open
        self._edits_found_open += 1
        if ui_edit_open or self.count_down("locked_edits"):
            raise problems.locked(self.readings)

    def _judge(self, values: etree._Element) -> None:
        for violation in violations(values, self.schema, self.readings):
            if violation not in self._tolerated:
                raise self._problem(violation)

    def _problem(self, violation: Violation) -> problems.Problem:
        match violation.fault:
            case Fault.MANDATORY:
                return problems.not_configured(self.readings, violation.path)
            case Fault.REFERENCE:
                return problems.illegal_reference(self.readings, violation.path)
            case Fault.RULE:
                return problems.rule_failed(self.readings, violation.path, violation.message)
