"""Renders the settings' own descriptions: `.env.example` to copy, `docs/settings.md` to read.

`python -m dcr.settings.settings_docs` writes both.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from dcr.secret import Secret
from dcr.settings.model import READY_FILE, SECRETS_DIR, Settings, variable

ENV_EXAMPLE, SETTINGS_PAGE = Path(".env.example"), Path("docs/settings.md")
INTRODUCTION = f"""Everything a process is told from outside: addresses, credentials, certificates, time-outs. What is to be built stands
in the platform's and the tenant's files instead.

Read in this order, the first wins: environment, `.env` in the working directory, and the directory that `{SECRETS_DIR}` names, which
holds one file a setting (`vault__secret_id`). Empty means unset. A *secret* of Curity or Konnect is the value itself, or
`vault://mount/path#key`, which is read from Vault when it is needed. `{READY_FILE}` names the file of a running sandbox, which then
gives all addresses and the login to its Vault.

Made from `dcr/settings/model.py` by `python -m dcr.settings.settings_docs`."""


@dataclass(frozen=True, slots=True)
class Described:
    """One setting."""

    section: str  # what the setting's system is
    name: str  # of the environment variable
    default: str
    secret: bool
    description: str


def described() -> Iterator[Described]:
    """Every setting, in the order of the classes; what holds for all connections stands at each."""
    for name, field in Settings.model_fields.items():
        part = field.annotation
        if isinstance(part, type) and issubclass(part, BaseModel):
            for inner, inner_field in part.model_fields.items():
                yield _described((part.__doc__ or "").splitlines()[0], (name, inner), inner_field)
        else:
            yield _described("This process.", (name,), field)


def env_example() -> str:
    """A file to copy to `.env`: every setting, commented out, with its default."""
    lines = ["# Copy to .env and set what is needed. docs/settings.md has the same as a page."]
    section = ""
    for one in described():
        lines += ["", f"# --- {one.section}"] if one.section != section else []
        section = one.section
        lines += [f"# {one.description}", f"#{one.name}={one.default}"]
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    """The operators' page."""
    lines = ["# Settings", "", INTRODUCTION]
    section = ""
    for one in described():
        if one.section != section:
            lines += ["", f"## {one.section.rstrip('.')}", "", "| variable | default | meaning |", "|---|---|---|"]
        section = one.section
        meaning = f"*Secret.* {one.description}" if one.secret else one.description
        lines.append(f"| `{one.name}` | {f'`{one.default}`' if one.default else ''} | {html.escape(meaning, quote=False)} |")
    return "\n".join(lines) + "\n"


def _described(section: str, location: tuple[str, ...], field: FieldInfo) -> Described:
    return Described(section, variable(*location), _text(field.default), "Secret" in str(field.annotation), field.description or "")


def _text(default: Any) -> str:
    if default is None or default is PydanticUndefined or isinstance(default, Secret):
        return ""
    return str(default.value if isinstance(default, Enum) else default)


def main(folder: Path = Path()) -> None:
    """Write both files."""
    (folder / ENV_EXAMPLE).write_text(env_example())
    (folder / SETTINGS_PAGE).write_text(settings_page())


if __name__ == "__main__":
    main()
