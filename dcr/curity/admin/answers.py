"""How Curity's JSON answers are taken apart, in every reading that is open: prefixes or none, `[null]` or `{}`, list or single entry.

Source: docs/vendors/curity.md, Empty nodes, RESTCONF encoding, Absent nodes.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import AliasPath, BeforeValidator, ConfigDict, Field

T = TypeVar("T")

ANSWER = ConfigDict(
    extra="ignore",  # what does not concern us is let go
    hide_input_in_errors=True,  # it may hold hashes
    validate_by_name=True,
    validate_by_alias=True,
)


def bare(answer: Any) -> Any:
    """The answer with `module:` cut off all member names."""
    match answer:
        case dict():
            return {name.rpartition(":")[2]: bare(value) for name, value in answer.items()}
        case list():
            return [bare(value) for value in answer]
    return answer


def at(*names: str) -> Any:
    """Where in an answer a field stands, if not under its own name."""
    return Field(validation_alias=AliasPath(names[0], *names[1:]))


def _entries(value: Any) -> Any:
    if value is None or value == [None]:
        return []
    return value if isinstance(value, list | tuple | frozenset) else [value]


def _container(value: Any) -> Any:
    return {} if value in (None, [None]) else value


def _members(value: Any) -> Any:
    return [name for name, child in value.items() if child != []] if isinstance(value, dict) else _entries(value)


def _is_there(value: Any) -> bool:
    return value is not False and value != []


def _identity(value: Any) -> Any:
    return value.rpartition(":")[2] if isinstance(value, str) else value


Entries = Annotated[tuple[T, ...], BeforeValidator(_entries)]
Container = Annotated[T, BeforeValidator(_container)]
Members = Annotated[frozenset[str], BeforeValidator(_members)]  # names of the children: an empty leaf-list is none
There = Annotated[bool, BeforeValidator(_is_there)]  # of type empty, or a container that means something by being there
Identity = Annotated[str, BeforeValidator(_identity)]
