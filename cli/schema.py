"""`dcr schema`."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import DataclassField, ModelField, TypedDictField

from dcr.diagnosis.finding import Diagnosis
from dcr.inventory.thing import Inventory
from dcr.model.platform import Platform
from dcr.model.tenant import Tenant
from dcr.probe.display import Probed
from dcr.results.plan import Plan
from dcr.results.report import Report

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class SchemaName(StrEnum):
    """What has a schema."""

    TENANT = "tenant"
    PLATFORM = "platform"
    PLAN = "plan"
    REPORT = "report"
    DIAGNOSIS = "diagnosis"
    PROBE = "probe"
    INVENTORY = "inventory"


MODELS: dict[SchemaName, type[BaseModel]] = {
    SchemaName.TENANT: Tenant,
    SchemaName.PLATFORM: Platform,
    SchemaName.PLAN: Plan,
    SchemaName.REPORT: Report,
    SchemaName.DIAGNOSIS: Diagnosis,
    SchemaName.PROBE: Probed,
    SchemaName.INVENTORY: Inventory,
}


def schema(document: Annotated[SchemaName, typer.Argument(help="Which one.")]) -> None:
    """Print the JSON Schema of a document.

    Tenant and platform are what you write, for an editor that completes and checks while you type; plan, report, diagnosis, probe and
    inventory are what `dcr plan`, `dcr onboard`, `dcr diagnose`, `dcr probe` and `dcr inventory` print with --json. These carry a
    `schema_version`, which grows when an old reader would misread them.

    \b
    Examples:
      dcr schema tenant > tenant.schema.json
      dcr schema report | jq '.properties | keys'

    Exit codes: 0 printed, 64 wrong usage.
    """
    typer.echo(json.dumps(json_schema(document), indent=2))


class Complete(GenerateJsonSchema):
    """What is printed always has every field, also those with a default."""

    def field_is_required(self, field: ModelField | DataclassField | TypedDictField, total: bool) -> bool:
        return self.mode == "serialization" or super().field_is_required(field, total)


def json_schema(document: SchemaName) -> dict[str, object]:
    """The schema of what is written (tenant, platform) or printed (plan, report)."""
    written = document in {SchemaName.TENANT, SchemaName.PLATFORM}
    return {
        "$schema": DIALECT,
        **MODELS[document].model_json_schema(schema_generator=Complete, mode="validation" if written else "serialization"),
    }
