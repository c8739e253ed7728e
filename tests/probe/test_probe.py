"""`dcr probe`: under a reading it says that reading, its file makes the sandbox do the same, it only reads, and nothing secret leaves."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from cli import main
from dcr.probe.display import Probed
from dcr.probe.probing import TELLS
from dcr.probe.undetermined import untold
from sandbox.readings import load_choice, load_facts
from tests.sandbox_fixture import TREE, LivingWorld

FACTS = load_facts()
ROUNDS = 4
# A hash that may not be read says nothing of its rounds.
MASKED = {"curity.secret-rounds": ("curity.secret-readable", "hidden")}


def of_round(number: int) -> dict[str, str]:
    """One reading for each fact that can be told; over the rounds each comes, the masked ones also unmasked."""
    steps = {fact: number // 2 if fact in MASKED else number for fact in TELLS}
    return {fact: FACTS[fact].readings[step % len(FACTS[fact].readings)] for fact, step in steps.items()}


def tellable(chosen: Mapping[str, str]) -> dict[str, str]:
    return {fact: reading for fact, reading in chosen.items() if fact not in MASKED or chosen[MASKED[fact][0]] != MASKED[fact][1]}


def probed(living: LivingWorld, capsys: pytest.CaptureFixture[str], *options: str) -> Probed:
    given = ["--platform", str(TREE / "examples/platforms/sandbox.yaml"), "--ready-file", str(living.ready_file), "--json"]
    capsys.readouterr()
    code = main(["probe", *given, "--status-url", living.world.ready["curity"]["status_url"], *options])
    found = Probed.model_validate_json(capsys.readouterr().out)
    assert code == (1 if found.missing else 0)
    return found


@pytest.mark.parametrize("number", range(ROUNDS))
def test_before_anything_is_onboarded_it_tells_less_and_nothing_wrong(
    living: LivingWorld, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    chosen = of_round(number)
    living.world.readings.update(chosen)
    told = probed(living, capsys).readings
    assert told
    assert told.items() <= tellable(chosen).items()


def test_every_open_fact_is_told_or_has_a_reason(count: Callable[[str, int], None]) -> None:
    reasons = [fact for fact, _ in untold()]
    assert sorted([*TELLS, *reasons]) == sorted(FACTS), "each exactly once"
    count("open facts that a probe tells by reading", len(TELLS))


@pytest.mark.parametrize("number", range(ROUNDS))
def test_under_a_reading_the_probe_says_that_reading(
    living: LivingWorld, capsys: pytest.CaptureFixture[str], tmp_path: Path, number: int, count: Callable[[str, int], None]
) -> None:
    chosen = of_round(number)
    living.world.readings.update(chosen)
    assert not living.onboard().failure
    file = tmp_path / "found.json"
    found = probed(living, capsys, "--readings", str(file))
    assert found.readings == tellable(chosen)
    assert found.missing == ()
    count("readings that a probe recognised", len(found.readings))

    living.world.reset()
    living.world.readings.update(load_choice(file))
    assert not living.onboard().failure
    assert probed(living, capsys).readings == found.readings


def test_the_rounds_play_every_reading_of_every_told_fact() -> None:
    played = {(fact, reading) for number in range(ROUNDS) for fact, reading in tellable(of_round(number)).items()}
    assert played == {(fact, reading) for fact in TELLS for reading in FACTS[fact].readings}


def test_a_probe_of_a_fresh_platform_tells_what_it_can_and_why_not_the_rest(
    living: LivingWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    found = probed(living, capsys)
    assert set(found.readings) >= {"curity.etag", "curity.defaults", "konnect.page-size"}
    reasons = {fact.id: fact.how for fact in found.facts if fact.reading is None}
    assert "registered" in reasons["curity.client-secret-form"]
    assert "--route" in reasons["gateway.www-authenticate"]
    assert all(reasons.values())
    assert found.versions["vault"] and "profile-oauth@" in found.versions["curity YANG modules"]


def test_a_probe_only_reads(living: LivingWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert not living.onboard().failure
    before = {system: living.state(system) for system in ("curity-admin", "konnect")}
    living.forget_requests()
    living.world.vault_audit.clear()
    probed(living, capsys)
    assert {method for _, method, _ in living.requests()} == {"GET"}
    vault = {(one.operation, one.path) for one in living.world.vault_audit.requests()}
    assert {path for operation, path in vault if operation not in ("read", "list")} <= {
        "auth/approle/login",
        "auth/token/revoke-self",
        "sys/capabilities-self",
    }
    assert {system: living.state(system) for system in before} == before


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"unlicensed": True}, "-> 503. It is starting, without a licence"),
        ({"denied_reads": ["/facilities"]}, "-> 403. Let its NACM group"),
    ],
)
def test_missing_rights_and_silent_systems_are_named(
    living: LivingWorld, capsys: pytest.CaptureFixture[str], knobs: dict[str, Any], words: str
) -> None:
    living.knobs("curity-admin", **knobs)
    found = probed(living, capsys)
    assert any(line.startswith("curity: GET") and words in line for line in found.missing)
    assert found.readings["konnect.page-size"] == "10", "the others are asked all the same"


def test_a_login_that_may_only_look_is_told_so(
    living: LivingWorld, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dcr.vault.client.Vault.capabilities", lambda _self, paths: {path: [] for path in paths})
    found = probed(living, capsys)
    assert any("lacks the right to create, read, update" in line for line in found.missing)


def test_nothing_secret_is_in_what_a_probe_writes(living: LivingWorld, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert not living.onboard().failure
    secrets = [*secrets_of(living)]
    assert len(secrets) > 8
    bundle, readings = tmp_path / "bundle.json", tmp_path / "found.json"
    found = probed(living, capsys, "--bundle", str(bundle), "--readings", str(readings))
    written = bundle.read_text() + readings.read_text() + found.model_dump_json()
    assert leaks(written, secrets) == []
    assert "localhost" not in json.dumps(json.loads(bundle.read_text())["exchanges"]), "no hosts either"
    for secret in secrets:
        assert leaks(f"{written}{quote(secret, safe='')}", secrets), "the hunt finds a planted one"


def secrets_of(living: LivingWorld) -> Iterator[str]:
    """Everything that opens something: of the ready file, and all that Vault holds."""
    ready = living.world.ready
    yield from (
        ready["curity"]["password"],
        ready["konnect"]["token"],
        ready["portal"]["developer"]["password"],
        ready["vault"]["secret_id"],
    )
    systems = living.systems()
    try:
        paths = [
            "platform/initial-client",
            *(f"tenants/acme/applications/{name}" for name in systems.vault.list("tenants/acme/applications")),
        ]
        for path in paths:
            record = systems.vault.read(path)
            assert record is not None
            yield from (value.get_secret_value() for name, value in record.values.items() if name.endswith(("secret", "token")))
        yield systems.vault.login.token().get_secret_value()
    finally:
        systems.close()


def leaks(text: str, secrets: list[str]) -> list[Any]:
    """Secrets in clear, URL-encoded, in base64 at each of its three offsets, and without the ends that an offset changes."""
    found = []
    for secret in secrets:
        forms = {secret, quote(secret, safe="")}
        for offset in range(3):
            encoded = base64.b64encode(b"x" * offset + secret.encode()).decode()
            forms |= {encoded[4:-4], encoded[4:-4].replace("+", "-").replace("/", "_")}
        found += [secret for form in forms if form in text]
    return found
