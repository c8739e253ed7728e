"""`dcr inventory`: leftovers are found, what lives is never called one, and nothing is claimed of what could not be asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from dcr.errors import Refused
from dcr.inventory.taking import take_inventory
from dcr.inventory.thing import Judgement, Thing
from dcr.results.report import Verdict
from dcr.systems import Systems
from tests.inventory.lives import LIVING, globex
from tests.inventory.operator import operator
from tests.inventory.planted import PLANTED, Found
from tests.inventory.taking import as_reader, taken, told
from tests.sandbox_fixture import LivingWorld


def test_after_an_onboarding_everything_is_ours_or_foreign(living: LivingWorld) -> None:
    assert not living.onboard().failure
    found = taken(living)
    assert told(found.of(Judgement.ORPHAN, Judgement.SECRET_MISSING, Judgement.UNKNOWN)) == []
    ours = {(one.system.value, one.kind) for one in found.of(Judgement.OURS)}
    assert ours == {
        ("vault", "accepted tenant"),
        ("vault", "application record"),
        ("vault", "publication record"),
        ("vault", "initial client"),
        ("konnect", "DCR provider"),
        ("konnect", "auth strategy"),
        ("konnect", "application"),
        ("konnect", "registration"),
        ("konnect", "publication"),
        ("curity", "client"),
    }
    assert found.verdict.value == "ok"


def fits(thing: Thing, wanted: Found) -> bool:
    same = (thing.system.value, thing.kind, thing.judged) == (wanted.system, wanted.kind, wanted.judged)
    return same and wanted.name in ("", thing.name) and wanted.settle in thing.settle


@pytest.mark.share(of=4)
@pytest.mark.parametrize("case", PLANTED)
def test_what_is_left_behind_is_found_with_the_command_that_settles_it(living: LivingWorld, case: str) -> None:
    assert not living.onboard().failure
    plant, wanted = PLANTED[case]
    with operator(living) as by:
        plant(by)
    found = taken(living)
    notable = [one for one in found.things if one.judged not in (Judgement.OURS, Judgement.FOREIGN)]
    missed = [one for one in wanted if not any(fits(thing, one) for thing in notable)]
    assert missed == [], told(found.things)
    assert all(thing.settle and thing.why for thing in notable)
    assert found.verdict.value in ("failed", "unknown")
    assert len({(one.system, one.kind, one.where, one.name) for one in found.things}) == len(found.things), "each thing once"


@pytest.mark.share
def test_at_least_twelve_are_planted() -> None:
    assert len(PLANTED) >= 12


# What lives


@pytest.mark.share(of=4)
@pytest.mark.parametrize("case", LIVING)
def test_what_lives_is_never_called_an_orphan(living: LivingWorld, case: str) -> None:
    assert not living.onboard().failure
    bring, judged = LIVING[case]
    with operator(living) as by:
        bring(by)
    found = taken(living)
    assert told(found.of(Judgement.ORPHAN, Judgement.SECRET_MISSING)) == []
    told_so = {(one.kind, one.judged) for one in found.things}
    assert judged <= told_so, told(found.things)


def test_seen_from_one_tenant_the_others_are_anothers(living: LivingWorld) -> None:
    assert not living.onboard().failure and not living.onboard(globex(living.tenant)).failure
    with operator(living) as by:
        by.forget("tenants/globex/spec")
    found = taken(living, "acme")
    assert found.verdict is Verdict.OK and found.of(Judgement.ORPHAN) == ()
    assert {one.tenant for one in found.of(Judgement.ANOTHER)} == {"globex"}
    assert {one.tenant for one in taken(living, "globex").of(Judgement.ORPHAN)} == {"globex"}


# What could not be asked


def silence(systems: Systems, *names: str) -> None:
    """No connection comes about any more."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("silenced", request=request)

    for name in names:
        sender = getattr(systems, name).sender
        sender._client = httpx.Client(transport=httpx.MockTransport(refuse), base_url=sender._client.base_url)


@pytest.mark.share(of=8)
@pytest.mark.parametrize("names", [("vault",), ("konnect",), ("oauth",), ("curity", "oauth"), ("konnect", "oauth", "curity")])
@pytest.mark.parametrize("case", ["less of everything", "a replaced application", "registered, and not adopted"])
def test_of_what_cannot_be_asked_nothing_is_claimed(living: LivingWorld, names: tuple[str, ...], case: str) -> None:
    assert not living.onboard().failure
    with operator(living) as by:
        PLANTED[case][0](by)
    silenced = {"oauth": "curity"}
    expected = {silenced.get(name, name) for name in names} | ({"konnect", "curity"} if "vault" in names else set())
    systems = as_reader(living).systems()
    try:
        silence(systems, *names)
        found = take_inventory(replace(living.context(systems), tenant=None))
    finally:
        systems.close()
    unasked = {one.system.value for one in found.of(Judgement.UNKNOWN)}
    assert unasked == expected
    named_by_vault = ("as replaced", "has replaced it", "names it")
    wrong = [one for one in found.of(Judgement.ORPHAN, Judgement.SECRET_MISSING) if one.system.value in expected]
    assert [one for one in wrong if not any(words in one.why for words in named_by_vault)] == [], told(found.things)


def test_what_vault_does_not_let_read_may_claim_the_rest(living: LivingWorld) -> None:
    assert not living.onboard().failure
    with operator(living) as by:
        PLANTED["records without a tenant"][0](by)
        by.put("tenants/globex/spec", {"tenant": "no JSON"})
        by.put("tenants/globex/applications/orders-client", {"state": "active"})
    systems = as_reader(living).systems()
    read = systems.vault.kv.look

    def refusing(path: str, **more: str) -> Any:
        if path == "tenants/globex/applications/orders-client":
            raise Refused(f"vault: {path}", "is not to be read", "Give the login the policy reader.")
        return read(path, **more)

    systems.vault.kv.look = refusing  # type: ignore[method-assign, assignment]
    try:
        found = take_inventory(replace(living.context(systems), tenant=None))
    finally:
        systems.close()
    assert found.of(Judgement.ORPHAN) == () and found.verdict is not Verdict.OK
    assert any("the rest may say otherwise" in one.why for one in found.of(Judgement.UNKNOWN))


# How it asks


@pytest.mark.share
def test_it_only_reads_and_asks_little(living: LivingWorld) -> None:
    assert not living.onboard().failure and not living.onboard(globex(living.tenant)).failure
    living.forget_requests()
    systems = as_reader(living).systems()
    try:
        take_inventory(replace(living.context(systems), tenant=None))
        sent = {row.system: row for row in systems.requests()}
    finally:
        systems.close()
    asked = living.requests()
    assert [one for one in asked if one[0] in ("konnect", "curity-admin", "portal") and one[1] != "GET"] == []
    konnect = [path for system, _, path in asked if system == "konnect"]
    # Portals, providers, strategies, APIs; and three lists of the one portal that is named, however many tenants name it.
    assert len(konnect) <= 4 + 3, konnect
    tokens = [path for system, method, path in asked if system == "curity-runtime" and method == "POST"]
    assert len(tokens) == 4, "one a client that Vault has the secret of"
    # Tenants, two credentials, initial client; of each tenant lock, spec and two lists; records; two folders and two publications.
    assert sent["vault"].reads <= 4 + 2 * 4 + 3 + 2 + 2, sent["vault"]
    assert sent["vault"].writes <= 1, "the login"


def test_a_run_that_is_at_work_leaves_nothing_behind(living: LivingWorld) -> None:
    assert not living.onboard().failure
    with operator(living) as by:
        PLANTED["reserved, and created unheard"][0](by)
    systems = living.systems()
    try:
        with systems.locks.hold("tenants/acme/lock", "onboard-acme", 1.0):
            found = taken(living)
    finally:
        systems.close()
    assert found.of(Judgement.ORPHAN, Judgement.SECRET_MISSING) == ()
    assert any("onboard-acme was at work" in one.why for one in found.of(Judgement.UNKNOWN))
