"""A plan and a report that have everything in them, also what other systems could put there to do harm."""

from __future__ import annotations

from dcr.errors import Problem
from dcr.model.platform import ProfileChanges, Rules
from dcr.results.changes import KNOWN_AFTER_APPLY, Change, Scope, Stage
from dcr.results.evidence import Evidence
from dcr.results.plan import Plan
from dcr.results.report import Claim, Orphan, Report, StageReport, SystemRequests, Verdict

HARM = "x\x1b[2J\n| <script>alert(1)</script> [a](javascript:b) `c` **d** \u202egnp"
AT = "2026-11-23T10:00:00Z"
CHANGES = (
    Change(Stage.CURITY_CONFIGURATION, Scope.PLATFORM, "curity/access-token-as-jwt", None, "true", impact="3 other clients get JWTs"),
    Change(Stage.CURITY_CONFIGURATION, Scope.PLATFORM, "curity/token-issuer/userinfo/signing-key", "old-key", "default-signing-key"),
    Change(
        Stage.PORTAL_BINDING, Scope.TENANT, "konnect/publications/Orders v1/auth_strategy", "key-auth", "curity-dcr", conflict="other's"
    ),
    Change(Stage.APPLICATION, Scope.TENANT, "portal/applications/orders-client/id", None, KNOWN_AFTER_APPLY),
    Change(Stage.APPLICATION, Scope.TENANT, "portal/applications/retired", "there", None),
)
EVIDENCE = Evidence("GET https://localhost:46005/orders", 200, AT, 12, "req-1")
CLAIMS = (
    Claim(stage=Stage.SMOKE_TEST, what="orders-client reaches Orders v1 at GET /orders", verdict=Verdict.OK, evidence=EVIDENCE),
    Claim(stage=Stage.SMOKE_TEST, what="a wrong secret is refused", verdict=Verdict.FAILED, detail="The gateway let it in."),
    Claim(stage=Stage.SMOKE_TEST, what="no answer", verdict=Verdict.UNKNOWN, evidence=Evidence("GET https://x/", None, AT, 5000)),
)
LEFT = Orphan(system="curity", what="client orders-client-1", since=AT, remedy="Delete it.")


def plan(**changed: object) -> Plan:
    values = {
        "platform": "sandbox",
        "tenant": "acme",
        "changes": CHANGES,
        "problems": (),
        "stops": (),
        "warnings": ("A restart may lose live changes.",),
        "orphans": (LEFT,),
    }
    return Plan.model_validate({**values, **changed})


def problem(field: str = "konnect/portals/acme-portal") -> Problem:
    return Problem(field, "no such portal", "Create it.")


def report(**changed: object) -> Report:
    values = {
        "platform": "sandbox",
        "tenant": "acme",
        "run": "dcr by jane on host, " + AT,
        "requested_by": "jane.doe@acme.example",
        "ticket": "ACME-1042",
        "started_at": AT,
        "verdict": Verdict.FAILED,
        "stages": (
            StageReport(stage=Stage.PREFLIGHT, verdict=Verdict.OK, summary="no changes", milliseconds=412),
            StageReport(stage=Stage.SMOKE_TEST, verdict=Verdict.FAILED, summary="1 of 3 claims shown", milliseconds=1250),
        ),
        "changes": CHANGES,
        "claims": CLAIMS,
        "vault_paths": ("vault://dcr/tenants/acme/applications/orders-client",),
        "orphans": (LEFT,),
        "warnings": ("A restart may lose live changes.",),
        "requests": (
            SystemRequests(system="curity", reads=4, writes=1),
            SystemRequests(system="konnect", reads=9, writes=2),
            SystemRequests(system="portal", reads=0, writes=0),
            SystemRequests(system="vault", reads=8, writes=3),
            SystemRequests(system="smoke test", reads=6, writes=1),
        ),
        "error": "smoke test: a wrong secret was let in. Fix the gateway.",
    }
    return Report.model_validate({**values, **changed})


def careful() -> Rules:
    """Rules under which a tenant's run may not change the platform."""
    return Rules(profile_changes=ProfileChanges.STOP, allowed_hosts=("localhost:*",))
