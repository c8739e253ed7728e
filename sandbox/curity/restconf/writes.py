"""PATCH, PUT, POST and DELETE of data resources: from the request to the transaction to the answer.

Source: docs/vendors/curity.md, RESTCONF requests, RESTCONF edits, Concurrency.
"""

from __future__ import annotations

from functools import partial
from urllib.parse import quote

from lxml import etree
from starlette.responses import Response

from sandbox.curity import problems
from sandbox.curity.configuration.merge import Edit
from sandbox.curity.configuration.schema import Kind, SchemaNode
from sandbox.curity.datastore import Change, Datastore
from sandbox.curity.restconf.answers import json_answer
from sandbox.curity.restconf.bodies import Bodies
from sandbox.curity.restconf.edits import Edits
from sandbox.curity.restconf.requests import YANG_PATCH, Request
from sandbox.curity.restconf.resource import Resource, uri_value
from sandbox.curity.restconf.validators import check_preconditions, validators
from sandbox.curity.restconf.yang_patch import YangPatches

ROLLBACK_ID = "rollback-id"
_OF_DATASTORE = "GET, HEAD, PATCH, POST, OPTIONS"
_OF_LEAF = "GET, HEAD, PATCH, PUT, DELETE, OPTIONS"


class Writes:
    """Writes to one datastore."""

    def __init__(self, datastore: Datastore) -> None:
        self._datastore = datastore
        self._bodies = Bodies(datastore.schema, datastore.readings)
        self._edits = Edits(datastore)
        self._yang_patches = YangPatches(datastore, self._bodies, self._edits)

    def patch(self, request: Request, resource: Resource) -> Response:
        """Merge, or what a YANG Patch says where the server knows it."""
        self._check(request, resource)
        if request.media_type in YANG_PATCH and self._datastore.readings["curity.yang-patch"] == "advertised":
            return self._yang_patches.apply(request, resource)
        body = self._target(request, resource) if resource.steps else self._bodies.datastore(request)
        self._run(request, lambda tree, edit: self._edits.merge(tree, edit, resource, body))
        return self._answer(request, 204)

    def put(self, request: Request, resource: Resource) -> Response:
        """Replace or create."""
        self._check(request, resource, _OF_DATASTORE)
        body, created = self._target(request, resource), False

        def change(tree: etree._Element, edit: Edit) -> None:
            nonlocal created
            created = self._edits.replace(tree, edit, resource, body)

        self._run(request, change)
        return self._answer(request, 201 if created else 204)

    def post(self, request: Request, resource: Resource) -> Response:
        """Create a child."""
        self._check(request, resource)
        if not resource.node.inner:
            raise problems.method_not_allowed(_OF_LEAF)
        body = self._bodies.child(request, resource.node)
        segment = _segment(body, resource.node.children[body.tag])
        self._run(request, lambda tree, edit: self._edits.create(tree, edit, resource, body))
        return self._answer(request, 201, {"Location": f"{request.url.rstrip('/')}/{segment}"})

    def delete(self, request: Request, resource: Resource) -> Response:
        """Remove."""
        self._check(request, resource, _OF_DATASTORE)
        self._run(request, lambda tree, edit: self._edits.delete(tree, edit, resource))
        return self._answer(request, 204)

    def _check(self, request: Request, resource: Resource, allowed_of_datastore: str | None = None) -> None:
        for name in request.query:
            if name != ROLLBACK_ID or self._datastore.readings["curity.rollback-id"] == "refused":
                raise problems.query_parameter(name)
        if allowed_of_datastore and not resource.steps:
            raise problems.method_not_allowed(allowed_of_datastore)
        if resource.whole_list:
            raise problems.entry_not_named(resource.node.name)

    def _target(self, request: Request, resource: Resource) -> etree._Element:
        return self._bodies.child(request, resource.parent().node, resource.steps[-1])

    def _run(self, request: Request, change: Change) -> None:
        self._edits.run(change, partial(check_preconditions, request.headers, self._datastore))

    def _answer(self, request: Request, status: int, headers: dict[str, str] | None = None) -> Response:
        headers = {**validators(self._datastore), **(headers or {})}
        rollback = self._datastore.last_rollback()
        if request.query.get(ROLLBACK_ID) != "true" or rollback is None:
            return Response(status_code=status, headers=headers)
        result = {"tailf-restconf:result": {"rollback": {"id": rollback}}}
        return json_answer(result, headers, 200 if status == 204 else status)


def _segment(body: etree._Element, node: SchemaNode) -> str:
    """The URI segment of a new instance."""
    name = f"{node.module}:{node.name}"
    leaves = [body] if node.kind is Kind.LEAF_LIST else [leaf for leaf in map(body.find, node.keys) if leaf is not None]
    nodes = [node] if node.kind is Kind.LEAF_LIST else [node.children[leaf.tag] for leaf in leaves]
    keys = ",".join(quote(uri_value(leaf, one, {}), safe="") for leaf, one in zip(leaves, nodes, strict=True))
    return f"{name}={keys}" if keys else name
