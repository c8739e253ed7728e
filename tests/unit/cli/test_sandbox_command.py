"""`dcr sandbox` from start to end: it says how it is used, there is one of it, and nothing of it is left."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from cli import main
from dcr.settings.ready_file import read_ready_file
from tests.unit.cli.contexts import TREE

LAST_LINE = "Ctrl-C ends it.\n"


@pytest.fixture
def ready_file(tmp_path: Path) -> Path:
    return tmp_path / "run" / "sandbox.json"


@pytest.fixture
def readings(tmp_path: Path) -> Path:
    """What a probe may have found: another title than the sandbox's own choice."""
    file = tmp_path / "found.json"
    file.write_text(json.dumps({"konnect.title-401": "Unauthenticated"}))
    return file


@pytest.fixture
def command(ready_file: Path, readings: Path) -> Iterator[subprocess.Popen[str]]:
    arguments = [sys.executable, "-m", "cli", "sandbox", "--ready-file", str(ready_file), "--readings", str(readings)]
    process = subprocess.Popen(arguments, cwd=TREE, stdout=subprocess.PIPE, text=True, start_new_session=True)
    yield process
    if process.poll() is None:
        process.terminate()
    process.communicate()


def said_until_ready(command: subprocess.Popen[str]) -> str:
    assert command.stdout
    said = ""
    for line in command.stdout:
        said += line
        if line == LAST_LINE:
            return said
    pytest.fail(f"it ended before it was ready:\n{said}")


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(("ending", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_sandbox_runs_until_it_is_told_to_end_and_leaves_no_process(
    ending: signal.Signals, code: int, command: subprocess.Popen[str], ready_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = said_until_ready(command)
    ready = read_ready_file(ready_file)
    assert f"dcr onboard examples/tenants/acme.yaml --platform examples/platforms/sandbox.yaml --ready-file {ready_file}" in said
    assert ready.curity.admin_url in said
    assert ready.vault.secret_id.get_secret_value() not in said
    assert ready_file.stat().st_mode & 0o077 == 0
    refused = httpx.get(f"{ready.konnect.url}/v3/portals", verify=ssl.create_default_context(cafile=ready.ca_file))
    assert refused.json()["title"] == "Unauthenticated"

    assert main(["sandbox", "--ready-file", str(ready_file)]) == 1
    assert f"belongs to a sandbox that runs already (process {ready.pid})" in capsys.readouterr().err

    command.send_signal(ending)
    assert command.wait(30) == code
    assert not is_running(ready.pid)


def test_a_sandbox_that_cannot_start_says_where_its_log_is(ready_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = tmp_path / "export.xml"
    export.write_text("this is no configuration")
    assert main(["sandbox", "--ready-file", str(ready_file), "--curity-config", str(export)]) == 1
    assert f"Read {ready_file.with_suffix('.log')}." in capsys.readouterr().err
    assert ready_file.with_suffix(".log").exists()
