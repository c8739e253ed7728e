"""What Curity's configuration says, as far as it concerns us. What is absent stands as its default.

Source: docs/vendors/curity.md, Configuration tree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Any

from pydantic.dataclasses import dataclass

from dcr.curity.admin.answers import ANSWER, Container, Entries, Identity, Members, There, at
from dcr.secret import Secret

ANONYMOUS_KIND = "oauth-anonymous"
TOKEN_KIND = "oauth-token"  # noqa: S105 - a kind of endpoint
REGISTRATION_KIND = "oauth-dynamic-client-registration"
CLIENT_CREDENTIALS = "client-credentials"

_SERVER = ("settings", "authorization-server")
_METADATA = (*_SERVER, "openid-connect", "expose-metadata")


@dataclass(frozen=True, slots=True, config=ANSWER)
class DefaultTokenIssuer:
    """The one default issuer of a profile; every client of the profile gets its tokens."""

    access_token_as_jwt: Annotated[There, at("access-token-as-jwt")] = False
    data_source: Annotated[str | None, at("default-data-source")] = None
    signing_key: Annotated[str | None, at("jwt-issuer-settings", "signing-key-id")] = None


@dataclass(frozen=True, slots=True, config=ANSWER)
class CustomTokenIssuer:
    """An issuer beside the default one, for the clients that name it."""

    id: str
    issuer_type: Annotated[Identity, at("issuer-type")]
    purpose_type: Annotated[Identity, at("purpose-type")]
    data_source: Annotated[str | None, at("data-sources", "tokens-data-source-id")] = None
    signing_key: Annotated[str | None, at("jwt", "signing-key-id")] = None
    verification_keystore: Annotated[str | None, at("jwt", "verification-keystore-id")] = None


@dataclass(frozen=True, slots=True, config=ANSWER)
class Property:
    """A free word about a client."""

    key: str
    value: str = ""


@dataclass(frozen=True, slots=True, config=ANSWER)
class ConfigClient:
    """A client of the configuration, as opposed to one registered dynamically."""

    id: str
    name: Annotated[str | None, at("client-name")] = None
    enabled: bool = True
    secret: Secret | None = None  # its hash; None also if this admin user may not see it
    asymmetric_key: Annotated[There, at("asymmetric-key")] = False
    jwks: There = False
    symmetric_key: Annotated[There, at("symmetric-key")] = False
    no_authentication: Annotated[bool, at("no-authentication")] = False
    credential_manager: Annotated[There, at("credential-manager")] = False
    jwks_uri: Annotated[There, at("jwks-uri")] = False
    mutual_tls: Annotated[There, at("mutual-tls")] = False
    mutual_tls_by_proxy: Annotated[There, at("mutual-tls-by-proxy")] = False
    capabilities: Members = frozenset()
    properties: Annotated[Entries[Property], at("properties", "property")] = ()

    @property
    def other_verifier(self) -> str:
        """How it authenticates if not by secret; the cases of one choice (docs/vendors/curity.md, Clients of the configuration)."""
        cases = ("asymmetric_key", "jwks", "symmetric_key", "no_authentication", "credential_manager", "jwks_uri", "mutual_tls")
        return _first_set(self, (*cases, "mutual_tls_by_proxy"))

    def property_value(self, key: str) -> str | None:
        """A word that was left on the client."""
        return next((word.value for word in self.properties if word.key == key), None)


@dataclass(frozen=True, slots=True, config=ANSWER)
class NonTemplatized:
    """Registration without templates: what registered clients may do, and who may register them."""

    capabilities: Members = frozenset()
    scopes: Members = frozenset()  # all, or scope: a list
    authenticators: Members = frozenset()  # all, or authenticator: a list
    client_authentication_methods: Annotated[Members, at("client-authentication-method")] = frozenset()
    authenticate_client_by: Annotated[Entries[str], at("authenticate-client-by")] = ()
    authenticate_user_by: Annotated[Entries[str], at("authenticate-user-by")] = ()
    no_authentication: Annotated[There, at("no-authentication")] = False
    mutual_tls: Annotated[There, at("mutual-tls")] = False
    mutual_tls_by_proxy: Annotated[There, at("mutual-tls-by-proxy")] = False

    @property
    def other_registrant(self) -> str:
        """How registrants authenticate if not as clients; the cases of one choice (docs/vendors/curity.md, DCR settings)."""
        return _first_set(self, ("authenticate_user_by", "no_authentication", "mutual_tls", "mutual_tls_by_proxy"))


@dataclass(frozen=True, slots=True, config=ANSWER)
class DynamicRegistration:
    """The profile's one container for dynamic client registration."""

    client_data_source: Annotated[str | None, at("client-data-source")] = None
    non_templatized: Annotated[Container[NonTemplatized] | None, at("non-templatized")] = None
    client_management: Annotated[There, at("client-management")] = False


@dataclass(frozen=True, slots=True, config=ANSWER)
class Endpoint:
    """An endpoint of a profile; which service roles deploy it stands with them."""

    id: str
    uri: str = ""
    kind: Annotated[Identity, at("endpoint-kind")] = ""
    client_certificate: Annotated[str, at("client-authentication")] = "disallow"


@dataclass(frozen=True, slots=True, config=ANSWER)
class Profile:
    """A token service profile."""

    id: str
    issuer_override: Annotated[str | None, at(*_SERVER, "issuer-override")] = None
    default_issuer: Annotated[Container[DefaultTokenIssuer], at("token-issuers", "default-token-issuer")] = DefaultTokenIssuer()
    custom_issuers: Annotated[Entries[CustomTokenIssuer], at("token-issuers", "custom-token-issuer")] = ()
    capabilities: Annotated[Members, at(*_SERVER, "client-capabilities")] = frozenset()
    basic_and_form_post: Annotated[bool, at(*_SERVER, "client-authentication", "basic-and-form-post")] = True
    openid_connect: Annotated[There, at(*_SERVER, "openid-connect")] = False
    metadata_exposed: Annotated[There, at(*_METADATA)] = False
    registration_endpoint_in_metadata: Annotated[str | None, at(*_METADATA, "dynamic-client-registration-endpoint", "endpoint")] = None
    clients: Annotated[Entries[ConfigClient], at(*_SERVER, "client-store", "config-backed", "client")] = ()
    registration: Annotated[Container[DynamicRegistration] | None, at(*_SERVER, "dynamic-client-registration")] = None
    endpoints: Annotated[Entries[Endpoint], at("endpoints", "endpoint")] = ()

    def client(self, client_id: str) -> ConfigClient | None:
        """The configuration's client of this id."""
        return next((client for client in self.clients if client.id == client_id), None)

    def endpoints_of(self, kind: str) -> tuple[Endpoint, ...]:
        """The endpoints of one kind."""
        return tuple(endpoint for endpoint in self.endpoints if endpoint.kind == kind)


@dataclass(frozen=True, slots=True, config=ANSWER)
class ServiceRole:
    """A group of run-time nodes, and the endpoints they deploy."""

    id: str
    enabled: bool = True
    endpoints: Entries[str] = ()


@dataclass(frozen=True, slots=True, config=ANSWER)
class Environment:
    """What all profiles share."""

    base_url: Annotated[str | None, at("base-url")] = None
    service_roles: Annotated[Entries[ServiceRole], at("services", "service-role")] = ()

    def deploys(self, endpoint: Endpoint) -> bool:
        """Whether any enabled role has the endpoint."""
        return any(role.enabled and endpoint.id in role.endpoints for role in self.service_roles)


@dataclass(frozen=True, slots=True, config=ANSWER)
class NamedFacility:
    """Something settings refer to by its id."""

    id: str
    type: Identity = ""


@dataclass(frozen=True, slots=True, config=ANSWER)
class Facilities:
    """What token issuers and registration refer to."""

    data_sources: Annotated[Entries[NamedFacility], at("data-sources", "data-source")] = ()
    signing_keys: Annotated[Entries[NamedFacility], at("crypto", "signing-keys", "signing-key")] = ()
    verification_keystores: Annotated[
        Entries[NamedFacility], at("crypto", "signature-verification-keys", "signature-verification-key")
    ] = ()


@dataclass(frozen=True, slots=True)
class CurityState:
    """One reading of the three subtrees that concern us."""

    profile: Profile | None
    environment: Environment = Environment()
    facilities: Facilities = Facilities()
    other_profiles: tuple[str, ...] = ()  # asked for only if ours is not there
    tree: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)  # the same as it was answered, without secrets


def _first_set(thing: object, cases: tuple[str, ...]) -> str:
    return next((case.replace("_", "-") for case in cases if getattr(thing, case)), "")
