"""What earlier removals may have left behind at Curity: named in every run, until a person has removed it and says so in the receipt.

Source: docs/vendors/curity.md, Removal.
"""

from __future__ import annotations

from dcr.model.tenant import Tenant
from dcr.results.changes import Scope, Stage
from dcr.results.outcome import Outcome
from dcr.steps.application.former.receipt import left_behind
from dcr.steps.context import StepContext
from dcr.steps.step import Check, Item, System


class LeftBehind(Check):
    """It reads receipts and judges nothing: a client at Curity whose application is gone gets in nowhere."""

    name, stage, scope = "left behind", Stage.PREFLIGHT, Scope.TENANT
    systems = frozenset({System.VAULT})
    timeout_seconds, description = 120, "Clients that a removal could not clean up."

    def items(self, tenant: Tenant | None) -> tuple[Item, ...]:
        """Of a tenant that leaves as well: most of all of that."""
        return ("",) if tenant else ()

    def prove(self, ctx: StepContext, item: Item) -> Outcome:  # noqa: ARG002
        return Outcome(orphans=left_behind(ctx))
