"""Client secrets: hashed when written, shown as the hash, never as they were."""

from __future__ import annotations

import re

import pytest
from passlib.hash import sha256_crypt  # type: ignore[import-untyped]  # it ships no types

from tests.sandbox.curity.admin import CLIENTS, PROFILE, XML, Admin, client

SECRET = "kept-nowhere-as-it-is"
HASH = "$5$bbbbbbbbbbbbbbbb$0123456789012345678901234567890123456789012"
PATH = f"{CLIENTS}/client=new"


def written(admin: Admin, secret: str) -> str:
    """The stored form of a secret that was sent."""
    assert admin.put(PATH, client("new", secret=secret)).status_code in {201, 204}
    return str(admin.read(PATH)[0]["secret"])


def test_a_plaintext_is_stored_as_a_salted_hash(admin: Admin) -> None:
    stored = written(admin, SECRET)
    assert re.fullmatch(r"\$5\$[./0-9A-Za-z]{16}\$[./0-9A-Za-z]{43}", stored)
    assert sha256_crypt.verify(SECRET, stored)


def test_the_plaintext_is_in_no_answer_and_not_in_the_export(admin: Admin) -> None:
    written(admin, SECRET)
    assert SECRET not in admin.get(PROFILE).text
    assert SECRET.encode() not in admin.datastore.export()


def test_the_same_plaintext_again_gets_a_new_salt_and_is_a_commit(admin: Admin) -> None:
    """So a client that writes on every run shows."""
    first, revision = written(admin, SECRET), admin.datastore.revision
    assert written(admin, SECRET) != first
    assert admin.datastore.revision == revision + 1


def test_a_hash_is_stored_as_it_is_and_again_is_no_change(admin: Admin) -> None:
    assert written(admin, HASH) == HASH
    revision = admin.datastore.revision
    assert written(admin, HASH) == HASH
    assert admin.datastore.revision == revision


def test_a_hash_is_hashed_again_by_reading() -> None:
    stored = written(Admin(hash_over_restconf="hashed"), HASH)
    assert sha256_crypt.verify(HASH, stored)


@pytest.mark.parametrize(("reading", "stored_secret"), [("marker", SECRET), ("literal", f"$0${SECRET}")])
def test_the_plaintext_marker_is_cut_off_by_reading(reading: str, stored_secret: str) -> None:
    assert sha256_crypt.verify(stored_secret, written(Admin(plaintext_marker=reading), f"$0${SECRET}"))


def test_tuned_rounds_are_written_out() -> None:
    stored = written(Admin(secret_rounds="tuned"), SECRET)
    assert stored.startswith("$5$rounds=")
    assert sha256_crypt.verify(SECRET, stored)


def test_a_second_verifier_is_hashed_too(admin: Admin) -> None:
    method = {"expires-on": "2027-01-01T00:00:00Z", "secret": SECRET}
    assert admin.put(PATH, client("new", **{"secondary-authentication-method": method})).status_code == 201
    stored = admin.read(PATH)[0]["secondary-authentication-method"]
    assert sha256_crypt.verify(SECRET, stored["secret"])


def test_a_secret_that_is_refused_is_not_repeated(admin: Admin) -> None:
    for secret in (f"#{{{SECRET}}}", ""):
        answer = admin.put(PATH, client("new", secret=secret))
        assert answer.status_code == 400
        assert SECRET not in answer.text
    xml = f'<client xmlns="https://curity.se/ns/conf/profile/oauth"><id>new</id><secret>#{{{SECRET}}}</secret></client>'
    assert SECRET not in admin.http.post(CLIENTS, content=xml, headers={"Content-Type": XML}).text


def test_text_that_looks_like_a_parameter_is_literal_by_reading() -> None:
    admin = Admin(parameter_over_restconf="literal")
    assert admin.put(PATH, client("new", description="#{NAME | x}")).status_code == 201
    assert admin.read(PATH)[0]["description"] == "#{NAME | x}"
    assert b"<description>#{NAME | x}</description>" in admin.datastore.export()
