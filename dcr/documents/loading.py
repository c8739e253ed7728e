"""Tenants and platforms as files: YAML 1.2 or JSON, read strictly, every fault with its line.

Reading a document never asks a system for anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from dcr.documents.platform_rules import contradictions
from dcr.documents.policy import broken_rules
from dcr.documents.validation import faults_of
from dcr.documents.yaml_lines import LinedData, Unreadable, read_json, read_yaml
from dcr.errors import Problem, Problems
from dcr.model.platform import Platform
from dcr.model.tenant import Tenant
from dcr.model.tenant_rules import inconsistencies
from dcr.model.violations import Fault, Location, without_repetition

Model = TypeVar("Model", Tenant, Platform)

MOST_BYTES = 1024 * 1024
SUFFIXES = (".yaml", ".yml", ".json")


class Kind(StrEnum):
    """What a document describes; also the root of its fields' names."""

    TENANT = "tenant"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Document:
    """A file, judged: its problems in the order of its lines, and what it holds if there are none."""

    path: Path
    kind: Kind
    problems: tuple[Problem, ...]
    value: Tenant | Platform | None = None


def load_platform(path: Path | None) -> Platform:
    """Read a platform's file.

    Args:
        path: as the settings name it; None: they name none, which is a problem too.

    Raises:
        Problems: each fault with file, line and field.
    """
    if path is None:
        raise Problems("platform", [Problem("DCR_PLATFORM_FILE", "is not set", "Name the platform's file there, or with --platform.")])
    return _sound(judge(path, Kind.PLATFORM), Platform)


def load_tenant(path: Path, platform: Platform | None = None) -> Tenant:
    """Read a tenant's file; with a platform, that platform's policy is applied too.

    Raises:
        Problems: each fault with file, line and field.
    """
    return _sound(judge(path, Kind.TENANT, platform), Tenant)


def load_platform_and_tenant(platform_path: Path | None, tenant_path: Path) -> tuple[Platform, Tenant]:
    """Read both; the tenant is held to the platform's rules.

    Raises:
        Problems: the faults of both files at once.
    """
    if platform_path is None:
        return load_platform(None), load_tenant(tenant_path)
    platform = judge(platform_path, Kind.PLATFORM)
    tenant = judge(tenant_path, Kind.TENANT, platform.value if isinstance(platform.value, Platform) else None)
    problems = platform.problems + tenant.problems
    if problems:
        raise Problems(f"{platform_path}, {tenant_path}", problems)
    return _sound(platform, Platform), _sound(tenant, Tenant)


def load_tenants(directory: Path, platform: Platform | None = None) -> dict[Path, Tenant]:
    """Read every tenant's file below a directory.

    Raises:
        Problems: the faults of all files at once; also two files for one tenant.
    """
    documents = [judge(path, Kind.TENANT, platform) for path in document_paths(directory)]
    tenants = {document.path: document.value for document in documents if isinstance(document.value, Tenant)}
    problems = [problem for document in documents for problem in document.problems] + twice_described(tenants)
    if problems:
        raise Problems(str(directory), problems)
    return tenants


def twice_described(tenants: Mapping[Path, Tenant]) -> list[Problem]:
    """Files that describe a tenant which another file describes already."""
    first: dict[str, Path] = {}
    problems = []
    for path, tenant in tenants.items():
        if tenant.slug in first:
            fault = f"'{tenant.slug}' is described by {first[tenant.slug]} already"
            problems.append(Problem("tenant.slug", fault, "One file a tenant: remove one of them.", str(path)))
        first.setdefault(tenant.slug, path)
    return problems


def document_paths(directory: Path) -> list[Path]:
    """The documents below a directory, hidden files and folders left out.

    Raises:
        Problems: there are none.
    """
    below = sorted(path for path in directory.rglob("*") if path.suffix in SUFFIXES and path.is_file())
    found = [path for path in below if not any(part.startswith(".") for part in path.relative_to(directory).parts)]
    if not found:
        raise Problems(str(directory), [Problem(str(directory), "holds no document", f"Documents end in {', '.join(SUFFIXES)}.")])
    return found


def judge(path: Path, kind: Kind | None = None, platform: Platform | None = None) -> Document:
    """Read one file and find everything that is wrong with it.

    Args:
        kind: what it has to be; None: what its fields say it is.
        platform: whose platform's policy a tenant is held to; None: nobody's.
    """
    try:
        reading = _read(path)
    except Unreadable as error:
        place = f"{path}:{error.line}" if error.line else str(path)
        problem = Problem(str(kind or "document"), error.fault, "Write one YAML or JSON document, UTF-8, as in examples/.", place)
        return Document(path, kind or Kind.TENANT, (problem,))
    kind = kind or _kind_of(reading.data)
    value, faults = _validated(kind, reading.data, platform)
    lined = [(_line(reading, fault.location), fault) for fault in without_repetition([*reading.faults, *faults])]
    in_order = sorted([*lined, *reading.repetitions], key=lambda found: found[0])
    told = tuple(fault.problem(kind, f"{path}:{line}") for line, fault in in_order)
    return Document(path, kind, told, None if told else value)


def _sound(document: Document, model: type[Model]) -> Model:
    if document.problems or not isinstance(document.value, model):
        raise Problems(str(document.path), document.problems)
    return document.value


def _read(path: Path) -> LinedData:
    try:
        if not path.is_file():
            raise Unreadable("is not a file" if path.exists() else "does not exist")
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable(f"is larger than {MOST_BYTES} bytes")
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror or type(error).__name__}") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("is not UTF-8", content.count(b"\n", 0, error.start) + 1) from None
    if not text.strip():
        raise Unreadable("is empty", 1)
    return read_json(text) if path.suffix == ".json" else read_yaml(text)


def _kind_of(data: object) -> Kind:
    names = set(data) if isinstance(data, Mapping) else set()
    return Kind.PLATFORM if len(names & set(Platform.model_fields)) > len(names & set(Tenant.model_fields)) else Kind.TENANT


def _validated(kind: Kind, data: object, platform: Platform | None) -> tuple[Tenant | Platform | None, list[Fault]]:
    model: type[Tenant] | type[Platform] = Tenant if kind is Kind.TENANT else Platform
    value, faults = _parsed(model, data)
    if kind is Kind.PLATFORM:
        return value, faults + contradictions(data)
    return value, faults + inconsistencies(data) + (broken_rules(platform.rules, data) if platform else [])


def _parsed(model: type[Tenant] | type[Platform], data: object) -> tuple[Tenant | Platform | None, list[Fault]]:
    if not isinstance(data, Mapping):
        return None, [Fault((), "is empty" if data is None else "is not a mapping of fields", "Write its fields as in examples/")]
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, faults_of(error, model)


def _line(reading: LinedData, location: Location) -> int:
    """The line of a field; of the nearest thing around it, if it is missing."""
    return next(reading.lines[location[:end]] for end in range(len(location), -1, -1) if location[:end] in reading.lines)
