"""The chain, link by link: the steps' own looks for what has a step, and the checks of `run_time` for what has none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from dcr.diagnosis.finding import Diagnosis, Finding, last_calls
from dcr.diagnosis.run_time import Asked, discovery, initial_token, registration_challenge, verification
from dcr.engine.observe import observe_one
from dcr.errors import DcrError, Problem, Problems, Refused
from dcr.http.recorded_exchanges import Exchanges
from dcr.results.changes import Change, Scope
from dcr.results.outcome import Outcome
from dcr.results.report import Verdict
from dcr.steps.context import StepContext
from dcr.steps.dcr_enablement.enablement import DcrEnablement
from dcr.steps.portal_binding.auth_strategy import AuthStrategy
from dcr.steps.step import Entry, Item, System
from dcr.steps.table import TABLE

MOST_DIFFERENCES = 5  # in one finding; the plan shows them all
ASKED_SYSTEMS = frozenset({"oauth", "registration", "konnect"})
SHORT_SECONDS = 0.001  # a diagnosis asks once: what is not there now is what it tells
NOTES = (
    "A token with scope dcr was asked for with the initial client's secret, and thrown away: that has no lasting effect.",
    "The registration endpoint was sent an empty request without a token, which registers nothing.",
)
NOT_VERIFIED = "Konnect was not asked to verify its provider, since that may leave a client behind at Curity: --verify does it."
PLATFORM_REMEDY = "`dcr prepare` brings it back; `dcr prepare --plan` shows the whole difference first."
TENANT_REMEDY = "`dcr onboard` brings it back; `dcr plan` shows the whole difference first."


Question = tuple[str, Callable[[StepContext], Asked]]
# What no step has, asked right after the step that it rests on.
ASKED_AFTER: Mapping[type[Entry], tuple[Question, ...]] = {
    DcrEnablement: (
        ("discovery: the issuer and its metadata", discovery),
        ("a token with scope dcr for the initial client", initial_token),
        ("the registration endpoint", registration_challenge),
    ),
}
VERIFICATION: Question = ("Konnect's verify of the DCR provider", verification)


@dataclass(slots=True)
class Chain:
    """One diagnosis in progress. It goes on after failures: each link says what it can."""

    ctx: StepContext
    exchanges: Exchanges

    def diagnose(self, *, verify: bool) -> Diagnosis:
        """Ask every link.

        Args:
            verify: have Konnect verify its provider too, which may leave a client at Curity.
        """
        found = [*self._findings(verify=verify)]
        notes = NOTES if verify else (*NOTES, NOT_VERIFIED)
        return Diagnosis(platform=self.ctx.platform.name, tenant=self.ctx.the_tenant().slug, findings=tuple(found), notes=notes)

    def _findings(self, *, verify: bool) -> Iterator[Finding]:
        for entry in TABLE:
            for item in entry.items(self.ctx.tenant) if entry.link else ():
                yield from self._link(entry, item)
            for what, ask in ASKED_AFTER.get(type(entry), ()):
                yield self._asked(what, ask)
            if verify and isinstance(entry, AuthStrategy):
                yield self._asked(*VERIFICATION)

    def _link(self, entry: Entry, item: Item) -> tuple[Finding, ...]:
        what = f"{entry.link}: {item}" if item else entry.link
        missing = entry.unknown(self.ctx, item)
        if missing:
            said = f"not asked: {', '.join(missing)} could not be found out"
            return (Finding(what=what, verdict=Verdict.UNKNOWN, said=said, remedy="Fix what failed above first."),)
        mark = len(self.exchanges.kept)
        found = self._outcome(entry, item)
        calls = last_calls(self.exchanges.since(mark), _systems_shown(entry))
        if isinstance(found, DcrError):
            return tuple(finding.model_copy(update={"calls": calls}) for finding in of_error(what, found))
        self.ctx = self.ctx.knowing(found.facts)
        return tuple(finding.model_copy(update={"calls": finding.calls or calls}) for finding in of_outcome(what, found))

    def _outcome(self, entry: Entry, item: Item) -> Outcome | DcrError:
        self.ctx.progress(f"asking: {entry.link} {item}".rstrip())
        try:
            return observe_one(entry, item, self._once()).outcome
        except DcrError as error:
            return error

    def _asked(self, what: str, ask: Callable[[StepContext], Asked]) -> Finding:
        mark = len(self.exchanges.kept)
        self.ctx.progress(f"asking: {what}")
        try:
            asked = ask(self.ctx)
        except DcrError as error:
            finding = of_error(what, error)[0]
        else:
            self.ctx = self.ctx.knowing(asked.facts)
            finding = Finding(what=what, verdict=asked.verdict, said=asked.said, remedy=asked.remedy)
        return finding.model_copy(update={"calls": last_calls(self.exchanges.since(mark), ASKED_SYSTEMS)})

    def _once(self) -> StepContext:
        deadlines = self.ctx.platform.deadlines.model_copy(update={"propagation_seconds": SHORT_SECONDS})
        return replace(self.ctx, platform=self.ctx.platform.model_copy(update={"deadlines": deadlines}))


def _systems_shown(entry: Entry) -> frozenset[str]:
    """Whose calls a finding shows: claims at the gateway bring their own, and Vault's say nothing where others were asked too."""
    systems = entry.systems - {System.GATEWAY}
    others = systems - {System.VAULT}
    return frozenset(system.value for system in others or systems)


def of_error(what: str, error: DcrError) -> tuple[Finding, ...]:
    """What a failed look says: a refusal is an answer, everything else leaves it open."""
    if isinstance(error, Problems):
        return tuple(_of_problem(what, problem) for problem in error.problems)
    verdict = Verdict.FAILED if isinstance(error, Refused) else Verdict.UNKNOWN
    return (Finding(what=what, verdict=verdict, said=f"{error.where}: {error.problem}", remedy=error.remedy),)


def of_outcome(what: str, outcome: Outcome) -> tuple[Finding, ...]:
    """What a look found: faults first, then differences, then claims; one line that all is well if there is none of them."""
    findings = [_of_problem(what, problem) for problem in outcome.problems]
    if outcome.changes:
        findings.append(_of_changes(what, outcome.changes))
    for claim in outcome.claims:
        calls = (claim.evidence,) if claim.evidence else ()
        remedy = claim.detail if claim.verdict is not Verdict.OK else ""
        findings.append(Finding(what=claim.what, verdict=claim.verdict, remedy=remedy, calls=calls))
    said = "; ".join(outcome.warnings) or "as wanted"
    return tuple(findings) or (Finding(what=what, verdict=Verdict.OK, said=said),)


def _of_problem(what: str, problem: Problem) -> Finding:
    return Finding(what=what, verdict=Verdict.FAILED, said=f"{problem.field}: {problem.fault}", remedy=problem.remedy)


def _of_changes(what: str, changes: tuple[Change, ...]) -> Finding:
    lines = [f"{change.path} is {change.before or 'absent'}, wanted is {change.after or 'absent'}" for change in changes]
    told = "; ".join([*lines[:MOST_DIFFERENCES], *([f"and {len(lines) - MOST_DIFFERENCES} more"] if lines[MOST_DIFFERENCES:] else [])])
    shared = any(change.scope is Scope.PLATFORM for change in changes)
    return Finding(what=what, verdict=Verdict.FAILED, said=told, remedy=PLATFORM_REMEDY if shared else TENANT_REMEDY)
