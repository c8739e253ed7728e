"""Request bodies of DCR providers and auth strategies, `/v2`. Source: docs/vendors/konnect.md, DCR providers, Auth strategies."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.konnect.fields import Body, Flag, Labels, LabelsUpdate, Name, Present, Text256, Url, Uuid

ProviderType = Literal["auth0", "azureAd", "curity", "okta", "http", "kongIdentity"]
ApiKey = Annotated[str, Field(min_length=12, max_length=256, pattern=r"^[a-zA-Z0-9_]+$")]
SECRETS = ("initial_client_secret", "dcr_token", "api_key")
"""Members of `dcr_config` that are taken and never given back."""


class ClientConfig(Body):
    """Of Curity and Entra."""

    initial_client_id: Text256
    initial_client_secret: Text256


class ClientConfigUpdate(Body):
    initial_client_id: Annotated[Text256 | None, Present] = None
    initial_client_secret: Annotated[Text256 | None, Present] = None


class Auth0Config(ClientConfig):
    initial_client_audience: Text256 | None = None
    use_developer_managed_scopes: Annotated[Flag, Present] = False


class Auth0ConfigUpdate(ClientConfigUpdate):
    initial_client_audience: Text256 | None = None
    use_developer_managed_scopes: Annotated[Flag | None, Present] = None


class OktaConfig(Body):
    dcr_token: Text256


class OktaConfigUpdate(Body):
    dcr_token: Annotated[Text256 | None, Present] = None


class HttpConfigUpdate(Body):
    dcr_base_url: Annotated[Url | None, Present] = None
    api_key: Annotated[ApiKey | None, Present] = None
    disable_event_hooks: Annotated[Flag | None, Present] = None
    disable_refresh_secret: Annotated[Flag | None, Present] = None
    allow_multiple_credentials: Annotated[Flag | None, Present] = None


class HttpConfig(HttpConfigUpdate):
    dcr_base_url: Url
    api_key: ApiKey


class NoConfig(Body):
    """Of Kong Identity."""


CONFIGS: dict[str, tuple[type[Body], type[Body]]] = {
    "auth0": (Auth0Config, Auth0ConfigUpdate),
    "azureAd": (ClientConfig, ClientConfigUpdate),
    "curity": (ClientConfig, ClientConfigUpdate),
    "okta": (OktaConfig, OktaConfigUpdate),
    "http": (HttpConfig, HttpConfigUpdate),
    "kongIdentity": (NoConfig, NoConfig),
}
"""Provider type -> `dcr_config` of create and of update."""


class CreateProvider(Body):
    """Of any type; `dcr_config` is judged by its type afterwards."""

    name: Name
    display_name: Annotated[Name | None, Present] = None
    provider_type: ProviderType
    issuer: Url
    dcr_config: Annotated[dict[str, object] | None, Present] = None
    labels: Annotated[Labels | None, Present] = None


class UpdateProvider(Body):
    name: Annotated[Name | None, Present] = None
    display_name: Annotated[Name | None, Present] = None
    issuer: Annotated[Url | None, Present] = None
    dcr_config: Annotated[dict[str, object] | None, Present] = None
    labels: LabelsUpdate | None = None


Claims = Annotated[list[Annotated[str, Field(max_length=128)]], Field(max_length=10)]
Scopes = Annotated[list[Annotated[str, Field(max_length=128)]], Field(max_length=50)]
Methods = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=10)]


class OpenIdConnectUpdate(BaseModel):
    """The gateway plugin's configuration: any other field of the plugin may stand beside these."""

    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)
    issuer: Annotated[Url | None, Present] = None
    credential_claim: Annotated[Claims | None, Present] = None
    scopes: Annotated[Scopes | None, Present] = None
    auth_methods: Annotated[Methods | None, Present] = None


class OpenIdConnect(OpenIdConnectUpdate):
    issuer: Url
    credential_claim: Claims
    scopes: Scopes
    auth_methods: Methods


class TimeToLive(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)
    value: Annotated[int, Field(ge=1, strict=True)]
    unit: Literal["days", "weeks", "years"]


class KeyAuth(Body):
    key_names: Annotated[list[Text256] | None, Field(min_length=1, max_length=10), Present] = None
    ttl: Annotated[TimeToLive | None, Present] = None


class KeyAuthUpdate(KeyAuth):
    ttl: TimeToLive | None = None


class OpenIdConnectConfigs(Body):
    inner: Annotated[OpenIdConnect, Field(alias="openid-connect")]


class OpenIdConnectConfigsUpdate(Body):
    inner: Annotated[OpenIdConnectUpdate, Field(alias="openid-connect")]


class KeyAuthConfigs(Body):
    inner: Annotated[KeyAuth, Field(alias="key-auth")]


class KeyAuthConfigsUpdate(Body):
    inner: Annotated[KeyAuthUpdate, Field(alias="key-auth")]


class Principals(Body):
    enabled: Flag


class StrategyKind(BaseModel):
    """The discriminator, read before the rest."""

    strategy_type: Literal["key_auth", "openid_connect"]


class CreateStrategy(Body):
    name: Name
    display_name: Text256
    labels: Annotated[Labels | None, Present] = None
    principals: Annotated[Principals | None, Present] = None


class CreateOpenIdConnect(CreateStrategy):
    strategy_type: Literal["openid_connect"]
    configs: OpenIdConnectConfigs
    dcr_provider_id: Uuid | None = None


class CreateKeyAuth(CreateStrategy):
    strategy_type: Literal["key_auth"]
    configs: KeyAuthConfigs


class UpdateStrategy(Body):
    """Of either type; `configs` are judged by the strategy's type afterwards."""

    name: Annotated[Name | None, Present] = None
    display_name: Annotated[Text256 | None, Present] = None
    labels: LabelsUpdate | None = None
    dcr_provider_id: Uuid | None = None
    configs: Annotated[dict[str, object] | None, Present] = None
    principals: Annotated[Principals | None, Present] = None
