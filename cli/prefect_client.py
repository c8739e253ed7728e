"""Prefect's own client, with an error of ours for each of its own: one sentence and what to do.

Source: docs/vendors/prefect.md, Retry button, Parameter validation, API trigger.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError

from dcr.errors import DcrError, Missing, Passing, Refused
from dcr.http.borrowed_clients import failed_exchanges

NOT_STARTED = "No run was started."
AGAIN = frozenset({408, 429, 502, 503, 504})  # by now its client has sent it as often as PREFECT_CLIENT_MAX_RETRIES says
LONGEST_WORDS = 1000


@contextmanager
def prefect_server() -> Iterator[SyncPrefectClient]:
    """The server that PREFECT_API_URL names, or one that Prefect starts for this process if it names none; it answers, to this login.

    Raises:
        Unreachable: nothing answers there.
        Refused: it wants a login, or what answers is no Prefect server.
    """
    with refusals_in_words(), get_client({"follow_redirects": False}, sync_client=True) as client:
        try:
            with refusals_in_words():
                client.api_version()
        except (Missing, ValueError):  # a page, or not even that
            raise Refused(f"prefect: {address(client)}", "is no Prefect API", "Check PREFECT_API_URL: it ends in /api.") from None
        yield client


def address(server: SyncPrefectClient) -> str:
    """Of its API, without a login that may stand in it."""
    return str(server.api_url.copy_with(userinfo=b"")).rstrip("/")


@contextmanager
def refusals_in_words() -> Iterator[None]:
    """What Prefect's client raises in this block, as an error of ours.

    Raises:
        Missing: the server does not know what it was asked for.
        Refused: it refuses, in its own words; a tenant holds no secret, so they may be repeated.
        Passing: it was busy for longer than its client is patient.
    """
    try:
        with failed_exchanges("prefect"):
            yield
    except ObjectNotFound as error:
        where = _where(error.http_exc) if isinstance(error.http_exc, PrefectHTTPStatusError) else "prefect"
        raise _missing(where) from None
    except PrefectHTTPStatusError as error:
        raise _refusal(error) from None


def _refusal(error: PrefectHTTPStatusError) -> DcrError:
    where, status = _where(error), error.response.status_code
    if status in AGAIN:
        return Passing(where, f"answered {status}", "The server is busy: try again.")
    if status == 401:
        return Refused(where, "wants a login (401)", "Set PREFECT_API_AUTH_STRING to user:password of this server.")
    if status == 404:
        return _missing(where)
    if status in (409, 422):
        return Refused(where, _said(error), NOT_STARTED)
    return Refused(where, f"answered {status}", NOT_STARTED)


def _missing(where: str) -> Missing:
    return Missing(where, "is not known there (404)", "Deploy first: `prefect --no-prompt deploy --all`.")


def _where(error: PrefectHTTPStatusError) -> str:
    return f"prefect: {error.request.method} {error.request.url.copy_with(query=None, userinfo=b'')}"


def _said(error: PrefectHTTPStatusError) -> str:
    """The server's reason, shortened."""
    refused = f"refused the request ({error.response.status_code})"
    try:
        answer = error.response.json()
        said = answer.get("detail") or answer.get("exception_message")
    except (ValueError, AttributeError):
        return refused
    return f"{refused}: {str(said)[:LONGEST_WORDS]}" if said else refused
