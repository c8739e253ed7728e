"""The initial client: when it is left alone, when it is changed, and when it is someone else's."""

from __future__ import annotations

import pytest
from passlib.hash import sha256_crypt  # type: ignore[import-untyped]  # libpass ships no types

from dcr.curity.admin.edit import document
from dcr.curity.admin.initial_client import VersionedSecret, diff_initial_client
from dcr.curity.admin.state import ConfigClient, Profile, Property
from dcr.results.changes import KNOWN_AFTER_APPLY
from dcr.secret import Secret
from tests.unit.curity.admin.wanted import wanted

IN_VAULT = VersionedSecret(Secret("from-vault"), 3)
ITS_HASH = Secret(sha256_crypt.using(rounds=1000).hash("from-vault"))
ANOTHER_HASH = Secret(sha256_crypt.using(rounds=1000).hash("other"))
MARK, SENT = Property("managed-by", "dcr"), Property("dcr-secret-version", "3")

HERE = "curity/profile=token-service/client=konnect-dcr"
SECRET = f"{HERE}/secret"
MANAGED_BY = f"{HERE}/properties/property=managed-by/value"
VERSION = f"{HERE}/properties/property=dcr-secret-version/value"
CAPABILITY = f"{HERE}/capabilities/client-credentials"


def client(
    secret: Secret | None = ITS_HASH,
    properties: tuple[Property, ...] = (MARK, SENT),
    name: str = "Kong Konnect DCR",
    capabilities: frozenset[str] = frozenset({"client-credentials"}),
    enabled: bool = True,
    jwks: bool = False,
) -> ConfigClient:
    return ConfigClient("konnect-dcr", name, enabled, secret, jwks=jwks, capabilities=capabilities, properties=properties)


THE_SAME: dict[str, tuple[str | None, str | None]] = {}
TABLE = [
    ("there is none yet", None, {
        f"{HERE}/client-name": (None, "Kong Konnect DCR"),
        CAPABILITY: (None, "on"),
        SECRET: (None, "Vault version 3"),
        MANAGED_BY: (None, "dcr"),
        VERSION: (None, "3"),
    }),
    ("it is as wanted, by its hash", client(), THE_SAME),
    ("its hash cannot be read, and the version that was sent is Vault's", client(secret=None), THE_SAME),
    ("its hash is masked, and the version that was sent is Vault's", client(secret=Secret("****")), THE_SAME),
    ("someone set another secret", client(secret=ANOTHER_HASH), {SECRET: ("another secret", "Vault version 3")}),
    ("an older version was sent, and the hash says so", client(ANOTHER_HASH, (MARK, Property("dcr-secret-version", "2"))), {
        SECRET: ("another secret", "Vault version 3"),
        VERSION: ("2", "3"),
    }),
    ("an older version was sent, and the hash cannot be read", client(None, (MARK, Property("dcr-secret-version", "2"))), {
        SECRET: ("Vault version 2", "Vault version 3"),
        VERSION: ("2", "3"),
    }),
    ("the version that was sent was lost, and the hash cannot be read", client(None, (MARK,)), {
        SECRET: ("Vault version unknown", "Vault version 3"),
        VERSION: (None, "3"),
    }),
    ("the secret is right and only its version is told wrong", client(properties=(MARK, Property("dcr-secret-version", "1"))), {
        VERSION: ("1", "3"),
    }),
    ("someone switched it off", client(enabled=False), {f"{HERE}/enabled": ("false", "true")}),
    ("someone renamed it", client(name="Kong"), {f"{HERE}/client-name": ("Kong", "Kong Konnect DCR")}),
    ("someone took its capability", client(capabilities=frozenset({"introspection"})), {CAPABILITY: (None, "on")}),
    ("it was made by hand and its secret put into Vault", client(properties=(Property("owner", "me"),)), {
        MANAGED_BY: (None, "dcr"),
        VERSION: (None, "3"),
    }),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "found", "expected"), TABLE, ids=[reason for reason, _, _ in TABLE])
def test_only_what_differs_is_changed(reason: str, found: ConfigClient | None, expected: dict[str, tuple[str | None, str | None]]) -> None:
    changes = diff_initial_client(_profile(found), wanted(), IN_VAULT).changes

    assert {change.path: (change.before, change.after) for change in changes} == expected
    assert not any(change.conflict for change in changes)


@pytest.mark.parametrize("secret", [ANOTHER_HASH, None], ids=["another secret", "a secret that cannot be read"])
def test_a_client_of_our_id_that_we_did_not_make_is_a_conflict_in_every_setting(secret: Secret | None) -> None:
    changes = diff_initial_client(_profile(client(secret, (), name="Theirs")), wanted(), IN_VAULT).changes

    assert {change.path for change in changes} == {f"{HERE}/client-name", SECRET, MANAGED_BY, VERSION}
    assert {change.conflict for change in changes} == {"a client of this id is there that this tool did not make"}


def test_a_client_that_authenticates_in_another_way_is_a_conflict_even_with_our_mark() -> None:
    (change,) = diff_initial_client(_profile(client(None, jwks=True)), wanted(), IN_VAULT).changes

    assert (change.path, change.before) == (SECRET, "jwks")
    assert change.conflict == "it authenticates by jwks, which a secret would replace"


def test_a_secret_that_is_not_generated_yet_is_known_after_apply() -> None:
    changes = diff_initial_client(_profile(None), wanted(), None).changes

    assert {change.path: change.after for change in changes if change.path in (SECRET, VERSION)} == {
        SECRET: KNOWN_AFTER_APPLY,
        VERSION: KNOWN_AFTER_APPLY,
    }


def test_a_hash_that_cannot_be_read_is_told_and_is_no_drift() -> None:
    diff = diff_initial_client(_profile(client(secret=None)), wanted(), IN_VAULT)

    assert diff.warnings == (f"{SECRET}: cannot be verified, since this admin user may not read its hash",)


def test_the_version_travels_in_the_same_request_as_the_secret_and_the_secret_shows_nowhere_else() -> None:
    diff = diff_initial_client(_profile(client(ANOTHER_HASH, (MARK,))), wanted(), IN_VAULT)

    assert b"<secret>from-vault</secret>" in document(diff.writes)
    assert b"<key>dcr-secret-version</key>" in document(diff.writes)
    assert "from-vault" not in repr(diff)


def test_other_clients_are_never_touched() -> None:
    other = ConfigClient("web-shop", "Web shop", secret=ANOTHER_HASH)

    diff = diff_initial_client(Profile("token-service", clients=(other, client(ANOTHER_HASH))), wanted(), IN_VAULT)

    assert b"web-shop" not in document(diff.writes)


def _profile(found: ConfigClient | None) -> Profile:
    return Profile("token-service", clients=(found,) if found else ())
