"""What commands are given in tests: a context whose systems may not be touched, and observations of what a test wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import cast

from dcr.documents.loading import load_platform, load_tenant
from dcr.engine.observe import Observation, Observed
from dcr.model.platform import Platform
from dcr.results.outcome import Outcome
from dcr.steps.context import StepContext
from dcr.steps.table import TENANT_RECORD
from dcr.systems import Systems

TREE = Path(__file__).parents[3]
ACME = TREE / "examples/tenants/acme.yaml"
SANDBOX = TREE / "examples/platforms/sandbox.yaml"
BAD = TREE / "tests/data/bad"


class Untouchable:
    """Systems that fail a test as soon as anything is asked of them."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"{name} was asked for")


def observation(*outcomes: Outcome) -> Observation:
    return Observation(tuple(Observed(TENANT_RECORD, "", outcome) for outcome in outcomes))


def context(platform: Platform | None = None) -> StepContext:
    return StepContext(cast(Systems, Untouchable()), platform or load_platform(SANDBOX), load_tenant(ACME))


def offline(given: StepContext) -> Callable[..., AbstractContextManager[StepContext]]:
    """In place of `run_for`."""

    @contextmanager
    def run_for(*_files: Path | None) -> Iterator[StepContext]:
        yield given

    return run_for
