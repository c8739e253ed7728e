"""Routes of a gateway service are read to the end of the list, in the gateway configuration's own manners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import respx

from dcr.errors import Missing, Passing, Refused
from dcr.konnect.answers import MOST_PAGES
from dcr.konnect.client import Konnect
from dcr.konnect.routes import GatewayRoute, find_routes
from dcr.secret import Secret
from tests.unit.kong_in_process import KONNECT

PLANE, SERVICE = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
PATH = f"/v2/control-planes/{PLANE}/core-entities/services/{SERVICE}/routes"


@pytest.fixture
def routes() -> Iterator[respx.Route]:
    with respx.mock(base_url=KONNECT) as router:
        yield router.get(PATH)


def found() -> tuple[GatewayRoute, ...]:
    konnect = Konnect(httpx.Client(base_url=KONNECT), lambda: Secret("kpat_one"), ("eu.api.konghq.com:443",))
    return find_routes(konnect, PLANE, SERVICE)


def a_page(*paths: str, **more: Any) -> httpx.Response:
    return httpx.Response(200, json={"data": [{"id": path, "paths": [path], "strip_path": True} for path in paths], **more})


def test_a_list_is_read_by_offset_to_its_end(routes: respx.Route) -> None:
    routes.side_effect = [a_page("/a", "/b", offset="b2Zm", next="/x?offset=b2Zm"), a_page("/c", offset=None, next=None)]
    assert [route.paths for route in found()] == [("/a",), ("/b",), ("/c",)]
    assert [dict(call.request.url.params) for call in routes.calls] == [{"size": "1000"}, {"size": "1000", "offset": "b2Zm"}]


@pytest.mark.parametrize("body", [{"data": []}, {"data": None, "next": None, "offset": None}, {}])
def test_a_service_without_routes_has_none(routes: respx.Route, body: dict[str, Any]) -> None:
    routes.respond(200, json=body)
    assert found() == ()


def test_lists_that_nobody_has_filled_may_be_null_and_what_is_new_is_ignored(routes: respx.Route) -> None:
    row: dict[str, Any] = {
        "id": "1",
        "name": None,
        "methods": None,
        "hosts": None,
        "paths": ["/a"],
        "headers": None,
        "snis": None,
        "tomorrow": {},
    }
    routes.respond(200, json={"data": [row]})
    assert found() == (GatewayRoute(id="1", paths=("/a",)),)


def test_a_list_that_does_not_end_is_refused(routes: respx.Route) -> None:
    routes.respond(200, json={"data": [], "offset": "again"})
    with pytest.raises(Refused, match="does not end"):
        found()
    assert routes.call_count == MOST_PAGES


def test_a_missing_right_is_named_by_its_role(routes: respx.Route) -> None:
    routes.respond(403, json={"code": 7, "message": "usage constraint error", "details": []})
    with pytest.raises(Refused, match=r"role Control Planes: Viewer \(on this control plane\)"):
        found()


@pytest.mark.parametrize(("status", "error"), [(404, Missing), (503, Passing), (500, Passing)])
def test_other_answers_are_what_they_are_everywhere(routes: respx.Route, status: int, error: type[Exception]) -> None:
    routes.respond(status, json={"message": "Not Found"})
    with pytest.raises(error):
        found()
