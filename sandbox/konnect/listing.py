"""Lists: filters, sorting, pages. Source: docs/vendors/konnect.md, Lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.problems import invalid, parameter

FILTER = re.compile(r"filter\[(?P<field>[a-z_]+)(\.(?P<key>[^\]]+))?\](\[(?P<op>[a-z]+)\])?")
LARGEST_NUMBER = 10**9
Row = dict[str, Any]
T = TypeVar("T")
Tell = Callable[[T], Any]

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, wanted: bool(value == wanted),
    "neq": lambda value, wanted: bool(value != wanted),
    "contains": lambda value, wanted: wanted in value,
    "oeq": lambda value, wanted: value in wanted.split(","),
    "ocontains": lambda value, wanted: any(part in value for part in wanted.split(",")),
    "lt": lambda value, wanted: bool(value < wanted),
    "lte": lambda value, wanted: bool(value <= wanted),
    "gt": lambda value, wanted: bool(value > wanted),
    "gte": lambda value, wanted: bool(value >= wanted),
}
TEXT = ("eq", "oeq", "neq", "contains", "ocontains")
SHORT_TEXT = ("eq", "contains")
ID = ("eq", "oeq", "neq")
EXACT = ("eq",)
DATE = ("eq", "lt", "lte", "gt", "gte")


@dataclass(frozen=True, slots=True)
class Field(Generic[T]):
    """What a list can be filtered by."""

    tell: Tell[T]
    operators: tuple[str, ...] = TEXT


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """What one list offers: `fields` to filter by, `sort` to sort by; empty if its document has no such parameter."""

    fields: Mapping[str, Field[T]]
    sort: Mapping[str, Tell[T]]


def of(name: str) -> Callable[[Any], Any]:
    """A member of the object under the same name."""
    return lambda thing: getattr(thing, name)


def text(*names: str, operators: tuple[str, ...] = TEXT) -> dict[str, Field[Any]]:
    """Fields that stand in the object under their own names."""
    return {name: Field(of(name), operators) for name in names}


def sortable(*names: str) -> dict[str, Tell[Any]]:
    """The same for sorting."""
    return {name: of(name) for name in names}


STAMPS: dict[str, Field[Any]] = text("created_at", "updated_at", operators=DATE)
NO_FILTER: Listing[Any] = Listing({}, {})


def page(call: Call, things: Iterable[T], listing: Listing[T], show: Callable[[T], Row], readings: Mapping[str, str]) -> Answer:
    """One page of what passes the filters. Where the document lists no 400, what is wrong in the query counts for nothing."""
    tests = _tests(call, listing)
    kept = _sorted(call, [thing for thing in things if all(test(thing) for test in tests)], listing)
    size = _size(call, readings)
    number = _number(call, "page[number]", 1, LARGEST_NUMBER)
    begin = (number - 1) * size
    shown = [show(thing) for thing in kept[begin : begin + size]]
    return Answer(body={"data": shown, "meta": {"page": {"number": number, "size": size, "total": len(kept)}}})


def _tests(call: Call, listing: Listing[T]) -> list[Callable[[T], bool]]:
    found = []
    for name, wanted in call.query:
        match = FILTER.fullmatch(name) if name.startswith("filter") else None
        if match and match["field"] in listing.fields and (match["op"] or "eq") in listing.fields[match["field"]].operators:
            found.append(_test(call, name, listing.fields[match["field"]], match, wanted))
        elif name.startswith("filter") and 400 in call.listed:
            raise invalid(parameter(name, f'"{name}" is not allowed', "unknown_property", "query"))
    return found


def _test(call: Call, name: str, field: Field[T], match: re.Match[str], wanted: str) -> Callable[[T], bool]:
    compare, key = COMPARE[match["op"] or "eq"], match["key"]
    target: Any = _date(call, name, wanted) if field.operators is DATE else wanted

    def test(thing: T) -> bool:
        value = field.tell(thing)
        if isinstance(value, dict):
            value = value.get(key)
        values = value if isinstance(value, list) else [value]
        return any(compare(_comparable(one, target), target) for one in values)

    return test


def _comparable(value: Any, target: Any) -> Any:
    if isinstance(target, datetime):
        return datetime.fromisoformat(value)
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _date(call: Call, name: str, wanted: str) -> datetime | str:
    try:
        found = datetime.fromisoformat(wanted.replace(" ", "+"))
    except ValueError:
        if 400 in call.listed:
            raise invalid(parameter(name, f'"{name}" must be a date and time', "is_date_time", "query")) from None
        return wanted
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _sorted(call: Call, things: list[T], listing: Listing[T]) -> list[T]:
    wanted = [part.split() for name, value in call.query if name == "sort" for part in value.split(",") if part.strip()]
    for words in reversed(wanted):
        if words[0] in listing.sort and words[1:] in ([], ["asc"], ["desc"]):
            tell = listing.sort[words[0]]
            things = sorted(things, key=lambda thing, tell=tell: _comparable(tell(thing), ""), reverse=words[-1] == "desc")  # type: ignore[misc]
        elif listing.sort and 400 in call.listed:
            reason = f"must be one of [{', '.join(listing.sort)}]"
            raise invalid(parameter("sort", reason, "enum", "query", choices=list(listing.sort)))
    return things


def _size(call: Call, readings: Mapping[str, str]) -> int:
    """How many rows a page has at most; what a size above the largest gives is open."""
    largest, _, above = readings["konnect.page-size-limit"].partition("-")
    if above == "clamped":
        return min(_number(call, "page[size]", int(readings["konnect.page-size"]), LARGEST_NUMBER), int(largest))
    return _number(call, "page[size]", int(readings["konnect.page-size"]), int(largest))


def _number(call: Call, name: str, default: int, largest: int) -> int:
    given = next((value for key, value in reversed(call.query) if key == name), None)
    if given is None:
        return default
    if re.fullmatch(r"[0-9]{1,10}", given) and 1 <= int(given) <= largest:
        return int(given)
    if 400 in call.listed:
        raise invalid(parameter(name, f'"{name}" must be a number from 1 to {largest}', "is_number", "query"))
    return default
