"""Pages, filters and order of lists."""

from __future__ import annotations

import pytest

from tests.sandbox.konnect.region import Region

PROVIDERS = "/v2/dcr-providers"


@pytest.fixture
def seven(region: Region) -> Region:
    """A region with seven providers."""
    for number in range(6):
        region.provider(f"provider-{number}", issuer=f"https://{number}.example")
    return region


@pytest.mark.parametrize(("reading", "shown"), [("10", 7), ("3", 3), ("100", 7)])
def test_a_page_is_as_long_as_the_reading_says(reading: str, shown: int, seven: Region) -> None:
    seven.readings.set("konnect.page-size", reading)
    answer = seven.done("GET", PROVIDERS)
    assert len(answer["data"]) == shown
    assert answer["meta"]["page"] == {"number": 1, "size": int(reading), "total": 7}


def test_pages_together_are_the_whole(seven: Region) -> None:
    found = [row["name"] for number in (1, 2, 3) for row in seven.done("GET", f"{PROVIDERS}?page[size]=3&page[number]={number}")["data"]]
    assert (len(found), len(set(found))) == (7, 7)
    assert seven.done("GET", f"{PROVIDERS}?page[number]=9")["data"] == []


@pytest.mark.parametrize(
    ("reading", "size", "shown"), [("1000-refused", 1001, None), ("100-refused", 101, None), ("100-clamped", 101, 100)]
)
def test_a_page_that_is_too_large_is_refused_or_cut(reading: str, size: int, shown: int | None, region: Region) -> None:
    region.readings.set("konnect.page-size-limit", reading)
    answer = region.ask("GET", f"{PROVIDERS}?page[size]={size}")
    if shown is None:
        assert region.refused(answer) == (400, [("page[size]", "is_number")])
    else:
        assert answer.json()["meta"]["page"]["size"] == shown


@pytest.mark.parametrize("query", ["page[size]=0", "page[size]=x", "page[number]=-1", "page[number]=1.5", "page[size]="])
def test_a_page_that_is_no_number_is_refused(query: str, region: Region) -> None:
    assert region.refused(region.ask("GET", f"{PROVIDERS}?{query}")) == (400, [(query.partition("=")[0], "is_number")])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("filter[name]=provider-1", ["provider-1"]),
        ("filter[name][eq]=provider-1", ["provider-1"]),
        ("filter[name][contains]=vider-2", ["provider-2"]),
        ("filter[issuer][contains]=3.example", ["provider-3"]),
        ("filter[provider_type]=okta", ["okta-partners"]),
        ("filter[name][contains]=provider&filter[issuer]=https://4.example", ["provider-4"]),
        ("filter[name]=nobody", []),
    ],
)
def test_a_filter_leaves_what_fits(query: str, found: list[str], seven: Region) -> None:
    assert [row["name"] for row in seven.done("GET", f"{PROVIDERS}?{query}")["data"]] == found


@pytest.mark.parametrize("name", ["filter[nothing]", "filter[name][oeq]", "filter[provider_type][contains]", "filter[name"])
def test_an_unknown_filter_is_refused_with_its_name(name: str, region: Region) -> None:
    assert region.refused(region.ask("GET", f"{PROVIDERS}?{name}=x")) == (400, [(name, "unknown_property")])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("filter[name][oeq]=Orders,Partners", ["Orders", "Partners"]),
        ("filter[name][neq]=Orders", ["Payments", "Partners"]),
        ("filter[name][ocontains]=Ord,Pay", ["Orders", "Payments"]),
        ("filter[created_at][gt]=2999-01-01T00:00:00Z", []),
        ("filter[created_at][lte]=2999-01-01T00:00:00%2B00:00&filter[version]=v1", ["Orders", "Payments"]),
        ("filter[labels.team]=blue", ["Orders"]),
        ("sort=name", ["Orders", "Partners", "Payments"]),
        ("sort=version,name desc", ["Partners", "Payments", "Orders"]),
        ("sort=name asc", ["Orders", "Partners", "Payments"]),
    ],
)
def test_apis_are_filtered_and_sorted(query: str, found: list[str], region: Region) -> None:
    region.done("PATCH", f"/v3/apis/{region.orders}", {"labels": {"team": "blue"}})
    assert [row["name"] for row in region.done("GET", f"/v3/apis?{query}")["data"]] == found


def test_a_date_that_is_none_is_refused(region: Region) -> None:
    answer = region.ask("GET", "/v3/apis?filter[created_at]=yesterday")
    assert region.refused(answer) == (400, [("filter[created_at]", "is_date_time")])


def test_an_unknown_order_is_refused_with_those_there_are(region: Region) -> None:
    answer = region.ask("GET", f"/v3/portals/{region.portal_id}/developers?sort=age")
    (entry,) = answer.json()["invalid_parameters"]
    assert (entry["rule"], entry["choices"]) == ("enum", ["created_at", "updated_at", "email", "status", "name"])


def test_where_the_document_lists_no_400_a_wrong_query_counts_for_nothing(region: Region) -> None:
    answer = region.done("GET", "/v3/api-implementations?filter[nothing]=x&page[size]=x&sort=nothing&filter[created_at]=yesterday")
    assert answer["meta"]["page"]["size"] == 10


@pytest.mark.parametrize("switch", ["true", "false"])
def test_portals_are_found_by_their_switches(switch: str, region: Region) -> None:
    region.done("PATCH", f"/v3/portals/{region.portal_id}", {"auto_approve_applications": True})
    found = region.done("GET", f"/v3/portals?filter[auto_approve_applications]={switch}")["data"]
    assert [row["name"] for row in found] == (["acme-portal"] if switch == "true" else ["partner-portal"])
