"""GET and HEAD of data resources.

Source: docs/vendors/curity.md, RESTCONF requests, Absent nodes, Concurrency; RFC 8040 section 4.3.
"""

from __future__ import annotations

from lxml import etree
from starlette.responses import Response

from sandbox.curity import problems
from sandbox.curity.configuration.elements import new_element
from sandbox.curity.configuration.schema import Kind
from sandbox.curity.datastore import Datastore
from sandbox.curity.restconf.access import denied
from sandbox.curity.restconf.answers import json_answer, xml_answer
from sandbox.curity.restconf.bodies import DATA
from sandbox.curity.restconf.json_encoding import JsonEncoding
from sandbox.curity.restconf.requests import Encoding, Request, answer_encoding
from sandbox.curity.restconf.resource import Resource
from sandbox.curity.restconf.retrieval import Selection, parse_selection, select
from sandbox.curity.restconf.validators import unmodified, validators

# The fact whose reading is the status of an absent resource; an absent list entry is always 404.
_STATUS_OF_ABSENT = {
    Kind.LEAF: "curity.unset-leaf",
    Kind.LEAF_LIST: "curity.unset-leaf",
    Kind.PRESENCE: "curity.absent-presence-container",
    Kind.CONTAINER: "curity.empty-container",
}


class Reads:
    """Reads of one datastore."""

    def __init__(self, datastore: Datastore) -> None:
        self._datastore = datastore
        self._json = JsonEncoding(datastore.schema, datastore.readings)

    def get(self, request: Request, resource: Resource) -> Response:
        """Show a resource.

        Raises:
            Problem: it is absent, denied, or asked for in a way that does not exist.
        """
        selection = parse_selection(request.query, self._datastore.readings, self._datastore.knobs.denied_reads)
        encoding = answer_encoding(request.headers)
        if encoding is None:
            raise problems.not_acceptable()
        if denied(resource.node.path, selection.denied_reads):
            raise problems.forbidden()
        headers = validators(self._datastore)
        if unmodified(request.headers, self._datastore):
            return Response(status_code=304, headers=headers)
        instances = self._instances(resource, selection)
        return self._shown(instances, resource, encoding, headers) if instances else self._absent(resource, encoding, headers)

    def _instances(self, resource: Resource, selection: Selection) -> list[etree._Element]:
        root = self._datastore.root()
        chain = resource.chain(root, {})
        if resource.whole_list:
            above = resource.parent()
            found = chain[-1 - resource.reaches(chain)][0].findall(resource.node.tag) if above.reaches(above.chain(root, {})) else []
        else:
            found = [chain[-1][0]] if resource.reaches(chain) else []
        return [select(one, resource.node, selection) for one in found]

    def _shown(self, instances: list[etree._Element], resource: Resource, encoding: Encoding, headers: dict[str, str]) -> Response:
        node = resource.node
        if encoding is Encoding.JSON:
            members = self._json.resource(instances, node) if node.tag else {"ietf-restconf:data": self._json.members(instances[0], node)}
            return json_answer(members, headers)
        if len(instances) > 1:
            raise problems.several_instances(node.name)
        return xml_answer(instances[0] if node.tag else _data(instances[0]), headers)

    def _absent(self, resource: Resource, encoding: Encoding, headers: dict[str, str]) -> Response:
        node, above = resource.node, resource.parent()
        fact = _STATUS_OF_ABSENT.get(node.kind)
        reached = above.reaches(above.chain(self._datastore.root(), {})) or above.node.kind is Kind.CONTAINER
        status = self._datastore.readings[fact] if fact and reached else "404"
        if status == "204":
            return Response(status_code=204, headers=headers)
        if status == "200":
            return self._shown([new_element(node.tag)], resource, encoding, headers)
        raise problems.absent()


def _data(root: etree._Element) -> etree._Element:
    """The whole configuration under the name that RESTCONF has for it."""
    data = new_element(DATA)
    data.text = root.text
    data.extend(list(root))
    return data
