"""Curity's own list, where a management client may see it: what bears our mark is an orphan, and nothing else is; by every reading."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from dcr.curity.runtime.client_listing import list_clients
from dcr.curity.runtime.oauth import OAuth
from dcr.errors import Refused
from dcr.inventory.thing import Inventory, Judgement
from dcr.results.report import Verdict
from dcr.secret import Secret
from tests.inventory.operator import Operator, operator
from tests.inventory.planted import PAYMENTS
from tests.inventory.taking import taken, told
from tests.sandbox.test_day_two import OPERATORS_PATCH
from tests.sandbox_fixture import LivingWorld

INITIAL = Secret("vault://dcr/platform/initial-client#client_secret")


def listing(living: LivingWorld, secret: Secret = INITIAL) -> LivingWorld:
    """With the initial client named as the one that may list."""
    curity = living.settings.curity.model_copy(update={"management_client": "konnect-dcr", "management_secret": secret})
    return replace(living, settings=living.settings.model_copy(update={"curity": curity}))


def allow(by: Operator) -> None:
    """As an operator of Curity does."""
    curity = by.living.world.ready["curity"]
    pair, headers = (curity["username"], curity["password"]), {"Content-Type": "application/yang-data+xml"}
    by.http.patch(f"{curity['admin_url']}/data", content=OPERATORS_PATCH.encode(), headers=headers, auth=pair).raise_for_status()


def lose(by: Operator) -> None:
    """Vault and Konnect forget both applications; Curity keeps both clients."""
    clients = by.living.world.systems.node.clients
    for name in ("orders-client", "payments-client"):
        kept = by.kept(name)
        row = clients.get(kept["client_id"])
        by.konnect("DELETE", f"/v3/portals/{by.portal_id}/applications/{kept['application_id']}")
        by.forget(f"tenants/acme/applications/{name}")
        if row:
            clients.save(row)


def clients_in(found: Inventory, *judged: Judgement) -> set[str]:
    return {one.where for one in found.of(*judged) if one.kind == "client"}


@pytest.mark.share(of=2)
@pytest.mark.parametrize("operations", ["dynamicallyRegisteredClients", "getAllDcrClientsBy"])
def test_what_bears_our_mark_and_nobody_knows_is_an_orphan(living: LivingWorld, operations: str) -> None:
    living.world.readings.update({"curity.graphql-operations": operations})
    assert not living.onboard().failure
    with operator(living) as by:
        ids = {name: by.kept(name)["client_id"] for name in ("orders-client", "payments-client")}
        allow(by)
        before = taken(listing(living))
        lose(by)
    assert before.limits == () and before.verdict is Verdict.OK, told(before.things)
    found = taken(listing(living))
    assert clients_in(found, Judgement.ORPHAN) == {ids["payments-client"]}, told(found.things)
    assert ids["orders-client"] in clients_in(found, Judgement.FOREIGN), "Konnect's own registrations have no mark"
    (orphan,) = (one for one in found.of(Judgement.ORPHAN) if one.kind == "client")
    assert (orphan.tenant, bool(orphan.since)) == ("acme", True) and ids["payments-client"] in orphan.settle


def test_a_registration_that_nobody_heard_of_is_told_by_its_client(living: LivingWorld) -> None:
    assert not living.onboard().failure
    clients = living.world.systems.node.clients
    with operator(living) as by:
        kept = by.kept("payments-client")
        allow(by)
        reserved = {"reserved_at": kept["registered_at"], "reserved_op": kept["dcr_op"], "client_name": "acme.payments-client"}
        by.put(PAYMENTS, {"state": "pending", "way": "import", **reserved})
        row = clients.get(kept["client_id"])
        by.konnect("DELETE", f"/v3/portals/{by.portal_id}/applications/{kept['application_id']}")
    assert row
    clients.save(row)
    (orphan,) = (one for one in taken(listing(living)).of(Judgement.ORPHAN, Judgement.UNKNOWN) if one.kind == "client")
    assert (orphan.where, orphan.judged) == (kept["client_id"], Judgement.ORPHAN) and "never heard of it" in orphan.why
    clients.delete(kept["client_id"])
    (line,) = taken(listing(living)).of(Judgement.UNKNOWN)
    assert line.where == f"dcr_op={kept['dcr_op']}"


@pytest.mark.parametrize("reading", ["404", "403"])
def test_without_an_authorization_manager_it_is_told_once(living: LivingWorld, reading: str) -> None:
    living.world.readings.update({"curity.graphql-without-manager": reading})
    assert not living.onboard().failure
    found = taken(listing(living))
    assert [one.name for one in found.of(Judgement.UNKNOWN)] == ["all others"], told(found.things)
    assert found.of(Judgement.ORPHAN) == ()


def test_a_data_source_that_cannot_list_is_told_once(living: LivingWorld) -> None:
    living.world.readings.update({"curity.graphql-listing": "refused"})
    assert not living.onboard().failure
    with operator(living) as by:
        allow(by)
    found = taken(listing(living))
    (unknown,) = found.of(Judgement.UNKNOWN)
    assert "table scans" in unknown.why


def test_a_wrong_secret_is_told_once(living: LivingWorld) -> None:
    assert not living.onboard().failure
    found = taken(listing(living, Secret("another")))
    assert [one.name for one in found.of(Judgement.UNKNOWN)] == ["all others"]


def test_without_a_management_client_it_cannot_be_told_once_and_that_is_no_fault(living: LivingWorld) -> None:
    assert not living.onboard().failure
    found = taken(living)
    (limit,) = found.limits
    assert limit.startswith("cannot tell") and "DCR_CURITY__MANAGEMENT_CLIENT" in limit and found.verdict is Verdict.OK


SCHEMA = {
    "queryType": {"fields": [{"name": "all", "args": [{"name": "after"}], "type": {"name": "DynamicallyRegisteredClientConnection"}}]}
}
ENDLESS = {"edges": [{"node": {"client_id": "one"}}], "pageInfo": {"hasNextPage": True, "endCursor": "same"}}


@pytest.mark.parametrize(
    "answer",
    [{"all": ENDLESS}, {"all": None}, {"all": {"edges": []}}, {"all": {"edges": [{"node": {}}], "pageInfo": {"hasNextPage": False}}}],
)
def test_a_list_that_does_not_end_or_is_odd_is_refused(answer: dict[str, Any]) -> None:
    asked = []

    def serve(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=SCHEMA if b"__schema" in request.content else {"data": answer})

    oauth = OAuth(httpx.Client(transport=httpx.MockTransport(serve)), ("curity.example:443",))
    with pytest.raises(Refused):
        list_clients(oauth, "https://curity.example/register", Secret("token"))
    assert len(asked) <= 101
