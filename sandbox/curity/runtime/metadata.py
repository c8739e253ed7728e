"""Metadata documents and JWKS, following what is deployed.

Source: docs/vendors/curity.md, Issuer URL, Metadata; OpenID Connect Discovery 1.0; RFC 8414.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.curity.runtime import errors
from sandbox.curity.runtime.client_authentication import CAPABILITY_OF_GRANT
from sandbox.curity.runtime.keys import algorithms_of
from sandbox.curity.runtime.node import Call, Node
from sandbox.curity.runtime.view import Kind, Metadata, Profile, SigningKey

OPENID_PATH = "/.well-known/openid-configuration"
OAUTH_PATH = "/.well-known/oauth-authorization-server"
JWKS_PATH = "/jwks"
DELAYED_REQUESTS = 3

_MEMBERS = {
    "authorization_endpoint": (Kind.AUTHORIZE, ""),
    "token_endpoint": (Kind.TOKEN, ""),
    "userinfo_endpoint": (Kind.USERINFO, ""),
    "introspection_endpoint": (Kind.INTROSPECT, ""),
    "revocation_endpoint": (Kind.REVOKE, ""),
    "end_session_endpoint": (Kind.SESSION, "/logout"),
}

_RESPONSE_TYPES = {"code": "code", "implicit": "token"}


def anonymous(node: Node, profile: Profile, call: Call, rest: str) -> Response:
    """What lies below the anonymous endpoint: OpenID metadata and JWKS.

    Raises:
        errors.Refused: nothing is there, or not for this method.
    """
    if rest == JWKS_PATH:
        _only_read(call)
        return JSONResponse({"keys": [_published(node, profile, key) for key in profile.keys]})
    if rest == OPENID_PATH and profile.openid_metadata:
        return _document(node, profile, call, profile.openid_metadata, openid=True)
    raise errors.not_found()


def oauth_metadata(node: Node, call: Call) -> Response:
    """RFC 8414 metadata: the well-known path stands between host and issuer path; the first profile of that path wins.

    Raises:
        errors.Refused: no profile exposes metadata for that issuer.
    """
    wanted = call.path.removeprefix(OAUTH_PATH)
    for profile in node.view().profiles:
        at_home = profile.issuer == f"{profile.base_url}{wanted}"
        if at_home and profile.oauth_metadata and profile.deployed(Kind.ANONYMOUS):
            return _document(node, profile, call, profile.oauth_metadata, openid=False)
    raise errors.not_found()


def _document(node: Node, profile: Profile, call: Call, settings: Metadata, *, openid: bool) -> Response:
    _only_read(call)
    body = {"issuer": profile.issuer, **_endpoints(profile, settings), **_capabilities(profile)}
    registration = _registration_endpoint(node, profile, settings)
    if registration:
        body["registration_endpoint"] = registration
    if openid:
        body |= {
            "subject_types_supported": ["public", "pairwise"],
            "id_token_signing_alg_values_supported": [profile.token_issuer.algorithm],
        }
    if node.readings["curity.metadata-extras"] == "documented":
        body |= _extras(profile, settings)
    return JSONResponse(body, headers={"Cache-Control": f"max-age={settings.cache_seconds}"})


def _endpoints(profile: Profile, settings: Metadata) -> dict[str, Any]:
    found = {name: _url(profile, settings, kind) for name, (kind, _) in _MEMBERS.items()}
    members = {name: f"{url}{_MEMBERS[name][1]}" for name, url in found.items() if url}
    home = profile.deployed(Kind.ANONYMOUS)
    return members | {"jwks_uri": settings.jwks_uri or f"{profile.base_url}{home.uri if home else ''}{JWKS_PATH}"}


def _url(profile: Profile, settings: Metadata, kind: Kind) -> str | None:
    preferred, base_url = settings.chosen.get(kind, (None, None))
    endpoint = profile.deployed(kind, preferred)
    return f"{base_url or profile.base_url}{endpoint.uri}" if endpoint else None


def _capabilities(profile: Profile) -> dict[str, Any]:
    grants = [grant for grant, capability in CAPABILITY_OF_GRANT.items() if capability in profile.capabilities]
    if "code" in profile.capabilities:
        grants.append("refresh_token")
    ways = ["client_secret_basic", "client_secret_post"] if profile.basic_and_form_post else []
    return {
        "response_types_supported": [response for name, response in _RESPONSE_TYPES.items() if name in profile.capabilities],
        "grant_types_supported": grants,
        "scopes_supported": list(profile.published_scopes),
        "token_endpoint_auth_methods_supported": ways,
        "code_challenge_methods_supported": ["S256", "plain"] if "code" in profile.capabilities else [],
    }


def _extras(profile: Profile, settings: Metadata) -> dict[str, Any]:
    authorize = _url(profile, settings, Kind.AUTHORIZE)
    pushed = {"pushed_authorization_request_endpoint": f"{authorize}/par"} if authorize else {}
    flags = dict.fromkeys(
        ("request_parameter_supported", "claims_parameter_supported", "authorization_response_iss_parameter_supported"), True
    )
    return {**pushed, **flags, "introspection_endpoint_auth_signing_alg_values_supported": ["PS256", "RS256", "ES256"]}


def _registration_endpoint(node: Node, profile: Profile, settings: Metadata) -> str | None:
    """The endpoint once DCR is on, its endpoint deployed, and the delay of reading or knob is over."""
    url = _url(profile, settings, Kind.REGISTRATION) if profile.registration else None
    if url is None or node.knobs.hide_registration_endpoint:
        node.metadata_requests.pop(profile.id, None)
        return None
    seen = node.metadata_requests.get(profile.id, 0)
    node.metadata_requests[profile.id] = seen + 1
    by_reading = DELAYED_REQUESTS if node.readings["curity.metadata-delay"] == "late" else 0
    delay = node.knobs.metadata_delay_requests
    return url if seen >= (by_reading if delay is None else delay) else None


def _published(node: Node, profile: Profile, key: SigningKey) -> dict[str, Any]:
    issuer = profile.token_issuer
    algorithm = issuer.algorithm if issuer.key == key else algorithms_of(key)[0]
    pair = node.keys.pair(key)
    if not node.knobs.foreign_jwks:
        return pair.public_jwk(algorithm)
    foreign = node.keys.pair(SigningKey("foreign", key.type, None))
    return foreign.public_jwk(algorithm) | {"kid": pair.kid}


def _only_read(call: Call) -> None:
    if call.method not in ("GET", "HEAD"):
        raise errors.method_not_allowed()
