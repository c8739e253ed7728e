"""How this process reaches its platform: addresses, credentials, certificates, time-outs.

From the environment (prefix `DCR_`, `__` between the parts), a `.env` file, or a directory with one file a setting. The descriptions
below become `.env.example` and `docs/settings.md`.
"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from dcr.errors import Problem, Problems
from dcr.model.platform import HttpsUrl, Platform
from dcr.model.secret_form import SecretForm
from dcr.secret import Secret
from dcr.settings.ready_file import SandboxLogin, settings_in

PREFIX, DELIMITER = "DCR_", "__"
SECRETS_DIR = "DCR_SECRETS_DIR"
READY_FILE = "DCR_READY_FILE"
# Input may be a credential, so no message may quote it.
PART = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)

Segment = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9_-]*)*$")]


class Connection(BaseModel):
    """What every system's connection can be told."""

    model_config = PART
    ca_file: Path | None = Field(
        default=None, description="PEM file of the certificate authority that signs its certificate. Empty: certifi's public ones."
    )
    client_certificate_file: Path | None = Field(default=None, description="PEM certificate for mutual TLS. Empty: none is shown.")
    client_key_file: Path | None = Field(default=None, description="PEM key of that certificate. Empty: it is in the certificate's file.")
    proxy: Annotated[str, Field(pattern=r"^https?://[^\s@]+$")] | None = Field(
        default=None, description="URL of an HTTP proxy, without credentials. Empty: direct; HTTPS_PROXY is not read."
    )
    timeout_seconds: float = Field(
        default=15, gt=0, le=120, description="Longest wait for an answer. Well below the lock's ttl, so that no write outlives its lock."
    )
    connect_timeout_seconds: float = Field(
        default=5, gt=0, le=60, description="Longest wait for a connection: a wrong address should be known soon."
    )

    @model_validator(mode="after")
    def _key_has_a_certificate(self) -> Connection:
        if self.client_key_file and not self.client_certificate_file:
            raise ValueError("client_key_file is set, client_certificate_file is not")
        return self


class CuritySettings(Connection):
    """Curity's admin interface."""

    url: HttpsUrl | None = Field(default=None, description="Instead of the platform's curity.admin_url.")
    username: Secret | None = Field(
        default=None, description="Administrator, or vault://mount/path#key. Empty: vault://<platform's mount>/platform/curity#username."
    )
    password: Secret | None = Field(
        default=None, description="Its password, or vault://mount/path#key. Empty: vault://<platform's mount>/platform/curity#password."
    )
    management_client: str = Field(
        default="",
        description="Client that may list registered clients by a token of scope dcrm, for dcr inventory. Empty: none is asked to.",
    )
    management_secret: Secret | None = Field(default=None, description="Its secret, or vault://mount/path#key.")
    render_directory: Path = Field(
        default=Path("rendered"),
        description="For curity.mode render: where dcr-<platform>.xml is written. Relative: to the working directory.",
    )
    render_secret_as: SecretForm = Field(
        default=SecretForm.PARAMETER, description="For curity.mode render: the initial client's secret as parameter #{NAME}, or as hash."
    )


class OAuthSettings(Connection):
    """Curity's run time: metadata, tokens, keys."""

    issuer: HttpsUrl | None = Field(default=None, description="Instead of the platform's curity.issuer.")


class KonnectSettings(Connection):
    """Konnect's platform API."""

    url: HttpsUrl | None = Field(default=None, description="Instead of the platform's konnect.url.")
    token: Secret | None = Field(
        default=None,
        description="System account token, or vault://mount/path#key. Empty: vault://<platform's mount>/platform/konnect#token.",
    )
    timeout_seconds: float = Field(
        default=20, gt=0, le=120, description="Longest wait for an answer. Longer than others: Konnect may be calling Curity meanwhile."
    )


class PortalSettings(Connection):
    """The Dev Portal's API for developers. Its login is the tenant's own, in Vault."""

    url: HttpsUrl | None = Field(default=None, description="Instead of https://<the portal's canonical domain>.")
    timeout_seconds: float = Field(
        default=20, gt=0, le=120, description="Longest wait for an answer. Longer than others: it calls Curity to register a client."
    )


class GatewaySettings(Connection):
    """The gateway's routes."""

    url: HttpsUrl | None = Field(default=None, description="Instead of the platform's gateway.url.")


class VaultLogin(StrEnum):
    """How this process proves to Vault who it is."""

    TOKEN = "token"  # noqa: S105 - a method's name
    APPROLE = "approle"
    KUBERNETES = "kubernetes"


class VaultSettings(Connection):
    """Vault or OpenBao."""

    url: HttpsUrl | None = Field(default=None, description="Instead of the platform's vault.url.")
    namespace: Annotated[str, Field(pattern=r"^[A-Za-z0-9_/-]*$")] | None = Field(
        default=None, description="Instead of the platform's vault.namespace."
    )
    auth: VaultLogin = Field(default=VaultLogin.APPROLE, description="token, approle or kubernetes.")
    auth_mount: Segment | None = Field(default=None, description="Mount of the auth method. Empty: named like the method.")
    token: Secret | None = Field(default=None, description="For auth token: the token itself; for development.")
    token_file: Path | None = Field(
        default=None, description="For auth token: a file that holds it, for example Vault Agent's sink; read anew at each login."
    )
    role_id: str = Field(default="", description="For auth approle: the role's id.")
    secret_id: Secret | None = Field(default=None, description="For auth approle: a secret id of the role, good for several logins.")
    secret_id_expires_at: AwareDatetime | None = Field(
        default=None, description="For auth approle: when the secret id ends, for a warning in time. Vault does not tell its user."
    )
    role: str = Field(default="", description="For auth kubernetes: the role's name.")
    jwt_file: Path = Field(
        default=Path("/var/run/secrets/kubernetes.io/serviceaccount/token"),
        description="For auth kubernetes: the service account's token; read anew at each login, since Kubernetes replaces it.",
    )

    @model_validator(mode="after")
    def _login_is_complete(self) -> VaultSettings:
        match self.auth:
            case VaultLogin.TOKEN if (self.token is None) == (self.token_file is None):
                raise ValueError("auth token needs either token or token_file")
            case VaultLogin.APPROLE if not (self.role_id and self.secret_id):
                raise ValueError("auth approle needs role_id and secret_id")
            case VaultLogin.KUBERNETES if not self.role:
                raise ValueError("auth kubernetes needs role")
        return self


class LockSettings(BaseModel):
    """The locks that let one run at a time write a tenant, or the platform."""

    model_config = PART
    ttl_seconds: float = Field(
        default=60,
        gt=0,
        le=3600,
        description="How long a lock holds without renewal. A crashed run blocks its tenant that long; "
        "the longest time-out of a write must fit in several times.",
    )
    skew_seconds: float = Field(
        default=5,
        ge=0,
        le=60,
        description="Added before a lock is taken over: Vault's clock shows whole seconds, and after a failover another clock.",
    )


class Settings(BaseSettings):
    """Everything this process is told from outside."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=DELIMITER,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        secrets_dir_missing="error",
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        validate_default=True,
    )
    platform_file: Path | None = Field(default=None, description="The platform's YAML file. Commands take --platform instead.")
    retry_attempts: int = Field(
        default=5,
        ge=1,
        le=20,
        description="Attempts to write to Vault, whose value may be held only in memory. Steps as a whole are tried five times.",
    )
    curity: CuritySettings = CuritySettings()
    oauth: OAuthSettings = OAuthSettings()
    konnect: KonnectSettings = KonnectSettings()
    portal: PortalSettings = PortalSettings()
    gateway: GatewaySettings = GatewaySettings()
    vault: VaultSettings
    lock: LockSettings = LockSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings calls it so
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # The ordinary source of secret files knows no nesting: vault__secret_id would not be found.
        files = NestedSecretsSettingsSource(file_secret_settings, secrets_dir=os.environ.get(SECRETS_DIR) or None, secrets_prefix="")
        return init_settings, env_settings, dotenv_settings, files


def load_settings(*, ready_file: Path | None = None, login: SandboxLogin = SandboxLogin.WORKER, **given: Any) -> Settings:
    """Read the settings; what is given here goes before environment, `.env` and files.

    Args:
        ready_file: of a running sandbox, whose addresses and Vault login are then used; by default the one that DCR_READY_FILE names.
        login: which of the sandbox's logins.

    Raises:
        Problems: one line a fault, with the variable's name and without its value.
    """
    ready = ready_file or os.environ.get(READY_FILE)
    sandbox = settings_in(Path(ready), login) if ready else {}
    try:
        return Settings(**{**sandbox, **given})
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        raise Problems("settings", [_problem(fault["loc"], fault["type"], fault["msg"]) for fault in faults]) from None
    except SettingsError:  # its text and cause may quote the value
        fault = f"cannot be read: {SECRETS_DIR} names no directory, or a variable without {DELIMITER} holds no JSON object"
        raise Problems("settings", [Problem(f"{PREFIX}*", fault, REMEDY)]) from None


def variable(*parts: str) -> str:
    """Name of the environment variable of a setting, given as "konnect", "timeout_seconds"."""
    return PREFIX + DELIMITER.join(parts).upper()


REMEDY = "docs/settings.md says what each setting takes."
PLAIN_WORDS = {
    "missing": "is not set",
    "extra_forbidden": "is no setting",
    "string_pattern_mismatch": "does not have the form that is asked for",
}


def _problem(location: tuple[int | str, ...], kind: str, message: str) -> Problem:
    fault = PLAIN_WORDS.get(kind) or message.removeprefix("Value error, ")
    return Problem(variable(*map(str, location)), fault[0].lower() + fault[1:], REMEDY)


def addressed(platform: Platform, settings: Settings) -> Platform:
    """The platform as this process reaches it: its file, with the addresses that the settings give instead."""
    parts: dict[str, dict[str, str | None]] = {
        "curity": {"admin_url": settings.curity.url, "issuer": settings.oauth.issuer},
        "konnect": {"url": settings.konnect.url},
        "vault": {"url": settings.vault.url, "namespace": settings.vault.namespace},
        "gateway": {"url": settings.gateway.url},
    }
    changed = {
        name: getattr(platform, name).model_copy(update={field: value for field, value in part.items() if value is not None})
        for name, part in parts.items()
    }
    return platform.model_copy(update=changed)
