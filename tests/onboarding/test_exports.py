"""Any export as start: onboarding converges, only what the how-to asks for differs afterwards, and the secret in Vault is the client's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from passlib.hash import sha256_crypt  # type: ignore[import-untyped]  # libpass ships no types

from dcr.engine.onboarding import Finished
from sandbox.systems import OWN_EXPORT
from sandbox.world import WorldOptions
from tests.consumer import consumer, unusable
from tests.onboarding.elements import Elements, elements
from tests.reference import REFERENCE, needs_reference
from tests.sandbox.curity.samples import export_names, how_to
from tests.sandbox.curity.test_exports import is_subsequence
from tests.sandbox.curity.test_yanglint import YANGLINT, yanglint_takes
from tests.sandbox_fixture import LivingWorld, start

OWN = "the sandbox's own"
SECRET = re.compile(r"/as:client\[konnect-dcr\]/as:secret$")
# Our mark, and the version of the secret that was sent, beside what the how-to asks for.
OUR_PROPERTIES = re.compile(r"/as:client\[konnect-dcr\]/as:properties(/|$)")
# The how-to deploys on one role by its name; a platform that names none means every enabled one.
ROLE = re.compile(r"/service-role\[[^\]]+\]")
# Wished only where a platform says so: the example one registers clients for client credentials alone.
CODE = "/as:non-templatized/as:capabilities/as:code"
# A registration endpoint that is there already keeps its path.
ENDPOINT_URI = re.compile(r"/endpoint\[token-service-dynamic-client-registration\]/uri$")


@dataclass(frozen=True, slots=True)
class Onboarded:
    """A world that began with an export, after one onboarding."""

    name: str
    living: LivingWorld
    before: bytes
    after: bytes
    finished: Finished


@pytest.fixture(scope="module", params=[OWN, *export_names()])
def onboarded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Onboarded]:
    name = request.param
    file = OWN_EXPORT if name == OWN or REFERENCE is None else REFERENCE / "curity" / "exports" / name
    for living in start(tmp_path_factory.mktemp("export"), WorldOptions(curity_config=file)):
        before = living.world.systems.datastore.export()
        finished = living.onboard()
        yield Onboarded(name, living, before, living.world.systems.datastore.export(), finished)


def normal(found: Elements) -> Elements:
    """Without what is ours to choose: ids are the how-to's, the secret is any."""
    return frozenset(
        (ROLE.sub("/service-role[any]", path), "" if SECRET.search(path) or ENDPOINT_URI.search(path) else text)
        for path, text in found
        if not path.endswith(CODE)
    )


def asked_for() -> Elements:
    """What the how-to asks for, element by element."""
    return normal(elements(how_to()))


def test_onboarding_converges_and_a_second_one_writes_nothing(onboarded: Onboarded) -> None:
    assert not onboarded.finished.failure
    assert unusable(onboarded.living) == []
    again = onboarded.living.onboard()
    assert (again.failure, again.report.changes) == ("", ())
    assert onboarded.living.world.systems.datastore.export() == onboarded.after
    assert onboarded.living.judge is None or onboarded.living.judge.violations == []


def test_every_line_that_was_there_is_still_there_in_its_order(onboarded: Onboarded) -> None:
    opened = re.sub(rb"<openid-connect/>", b"<openid-connect>", onboarded.before)  # an empty section that may get content
    closed = re.sub(rb"<openid-connect/>", b"<openid-connect>", onboarded.after)
    assert is_subsequence(opened.decode().splitlines(), closed.decode().splitlines())
    assert elements(onboarded.before) <= elements(onboarded.after)


@needs_reference
def test_only_what_the_how_to_asks_for_is_new(onboarded: Onboarded) -> None:
    new = normal(elements(onboarded.after)) - normal(elements(onboarded.before))
    assert {path for path, text in new - asked_for() if not OUR_PROPERTIES.search(path)} == set()


@needs_reference
def test_everything_that_the_how_to_asks_for_is_there(onboarded: Onboarded) -> None:
    assert asked_for() - normal(elements(onboarded.after)) == frozenset()


@needs_reference
@pytest.mark.skipif(YANGLINT is None, reason="yanglint (Debian package libyang2-tools) is not installed")
def test_the_configuration_is_valid_to_a_stranger(onboarded: Onboarded, tmp_path: Path) -> None:
    assert yanglint_takes(tmp_path, onboarded.after, options="-n")


def test_the_secret_in_vault_is_the_one_whose_hash_curity_has_and_gets_a_dcr_token(onboarded: Onboarded) -> None:
    with consumer(onboarded.living) as asking:
        stored = asking.record("platform/initial-client")
        endpoint = asking.credentials(onboarded.living.tenant.slug, onboarded.living.tenant.applications[0].name)["token_endpoint"]
        form = {"grant_type": "client_credentials", "scope": "dcr"}
        answer = asking.http.post(endpoint, data=form, auth=httpx.BasicAuth(stored["client_id"], stored["client_secret"]))
    (hashed,) = [text for path, text in elements(onboarded.after) if SECRET.search(path)]
    assert sha256_crypt.verify(stored["client_secret"], hashed)
    assert answer.status_code == 200
    assert "dcr" in answer.json()["scope"].split()
