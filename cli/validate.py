"""`dcr validate`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, PlatformFile
from dcr.documents.loading import Document, Kind, document_paths, judge, load_platform, twice_described
from dcr.model.platform import Platform
from dcr.model.tenant import Tenant

SCHEMA_VERSION = 1
Paths = Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files, or directories with files: tenants and platforms.")]


def validate(paths: Paths, platform: PlatformFile = None, as_json: AsJson = False) -> None:
    """Check tenants and platforms without asking any system.

    Every fault is told in one line, with file, line, field and remedy. What a file describes is told from its fields. With a platform,
    its policy (names, hosts of redirect URIs, limits, what is granted to whom) is applied to every tenant. What only the systems know,
    for example whether a portal exists, is found by `dcr preflight`.

    \b
    Examples:
      dcr validate examples/tenants/acme.yaml
      dcr validate tenants/ --platform platforms/production.yaml
      dcr validate platforms/ --json

    Exit codes: 0 all are sound, 1 there are faults, 64 wrong usage.
    """
    rules = load_platform(platform) if platform else None
    documents = judged(paths, rules)
    if as_json:
        typer.echo(json.dumps({"schema_version": SCHEMA_VERSION, "documents": [_as_data(document) for document in documents]}, indent=2))
    else:
        _tell(documents, rules)
    raise typer.Exit(1 if any(document.problems for document in documents) else 0)


def judged(paths: Iterable[Path], rules: Platform | None) -> list[Document]:
    """Each document once, directories searched, and a tenant that two of them describe found."""
    files = dict.fromkeys(file for path in paths for file in (document_paths(path) if path.is_dir() else [path]))
    documents = [judge(path, None, rules) for path in files]
    tenants = {document.path: document.value for document in documents if isinstance(document.value, Tenant)}
    twice = {problem.place: problem for problem in twice_described(tenants)}
    return [replace(document, problems=(twice[str(document.path)],)) if str(document.path) in twice else document for document in documents]


def _tell(documents: Iterable[Document], rules: Platform | None) -> None:
    for document in documents:
        for problem in document.problems:
            typer.echo(str(problem))
        if not document.problems:
            held = f", within the rules of platform {rules.name}" if rules and document.kind is Kind.TENANT else ""
            typer.echo(f"{document.path}: a sound {document.kind}{held}")


def _as_data(document: Document) -> dict[str, object]:
    problems = [asdict(problem) for problem in document.problems]
    return {"path": str(document.path), "kind": document.kind, "valid": not problems, "problems": problems}
