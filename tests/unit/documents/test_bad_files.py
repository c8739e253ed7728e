"""Every kind of bad file is told in clear lines, and only in those."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dcr.documents.loading import Kind, judge, load_platform, load_platform_and_tenant, load_tenant, load_tenants
from dcr.errors import Problems
from tests.unit.documents.expected import PLATFORMS, TENANTS

DATA = Path(__file__).parents[2] / "data"
SOUND_PLATFORM = DATA / "platform.yaml"
LINE = re.compile(r"(?P<path>[^:]+)(:\d+)?: (tenant|platform)[\w.\[\]]*: \S.*[.?)] \S.*[.?]")
PLANTED = ("kpat_8Jq2vN4xT7rLw0Zb", "hunter2", "s3cret")


def files(kind: str) -> list[Path]:
    return sorted((DATA / "bad" / kind).iterdir())


def told(path: Path, kind: Kind) -> list[tuple[int, str, str]]:
    rules = load_platform(SOUND_PLATFORM) if kind is Kind.TENANT else None
    problems = judge(path, kind, rules).problems
    return [(int(problem.place.removeprefix(str(path)).lstrip(":") or 0), problem.field, problem.fault) for problem in problems]


def test_each_bad_file_is_in_the_table_and_there_are_many() -> None:
    assert {path.name for path in files("tenants")} == set(TENANTS)
    assert {path.name for path in files("platforms")} == set(PLATFORMS)
    assert len(TENANTS) + len(PLATFORMS) >= 60


@pytest.mark.parametrize("name", TENANTS)
def test_a_bad_tenant_is_told_line_by_line(name: str) -> None:
    assert told(DATA / "bad/tenants" / name, Kind.TENANT) == list(TENANTS[name])


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_bad_platform_is_told_line_by_line(name: str) -> None:
    assert told(DATA / "bad/platforms" / name, Kind.PLATFORM) == list(PLATFORMS[name])


@pytest.mark.parametrize("path", [*files("tenants"), *files("platforms")], ids=lambda path: path.name)
def test_every_line_names_file_field_fault_and_remedy_and_quotes_no_secret(path: Path) -> None:
    lines = [str(problem) for problem in judge(path, Kind(path.parent.name[:-1]), load_platform(SOUND_PLATFORM)).problems]
    assert lines
    for line in lines:
        assert LINE.fullmatch(line), line
        assert line.startswith(str(path))
        assert "\n" not in line
        assert "\x1b" not in line
        assert not any(secret in line for secret in PLANTED)


def test_five_faults_are_five_lines() -> None:
    assert len(told(DATA / "bad/tenants/five_faults.yaml", Kind.TENANT)) == 5


def test_the_faults_of_platform_and_tenant_are_told_at_once() -> None:
    with pytest.raises(Problems) as caught:
        load_platform_and_tenant(DATA / "bad/platforms/unknown_rule.yaml", DATA / "bad/tenants/bad_slug.yaml")
    assert [problem.field for problem in caught.value.problems] == ["platform.rules.profile_change", "tenant.slug"]


def test_a_platform_that_nobody_named_is_a_problem_in_words() -> None:
    with pytest.raises(Problems, match="DCR_PLATFORM_FILE: is not set"):
        load_platform(None)


def test_a_file_that_is_not_there_or_is_a_directory_or_too_large_is_told(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_text("# " + "x" * 1024 * 1024)
    for path, fault in ((tmp_path / "none.yaml", "does not exist"), (tmp_path, "is not a file"), (large, "is larger than 1048576 bytes")):
        with pytest.raises(Problems) as caught:
            load_tenant(path)
        assert [problem.fault for problem in caught.value.problems] == [fault]


def test_all_faults_below_a_directory_are_told_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    for name in ("bad_slug.yaml", "no_apis.yaml"):
        (tmp_path / name).write_text((DATA / "bad/tenants" / name).read_text())
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "list.yaml").write_text("- 1")
    with pytest.raises(Problems) as caught:
        load_tenants(tmp_path)
    assert [problem.field for problem in caught.value.problems] == ["tenant.slug", "tenant.apis"]


def test_a_directory_without_documents_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problems, match="holds no document"):
        load_tenants(tmp_path)
