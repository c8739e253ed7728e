"""hvac over our one way to send: time-outs, TLS, proxies, redirects, errors and counts are decided in `dcr.http.sender`, for Vault too.

Of hvac's own transport nothing is used: its `verify`, `cert`, `proxies`, `timeout`, `session` and `allow_redirects` have no effect,
its exceptions are never raised, and every call gives the `httpx.Response`.

Source: docs/vendors/vault.md, Traps of hvac; measured with hvac 2.4.0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import httpx
import hvac
from hvac import adapters

from dcr.errors import Refused
from dcr.http.sender import Sender

if TYPE_CHECKING:
    Adapter = adapters.Adapter[httpx.Response]
else:
    Adapter = adapters.Adapter

# Clients and servers rewrite these into a path that is valid and somebody else's (docs/vendors/vault.md, Layout).
UNCLEAN = re.compile(r"%|\\|//|/\.{1,2}(/|$)")


class HttpxAdapter(Adapter):
    """Sends what hvac builds. The token is its auth's business: hvac never holds one."""

    def __init__(self, *args: Any, sender: Sender, auth: httpx.Auth | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sender, self._auth = sender, auth

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        raise_exception: bool = True,  # noqa: ARG002 - hvac passes it
        **request: Any,
    ) -> httpx.Response:
        """Send one call.

        Args:
            url: path below the server's address, `/v1/…`.
            headers: go before the adapter's own.
            raise_exception: of no effect, errors are always raised.
            request: `json` and `params`; `wrap_ttl` becomes a header.

        Raises:
            Refused: the path holds an escape, an empty or a dot segment; nothing was sent.
            DcrError: as `dcr.vault.answers` judges.
        """
        path = "/" + url.strip("/")
        if UNCLEAN.search(path):
            raise Refused("vault", "a path holds an escape, an empty or a dot segment", "Check the name it was built from.")
        own = {"X-Vault-Request": "true", "X-Vault-Namespace": self.namespace, "X-Vault-Wrap-TTL": request.pop("wrap_ttl", None)}
        sent = {name: value for name, value in own.items() if value} | dict(headers or {})
        return self._sender.send(method.upper(), self.urljoin(self.base_uri, path), headers=sent, auth=self._auth, **request)

    def get_login_token(self, response: httpx.Response) -> str:
        """hvac asks for it when a login shall set its token; ours never does."""
        return cast(str, response.json()["auth"]["client_token"])


def hvac_client(url: str, namespace: str, sender: Sender, auth: httpx.Auth | None) -> hvac.Client:
    """An hvac client that sends through `sender`. With `auth=None` its calls carry no token but one given as header."""
    adapter = partial(HttpxAdapter, sender=sender, auth=auth)
    # token="" keeps it from picking up VAULT_TOKEN or ~/.vault-token.
    return hvac.Client(url=url, token="", namespace=namespace or None, adapter=cast(type[Adapter], adapter))
