"""What goes back of Curity's configuration, told by the memory of what we wrote and by what stands there now."""

from __future__ import annotations

from typing import Any

import pytest

from dcr.curity.admin.edit import Edit
from dcr.curity.admin.giving_back import Deletion, GivingBack, Return
from dcr.curity.admin.memory import Written, edits_of, kept, remembering, to_keep
from dcr.curity.admin.nodes import Node, Path, authorization_server, below, client, display
from dcr.curity.admin.tree import Tree
from dcr.results.changes import Stage
from dcr.results.diff import Diff
from dcr.secret import Secret

STAGE = Stage.CURITY_CONFIGURATION
SERVER = authorization_server("token-service")
OPENID = below(SERVER, "openid-connect", "expose-metadata")
BASIC = below(SERVER, "client-authentication", "basic-and-form-post")
CLIENT = client("token-service", "konnect-dcr")


def tree(server: dict[str, Any]) -> Tree:
    profile = {"id": "token-service", "type": "oauth-service", "settings": {"authorization-server": server}}
    return {"profiles": {"profile": [profile]}, "environments": {}}


def written(before: dict[str, Any], *edits: Edit, known: tuple[Written, ...] = ()) -> tuple[Written, ...]:
    return remembering(known, STAGE, edits, tree(before))


def back(now: dict[str, Any], memory: tuple[Written, ...], *whole: Path) -> Diff[Return]:
    return GivingBack(STAGE, tree(now), memory, whole).differences()


def told(diff: Diff[Return]) -> list[str]:
    return [f"- {display(one.path)}" if isinstance(one, Deletion) else f"= {one.value}" for one in diff.writes]


def test_a_memory_is_read_as_it_was_kept() -> None:
    memory = written({}, Edit(OPENID), Edit(BASIC, "true"), Edit(below(SERVER, "clients"), "ours", member=True))
    assert kept(to_keep(memory)) == memory


def test_no_secret_is_in_it() -> None:
    memory = written({"client-store": {}}, Edit(below(CLIENT, "secret"), Secret("s3cret")))
    assert "s3cret" not in to_keep(memory) and memory[0].secret


def test_only_what_stood_there_at_first_is_given_back() -> None:
    first = written({"client-authentication": {"basic-and-form-post": False}}, Edit(BASIC, "true"))
    second = written({"client-authentication": {"basic-and-form-post": True}}, Edit(BASIC, "again"), known=first)

    assert (second[0].before, second[0].after) == ("false", "again")


@pytest.mark.parametrize(
    ("now", "goes", "stays"),
    [
        (True, ["= false"], ""),
        (False, [], ""),
        ("theirs", [], "basic-and-form-post stays: others have changed it since"),
    ],
)
def test_a_value_goes_back_unless_others_have_changed_it(now: Any, goes: list[str], stays: str) -> None:
    memory = written({"client-authentication": {"basic-and-form-post": False}}, Edit(BASIC, "true"))
    diff = back({"client-authentication": {"basic-and-form-post": now}}, memory)

    assert told(diff) == goes
    assert stays in "".join(diff.warnings) and bool(stays) == bool(diff.warnings)


@pytest.mark.parametrize(
    ("openid", "goes"),
    [
        ({"expose-metadata": [None]}, ["- curity/profile=token-service/openid-connect"]),
        ({"expose-metadata": [None], "id-token-ttl": 3600}, ["- curity/profile=token-service/openid-connect"]),
        ({"expose-metadata": [None], "claims": {"all": [None]}}, ["- curity/profile=token-service/openid-connect/expose-metadata"]),
        ({"claims": {"all": [None]}}, []),
    ],
    ids=["as written", "with a default", "with something of theirs", "ours is gone"],
)
def test_a_container_goes_whole_unless_others_use_it(openid: dict[str, Any], goes: list[str]) -> None:
    assert told(back({"openid-connect": openid}, written({}, Edit(OPENID)))) == goes


def test_an_entry_that_others_have_changed_stays_whole_and_ours_by_name_goes_all_the_same() -> None:
    memory = written({"client-store": {"config-backed": {"client": []}}}, Edit(below(CLIENT, "client-name"), "Ours"))
    now = {"client-store": {"config-backed": {"client": [{"id": "konnect-dcr", "client-name": "Theirs"}, {"id": "web-shop"}]}}}

    assert told(back(now, memory)) == [] and "client-name = Theirs" in back(now, memory).warnings[0]
    assert told(back(now, memory, CLIENT)) == ["- curity/profile=token-service/client=konnect-dcr"]


def test_one_value_of_a_list_that_others_use_goes_alone() -> None:
    path = below(SERVER, "clients")
    memory = written({"clients": ["theirs"]}, Edit(path, "ours", member=True))

    assert memory[0].beside == ("theirs",)
    assert told(back({"clients": ["theirs", "ours"]}, memory)) == ["- curity/profile=token-service/clients=ours"]
    assert told(back({"clients": ["theirs"]}, memory)) == []


def test_another_case_of_a_choice_is_put_back_as_far_as_leaves_tell_it() -> None:
    edit = Edit(below(SERVER, "clients"), "ours", member=True, instead_of="users")
    assert told(back({"clients": ["ours"]}, written({"users": ["a", "b"]}, edit))) == [
        "- curity/profile=token-service/clients=ours",
        "= a",
        "= b",
    ]
    by_hand = back({"clients": ["ours"]}, written({"users": [{"id": "a"}]}, edit))
    assert "has to be set again by hand" in by_hand.warnings[0]


def test_what_was_answered_becomes_edits_again() -> None:
    answered = {"flag": [None], "leaf": 3, "inner": {"list": ["a", "b"]}}
    edits = edits_of(SERVER, "case", answered)
    assert [(display(one.path).rpartition("case/")[2], one.value) for one in edits] == [
        ("flag", None),
        ("leaf", "3"),
        ("inner/list", "a"),
        ("inner/list", "b"),
    ]


def test_a_purpose_spelled_in_two_ways_is_one() -> None:
    path = (*SERVER, Node("issuer", client("p", "userinfo")[-1].keys), Node("key"))
    memory = written({"issuer": [{"id": "user-info", "key": "theirs"}]}, Edit(path, "ours"))
    assert memory[0].before == "theirs"
