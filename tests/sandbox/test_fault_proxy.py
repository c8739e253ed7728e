"""The fault proxy over real sockets: each kind of fault does what its name says, and the system behind got the request or did not."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.faults import FaultPlan, Kind, Timing, kinds
from sandbox.world import World, WorldOptions

PATIENCE_SECONDS, LATE_SECONDS = 0.5, 1.0
KINDS = kinds(longer_than_the_client_waits=LATE_SECONDS)
FORWARDED = {Timing.BEFORE: 0, Timing.AFTER: 1}


@pytest.fixture(scope="module")
def running() -> Iterator[World]:
    with World(WorldOptions(faults=FaultPlan())) as world:
        yield world


@pytest.fixture
def world(running: World) -> World:
    running.reset()
    return running


@pytest.fixture
def plan(world: World) -> Iterator[FaultPlan]:
    assert world.faults is not None
    world.faults.clear()
    yield world.faults
    world.faults.clear()


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    with httpx.Client(verify=ssl.create_default_context(cafile=world.ready["ca_file"]), trust_env=False, timeout=PATIENCE_SECONDS) as made:
        yield made


def address(world: World, system: str) -> str:
    """Something that the system answers to anybody."""
    ready = world.ready
    paths = {
        "curity-admin": f"{ready['curity']['admin_url']}/data",
        "curity-runtime": f"{ready['curity']['issuer']}/.well-known/openid-configuration",
        "vault": f"{ready['vault']['url']}/v1/sys/health",
    }
    return str(paths[system])


def system_for(kind: Kind) -> str:
    return next(iter(kind.for_systems), "curity-runtime")


def outcome(client: httpx.Client, url: str) -> tuple[str, httpx.Response | None]:
    """Name of the transport's error and no answer, or nothing and the answer."""
    try:
        return "", client.get(url)
    except httpx.TransportError as error:
        return type(error).__name__, None


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.canned], ids=lambda kind: kind.name)
def test_an_answer_is_given_instead(world: World, plan: FaultPlan, client: httpx.Client, kind: Kind) -> None:
    system = system_for(kind)
    plan.arrange(kind, 1)
    _, answer = outcome(client, address(world, system))
    assert kind.canned is not None and answer is not None
    assert (answer.status_code, answer.content) == (kind.canned.status, kind.canned.body)
    assert set(kind.canned.headers) <= {(name.title(), value) for name, value in answer.headers.items()}
    assert plan.met == 1
    if system != "vault":
        assert len(world.log.entries(system)) == FORWARDED[kind.timing]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.refuse or kind.drop or kind.delay_seconds], ids=lambda kind: kind.name)
def test_no_answer_comes(world: World, plan: FaultPlan, client: httpx.Client, kind: Kind) -> None:
    plan.arrange(kind, 1)
    error, answer = outcome(client, address(world, "curity-runtime"))
    assert answer is None
    assert error == ("ConnectError" if kind.refuse else "ReadTimeout" if kind.delay_seconds else "RemoteProtocolError")
    assert len(world.log.entries("curity-runtime")) == FORWARDED[kind.timing]
    assert outcome(client, address(world, "curity-runtime"))[0] == ""


def test_a_body_is_cut_off(world: World, plan: FaultPlan, client: httpx.Client) -> None:
    plan.arrange(next(kind for kind in KINDS if kind.cut), 1)
    assert outcome(client, address(world, "curity-runtime"))[0] == "RemoteProtocolError"


def test_json_is_truncated(world: World, plan: FaultPlan, client: httpx.Client) -> None:
    plan.arrange(next(kind for kind in KINDS if kind.truncate), 1)
    _, answer = outcome(client, address(world, "curity-runtime"))
    assert answer is not None and answer.content
    with pytest.raises(json.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize("timing", list(Timing))
def test_something_happens_meanwhile(world: World, plan: FaultPlan, client: httpx.Client, timing: Timing) -> None:
    seen: list[tuple[Any, ...]] = []
    note = lambda *call: seen.append((*call, len(world.log.entries("curity-runtime"))))  # noqa: E731
    plan.arrange(Kind("meanwhile", timing, disturb=True), 1, disturbance=note)
    _, answer = outcome(client, address(world, "curity-runtime"))
    assert answer is not None and answer.is_success
    assert [one[:2] for one in seen] == [("curity-runtime", "GET")]
    assert seen[0][3] == FORWARDED[timing]


def test_only_the_planned_requests_meet_the_fault(world: World, plan: FaultPlan, client: httpx.Client) -> None:
    plan.arrange(Kind("gone", drop=True), 2, times=2)
    assert [outcome(client, address(world, "curity-runtime"))[0] for _ in range(4)] == ["", *["RemoteProtocolError"] * 2, ""]
    assert (plan.counted, plan.met) == (4, 2)


def test_requests_that_do_not_match_are_not_counted(world: World, plan: FaultPlan, client: httpx.Client) -> None:
    plan.arrange(Kind("gone", drop=True), 1, matches=lambda _system, method, _path: method == "POST")
    assert outcome(client, address(world, "curity-runtime"))[0] == ""
    assert (plan.counted, plan.met) == (0, 0)


def test_what_the_systems_ask_of_each_other_is_neither_counted_nor_disturbed(world: World, plan: FaultPlan, client: httpx.Client) -> None:
    plan.arrange(Kind("gone", drop=True), 1)
    answer = client.get(address(world, "curity-runtime"), headers={"User-Agent": "sandbox"})
    assert answer.is_success
    assert plan.counted == 0


def test_cookies_of_one_client_are_not_sent_for_another(world: World, plan: FaultPlan, client: httpx.Client) -> None:
    portal = world.ready["portal"]
    login = {"username": portal["developer"]["email"], "password": portal["developer"]["password"]}
    assert client.post(f"{portal['url']}/api/v3/developer/authenticate", json=login).is_success
    assert client.get(f"{portal['url']}/api/v3/applications").status_code == 200
    client.cookies.clear()
    assert client.get(f"{portal['url']}/api/v3/applications").status_code == 401
