"""Links of the chain that no step has: discovery, the token for one registration, the registration endpoint, Konnect's verify.

Source: docs/vendors/curity.md, Metadata, Token requests, Registration; docs/vendors/konnect.md, DCR providers.
"""

from __future__ import annotations

from dataclasses import dataclass

from dcr.curity.admin.issuer import issuer_of
from dcr.curity.admin.state import CurityState
from dcr.curity.runtime.client_registration import RegistrationTokenDead
from dcr.curity.runtime.oauth import metadata_url
from dcr.errors import CheckFailed, Missing, Problem, Refused
from dcr.konnect.providers import verify_provider
from dcr.results.facts import NOTHING_KNOWN, Facts, IssuerFacts
from dcr.results.report import Verdict
from dcr.steps.context import StepContext
from dcr.steps.curity_configuration.initial_client import stored_secret
from dcr.steps.curity_configuration.settings import state_if_readable
from dcr.vault import paths

DCR_SCOPE = "dcr"
NOT_YET = "Fix what failed above first."


@dataclass(frozen=True, slots=True)
class Asked:
    """What one question brought."""

    verdict: Verdict
    said: str
    remedy: str = ""
    facts: Facts = NOTHING_KNOWN


def discovery(ctx: StepContext) -> Asked:
    """Where the issuer's metadata is, and what it shows."""
    issuer = _issuer(ctx)
    if isinstance(issuer, Problem):
        return Asked(Verdict.UNKNOWN, f"{issuer.field}: {issuer.fault}", issuer.remedy)
    metadata = ctx.oauth.metadata(issuer)
    shown = (metadata.token_endpoint, metadata.jwks_uri, metadata.registration_endpoint)
    facts = Facts(issuer=IssuerFacts(issuer, metadata_url(issuer), *shown))
    if metadata.registration_endpoint is None:
        remedy = (
            "Registration is off, or its endpoint is deployed on no running service role: `dcr prepare` does both. A cache before Curity "
            "may hold the document for 600 s."
        )
        return Asked(Verdict.FAILED, f"{issuer} is served, and shows no registration_endpoint", remedy, facts)
    said = f"{issuer} is served, with registration_endpoint {metadata.registration_endpoint}"
    return Asked(Verdict.OK, said, facts=facts)


def initial_token(ctx: StepContext) -> Asked:
    """Whether the initial client gets what Konnect needs for a registration. The token is thrown away."""
    client, secret = ctx.platform.curity.initial_client.id, stored_secret(ctx)
    if secret is None:
        return Asked(Verdict.UNKNOWN, f"not asked: {ctx.vault.ref(paths.initial_client())} holds no secret", NOT_YET)
    token_endpoint = ctx.facts.issuer.token_endpoint if ctx.facts.issuer else None
    if token_endpoint is None:
        return Asked(Verdict.UNKNOWN, "not asked: the token endpoint is not known", NOT_YET)
    try:
        ctx.oauth.token(token_endpoint, client, secret.value, DCR_SCOPE)
    except Refused as error:
        return Asked(Verdict.FAILED, f"{error.where}: {error.problem}", _token_remedy(client, error))
    return Asked(Verdict.OK, f"{client} was given one (it is thrown away)")


def _token_remedy(client: str, error: Refused) -> str:
    if "invalid_client" in error.problem:
        return f"Curity's secret of {client} is another than Vault's, or the client is disabled: `dcr prepare` sends Vault's."
    if "invalid_scope" in error.problem:
        return f"{client} is not among authenticate-client-by of dynamic-client-registration: `dcr prepare` adds it."
    return error.remedy


def registration_challenge(ctx: StepContext) -> Asked:
    """Whether the endpoint is there and wants a token. An empty body registers nothing even where it wants none."""
    endpoint = ctx.facts.issuer.registration_endpoint if ctx.facts.issuer else None
    if endpoint is None:
        return Asked(Verdict.UNKNOWN, "not asked: the metadata shows none", NOT_YET)
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    try:
        ctx.unguarded.registration.sender.send("POST", endpoint, content=b"", headers=headers)
    except RegistrationTokenDead:
        return Asked(Verdict.OK, "it is there, and refuses (401) who brings no token")
    except Missing as error:
        remedy = "Deploy it: endpoints of a service role; `dcr prepare` does it. If something stands before Curity, let its path through."
        return Asked(Verdict.FAILED, f"{error.where}: {error.problem}", remedy)
    except Refused as error:
        remedy = "Check how registrants authenticate (dynamic-client-registration/non-templatized), and what stands before Curity."
        return Asked(Verdict.FAILED, f"{error.where}: {error.problem}, and did not ask for a token", remedy)
    raise CheckFailed(f"registration: POST {endpoint}", "took an empty request without a token", "This is no registration endpoint.")


def verification(ctx: StepContext) -> Asked:
    """Have Konnect register a client, as it does for every new application."""
    provider_id = ctx.facts.provider_id
    if provider_id is None:
        return Asked(Verdict.UNKNOWN, "not asked: there is no DCR provider", NOT_YET)
    found, _ = verify_provider(ctx.unguarded.konnect, provider_id)
    if found.status == "success":
        return Asked(Verdict.OK, "Konnect registered a client, and may have left it at Curity")
    said = "; ".join(error[:300] for error in found.errors) or found.status
    remedy = (
        "If discovery, token and registration endpoint are well above, Konnect cannot reach Curity, or holds another secret: check network "
        "and firewall from Konnect's side, then `dcr prepare`."
    )
    return Asked(Verdict.FAILED, f"Konnect says: {said}", remedy)


def _issuer(ctx: StepContext) -> str | Problem:
    """The platform's, the configuration's, or where that cannot be read the one that came with an application's credentials."""
    state = state_if_readable(ctx)
    issuer = issuer_of(state if isinstance(state, CurityState) else CurityState(None), ctx.platform.curity)
    return (_stored_issuer(ctx) or issuer) if isinstance(issuer, Problem) else issuer


def _stored_issuer(ctx: StepContext) -> str:
    tenant = ctx.the_tenant()
    for application in tenant.applications:
        found = ctx.vault.read(paths.application(tenant.slug, application.name))
        if found and "issuer" in found.values:
            return found.values["issuer"].get_secret_value()
    return ""
