"""The list of open facts itself: each has a heading of docs/vendors that leaves it open, and an onboarding that meets it."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from sandbox.readings import Fact, Readings, load_facts
from tests.readings.life import Life, at_once
from tests.readings.open_points import named_points, places
from tests.sandbox_fixture import LivingWorld

pytestmark = pytest.mark.share
FACTS = load_facts()
# What an onboarding that nothing disturbs never meets, and why. The sandbox's own tests, and those of refusals, do.
NOT_MET = {
    "the client reads whole subtrees, no single nodes": {
        "curity.unset-leaf",
        "curity.empty-container",
        "curity.absent-presence-container",
    },
    "it sends no edit that is refused, and removes nothing": {
        "curity.leafref-error",
        "curity.must-error",
        "curity.mandatory-error",
        "curity.unknown-element-error",
        "curity.value-error",
        "curity.delete-absent",
        "curity.lock-error",
    },
    "it never sends this to Curity's admin side": {
        "curity.hash-over-restconf",
        "curity.plaintext-marker",
        "curity.parameter-over-restconf",
        "curity.json-empty",
        "curity.rollback-id",
        "curity.rotated-secret-ttl",
    },
    "it never asks this of Curity's run time, or is not refused there": {
        "curity.client-status",
        "curity.client-status-issued",
        "curity.dcrm-read",
        "curity.graphql-listing",
        "curity.graphql-operations",
        "curity.graphql-without-manager",
        "curity.read-write-ttl-over",
        "curity.registration-error-body",
        "curity.status-transaction-id",
        "curity.unsupported-scopes",
        "curity.userinfo-without-user",
        "curity.www-authenticate-bearer",
    },
    "Konnect refuses nothing, and no application goes": {
        "konnect.delete-at-identity-provider",
        "konnect.deletion-refused",
        "konnect.foreign-object",
        "konnect.title-401",
        "konnect.trace-prefix",
        "portal.regenerate-imported",
    },
    "the example strategy has no scopes": {"konnect.registration-scope"},
    "nothing stands in our place, and Curity refuses Konnect nothing": {
        "konnect.application-idp-failure",
        "konnect.duplicate-provider-name",
        "konnect.duplicate-strategy-name",
        "konnect.verify-failure",
    },
    "it never asks this of Konnect": {
        "konnect.admin-create-secret",
        "konnect.core-entities-forbidden",
        "konnect.credentials-read",
        "konnect.delete-provider-in-use",
        "konnect.imported-client-deletion",
        "konnect.strategy-put-status",
        "konnect.unlisted-not-found",
    },
}


@pytest.mark.parametrize("fact", FACTS.values(), ids=list(FACTS))
def test_the_heading_that_a_fact_names_leaves_it_open(fact: Fact) -> None:
    found = list(places(fact))
    assert found
    assert [(page, heading) for page, heading, text in found if f"`{fact.id}`" not in text] == []


def test_every_open_point_of_the_pages_is_a_fact() -> None:
    assert named_points() == FACTS.keys()


def test_most_facts_are_met_by_a_life_of_the_example_tenant(
    living: LivingWorld, count: Callable[[str, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: set[str] = set()
    lookup = Readings.__getitem__

    def noted(readings: Readings, fact_id: str) -> str:
        if sys._getframe(1).f_globals["__name__"].startswith("sandbox."):  # the judge of documents looks up its exemptions, too
            looked_up.add(fact_id)
        return lookup(readings, fact_id)

    monkeypatch.setattr(Readings, "__getitem__", noted)
    life = Life(living, at_once(living.platform))
    assert life.begin() == []
    assert life.go_on() == []
    count("open facts that an onboarding of the example tenant asks for", len(looked_up))
    unmet = FACTS.keys() - looked_up
    assert unmet <= set().union(*NOT_MET.values()), "a fact that nothing meets: widen the life, or say here why not"


def test_the_list_of_what_is_not_met_names_facts() -> None:
    assert set().union(*NOT_MET.values()) <= FACTS.keys()
