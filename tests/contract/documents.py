"""Konnect's OpenAPI documents, ready to judge by. Source: docs/vendors/konnect.md, Document quirks."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema_path import SchemaPath
from openapi_core import Config, OpenAPI
from ruamel.yaml import YAML

DOCUMENTS = {
    "konnect": (
        ("/v2", "application-auth-strategies-v2.trim.yaml"),
        ("/v2", "control-planes-v2.trim.yaml"),
        ("/v2", "control-planes-config-v2.trim.yaml"),
        ("/v3", "portal-management-v3.trim.yaml"),
        ("/v3", "api-builder-v3.trim.yaml"),
        ("/v3", "identity-v3.trim.yaml"),
    ),
    "portal": (("", "dev-portal-v3.trim.yaml"),),
}
HOST = "https://judged.example"


@dataclass(frozen=True, slots=True)
class Operation:
    """One documented operation."""

    document: str
    prefix: str
    method: str
    template: str


@dataclass(frozen=True, slots=True)
class Document:
    """One document, and where its paths begin."""

    name: str
    prefix: str
    api: OpenAPI
    operations: Mapping[tuple[str, str], re.Pattern[str]]
    spelt: Mapping[tuple[str, str], frozenset[str]]  # parameters as they are spelt
    filters: Mapping[tuple[str, str], frozenset[str]]  # fields of a nested `filter` parameter, which no validator deserialises

    def unknown_filters(self, operation: Operation, names: Iterable[str]) -> list[str]:
        """Query parameters `filter[field]…` whose field the operation does not have, neither nested nor spelt out."""
        key = (operation.method.lower(), operation.template)
        given = [name for name in names if name.startswith("filter")]
        return [name for name in given if name not in self.spelt[key] and name.split("[")[1].rstrip("]") not in self.filters[key]]

    def operation(self, method: str, path: str) -> Operation | None:
        """The operation that a request is one of."""
        if not path.startswith(self.prefix):
            return None
        rest = path.removeprefix(self.prefix)
        found = [template for (verb, template), pattern in self.operations.items() if verb == method.lower() and pattern.fullmatch(rest)]
        return Operation(self.name, self.prefix, method, min(found, key=lambda one: one.count("{"))) if found else None


def load(directory: Path, system: str) -> tuple[Document, ...]:
    """All documents of a system."""
    return tuple(_document(directory / name, prefix) for prefix, name in DOCUMENTS[system])


def content_of(file: Path) -> dict[str, Any]:
    """What a document says, for its caller to change. It is parsed once a process, which takes most of a second."""
    content: dict[str, Any] = pickle.loads(_parsed(file))
    return content


@cache
def _parsed(file: Path) -> bytes:
    return pickle.dumps(YAML(typ="safe").load(file.read_text()))


@cache
def _document(file: Path, prefix: str) -> Document:
    content = content_of(file)
    content["servers"] = [{"url": HOST + prefix}]
    content.pop("security", None)
    soften(content)
    filters = dict(_filters(content))
    operations = dict(_operations(content))
    api = OpenAPI(SchemaPath.from_dict(content), Config(spec_validator_cls=None, **_formats()))
    spelt = {key: frozenset(one["name"] for one in content["paths"][key[1]][key[0]]["parameters"]) for key in operations}
    return Document(file.name, prefix, api, operations, spelt, filters)


def _filters(content: dict[str, Any]) -> Iterator[tuple[tuple[str, str], frozenset[str]]]:
    """Take the nested `filter` parameters out of the document and keep their fields."""
    for template, item in content["paths"].items():
        for verb in item.keys() & {"get", "post", "put", "patch", "delete"}:
            own = [*item.get("parameters", []), *item[verb].get("parameters", [])]
            parameters = [_resolved(content, one) for one in own]
            nested = [one for one in parameters if one["name"] in ("filter", "applicationfilter") and one["in"] == "query"]
            fields = frozenset(field for one in nested for field in _resolved(content, one["schema"]).get("properties", {}))
            item[verb]["parameters"] = [_sendable(content, one) for one in parameters if one not in nested]
            yield (verb, template), fields
        item.pop("parameters", None)


def _sendable(content: dict[str, Any], parameter: dict[str, Any]) -> dict[str, Any]:
    """Path parameters borrow the schema of an id, which is read-only in bodies and surely may be sent in a path."""
    schema = {name: value for name, value in _resolved(content, parameter.get("schema", {})).items() if name != "readOnly"}
    return {**parameter, "schema": schema}


def _resolved(content: dict[str, Any], node: Any) -> Any:
    while isinstance(node, dict) and "$ref" in node:
        found: Any = content
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def _operations(content: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], re.Pattern[str]]]:
    for template, item in content["paths"].items():
        pattern = re.compile(re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(template)))
        for verb in item.keys() & {"get", "post", "put", "patch", "delete"}:
            item[verb].pop("security", None)
            yield (verb, template), pattern


def soften(node: Any) -> None:
    """Take away two quirks of theirs: a discriminator without mapping, write-only `labels` required of an answer."""
    if isinstance(node, dict):
        node.pop("discriminator", None)
        if node.get("writeOnly") is True and node.get("type") == "object":
            del node["writeOnly"]
        for child in node.values():
            soften(child)
    elif isinstance(node, list):
        for child in node:
            soften(child)


def _formats() -> dict[str, Any]:
    def is_url(value: Any) -> bool:
        return not isinstance(value, str) or bool(urlsplit(value).scheme and urlsplit(value).netloc)

    def is_email(value: Any) -> bool:
        return not isinstance(value, str) or re.fullmatch(r"[^@\s]+@[^@\s]+", value) is not None

    return {
        "extra_format_validators": {"url": is_url, "uri": is_url, "email": is_email},
        "extra_media_type_deserializers": {"application/problem+json": json.loads},
    }
