"""Have Konnect try the DCR provider, after it or its secret has changed, and say the result in words.

Source: reference/konnect.md section 2, `/verify` has a side effect.
"""

from __future__ import annotations

from datetime import UTC, datetime

from dcr.errors import DcrError, Refused
from dcr.http.sender import Evidence
from dcr.konnect.providers import verify_provider
from dcr.results.changes import Stage
from dcr.results.outcome import Outcome
from dcr.results.report import Claim, Orphan, Verdict
from dcr.steps.context import Run
from dcr.steps.platform_lock import renew_platform_lock


def check_provider(run: Run, name: str, provider_id: str) -> Outcome:
    """One `verify`. It proves nothing that the smoke test does not prove too, so a lost answer is a warning, not a failure.

    Raises:
        LostLock: another run may be writing by now.
    """
    renew_platform_lock(run)
    orphans = (_orphan(name),)
    try:
        verification, evidence = verify_provider(run.systems.konnect, provider_id)
    except Refused as error:
        return Outcome(claims=(_claim(name, Verdict.FAILED, error.problem, None),), orphans=orphans)
    except DcrError as error:
        return Outcome(warnings=(f"Whether Konnect can register clients with {name} is not known: {error.problem}.",), orphans=orphans)
    if verification.status == "success":
        return Outcome(claims=(_claim(name, Verdict.OK, "", evidence),), orphans=orphans)
    said = "; ".join(error[:300] for error in verification.errors) or verification.status
    return Outcome(claims=(_claim(name, Verdict.FAILED, said, evidence),), orphans=orphans)


def _claim(name: str, verdict: Verdict, said: str, evidence: Evidence | None) -> Claim:
    remedy = " Check issuer, initial client id and secret, and that Konnect can reach Curity." if said else ""
    detail = f"Konnect says: {said}.{remedy}" if said else ""
    what = f"Konnect's verify of the DCR provider {name} registers a client at Curity"
    return Claim(stage=Stage.PORTAL_BINDING, what=what, verdict=verdict, detail=detail, evidence=evidence)


def _orphan(name: str) -> Orphan:
    return Orphan(
        system="curity",
        what=f"a client that Konnect's verify of the DCR provider {name} may have registered",
        since=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        remedy="Look for a dynamic client of that time that belongs to no application, and delete it.",
    )
