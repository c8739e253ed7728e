"""Every package that is imported is declared, in the part that imports it; and the locks of the parts agree."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TREE = Path(__file__).resolve().parents[1]
PROJECT: dict[str, Any] = tomllib.loads((TREE / "pyproject.toml").read_text(encoding="utf-8"))

RUNNING, SANDBOX, DEVELOPMENT, SETUP = "dependencies", "sandbox", "dev", "setup"
# What a part may use: its own and that of the parts before it.
PARTS = {RUNNING: (RUNNING,), SANDBOX: (RUNNING, SANDBOX), DEVELOPMENT: (RUNNING, SANDBOX, DEVELOPMENT), SETUP: (SETUP,)}
ROOMS = {
    "cli": RUNNING,
    "dcr": RUNNING,
    "tasks": RUNNING,
    "flows": RUNNING,
    "deployments": RUNNING,
    "sandbox": SANDBOX,
    "benchmarks": DEVELOPMENT,
    "tests": DEVELOPMENT,
}
LOCKS = {
    RUNNING: "requirements.lock",
    SANDBOX: "requirements-sandbox.lock",
    DEVELOPMENT: "requirements-dev.lock",
    SETUP: "requirements-setup.lock",
}
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<rest>.*?)(?: \\)?$", re.MULTILINE)
BY_NAME = ("importorskip", "import_module")  # functions that import what their first argument names


def declared(part: str) -> list[Requirement]:
    """What pyproject.toml names for this part and the ones before it."""
    lists = {
        RUNNING: PROJECT["project"]["dependencies"],
        **PROJECT["project"]["optional-dependencies"],
        **PROJECT["dependency-groups"],
    }
    return [Requirement(line) for one in PARTS[part] for line in lists[one]]


def locked(part: str) -> dict[str, str]:
    """Version and markers of everything in a part's lock."""
    text = (TREE / LOCKS[part]).read_text(encoding="utf-8")
    return {canonicalize_name(found["name"]): found["rest"] for found in PINNED.finditer(text)}


def imported(file: Path) -> Iterator[str]:
    """The packages from elsewhere that a module imports."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        match node:
            case ast.Import(names=names):
                modules = [alias.name for alias in names]
            case ast.ImportFrom(module=str(module), level=0):
                modules = [module]
            case ast.Call(func=ast.Attribute(attr=function), args=[ast.Constant(value=str(module)), *_]) if function in BY_NAME:
                modules = [module]
            case _:
                modules = []
        for module in modules:
            top = module.partition(".")[0]
            if top not in sys.stdlib_module_names and top not in ROOMS:
                yield top


@cache
def owners_of_packages() -> dict[str, set[str]]:
    """Which distributions bring a package that can be imported; asked once, since it reads all that is installed."""
    return {package: {canonicalize_name(name) for name in names} for package, names in packages_distributions().items()}


@pytest.mark.parametrize(("room", "part"), ROOMS.items())
def test_what_a_room_imports_is_declared_in_its_part(room: str, part: str) -> None:
    names = {canonicalize_name(requirement.name) for requirement in declared(part)}
    owners = owners_of_packages()
    files = list((TREE / room).rglob("*.py"))
    undeclared = {
        f"{file.relative_to(TREE)} imports {package}"
        for file in files
        for package in imported(file)
        if not names & owners.get(package, set())
    }
    assert files
    assert not undeclared


@pytest.mark.parametrize("part", LOCKS)
def test_a_lock_has_a_version_that_fits_of_everything_its_part_names(part: str) -> None:
    versions = locked(part)
    for requirement in declared(part):
        version = versions[canonicalize_name(requirement.name)].partition(" ")[0]
        assert requirement.specifier.contains(version), f"{requirement} but {version} (make lock)"


@pytest.mark.parametrize("part", [RUNNING, SANDBOX, SETUP])
def test_the_smaller_locks_have_the_versions_of_the_one_with_everything(part: str) -> None:
    everything = locked(DEVELOPMENT)
    assert {name: rest.partition(" ")[0] for name, rest in locked(part).items()} == {
        name: everything[name].partition(" ")[0] for name in locked(part)
    }


@pytest.mark.parametrize("part", LOCKS)
def test_a_lock_pins_by_hashes_and_names_no_registry(part: str) -> None:
    lines = (TREE / LOCKS[part]).read_text(encoding="utf-8").splitlines()
    pins = [number for number, line in enumerate(lines) if PINNED.match(line)]
    assert all(lines[number + 1].startswith("    --hash=sha256:") for number in pins)
    assert not [line for line in lines if "://" in line or line.startswith("-")]
