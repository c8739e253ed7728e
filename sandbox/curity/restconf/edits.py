"""What PATCH, PUT, POST and DELETE do to a data resource, and the transaction in which they do it.

Source: docs/vendors/curity.md, RESTCONF requests, RESTCONF edits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lxml import etree

from sandbox.curity import problems
from sandbox.curity.configuration.instance import instance_identifier
from sandbox.curity.configuration.merge import Edit
from sandbox.curity.configuration.schema import Kind
from sandbox.curity.datastore import Change, Datastore
from sandbox.curity.restconf.access import denied
from sandbox.curity.restconf.resource import Link, Resource


class Edits:
    """Edits of one datastore. A body is an instance of the resource (of a child of it for `create`), checked."""

    def __init__(self, datastore: Datastore) -> None:
        self._datastore = datastore

    def run(self, change: Change, guard: Callable[[], None]) -> None:
        """Run one transaction.

        Args:
            change: calls the methods below.
            guard: raises if a precondition of the request fails.

        Raises:
            Problem: the guard's, the change's, a right that is missing, or what the commit finds.
        """

        def guarded(tree: etree._Element, edit: Edit) -> None:
            guard()
            change(tree, edit)
            if any(denied(path, self._datastore.knobs.denied_writes) for path in edit.changed):
                raise problems.forbidden()

        self._datastore.commit(guarded)

    def merge(self, tree: etree._Element, edit: Edit, resource: Resource, body: etree._Element) -> None:
        """Merge into a resource, which has to exist."""
        chain = self._chain(resource, tree)
        if resource.node.inner:
            self._merge_into(edit, resource, chain, body.iterchildren("*"))
        elif resource.reaches(chain):
            edit.merge(*chain[-2], [body])
        else:
            raise problems.absent()

    def merge_or_create(self, tree: etree._Element, edit: Edit, resource: Resource, body: etree._Element) -> None:
        """Merge into a resource, made if it is absent."""
        above = resource.parent()
        self._merge_into(edit, above, self._chain(above, tree), [body])

    def replace(self, tree: etree._Element, edit: Edit, resource: Resource, body: etree._Element) -> bool:
        """Replace a resource, or create it; whether it was created."""
        chain = self._chain(resource, tree)
        created = not resource.reaches(chain)
        if not created and resource.node.inner:
            edit.replace(*chain[-1], body.iterchildren("*"))
        else:
            self.merge_or_create(tree, edit, resource, body)
        return created

    def create(self, tree: etree._Element, edit: Edit, parent: Resource, body: etree._Element) -> None:
        """Create a child of a resource; there must be none like it."""
        chain = self._chain(parent, tree)
        if parent.reaches(chain):
            self._refuse_existing(chain[-1], edit, body)
        self._merge_into(edit, parent, chain, [body])

    def delete(self, tree: etree._Element, edit: Edit, resource: Resource) -> None:
        """Remove a resource, which has to exist."""
        chain = self._chain(resource, tree)
        if not resource.reaches(chain):
            raise problems.absent_to_delete(self._datastore.readings)
        edit.delete(chain)

    def exists(self, tree: etree._Element, resource: Resource) -> bool:
        """Whether a resource is there."""
        return resource.reaches(self._chain(resource, tree))

    def _chain(self, resource: Resource, tree: etree._Element) -> list[Link]:
        return resource.chain(tree, self._datastore.parameters)

    def _merge_into(self, edit: Edit, resource: Resource, chain: list[Link], children: Iterable[etree._Element]) -> None:
        """Merge children into a resource. What it lacks on the way must be plain containers, which exist without content."""
        made: list[Link] = []
        element, node = chain[-1]
        for step in resource.steps[len(chain) - 1 :]:
            if step.node.kind is not Kind.CONTAINER:
                raise problems.absent()
            element, node = edit.container(element, node, step.node), step.node
            made.append((element, node))
        edit.merge(element, node, children)
        edit.tidy(made)

    def _refuse_existing(self, parent: Link, edit: Edit, body: etree._Element) -> None:
        element, node = parent
        existing = edit.find(element, node.children[body.tag], body)
        if existing is not None:
            schema = self._datastore.schema
            raise problems.exists(instance_identifier(element, schema) or "/", instance_identifier(existing, schema))
