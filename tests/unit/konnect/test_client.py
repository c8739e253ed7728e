"""Konnect's client: who we are, patience with what is new, lists to their end, answers that are not what they should be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import respx

from dcr.errors import Missing, Passing, Refused, Unknown
from dcr.http.polling import Clock
from dcr.konnect.answers import MOST_PAGES, Id, KonnectAnswer
from dcr.konnect.client import Konnect
from dcr.konnect.eventual_consistency import CONSISTENCY_SECONDS, EventualConsistency
from dcr.secret import Secret
from tests.in_process import problem
from tests.unit.kong_in_process import KONNECT

ID = "00000000-0000-4000-8000-000000000001"
HOSTS = ("eu.api.konghq.com:443",)


class Thing(KonnectAnswer):
    id: Id


class Time:
    """Passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.naps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.now, self.sleep)


@pytest.fixture
def konnect_api() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=KONNECT, assert_all_called=False) as router:
        yield router


def a_client(tokens: Iterator[str] | None = None, time: Time | None = None) -> Konnect:
    given = tokens or iter(["kpat_one", "kpat_two", "kpat_three"])
    return Konnect(httpx.Client(base_url=KONNECT), lambda: Secret(next(given)), HOSTS, EventualConsistency((time or Time()).clock))


def a_page(*ids: str, total: int | None = None) -> httpx.Response:
    data = [{"id": one} for one in ids]
    return httpx.Response(
        200, json={"data": data, "meta": {"page": {"number": 1, "size": 10, "total": len(ids) if total is None else total}}}
    )


def test_the_token_is_read_once_and_sent_as_bearer(konnect_api: respx.MockRouter) -> None:
    route = konnect_api.get(f"/v2/things/{ID}").respond(json={"id": ID})
    konnect = a_client(iter(["kpat_one"]))
    konnect.read(f"/v2/things/{ID}", Thing)
    konnect.read(f"/v2/things/{ID}", Thing)

    assert [call.request.headers["authorization"] for call in route.calls] == ["Bearer kpat_one"] * 2


def test_after_a_401_the_token_is_read_again_and_the_call_repeated(konnect_api: respx.MockRouter) -> None:
    route = konnect_api.post("/v2/things").mock(side_effect=[problem(401, "Unauthorized"), httpx.Response(201, json={"id": ID})])
    a_client().write("POST", "/v2/things", {"name": "x"}, Thing)

    assert [call.request.headers["authorization"] for call in route.calls] == ["Bearer kpat_one", "Bearer kpat_two"]
    assert [call.request.content for call in route.calls] == [b'{"name":"x"}'] * 2


def test_a_second_401_is_the_end(konnect_api: respx.MockRouter) -> None:
    route = konnect_api.get("/v2/things").respond(401)

    with pytest.raises(Refused, match="credentials"):
        a_client().listed("/v2/things", Thing, {})
    assert route.call_count == 2


def test_a_403_is_asked_once_only(konnect_api: respx.MockRouter) -> None:
    route = konnect_api.get("/v2/dcr-providers").mock(return_value=problem(403, "Forbidden"))

    with pytest.raises(Refused, match="DCR Providers: Creator"):
        a_client().listed("/v2/dcr-providers", Thing, {})
    assert route.call_count == 1


@pytest.mark.parametrize("status", [403, 404])
def test_what_was_just_created_may_be_refused_for_a_while(konnect_api: respx.MockRouter, status: int) -> None:
    konnect_api.get(f"/v2/things/{ID}").mock(side_effect=[problem(status, "x"), problem(status, "x"), httpx.Response(200, json={"id": ID})])
    time = Time()
    konnect = a_client(time=time)
    konnect.created(ID)

    assert konnect.read(f"/v2/things/{ID}", Thing).id == ID
    assert len(time.naps) == 2


def test_new_things_are_also_recognised_in_a_body_and_in_a_filter(konnect_api: respx.MockRouter) -> None:
    konnect_api.post("/v2/others").mock(side_effect=[problem(403, "x"), httpx.Response(201, json={"id": ID})])
    konnect_api.get("/v2/others").mock(side_effect=[problem(403, "x"), a_page()])
    konnect = a_client()
    konnect.created(ID)
    konnect.write("POST", "/v2/others", {"of": ID}, Thing)

    assert konnect.listed("/v2/others", Thing, {"filter[of][eq]": ID}) == ()


@pytest.mark.parametrize(("status", "kind"), [(403, Refused), (404, Missing)])
def test_the_patience_ends_ten_seconds_after_the_creation(konnect_api: respx.MockRouter, status: int, kind: type[Refused]) -> None:
    konnect_api.get(f"/v2/things/{ID}").mock(return_value=problem(status, "x"))
    time = Time()
    konnect = a_client(time=time)
    konnect.created(ID)

    with pytest.raises(kind):
        konnect.read(f"/v2/things/{ID}", Thing)
    assert CONSISTENCY_SECONDS <= time.now < CONSISTENCY_SECONDS + 3


def test_what_is_new_gets_no_patience_with_anything_but_403_and_404(konnect_api: respx.MockRouter) -> None:
    route = konnect_api.get(f"/v2/things/{ID}").mock(return_value=problem(400, "x"))
    konnect = a_client()
    konnect.created(ID)

    with pytest.raises(Refused):
        konnect.read(f"/v2/things/{ID}", Thing)
    assert route.call_count == 1


def test_other_things_get_no_patience(konnect_api: respx.MockRouter) -> None:
    route = konnect_api.get("/v2/things/other").mock(return_value=problem(404, "x"))
    konnect = a_client()
    konnect.created(ID)

    with pytest.raises(Missing):
        konnect.read("/v2/things/other", Thing)
    assert route.call_count == 1


def test_a_list_is_read_to_its_total(konnect_api: respx.MockRouter) -> None:
    ids = [f"00000000-0000-4000-8000-{number:012d}" for number in range(5)]
    route = konnect_api.get("/v2/things").mock(side_effect=[a_page(*ids[:2], total=5), a_page(*ids[2:4], total=5), a_page(ids[4], total=5)])
    found = a_client().listed("/v2/things", Thing, {"filter[name][eq]": "x"})

    assert [thing.id for thing in found] == ids
    assert [dict(call.request.url.params) for call in route.calls] == [
        {"filter[name][eq]": "x"},
        {"filter[name][eq]": "x", "page[number]": "2"},
        {"filter[name][eq]": "x", "page[number]": "3"},
    ]


def test_a_list_that_shrinks_while_it_is_read_ends(konnect_api: respx.MockRouter) -> None:
    konnect_api.get("/v2/things").mock(side_effect=[a_page(ID, total=2), a_page(total=2)])

    assert len(a_client().listed("/v2/things", Thing, {})) == 1


def test_a_list_that_never_ends_is_given_up(konnect_api: respx.MockRouter) -> None:
    route = konnect_api.get("/v2/things").mock(return_value=a_page(ID, total=10**9))

    with pytest.raises(Refused, match="does not end"):
        a_client().listed("/v2/things", Thing, {})
    assert route.call_count == MOST_PAGES


@pytest.mark.parametrize(("method", "kind"), [("GET", Passing), ("POST", Unknown)])
def test_an_answer_that_is_not_whole_json_is_a_lost_answer(konnect_api: respx.MockRouter, method: str, kind: type[Exception]) -> None:
    konnect_api.route(path="/v2/things").respond(200, content=b'{"id": "0000')
    konnect = a_client()

    with pytest.raises(kind, match="not JSON"):
        konnect.read("/v2/things", Thing) if method == "GET" else konnect.write(method, "/v2/things", {}, Thing)


@pytest.mark.parametrize("body", [{}, {"id": 7}, {"id": "../../v3/portals"}, [], {"id": ID + "/verify"}])
def test_an_answer_of_another_shape_is_refused_and_its_values_are_not_told(konnect_api: respx.MockRouter, body: Any) -> None:
    konnect_api.get("/v2/things").respond(json=body)

    with pytest.raises(Refused, match="another shape") as refused:
        a_client().read("/v2/things", Thing)
    assert "portals" not in str(refused.value)


def test_a_redirect_is_not_followed(konnect_api: respx.MockRouter) -> None:
    konnect_api.get("/v2/things").respond(302, headers={"location": "https://evil.example/"})

    with pytest.raises(Refused, match="redirect"):
        a_client().read("/v2/things", Thing)


def test_another_host_than_the_platforms_is_not_asked() -> None:
    konnect = Konnect(httpx.Client(base_url="https://us.api.konghq.com"), lambda: Secret("kpat"), HOSTS)

    with pytest.raises(Refused, match="not an allowed host"):
        konnect.read("/v2/things", Thing)


def test_reads_and_writes_are_counted(konnect_api: respx.MockRouter) -> None:
    konnect_api.get("/v2/things").respond(json={"id": ID})
    konnect_api.post("/v2/things").respond(201, json={"id": ID})
    konnect = a_client()
    konnect.read("/v2/things", Thing)
    konnect.write("POST", "/v2/things", {}, Thing)

    assert (konnect.sender.system, konnect.sender.count.reads, konnect.sender.count.writes) == ("konnect", 1, 1)


def test_the_token_is_in_no_error_and_no_repr(konnect_api: respx.MockRouter) -> None:
    konnect_api.get("/v2/things").mock(side_effect=httpx.ReadTimeout("lost"))
    konnect = a_client()

    with pytest.raises(Passing) as error:
        konnect.read("/v2/things", Thing)
    assert "kpat" not in repr(error.value) + str(error.value) + repr(vars(konnect)) + repr(error.value.__context__)
