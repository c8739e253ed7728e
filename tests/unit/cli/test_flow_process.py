"""A flow is started by name: with file names and the tenant, and without any credential."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from cli import main
from tests.unit.cli.contexts import ACME, SANDBOX
from tests.unit.rendering import values


class Children:
    """In place of `subprocess.run`: keeps what was asked for, and answers as told."""

    def __init__(self, returncode: int, stdout: str) -> None:
        self.answer, self.asked = subprocess.CompletedProcess([], returncode, stdout), dict[str, Any]()

    def run(self, arguments: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        self.asked = {"arguments": arguments, **options}
        return self.answer


def started(monkeypatch: pytest.MonkeyPatch, returncode: int, stdout: str) -> Children:
    children = Children(returncode, stdout)
    monkeypatch.setattr("cli.flow_process.subprocess.run", children.run)
    return children


def test_the_flow_gets_the_tenant_and_finds_its_settings_as_a_worker_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DCR_PREFECT", "1")
    children = started(monkeypatch, 0, values.report(error="").model_dump_json())
    assert main(["onboard", str(ACME), "--platform", str(SANDBOX), "--ready-file", "sandbox.json"]) == 0
    assert children.asked["arguments"][1:] == ["-m", "flows", "onboard_tenant"]
    assert json.loads(children.asked["input"])["tenant"]["slug"] == "acme"
    assert children.asked["env"]["DCR_PLATFORM_FILE"] == str(SANDBOX)
    assert children.asked["env"]["DCR_READY_FILE"].endswith("/sandbox.json")
    assert capsys.readouterr().out.startswith("Tenant acme on platform sandbox")


def test_a_flow_that_failed_has_said_why_itself(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    started(monkeypatch, 1, "")
    assert main(["onboard", str(ACME), "--platform", str(SANDBOX), "--prefect"]) == 1
    assert capsys.readouterr().out == ""
