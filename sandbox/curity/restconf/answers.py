"""HTTP answers: data and refusals, in the encoding that the client wants.

Source: docs/vendors/curity.md, RESTCONF errors.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lxml import etree
from starlette.responses import Response

from sandbox.curity.problems import Problem
from sandbox.curity.restconf.plain_xml import as_xml
from sandbox.curity.restconf.requests import Encoding

Headers = Mapping[str, str]


def plain_answer(content: Mapping[str, Any], encoding: Encoding | None, headers: Headers, status: int = 200) -> Response:
    """What is no configuration, in either encoding."""
    if encoding is Encoding.JSON:
        return json_answer(content, headers, status)
    return xml_answer(as_xml(content), headers, status)


def json_answer(content: Mapping[str, Any], headers: Headers, status: int = 200) -> Response:
    """Data as JSON."""
    return Response(json.dumps(content), status, dict(headers), Encoding.JSON.value)


def xml_answer(element: etree._Element, headers: Headers, status: int = 200) -> Response:
    """Data as XML."""
    etree.cleanup_namespaces(element, keep_ns_prefixes=[prefix for one in element.iter("*") for prefix in one.nsmap if prefix])
    return Response(etree.tostring(element), status, dict(headers), Encoding.XML.value)


def errors(problem: Problem) -> dict[str, Any]:
    """A refusal as a body."""
    members = {
        "error-type": problem.error_type,
        "error-tag": problem.tag,
        "error-app-tag": problem.app_tag,
        "error-path": problem.path,
        "error-message": problem.message,
    }
    return {"ietf-restconf:errors": {"error": [{name: text for name, text in members.items() if text is not None}]}}


def refusal(problem: Problem, encoding: Encoding | None) -> Response:
    """A refusal; without a tag it has no body."""
    headers = dict(problem.headers)
    if problem.tag is None:
        return Response(status_code=problem.status, headers=headers)
    return plain_answer(errors(problem), encoding, headers, problem.status)
