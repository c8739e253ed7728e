"""A plan as a person reads it in a terminal."""

from __future__ import annotations

from dcr.rendering.lines import BAD, GOOD, HEADING, NOTE, Line, change_lines, heading, indented
from dcr.results.plan import Plan


def plan_lines(plan: Plan) -> list[Line]:
    """Problems first, then every change in the order of writing, what stops it, warnings, and a sentence that sums up."""
    whose = f"tenant {plan.tenant}" if plan.tenant else "the platform's own part"
    lines = [Line(f"Plan for {whose} on platform {plan.platform}", HEADING)]
    if plan.problems:
        lines += heading("Problems: people have to fix these first") + indented(map(str, plan.problems), BAD)
    lines += heading("Changes, in the order of writing") + change_lines(plan.changes)
    if plan.stops:
        lines += heading("The platform's policy stops this before the first write") + indented(map(str, plan.stops), BAD)
    if plan.warnings:
        lines += heading("Warnings") + indented(plan.warnings, NOTE)
    if plan.orphans:
        left = [f"{left.system}: {left.what}, since {left.since}. {left.remedy}" for left in plan.orphans]
        lines += heading("Left behind by earlier runs") + indented(left, NOTE)
    return [*lines, Line(""), Line(verdict(plan), GOOD if plan.possible else BAD)]


def verdict(plan: Plan) -> str:
    """What can be done with the plan, in one line."""
    if plan.possible:
        return plan.counted()
    standing = [f"{len(plan.problems)} to fix"] if plan.problems else []
    standing += [f"{len(plan.stops)} forbidden by the platform's policy"] if plan.stops else []
    return f"{plan.counted()} Nothing can be written: {', '.join(standing)}."


def preflight_lines(plan: Plan) -> list[Line]:
    """What stands in the way of a run, and how much it would change."""
    whose = f"tenant {plan.tenant}" if plan.tenant else "the platform's own part"
    lines = [Line(f"Preflight for {whose} on platform {plan.platform}", HEADING)]
    for title, problems in (("To be fixed", plan.problems), ("Forbidden by the platform's policy", plan.stops)):
        lines += heading(title) + indented(map(str, problems), BAD) if problems else []
    lines += heading("Warnings") + indented(plan.warnings, NOTE) if plan.warnings else []
    end = f"Everything is there. {plan.counted()}" if plan.possible else verdict(plan)
    return [*lines, Line(""), Line(end, GOOD if plan.possible else BAD)]
