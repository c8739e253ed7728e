"""A flow, started by name in a process of its own: nothing in here knows Prefect."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import typer

from cli.context import progress
from dcr.documents.loading import load_platform_and_tenant
from dcr.engine.onboarding import Finished
from dcr.results.report import Report
from dcr.settings.model import load_settings

TREE = Path(__file__).resolve().parents[1]


def run_flow(name: str, tenant_file: Path, platform_file: Path | None, ready_file: Path | None) -> Finished:
    """Run `flows/<name>.py` for a tenant, at the Prefect server that PREFECT_API_URL names, and return its report.

    The child gets file names and finds its settings as a worker does; no credential stands in its arguments or environment that was not
    in ours already.

    Raises:
        Problems: the documents' faults, with their lines; nothing was started then.
        typer.Exit: the run failed; the child has said why, and its report is an artifact of the run.
    """
    platform_path = platform_file or load_settings(ready_file=ready_file).platform_file
    _, tenant = load_platform_and_tenant(platform_path, tenant_file)
    progress(f"running {name} at {os.environ.get('PREFECT_API_URL', 'a Prefect server of its own')}")
    ended = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "flows", name],
        input=json.dumps({"tenant": tenant.model_dump(mode="json")}),
        stdout=subprocess.PIPE,
        text=True,
        cwd=TREE,
        env={**os.environ, **_files(platform_path, ready_file), "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL"},
        check=False,
    )
    if ended.returncode:
        raise typer.Exit(1)
    return Finished(Report.model_validate_json(ended.stdout))


def _files(platform_path: Path | None, ready_file: Path | None) -> dict[str, str]:
    named = {"DCR_PLATFORM_FILE": platform_path, "DCR_READY_FILE": ready_file}
    return {name: str(path.resolve()) for name, path in named.items() if path}
