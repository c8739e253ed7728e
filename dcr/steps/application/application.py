"""One application with its own credentials, in whichever way its tenant asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from dcr.model.tenant import ApplicationSpec, Way
from dcr.results.changes import Scope, Stage
from dcr.results.diff import Diff
from dcr.results.outcome import Outcome
from dcr.steps.application.imported.application import ImportWay
from dcr.steps.application.portal.application import PortalWay
from dcr.steps.context import StepContext
from dcr.steps.step import Each, Item, Lock, Step, System


class WayToAnApplication(Protocol):
    """The moves of a step, for an application of one way. What it observed is its own business."""

    def observe(self, ctx: StepContext, asked: ApplicationSpec) -> Any: ...
    def diff(self, ctx: StepContext, asked: ApplicationSpec, state: Any) -> Diff[str]: ...
    def outcome(self, ctx: StepContext, asked: ApplicationSpec, state: Any) -> Outcome: ...
    def apply(self, ctx: StepContext, asked: ApplicationSpec, state: Any, diff: Any) -> Outcome: ...
    def absent(self, ctx: StepContext, asked: ApplicationSpec, state: Any) -> Diff[str]: ...
    def remove(self, ctx: StepContext, asked: ApplicationSpec, state: Any) -> None: ...


WAYS: Mapping[Way, WayToAnApplication] = {Way.PORTAL: PortalWay(), Way.IMPORT: ImportWay()}


class Application(Step[Any, str]):
    """The application in the portal, its client at Curity, and its credentials in Vault."""

    name, stage, scope, lock = "application", Stage.APPLICATION, Scope.TENANT, Lock.TENANT
    systems, each = frozenset({System.VAULT, System.KONNECT, System.PORTAL}), Each.APPLICATION
    timeout_seconds, description = 300, "The application; its secret goes to Vault at once."
    link = "application"

    def unknown(self, ctx: StepContext, item: Item) -> tuple[str, ...]:  # noqa: ARG002
        missing = [] if ctx.facts.portal else ["the portal"]
        return (*missing, *([] if ctx.facts.strategy_id else ["the auth strategy"]))

    def observe(self, ctx: StepContext, item: Item) -> Any:
        return self._way(ctx, item).observe(ctx, self._asked(ctx, item))

    def diff(self, ctx: StepContext, item: Item, state: Any) -> Diff[str]:
        return self._way(ctx, item).diff(ctx, self._asked(ctx, item), state)

    def outcome(self, ctx: StepContext, item: Item, state: Any) -> Outcome:
        return self._way(ctx, item).outcome(ctx, self._asked(ctx, item), state)

    def apply(self, ctx: StepContext, item: Item, state: Any, diff: Diff[str]) -> Outcome:
        return self._way(ctx, item).apply(ctx, self._asked(ctx, item), state, diff)

    def absent(self, ctx: StepContext, item: Item, state: Any) -> Diff[str]:
        return self._way(ctx, item).absent(ctx, self._asked(ctx, item), state)

    def remove(self, ctx: StepContext, item: Item, state: Any, diff: Diff[str]) -> Outcome:  # noqa: ARG002
        self._way(ctx, item).remove(ctx, self._asked(ctx, item), state)
        return Outcome()

    def _asked(self, ctx: StepContext, item: Item) -> ApplicationSpec:
        return ctx.the_tenant().application(item)

    def _way(self, ctx: StepContext, item: Item) -> WayToAnApplication:
        return WAYS[self._asked(ctx, item).way]
