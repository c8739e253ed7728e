"""Links of the chain that no step has: discovery, the token for one registration, the registration endpoint, Konnect's verify.

Source: reference/curity.md sections 4.1, 4.2 and 4.4; reference/konnect.md section 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dcr.curity.admin.issuer import issuer_of
from dcr.curity.admin.state import CurityState
from dcr.curity.runtime.client_registration import RegistrationTokenDead
from dcr.errors import CheckFailed, Missing, Problem, Refused
from dcr.konnect.providers import verify_provider
from dcr.results.report import Verdict
from dcr.steps.context import Run
from dcr.steps.curity_configuration.initial_client import stored_secret
from dcr.steps.curity_configuration.state import state_if_readable
from dcr.vault import paths

DCR_SCOPE = "dcr"
NOT_YET = "Fix what failed above first."


@dataclass(frozen=True, slots=True)
class Asked:
    """What one question brought."""

    verdict: Verdict
    said: str
    remedy: str = ""
    facts: dict[str, str] = field(default_factory=dict)


def discovery(run: Run, _facts: Mapping[str, str]) -> Asked:
    """Where the issuer's metadata is, and what it shows."""
    issuer = _issuer(run)
    if isinstance(issuer, Problem):
        return Asked(Verdict.UNKNOWN, f"{issuer.field}: {issuer.fault}", issuer.remedy)
    metadata = run.systems.oauth.metadata(issuer)
    facts = {"issuer": issuer, "metadata_url": f"{issuer}/.well-known/openid-configuration", "token_endpoint": metadata.token_endpoint}
    if metadata.registration_endpoint is None:
        remedy = (
            "Registration is off, or its endpoint is deployed on no running service role: `dcr prepare` does both. A cache before Curity "
            "may hold the document for 600 s."
        )
        return Asked(Verdict.FAILED, f"{issuer} is served, and shows no registration_endpoint", remedy, facts)
    said = f"{issuer} is served, with registration_endpoint {metadata.registration_endpoint}"
    return Asked(Verdict.OK, said, facts=facts | {"registration_endpoint": metadata.registration_endpoint})


def initial_token(run: Run, facts: Mapping[str, str]) -> Asked:
    """Whether the initial client gets what Konnect needs for a registration. The token is thrown away."""
    client, secret = run.platform.curity.initial_client.id, stored_secret(run)
    if secret is None:
        return Asked(Verdict.UNKNOWN, f"not asked: {run.systems.vault.ref(paths.initial_client())} holds no secret", NOT_YET)
    if "token_endpoint" not in facts:
        return Asked(Verdict.UNKNOWN, "not asked: the token endpoint is not known", NOT_YET)
    try:
        run.systems.oauth.token(facts["token_endpoint"], client, secret.value, DCR_SCOPE)
    except Refused as error:
        return Asked(Verdict.FAILED, f"{error.where}: {error.problem}", _token_remedy(client, error))
    return Asked(Verdict.OK, f"{client} was given one (it is thrown away)")


def _token_remedy(client: str, error: Refused) -> str:
    if "invalid_client" in error.problem:
        return f"Curity's secret of {client} is another than Vault's, or the client is disabled: `dcr prepare` sends Vault's."
    if "invalid_scope" in error.problem:
        return f"{client} is not among authenticate-client-by of dynamic-client-registration: `dcr prepare` adds it."
    return error.remedy


def registration_challenge(run: Run, facts: Mapping[str, str]) -> Asked:
    """Whether the endpoint is there and wants a token. An empty body registers nothing even where it wants none."""
    endpoint = facts.get("registration_endpoint")
    if endpoint is None:
        return Asked(Verdict.UNKNOWN, "not asked: the metadata shows none", NOT_YET)
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    try:
        run.systems.registration.sender.send("POST", endpoint, content=b"", headers=headers)
    except RegistrationTokenDead:
        return Asked(Verdict.OK, "it is there, and refuses (401) who brings no token")
    except Missing as error:
        remedy = "Deploy it: endpoints of a service role; `dcr prepare` does it. If something stands before Curity, let its path through."
        return Asked(Verdict.FAILED, f"{error.where}: {error.problem}", remedy)
    except Refused as error:
        remedy = "Check how registrants authenticate (dynamic-client-registration/non-templatized), and what stands before Curity."
        return Asked(Verdict.FAILED, f"{error.where}: {error.problem}, and did not ask for a token", remedy)
    raise CheckFailed(f"registration: POST {endpoint}", "took an empty request without a token", "This is no registration endpoint.")


def verification(run: Run, facts: Mapping[str, str]) -> Asked:
    """Have Konnect register a client, as it does for every new application."""
    provider_id = facts.get("dcr_provider.id")
    if provider_id is None:
        return Asked(Verdict.UNKNOWN, "not asked: there is no DCR provider", NOT_YET)
    found, _ = verify_provider(run.systems.konnect, provider_id)
    if found.status == "success":
        return Asked(Verdict.OK, "Konnect registered a client, and may have left it at Curity")
    said = "; ".join(error[:300] for error in found.errors) or found.status
    remedy = (
        "If discovery, token and registration endpoint are well above, Konnect cannot reach Curity, or holds another secret: check network "
        "and firewall from Konnect's side, then `dcr prepare`."
    )
    return Asked(Verdict.FAILED, f"Konnect says: {said}", remedy)


def _issuer(run: Run) -> str | Problem:
    """The platform's, the configuration's, or where that cannot be read the one that came with an application's credentials."""
    state = state_if_readable(run)
    issuer = issuer_of(state if isinstance(state, CurityState) else CurityState(None), run.platform.curity)
    return (_stored_issuer(run) or issuer) if isinstance(issuer, Problem) else issuer


def _stored_issuer(run: Run) -> str:
    tenant = run.the_tenant()
    for application in tenant.applications:
        found = run.systems.vault.read(paths.application(tenant.slug, application.name))
        if found and "issuer" in found.values:
            return found.values["issuer"].get_secret_value()
    return ""
