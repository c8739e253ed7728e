"""One fault of a document, by its place inside: what validation, the rules between fields and the platform's policy all yield."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dcr.errors import Problem

Location = tuple[str | int, ...]
"""As pydantic names it: ("applications", 0, "redirect_uri")."""

SHOWN_LENGTH = 80
HIDDEN = "a value that is not shown here"
_PREFIXED = re.compile(r"(kpat|spat|hvs|hvb|hvr|eyJ|\$\d[a-z]?\$|-----BEGIN|\{S?SHA)")
_RANDOM = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9_+/=-]{20,}")
_SECRET_NAME = re.compile(r"secret|passw|api_?key|^token$|_token$|credentials?$", re.IGNORECASE)
# Codes that would move a terminal's cursor, colour it, or turn the direction of writing.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one place, and what to write there instead."""

    location: Location
    fault: str
    remedy: str

    def problem(self, root: str, place: str = "") -> Problem:
        """The fault with its field's whole path; `place` is file and line."""
        remedy = self.remedy if self.remedy.endswith((".", "?")) else f"{self.remedy}."
        return Problem(field_path(root, self.location), self.fault, remedy, place)


def field_path(root: str, location: Location) -> str:
    """Write a location as a person does: tenant.applications[0].redirect_uri."""
    return root + "".join(f"[{part}]" if isinstance(part, int) else f".{printable(part)}" for part in location)


def printable(text: str) -> str:
    """The text without what would act on a terminal."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def names_a_secret(name: str) -> bool:
    """Whether a field of this name would hold a secret."""
    return bool(_SECRET_NAME.search(name))


def shown(value: object) -> str:
    """A value as a message may quote it: never something that looks like a secret, and no user information or query of a URL."""
    text = str(value)
    if _PREFIXED.match(text) or _RANDOM.fullmatch(text):
        return HIDDEN
    text = re.sub(r"//[^/?#]*@", "//...@", text)
    text = printable(re.sub(r"\?.*", "?...", text, flags=re.DOTALL))
    return repr(text if len(text) <= SHOWN_LENGTH else text[:SHOWN_LENGTH] + "...")


def mapping(data: object, name: str) -> Mapping[str, object]:
    """The mapping of this name inside data that may be faulty; empty if it is none."""
    inner = data.get(name) if isinstance(data, Mapping) else None
    return inner if isinstance(inner, Mapping) else {}


def elements(data: object, name: str) -> Iterator[tuple[int, object]]:
    """The elements of a list inside data that may be faulty, with their index; none if it is no list."""
    inner = data.get(name) if isinstance(data, Mapping) else None
    yield from enumerate(inner if isinstance(inner, list | tuple) else ())


def texts(data: object, name: str) -> Iterator[tuple[int, str]]:
    """Those elements of a list that are text, with their index."""
    return ((number, element) for number, element in elements(data, name) if isinstance(element, str))


def without_repetition(faults: Iterable[Fault]) -> list[Fault]:
    """The first fault of each place: a name that is no name at all need not be told to be no name of this house either."""
    first: dict[Location, Fault] = {}
    for fault in faults:
        first.setdefault(fault.location, fault)
    return list(first.values())
