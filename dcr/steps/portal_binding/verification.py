"""Have Konnect try the DCR provider after it or its secret has changed, and remember in Vault that it has to, and how it ended.

Source: docs/vendors/konnect.md, DCR providers.
"""

from __future__ import annotations

from dataclasses import dataclass

from dcr.errors import DcrError, LostLock, Refused
from dcr.konnect.providers import verify_provider
from dcr.model.timestamps import now
from dcr.results.changes import Stage
from dcr.results.evidence import Evidence
from dcr.results.outcome import Outcome
from dcr.results.report import Claim, Orphan, Verdict
from dcr.steps.context import StepContext
from dcr.vault import paths

VERIFY = "verify"
NOT_ASKED = "not asked yet"
LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True)
class UnendedVerification:
    """One that did not show what it should."""

    said: str


def last_verification(ctx: StepContext) -> UnendedVerification | None:
    """What Vault remembers of the last one; None if it ended well, or nothing was ever remembered."""
    path = paths.dcr_provider()
    found = ctx.cached(f"vault {path}", lambda: ctx.vault.read(path))
    if found is None or VERIFY not in found.values:
        return None
    said = found.values[VERIFY].get_secret_value()
    return None if said == Verdict.OK else UnendedVerification(said)


def remembers_any(ctx: StepContext) -> bool:
    """Whether Vault remembers how one ended, well or not."""
    path = paths.dcr_provider()
    return ctx.cached(f"vault {path}", lambda: ctx.vault.read(path)) is not None


def forget(ctx: StepContext) -> None:
    """Vault remembers none any more."""
    ctx.vault.remove(paths.dcr_provider())


def owe_verification(ctx: StepContext) -> None:
    """Remember before the provider is made or changed that Konnect has to be asked: a run that dies in between is found out."""
    ctx.vault.put(paths.dcr_provider(), {VERIFY: NOT_ASKED})


def have_verified(ctx: StepContext, name: str, provider_id: str) -> Outcome:
    """One `verify`, which registers a client at Curity as a new application does, and may leave it there. Vault keeps how it ended.

    Raises:
        LostLock: another run may be writing by now.
    """
    claim = _asked(ctx, name, provider_id)
    said = claim.verdict.value if claim.verdict is Verdict.OK else f"{claim.verdict.value} at {now()}"
    ctx.vault.put(paths.dcr_provider(), {"provider_id": provider_id, VERIFY: said})
    return Outcome(claims=(claim,), orphans=(_orphan(name),))


def _asked(ctx: StepContext, name: str, provider_id: str) -> Claim:
    try:
        verification, evidence = verify_provider(ctx.konnect, provider_id)
    except LostLock:
        raise
    except Refused as error:
        return _claim(name, Verdict.FAILED, error.problem)
    except DcrError as error:
        return _claim(name, Verdict.UNKNOWN, error.problem)
    if verification.status == "success":
        return _claim(name, Verdict.OK, "", evidence)
    said = "; ".join(error[:LONGEST_ERROR] for error in verification.errors) or verification.status
    return _claim(name, Verdict.FAILED, said, evidence)


def _claim(name: str, verdict: Verdict, said: str, evidence: Evidence | None = None) -> Claim:
    details = {
        Verdict.FAILED: f"Konnect says: {said}. Check issuer, initial client id and secret, and that Konnect can reach Curity.",
        Verdict.UNKNOWN: f"it could not be asked: {said}. The next run of the platform's part asks again.",
    }
    what = f"Konnect's verify of the DCR provider {name} registers a client at Curity"
    return Claim(stage=Stage.PORTAL_BINDING, what=what, verdict=verdict, detail=details.get(verdict, ""), evidence=evidence)


def _orphan(name: str) -> Orphan:
    return Orphan(
        system="curity",
        what=f"a client that Konnect's verify of the DCR provider {name} may have registered",
        since=now(),
        remedy="Look for a dynamic client of that time that belongs to no application, and delete it.",
    )
