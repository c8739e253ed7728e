"""Whether Curity holds the secret that Vault does, told by its hash alone."""

from __future__ import annotations

import pytest
from passlib.hash import sha256_crypt  # type: ignore[import-untyped]  # libpass ships no types

from dcr.curity.admin.secret_check import Match, compare
from dcr.secret import Secret

# From curityio's spa-deployments, where it is the hash of a well-known password (docs/vendors/curity.md, Stored secrets).
EXPORTED = "$5$7fTInt/Yo7txqNgv$/vQfHdLwaljZTuTtPtTIp9yWFQiskd187dexuM0uki5"


def test_a_hash_from_a_real_export_verifies() -> None:
    assert compare(Secret(EXPORTED), Secret("Password1")) is Match.SAME


@pytest.mark.parametrize("rounds", [1000, 5000, 6001])
def test_the_number_of_rounds_is_read_from_the_hash(rounds: int) -> None:
    stored = Secret(sha256_crypt.using(rounds=rounds).hash("right"))

    assert compare(stored, Secret("right")) is Match.SAME
    assert compare(stored, Secret("wrong")) is Match.OTHER


@pytest.mark.parametrize(
    "stored",
    [
        None,
        Secret(""),
        Secret("*****"),
        Secret("#{KONNECT_DCR_CLIENT_SECRET}"),
        Secret("Password1"),
        Secret("$6$salt$hash"),
        Secret("$5$trimmed"),
        Secret("$5$"),
        Secret("$5$rounds=x$salt$hash"),
    ],
)
def test_a_form_that_is_no_sha_256_crypt_hash_tells_nothing(stored: Secret | None) -> None:
    assert compare(stored, Secret("Password1")) is Match.CANNOT_TELL
