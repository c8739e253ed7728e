"""ETag, Last-Modified, and the preconditions that name them.

Source: docs/vendors/curity.md, Concurrency: both are the datastore's, not the resource's; a failed precondition is 412 without body.
"""

from __future__ import annotations

from email.utils import formatdate, parsedate_to_datetime

from starlette.datastructures import Headers

from sandbox.curity import problems
from sandbox.curity.datastore import Datastore

_SESSION = 1764


def validators(datastore: Datastore) -> dict[str, str]:
    """The headers that tell the datastore's version."""
    if datastore.readings["curity.etag"] == "absent":
        return {}
    return {"ETag": _tag(datastore), "Last-Modified": formatdate(datastore.commit_time, usegmt=True)}


def check_preconditions(headers: Headers, datastore: Datastore) -> None:
    """Refuse a request that was made for another version. A server without ETag passes over the headers.

    Raises:
        Problem: stale.
    """
    if datastore.readings["curity.etag"] == "absent":
        return
    wanted = headers.get("if-match")
    if wanted is not None and not _lists(wanted, _tag(datastore)):
        raise problems.stale()
    since = _seconds(headers.get("if-unmodified-since"))
    if since is not None and int(datastore.commit_time) > since:
        raise problems.stale()


def unmodified(headers: Headers, datastore: Datastore) -> bool:
    """Whether a GET's `If-None-Match` names the present version."""
    known = headers.get("if-none-match")
    return known is not None and datastore.readings["curity.etag"] == "present" and _lists(known, _tag(datastore))


def _tag(datastore: Datastore) -> str:
    return f'"{_SESSION}-{datastore.revision}"'


def _lists(header: str, tag: str) -> bool:
    return header.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in header.split(","))


def _seconds(date: str | None) -> float | None:
    """An HTTP date in seconds since the epoch; None if there is none, or it is no date (RFC 9110 section 13.1.4: pass over it)."""
    if date is None:
        return None
    try:
        return parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None
