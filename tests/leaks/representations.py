"""What a value looks like wherever somebody might write it down."""

from __future__ import annotations

import dataclasses
import pickle
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from prefect.serializers import PickleSerializer
from pydantic_core import to_json

Written = Callable[[Any], bytes]

WAYS: dict[str, Written] = {
    "repr": lambda value: repr(value).encode(),
    "str": lambda value: str(value).encode(),
    "format": lambda value: f"{value}".encode(),
    "pickle": pickle.dumps,
    "Prefect's pickle": PickleSerializer().dumps,
    "JSON": lambda value: to_json(value, fallback=repr),
    "as a dictionary": lambda value: repr(dataclasses.asdict(value)).encode(),
}


def representations(value: Any) -> Iterator[tuple[str, bytes]]:
    """Way of writing and what it gives; what cannot be written so (a lock, a connection) shows nothing."""
    for way, write in WAYS.items():
        with suppress(TypeError, AttributeError, ValueError, pickle.PicklingError):
            yield way, write(value)
