from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from sandbox.readings import FACTS_FILE, UnknownReading, default_readings, load_choice, load_facts

SANDBOX = FACTS_FILE.parent


def strings_of_the_sandbox() -> set[str]:
    """Every string constant in the sandbox's code, parts of f-strings included."""
    found: set[str] = set()
    for file in SANDBOX.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def test_every_fact_is_looked_up_somewhere() -> None:
    """A fact that no code asks for is not played, only listed."""
    known = strings_of_the_sandbox()
    prefixes = {text for text in known if text.endswith("-") and "." in text}
    unplayed = [fact for fact in load_facts() if fact not in known and not any(fact.startswith(prefix) for prefix in prefixes)]
    assert unplayed == []


def test_every_fact_has_two_different_readings_at_least() -> None:
    assert [fact.id for fact in load_facts().values() if len(set(fact.readings)) != len(fact.readings) or len(fact.readings) < 2] == []


def test_the_first_reading_is_in_force_until_another_is_chosen() -> None:
    readings = default_readings()
    assert readings["curity.invalid-client"] == "401"
    readings.set("curity.invalid-client", "400")
    assert readings["curity.invalid-client"] == "400"
    readings.reset()
    assert readings["curity.invalid-client"] == "401"


def test_a_reset_goes_back_to_what_was_chosen_at_the_start() -> None:
    readings = default_readings({"curity.invalid-client": "400"})
    readings.set("curity.invalid-client", "401")
    readings.reset()
    assert readings["curity.invalid-client"] == "400"


@pytest.mark.parametrize(("fact", "value"), [("curity.no-such-fact", "401"), ("curity.invalid-client", "418")])
def test_only_known_readings_of_known_facts_can_be_chosen(fact: str, value: str) -> None:
    readings = default_readings()
    with pytest.raises(UnknownReading):
        readings.set(fact, value)
    with pytest.raises(UnknownReading):
        readings.update({"curity.invalid-client": "400", fact: value})
    assert readings["curity.invalid-client"] == "401", "all or nothing"
    with pytest.raises(UnknownReading):
        default_readings({fact: value})


def test_a_choice_of_readings_is_a_json_object(tmp_path: Path) -> None:
    file = tmp_path / "readings.json"
    file.write_text(json.dumps({"curity.invalid-client": "400"}))
    assert load_choice(file) == {"curity.invalid-client": "400"}


def test_two_facts_with_one_id_are_refused(tmp_path: Path) -> None:
    entry = '[[fact]]\nid = "curity.a"\nsource = "s"\ntext = "t"\nreadings = ["1", "2"]\n'
    file = tmp_path / "readings.toml"
    file.write_text(entry * 2)
    with pytest.raises(ValueError, match="same id"):
        load_facts(file)
