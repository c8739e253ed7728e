"""Every class of ours that holds a secret, found by walking the types, and an instance of each in which every secret is a planted one."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import sys
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel, SecretStr

import dcr
import flows
import tasks
from dcr.systems import Systems

ROOMS = (dcr, tasks, flows)
# Imported where only the type checker looks, since it would be a circle otherwise.
ONLY_FOR_THE_TYPE_CHECKER = {"Systems": Systems}
WRAPPERS = (typing.Union, types.UnionType, typing.Annotated)


def our_classes() -> list[type]:
    """Every dataclass and every pydantic model of the rooms that handle secrets."""
    found = {one for module in _modules() for one in vars(module).values() if inspect.isclass(one) and one.__module__ == module.__name__}
    with_fields = [one for one in found if dataclasses.is_dataclass(one) or issubclass(one, BaseModel)]
    return sorted(with_fields, key=lambda one: (one.__module__, one.__qualname__))


def holders() -> list[type]:
    """Those of them that hold a secret, however deep."""
    return [one for one in our_classes() if _holds(one, frozenset())]


def _names_in(holder: type) -> dict[str, Any]:
    """What the annotations of a class and of those it is derived from may name."""
    found: dict[str, Any] = {}
    for base in reversed(holder.__mro__):
        found |= vars(sys.modules[base.__module__])
    return found


def fields_of(holder: Any) -> dict[str, Any]:
    """Its fields and what they are annotated with."""
    if issubclass(holder, BaseModel):
        return {name: field.annotation for name, field in holder.model_fields.items()}
    hints = get_type_hints(holder, _names_in(holder) | ONLY_FOR_THE_TYPE_CHECKER)
    return {field.name: hints[field.name] for field in dataclasses.fields(holder)}


def planted(holder: type, secret: str) -> Any:
    """An instance whose secrets are all this one; of what is no secret there is nothing."""
    values = {name: _value(annotation, secret) for name, annotation in fields_of(holder).items()}
    if issubclass(holder, BaseModel):
        return holder.model_construct(**values)
    made = object.__new__(holder)
    for name, value in values.items():
        object.__setattr__(made, name, value)
    return made


def _modules() -> Iterator[types.ModuleType]:
    for room in ROOMS:
        for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def _holds(annotation: Any, within: frozenset[Any]) -> bool:
    if inspect.isclass(annotation) and issubclass(annotation, SecretStr):
        return True
    if _is_ours(annotation):
        return annotation not in within and any(_holds(one, within | {annotation}) for one in fields_of(annotation).values())
    return any(_holds(one, within) for one in get_args(annotation))


def _is_ours(annotation: Any) -> bool:
    with_fields = dataclasses.is_dataclass(annotation) or (inspect.isclass(annotation) and issubclass(annotation, BaseModel))
    return inspect.isclass(annotation) and with_fields and annotation.__module__.partition(".")[0] in {room.__name__ for room in ROOMS}


def _value(annotation: Any, secret: str) -> Any:
    if not _holds(annotation, frozenset()):
        return None
    if inspect.isclass(annotation) and issubclass(annotation, SecretStr):
        return annotation(secret)
    if _is_ours(annotation):
        return planted(annotation, secret)
    origin, arguments = get_origin(annotation), get_args(annotation)
    held = next(_value(one, secret) for one in arguments if _holds(one, frozenset()))
    if origin in WRAPPERS:
        return held
    if inspect.isclass(origin) and issubclass(origin, Mapping):
        return {"name": held}
    if inspect.isclass(origin) and issubclass(origin, Sequence | AbstractSet):
        return [held]
    return None  # a callable that gives one is asked when it is needed, and holds nothing
