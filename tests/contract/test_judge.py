"""The judge itself: what breaks a vendor's document is found, each kind planted; what a reading excuses is excused under it alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from openapi_core.testing import MockRequest, MockResponse

from tests.contract.documents import HOST, load
from tests.contract.judge import Judge
from tests.contract.requests import require_documented
from tests.reference import needs_reference, reference

pytestmark = needs_reference

ID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
TIME = "2026-11-23T10:00:00Z"
PROVIDER = {
    "name": "curity",
    "provider_type": "curity",
    "issuer": "https://curity.example/oauth/v2/oauth-anonymous",
    "dcr_config": {"initial_client_id": "konnect-dcr", "initial_client_secret": "of the test"},
}
DEVELOPER = {
    "id": ID,
    "email": "jane.doe@acme.example",
    "full_name": "Jane Doe",
    "status": "approved",
    "created_at": TIME,
    "updated_at": TIME,
}
DEVELOPERS = f"/v3/portals/{ID}/developers"
STRATEGY_IDS = {"auth_strategy_ids": [ID], "auto_approve_registrations": True, "visibility": "public"}
PUBLICATION = {**STRATEGY_IDS, "created_at": TIME, "updated_at": TIME}
PUBLICATIONS = f"/v3/apis/{ID}/publications/{ID}"


def found(
    method: str,
    path: str,
    sent: Any = None,
    status: int = 200,
    answered: Any = None,
    *,
    args: Mapping[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
) -> list[str]:
    """What the judge says of one exchange."""
    judge = Judge(reference() / "konnect", readings or {})
    body = json.dumps(sent).encode() if sent is not None else None
    request = MockRequest(HOST, method, path, args=dict(args or {}), data=body, content_type="application/json" if body else "")
    response = MockResponse(json.dumps(answered).encode(), status_code=status, content_type="application/json")
    judge.judge(load(judge.directory, "konnect"), request, response)
    return judge.violations


def developers(**wrong: Any) -> list[str]:
    page = {"data": [{**DEVELOPER, **wrong}], "meta": {"page": {"number": 1, "size": 10, "total": 1}}}
    return found("GET", DEVELOPERS, answered=page)


def test_a_good_exchange_is_no_violation() -> None:
    assert developers() == []
    assert found("PUT", PUBLICATIONS, STRATEGY_IDS, 200, PUBLICATION) == []


@pytest.mark.parametrize(
    "wrong",
    [{"id": "developer-1"}, {"created_at": "yesterday"}, {"email": "jane.doe"}, {"status": "unknown"}, {"full_name": 7}],
    ids=["uuid", "date-time", "email", "enumeration", "type"],
)
def test_a_wrong_value_in_an_answer_is_found(wrong: Mapping[str, Any]) -> None:
    (said,) = developers(**wrong)
    assert said.startswith("answer get /portals/{portalId}/developers -> 200: ")


@pytest.mark.parametrize(
    "wrong",
    [{"issuer": "no url"}, {"issuer": None}, {"provider_type": "curitty"}, {"labels": {"a": 1}}, {"dcr_config": {}}],
    ids=["url", "null", "enumeration", "type", "required"],
)
def test_a_wrong_value_in_a_request_is_found(wrong: Mapping[str, Any]) -> None:
    said = found("POST", "/v2/dcr-providers", {**PROVIDER, **wrong}, 401, {})
    assert any(one.startswith("request post /dcr-providers: ") for one in said)


def test_an_operation_a_filter_and_a_status_that_no_document_has_are_found() -> None:
    assert found("GET", "/v3/portal-secrets") == ["get /v3/portal-secrets: no document has this operation"]
    page = {"data": [], "meta": {"page": {"number": 1, "size": 10, "total": 0}}}
    assert found("GET", DEVELOPERS, answered=page, args={"filter[shoe_size][eq]": "43"}) == [
        "request get /portals/{portalId}/developers: no filter filter[shoe_size][eq]"
    ]
    assert len(found("PUT", PUBLICATIONS, STRATEGY_IDS, 418, {})) == 1


def test_an_undocumented_answer_is_exempt_under_the_reading_that_plays_it_alone() -> None:
    exchange = ("PUT", PUBLICATIONS, STRATEGY_IDS, 201, PUBLICATION)
    assert len(found(*exchange)) == 1
    assert len(found(*exchange, readings={"konnect.publication-status": "200"})) == 1
    assert found(*exchange, readings={"konnect.publication-status": "201"}) == []


def test_a_request_that_meets_no_sandbox_is_judged_too() -> None:
    require_documented("konnect", httpx.Request("POST", f"{HOST}/v2/dcr-providers", json=PROVIDER))
    with pytest.raises(AssertionError, match="request post /dcr-providers"):
        require_documented("konnect", httpx.Request("POST", f"{HOST}/v2/dcr-providers", json={**PROVIDER, "issuer": "no url"}))
