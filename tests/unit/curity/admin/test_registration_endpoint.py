"""The issuer, its metadata, and the wait for the registration endpoint in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from dcr.curity.runtime.oauth import OAuth
from dcr.engine.observe import observe_one
from dcr.errors import CheckFailed, Refused
from dcr.http.polling import Clock
from dcr.results.changes import KNOWN_AFTER_APPLY
from dcr.results.facts import Facts, IssuerFacts
from dcr.results.outcome import Outcome
from dcr.steps.table import REGISTRATION_ENDPOINT
from tests.unit.curity.admin.contexts import Surroundings
from tests.unit.curity.admin.datastore import PROFILE, Datastore
from tests.unit.curity.admin.exports import NAMESPACES, minimal
from tests.unit.curity.admin.stages import STEPS, performed
from tests.unit.curity.admin.wanted import a_platform

ISSUER = "https://curity.example:8443/oauth/v2/oauth-anonymous"
METADATA_URL = f"{ISSUER}/.well-known/openid-configuration"
DOCUMENT = {
    "issuer": ISSUER,
    "token_endpoint": "https://curity.example:8443/oauth/v2/oauth-token",
    "jwks_uri": f"{ISSUER}/jwks",
}
REGISTRATION = "https://curity.example:8443/token-service/oauth-registration"
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


class PatientClock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def clock(self) -> Clock:
        return Clock(lambda: self.seconds, self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.seconds += seconds


def surroundings(documents: Documents) -> Surroundings:
    client = httpx.Client(transport=httpx.MockTransport(documents))
    return Surroundings(Datastore(minimal()), oauth=OAuth(client, ("curity.example:8443",)))


def configured(documents: Documents) -> Surroundings:
    around = surroundings(documents)
    for step in STEPS:
        performed(step, around.context())
    return around


def look(around: Surroundings, **curity: Any) -> Outcome:
    return observe_one(REGISTRATION_ENDPOINT, "", around.context(a_platform(**curity))).outcome


def waited(around: Surroundings, clock: Clock) -> Outcome:
    """By a run that has changed Curity's configuration."""
    around.clock = clock
    return performed(REGISTRATION_ENDPOINT, replace(around.context(), after_change=True, facts=FACTS))


def test_the_issuer_that_curity_yields_is_asked_for_its_metadata_once() -> None:
    documents = Documents(COMPLETE)
    around = configured(documents)
    ctx = around.context()

    outcomes = [observe_one(REGISTRATION_ENDPOINT, "", ctx).outcome for _ in range(2)]

    assert outcomes == [Outcome(facts=SHOWN)] * 2
    assert documents.asked == [METADATA_URL]


def test_before_registration_is_on_its_endpoint_is_simply_not_known() -> None:
    assert look(surroundings(Documents(DOCUMENT))) == Outcome(facts=FACTS)


def test_an_endpoint_that_is_deployed_and_not_shown_is_something_to_wait_for() -> None:
    """Else a run that died while waiting would never be taken up again: nothing is left to write."""
    outcome = look(configured(Documents(DOCUMENT)))

    (change,) = outcome.changes
    assert (change.before, change.after) == (None, KNOWN_AFTER_APPLY)
    assert outcome.problems == ()


def test_an_endpoint_that_is_deployed_while_registration_is_off_is_not_waited_for() -> None:
    """As in one of the public exports: the metadata show it only once registration is on as well."""
    around = configured(Documents(DOCUMENT))
    server = around.datastore.config.find(f"{PROFILE}/base:settings/as:authorization-server", NAMESPACES)
    assert server is not None
    registration = server.find("as:dynamic-client-registration", NAMESPACES)
    assert registration is not None
    server.remove(registration)

    assert look(around) == Outcome(facts=FACTS)


def test_metadata_that_are_not_exposed_are_not_asked_for() -> None:
    documents = Documents(COMPLETE)
    around = surroundings(documents)
    exposed = around.datastore.config.find(f"{PROFILE}/base:settings/as:authorization-server/as:openid-connect", NAMESPACES)
    assert exposed is not None
    exposed.clear()

    outcome = look(around)

    assert outcome == Outcome(facts=Facts(issuer=IssuerFacts(ISSUER, METADATA_URL)))
    assert documents.asked == []


def test_an_issuer_that_cannot_be_told_is_a_problem() -> None:
    around = surroundings(Documents())
    base_url = around.datastore.config.find("base:environments/base:environment/base:base-url", NAMESPACES)
    assert base_url is not None
    base_url.text = "#{RUNTIME_BASE_URL}"

    (problem,) = look(around).problems

    assert "curity.issuer" in problem.remedy


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({**COMPLETE, "issuer": "https://curity.example:8443/other"}, "curity.issuer"),
        ({**COMPLETE, "registration_endpoint": "https://elsewhere.example/register"}, "allowed"),
        (404, "not there"),
    ],
    ids=["another issuer", "a foreign host", "no document"],
)
def test_metadata_that_do_not_fit_are_refused(document: dict[str, Any] | int, said: str) -> None:
    with pytest.raises(Refused, match=said):
        look(surroundings(Documents(document)))


def test_an_issuer_on_a_host_that_is_not_allowed_is_not_asked() -> None:
    documents = Documents(COMPLETE)

    with pytest.raises(Refused, match="allowed"):
        look(surroundings(documents), issuer="https://elsewhere.example/oauth")

    assert documents.asked == []


def test_a_writing_run_waits_until_the_endpoint_shows() -> None:
    documents = Documents(404, DOCUMENT, 503, DOCUMENT, COMPLETE)

    outcome = waited(configured(documents), PatientClock().clock())

    assert outcome.facts == SHOWN
    assert len(documents.asked) == 6  # once more, to prove it


def test_at_the_deadline_the_wait_ends_with_words_that_help() -> None:
    time = PatientClock()
    around = configured(Documents(DOCUMENT))

    with pytest.raises(CheckFailed) as raised:
        waited(around, time.clock())

    assert time.seconds == around.context().platform.deadlines.metadata_seconds
    assert METADATA_URL in raised.value.where
    assert "shows no registration_endpoint after 660 s" in raised.value.problem
    assert "deadlines.metadata_seconds" in raised.value.remedy


def test_a_document_of_another_issuer_ends_the_wait_at_once() -> None:
    documents = Documents({**COMPLETE, "issuer": "https://curity.example:8443/other"})

    with pytest.raises(Refused):
        waited(configured(documents), PatientClock().clock())

    assert len(documents.asked) == 1
