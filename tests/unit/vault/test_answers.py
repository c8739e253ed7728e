"""The table of Vault's answers, row by row, with the exact texts that were seen.

Source: docs/vendors/vault.md, Errors, Deleted versions, Fresh mount.
"""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcr.errors import DcrError, Missing, Passing, Refused, Stale, Unknown
from dcr.vault.answers import judge

DELETED = {"data": {"data": None, "metadata": {"version": 1, "created_time": "2026-01-01T00:00:00Z", "destroyed": False}}}
DATA, LOGIN = "/v1/dcr/data/tenants/acme/spec", "/v1/auth/approle/login"


def answered(method: str, path: str, status: int, errors: list[Any] | None = None, **response: Any) -> httpx.Response:
    content = {"json": {"errors": errors}} if errors is not None else response
    return httpx.Response(status, request=httpx.Request(method, f"https://vault.test{path}"), **content)


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (answered("GET", DATA, 404, []), "never written"),
        (answered("GET", DATA, 404, json=DELETED), "deleted: its version is what the next write names"),
        (answered("LIST", "/v1/dcr/metadata/tenants", 404, []), "an empty folder"),
        (answered("POST", DATA, 204), "a success without a body"),
        (answered("POST", DATA, 200, json={"data": {"version": 1}, "warnings": ["w"]}), "warnings are no errors"),
    ],
)
def test_nothing_is_wrong_with(response: httpx.Response, reason: str) -> None:
    assert judge(response) is None, reason


@pytest.mark.parametrize(
    ("response", "kind", "words"),
    [
        (answered("POST", DATA, 400, ["check-and-set parameter did not match the current version"]), Stale, "somebody else"),
        (answered("POST", DATA, 400, ["check-and-set parameter required for this call"]), Refused, "check-and-set"),
        (answered("POST", DATA, 400, ["Upgrading from non-versioned to versioned data."]), Passing, "upgraded"),
        (answered("POST", DATA, 400, ["Waiting for the primary to upgrade from non-versioned"]), Passing, "primary"),
        (answered("POST", DATA, 400, ["no data provided"]), Refused, "does not accept"),
        (answered("POST", DATA, 400), Refused, "does not accept"),
        (answered("POST", DATA, 401, ["x"]), Refused, "proxy"),
        (answered("GET", DATA, 403, ["1 error occurred:\n\t* permission denied\n\n"]), Refused, f"right to read {DATA[4:]}"),
        (answered("POST", DATA, 403, ["1 error occurred:\n\t* permission denied\n\n"]), Refused, "right to create, update"),
        (answered("POST", "/v1/dcr/destroy/x", 403, ["1 error occurred:\n\t* permission denied\n\n"]), Refused, "right to update"),
        (answered("LIST", "/v1/dcr/metadata/x", 403, ["1 error occurred:\n\t* permission denied\n\n"]), Refused, "right to list"),
        (answered("GET", DATA, 403, ["permission denied"]), Refused, "token"),
        (answered("GET", DATA, 403, ["2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"]), Refused, "token"),
        (answered("GET", "/v1/sys/internal/ui/mounts/x", 403, ["preflight capability check returned 403"]), Refused, "no such mount"),
        (answered("GET", DATA, 404, ["namespace not found"]), Missing, "namespace"),
        (answered("GET", DATA, 404, ['no handler for route "nope/data/x"']), Missing, "mount"),
        (answered("GET", DATA, 404, html="<html>not here</html>"), Refused, "404"),
        (answered("GET", DATA, 404), Refused, "404"),
        (answered("GET", DATA, 405, ["unsupported operation"]), Refused, "operation"),
        (answered("POST", DATA, 412, ["required index state not present"]), Passing, "up to date"),
        (answered("POST", DATA, 413, ["http: request body too large"]), Refused, "too large"),
        (answered("POST", DATA, 429, ['request path "dcr/data/x": rate limit quota exceeded']), Passing, "too many"),
        (answered("GET", DATA, 500, ["local node not active but active cluster node not found"]), Passing, "500"),
        (answered("POST", DATA, 500, ["internal error"]), Unknown, "500"),
        (answered("GET", DATA, 501, ["Vault is not initialized"]), Refused, "not initialised"),
        (answered("POST", DATA, 502, html="<html>bad gateway</html>"), Unknown, "502"),
        (answered("GET", DATA, 504), Passing, "504"),
        (answered("POST", DATA, 503, ["Vault is sealed"]), Passing, "sealed"),
        (answered("POST", DATA, 503, html="<html>"), Passing, "not available"),
        (answered("GET", DATA, 418), Refused, "418"),
        (answered("GET", DATA, 200, html="<html>proxy login</html>"), Passing, "cut off"),
        (answered("GET", DATA, 200, json=[1]), Passing, "cut off"),
        (answered("POST", DATA, 200, content=b'{"data": {"ver'), Unknown, "cut off"),
        (answered("POST", LOGIN, 400, ["invalid role or secret ID"]), Refused, "credentials"),
        (answered("POST", LOGIN, 400, ['source address "10.0.0.1" unauthorized by CIDR restrictions']), Refused, "address"),
        (answered("POST", LOGIN, 403, ["permission denied"]), Refused, "locked out"),
        (answered("POST", LOGIN, 500, ["missing role_id"]), Refused, "role id"),
        (answered("POST", LOGIN, 503, ["Vault is sealed"]), Passing, "sealed"),
    ],
)
def test_every_answer_says_what_the_caller_can_do(response: httpx.Response, kind: type[DcrError], words: str) -> None:
    verdict = judge(response)
    assert type(verdict) is kind
    assert words in verdict.problem + verdict.remedy


@pytest.mark.parametrize(("named", "seconds"), [("3", 3), ("absurd", None), ("999999", 60)])
def test_a_named_wait_is_passed_on_within_reason(named: str, seconds: float | None) -> None:
    verdict = judge(answered("GET", DATA, 429, json={"errors": ["quota exceeded"]}, headers={"Retry-After": named}))
    assert isinstance(verdict, Passing)
    assert verdict.retry_after == seconds


@given(
    status=st.integers(400, 599),
    method=st.sampled_from(["GET", "POST", "LIST"]),
    body=st.one_of(
        st.builds(lambda text: {"errors": [text]}, st.text()),
        st.recursive(
            st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
        ),
    ),
)
def test_no_answer_is_beyond_judgement_and_none_is_quoted(status: int, method: str, body: Any) -> None:
    marked = {"errors": [f"s3cret {body}"], "more": body}
    for response in (answered(method, DATA, status, json=body), answered(method, DATA, status, json=marked)):
        verdict = judge(response)
        assert verdict is None or "s3cret" not in str(verdict)
    assert judge(answered(method, DATA, status, json=marked)) is not None
