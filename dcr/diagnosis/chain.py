"""The chain, link by link: the steps' own looks for what has a step, and the checks of `run_time` for what has none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from dcr.diagnosis.finding import Diagnosis, Finding, last_calls
from dcr.diagnosis.run_time import Asked, discovery, initial_token, registration_challenge, verification
from dcr.errors import DcrError, Problem, Problems, Refused
from dcr.http.recorded_exchanges import Exchanges
from dcr.results.changes import Change, Scope
from dcr.results.outcome import Outcome
from dcr.results.report import Verdict
from dcr.steps import table as steps
from dcr.steps.context import Run
from dcr.steps.table import Step

MOST_DIFFERENCES = 5  # in one finding; the plan shows them all
SHORT_SECONDS = 0.001  # a diagnosis asks once: what is not there now is what it tells
NOTES = (
    "A token with scope dcr was asked for with the initial client's secret, and thrown away: that has no lasting effect.",
    "The registration endpoint was sent an empty request without a token, which registers nothing.",
)
NOT_VERIFIED = "Konnect was not asked to verify its provider, since that may leave a client behind at Curity: --verify does it."
PLATFORM_REMEDY = "`dcr prepare` brings it back; `dcr prepare --plan` shows the whole difference first."
TENANT_REMEDY = "`dcr onboard` brings it back; `dcr plan` shows the whole difference first."


@dataclass(frozen=True, slots=True)
class Link:
    """A step, asked for what it finds; `needs` are the facts without which it has nothing to ask."""

    what: str
    step: Step
    systems: frozenset[str]
    needs: Callable[[str], tuple[str, ...]] = lambda _item: ()
    write: bool = False  # of the smoke test alone, which writes nothing


def _systems(*names: str) -> frozenset[str]:
    return frozenset(names)


BEFORE = (
    Link("Vault lets us in, and may be written", steps.VAULT_ACCESS, _systems("vault")),
    Link("portal, APIs, implementation links and owner", steps.PORTAL_AND_APIS, _systems("konnect")),
    Link("the initial client's secret in Vault", steps.INITIAL_CLIENT, _systems("vault")),
)
CURITY = (
    Link("Curity's issuers and initial client", steps.CURITY_CONFIGURATION, _systems("curity", "oauth")),
    Link("Curity's dynamic client registration", steps.DCR_ENABLEMENT, _systems("curity", "oauth")),
)
KONNECT = (
    Link("Konnect's DCR provider", steps.DCR_PROVIDER, _systems("konnect")),
    Link("Konnect's auth strategy", steps.AUTH_STRATEGY, _systems("konnect")),
)
AFTER = (
    Link("publication", steps.PUBLICATION, _systems("konnect"), lambda item: ("portal.id", f"api.{item}.id")),
    Link("application", steps.APPLICATION, _systems("konnect", "portal"), lambda _item: ("portal.id", "auth_strategy.id")),
    Link("registrations", steps.REGISTRATIONS, _systems("konnect", "portal"), lambda item: ("portal.id", f"application.{item}.id")),
    Link("at the gateway", steps.SMOKE_TEST, _systems("gateway", "oauth"), write=True),
)


@dataclass(slots=True)
class Chain:
    """One diagnosis in progress. It goes on after failures: each link tells what it can."""

    run: Run
    exchanges: Exchanges
    facts: dict[str, str] = field(default_factory=dict)

    def diagnose(self, *, verify: bool) -> Diagnosis:
        """Ask every link.

        Args:
            verify: have Konnect verify its provider too, which may leave a client at Curity.
        """
        found = [*self._findings(verify=verify)]
        notes = NOTES if verify else (*NOTES, NOT_VERIFIED)
        return Diagnosis(platform=self.run.platform.name, tenant=self.run.the_tenant().slug, findings=tuple(found), notes=notes)

    def _findings(self, *, verify: bool) -> Iterator[Finding]:
        yield from self._links(BEFORE)
        yield from self._links(CURITY)
        yield self._asked("discovery: the issuer and its metadata", discovery)
        yield self._asked("a token with scope dcr for the initial client", initial_token)
        yield self._asked("the registration endpoint", registration_challenge)
        yield from self._links(KONNECT)
        if verify:
            yield self._asked("Konnect's verify of the DCR provider", verification)
        yield from self._links(AFTER)

    def _links(self, links: tuple[Link, ...]) -> Iterator[Finding]:
        for link in links:
            for item in link.step.items(self.run.tenant):
                yield from self._link(link, item)

    def _link(self, link: Link, item: str) -> tuple[Finding, ...]:
        what = f"{link.what}: {item}" if item else link.what
        missing = [name for name in link.needs(item) if name not in self.facts]
        if missing:
            said = f"not asked: {', '.join(missing)} could not be found out"
            return (Finding(what=what, verdict=Verdict.UNKNOWN, said=said, remedy="Fix what failed above first."),)
        mark = len(self.exchanges.kept)
        found = self._outcome(link, item)
        systems = link.systems - {"gateway"}  # its claims bring their own evidence
        calls = last_calls(self.exchanges.since(mark), systems)
        if isinstance(found, DcrError):
            return tuple(finding.model_copy(update={"calls": calls}) for finding in of_error(what, found))
        self.facts |= found.facts
        return tuple(finding.model_copy(update={"calls": finding.calls or calls}) for finding in of_outcome(what, found))

    def _outcome(self, link: Link, item: str) -> Outcome | DcrError:
        self.run.progress(f"asking: {link.what} {item}".rstrip())
        run = replace(self._once(), write=True) if link.write else self.run
        try:
            return link.step.converge(run, self.facts, item)
        except DcrError as error:
            return error

    def _asked(self, what: str, ask: Callable[[Run, Mapping[str, str]], Asked]) -> Finding:
        mark = len(self.exchanges.kept)
        self.run.progress(f"asking: {what}")
        try:
            asked = ask(self.run, self.facts)
        except DcrError as error:
            finding = of_error(what, error)[0]
        else:
            self.facts |= asked.facts
            finding = Finding(what=what, verdict=asked.verdict, said=asked.said, remedy=asked.remedy)
        return finding.model_copy(update={"calls": last_calls(self.exchanges.since(mark), _systems("oauth", "registration", "konnect"))})

    def _once(self) -> Run:
        deadlines = self.run.platform.deadlines.model_copy(update={"propagation_seconds": SHORT_SECONDS})
        return replace(self.run, platform=self.run.platform.model_copy(update={"deadlines": deadlines}))


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
