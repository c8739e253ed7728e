"""YAML 1.2 as plain data, with the line of every field. JSON is read by it too.

Anchors, tags and repeated keys are refused: they make a document mean something else than what a reader sees.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from dcr.model.violations import Fault, Location, shown

CORE = "tag:yaml.org,2002:"
TEXT_TAGS = frozenset({CORE + "str", CORE + "timestamp"})  # YAML 1.2 knows no dates: a ticket 2026-11-23 is text
VALUE_TAGS = frozenset({CORE + "int", CORE + "float", CORE + "bool", CORE + "null"})
STRUCTURE_TAGS = frozenset({CORE + "map", CORE + "seq"})

_ESCAPE = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|\\.")


@dataclass(slots=True)
class LinedData:
    """A document's data, the line of each field (from 1), and what is wrong with its form."""

    data: object = None
    lines: dict[Location, int] = field(default_factory=lambda: {(): 1})
    faults: list[Fault] = field(default_factory=list)
    repetitions: list[tuple[int, Fault]] = field(default_factory=list)  # with the line of the second; the first one counts


class Unreadable(Exception):
    """The text is no document at all. `line` counts from 1; 0: unknown."""

    def __init__(self, fault: str, line: int = 0) -> None:
        super().__init__(fault, line)
        self.fault, self.line = fault, line


def read_yaml(text: str) -> LinedData:
    """Read one YAML document.

    Raises:
        Unreadable: it is not YAML, or more than one document.
    """
    yaml = YAML(typ="safe", pure=True)
    try:
        node = yaml.compose(text)
        reading = LinedData()
        reading.data = _value(reading, yaml, node, ()) if node else None
    except ReaderError as error:
        raise Unreadable("holds a control character", text.count("\n", 0, error.position) + 1) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = ", ".join(filter(None, (error.context, error.problem)))
        raise Unreadable(f"is not YAML: {said}", mark.line + 1 if mark else 0) from None
    except YAMLError:
        raise Unreadable("is not YAML") from None
    except RecursionError:
        raise Unreadable("is nested too deeply") from None
    return reading


def read_json(text: str) -> LinedData:
    """Read one JSON document.

    Raises:
        Unreadable: it is not JSON.
    """
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable(f"is not JSON: {_lowered(error.msg)}", error.lineno) from None
    except RecursionError:
        raise Unreadable("is nested too deeply") from None
    # In valid JSON a tab is only ever indentation, where YAML does not take it; nor does YAML know characters written as two escapes.
    return read_yaml(_ESCAPE.sub(_whole_character, text.replace("\t", " ")))


def _whole_character(escape: re.Match[str]) -> str:
    high, low = escape.groups()
    return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00) if high else escape[0]


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:]


def _value(reading: LinedData, yaml: YAML, node: Node, location: Location) -> object:
    reading.lines.setdefault(location, node.start_mark.line + 1)
    if node.anchor:
        reading.faults.append(Fault(location, f"has the anchor {shown(node.anchor)}", "Write the value out; anchors are not read"))
    if isinstance(node, MappingNode):
        if node.tag in STRUCTURE_TAGS:
            return dict(_fields(reading, yaml, node, location))
    elif isinstance(node, SequenceNode):
        if node.tag in STRUCTURE_TAGS:
            return [_value(reading, yaml, element, (*location, number)) for number, element in enumerate(node.value)]
    elif node.tag in TEXT_TAGS:
        return str(node.value)
    elif isinstance(node, ScalarNode) and node.tag in VALUE_TAGS:
        return _scalar(reading, yaml, node, location)
    reading.faults.append(Fault(location, f"has the tag {shown(node.tag)}", "Remove the tag; only plain values are read"))
    return None


def _fields(reading: LinedData, yaml: YAML, node: MappingNode, location: Location) -> Iterator[tuple[str, object]]:
    seen: set[str] = set()
    for key_node, value_node in node.value:
        if not isinstance(key_node, ScalarNode):
            reading.faults.append(Fault(location, "has a list or a mapping as the name of a field", "Use text as name"))
            continue
        key = str(key_node.value)
        inner = (*location, key)
        if key in seen:
            fault = Fault(inner, f"is there already, in line {reading.lines[inner]}", "Keep one of them")
            reading.repetitions.append((key_node.start_mark.line + 1, fault))
            continue
        seen.add(key)
        reading.lines[inner] = key_node.start_mark.line + 1
        yield key, _value(reading, yaml, value_node, inner)


def _scalar(reading: LinedData, yaml: YAML, node: ScalarNode, location: Location) -> object:
    try:
        return yaml.constructor.construct_object(node)
    except (ValueError, OverflowError, ConstructorError):  # its resolver and its constructor do not agree on every spelling
        reading.faults.append(Fault(location, f"{shown(node.value)} cannot be read as a value", "Put it in quotes if it is text"))
        return None
