"""`dcr inventory` as people and scripts call it, and the flow: text, JSON, exit codes, artifact."""

from __future__ import annotations

import pytest

from cli import main
from dcr.inventory.thing import Inventory, Judgement
from dcr.rendering.inventory_markdown import inventory_as_markdown
from dcr.settings.ready_file import SandboxLogin
from dcr.systems import close_systems
from deployments.environment import logged_in
from flows.take_inventory import inventory
from tests.inventory.operator import operator
from tests.inventory.planted import PLANTED
from tests.inventory.taking import taken
from tests.sandbox_fixture import TREE, LivingWorld


def called(living: LivingWorld, *arguments: str) -> int:
    given = ["--platform", str(TREE / "examples/platforms/sandbox.yaml"), "--ready-file", str(living.ready_file)]
    return main(["inventory", *arguments, *given])


def test_the_exit_code_says_whether_something_is_left_behind(living: LivingWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert not living.onboard().failure
    capsys.readouterr()
    assert called(living, "--json") == 0
    assert Inventory.model_validate_json(capsys.readouterr().out).of(Judgement.ORPHAN) == ()
    with operator(living) as by:
        PLANTED["a replaced application"][0](by)
        secrets = [by.kept("payments-client")["client_secret"], by.record("platform/initial-client")["client_secret"]]
    assert called(living) == 3
    printed = capsys.readouterr().out
    row = next(line for line in printed.splitlines() if line.startswith("orphan") and "konnect" in line)
    assert "orders-client" in row and "acme" in row and "names it as replaced" in row
    assert "What settles it" in printed and "dcr onboard <acme's file>" in printed and "Not asked here" in printed
    with operator(living) as by:
        PLANTED["a registration without an answer"][0](by)
        by.forget("tenants/acme/spec")
    assert called(living, "acme") == 3
    assert not [secret for secret in secrets if secret in printed + capsys.readouterr().out]


def test_what_could_not_be_asked_ends_with_1(living: LivingWorld) -> None:
    assert not living.onboard().failure
    with operator(living) as by:
        PLANTED["a registration without an answer"][0](by)
    assert called(living) == 1
    assert called(living, "../acme") == 1


def test_as_markdown_nothing_that_others_name_acts(living: LivingWorld) -> None:
    assert not living.onboard().failure
    with operator(living) as by:
        PLANTED["less of everything"][0](by)
    found = taken(living)
    thing = found.things[0].model_copy(update={"name": "<b>|x", "judged": Judgement.FOREIGN})
    text = inventory_as_markdown(found.model_copy(update={"things": (*found.things, thing)}))
    assert "## What settles it" in text and "`dcr onboard <acme's file>`" in text
    assert "\\<b\\>\\|x" in text and text.startswith("# Inventory on platform sandbox")


def test_the_flow_publishes_what_it_found_and_ends_by_its_verdict(living: LivingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not living.onboard().failure
    published: dict[str, str] = {}
    monkeypatch.setattr("tasks.inventory.create_markdown_artifact", lambda markdown, key, description: published.update({key: markdown}))
    for name, value in logged_in({}, living.ready_file, SandboxLogin.READER).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DCR_PLATFORM_FILE", str(TREE / "examples/platforms/sandbox.yaml"))
    try:
        clean = inventory.fn()
        with operator(living) as by:
            PLANTED["a replaced application"][0](by)
        behind = inventory.fn("acme")
    finally:
        close_systems()
    assert clean.is_completed() and (behind.is_failed(), behind.name) == (True, "LeftBehind")
    assert set(published) == {"inventory-sandbox", "inventory-tenant-acme"}
    assert "names it as replaced" in published["inventory-tenant-acme"]
