"""The file in which a running sandbox says where it is and how to log in, read as settings.

The sandbox writes it last and whole, readable by its owner only. It is the one file with credentials that this project makes.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from dcr.errors import Problem, Problems
from dcr.model.platform import HttpsUrl
from dcr.secret import Secret

REMEDY = "Start a sandbox with `dcr sandbox`, and name the file that it says is ready."
PART = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)  # it may say more than we need, and it holds credentials


class CurityPart(BaseModel):
    model_config = PART
    admin_url: HttpsUrl
    issuer: HttpsUrl


class AddressPart(BaseModel):
    model_config = PART
    url: HttpsUrl


class SandboxLogin(StrEnum):
    """Who we are at the sandbox's Vault, each with the policy of its name."""

    WORKER = "worker"
    READER = "reader"
    OFFBOARD = "offboard"


class VaultPart(AddressPart):
    role_id: str
    secret_id: Secret
    reader_role_id: str = ""  # empty, here and below: a sandbox that knows no such login
    reader_secret_id: Secret = Secret("")
    offboard_role_id: str = ""
    offboard_secret_id: Secret = Secret("")

    def approle(self, login: SandboxLogin) -> dict[str, Any]:
        """Settings of this login."""
        prefix = "" if login is SandboxLogin.WORKER else f"{login.value}_"
        return {"auth": "approle", **{name: getattr(self, f"{prefix}{name}") for name in ("role_id", "secret_id")}}


class ReadyFile(BaseModel):
    """What of it we use."""

    model_config = PART
    version: Literal[1]
    pid: int
    ca_file: Path
    curity: CurityPart
    konnect: AddressPart
    portal: AddressPart
    gateway: AddressPart
    vault: VaultPart


def read_ready_file(path: Path) -> ReadyFile:
    """Read it.

    Raises:
        Problems: it is not there yet, or is something else. Its content is not quoted.
    """
    try:
        return ReadyFile.model_validate_json(path.read_bytes())
    except OSError as error:
        problems = [Problem("ready file", f"cannot be read: {error.strerror or type(error).__name__}", REMEDY, str(path))]
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        problems = [Problem(".".join(map(str, fault["loc"])) or "ready file", fault["msg"], REMEDY, str(path)) for fault in faults]
    raise Problems(str(path), problems)


def settings_in(path: Path, login: SandboxLogin = SandboxLogin.WORKER) -> dict[str, Any]:
    """The settings that reach this sandbox, as `load_settings` takes them: addresses, its CA, and the login to its Vault.

    All other credentials are in that Vault, as everywhere.

    Raises:
        Problems: see `read_ready_file`.
    """
    ready = read_ready_file(path)
    trusted = {"ca_file": ready.ca_file}
    return {
        "curity": {"url": ready.curity.admin_url, **trusted},
        "oauth": {"issuer": ready.curity.issuer, **trusted},
        "konnect": {"url": ready.konnect.url, **trusted},
        "portal": {"url": ready.portal.url, **trusted},
        "gateway": {"url": ready.gateway.url, **trusted},
        "vault": {"url": ready.vault.url, **ready.vault.approle(login), **trusted},
    }
