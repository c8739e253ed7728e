"""The issuer, its metadata, and the wait for the registration endpoint in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from dcr.engine.observe import observe_one
from dcr.engine.perform import perform
from dcr.engine.permission import Permission
from dcr.errors import CheckFailed, Refused
from dcr.results.changes import KNOWN_AFTER_APPLY
from dcr.results.facts import NOTHING_KNOWN, Facts, IssuerFacts
from dcr.results.outcome import Outcome
from dcr.steps.dcr_enablement import registration_endpoint
from dcr.steps.table import REGISTRATION_ENDPOINT
from tests.unit.curity.admin.exports import SERVER
from tests.unit.kong_in_process import CURITY, ISSUER
from tests.unit.steps.contexts import a_context, planned
from tests.unit.steps.curity_configuration.one_curity import REGISTRATION as REGISTRATION_CONTAINER
from tests.unit.steps.curity_configuration.one_curity import CurityWorld, a_platform, write

METADATA_URL = f"{ISSUER}/.well-known/openid-configuration"
DOCUMENT = {
    "issuer": ISSUER,
    "token_endpoint": f"{CURITY}/oauth/v2/oauth-token",
    "jwks_uri": f"{ISSUER}/jwks",
}
REGISTRATION = f"{CURITY}/token-service/oauth-registration"
COMPLETE = {**DOCUMENT, "registration_endpoint": REGISTRATION}
KNOWN = IssuerFacts(ISSUER, METADATA_URL, DOCUMENT["token_endpoint"], DOCUMENT["jwks_uri"])
FACTS = Facts(issuer=KNOWN)
SHOWN = Facts(issuer=replace(KNOWN, registration_endpoint=REGISTRATION))


class Documents:
    """Gives one metadata document after another; the last one stays."""

    def __init__(self, *documents: dict[str, Any] | int) -> None:
        self._coming: Iterator[dict[str, Any] | int] = iter(documents)
        self._last: dict[str, Any] | int = 404
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        self._last = next(self._coming, self._last)
        return httpx.Response(self._last) if isinstance(self._last, int) else httpx.Response(200, json=self._last)


def asking(documents: Documents) -> CurityWorld:
    """Nothing of ours is configured yet."""
    world = CurityWorld()
    world.run_time = httpx.Client(transport=httpx.MockTransport(documents))
    return world


def configured(documents: Documents) -> CurityWorld:
    world = asking(documents)
    write(world)
    return world


def look(world: CurityWorld, **curity: Any) -> Outcome:
    return planned(registration_endpoint, world, NOTHING_KNOWN, platform=a_platform(**curity), for_platform=True)


def waited(world: CurityWorld) -> Outcome:
    """By a run that has changed Curity's configuration."""
    ctx = replace(a_context(world, FACTS, platform=a_platform(), for_platform=True), after_change=True)
    return perform(REGISTRATION_ENDPOINT, "", ctx, Permission(ctx.platform, for_tenant=False)).outcome


def test_the_issuer_that_curity_yields_is_asked_for_its_metadata_once() -> None:
    documents = Documents(COMPLETE)
    world = configured(documents)
    ctx = a_context(world, platform=a_platform(), for_platform=True)

    outcomes = [observe_one(REGISTRATION_ENDPOINT, "", ctx).outcome for _ in range(2)]

    assert outcomes == [Outcome(facts=SHOWN)] * 2
    assert documents.asked == [METADATA_URL]


def test_before_registration_is_on_its_endpoint_is_simply_not_known() -> None:
    assert look(asking(Documents(DOCUMENT))) == Outcome(facts=FACTS)


def test_an_endpoint_that_is_deployed_and_not_shown_is_something_to_wait_for() -> None:
    """Else a run that died while waiting would never be taken up again: nothing is left to write."""
    outcome = look(configured(Documents(DOCUMENT)))

    (change,) = outcome.changes
    assert (change.before, change.after) == (None, KNOWN_AFTER_APPLY)
    assert outcome.problems == ()


def test_an_endpoint_that_is_deployed_while_registration_is_off_is_not_waited_for() -> None:
    """As in one of the public exports: the metadata show it only once registration is on as well."""
    world = configured(Documents(DOCUMENT))
    world.server.removed(REGISTRATION_CONTAINER)

    assert look(world) == Outcome(facts=FACTS)


def test_metadata_that_are_not_exposed_are_not_asked_for() -> None:
    documents = Documents(COMPLETE)
    world = asking(documents)
    world.server.removed(f"{SERVER}/as:openid-connect/as:expose-metadata")

    outcome = look(world)

    assert outcome == Outcome(facts=Facts(issuer=IssuerFacts(ISSUER, METADATA_URL)))
    assert documents.asked == []


def test_an_issuer_that_cannot_be_told_is_a_problem() -> None:
    world = asking(Documents())
    world.server.removed("base:environments/base:environment/base:base-url")

    (problem,) = look(world).problems

    assert "curity.issuer" in problem.remedy


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({**COMPLETE, "issuer": f"{CURITY}/other"}, "curity.issuer"),
        ({**COMPLETE, "registration_endpoint": "https://elsewhere.example/register"}, "allowed"),
        (404, "not there"),
    ],
    ids=["another issuer", "a foreign host", "no document"],
)
def test_metadata_that_do_not_fit_are_refused(document: dict[str, Any] | int, said: str) -> None:
    with pytest.raises(Refused, match=said):
        look(asking(Documents(document)))


def test_an_issuer_on_a_host_that_is_not_allowed_is_not_asked() -> None:
    documents = Documents(COMPLETE)

    with pytest.raises(Refused, match="allowed"):
        look(asking(documents), issuer="https://elsewhere.example/oauth")

    assert documents.asked == []


def test_a_writing_run_waits_until_the_endpoint_shows() -> None:
    documents = Documents(404, DOCUMENT, 503, DOCUMENT, COMPLETE)

    outcome = waited(configured(documents))

    assert outcome.facts == SHOWN
    assert len(documents.asked) == 6  # once more, to prove it


def test_at_the_deadline_the_wait_ends_with_words_that_help() -> None:
    world = configured(Documents(DOCUMENT))

    with pytest.raises(CheckFailed) as raised:
        waited(world)

    assert sum(world.time.slept) == a_platform().deadlines.metadata_seconds
    assert METADATA_URL in raised.value.where
    assert "shows no registration_endpoint after 660 s" in raised.value.problem
    assert "deadlines.metadata_seconds" in raised.value.remedy


def test_a_document_of_another_issuer_ends_the_wait_at_once() -> None:
    documents = Documents({**COMPLETE, "issuer": f"{CURITY}/other"})

    with pytest.raises(Refused):
        waited(configured(documents))

    assert len(documents.asked) == 1
