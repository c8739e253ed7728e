"""Every documented operation that the sandbox serves, asked with what its document allows and forbids: no undocumented answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance
from starlette.applications import Starlette
from starlette.routing import Route

from sandbox.konnect.state import (
    Api,
    Application,
    ControlPlane,
    Implementation,
    Provider,
    Registration,
    Service,
    Strategy,
)
from sandbox.konnect.state import (
    Route as GatewayRoute,
)
from tests.contract.documents import DOCUMENTS, content_of, soften
from tests.reference import REFERENCE, needs_reference, reference
from tests.sandbox.konnect.region import TOKEN, Region, build_region

pytestmark = needs_reference

SESSION = ("portalaccesstoken", "of-the-fuzzer")
EXAMPLES = 12  # other ones each day: tests/shares.py
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# Answers of every HTTP server, which some of the documents' operations forget: not logged in, not the operation's method or media type,
# and, where the path names something, that it is not there.
EVERYWHERE = ("401", "405", "415")


def _world() -> Region:
    """Everything bound, an application registered, and somebody logged in; no name need be unique, which has its own tests."""
    region = build_region()
    region.readings.update({f"konnect.duplicate-{one}-name": "allowed" for one in ("provider", "strategy")})
    region.readings.set("konnect.delete-provider-in-use", "204")
    region.register(region.application(region.bound()))
    region.org.sessions[SESSION] = region.developer_id
    return region


def _real_ids(region: Region) -> dict[str, str]:
    """Path parameter -> the id of something that is there, while it is."""
    org = region.org
    first: dict[str, list[Any]] = {
        "apiId": org.all(Api),
        "apiIdOrSlug": org.all(Api),
        "implementationId": org.all(Implementation),
        "controlPlaneId": org.all(ControlPlane),
        "ServiceId": org.all(Service),
        "RouteId": org.all(GatewayRoute),
        "dcrProviderId": [one for one in org.all(Provider) if one.provider_type == "curity"],
        "authStrategyId": [one for one in org.all(Strategy) if one.name == "curity"],
        "applicationId": [one for one in org.all(Application) if one.owner_id == region.developer_id],
        "registrationId": org.all(Registration),
    }
    fixed = {"portalId": region.portal_id, "developerId": region.developer_id, "teamId": region.team_id}
    return {**fixed, **{name: found[0].id for name, found in first.items() if found}}


def _served(app: Starlette) -> set[tuple[str, str]]:
    routes = [route for route in app.routes if isinstance(route, Route)]
    return {(method.lower(), _shape(route.path)) for route in routes for method in route.methods or ()}


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "{}", path)


def _operations() -> Iterator[tuple[str, str, str, str, str]]:
    """(system, document, prefix, method, path) of every documented operation that the sandbox serves."""
    served = {system: _served(app) for system, app in _world().apps.items()}
    for system, documents in DOCUMENTS.items():
        for prefix, name in documents:
            for path, item in _content(name)["paths"].items():
                for method in item.keys() & {"get", "post", "put", "patch", "delete"}:
                    if (method, _shape(prefix + path)) in served[system]:
                        yield system, name, prefix, method, path


@cache
def _content(name: str) -> dict[str, Any]:
    content = content_of(reference() / "konnect" / name)
    soften(content)
    _let_everywhere(content)
    return content


def _let_everywhere(content: dict[str, Any]) -> None:
    for path, item in content["paths"].items():
        for method in item.keys() & {"get", "post", "put", "patch", "delete"}:
            for status in (*EVERYWHERE, *(["404"] if "{" in path else [])):
                item[method]["responses"].setdefault(status, {"description": "as every server"})


OPERATIONS = sorted(_operations()) if REFERENCE else []


@pytest.mark.parametrize(("system", "name", "prefix", "method", "path"), OPERATIONS, ids=lambda value: value if "/" in value else "")
def test_no_answer_is_undocumented(system: str, name: str, prefix: str, method: str, path: str, count: Callable[[str, int], None]) -> None:
    schema = schemathesis.openapi.from_dict(
        {**_content(name), "paths": {path: {**_content(name)["paths"][path]}}, "servers": [{"url": prefix or "/"}]}
    )
    region = _world()
    schema.app = region.apps[system]
    operation, ids = schema[path][method.upper()], _real_ids(region)
    asked = 0

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(
        case=operation.as_strategy(GenerationMode.POSITIVE) | operation.as_strategy(GenerationMode.NEGATIVE),
        real=st.lists(st.sampled_from([True, True, False]), min_size=4, max_size=4),
    )
    def ask(case: schemathesis.Case[Any], real: list[bool]) -> None:
        nonlocal asked
        asked += 1
        for (name, _), wished in zip(list(case.path_parameters.items()), real, strict=False):
            if wished and name in ids:
                case.path_parameters[name] = ids[name]
        token, cookies = f"Bearer {TOKEN}", dict([SESSION]) if system == "portal" else None
        answer = case.call(base_url=f"http://testserver{prefix}", headers={"Authorization": token}, cookies=cookies)
        case.validate_response(answer, checks=CHECKS)

    ask()
    count("requests fuzzed from the vendors' documents", asked)
