"""The rules of docs/architecture.md that can be read off the source: sizes, names, and what is judged in one place."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("cli", "flows", "tasks", "dcr")
GUIDES = ("docs/architecture.md", "CONTRIBUTING.md")
MOST_LINES, MOST_LINES_OF_A_FUNCTION, MOST_ON_THE_FLOOR = 300, 45, 4
Function = ast.FunctionDef | ast.AsyncFunctionDef
# A file or a folder, as it stands between backticks or as a link. Words in capitals, `…` and `*` stand for names yet to be given.
NAMED = re.compile(r"`([\w./-]+/[\w./-]*|[\w-]+\.(?:md|py|toml|yaml|lock))`|\]\((?!https?:)([^)#]+)")
JUDGES_CONFLICTS = r"rules\.(?:on_conflict|profile_changes|approval)\b|\b(?:OnConflict|ProfileChanges|Approval)\.[A-Z]|\bConflict\("


@cache
def sources(room: str = "") -> dict[str, str]:
    """The text of every module below a folder, by its path; without a folder, of all rooms."""
    folders = [ROOT / name for name in ((room,) if room else ROOMS)]
    found = {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for folder in folders for file in sorted(folder.rglob("*.py"))}
    assert found
    return found


@cache
def nodes(room: str = "") -> tuple[tuple[str, ast.AST], ...]:
    """Every node of every module, with the module's path."""
    return tuple((path, node) for path, text in sources(room).items() for node in ast.walk(ast.parse(text)))


def holding(pattern: str, room: str = "") -> set[str]:
    """Modules in whose text the pattern is found."""
    return {path for path, text in sources(room).items() if re.search(pattern, text)}


def test_at_most_four_modules_lie_on_the_floor_of_dcr() -> None:
    floor = {path for path in sources("dcr") if path.count("/") == 1 and not path.endswith("__init__.py")}
    assert len(floor) <= MOST_ON_THE_FLOOR, floor


def test_no_module_is_long() -> None:
    long = {path: lines for path, text in sources().items() if (lines := len(text.splitlines())) > MOST_LINES}
    assert not long


def test_no_function_is_long() -> None:
    long = {
        f"{path}: {node.name}": lines
        for path, node in nodes()
        if isinstance(node, Function) and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    }
    assert not long


def test_no_name_of_a_class_stands_twice() -> None:
    named = [(node.name, path) for path, node in nodes() if isinstance(node, ast.ClassDef)]
    often = {name for name, count in Counter(name for name, _ in named).items() if count > 1}
    assert not [one for one in sorted(named) if one[0] in often]


def test_no_move_of_a_step_has_a_flag_that_makes_it_write() -> None:
    assert not holding(r"\bwrite=True\b|\bwrite: bool\b|\b(?:ctx|run|context)\.write\b", "dcr/steps")


def test_what_was_not_kept_is_judged_in_one_module() -> None:
    assert holding("did not keep") == {"dcr/engine/perform.py"}


def test_no_step_judges_a_lost_lock() -> None:
    """It may let one pass by, before what it does judge; to raise one is the guard's office."""
    handlers = [(path, node) for path, node in nodes("dcr/steps") if isinstance(node, ast.ExceptHandler) and node.type]
    judging = {path for path, node in handlers if "LostLock" in ast.unparse(node.type or node) and ast.unparse(node.body[0]) != "raise"}
    raising = holding(r"\braise LostLock\b|\bLostLock\(", "dcr/steps")
    assert not judging | raising


def test_conflicts_and_approval_are_judged_in_one_module() -> None:
    judging = set().union(*(holding(JUDGES_CONFLICTS, room) for room in ("cli", "flows", "tasks", "dcr/engine", "dcr/steps")))
    assert judging == {"dcr/engine/permission.py"}


def test_the_verdict_of_a_report_is_judged_in_one_module() -> None:
    defined = {path for path, node in nodes("dcr") if isinstance(node, Function) and node.name in ("judged", "worst")}
    assert defined == {"dcr/results/report.py"}
    assert holding(r"\bReport\(") - defined == {"dcr/engine/record.py"}, "who else makes a report could judge it"


def test_the_gateway_is_sent_credentials_by_one_way() -> None:
    assert holding(r"\bgateway\.call\(") == {"dcr/steps/smoke_test/closed_routes.py"}


def test_steps_use_guarded_clients_only() -> None:
    assert holding(r"\.unguarded\b", "dcr/steps") == {"dcr/steps/context.py"}


@pytest.mark.parametrize("guide", GUIDES)
def test_every_file_that_a_guide_names_is_there(guide: str) -> None:
    text = (ROOT / guide).read_text(encoding="utf-8")
    named = {one or other for one, other in NAMED.findall(text)}
    missing = {name for name in named if not (ROOT / name).exists() and not ((ROOT / guide).parent / name).exists()}
    assert named
    assert not missing
