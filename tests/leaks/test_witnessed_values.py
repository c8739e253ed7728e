"""No value of ours, of those that any function has in hand while a tenant is onboarded, shows a secret in any way of writing it."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from dcr.secret import Secret
from tests.leaks.holders import holders
from tests.leaks.hunting import Hunt
from tests.leaks.tapped import secrets_of
from tests.leaks.witness import Witness
from tests.sandbox_fixture import LivingWorld

IN_HAND = {
    "dcr.vault.kv.Current",
    "dcr.vault.client.VaultSecret",
    "dcr.curity.runtime.client_registration.RegisteredClient",
    "dcr.portal.applications.Credentials",
}


def test_nothing_that_a_function_has_in_hand_shows_a_secret(
    living: LivingWorld, monkeypatch: pytest.MonkeyPatch, count: Callable[[str, int], None]
) -> None:
    secrets = tapped(monkeypatch)
    witness = Witness()
    with witness.watching():
        assert not living.onboard().failure
    written = witness.written()
    hunt = Hunt(secrets)
    assert len(hunt.secrets) > 12
    hits = [hit for name, told in written.items() for hit in hunt.in_bytes(name, b"\n".join(told))]
    assert hits == []
    assert witness.classes() >= IN_HAND
    count("classes of values in hand during an onboarding, none shows a secret", len(witness.classes()))
    count("of them such as hold one", len(witness.classes() & {f"{one.__module__}.{one.__qualname__}" for one in holders()}))


def test_what_is_in_hand_for_a_moment_is_seen() -> None:
    witness = Witness()
    with witness.watching():
        assert Secret("a secret of some length").matches("a secret of some length")
    assert witness.classes() == {"dcr.secret.Secret"}


def tapped(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All secrets that pass from here on, in a list that grows."""
    secrets: list[str] = []
    send = httpx.Client.send

    def noting(client: httpx.Client, request: httpx.Request, **options: object) -> httpx.Response:
        answer = send(client, request, **options)  # type: ignore[arg-type]
        secrets.extend(secrets_of(request, answer))
        return answer

    monkeypatch.setattr(httpx.Client, "send", noting)
    return secrets
