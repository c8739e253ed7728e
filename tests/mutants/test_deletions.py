"""Taking away any one rule of the sandbox, or check of ours, turns something red: the tests are run in a copy of the tree without it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.mutants.checks_of_ours import CHECKS_OF_OURS
from tests.mutants.deletion import Deletion
from tests.mutants.rules_of_the_sandbox import RULES_OF_THE_SANDBOX
from tests.reference import REFERENCE
from tests.sandbox_fixture import TREE

DELETIONS = (*RULES_OF_THE_SANDBOX, *CHECKS_OF_OURS)
COPIED = ("dcr", "sandbox", "tests", "examples", "deployments", "pyproject.toml")
GREEN, RED = 0, 1  # pytest's exit codes; any other one means that nothing was tested
NOT_COPIED = shutil.ignore_patterns("__pycache__", "node_modules", "mutants")

pytestmark = pytest.mark.long


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The tree, with the reference folder where its tests look for it."""
    tree = tmp_path / TREE.name
    tree.mkdir()
    for name in COPIED:
        found = TREE / name
        if found.is_dir():
            shutil.copytree(found, tree / name, ignore=NOT_COPIED)
        else:
            shutil.copy(found, tree / name)
    if REFERENCE:
        (tmp_path / "shared").symlink_to(REFERENCE.parent)
    return tree


def run_tests(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest there; the current directory goes before what is installed."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments]
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHONPATH", "DCR_"))}
    return subprocess.run(command, cwd=tree, env=surroundings, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("deletion", DELETIONS, ids=str)
def test_without_it_something_turns_red(deletion: Deletion, copy: Path, count: Callable[[str, int], None]) -> None:
    deletion.apply(copy)
    run = run_tests(copy, *deletion.tests)
    assert run.returncode == RED, run.stdout[-2000:]
    count("rules and checks whose deletion turns something red", 1)


def test_with_all_of_them_the_same_tests_are_green(copy: Path) -> None:
    chosen = [deletion.tests for deletion in DELETIONS]
    whole_files = sorted({file for file, *some in chosen if not some})
    files = sorted({file for file, *some in chosen if some})
    some = " or ".join(sorted({tests[2] for tests in chosen if len(tests) > 1}))
    for arguments in (whole_files, [*files, "-k", some]):
        run = run_tests(copy, *arguments)
        assert run.returncode == GREEN, run.stdout[-2000:]
