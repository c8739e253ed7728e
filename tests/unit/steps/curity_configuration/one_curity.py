"""Steps that configure Curity, each against the sandbox's Curity in process, and comparing what they leave behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from lxml import etree

from dcr.engine.observe import observe_one
from dcr.model.platform import Platform
from dcr.results.changes import Change
from dcr.results.facts import NOTHING_KNOWN
from dcr.results.outcome import Outcome
from dcr.steps.curity_configuration import configuration, initial_client
from dcr.steps.dcr_enablement import enablement
from tests.unit.curity.admin.exports import EXPORTS, SERVER, export, minimal
from tests.unit.curity_in_process import ADDRESS, HOST, CurityInProcess
from tests.unit.kong_in_process import CURITY, KONNECT
from tests.unit.steps.contexts import (
    INITIAL_CLIENT,
    Steps,
    StepWorld,
    a_context,
    all_converged,
    all_planned,
    converged,
    entry_of,
    taken_away,
)
from tests.unit.steps.fake_vault import FakeLocks

STEPS: Steps = ((initial_client, ""), (configuration, ""), (enablement, ""))
OUR_CLIENT = f"{SERVER}/as:client-store/as:config-backed/as:client[as:id='konnect-dcr']"
SAYING_NOTHING = ("client-store", "config-backed")
REGISTRATION = f"{SERVER}/as:dynamic-client-registration"


class WatchedLocks(FakeLocks):
    """Locks that others use too."""

    def __init__(self) -> None:
        super().__init__()
        self.on_hold: list[Callable[[], object]] = []  # called when a lock is taken: what others did meanwhile

    @contextmanager
    def hold(self, path: str, label: str, wait_seconds: float) -> Iterator[None]:
        with super().hold(path, label, wait_seconds):
            for meanwhile in self.on_hold:
                meanwhile()
            yield


class CurityWorld(StepWorld):
    """With Curity's admin side."""

    locks: WatchedLocks

    def __init__(self, start: str = "minimal", **readings: str) -> None:
        """`readings` as the sandbox's Curity takes them."""
        self.server = CurityInProcess(minimal() if start == "minimal" else export(start), **readings)
        super().__init__(locks=WatchedLocks(), curity=self.server.admin())

    def secret(self) -> str:
        """The initial client's, in Vault."""
        return self.vault.kept[INITIAL_CLIENT][0]["client_secret"]


def starts() -> list[str]:
    return ["minimal", *EXPORTS]


def look(world: StepWorld, platform: Platform | None = None) -> list[Outcome]:
    """What `prepare platform` would find in each step."""
    return all_planned(STEPS, world, NOTHING_KNOWN, platform=platform or a_platform(), for_platform=True)


def write(world: StepWorld, platform: Platform | None = None) -> list[Outcome]:
    """As `prepare platform` does."""
    return all_converged(STEPS, world, NOTHING_KNOWN, platform=platform or a_platform(), for_platform=True)


def write_one(step: ModuleType, world: StepWorld, **curity: Any) -> Outcome:
    """One step of it."""
    return converged(step, world, NOTHING_KNOWN, platform=a_platform(**curity), for_platform=True)


def going(step: ModuleType, world: StepWorld) -> Outcome:
    """What taking one step away would change."""
    entry, ctx = entry_of(step), a_context(world, NOTHING_KNOWN, platform=a_platform(), for_platform=True)
    return observe_one(entry, "", ctx, wanted=False).outcome


def remove_one(step: ModuleType, world: StepWorld) -> bool:
    """Take away what one step has made; whether there was anything."""
    return taken_away(step, world, NOTHING_KNOWN, platform=a_platform(), for_platform=True)


def changes(outcomes: list[Outcome]) -> list[Change]:
    return [change for outcome in outcomes for change in outcome.changes]


def a_platform(rules: dict[str, Any] | None = None, **curity: Any) -> Platform:
    """As shipped, but for what is named."""
    return Platform.model_validate(
        {
            "name": "test",
            "curity": {"admin_url": ADDRESS, **curity},
            "konnect": {"url": KONNECT},
            "vault": {"url": "https://vault.example:8200"},
            "gateway": {"url": "https://gateway.example"},
            "rules": {"allowed_hosts": [HOST, CURITY.removeprefix("https://")], **(rules or {})},
        }
    )


def require_contained(part: etree._Element, whole: etree._Element, path: str = "") -> None:
    """Each element of one tree has its like in the other, children included; order does not matter.

    A container that is empty says nothing, whether it is written down or not.
    """
    for child in part:
        name = f"{path}/{etree.QName(child).localname}"
        candidates = [other for other in whole.findall(child.tag) if (other.text or "").strip() == (child.text or "").strip()]
        errors: list[AssertionError] = []
        for candidate in candidates:
            try:
                require_contained(child, candidate, name)
            except AssertionError as error:
                errors.append(error)
        if len(errors) == len(candidates) and name.rpartition("/")[2] not in SAYING_NOTHING:
            raise errors[0] if errors else AssertionError(f"{name} = {child.text!r} is missing")
