"""Parameters of an export: `#{NAME}` and `#{NAME | default}` in place of a value.

Source: docs/vendors/curity.md, Parameters, Secrets in files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from fnmatch import fnmatchcase

from lxml import etree

from sandbox.curity.configuration.schema import Schema, SchemaNode

OPENING = "#{"
# Text that a client wrote over RESTCONF is no parameter: it is kept apart from one by a private-use character.
_LITERAL_OPENING = "#\ue000{"
_PARAMETER = re.compile(r"#\{\s*(?P<name>[^{}|]*?)\s*(?:\|\s*(?P<default>[^{}]*?)\s*)?\}")
_UNKNOWN = "parameter.invalid"
# Tried in this order where a leaf's type refuses the text of an unknown parameter.
_STAND_INS = ("1", "true")


def resolve(text: str, parameters: Mapping[str, str]) -> str:
    """Replace the parameters in a text.

    Args:
        text: as the export has it.
        parameters: names, or shell patterns of names such as `*BASE_URL`, and their values; the first that fits is taken,
            then the default that stands in the text, then a harmless value.
    """

    def value(found: re.Match[str]) -> str:
        fitting = (given for pattern, given in parameters.items() if fnmatchcase(found["name"], pattern))
        default = found["default"]
        return next(fitting, _UNKNOWN if default is None else default)

    return as_written(_PARAMETER.sub(value, text))


def literal(text: str) -> str:
    """A text that a client wrote, made safe from being taken for a parameter."""
    return text.replace(OPENING, _LITERAL_OPENING)


def as_written(text: str) -> str:
    """The text that `literal` was made of."""
    return text.replace(_LITERAL_OPENING, OPENING)


def resolved_tree(root: etree._Element, schema: Schema, parameters: Mapping[str, str]) -> etree._Element:
    """A copy of the configuration with values in place of parameters."""
    copy = deepcopy(root)
    _resolve_below(copy, schema.root, parameters)
    return copy


def _resolve_below(element: etree._Element, node: SchemaNode | None, parameters: Mapping[str, str]) -> None:
    for child in element.iterchildren("*"):
        child_node = node.children.get(child.tag) if node else None
        text = child.text or ""
        if "#" in text:
            child.text = _fitting(resolve(text, parameters), child_node)
        _resolve_below(child, child_node, parameters)


def _fitting(text: str, node: SchemaNode | None) -> str:
    """The text, or if it is no value of the leaf's type one that is."""
    if node is None or node.value is None:
        return text
    candidates = (text, *((node.default,) if node.default else ()), *_STAND_INS)
    return next(filter(node.value.fits, candidates), text)
