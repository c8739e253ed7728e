"""Whatever is done to a good file: no traceback, and no silence about what was broken."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from dcr.documents.loading import Document, Kind, judge
from dcr.model.tenant import ApiSpec, ApplicationSpec, Tenant
from dcr.model.violations import Location, field_path

TREE = Path(__file__).parents[3]
GOOD = TREE / "examples/tenants/acme.yaml"
DATA: dict[str, Any] = YAML(typ="safe", pure=True).load(GOOD.read_text())
REQUIRED = {name for model in (Tenant, ApiSpec, ApplicationSpec) for name, field in model.model_fields.items() if field.is_required()}
TOKEN = "kpat_8Jq2vN4xT7rLw0Zb"


def locations(data: object, above: Location = ()) -> Iterator[Location]:
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for part, value in inside:
        yield (*above, part)
        yield from locations(value, (*above, part))


ALL = list(locations(DATA))
MAPPINGS: list[Location] = [(), ("apis", 0), ("apis", 1), ("applications", 0), ("applications", 1)]


def changed(location: Location, value: object = None, *, remove: bool = False) -> dict[str, Any]:
    data = copy.deepcopy(DATA)
    holder: Any = data
    for part in location[:-1]:
        holder = holder[part]
    if remove:
        del holder[location[-1]]
    else:
        holder[location[-1]] = value
    return data


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mutated")


def judged(scratch: Path, data: object) -> Document:
    path = scratch / "tenant.json"
    path.write_text(json.dumps(data))
    return judge(path, Kind.TENANT)


@given(location=st.sampled_from(ALL), wrong=st.sampled_from([[[1]], {"x": {}}, {}, 1.5, True, None]))
def test_a_value_of_the_wrong_type_is_told_at_its_field(scratch: Path, location: Location, wrong: object) -> None:
    fields = [problem.field for problem in judged(scratch, changed(location, wrong)).problems]
    assert any(field.startswith(field_path("tenant", location)) for field in fields)


@given(location=st.sampled_from([location for location in ALL if isinstance(location[-1], str)]))
def test_a_required_field_that_is_removed_is_told(scratch: Path, location: Location) -> None:
    fields = [problem.field for problem in judged(scratch, changed(location, remove=True)).problems]
    required = location[-1] in REQUIRED and (location[0] != "applications" or location[-1] != "apis")  # of an application they are not
    assert (field_path("tenant", location) in fields) is required


@given(mapping=st.sampled_from(MAPPINGS), name=st.text(min_size=1, max_size=20).filter(lambda name: name not in REQUIRED))
def test_a_field_that_nobody_knows_is_told(scratch: Path, mapping: Location, name: str) -> None:
    known = {*Tenant.model_fields, *ApiSpec.model_fields, *ApplicationSpec.model_fields}
    problems = judged(scratch, changed((*mapping, name), "x")).problems
    if name not in known:
        assert [problem.field for problem in problems] == [field_path("tenant", (*mapping, name))]


@given(location=st.sampled_from(ALL))
def test_a_token_in_the_wrong_place_is_never_quoted(scratch: Path, location: Location) -> None:
    assert not any(TOKEN in str(problem) for problem in judged(scratch, changed(location, TOKEN)).problems)


@given(start=st.integers(0, len(GOOD.read_bytes())), length=st.integers(0, 40), insert=st.binary(max_size=12))
def test_any_bytes_in_any_place_are_either_sound_or_told_in_whole_lines(scratch: Path, start: int, length: int, insert: bytes) -> None:
    path, good = scratch / "tenant.yaml", GOOD.read_bytes()
    path.write_bytes(good[:start] + insert + good[start + length :])
    document = judge(path, Kind.TENANT)
    assert (document.value is None) is bool(document.problems)
    for problem in document.problems:
        assert str(problem).startswith(str(path))
        assert len(str(problem).splitlines()) == 1


@given(text=st.text())
def test_any_text_is_judged_as_either_kind_and_as_json(scratch: Path, text: str) -> None:
    for name in ("text.yaml", "text.json"):
        path = scratch / name
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        assert judge(path).problems
