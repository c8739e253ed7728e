"""ConfD's answers as they were collected: for each sample, the same fault gives the same status, members and words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.reference import needs_reference, reference
from tests.sandbox.curity.admin import CLIENTS, DCR, ISSUERS, JSON, PROFILE, USER, Admin, client, enable

pytestmark = needs_reference
SWITCH = {"base:default-token-issuer": {"access-token-as-jwt": [None]}}


def patch_switch(admin: Admin, **headers: str) -> httpx.Response:
    return admin.http.patch(f"{ISSUERS}/default-token-issuer", json=SWITCH, headers={"Content-Type": JSON, **headers})


def with_knobs(admin: Admin, **knobs: Any) -> httpx.Response:
    admin.datastore.set_knobs(knobs)
    return patch_switch(admin)


def unknown_registrant(admin: Admin) -> httpx.Response:
    enable(admin)
    return admin.patch(f"{DCR}/non-templatized", {"profile-oauth:non-templatized": {"authenticate-client-by": ["nobody"]}})


def capability_off(admin: Admin) -> httpx.Response:
    return admin.patch(f"{CLIENTS}/client=web-shop", {"profile-oauth:client": [{"capabilities": {"implicit": [None]}}]})


FAULTS: dict[str, Callable[[Admin], httpx.Response]] = {
    "resource absent (GET/DELETE/PATCH)": lambda admin: admin.get(f"{CLIENTS}/client=nobody"),
    "POST of an existing list entry": lambda admin: admin.post(CLIENTS, client("web-shop")),
    "unknown leaf in body": lambda admin: admin.put(DCR, {"profile-oauth:dynamic-client-registration": {"profile-oauth:foo": 1}}),
    "unknown query parameter": lambda admin: admin.get(PROFILE, foo="1"),
    "missing module prefix in top-level URI": lambda admin: admin.get("/profiles"),
    "bad credentials": lambda admin: admin.http.get(PROFILE, auth=(USER, "wrong")),
    "NACM denies": lambda admin: with_knobs(admin, denied_writes=["/profiles"]),
    "leafref target absent at commit": unknown_registrant,
    "mandatory leaf missing at commit": lambda admin: admin.put(DCR, {"profile-oauth:dynamic-client-registration": {}}),
    "must/when rule fails (Curity message)": capability_off,
    "datastore locked by another session": lambda admin: with_knobs(admin, locked_edits=1),
    "wrong Content-Type": lambda admin: patch_switch(admin, **{"Content-Type": "application/json"}),
    "If-Match / If-Unmodified-Since fails": lambda admin: patch_switch(admin, **{"If-Match": '"other"'}),
    "unlicensed server": lambda admin: with_knobs(admin, unlicensed=True),
}
# What stands in a message for the node it is about, and for what a Curity rule says.
OF_THE_CASE = re.compile(r"/\S+|'[^']*'|(?<=: ).*$")


def samples() -> dict[str, dict[str, Any]]:
    """The samples by name."""
    found = json.loads((reference() / "curity" / "confd_error_samples.json").read_text(encoding="utf-8"))
    return {one["name"]: one for one in found}


def test_every_sample_has_its_fault() -> None:
    assert set(samples()) == set(FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_answered_as_in_the_sample(admin: Admin, name: str) -> None:
    answer, sample = FAULTS[name](admin), samples()[name]
    assert answer.status_code == sample["status"]
    body = sample["body"]
    if not isinstance(body, dict):
        assert answer.text == "" if body is None else body in answer.text
        return
    (found,), (wanted,) = answer.json()["ietf-restconf:errors"]["error"], body["ietf-restconf:errors"]["error"]
    for member in ("error-type", "error-tag"):
        assert found[member] == wanted[member]
    assert shape(found.get("error-message", "")) == shape(wanted.get("error-message", found.get("error-message", "")))


def shape(message: str) -> str:
    """A message without what belongs to the case."""
    return OF_THE_CASE.sub("…", message.replace(" on since ", " since "))
