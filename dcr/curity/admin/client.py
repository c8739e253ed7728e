"""Curity's admin side over RESTCONF: read by subtree in JSON, written by one XML edit at the root of the datastore."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any

import httpx

from dcr.curity.admin.refusals import judge
from dcr.errors import Missing, Passing, Refused, Unreachable
from dcr.http.sender import GuardedClient, Sender
from dcr.secret import BasicCredentials

JSON = "application/yang-data+json"
XML = "application/yang-data+xml"

NOT_EXPOSED = (
    "Check curity.admin_url and the network. In Kubernetes the Helm chart exposes RESTCONF only with curity.config.uiEnabled or an admin "
    "ingress, and to one namespace; where it shall stay closed, use curity.mode render."
)


class AdminLogin(httpx.Auth):
    """HTTP Basic with credentials that are read when first needed, and once more if they are refused.

    They are sent a second time only if they have changed: repeating refused ones may lock the admin user out.
    """

    def __init__(self, credentials: Callable[[], BasicCredentials]) -> None:
        self._credentials = credentials
        self._known: BasicCredentials | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        tried = self._known = self._known or self._credentials()
        response = yield _signed(request, tried)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._known = self._credentials()
            if not _same(self._known, tried):
                yield _signed(request, self._known)


def _signed(request: httpx.Request, credentials: BasicCredentials) -> httpx.Request:
    basic = httpx.BasicAuth(credentials.username, credentials.password.get_secret_value())
    return next(basic.auth_flow(request))


def _same(one: BasicCredentials, other: BasicCredentials) -> bool:
    return (one.username, one.password.get_secret_value()) == (other.username, other.password.get_secret_value())


class CurityAdmin(GuardedClient):
    """One Curity cluster's configuration, as far as its admin user may see and change it.

    Source: docs/vendors/curity.md, RESTCONF requests.
    """

    def __init__(self, client: httpx.Client, credentials: Callable[[], BasicCredentials], allowed_hosts: tuple[str, ...]) -> None:
        """`client` has the RESTCONF root (`…/admin/api/restconf`) as base URL; `credentials` is asked when they are first needed."""
        self.sender = Sender("curity", client, judge, allowed_hosts, auth=AdminLogin(credentials))

    def get(self, path: str, *, fields: str = "", depth: int | None = None, content: str = "config") -> Mapping[str, Any] | None:
        """Read a subtree.

        Args:
            path: below `/data`, keys percent-encoded: `base:profiles/profile=token-service,oauth-service`.
            fields: RFC 8040 section 4.8.3; empty: everything.
            depth: levels; None: all.
            content: `config`, `nonconfig` or `all`.

        Returns:
            the answer as it came, or None if nothing is there: 404 or 204.

        Raises:
            Passing: nothing was learned; reading again is safe.
            Refused: not allowed, or not RESTCONF.
        """
        params = {"content": content, "depth": str(depth or ""), "fields": fields}
        response = self._got(path, {name: value for name, value in params.items() if value})
        return _object_in(response) if response else None

    def tagged(self, path: str) -> tuple[Mapping[str, Any], str | None] | None:
        """Read a subtree with its `ETag`, if the server gives one; None if nothing is there."""
        response = self._got(path, {"content": "config"})
        return (_object_in(response), response.headers.get("etag")) if response else None

    def _got(self, path: str, params: Mapping[str, str]) -> httpx.Response | None:
        try:
            response = self._send("GET", path, params=params)
        except Missing:
            return None
        return None if response.status_code == httpx.codes.NO_CONTENT else response

    def patch_root(self, body: bytes) -> None:
        """Merge a document into the configuration: one transaction, all of it or nothing.

        Raises:
            Passing: not applied, for instance since another session holds the lock.
            Unknown: may have been applied; read before writing again.
            Refused: says which element, and what to change.
        """
        self._send("PATCH", "", content=body, headers={"Content-Type": XML})

    def delete(self, path: str, *, if_match: str | None = None) -> None:
        """Remove a node, which may be gone already.

        Args:
            if_match: the `ETag` of what was read; it is the whole datastore's.

        Raises:
            Stale: the datastore has changed since.
            Refused: something still refers to it.
        """
        try:
            self._send("DELETE", path, headers={"If-Match": if_match} if if_match else {})
        except Missing:
            return

    def _send(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **request: Any) -> httpx.Response:
        try:
            return self.sender.send(method, f"/data/{path}".rstrip("/"), headers={"Accept": JSON, **(headers or {})}, **request)
        except Unreachable as error:
            raise Unreachable(error.where, error.problem, NOT_EXPOSED) from None


def _object_in(response: httpx.Response) -> Mapping[str, Any]:
    where = f"curity: GET {response.request.url.copy_with(query=None)}"
    try:
        answer = response.json()
    except ValueError:
        raise Passing(where, "its answer is not whole JSON", "Reading again is safe; if it stays, check curity.admin_url.") from None
    if not isinstance(answer, dict):
        raise Refused(where, "its answer is not an object", "Check curity.admin_url of the platform.")
    return answer
