"""Clients that others wrote on httpx, Prefect's for one: their failed exchanges become errors of ours, as the sender's do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from dcr.http.sender import lost


@contextmanager
def failed_exchanges(system: str) -> Iterator[None]:
    """Raise what a failed exchange in this block means.

    Raises:
        Unreachable: no connection came about.
        Passing: it only reads and its answer was lost.
        Unknown: it writes and its answer was lost.
    """
    try:
        yield
    except httpx.RequestError as error:
        request = error.request
        where = f"{system}: {request.method} {request.url.copy_with(query=None, userinfo=b'')}"
        raise lost(where, request.method, error) from None  # the original carries the request with its headers
