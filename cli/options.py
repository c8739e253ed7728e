"""Options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

TenantFile = Annotated[Path, typer.Argument(metavar="TENANT_FILE", help="The tenant: YAML or JSON, as in examples/tenants/acme.yaml.")]
PlatformFile = Annotated[
    Path | None,
    typer.Option("--platform", metavar="FILE", envvar="DCR_PLATFORM_FILE", help="The platform, as in examples/platforms/production.yaml."),
]
ReadyFile = Annotated[
    Path | None,
    typer.Option("--ready-file", metavar="FILE", envvar="DCR_READY_FILE", help="Use the running sandbox that wrote this file."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask, unless the platform's policy asks for a person's approval.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, as `dcr schema` describes it, instead of text.")]
Take = Annotated[
    list[str] | None,
    typer.Option("--take", metavar="PATH", help="Take over what belongs to others here, as the plan names it; may be repeated."),
]
OptionalTenantFile = Annotated[
    Path | None, typer.Argument(metavar="[TENANT_FILE]", help="The tenant. Without it: only what belongs to all tenants of the platform.")
]
