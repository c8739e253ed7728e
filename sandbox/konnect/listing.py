"""Lists: filters, sorting, pages. Source: reference/konnect.md section 1."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sandbox.konnect.calls import Answer, Call
from sandbox.konnect.problems import invalid, parameter

LARGEST_PAGE = 1000
FILTER = re.compile(r"^filter\[(?P<field>[a-z_.]+)\](\[(?P<op>[a-z]+)\])?$")
Row = dict[str, Any]

COMPARE: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda value, wanted: value == wanted,
    "neq": lambda value, wanted: value != wanted,
    "contains": lambda value, wanted: wanted in value,
    "oeq": lambda value, wanted: value in wanted.split(","),
    "ocontains": lambda value, wanted: any(part in value for part in wanted.split(",")),
    "lt": lambda value, wanted: value < wanted,
    "lte": lambda value, wanted: value <= wanted,
    "gt": lambda value, wanted: value > wanted,
    "gte": lambda value, wanted: value >= wanted,
}


def page(call: Call, rows: Iterable[Row], fields: Mapping[str, Callable[[Row], Any]], readings: Mapping[str, str]) -> Answer:
    """One page of what passes the filters.

    Args:
        rows: as they are answered.
        fields: what may be filtered by, and how a row tells it.
    """
    kept = [row for row in rows if all(test(row) for test in _tests(call, fields))]
    kept = _sorted(call, kept)
    size = _number(call, "page[size]", int(readings["konnect.page-size"]))
    number = _number(call, "page[number]", 1)
    begin = (number - 1) * size
    return Answer(body={"data": kept[begin : begin + size], "meta": {"page": {"number": number, "size": size, "total": len(kept)}}})


def of(name: str) -> Callable[[Row], Any]:
    """A field that stands in the row under its own name."""
    return lambda row: row.get(name)


def _tests(call: Call, fields: Mapping[str, Callable[[Row], Any]]) -> list[Callable[[Row], bool]]:
    found = []
    for name, wanted in call.query:
        if not name.startswith("filter"):
            continue
        match = FILTER.fullmatch(name)
        if match is None or match["field"] not in fields or (match["op"] or "eq") not in COMPARE:
            raise invalid(parameter(name, "unknown filter", source="query"))
        found.append(_test(fields[match["field"]], COMPARE[match["op"] or "eq"], wanted))
    return found


def _test(tell: Callable[[Row], Any], compare: Callable[[str, str], bool], wanted: str) -> Callable[[Row], bool]:
    def test(row: Row) -> bool:
        value = tell(row)
        values = value if isinstance(value, list) else [value]
        return any(compare(_text(one), wanted) for one in values)

    return test


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _sorted(call: Call, rows: list[Row]) -> list[Row]:
    for key in reversed([part for name, value in call.query if name == "sort" for part in value.split(",") if part.strip()]):
        words = key.split()
        rows = sorted(rows, key=lambda row, field=words[0]: _text(row.get(field)), reverse=words[-1].lower() == "desc")  # type: ignore[misc]
    return rows


def _number(call: Call, name: str, default: int) -> int:
    given = [value for key, value in call.query if key == name]
    if not given:
        return default
    if not re.fullmatch(r"\d{1,9}", given[-1]) or not 1 <= int(given[-1]) <= LARGEST_PAGE:
        raise invalid(parameter(name, f"must be an integer from 1 to {LARGEST_PAGE}", "is_integer", "query"))
    return int(given[-1])
