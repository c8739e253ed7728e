"""A platform: one Curity profile, one Konnect region, one Vault mount, one gateway, and the platform's policy.

A YAML file per environment, kept in git, without secrets. Settings say which file, and may override its addresses.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from dcr.model.names import CurityId, Slug
from dcr.model.tenant import RegistrationApproval, Visibility, Way

STRICT = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

HTTPS_URL_PATTERN = r"^https://[^\s/?#@]+(/[^\s?#]*)?$"
HOST_PORT_PATTERN = r"^(\[[0-9a-f:]+\]|[a-z0-9.-]+):(\d{1,5}|\*)$"
HttpsUrl = Annotated[str, Field(pattern=HTTPS_URL_PATTERN, max_length=256)]
HostPort = Annotated[str, Field(pattern=HOST_PORT_PATTERN)]
ShortText = Annotated[str, Field(min_length=1, max_length=128)]
PlainText = Annotated[str, Field(min_length=1, max_length=255)]


class CurityMode(StrEnum):
    LIVE = "live"
    RENDER = "render"


class ProfileChanges(StrEnum):
    STOP = "stop"
    APPLY = "apply"


class OnConflict(StrEnum):
    STOP = "stop"
    OVERWRITE = "overwrite"


class Removal(StrEnum):
    STOP = "stop"
    APPLY = "apply"


class Approval(StrEnum):
    NONE = "none"
    ON_OVERWRITE = "on_overwrite"
    ALWAYS = "always"


class Capability(StrEnum):
    """Capabilities that a dynamically registered client may be given (docs/vendors/curity.md, DCR settings)."""

    CODE = "code"
    IMPLICIT = "implicit"
    RESOURCE_OWNER_PASSWORD_CREDENTIALS = "resource-owner-password-credentials"  # noqa: S105 - a capability's name
    CLIENT_CREDENTIALS = "client-credentials"
    ASSISTED_TOKEN = "assisted-token"  # noqa: S105 - a capability's name


class InitialClient(BaseModel):
    """The Curity client that Konnect authenticates with."""

    model_config = STRICT
    id: CurityId = Field(default="konnect-dcr", description="Its client id; unique and descriptive.")
    name: ShortText = Field(default="Kong Konnect DCR", description="For the people who see it in Curity.")


class CuritySpec(BaseModel):
    """One token service profile of one Curity cluster."""

    model_config = STRICT | ConfigDict(title="Curity")
    mode: CurityMode = Field(
        default=CurityMode.LIVE, description="live: RESTCONF writes. render: a fragment for the configuration kept in git."
    )
    admin_url: HttpsUrl = Field(description="RESTCONF base, without /data: https://<admin>:6749/admin/api/restconf.")
    issuer: HttpsUrl | None = Field(
        default=None, description="The profile's issuer, without /.well-known. Absent: what Curity's configuration yields."
    )
    profile: CurityId = Field(default="token-service", description="Id of the token service profile.")
    tokens_data_source: CurityId = Field(default="default-datasource", description="Of the custom token issuer.")
    client_data_source: CurityId = Field(default="default-datasource", description="Where dynamically registered clients are kept.")
    signing_key: CurityId = Field(default="default-signing-key", description="Of the custom token issuer.")
    verification_keystore: CurityId = Field(default="default-signature-verification-key", description="Of the custom token issuer.")
    token_issuer: CurityId = Field(default="userinfo", description="Id of the custom token issuer (type jwt, purpose userinfo).")
    initial_client: InitialClient = InitialClient()
    capabilities: tuple[Capability, ...] = Field(
        default=(Capability.CLIENT_CREDENTIALS,),
        min_length=1,
        description="Wished for registered clients; cut to what the profile has enabled.",
    )
    registration_endpoint_id: CurityId | None = Field(
        default=None, description="Used if the profile has none: default <profile>-dynamic-client-registration."
    )
    registration_endpoint_uri: Annotated[str, Field(pattern=r"^/[A-Za-z0-9/_.-]+$")] | None = Field(
        default=None, description="Used if the profile has none: default /<profile>/oauth-registration."
    )
    service_roles: tuple[CurityId, ...] = Field(
        default=(), description="Where to deploy the registration endpoint. Empty: on every enabled service role."
    )
    set_preconditions: bool = Field(
        default=False, description="May we enable what the profile needs first: capability, basic-and-form-post, metadata?"
    )


class DcrProviderSpec(BaseModel):
    model_config = STRICT | ConfigDict(title="DcrProvider")
    name: Annotated[str, Field(min_length=1, max_length=256)] = "curity"
    display_name: Annotated[str, Field(min_length=1, max_length=256)] = "Curity"


class AuthStrategySpec(BaseModel):
    model_config = STRICT | ConfigDict(title="AuthStrategy")
    name: Annotated[str, Field(min_length=1, max_length=256)] = "curity-dcr"
    display_name: Annotated[str, Field(min_length=1, max_length=256)] = "Curity"
    credential_claim: tuple[ShortText, ...] = Field(default=("sub",), min_length=1, max_length=10, description="The how-to's Claims field.")
    scopes: tuple[ShortText, ...] = Field(default=(), max_length=50, description="The how-to's Scopes field: empty.")
    auth_methods: tuple[Annotated[str, Field(min_length=1, max_length=64)], ...] = Field(
        default=("client_credentials", "bearer", "session"), min_length=1, max_length=10
    )


class KonnectSpec(BaseModel):
    """One region of one organisation."""

    model_config = STRICT | ConfigDict(title="Konnect")
    url: HttpsUrl = Field(description="Regional API, without a path: https://eu.api.konghq.com.")
    dcr_provider: DcrProviderSpec = DcrProviderSpec()
    auth_strategy: AuthStrategySpec = AuthStrategySpec()


class VaultSpec(BaseModel):
    model_config = STRICT | ConfigDict(title="Vault")
    url: HttpsUrl = Field(description="https://vault.example:8200")
    mount: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")] = Field(default="dcr", description="A KV v2 mount with cas_required.")
    namespace: str = Field(default="", pattern=r"^[A-Za-z0-9_/-]*$", description="Vault Enterprise, HCP and OpenBao only.")


class GatewaySpec(BaseModel):
    model_config = STRICT | ConfigDict(title="Gateway")
    url: HttpsUrl = Field(description="Address at which the gateway's routes are reached.")


class Grant(BaseModel):
    """What some tenants may ask for. An empty list allows any; all that a tenant asks for has to be allowed by one grant."""

    model_config = STRICT
    slugs: tuple[ShortText, ...] = Field(default=(), description="Regular expressions: which tenants, by their short names.")
    portals: tuple[PlainText, ...] = Field(default=(), description="Portals, by name.")
    apis: tuple[PlainText, ...] = Field(default=(), description="APIs, by name for every version, or by name and version: Orders v1.")
    owners: tuple[PlainText, ...] = Field(
        default=(),
        description="Developers by e-mail address, teams by name. A developer who shall own imported applications has to be listed.",
    )
    requesters: tuple[PlainText, ...] = Field(default=(), description="Who may ask: values of requested_by.")
    visibilities: tuple[Visibility, ...] = Field(default=(), description="Of the APIs in the portal.")
    approvals: tuple[RegistrationApproval, ...] = Field(default=(), description="Values of registration_approval.")
    redirect_hosts: tuple[PlainText, ...] = Field(default=(), description="Hosts that redirect URIs may name.")
    ways: tuple[Way, ...] = Field(default=(), description="How applications may come to be.")


class Rules(BaseModel):
    """The platform's policy."""

    model_config = STRICT
    profile_changes: ProfileChanges = Field(
        default=ProfileChanges.STOP, description="What a tenant run does when the platform's own part differs."
    )
    on_conflict: OnConflict = Field(default=OnConflict.STOP, description="What to do with something foreign in our place.")
    removal: Removal = Field(
        default=Removal.STOP,
        description="What to do with what a tenant no longer asks for and somebody may be using. stop: nothing is written before a person "
        "has approved it, or this is apply.",
    )
    approval: Approval = Field(default=Approval.NONE, description="When a person must approve the plan.")
    allowed_hosts: tuple[HostPort, ...] = Field(
        min_length=1, description="host:port of every URL a server may hand us. `*` as port on loopback only."
    )
    tenant_names: str = Field(default="", description="Regular expression for slugs, beside our own rule. Empty: any.")
    application_names: str = Field(default="", description="Regular expression for application names. Empty: any.")
    redirect_hosts: tuple[str, ...] = Field(default=(), description="Hosts that redirect URIs may name. Empty: any.")
    grants: tuple[Grant, ...] = Field(default=(), description="Which tenants may ask for what. Empty: any tenant for anything.")
    max_apis: int = Field(default=20, ge=1, le=50, description="APIs of one tenant.")
    max_applications: int = Field(default=10, ge=1, le=50, description="Applications of one tenant.")

    @property
    def tenants_change_the_platform(self) -> bool:
        """Whether a tenant's run may change what belongs to all."""
        return self.profile_changes is ProfileChanges.APPLY


class Deadlines(BaseModel):
    """How long to wait for what becomes true later, in seconds."""

    model_config = STRICT
    metadata_seconds: float = Field(
        default=660, gt=0, le=3600, description="registration_endpoint in the metadata: caches may hold it 600 s."
    )
    propagation_seconds: float = Field(default=120, gt=0, le=3600, description="A registration at the gateway.")
    approval_seconds: float = Field(default=86400, gt=0, le=604800, description="A person's approval; then it counts as refused.")
    lock_seconds: float = Field(default=120, gt=0, le=3600, description="Another run's lock.")
    poll_seconds: float = Field(default=2, gt=0, le=60, description="Between two looks.")


class Platform(BaseModel):
    """Everything profile-wide and region-wide."""

    model_config = STRICT
    name: Slug
    curity: CuritySpec
    konnect: KonnectSpec
    vault: VaultSpec
    gateway: GatewaySpec
    rules: Rules
    deadlines: Deadlines = Deadlines()
