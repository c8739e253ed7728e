"""YANG Patch: an ordered list of edits in one transaction, deletions among them.

Source: RFC 8072; docs/vendors/curity.md, RESTCONF edits (whether Curity has it is open).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from lxml import etree
from starlette.responses import Response

from sandbox.curity import problems
from sandbox.curity.configuration.elements import new_element
from sandbox.curity.configuration.merge import Edit
from sandbox.curity.datastore import Datastore
from sandbox.curity.restconf.answers import errors, plain_answer
from sandbox.curity.restconf.bodies import DATA, Bodies, parse_xml
from sandbox.curity.restconf.edits import Edits
from sandbox.curity.restconf.json_decoding import parse_json
from sandbox.curity.restconf.plain_xml import YANG_PATCH as NAMESPACE
from sandbox.curity.restconf.requests import YANG_PATCH, Encoding, Request, answer_encoding
from sandbox.curity.restconf.resource import Resource, parse_resource
from sandbox.curity.restconf.validators import check_preconditions, validators

_ROOT = "ietf-yang-patch:yang-patch"
_STATUS = "ietf-yang-patch:yang-patch-status"
_WITH_VALUE = frozenset({"create", "merge", "replace"})
_WITHOUT_VALUE = frozenset({"delete", "remove"})


@dataclass(frozen=True, slots=True)
class PatchEdit:
    """One edit of a patch. Moves are missing: nothing in the schema is ordered by the user."""

    edit_id: str
    operation: str
    target: Resource
    value: etree._Element | None


class EditRefused(Exception):
    """One edit failed, and with it the patch."""

    def __init__(self, edit_id: str, problem: problems.Problem) -> None:
        super().__init__(edit_id)
        self.edit_id, self.problem = edit_id, problem


class YangPatches:
    """YANG Patch on one datastore."""

    def __init__(self, datastore: Datastore, bodies: Bodies, edits: Edits) -> None:
        self._datastore, self._bodies, self._edits = datastore, bodies, edits

    def apply(self, request: Request, resource: Resource) -> Response:
        """Apply the patch in the body; edit targets are relative to the resource.

        Raises:
            Problem: the body is no YANG Patch, or a precondition fails. Refusals of single edits and of the commit are answers.
        """
        patch_id, listed = _read(request)
        encoding = answer_encoding(request.headers)
        try:
            edits = [self._edit(one, resource) for one in listed]
            self._edits.run(partial(self._run, edits), partial(check_preconditions, request.headers, self._datastore))
        except EditRefused as refused:
            failed = {"edit": [{"edit-id": refused.edit_id, **errors(refused.problem)}]}
            return plain_answer({_STATUS: {"patch-id": patch_id, "edit-status": failed}}, encoding, {}, refused.problem.status)
        except problems.Problem as problem:
            if problem.tag is None:
                raise
            return plain_answer({_STATUS: {"patch-id": patch_id, **errors(problem)}}, encoding, {}, problem.status)
        return plain_answer({_STATUS: {"patch-id": patch_id, "ok": [None]}}, encoding, validators(self._datastore))

    def _run(self, edits: list[PatchEdit], tree: etree._Element, edit: Edit) -> None:
        for one in edits:
            try:
                self._run_one(one, tree, edit)
            except problems.Problem as problem:
                raise EditRefused(one.edit_id, problem) from None

    def _run_one(self, one: PatchEdit, tree: etree._Element, edit: Edit) -> None:
        match one.operation, one.value:
            case "create", etree._Element() as value:
                self._edits.create(tree, edit, one.target.parent(), value)
            case "merge", etree._Element() as value:
                self._edits.merge_or_create(tree, edit, one.target, value)
            case "replace", etree._Element() as value:
                self._edits.replace(tree, edit, one.target, value)
            case "delete", None:
                self._edits.delete(tree, edit, one.target)
            case "remove", None if self._edits.exists(tree, one.target):
                self._edits.delete(tree, edit, one.target)

    def _edit(self, one: Mapping[str, Any], base: Resource) -> PatchEdit:
        edit_id, operation = str(one.get("edit-id", "")), str(one.get("operation", ""))
        try:
            if operation not in _WITH_VALUE | _WITHOUT_VALUE or (operation in _WITH_VALUE) != ("value" in one):
                raise problems.malformed(f"operation {operation!r}, or its value, is not as RFC 8072 section 2.5 has it")
            target = parse_resource(str(one.get("target", "")), self._datastore.schema, base)
            if not target.steps or target.whole_list:
                raise problems.entry_not_named(target.node.name or "data")
            return PatchEdit(edit_id, operation, target, self._value(one["value"], target) if "value" in one else None)
        except problems.Problem as problem:
            raise EditRefused(edit_id, problem) from None

    def _value(self, value: Any, target: Resource) -> etree._Element:
        parent = target.parent().node
        element = value if isinstance(value, etree._Element) else self._bodies.member(value, parent)
        return self._bodies.checked(element, parent, target.steps[-1])


def _read(request: Request) -> tuple[str, list[Mapping[str, Any]]]:
    """The patch's id and its edits, in either encoding."""
    patch = _from_json(request.body) if YANG_PATCH[request.media_type] is Encoding.JSON else _from_xml(request.body)
    listed = patch.get("edit")
    if not isinstance(patch.get("patch-id"), str) or not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise problems.malformed("expected patch-id and a list of edits")
    return patch["patch-id"], listed


def _from_json(body: bytes) -> Mapping[str, Any]:
    patch = parse_json(body).get(_ROOT)
    return patch if isinstance(patch, dict) else {}


def _from_xml(body: bytes) -> Mapping[str, Any]:
    root = parse_xml(body)
    if root.tag != f"{{{NAMESPACE}}}yang-patch":
        raise problems.malformed(f"the root element must be yang-patch of {NAMESPACE}")
    return {"patch-id": root.findtext(f"{{{NAMESPACE}}}patch-id"), "edit": [_members(one) for one in root.iter(f"{{{NAMESPACE}}}edit")]}


def _members(edit: etree._Element) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for child in edit:
        name = etree.QName(child).localname
        found[name] = next(child.iterchildren("*"), new_element(DATA)) if name == "value" else child.text
    return found
