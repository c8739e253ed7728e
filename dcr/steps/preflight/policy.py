"""The tenant within the platform's policy: also one that was accepted once, when the policy was another.

Files, form and API are held to the policy before a run begins. Whoever checks accepted tenants reads them from Vault, past all of these.
"""

from __future__ import annotations

from dcr.documents.policy import check
from dcr.errors import Problem
from dcr.results.changes import Scope, Stage
from dcr.results.outcome import Outcome
from dcr.results.report import Claim, Verdict
from dcr.steps.context import StepContext
from dcr.steps.step import Check, Item


class PolicyCheck(Check):
    """Each field that the platform's rules do not allow. It asks nobody."""

    name, stage, scope = "policy", Stage.PREFLIGHT, Scope.TENANT
    systems = frozenset()
    timeout_seconds, description = 60, "Whether the platform's rules allow what the tenant asks for."

    def prove(self, ctx: StepContext, item: Item) -> Outcome:  # noqa: ARG002
        """Problems stop who would write; claims judge who only looks."""
        broken = tuple(check(ctx.platform, ctx.the_tenant()))
        return Outcome(problems=broken, claims=tuple(map(_claim, broken)))


def _claim(problem: Problem) -> Claim:
    what = f"{problem.field} is allowed by the platform's policy"
    return Claim(stage=Stage.PREFLIGHT, what=what, verdict=Verdict.FAILED, detail=f"{problem.fault}. {problem.remedy}")
