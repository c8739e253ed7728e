"""What Curity's run time needs of its configuration, as values: one `View` for each commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Endpoint kinds of a token profile. Source: docs/vendors/curity.md, Endpoints and service roles."""

    ANONYMOUS = "oauth-anonymous"
    AUTHORIZE = "oauth-authorize"
    TOKEN = "oauth-token"
    USERINFO = "oauth-userinfo"
    INTROSPECT = "oauth-introspect"
    REVOKE = "oauth-revoke"
    SESSION = "oauth-session"
    REGISTRATION = "oauth-dynamic-client-registration"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint of a profile that an enabled service role deploys."""

    id: str
    uri: str
    kind: str


@dataclass(frozen=True, slots=True)
class Verifier:
    """One way to authenticate a client by secret: the stored digest, and until when it holds (None: always)."""

    digest: str
    expires_on: str | None = None


@dataclass(frozen=True, slots=True)
class ConfiguredClient:
    """A client of the configuration-backed store. Source: docs/vendors/curity.md, Clients of the configuration."""

    id: str
    enabled: bool
    verifiers: tuple[Verifier, ...]
    capabilities: frozenset[str]
    scopes: tuple[str, ...]
    audience: tuple[str, ...]
    access_token_ttl: int


@dataclass(frozen=True, slots=True)
class Management:
    """Settings of RFC 7592; times in seconds. Source: docs/vendors/curity.md, DCR settings, Client management."""

    token_ttl: int
    read_write_ttl: int
    reuse_token: bool
    rotated_secret_ttl: int
    managers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Registration:
    """Settings of non-templatized registration. Source: docs/vendors/curity.md, DCR settings."""

    capabilities: frozenset[str]
    scopes: frozenset[str] | None
    """None: all scopes of the profile."""
    secret_allowed: bool
    open_to_all: bool
    registrants: frozenset[str]
    """Clients of `authenticate-client-by`."""
    refresh_token_ttl: int
    consent: bool
    management: Management | None


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Which key signs. `type` is `rsa` or `elliptic-curve`."""

    id: str
    type: str
    external_id: str | None


@dataclass(frozen=True, slots=True)
class Issuer:
    """The default token issuer. Source: docs/vendors/curity.md, Default token issuer."""

    jwt: bool
    key: SigningKey | None
    algorithm: str
    key_id_in_header: bool
    thumbprint_in_header: bool


@dataclass(frozen=True, slots=True)
class Metadata:
    """One metadata document that is switched on."""

    cache_seconds: int
    jwks_uri: str | None
    chosen: Mapping[Kind, tuple[str, str | None]]
    """Endpoint kind -> the endpoint to report where several are deployed, and the base URL to report it with."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One token profile as the run-time nodes know it: only deployed endpoints are left."""

    id: str
    base_url: str
    issuer: str
    endpoints: tuple[Endpoint, ...]
    capabilities: frozenset[str]
    scopes: tuple[str, ...]
    published_scopes: tuple[str, ...]
    basic_and_form_post: bool
    detailed_errors: bool
    clients: Mapping[str, ConfiguredClient]
    token_issuer: Issuer
    keys: tuple[SigningKey, ...]
    openid_metadata: Metadata | None
    oauth_metadata: Metadata | None
    registration: Registration | None
    authorization_manager: str
    """Who decides on the GraphQL APIs; empty: nobody, so that they are shut."""

    def deployed(self, kind: Kind, preferred: str | None = None) -> Endpoint | None:
        """The deployed endpoint of that kind: the preferred one, else the first."""
        found = [endpoint for endpoint in self.endpoints if endpoint.kind == kind]
        return next((endpoint for endpoint in found if endpoint.id == preferred), found[0] if found else None)


@dataclass(frozen=True, slots=True)
class View:
    """All token profiles at one commit."""

    profiles: tuple[Profile, ...]

    def find(self, path: str) -> tuple[Profile, Endpoint, str] | None:
        """The profile and endpoint that a request path belongs to, and what follows the endpoint's URI."""
        hits = [(profile, endpoint) for profile in self.profiles for endpoint in profile.endpoints if _below(path, endpoint.uri)]
        if not hits:
            return None
        profile, endpoint = max(hits, key=lambda hit: len(hit[1].uri))
        return profile, endpoint, path[len(endpoint.uri) :]


def _below(path: str, uri: str) -> bool:
    return path == uri or path.startswith(f"{uri}/")
