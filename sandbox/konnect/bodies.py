"""Request bodies, as closed as the OpenAPI documents make them. Source: reference/konnect.md sections 2 to 7."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

LABEL_KEY = re.compile(r"^(?!kong|konnect|mesh|kic|_).{1,63}$")
LABEL_VALUE = r"^[a-z0-9A-Z]{1}([a-z0-9A-Z-._]*[a-z0-9A-Z]+)?$"
EMAIL = r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$"
URL = re.compile(r"^https?://[^\s/?#]+[^\s]*$")


def _is_url(value: str) -> str:
    if not URL.fullmatch(value):
        raise ValueError("must be a URL")
    return value


def _is_uri(value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+", value):
        raise ValueError("must be a URI")
    return value


def _is_text(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("must be a string")  # noqa: TRY004 - pydantic wants ValueError
    return value


def _label_keys(labels: dict[str, Any]) -> dict[str, Any]:
    wrong = [key for key in labels if not LABEL_KEY.fullmatch(key)]
    if wrong:
        raise ValueError(f"label keys have 1 to 63 characters and no reserved prefix: {wrong[0][:80]}")
    return labels


def _not_null(value: Any) -> Any:
    if value is None:
        raise ValueError("must not be null")
    return value


Url = Annotated[str, Field(max_length=256), AfterValidator(_is_url)]
Name = Annotated[str, Field(min_length=1, max_length=256)]
Text255 = Annotated[str, Field(max_length=255)]
Uuid = Annotated[UUID, BeforeValidator(_is_text)]
Label = Annotated[str, Field(min_length=1, max_length=63, pattern=LABEL_VALUE)]
Labels = Annotated[dict[str, Label], Field(max_length=50), AfterValidator(_label_keys)]
LabelsUpdate = Annotated[dict[str, Label | None], Field(max_length=50), AfterValidator(_label_keys)]
Strict = Annotated[bool, Field(strict=True)]
Present = BeforeValidator(_not_null)
"""For a member that may be left out and may not be null."""


class Body(BaseModel):
    """A closed object; `model_fields_set` tells what was sent."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class CurityConfig(Body):
    initial_client_id: Annotated[str, Field(max_length=256)]
    initial_client_secret: Annotated[str, Field(max_length=256)]


class CurityConfigUpdate(Body):
    initial_client_id: Annotated[str | None, Field(max_length=256), Present] = None
    initial_client_secret: Annotated[str | None, Field(max_length=256), Present] = None


class ProviderType(BaseModel):
    """The discriminator, read before the rest."""

    model_config = ConfigDict(extra="ignore")
    provider_type: Literal["auth0", "azureAd", "curity", "okta", "http", "kongIdentity"]


class CreateProvider(Body):
    name: Name
    display_name: Annotated[Name | None, Present] = None
    provider_type: Literal["auth0", "azureAd", "curity", "okta", "http", "kongIdentity"]
    issuer: Url
    dcr_config: CurityConfig
    labels: Annotated[Labels | None, Present] = None


class UpdateProvider(Body):
    name: Annotated[Name | None, Present] = None
    display_name: Annotated[Name | None, Present] = None
    issuer: Annotated[Url | None, Present] = None
    dcr_config: Annotated[CurityConfigUpdate | None, Present] = None
    labels: LabelsUpdate | None = None


class OpenIdConnect(BaseModel):
    """The strategy's plugin configuration: any other field of the plugin may stand beside these."""

    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)
    issuer: Url
    credential_claim: Annotated[list[Annotated[str, Field(max_length=128)]], Field(max_length=10)]
    scopes: Annotated[list[Annotated[str, Field(max_length=128)]], Field(max_length=50)]
    auth_methods: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=10)]


class OpenIdConnectUpdate(BaseModel):
    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)
    issuer: Annotated[Url | None, Present] = None
    credential_claim: Annotated[list[Annotated[str, Field(max_length=128)]] | None, Field(max_length=10), Present] = None
    scopes: Annotated[list[Annotated[str, Field(max_length=128)]] | None, Field(max_length=50), Present] = None
    auth_methods: Annotated[list[Annotated[str, Field(max_length=64)]] | None, Field(max_length=10), Present] = None


class Configs(Body):
    openid_connect: Annotated[OpenIdConnect, Field(alias="openid-connect")]


class ConfigsUpdate(Body):
    openid_connect: Annotated[OpenIdConnectUpdate | None, Field(alias="openid-connect"), Present] = None


class Principals(Body):
    enabled: Strict


class CreateStrategy(Body):
    name: Name
    display_name: Annotated[str, Field(max_length=256)]
    strategy_type: Literal["openid_connect"]
    configs: Configs
    dcr_provider_id: Uuid | None = None
    labels: Annotated[Labels | None, Present] = None
    principals: Annotated[Principals | None, Present] = None


class UpdateStrategy(Body):
    name: Annotated[Name | None, Present] = None
    display_name: Annotated[str | None, Field(max_length=256), Present] = None
    labels: LabelsUpdate | None = None
    dcr_provider_id: Uuid | None = None
    configs: Annotated[ConfigsUpdate | None, Present] = None
    principals: Annotated[Principals | None, Present] = None


class Publication(Body):
    auth_strategy_ids: Annotated[list[Uuid] | None, Field(min_length=1, max_length=1)] = None
    auto_approve_registrations: Annotated[Strict | None, Present] = None
    visibility: Annotated[Literal["public", "private"] | None, Present] = None


class CreateDeveloper(Body):
    email: Annotated[str, Field(max_length=255, pattern=EMAIL)]
    full_name: Text255
    status: Annotated[Literal["approved", "pending", "revoked", "rejected"] | None, Present] = None
    send_invitation_email: Annotated[Strict | None, Present] = None


class UpdateDeveloper(Body):
    status: Annotated[Literal["approved", "pending", "revoked", "rejected"] | None, Present] = None


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
    status: Annotated[Literal["approved", "pending", "revoked", "rejected"] | None, Present] = None


class Login(Body):
    username: Annotated[str, Field(pattern=EMAIL)]
    password: str


class PortalCreateApplication(Body):
    name: Text255
    description: Annotated[Text255 | None, Present] = None
    redirect_uri: Annotated[str | None, AfterValidator(_is_uri), Present] = None
    auth_strategy_id: Uuid | None = None
    client_id: Annotated[Text255 | None, Present] = None
    scopes: Annotated[list[str] | None, Present] = None
    team_id: Annotated[Uuid | None, Present] = None


class PortalUpdateApplication(Body):
    name: Annotated[Text255 | None, Present] = None
    description: Annotated[Text255 | None, Present] = None
    redirect_uri: Annotated[str | None, AfterValidator(_is_uri)] = None
    scopes: Annotated[list[str] | None, Present] = None
    client_id: Annotated[Text255 | None, Present] = None
    team_id: Annotated[Uuid | None, Present] = None


class PortalCreateRegistration(Body):
    api_id: Uuid
