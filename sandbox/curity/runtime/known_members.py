"""Members of a registration that have a meaning to Curity, whether the sandbox acts on them or not: what is no property of the client.

Source: docs/vendors/curity.md, Registration, Client GraphQL; RFC 7591 section 2; OpenID Connect Dynamic Client Registration 1.0 section 2.
"""

from __future__ import annotations

_STANDARD = """
    application_type backchannel_logout_session_required backchannel_logout_uri client_id client_name client_secret client_uri contacts
    default_acr_values default_max_age frontchannel_logout_session_required frontchannel_logout_uri grant_types
    id_token_encrypted_response_alg id_token_encrypted_response_enc id_token_signed_response_alg initiate_login_uri jwks jwks_uri
    logo_uri policy_uri post_logout_redirect_uris redirect_uris request_object_encryption_alg request_object_encryption_enc
    request_object_signing_alg request_uris require_auth_time require_pushed_authorization_requests response_types scope
    sector_identifier_uri software_id software_statement software_version subject_type tls_client_auth_subject_dn
    token_endpoint_auth_method token_endpoint_auth_signing_alg tos_uri userinfo_encrypted_response_alg userinfo_encrypted_response_enc
    userinfo_signed_response_alg
"""
_CURITYS = """
    access_token_ttl allow_per_request_redirect_uris allowed_origins application_url audiences authenticated_user authenticator_filters
    authorization_signed_response_alg backchannel_authentication_request_signing_alg backchannel_client_notification_endpoint
    backchannel_token_delivery_mode backchannel_user_code_parameter disallowed_proof_key_challenge_methods id_token_ttl properties
    refresh_token_max_rolling_lifetime refresh_token_ttl require_proof_key requires_consent reuse_refresh_tokens status
    token_endpoint_auth_methods
"""
SERVERS = frozenset({"registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"})
"""What the server gives: an update must not contain it (RFC 7592 section 2.2)."""
KNOWN = SERVERS | {*_STANDARD.split(), *_CURITYS.split(), "registration_access_token_expires_in"}
