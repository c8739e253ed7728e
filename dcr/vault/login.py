"""Logging in to Vault: one function a method, one login a process, renewed while it is used.

Source: docs/vendors/vault.md, Login.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import hvac
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dcr.errors import DcrError, Refused
from dcr.http.polling import REAL_CLOCK, Clock
from dcr.secret import Secret
from dcr.settings.model import VaultLogin, VaultSettings
from dcr.vault.answers import refuses_token

# Vault locks a role out at the fifth failure within 15 minutes; with this pause one process makes three.
PAUSE_AFTER_REFUSAL_SECONDS = 300.0
TOKEN_HEADER = "X-Vault-Token"  # noqa: S105 - a header's name


@dataclass(frozen=True, slots=True)
class Lease:
    """A token and what is known of its life."""

    token: Secret
    seconds: float  # 0: it does not end
    renewable: bool
    since: float  # of the clock
    due: float  # of the clock: renew from here on

    def left(self, now: float) -> float:
        """Seconds until it ends, by our clock; infinite if it does not."""
        return self.since + self.seconds - now if self.seconds else float("inf")


class _Auth(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    client_token: Secret
    lease_duration: float
    renewable: bool


class _Granted(BaseModel):
    """Answer of a login and of a renewal."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    auth: _Auth


class _Looked(BaseModel):
    """Of `lookup-self`; its `id` is the token itself, so the answer goes nowhere."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    ttl: float = 0
    renewable: bool = False


class _LookedUp(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    data: _Looked = Field(repr=False)


def _approle(client: hvac.Client, settings: VaultSettings) -> _Auth:
    secret_id = settings.secret_id.get_secret_value() if settings.secret_id else None
    mount = settings.auth_mount or "approle"
    return _granted(client.auth.approle.login(settings.role_id, secret_id, use_token=False, mount_point=mount))


def _kubernetes(client: hvac.Client, settings: VaultSettings) -> _Auth:
    jwt = _file(settings.jwt_file, "DCR_VAULT__JWT_FILE")
    return _granted(client.auth.kubernetes.login(settings.role, jwt, use_token=False, mount_point=settings.auth_mount or "kubernetes"))


def _token(client: hvac.Client, settings: VaultSettings) -> _Auth:
    token = Secret(_file(settings.token_file, "DCR_VAULT__TOKEN_FILE")) if settings.token_file else settings.token
    assert token is not None, "settings require one of the two"
    answer = client.adapter.get("/v1/auth/token/lookup-self", headers={TOKEN_HEADER: token.get_secret_value()})
    looked = _LookedUp.model_validate_json(answer.content).data
    return _Auth(client_token=token, lease_duration=looked.ttl, renewable=looked.renewable)


METHODS: dict[VaultLogin, Callable[[hvac.Client, VaultSettings], _Auth]] = {
    VaultLogin.APPROLE: _approle,
    VaultLogin.KUBERNETES: _kubernetes,
    VaultLogin.TOKEN: _token,
}


class Login:
    """The login of this process. Threads share it; at most one of them logs in or renews at a time."""

    def __init__(self, client: hvac.Client, settings: VaultSettings, clock: Clock = REAL_CLOCK) -> None:
        """`client` sends without a token of its own."""
        self._client, self._settings, self._clock = client, settings, clock
        self._lock = threading.Lock()
        self._lease: Lease | None = None
        self._refused: tuple[float, Refused] | None = None

    def token(self) -> Secret:
        """A token to use now: logs in at first use, and renews when two thirds of its lease are over.

        Raises:
            Refused: the login is not accepted; it is not tried again for five minutes, because Vault locks out.
            DcrError: Vault could not be asked.
        """
        with self._lock:
            if self._lease is None:
                self._lease = self._log_in()
            elif self._clock.now() >= self._lease.due:
                self._lease = self._renewed(self._lease)
            return self._lease.token

    def token_instead_of(self, refused: Secret) -> Secret:
        """A new token after Vault refused this one; another thread may have got it already."""
        with self._lock:
            if self._lease is None or self._lease.token is refused:
                self._lease = self._log_in()
            return self._lease.token

    def seconds_left(self) -> float:
        """How long what can be done now lasts without another login; infinite if the token is renewed or does not end."""
        with self._lock:
            lease = self._lease
        return float("inf") if lease is None or lease.renewable else lease.left(self._clock.now())

    def close(self) -> None:
        """Revoke the token if we got it by logging in: it is of no use to anybody after this process. Best effort."""
        with self._lock:
            lease, self._lease = self._lease, None
        if lease and self._settings.auth is not VaultLogin.TOKEN:
            with suppress(DcrError):
                self._client.adapter.post("/v1/auth/token/revoke-self", json={}, headers=_header(lease.token))

    def _log_in(self) -> Lease:
        now = self._clock.now()
        if self._refused and now < self._refused[0]:
            raise Refused(*self._refused[1].args)
        try:
            return _lease(METHODS[self._settings.auth](self._client, self._settings), now)
        except Refused as error:
            if self._settings.auth is not VaultLogin.TOKEN:  # nothing is locked out by a token, and its file may be newer soon
                self._refused = (now + PAUSE_AFTER_REFUSAL_SECONDS, error)
            raise

    def _renewed(self, lease: Lease) -> Lease:
        """The same token for longer, or a new one if it cannot live longer. While Vault cannot be asked, what we have stays."""
        if not lease.renewable:
            return self._log_in()
        now = self._clock.now()
        try:
            answer = self._client.adapter.post("/v1/auth/token/renew-self", json={}, headers=_header(lease.token))
        except Refused:
            return self._log_in()
        except DcrError:
            return lease
        renewed = _lease(_granted(answer), now)
        return renewed if renewed.left(now) > lease.left(now) else self._log_in()


def _lease(auth: _Auth, now: float) -> Lease:
    """What was granted, counted from before it was asked for."""
    seconds = auth.lease_duration
    # As Vault's own clients do: two thirds, and a third of a grace of 10 to 20 %, so that many workers do not renew at once.
    grace = seconds * random.uniform(0.1, 0.2)  # noqa: S311 - spreads load, guards nothing
    due = now + seconds * 2 / 3 + grace / 3 if seconds else float("inf")
    return Lease(auth.client_token, seconds, auth.renewable, now, due)


class TokenAuth(httpx.Auth):
    """Sends the login's token, and after a refused token logs in again and repeats the call, once: it was not applied."""

    requires_response_body = True

    def __init__(self, login: Login) -> None:
        self._login = login

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        token = self._login.token()
        request.headers[TOKEN_HEADER] = token.get_secret_value()
        response = yield request
        if refuses_token(response):
            request.headers[TOKEN_HEADER] = self._login.token_instead_of(token).get_secret_value()
            yield request


def _header(token: Secret) -> dict[str, str]:
    return {TOKEN_HEADER: token.get_secret_value()}


def _granted(response: httpx.Response) -> _Auth:
    try:
        return _Granted.model_validate_json(response.content).auth
    except ValidationError:
        raise Refused("vault: login", "answered without a token", "Check that the address is Vault's.") from None


def _file(path: Path, variable: str) -> str:
    try:
        return path.read_text().strip()
    except OSError as error:
        raise Refused("vault: login", f"{variable} cannot be read ({type(error).__name__})", "Check the file and its mode.") from None
