"""Every field we manage is changed by somebody else in turn: it is found, named, and set right again."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from dcr.engine.observe import Observation, observe
from dcr.model.platform import OnConflict
from dcr.results.report import Verdict
from dcr.systems import close_systems
from tasks.checking import finding_of, smoke_tested
from tests.admin_client import at_konnect
from tests.drift.mutations import (
    CLIENT,
    DCR,
    FREE,
    ISSUER,
    PROFILE,
    ROLES,
    Mutate,
    accepted_with,
    accepted_without,
    by_its_owner,
    elsewhere,
    in_vault,
    oidc,
    patched,
    portal_id,
    provider,
    publication,
    registration,
    removed,
    strategy,
    unowned,
)
from tests.sandbox_fixture import LivingWorld
from tests.vault_values import remove_value

CURITY = "curity/profile=token-service"
TOKEN_ISSUERS, DCR_PATH = f"{CURITY}/token-issuers", f"{CURITY}/dynamic-client-registration"
KONNECT_PROVIDER, KONNECT_STRATEGY = "konnect/dcr-providers/curity", "konnect/application-auth-strategies/curity-dcr"
PORTAL = "konnect/portals/acme-portal"
SPEC = "vault/tenants/acme/spec"
ELSEWHERE = "https://elsewhere.example/.well-known/openid-configuration"

AT_CURITY: dict[str, Mutate] = {
    f"{TOKEN_ISSUERS}/default-token-issuer/access-token-as-jwt": removed(
        f"{PROFILE}/token-issuers/default-token-issuer/access-token-as-jwt"
    ),
    f"{TOKEN_ISSUERS}/custom-token-issuer=userinfo/data-sources/tokens-data-source-id": elsewhere(
        "data-sources/data-source", f"{ISSUER}/data-sources/tokens-data-source-id", "base:tokens-data-source-id"
    ),
    f"{TOKEN_ISSUERS}/custom-token-issuer=userinfo/jwt/signing-key-id": elsewhere(
        "crypto/signing-keys/signing-key", f"{ISSUER}/jwt/signing-key-id", "base:signing-key-id"
    ),
    f"{TOKEN_ISSUERS}/custom-token-issuer=userinfo/jwt/verification-keystore-id": elsewhere(
        "crypto/signature-verification-keys/signature-verification-key",
        f"{ISSUER}/jwt/verification-keystore-id",
        "base:verification-keystore-id",
    ),
    f"{CURITY}/client=konnect-dcr/client-name": patched(f"{CLIENT}/client-name", {"profile-oauth:client-name": "Somebody's"}),
    f"{CURITY}/client=konnect-dcr/secret": patched(f"{CLIENT}/secret", {"profile-oauth:secret": "somebody-elses-secret"}),
    f"{CURITY}/client=konnect-dcr/properties/property=managed-by/value": removed(f"{CLIENT}/properties/property=managed-by"),
    f"{CURITY}/client=konnect-dcr/properties/property=dcr-secret-version/value": removed(
        f"{CLIENT}/properties/property=dcr-secret-version"
    ),
    f"{DCR_PATH}/client-data-source": elsewhere(
        "data-sources/data-source", f"{DCR}/client-data-source", "profile-oauth:client-data-source"
    ),
    f"{DCR_PATH}/non-templatized/capabilities/client-credentials": removed(f"{FREE}/capabilities/client-credentials"),
    f"{DCR_PATH}/non-templatized/scopes/all": removed(f"{FREE}/scopes/all"),
    f"{DCR_PATH}/non-templatized/authenticators/all": removed(f"{FREE}/authenticators/all"),
    f"{DCR_PATH}/non-templatized/client-authentication-method/secret": removed(f"{FREE}/client-authentication-method/secret"),
    f"{DCR_PATH}/non-templatized/authenticate-client-by": removed(f"{FREE}/authenticate-client-by=konnect-dcr"),
    f"{DCR_PATH}/client-management": removed(f"{DCR}/client-management"),
    "curity/service-role=default/endpoints": removed(f"{ROLES}=default/endpoints=token-service-dynamic-client-registration"),
    "curity/service-role=internal/endpoints": removed(f"{ROLES}=internal/endpoints=token-service-dynamic-client-registration"),
}
AT_KONNECT: dict[str, Mutate] = {
    f"{KONNECT_PROVIDER}/display_name": provider({"display_name": "Somebody's"}),
    f"{KONNECT_PROVIDER}/issuer": provider({"issuer": ELSEWHERE}),
    f"{KONNECT_PROVIDER}/dcr_config/initial_client_id": provider({"dcr_config": {"initial_client_id": "another"}}),
    f"{KONNECT_PROVIDER}/dcr_config/initial_client_secret": provider({"labels": {"secret-version": "0"}}),
    f"{KONNECT_PROVIDER}/labels/managed-by": provider({"labels": {"managed-by": None}}),
    f"{KONNECT_STRATEGY}/labels/managed-by": strategy({"labels": {"managed-by": None}}),
    f"{KONNECT_STRATEGY}/display_name": strategy({"display_name": "Somebody's"}),
    f"{KONNECT_STRATEGY}/configs/openid-connect/issuer": oidc(issuer=ELSEWHERE),
    f"{KONNECT_STRATEGY}/configs/openid-connect/credential_claim": oidc(credential_claim=["client_id"]),
    f"{KONNECT_STRATEGY}/configs/openid-connect/scopes": oidc(scopes=["another"]),
    f"{KONNECT_STRATEGY}/configs/openid-connect/auth_methods": oidc(auth_methods=["bearer"]),
    f"{PORTAL}/applications/orders-client/description": by_its_owner("orders-client", "description"),
    f"{PORTAL}/applications/orders-client/redirect_uri": by_its_owner("orders-client", "redirect_uri"),
    f"{PORTAL}/publications/Orders v1/auto_approve_registrations": publication("Orders", auto_approve_registrations=False),
    f"{PORTAL}/publications/Orders v1/visibility": publication("Orders", visibility="public"),
    f"{PORTAL}/publications/Payments v1/auto_approve_registrations": publication("Payments", auto_approve_registrations=False),
    f"{PORTAL}/publications/Payments v1/visibility": publication("Payments", visibility="public"),
}
IN_VAULT: dict[str, Mutate] = {
    f"{SPEC}/apis/Orders v1": accepted_without("apis", "Orders"),
    f"{SPEC}/apis/Payments v1": accepted_without("apis", "Payments"),
    f"{SPEC}/applications/orders-client": accepted_without("applications", "orders-client"),
    f"{SPEC}/applications/payments-client": accepted_without("applications", "payments-client"),
    f"{SPEC}/visibility": accepted_with(visibility="public"),
    "vault/publications/acme-portal/Orders v1/owner": unowned("Orders"),
    "vault/publications/acme-portal/Payments v1/owner": unowned("Payments"),
    "vault://dcr/platform/initial-client": in_vault("platform/initial-client", client_secret=""),
    "vault://dcr/tenants/acme/applications/orders-client": in_vault("tenants/acme/applications/orders-client", client_secret=""),
}


# What onboarding writes and nobody can change by itself, and where else it is looked after.
NOT_CHANGED_ALONE = {
    SPEC: "a record that is gone, and with it each API and application",
    f"{CURITY}/client=konnect-dcr/capabilities/client-credentials": "Curity refuses to remove it while DCR names the client",
    f"{CURITY}/endpoints/endpoint=token-service-dynamic-client-registration/uri": "an endpoint of the kind is used as it is",
    f"{CURITY}/endpoints/endpoint=token-service-dynamic-client-registration/endpoint-kind": "cannot be changed",
    "curity/clients/acme.payments-client": "the smoke test finds a client that is gone",
    f"{KONNECT_PROVIDER}/provider_type": "cannot be changed",
    f"{KONNECT_STRATEGY}/strategy_type": "cannot be changed",
    f"{KONNECT_STRATEGY}/dcr_provider_id": "follows the provider, which cannot be removed while it is used",
    f"{PORTAL}/publications/Orders v1/auth_strategy_ids": "a publication that is removed",
    f"{PORTAL}/publications/Payments v1/auth_strategy_ids": "a publication that is removed",
    f"{PORTAL}/applications/orders-client/auth_strategy_id": "cannot be changed",
    f"{PORTAL}/applications/payments-client/auth_strategy_id": "cannot be changed",
    f"{PORTAL}/applications/payments-client/dcr_client_id": "cannot be changed",
    f"{PORTAL}/applications/payments-client/owner": "cannot be changed",
    f"{PORTAL}/applications/payments-client/description": "Konnect's admin API cannot change it",
    f"{PORTAL}/applications/orders-client/registrations/Orders v1/status": "a registration that an admin revoked",
    f"{PORTAL}/applications/orders-client/registrations/Payments v1/status": "a registration that an admin revoked",
    f"{PORTAL}/applications/payments-client/registrations/Payments v1/status": "a registration that an admin revoked",
    "vault://dcr/tenants/acme/applications/payments-client": "a lost secret means another client",
}


def looked(living: LivingWorld) -> Observation:
    systems = living.systems()
    try:
        return observe(living.context(systems), sleep=time.sleep)
    finally:
        systems.close()


def set_right(living: LivingWorld) -> None:
    """Onboard again, where the platform says that our own things are taken back."""
    rules = living.platform.rules.model_copy(update={"on_conflict": OnConflict.OVERWRITE})
    finished = living.onboard(platform=living.platform.model_copy(update={"rules": rules}))
    assert not finished.failure, finished.failure


def each_is_found_named_and_set_right(living: LivingWorld, mutations: dict[str, Mutate]) -> None:
    set_right(living)
    for path, mutate in mutations.items():
        mutate(living)
        named = [change.path for change in looked(living).changes]
        assert path in named, f"{path}: {named}"
        assert len(named) <= 4, f"{path}: {named}"  # a secret and where it was sent
        set_right(living)
        assert looked(living).changes == (), path


@pytest.mark.parametrize("mutations", [AT_CURITY, AT_KONNECT, IN_VAULT], ids=["Curity", "Konnect", "Vault"])
def test_each_field_changed_by_others_is_found_named_and_set_right(
    living: LivingWorld, mutations: dict[str, Mutate], count: Callable[[str, int], None]
) -> None:
    each_is_found_named_and_set_right(living, mutations)
    count("managed fields changed by others, found, named and set right", len(mutations))


def test_no_field_that_onboarding_writes_is_forgotten_here(living: LivingWorld) -> None:
    wanted = {change.path for change in looked(living).changes}
    known = AT_CURITY.keys() | AT_KONNECT.keys() | IN_VAULT.keys() | NOT_CHANGED_ALONE.keys()
    assert wanted - known == set()


def test_a_record_that_was_removed_is_found_and_set_right(living: LivingWorld) -> None:
    living.onboard()
    remove_value(living.world, "tenants/acme/spec")
    assert SPEC in [change.path for change in looked(living).changes]
    set_right(living)
    assert looked(living).changes == ()


@pytest.mark.parametrize("api", ["Orders", "Payments"])
def test_a_publication_that_was_removed_is_found_and_set_right(living: LivingWorld, api: str) -> None:
    living.onboard()
    at_konnect(living.world, "DELETE", f"/v3/apis/{living.world.ready['konnect']['apis'][api]}/publications/{portal_id(living)}")
    assert f"{PORTAL}/publications/{api} v1/auth_strategy_ids" in [change.path for change in looked(living).changes]
    set_right(living)
    assert looked(living).changes == ()


def test_a_registration_that_an_admin_revoked_is_a_claim_that_fails(living: LivingWorld) -> None:
    living.onboard()
    registration("orders-client", "Orders")(living)
    claims = [claim for outcome in looked(living).outcomes for claim in outcome.claims if claim.verdict is Verdict.FAILED]
    assert [claim.what for claim in claims] == ["orders-client is registered for Orders v1"]


def test_what_cannot_be_read_is_unknown_and_not_drifted(living: LivingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DCR_READY_FILE", str(living.ready_file))
    living.onboard()
    living.knobs("curity-admin", denied_reads=["/profiles/profile/token-issuers"])
    living.knobs("konnect", denied=["GET /v2/dcr-providers"])
    report = smoke_tested(living.platform, living.tenant, drift=True)
    close_systems()
    assert report.changes == ()
    unknown = " ".join(claim.what for claim in report.claims if claim.verdict is Verdict.UNKNOWN)
    assert "konnect" in unknown
    assert finding_of("acme", report).verdict is Verdict.UNKNOWN
