"""What a step found, wants or did: ids, changes and claims, never a secret. Prefect may keep it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from dcr.errors import Problem
from dcr.results.changes import Change
from dcr.results.report import Claim, Orphan

Facts = Mapping[str, str]
"""What later steps need, by name: `issuer`, `portal.id`, `api.Orders v1.id`, `dcr_provider.id`. Absent: known after apply."""

NO_FACTS: Facts = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one step. With nothing written, `changes` is what would be."""

    facts: dict[str, str] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()  # preflight only: what people have to fix first
    claims: tuple[Claim, ...] = ()
    orphans: tuple[Orphan, ...] = ()
    vault_paths: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
