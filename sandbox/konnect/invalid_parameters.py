"""What pydantic found wrong, as `invalid_parameters`: the rules and words of the examples in Konnect's OpenAPI documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sandbox.konnect.problems import Entry, Problem, invalid, parameter

RULES = {
    "missing": "required",
    "extra_forbidden": "unknown_property",
    "string_type": "is_string",
    "bool_type": "is_boolean",
    "int_type": "is_integer",
    "list_type": "is_array",
    "dict_type": "is_object",
    "model_type": "is_object",
    "model_attributes_type": "is_object",
    "string_pattern_mismatch": "matches_regex",
    "is_uuid": "is_uuid",
    "is_label": "is_label",
    "type": "type",
}
LIMITS = {
    "string_too_short": ("min_length", "minimum", "min_length"),
    "string_too_long": ("max_length", "maximum", "max_length"),
    "too_short": ("min_items", "minimum", "min_length"),
    "too_long": ("max_items", "maximum", "max_length"),
    "greater_than_equal": ("min", "minimum", "ge"),
}
WORDS = {
    "required": '"{}" is required',
    "unknown_property": '"{}" is not allowed',
    "is_string": 'value of "{}" must be a utf-8 string',
    "is_boolean": 'value of "{}" must be true or false',
    "is_uuid": '"{}" must be a valid UUID',
}


def invalid_parameters(error: ValidationError, at: str = "") -> Problem:
    """400 with an entry for each fault; `at` is the field within which they are."""
    entries = [_entry(fault, at) for fault in error.errors(include_url=False, include_input=False)]
    unique = {json.dumps(entry, sort_keys=True): entry for entry in entries}
    return invalid(*unique.values())


def _entry(fault: Mapping[str, Any], at: str) -> Entry:
    field = ".".join(str(part) for part in (at, *fault["loc"]) if part != "") or "body"
    kind, reason = fault["type"], fault["msg"]
    if kind in LIMITS:
        rule, name, limit = LIMITS[kind]
        return parameter(field, reason, rule, **{name: fault["ctx"][limit]})
    if kind == "literal_error":
        choices = [choice.strip().strip("'") for choice in fault["ctx"]["expected"].replace(" or ", ", ").split(",")]
        return parameter(field, f"must be one of [{', '.join(choices)}]", "enum", choices=choices)
    rule = RULES.get(kind, "invalid")
    return parameter(field, WORDS[rule].format(field) if rule in WORDS else reason, rule)
