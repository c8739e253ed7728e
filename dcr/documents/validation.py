"""What pydantic finds wrong, in words: which field, what is wrong with its value, what to write instead.

For documents, and for a flow's parameters. No value that looks like a secret is quoted.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dcr.documents.messages import words_for
from dcr.model.violations import Fault, Location, names_a_secret, shown

KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "true or false"),
    ((int, float), "a number"),
    (str, "text"),
    ((list, tuple), "a list"),
    (Mapping, "a mapping"),
)
BETWEEN_FIELDS = "value_error"  # our own validators of whole models; their rules are told field by field (dcr/model/tenant_rules.py)


def faults_of(error: ValidationError, model: type[BaseModel]) -> list[Fault]:
    """Each of pydantic's errors as a fault, one fault for one mistake.

    Those between fields are left out: see `inconsistencies`. So is what only follows from another: a required field that is missing
    because it is misspelt, a list that is too short because its elements are faulty.
    """
    found = [details for details in error.errors(include_url=False) if details["type"] != BETWEEN_FIELDS]
    misspelt = {(*details["loc"][:-1], _near(model, details["loc"])) for details in found if details["type"] == "extra_forbidden"}
    holders = {details["loc"][:-1] for details in found if details["loc"]}
    return [_fault(details, model) for details in found if not _follows(details, misspelt, holders)]


def _follows(details: ErrorDetails, misspelt: set[Location], holders: set[Location]) -> bool:
    if details["type"] == "missing":
        return details["loc"] in misspelt
    return details["type"] == "too_short" and details["loc"] in holders


def _fault(details: ErrorDetails, model: type[BaseModel]) -> Fault:
    location: Location = details["loc"]
    fault, remedy = _words(details, model)
    return Fault(location, fault, remedy or described(model, location))


def _words(details: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    """The fault, and its remedy where that is more than the field's description."""
    kind, location, value, context = details["type"], details["loc"], details["input"], details.get("ctx", {})
    if kind == "missing":
        return "is missing", f"Add it: {described(model, location)}"
    if kind == "extra_forbidden":
        return _unknown_field(model, location)
    if value is None:
        return "has no value", f"Give it one{'' if _required(model, location) else ', or leave it out'}: {described(model, location)}"
    quoted = "its value" if names_a_secret(str(location[-1] if location else "")) else shown(value)
    if kind == "string_pattern_mismatch":
        return words_for(context["pattern"], value, quoted)
    if kind == "enum":
        return _no_choice(context["expected"], value, quoted)
    if kind == "string_type" and isinstance(value, int | float):
        return f"is {_kind(value)}, not text", "Put it in quotes"
    phrase = PHRASES.get(kind)
    return (phrase(context, _kind(value)), "") if phrase else (_lowered(details["msg"]), "")


PHRASES: dict[str, Callable[[Mapping[str, Any], str], str]] = {
    "string_type": lambda _, kind: f"is {kind}, not text",
    "string_too_short": lambda _, __: "is empty",
    "string_too_long": lambda context, _: f"is longer than {context['max_length']} characters",
    "too_short": lambda context, _: f"holds {context['actual_length'] or 'none'}, at least {context['min_length']} is needed",
    "too_long": lambda context, _: f"holds more than {context['max_length']}",
    "greater_than": lambda context, _: f"must be more than {context['gt']:g}",
    "greater_than_equal": lambda context, _: f"must be {context['ge']:g} or more",
    "less_than": lambda context, _: f"must be less than {context['lt']:g}",
    "less_than_equal": lambda context, _: f"must be {context['le']:g} or less",
    "list_type": lambda _, kind: f"is {kind}, not a list",
    "tuple_type": lambda _, kind: f"is {kind}, not a list",
    "model_type": lambda _, kind: f"is {kind}, not a mapping of fields",
    "int_type": lambda _, kind: f"is {kind}, not a whole number",
    "int_parsing": lambda _, kind: f"is {kind}, not a whole number",
    "int_from_float": lambda _, __: "is not a whole number",
    "float_type": lambda _, kind: f"is {kind}, not a number",
    "float_parsing": lambda _, kind: f"is {kind}, not a number",
    "finite_number": lambda _, __: "is not a finite number",
    "bool_type": lambda _, kind: f"is {kind}, not true or false",
    "bool_parsing": lambda _, kind: f"is {kind}, not true or false",
}


def _kind(value: object) -> str:
    return next((words for types, words in KINDS if isinstance(value, types)), "something else")


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:]


def _no_choice(expected: str, value: object, quoted: str) -> tuple[str, str]:
    choices = [choice.strip("'") for part in expected.split(" or ") for choice in part.split(", ")]
    near = difflib.get_close_matches(str(value).lower(), [choice.lower() for choice in choices], n=1)
    hint = next((f"Did you mean {choice}?" for choice in choices if [choice.lower()] == near), "")
    return f"{quoted} is not one of {', '.join(choices)}", hint or f"Use one of {', '.join(choices)}"


def _unknown_field(model: type[BaseModel], location: Location) -> tuple[str, str]:
    if names_a_secret(str(location[-1])):
        return "does not belong here", "Remove it: secrets are kept in Vault, never in this file"
    near = _near(model, location)
    return "is not a known field", f"Did you mean {near}?" if near else f"Known here: {', '.join(_known(model, location))}"


def _known(model: type[BaseModel], location: Location) -> list[str]:
    holder = model_at(model, location[:-1])
    return list(holder.model_fields) if holder else []


def _near(model: type[BaseModel], location: Location) -> str:
    """The known field that this one most likely was meant to be; empty if none."""
    return next(iter(difflib.get_close_matches(str(location[-1]).lower(), _known(model, location), n=1)), "")


def described(model: type[BaseModel], location: Location) -> str:
    """What the field's own model says of it, without its full stop; of the nearest one around it that says something."""
    for end in range(len(location), 0, -1):
        holder = model_at(model, location[: end - 1])
        field = holder.model_fields.get(str(location[end - 1])) if holder else None
        said = field and (field.description or _first_line(_model_in(field.annotation)))
        if said:
            return said
    return f"`dcr schema {model.__name__.lower()}` says what it takes"


def _first_line(model: type[BaseModel] | None) -> str:
    return (model.__doc__ or "").partition("\n")[0] if model else ""


def _required(model: type[BaseModel], location: Location) -> bool:
    holder = model_at(model, location[:-1])
    field = holder.model_fields.get(str(location[-1])) if holder and location else None
    return field.is_required() if field else True


def model_at(model: type[BaseModel], location: Location) -> type[BaseModel] | None:
    """The model of the mapping at a location; none if there is no such field, or it holds something else."""
    found: type[BaseModel] | None = model
    for part in location:
        if isinstance(part, str) and found:
            field = found.model_fields.get(part)
            found = _model_in(field.annotation) if field else None
    return found


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
