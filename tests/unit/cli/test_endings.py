"""What every command tells the shell, and that nobody but a programmer ever sees a traceback."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from cli import main
from cli.app import COMMANDS
from dcr.errors import Problem, Problems, Refused
from tests.unit.cli.contexts import ACME, BAD, SANDBOX, TREE

NAMES = list(COMMANDS)


def started(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, cwd=TREE, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("command", [[sys.executable, "-m", "cli"], [str(Path(sys.executable).with_name("dcr"))]], ids=["module", "script"])
def test_module_and_script_are_the_same_command(command: list[str]) -> None:
    usage, good, bad = started(*command, "frob"), started(*command, "version"), started(*command, "validate", "nowhere.yaml")
    assert (usage.returncode, good.returncode, bad.returncode) == (64, 0, 1)
    assert "No such command 'frob'" in usage.stderr
    assert good.stdout.startswith("dcr ")
    assert "Traceback" not in usage.stderr + bad.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["preflight"],
        ["plan", "a.yaml", "b.yaml"],
        ["onboard", "--no-such-option"],
        ["validate"],
        ["schema", "nothing"],
        ["sandbox", "--port-base", "80"],
        ["plan", str(ACME), "--platform"],
        [],
    ],
)
def test_wrong_usage_ends_with_64_and_says_how_it_is_used(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 64
    printed = capsys.readouterr()
    assert "--help" in (printed.err if arguments else printed.out)


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_each_command_teaches(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert text.startswith(f"Usage: dcr {name}")
    assert len(text.partition("Options:")[0]) > 70


@pytest.mark.parametrize("name", ["validate", "preflight", "plan", "onboard", "sandbox", "schema"])
def test_help_has_examples_and_exit_codes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    main([name, "--help"])
    text = capsys.readouterr().out
    assert f"dcr {name}" in text.partition("Examples:")[2]
    assert "Exit codes: 0" in text


def test_an_error_of_ours_is_told_in_words(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(*_arguments: object) -> None:
        raise Refused("konnect: GET /v3/portals", "the token is not accepted", "Renew it.")

    monkeypatch.setattr("cli.plan.planned", refuse)
    assert main(["plan", str(ACME)]) == 1
    assert capsys.readouterr().err == "konnect: GET /v3/portals: the token is not accepted. Renew it.\n"


def test_problems_without_a_line_keep_their_heading(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(*_arguments: object) -> None:
        raise Problems("settings", [Problem("DCR_VAULT__ROLE_ID", "is not set", "Set it.")])

    monkeypatch.setattr("cli.plan.planned", refuse)
    assert main(["plan", str(ACME)]) == 1
    assert capsys.readouterr().err == "settings: 1 problem. Nothing was written.\n  DCR_VAULT__ROLE_ID: is not set. Set it.\n"


def test_an_interrupt_ends_with_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cli.plan.planned", interrupt)
    assert main(["plan", str(ACME)]) == 130
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("command", ["plan", "preflight", "onboard"])
@pytest.mark.parametrize("bad", ["five_faults.yaml", "climbing_slug.yaml", "secret_in_file.yaml"])
def test_a_bad_tenant_is_told_before_any_system_is_made(
    command: str, bad: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def never(*_arguments: object) -> None:
        raise AssertionError("systems were made for a bad file")

    monkeypatch.setattr("cli.context.systems_of", never)
    path = BAD / "tenants" / bad
    assert main([command, str(path), "--platform", str(SANDBOX)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == (5 if bad.startswith("five") else 1)
    assert all(line.startswith(f"{path}:") for line in lines)


def test_a_faulty_platform_is_told_before_any_system_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    path = BAD / "platforms/plain_http.yaml"
    assert main(["onboard", str(ACME), "--platform", str(path)]) == 1
    assert capsys.readouterr().err.startswith(f"{path}:10: platform.vault.url: ")


def test_the_list_of_commands_says_of_each_what_its_own_help_begins_with() -> None:
    for name, words in COMMANDS.items():
        documented = getattr(import_module(f"cli.{name}"), name).__doc__
        assert " ".join(documented.split()).startswith(words)


COSTLY = ("prefect", "httpx", "hvac", "lxml", "rich", "ruamel", "dcr.systems")


@pytest.mark.parametrize("command", ["--help", "version"])
def test_what_needs_no_system_imports_no_client(command: str) -> None:
    program = f"import sys; from cli import main; main([{command!r}]); print([name for name in {COSTLY} if name in sys.modules])"
    assert started(sys.executable, "-c", program).stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", ["onboard", "trigger", "demo"])
def test_prefect_is_imported_only_when_a_flow_is_started(command: str) -> None:
    program = f"import sys; from cli import main; main([{command!r}, '--help']); print('prefect' in sys.modules)"
    assert started(sys.executable, "-c", program).stdout.splitlines()[-1] == "False"
