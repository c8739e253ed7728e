"""KV version 2: look at the current version of a path, write the next one by check-and-set. What is written is for others to decide.

Source: docs/vendors/vault.md, KV calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx
import hvac
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from dcr.errors import Refused, Unknown
from dcr.secret import Secret

LENIENT = ConfigDict(extra="ignore", hide_input_in_errors=True)
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Current:
    """The current version of a path."""

    version: int  # 0: never written; what check-and-set compares with, also when that version is deleted
    values: Mapping[str, Secret] | None = field(repr=False)  # None: nothing is there (any more)
    age_seconds: float = 0.0  # by the server's clock alone; whole seconds, rounded down

    @property
    def live_version(self) -> int:
        """0 if there is nothing to read."""
        return self.version if self.values is not None else 0


class _Metadata(BaseModel):
    model_config = LENIENT
    version: int
    created_time: datetime


class _Version(BaseModel):
    model_config = LENIENT
    data: dict[str, Secret | None] | None = Field(default=None, repr=False)  # None: a value that is no string
    metadata: _Metadata

    @field_validator("data", mode="before")
    @classmethod
    def _hidden(cls, data: Any) -> Any:
        return {name: value if isinstance(value, str) else None for name, value in data.items()} if isinstance(data, dict) else data


class _Read(BaseModel):
    """Of a read: 200, or 404 of a deleted version; a path that was never written has neither."""

    model_config = LENIENT
    data: _Version | None = None


class _Written(BaseModel):
    model_config = LENIENT
    data: _Metadata


class _Keys(BaseModel):
    model_config = LENIENT
    keys: list[str]


class _Listed(BaseModel):
    model_config = LENIENT
    data: _Keys | None = None


class KeyValues:
    """One mount."""

    def __init__(self, client: hvac.Client, mount: str) -> None:
        self._kv, self.mount = client.secrets.kv.v2, mount

    def look(self, path: str, *, mount: str | None = None) -> Current:
        """What stands at a path now, and the version that the next write must name. On a standby it may be one behind."""
        response = self._kv.read_secret_version(path, mount_point=mount or self.mount, raise_on_deleted_version=True)
        found = _parsed(_Read, response, path).data
        if found is None:
            return Current(0, None)
        values = None if response.status_code == 404 or found.data is None else _secrets(path, found.data)
        return Current(found.metadata.version, values, _age(response, found.metadata.created_time))

    def write(self, path: str, values: Mapping[str, str], cas: int) -> int:
        """Write the next version, and return its number.

        Raises:
            Stale: `cas` is not the current version.
            Unknown: it may have been written.
        """
        response = self._kv.create_or_update_secret(path, dict(values), cas=cas, mount_point=self.mount)
        if response.status_code in (204, 404):  # version 1 takes everything that is sent for a value, and says nothing
            raise Refused(f"vault: {path}", "does not take a write as KV version 2 does", "Check the mount's type and version.")
        try:
            return _Written.model_validate_json(response.content).data.version
        except ValidationError:
            raise Unknown(f"vault: {path}", "answered a write without its version", "What is there now is read again.") from None

    def keys(self, path: str) -> list[str]:
        """Names below a folder, sorted; folders end in `/`. Empty if there is nothing."""
        listed = _parsed(_Listed, self._kv.list_secrets(path, mount_point=self.mount), path).data
        return sorted(listed.keys) if listed else []

    def destroy(self, path: str, versions: Sequence[int]) -> None:
        """Make versions unreadable for good; those that are gone already are no error."""
        if versions:
            self._kv.destroy_secret_versions(path, list(versions), mount_point=self.mount)

    def forget(self, path: str) -> None:
        """Remove every version with the path's metadata; what is gone already is no error."""
        self._kv.delete_metadata_and_all_versions(path, mount_point=self.mount)


def _parsed(model: type[M], response: httpx.Response, path: str) -> M:
    try:
        return model.model_validate_json(response.content)
    except ValidationError:
        raise Refused(f"vault: {path}", "is not answered as KV version 2 does", "Check that the mount is KV version 2.") from None


def _secrets(path: str, data: Mapping[str, Secret | None]) -> dict[str, Secret]:
    odd = sorted(name for name, value in data.items() if value is None)
    if odd:  # a number would have lost digits (docs/vendors/vault.md, Values), and is in clear in the audit log
        raise Refused(f"vault: {path}", f"holds values that are no strings: {', '.join(odd)}", "Write them again as strings.")
    return {name: value for name, value in data.items() if value is not None}


def _age(response: httpx.Response, created: datetime) -> float:
    """How old a version is: both times are the server's, and none of ours decides."""
    date = response.headers.get("date")
    return (parsedate_to_datetime(date) - created).total_seconds() if date else 0.0
