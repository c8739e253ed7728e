"""What onboarding costs on the embedded sandbox, without Prefect: seconds, and requests to each system.

    python -m benchmarks.onboarding --rounds 5 --tenants 20

A request to the sandbox takes about a millisecond, one over the internet about fifty: so the requests say more about a real
installation than the seconds do. Vault is a real server and keeps no log here: its requests are in the seconds only.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from dcr.engine.observe import observe
from dcr.model.tenant import Tenant
from tests.sandbox_fixture import LivingWorld, start

SYSTEMS = ("curity-admin", "curity-runtime", "konnect", "portal", "gateway")


@dataclass(frozen=True, slots=True)
class Figures:
    """What one thing cost, round by round."""

    seconds: list[float] = field(default_factory=list)
    requests: list[Counter[str]] = field(default_factory=list)

    @contextmanager
    def measured(self, living: LivingWorld) -> Iterator[None]:
        """Time what happens inside, and count the requests it sends."""
        living.forget_requests()
        began = time.perf_counter()
        yield
        self.seconds.append(time.perf_counter() - began)
        self.requests.append(Counter(system for system, _, _ in living.requests()))


def neighbours(tenant: Tenant, number: int) -> list[Tenant]:
    """Tenants beside the example one, in its portal, each with one application that is imported."""
    imported = [one for one in tenant.applications if one.way == "import"]
    return [
        tenant.model_copy(
            update={"slug": f"neighbour-{at}", "applications": [one.model_copy(update={"name": f"client-{at}"}) for one in imported]}
        )
        for at in range(number)
    ]


def onboard(living: LivingWorld, *tenants: Tenant) -> None:
    """Onboard these, one after another; a figure of a run that failed would be worth nothing."""
    for tenant in tenants:
        if failure := living.onboard(tenant).failure:
            raise SystemExit(failure)


def plan(living: LivingWorld) -> None:
    """Look at everything and compare."""
    systems = living.systems()
    try:
        observe(living.context(systems), sleep=time.sleep)
    finally:
        systems.close()


def measure(living: LivingWorld, rounds: int, tenants: int) -> dict[str, Figures]:
    """Every round begins on a fresh platform."""
    stories: dict[str, Callable[[], None]] = {
        "first onboarding": lambda: onboard(living, living.tenant),
        "second onboarding, no changes": lambda: onboard(living, living.tenant),
        "plan": lambda: plan(living),
        f"{tenants} more tenants, one after another": lambda: onboard(living, *neighbours(living.tenant, tenants)),
    }
    figures = {name: Figures() for name in stories}
    for _ in range(rounds):
        living.world.reset()
        for name, story in stories.items():
            with figures[name].measured(living):
                story()
    return figures


def main(
    rounds: Annotated[int, typer.Option(min=1, help="How often everything is measured.")] = 5,
    tenants: Annotated[int, typer.Option(min=1, help="How many tenants come after the first.")] = 10,
) -> None:
    """Print the median of every figure, with the fastest and slowest round."""
    with TemporaryDirectory() as directory:
        for living in start(Path(directory), judged=False):
            figures = measure(living, rounds, tenants)
    table = Table("", "seconds", "fastest-slowest", *SYSTEMS, title=f"median of {rounds} rounds")
    for name, figure in figures.items():
        spread = f"{min(figure.seconds):.2f}-{max(figure.seconds):.2f}"
        counted = [f"{median(one[system] for one in figure.requests):g}" for system in SYSTEMS]
        table.add_row(name, f"{median(figure.seconds):.2f}", spread, *counted)
    Console(width=130).print(table)


if __name__ == "__main__":
    typer.run(main)
