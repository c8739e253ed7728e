"""What each refusal of the admin side means, in both dialects."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import respx

from dcr.curity.admin.client import CurityAdmin
from dcr.errors import DcrError, Missing, Passing, Refused, Unknown
from tests.unit.curity.admin.admin_side import DATA, body
from tests.unit.curity.admin.exports import reference

Row = tuple[str, int, dict[str, Any] | None, type[DcrError]]
IN_ANOTHER_DIALECT: list[Row] = [
    ("bad-01: a reference that leads nowhere", 409, body("data-missing", app_tag="instance-required"), Refused),
    ("bad-06: a rule fails", 412, body("operation-failed"), Refused),
    ("bad-11: something mandatory is missing", 400, body("missing-element"), Refused),
    ("bad-16: two equal entries", 412, body("operation-failed", app_tag="data-not-unique"), Refused),
    ("bad-17: two cases of a choice", 400, body("bad-element"), Refused),
    ("bad-20: an unknown element", 400, body("unknown-element"), Refused),
]
OTHERS: list[Row] = [
    ("nobody may commit now", 409, body("lock-denied"), Passing),
    ("a rule fails, as RFC 8040 also maps it", 500, body("operation-failed"), Refused),
    ("something is there already", 409, body("data-exists"), Refused),
    ("a tag nobody knows", 400, body("too-big"), Refused),
    ("a status nobody knows", 418, None, Refused),
    ("errors without their module's name", 409, {"errors": {"error": [{"error-tag": "in-use"}]}}, Passing),
    ("one error that is not in a list", 409, {"ietf-restconf:errors": {"error": {"error-tag": "in-use"}}}, Passing),
    ("a list without errors", 409, {"ietf-restconf:errors": {"error": []}}, Refused),
    ("an empty precondition failure of a request without If-Match", 412, None, Refused),
    ("slow arrival of the request", 408, None, Passing),
    ("too many requests", 429, None, Passing),
    ("the server fell over", 500, None, Unknown),
    ("nothing of the kind is implemented", 501, None, Refused),
    ("a proxy lost the answer", 502, None, Unknown),
    ("it is starting", 503, None, Passing),
    ("a proxy did not wait for the answer", 504, None, Unknown),
]


@pytest.mark.parametrize(
    ("reason", "status", "answer", "kind"), IN_ANOTHER_DIALECT + OTHERS, ids=[row[0] for row in IN_ANOTHER_DIALECT + OTHERS]
)
def test_what_a_refused_edit_means(
    curity: respx.MockRouter, admin: CurityAdmin, reason: str, status: int, answer: dict[str, Any] | None, kind: type[DcrError]
) -> None:
    curity.patch(DATA).respond(status, json=answer) if answer else curity.patch(DATA).respond(status)

    with pytest.raises(DcrError) as raised:
        admin.patch_root(b"<data/>")

    assert type(raised.value) is kind
    assert raised.value.where == f"curity: PATCH {DATA}"


DOCUMENTED = {
    "resource absent (GET/DELETE/PATCH)": Missing,
    "POST of an existing list entry": Refused,
    "unknown leaf in body": Refused,
    "unknown query parameter": Refused,
    "missing module prefix in top-level URI": Refused,
    "bad credentials": Refused,
    "NACM denies": Refused,
    "leafref target absent at commit": Refused,
    "mandatory leaf missing at commit": Refused,
    "must/when rule fails (Curity message)": Refused,
    "datastore locked by another session": Passing,
    "wrong Content-Type": Refused,
    "If-Match / If-Unmodified-Since fails": Refused,  # of a request without either
    "unlicensed server": Passing,
}


def test_what_every_documented_sample_means(curity: respx.MockRouter, admin: CurityAdmin) -> None:
    samples = json.loads(reference("confd_error_samples.json"))
    seen = {}
    for sample in samples:
        answer = httpx.Response(sample["status"], content=json.dumps(sample["body"]) if sample["body"] else b"")
        curity.patch(DATA).mock(return_value=answer)
        with pytest.raises(DcrError) as raised:
            admin.patch_root(b"<data/>")
        seen[sample["name"]] = type(raised.value)

    assert seen == DOCUMENTED


def test_a_lost_read_may_be_read_again(curity: respx.MockRouter, admin: CurityAdmin) -> None:
    for status in (500, 502, 504):
        curity.get(f"{DATA}/base:facilities").respond(status)
        with pytest.raises(Passing):
            admin.get("base:facilities")


@pytest.mark.parametrize("content", [b'{"base:facilities": {', b"<html/>", b""])
def test_an_answer_that_is_cut_short_may_be_read_again(curity: respx.MockRouter, admin: CurityAdmin, content: bytes) -> None:
    curity.get(f"{DATA}/base:facilities").respond(200, content=content)

    with pytest.raises(Passing):
        admin.get("base:facilities")


def test_an_answer_that_is_no_object_is_refused(curity: respx.MockRouter, admin: CurityAdmin) -> None:
    curity.get(f"{DATA}/base:facilities").respond(200, json=["base"])

    with pytest.raises(Refused):
        admin.get("base:facilities")


def test_the_wait_that_the_server_names_is_kept(curity: respx.MockRouter, admin: CurityAdmin) -> None:
    curity.patch(DATA).respond(503, headers={"Retry-After": "7"})

    with pytest.raises(Passing) as raised:
        admin.patch_root(b"<data/>")

    assert raised.value.retry_after == 7


def test_errors_in_xml_are_understood_too(curity: respx.MockRouter, admin: CurityAdmin) -> None:
    errors = (
        b'<errors xmlns="urn:ietf:params:xml:ns:yang:ietf-restconf"><error><error-tag>in-use</error-tag>'
        b"<error-message>locked by session 12</error-message></error></errors>"
    )
    curity.patch(DATA).respond(409, content=errors)

    with pytest.raises(Passing, match="locked by session 12"):
        admin.patch_root(b"<data/>")


def test_the_message_is_shown_and_cut(curity: respx.MockRouter, admin: CurityAdmin) -> None:
    curity.patch(DATA).respond(400, json=body("invalid-value", "x" * 1000, path="/base:profiles"))

    with pytest.raises(Refused) as raised:
        admin.patch_root(b"<data/>")

    assert "(invalid-value: /base:profiles: xxx" in raised.value.problem
    assert len(raised.value.problem) < 400


@pytest.mark.parametrize("quoted", [b"s3&amp;cret", b"s3cret"])
def test_a_secret_that_the_server_quotes_is_not_quoted_by_us(curity: respx.MockRouter, admin: CurityAdmin, quoted: bytes) -> None:
    secret = quoted.decode().replace("&amp;", "&")
    curity.patch(DATA).respond(400, json=body("bad-element", f'"{secret}" is not a valid value'))

    with pytest.raises(Refused) as raised:
        admin.patch_root(b"<data><secret>" + quoted + b"</secret></data>")

    assert secret not in str(raised.value)
    assert '"(secret)" is not a valid value' in raised.value.problem


def test_a_body_that_is_not_restconfs_is_not_quoted(curity: respx.MockRouter, admin: CurityAdmin) -> None:
    curity.patch(DATA).respond(400, text="password=hunter2")

    with pytest.raises(Refused) as raised:
        admin.patch_root(b"<data/>")

    assert "hunter2" not in str(raised.value)


def test_a_denied_call_names_the_rights_and_the_call(curity: respx.MockRouter, admin: CurityAdmin) -> None:
    curity.get(f"{DATA}/base:facilities").respond(403, json=body("access-denied"))

    with pytest.raises(Refused) as raised:
        admin.get("base:facilities")

    assert raised.value.where == f"curity: GET {DATA}/base:facilities"
    assert "read these and the ids below facilities" in raised.value.remedy
