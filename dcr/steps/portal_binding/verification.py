"""Have Konnect try the DCR provider after it or its secret has changed, and remember in Vault how that ended.

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

VERIFY, NOT_ASKED = "verify", "not asked yet"
LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True)
class Remembered:
    """What Vault remembers of the last verification."""

    said: str = Verdict.OK.value  # also where nothing was ever remembered
    version: int = 0  # of the record, for check-and-set

    @property
    def ended_well(self) -> bool:
        return self.said == Verdict.OK


def last_verification(ctx: StepContext) -> Remembered:
    """How it ended, or that it is still to be asked."""
    path = paths.dcr_provider()
    found = ctx.cached(f"vault {path}", lambda: ctx.vault.read(path))
    if found is None:
        return Remembered()
    said = found.values.get(VERIFY)
    return Remembered(said.get_secret_value() if said else Verdict.OK.value, found.version)


def remembers_any(ctx: StepContext) -> bool:
    """Whether Vault remembers how one ended, well or not."""
    return last_verification(ctx).version > 0


def forget(ctx: StepContext) -> None:
    """Vault remembers none any more."""
    ctx.vault.remove(paths.dcr_provider())


def to_be_verified(ctx: StepContext, before: Remembered) -> Remembered:
    """Remember, before the provider is written, that it is to be verified: then the next run asks, wherever this one may end.

    Args:
        before: what was read under the platform's lock.

    Raises:
        Stale: somebody else has written there meanwhile.
        Conflict: what is there was not written by us.
    """
    if not before.ended_well:
        return before  # the next run would ask anyway
    return Remembered(NOT_ASKED, ctx.vault.put(paths.dcr_provider(), {VERIFY: NOT_ASKED}, expect=before.version))


def have_verified(ctx: StepContext, name: str, provider_id: str, before: Remembered) -> Outcome:
    """One `verify`, which registers a client at Curity as a new application does, and may leave it there.

    Args:
        before: what `to_be_verified` returned; it stays where this ends early.

    Raises:
        LostLock: another run may be writing by now.
    """
    claim = _asked(ctx, name, provider_id)
    said = claim.verdict.value if claim.verdict is Verdict.OK else f"{claim.verdict.value} at {now()}"
    warnings = _remember(ctx, name, {"provider_id": provider_id, VERIFY: said}, before.version)
    return Outcome(claims=(claim,), orphans=(_orphan(name),), warnings=warnings)


def _remember(ctx: StepContext, name: str, ended: dict[str, str], version: int) -> tuple[str, ...]:
    """Keep how it ended; where Vault does not, that is worth a warning, and no reason to lose the claim and what may be left behind."""
    try:
        ctx.vault.put(paths.dcr_provider(), ended, expect=version)
    except LostLock:
        raise
    except DcrError as error:
        what = f"how Konnect's verify of the DCR provider {name} ended"
        return (f"{error.where}: {what} was not kept ({error.problem}): the next run may ask again.",)
    return ()


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
