"""Every way in which the sandbox can be made wrong, and what onboarding must say of it: the stage, the culprit, and telling words."""

from __future__ import annotations

from dataclasses import dataclass

from dcr.results.changes import Stage


@dataclass(frozen=True, slots=True)
class Mutation:
    """One knob of one system, and by which words people find the culprit."""

    system: str
    knob: str
    stage: Stage  # where the run ends
    words: tuple[str, ...]  # all of them stand in the error; the first names the culprit

    def __str__(self) -> str:
        return f"{self.system}: {self.knob}"


# Wrong in a way that an onboarding cannot meet, for it takes nothing away: what a removal has to see through.
AT_REMOVAL = frozenset({("konnect", "keeps_deleted"), ("gateway", "ignores_revocations")})

MUTATIONS = (
    Mutation("curity-admin", "unlicensed", Stage.PREFLIGHT, ("curity:", "licence")),
    Mutation("curity-admin", "change_nothing", Stage.CURITY_CONFIGURATION, ("curity:", "accepted the change", "did not keep")),
    Mutation("curity-admin", "ignore_jwt_switch", Stage.CURITY_CONFIGURATION, ("curity:", "did not keep", "access-token-as-jwt")),
    Mutation("curity-admin", "ignore_deployment", Stage.DCR_ENABLEMENT, ("curity:", "did not keep", "service-role=default/endpoints")),
    Mutation("curity-runtime", "hide_registration_endpoint", Stage.DCR_ENABLEMENT, ("curity:", "shows no registration_endpoint")),
    Mutation("curity-runtime", "accept_any_secret", Stage.SMOKE_TEST, ("It is Curity that accepts any secret", "a wrong secret")),
    Mutation("curity-runtime", "foreign_subject", Stage.SMOKE_TEST, ("straight from Curity", "sub is another than the client id")),
    Mutation("curity-runtime", "foreign_jwks", Stage.SMOKE_TEST, ("straight from Curity", "does not verify by the JWKS")),
    Mutation("konnect", "forgets_labels", Stage.PORTAL_BINDING, ("konnect:", "did not keep", "labels/managed-by")),
    Mutation("konnect", "returns_anothers", Stage.APPLICATION, ("asked for application", "it answered with", "Report this to Kong")),
    Mutation("konnect", "forgets_publications", Stage.PORTAL_BINDING, ("konnect:", "did not keep", "publications/Orders v1")),
    Mutation("konnect", "sync_error", Stage.SMOKE_TEST, ("The gateway is open", "the application-auth plugin is not in force")),
    Mutation("gateway", "open", Stage.SMOKE_TEST, ("The gateway is open", "a request without credentials")),
    Mutation("gateway", "ignores_identity_provider", Stage.SMOKE_TEST, ("The gateway accepts any secret of a known client",)),
    Mutation("gateway", "ignores_registrations", Stage.SMOKE_TEST, ("The gateway ignores registrations",)),
    Mutation("gateway", "accepts_any_id", Stage.SMOKE_TEST, ("The gateway accepts any client", "an unknown client id")),
)
