"""Request bodies of `/v3`; read-only members may be sent along. Source: docs/vendors/konnect.md, Portals, APIs, Publications."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from sandbox.konnect.fields import Body, Email, Flag, Labels, LabelsUpdate, Present, Text255, Uuid

Visibility = Literal["public", "private"]
DeveloperStatus = Literal["approved", "pending", "revoked", "rejected"]
PortalName = Annotated[str, Field(min_length=1, max_length=255)]
ApiName = Annotated[str, Field(min_length=1, max_length=255)]
Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
Attribute = Annotated[list[Annotated[str, Field(min_length=1, max_length=512, pattern=r"^[^,<>]*$")]], Field(min_length=1, max_length=20)]


class Stamped(Body):
    """A body whose schema is the object's own: what is read-only may be sent and counts for nothing."""

    id: Any = None
    created_at: Any = None
    updated_at: Any = None


class UpdatePortal(Stamped):
    default_domain: Any = None
    canonical_domain: Any = None
    name: Annotated[PortalName | None, Present] = None
    display_name: Annotated[PortalName | None, Present] = None
    description: Annotated[str | None, Field(max_length=512)] = None
    authentication_enabled: Annotated[Flag | None, Present] = None
    rbac_enabled: Annotated[Flag | None, Present] = None
    sipr_enabled: Annotated[Flag | None, Present] = None
    default_api_visibility: Annotated[Visibility | None, Present] = None
    default_page_visibility: Annotated[Visibility | None, Present] = None
    default_application_auth_strategy_id: Uuid | None = None
    auto_approve_developers: Annotated[Flag | None, Present] = None
    auto_approve_applications: Annotated[Flag | None, Present] = None
    notifications_developer_pii_visibility_enabled: Annotated[Flag | None, Present] = None
    labels: LabelsUpdate | None = None


class CreatePortal(UpdatePortal):
    name: PortalName


class UpdateAuthenticationSettings(Body):
    basic_auth_enabled: Annotated[Flag | None, Present] = None
    oidc_auth_enabled: Annotated[Flag | None, Present] = None
    saml_auth_enabled: Annotated[Flag | None, Present] = None
    oidc_team_mapping_enabled: Annotated[Flag | None, Present] = None
    konnect_mapping_enabled: Annotated[Flag | None, Present] = None
    idp_mapping_enabled: Annotated[Flag | None, Present] = None
    oidc_issuer: Annotated[str | None, Present] = None
    oidc_client_id: Annotated[str | None, Present] = None
    oidc_client_secret: Annotated[str | None, Present] = None
    oidc_scopes: Annotated[list[str] | None, Present] = None
    oidc_claim_mappings: Annotated[dict[str, str] | None, Field(max_length=3), Present] = None


class ApiMembers(Stamped):
    current_version_summary: Any = None
    api_spec_ids: Any = None
    portals: Any = None
    implementation_mode: Any = None
    description: str | None = None
    version: Annotated[str | None, Field(min_length=1, max_length=255)] = None
    slug: Slug | None = None
    attributes: Annotated[dict[str, Attribute | None] | None, Present] = None


class CreateApi(ApiMembers):
    name: ApiName
    labels: Annotated[Labels | None, Present] = None
    spec_content: Annotated[str | None, Present] = None


class UpdateApi(ApiMembers):
    name: Annotated[ApiName | None, Present] = None
    labels: LabelsUpdate | None = None


class ServiceReference(Body):
    control_plane_id: Uuid
    id: Uuid
    auth_strategy_sync_error: Any = None


class CreateImplementation(Stamped):
    service: ServiceReference


class PublicationBody(Body):
    auth_strategy_ids: Annotated[list[Uuid] | None, Field(min_length=1, max_length=1)] = None
    auto_approve_registrations: Annotated[Flag | None, Present] = None
    visibility: Annotated[Visibility | None, Present] = None
    warnings: Any = None
    created_at: Any = None
    updated_at: Any = None


class CreateDeveloper(Body):
    email: Email
    full_name: Text255
    status: Annotated[DeveloperStatus | None, Present] = None
    send_invitation_email: Annotated[Flag | None, Present] = None


class UpdateDeveloper(Body):
    status: Annotated[DeveloperStatus | None, Present] = None


class Owner(Body):
    type: Literal["developer", "team"]
    id: Uuid


class CreateApplication(Body):
    name: Text255
    owner: Owner
    description: Annotated[Text255 | None, Present] = None
    labels: LabelsUpdate | None = None
    auth_strategy_id: Annotated[Uuid | None, Present] = None
    client_id: Annotated[Text255 | None, Present] = None
    dcr_client_id: Annotated[Text255 | None, Present] = None


class UpdateApplication(Body):
    owner: Annotated[Owner | None, Present] = None


class CreateRegistration(Body):
    api_id: Uuid
    status: Annotated[Literal["approved", "pending"] | None, Present] = None


class UpdateRegistration(Body):
    status: Annotated[DeveloperStatus | None, Present] = None
