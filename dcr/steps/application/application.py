"""One application with its own credentials, in whichever way its tenant asks for it; and those that nobody asks for any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from dcr.errors import Refused
from dcr.model.tenant import ApplicationSpec, Way
from dcr.results.changes import Scope, Stage
from dcr.results.diff import Diff
from dcr.results.outcome import Outcome
from dcr.steps.application.belonging import former_names
from dcr.steps.application.former.remembered import Former, observe_former
from dcr.steps.application.former.removal import absent_application, remove_application
from dcr.steps.application.imported.application import ImportWay
from dcr.steps.application.portal.application import PortalWay
from dcr.steps.application.record import record_path, reference
from dcr.steps.context import StepContext
from dcr.steps.step import Each, Item, Lock, Step, System


class WayToAnApplication(Protocol):
    """The moves of a step, for an application of one way. What it observed is its own business."""

    def observe(self, ctx: StepContext, asked: ApplicationSpec) -> Any: ...
    def diff(self, ctx: StepContext, asked: ApplicationSpec, state: Any) -> Diff[str]: ...
    def outcome(self, ctx: StepContext, asked: ApplicationSpec, state: Any) -> Outcome: ...
    def apply(self, ctx: StepContext, asked: ApplicationSpec, state: Any, diff: Any) -> Outcome: ...


WAYS: Mapping[Way, WayToAnApplication] = {Way.PORTAL: PortalWay(), Way.IMPORT: ImportWay()}


@dataclass(frozen=True, slots=True)
class ApplicationState:
    """Of one name: the application that is asked for, and a former one that has to go before."""

    present: Any = None  # as its way observed it; None: none is asked for
    former: Former | None = None  # None: there is none


class Application(Step[ApplicationState, str]):
    """The application in the portal, its client at Curity, and its credentials in Vault."""

    name, stage, scope, lock = "application", Stage.APPLICATION, Scope.TENANT, Lock.TENANT
    systems, each = frozenset({System.VAULT, System.KONNECT, System.PORTAL}), Each.APPLICATION
    timeout_seconds, description = 3900, "The application; its secret goes to Vault at once."
    link = "application"

    def unknown(self, ctx: StepContext, item: Item) -> tuple[str, ...]:  # noqa: ARG002
        missing = [] if ctx.facts.portal else ["the portal"]
        return (*missing, *([] if ctx.facts.strategy_id else ["the auth strategy"]))

    def unwanted(self, ctx: StepContext) -> tuple[Item, ...]:
        return former_names(ctx)

    def observe(self, ctx: StepContext, item: Item) -> ApplicationState:
        former = observe_former(ctx, item) if item in former_names(ctx) else None
        asked = _asked(ctx, item)
        return ApplicationState(WAYS[asked.way].observe(ctx, asked) if asked else None, former)

    def diff(self, ctx: StepContext, item: Item, state: ApplicationState) -> Diff[str]:
        asked = ctx.the_tenant().application(item)
        return WAYS[asked.way].diff(ctx, asked, state.present)

    def outcome(self, ctx: StepContext, item: Item, state: ApplicationState) -> Outcome:
        asked = ctx.the_tenant().application(item)
        return WAYS[asked.way].outcome(ctx, asked, state.present)

    def apply(self, ctx: StepContext, item: Item, state: ApplicationState, diff: Diff[str]) -> Outcome:
        asked = ctx.the_tenant().application(item)
        if state.former and ctx.vault.read(record_path(ctx, asked)):  # what Vault remembers of it would be lost
            raise Refused(reference(ctx, asked), "still holds a former application", "Run again: that one is removed first.")
        return WAYS[asked.way].apply(ctx, asked, state.present, diff)

    def absent(self, ctx: StepContext, item: Item, state: ApplicationState) -> Diff[str]:
        return absent_application(ctx, item, state.former) if state.former else Diff()

    def remove(self, ctx: StepContext, item: Item, state: ApplicationState, diff: Diff[str]) -> Outcome:  # noqa: ARG002
        return remove_application(ctx, item, state.former) if state.former else Outcome()


def _asked(ctx: StepContext, name: str) -> ApplicationSpec | None:
    return next((application for application in ctx.the_tenant().applications if application.name == name), None)
