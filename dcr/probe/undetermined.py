"""Open facts that no reading tells, and why: what would have to be done to learn them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

TOKEN = "only a token request tells, and a probe asks for no token"  # noqa: S105 - words
REGISTRATION = "only the registration of a client tells"
EDIT = "only an edit of Curity's configuration tells, mostly one that it refuses"
WRITE = "only a write at Konnect tells"
APPLICATION = "only an application that is created, changed or deleted tells"
SEEN_TWICE = "only looks before and after a change tell"

_REASONS: Mapping[str, str] = {
    TOKEN: (
        "curity.invalid-client curity.basic-credentials curity.www-authenticate-basic curity.error-description curity.expires-in "
        "curity.dcr-token-form curity.token-scope-omitted curity.openid-with-client-credentials curity.audience-form "
        "curity.userinfo-without-user konnect.scopes-empty"
    ),
    REGISTRATION: (
        "curity.dcr-token-used-by curity.registration-status curity.registration-error-body curity.unsupported-grant-types "
        "curity.unsupported-scopes curity.registration-scope-omitted curity.read-write-ttl-over curity.dcrm-read "
        "konnect.registration-grant-types konnect.registration-scope konnect.verify-cleans-up konnect.verify-failure "
        "konnect.client-authentication curity.registration-properties"
    ),
    EDIT: (
        "curity.leafref-error curity.must-error curity.mandatory-error curity.unknown-element-error curity.value-error "
        "curity.delete-absent curity.two-cases curity.same-entry-twice curity.enumeration-members curity.json-empty "
        "curity.dcr-capability-beyond-profile curity.registrant-without-client-credentials curity.endpoint-id-in-two-profiles "
        "curity.parameter-over-restconf curity.hash-over-restconf curity.plaintext-marker curity.rollback-id "
        "curity.rotated-secret-ttl curity.lock-error curity.open-edit-locks"
    ),
    WRITE: (
        "konnect.duplicate-provider-name konnect.duplicate-strategy-name konnect.delete-provider-in-use konnect.publication-status "
        "konnect.strategy-put-status konnect.issuer-slash konnect.label-order konnect.permission-lag"
    ),
    APPLICATION: (
        "konnect.application-idp-failure konnect.admin-create-secret konnect.imported-client-deletion "
        "konnect.delete-at-identity-provider konnect.deletion-refused portal.regenerate-secret "
        "portal.regenerate-client portal.regenerate-imported"
    ),
    SEEN_TWICE: "curity.metadata-delay konnect.enforcement-latency konnect.config-hash-applications",
    "asking for it may rotate a secret": "konnect.credentials-read",
    "only a token without the role tells": "konnect.core-entities-forbidden",
    "only a token of an authorization manager's client tells": "curity.graphql-operations curity.graphql-listing",
    "only a profile without an authorization manager tells": "curity.graphql-without-manager",
    "only a client that is switched off tells": "curity.client-status curity.client-status-issued",
    "only an object of another organisation tells": "konnect.foreign-object",
    "only a developer's login tells": "portal.refresh-path portal.origin-check portal.session-lifetime",
}


def untold() -> Iterator[tuple[str, str]]:
    """Each fact with its reason."""
    for reason, facts in _REASONS.items():
        for fact in facts.split():
            yield fact, reason
