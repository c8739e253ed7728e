"""Client metadata: what a registrant asks for, and what it gets.

Source: RFC 7591 section 2; docs/vendors/curity.md, Registration. Members that are not known have no effect, as the RFC demands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.curity.runtime import errors
from sandbox.curity.runtime.client_authentication import CAPABILITY_OF_GRANT
from sandbox.curity.runtime.known_members import KNOWN
from sandbox.curity.runtime.node import JSON, Call, Node
from sandbox.curity.runtime.view import Profile, Registration

SECRET_METHODS = ("client_secret_basic", "client_secret_post")
NO_SECRET = "none"
DEFAULT_GRANTS = ("authorization_code",)
DEFAULT_TOKEN_TTL = 300
MOST_SECONDS = 2**32 - 1  # the leaf is an uint32
_WEB = ("http", "https")
_REDIRECTING = {"authorization_code", "implicit"}
_RESPONSE_TYPES = {"authorization_code": "code", "implicit": "token"}


class ClientMetadata(BaseModel):
    """The members of a registration or update request that have an effect here."""

    model_config = ConfigDict(extra="ignore", strict=True)

    client_id: str | None = None
    client_secret: str | None = None
    client_name: str | None = Field(default=None, min_length=1)
    redirect_uris: list[str] | None = None
    grant_types: list[str] | None = None
    scope: str | None = None
    token_endpoint_auth_method: str | None = None
    client_uri: str | None = None
    application_url: str | None = None
    software_id: str | None = None
    subject_type: str = "public"
    access_token_ttl: int = Field(default=DEFAULT_TOKEN_TTL, ge=1, le=MOST_SECONDS)
    default_acr_values: list[str] = Field(default_factory=list)
    post_logout_redirect_uris: list[str] = Field(default_factory=list)
    requires_consent: bool = False
    require_proof_key: bool = False


@dataclass(frozen=True, slots=True)
class Negotiated:
    """What the client really gets; `shown_grants` differs from `grants` only under the reading that echoes."""

    grants: tuple[str, ...]
    shown_grants: tuple[str, ...]
    scopes: tuple[str, ...]
    shown_scopes: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    auth_method: str
    attributes: dict[str, Any]


def parse(call: Call) -> tuple[ClientMetadata, Mapping[str, Any]]:
    """The request's metadata, and all members it had as they were sent.

    Raises:
        errors.Refused: not JSON, no object, or a member of a wrong type.
    """
    if call.media_type != JSON:
        raise errors.unsupported_media_type(JSON)
    try:
        asked = ClientMetadata.model_validate_json(call.body)
        members = _Members.model_validate_json(call.body).model_extra or {}
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise errors.invalid_client_metadata(f"{where or 'the body'} is not valid") from None
    return asked, members


def properties(node: Node, members: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of members that mean nothing to the server. Whether all versions keep them is open."""
    if node.readings["curity.registration-properties"] == "dropped":
        return {}
    return {name: value for name, value in members.items() if name not in KNOWN}


def negotiate(node: Node, profile: Profile, settings: Registration, asked: ClientMetadata, client_id: str) -> Negotiated:
    """Cut the wish down to what the profile's DCR settings allow.

    Raises:
        errors.Refused: what cannot be granted and may not silently be dropped.
    """
    if asked.software_id is not None:
        raise errors.invalid_client_metadata("software_id names a template, and templatized registration is off")
    grants = _grants(node, settings, asked)
    _check_redirects(asked, grants)
    scopes = _scopes(node, profile, settings, asked)
    method = _auth_method(settings, asked)
    echoed = node.readings["curity.unsupported-grant-types"] == "echoed" and asked.grant_types is not None
    hidden = asked.scope is None and node.readings["curity.registration-scope-omitted"] == "not-listed"
    return Negotiated(
        grants=grants,
        shown_grants=tuple(asked.grant_types or ()) if echoed else grants,
        scopes=scopes,
        shown_scopes=() if hidden else scopes,
        redirect_uris=tuple(asked.redirect_uris or ()),
        auth_method=method,
        attributes=_attributes(settings, asked, grants, method, client_id),
    )


def _grants(node: Node, settings: Registration, asked: ClientMetadata) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(asked.grant_types if asked.grant_types is not None else DEFAULT_GRANTS))
    granted = tuple(grant for grant in wanted if CAPABILITY_OF_GRANT.get(grant) in settings.capabilities)
    if granted != wanted and node.readings["curity.unsupported-grant-types"] == "refused":
        raise errors.invalid_client_metadata("a grant type is not supported")
    return granted


def _scopes(node: Node, profile: Profile, settings: Registration, asked: ClientMetadata) -> tuple[str, ...]:
    allowed = [scope for scope in profile.scopes if settings.scopes is None or scope in settings.scopes]
    if asked.scope is None:
        return tuple(allowed)
    wanted = asked.scope.split()
    granted = tuple(scope for scope in wanted if scope in allowed)
    if len(granted) != len(wanted) and node.readings["curity.unsupported-scopes"] == "refused":
        raise errors.invalid_client_metadata("a scope is not allowed")
    return granted


def _auth_method(settings: Registration, asked: ClientMetadata) -> str:
    if not settings.secret_allowed:
        return NO_SECRET
    asked_method = asked.token_endpoint_auth_method
    return asked_method if asked_method in SECRET_METHODS else SECRET_METHODS[0]


def _check_redirects(asked: ClientMetadata, grants: tuple[str, ...]) -> None:
    uris = asked.redirect_uris or []
    if _REDIRECTING & set(grants) and not uris:
        raise errors.invalid_redirect_uri("the grant types need a redirect URI")
    if not all(_redirects(uri) for uri in uris):
        raise errors.invalid_redirect_uri("a redirect URI is not absolute, or has a fragment")
    if asked.client_uri and uris and _origin(asked.client_uri) not in {_origin(uri) for uri in uris}:
        raise errors.invalid_client_metadata("client_uri is of another origin than the redirect URIs")


def _redirects(uri: str) -> bool:
    """Absolute and without a fragment (RFC 6749 section 3.1.2)."""
    parts = _parts(uri)
    return parts is not None and bool(parts.scheme) and not parts.fragment and (bool(parts.netloc) or parts.scheme not in _WEB)


def _origin(uri: str) -> tuple[str, str]:
    parts = _parts(uri)
    return (parts.scheme, parts.netloc) if parts else ("", "")


def _parts(uri: str) -> SplitResult | None:
    try:
        return urlsplit(uri)
    except ValueError:  # an address in brackets that is none
        return None


def _attributes(settings: Registration, asked: ClientMetadata, grants: tuple[str, ...], method: str, client_id: str) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "access_token_ttl": asked.access_token_ttl,
        "audiences": [client_id],
        "default_acr_values": asked.default_acr_values,
        "post_logout_redirect_uris": asked.post_logout_redirect_uris,
        "require_proof_key": asked.require_proof_key,
        "requires_consent": asked.requires_consent or settings.consent,
        "response_types": [_RESPONSE_TYPES[grant] for grant in grants if grant in _RESPONSE_TYPES],
        "subject_type": asked.subject_type,
        "token_endpoint_auth_methods": list(SECRET_METHODS) if method != NO_SECRET else [NO_SECRET],
    }
    if {"authorization_code", "password"} & set(grants):
        kept["refresh_token_ttl"] = settings.refresh_token_ttl
    optional = {"client_uri": asked.client_uri, "application_url": asked.application_url}
    return kept | {name: value for name, value in optional.items() if value is not None}


class _Members(BaseModel):
    model_config = ConfigDict(extra="allow")
