"""What can be left behind, one planting each, and what the inventory has to say of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dcr.inventory.thing import Judgement
from tests.inventory.operator import Operator

ORPHAN, MISSING, UNKNOWN = Judgement.ORPHAN, Judgement.SECRET_MISSING, Judgement.UNKNOWN
APPLICATIONS, SPEC = "tenants/acme/applications", "tenants/acme/spec"
ORDERS, PAYMENTS = f"{APPLICATIONS}/orders-client", f"{APPLICATIONS}/payments-client"
NOBODYS_API = "0b7a1f7e-5c0a-4a55-9a53-0d4f0c2f9a11"
ONBOARD, OFFBOARD = "dcr onboard <acme's file>", "dcr offboard acme"


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that has to be told."""

    system: str
    kind: str
    name: str
    judged: Judgement
    settle: str  # that its command holds


Planting = Callable[[Operator], None]


def _records_without_spec(by: Operator) -> None:
    by.forget(SPEC)


def _spec_without_record(by: Operator) -> None:
    by.forget(PAYMENTS)


def _interrupted_secret(by: Operator) -> None:
    kept = {name: value for name, value in by.kept("orders-client").items() if name not in ("client_id", "client_secret")}
    by.put(ORDERS, {**kept, "state": "pending"})


def _reserved_and_never_heard(by: Operator) -> None:
    kept = {name: value for name, value in by.kept("orders-client").items() if name not in ("client_id", "client_secret")}
    by.put(ORDERS, {**kept, "state": "pending", "application_id": ""})


def _replaced_client(by: Operator) -> None:
    by.change(PAYMENTS, replaced_client_id="replaced-client")


def _replaced_application(by: Operator) -> None:
    """An application that the record names as replaced, and no other record has."""
    orders = by.kept("orders-client")
    by.change(PAYMENTS, replaced_client_id=orders["client_id"], replaced_application_id=orders["application_id"])
    by.forget(ORDERS)


def _possible_orphan(by: Operator) -> None:
    by.change(PAYMENTS, possible_orphans="2026-11-02T10:00:00Z acme.payments-client useless-client")


def _unanswered_registration(by: Operator) -> None:
    by.change(PAYMENTS, state="pending", reserved_at="2026-11-02T10:00:00Z", client_name="acme.payments-client", reserved_op="0123abcd")


def _receipts_orphan(by: Operator) -> None:
    line = "2026-11-02T10:00:00Z reports-client left-client: a token request with its secret still gets a token"
    by.put("tenants/globex/receipts/reports-client", {"possible_orphans": line})


def _removed_and_still_there(by: Operator) -> None:
    line = f"2026-11-02T10:00:00Z application {by.kept('orders-client')['application_id']}: DELETE answered 204"
    by.put("tenants/acme/receipts/orders-client", {"removed": line})
    by.forget(ORDERS)


def _publication_record(by: Operator) -> None:
    record = {"owner": "globex", "users": '["globex"]', "since": "2026-11-02T10:00:00Z"}
    by.put(f"publications/{by.portal_id}/{NOBODYS_API}", record)


def _interrupted_unpublication(by: Operator) -> None:
    record = {"owner": "globex", "users": "[]", "since": "2026-11-02T10:00:00Z"}
    by.put(f"publications/{by.portal_id}/{NOBODYS_API}", record)


def _second_provider(by: Operator) -> None:
    by.living.world.readings.update({"konnect.duplicate-provider-name": "allowed"})
    first = by.konnect("GET", "/v2/dcr-providers")["data"]
    ours = next(row for row in first if row["labels"].get("managed-by") == "dcr")
    config = {"initial_client_id": "konnect-dcr", "initial_client_secret": "another"}
    body = {
        "name": ours["name"],
        "provider_type": "curity",
        "issuer": ours["issuer"],
        "dcr_config": config,
        "labels": {"managed-by": "dcr"},
    }
    by.konnect("POST", "/v2/dcr-providers", body)


def second_strategy(by: Operator) -> str:
    """A copy of ours, as a lost answer leaves it."""
    by.living.world.readings.update({"konnect.duplicate-strategy-name": "allowed"})
    every = by.konnect("GET", "/v2/application-auth-strategies")["data"]
    ours = next(row for row in every if row["labels"].get("managed-by") == "dcr")
    body = {name: ours[name] for name in ("name", "display_name", "strategy_type", "configs")}
    more = {"labels": {"managed-by": "dcr"}, "dcr_provider_id": ours["dcr_provider"]["id"]}
    made: str = by.konnect("POST", "/v2/application-auth-strategies", body | more)["id"]
    return made


def _second_strategy(by: Operator) -> None:
    second_strategy(by)


def accept(by: Operator, change: Callable[[dict[str, object]], None]) -> None:
    """As if another specification had been accepted, and the run had died right after that."""
    tenant = json.loads(by.record(SPEC)["tenant"])
    change(tenant)
    by.change(SPEC, tenant=json.dumps(tenant))


def _one_api_less_for_one(by: Operator) -> None:
    accept(by, lambda tenant: tenant["applications"][0].update(apis=["Orders"]))  # type: ignore[index]


def _less_of_everything(by: Operator) -> None:
    def drop(tenant: dict[str, object]) -> None:
        apis, applications = tenant["apis"], tenant["applications"]
        assert isinstance(apis, list) and isinstance(applications, list)
        tenant.update(apis=apis[:1], applications=[{**applications[0], "apis": ["Orders"]}])

    accept(by, drop)


def _registered_and_not_adopted(by: Operator) -> None:
    kept = by.kept("payments-client")
    by.konnect("DELETE", f"/v3/portals/{by.portal_id}/applications/{kept['application_id']}")
    by.put(PAYMENTS, {**kept, "state": "registered", "application_id": ""})


def _adopted_and_never_heard(by: Operator) -> None:
    by.change(PAYMENTS, state="registered", application_id="")


def _application_gone(by: Operator) -> None:
    by.konnect("DELETE", f"/v3/portals/{by.portal_id}/applications/{by.kept('orders-client')['application_id']}")


def _portal_unseen(by: Operator) -> None:
    """As of a portal that was deleted, or that the token may not see."""
    by.change(ORDERS, portal_id=NOBODYS_API, application_id=NOBODYS_API)


def _client_gone(by: Operator) -> None:
    by.living.world.systems.node.clients.delete(by.kept("payments-client")["client_id"])


def _secret_emptied(by: Operator) -> None:
    by.change(ORDERS, client_secret="")


def _initial_client_forgotten(by: Operator) -> None:
    by.forget("platform/initial-client")


def _initial_client_has_another_secret(by: Operator) -> None:
    by.change("platform/initial-client", client_secret="another than Curity has")


def _of(system: str, kind: str, name: str, judged: Judgement, settle: str) -> Found:
    return Found(system, kind, name, judged, settle)


RECORD, APPLICATION, CLIENT = "application record", "application", "client"
PLANTED: Mapping[str, tuple[Planting, tuple[Found, ...]]] = {
    "records without a tenant": (
        _records_without_spec,
        (
            _of("vault", RECORD, "orders-client", ORPHAN, OFFBOARD),
            _of("konnect", APPLICATION, "payments-client", ORPHAN, OFFBOARD),
            _of("curity", CLIENT, "of acme/orders-client", ORPHAN, OFFBOARD),
        ),
    ),
    "a tenant without a record": (_spec_without_record, (_of("vault", RECORD, "payments-client", MISSING, ONBOARD),)),
    "interrupted before its secret was kept": (
        _interrupted_secret,
        (
            _of("vault", RECORD, "orders-client", MISSING, ONBOARD),
            _of("konnect", APPLICATION, "orders-client", MISSING, ONBOARD),
        ),
    ),
    "reserved, and created unheard": (
        _reserved_and_never_heard,
        (
            _of("vault", RECORD, "orders-client", MISSING, ONBOARD),
            _of("konnect", APPLICATION, "orders-client", ORPHAN, ONBOARD),
        ),
    ),
    "a replaced client": (_replaced_client, (_of("curity", CLIENT, "of acme/payments-client", ORPHAN, ONBOARD),)),
    "a replaced application": (_replaced_application, (_of("konnect", APPLICATION, "orders-client", ORPHAN, ONBOARD),)),
    "a client of no use": (
        _possible_orphan,
        (_of("curity", CLIENT, "acme.payments-client", ORPHAN, "Remove client useless-client at Curity by its id"),),
    ),
    "a registration without an answer": (
        _unanswered_registration,
        (_of("curity", CLIENT, "acme.payments-client", UNKNOWN, "with the property dcr_op=0123abcd"),),
    ),
    "a client of a receipt": (
        _receipts_orphan,
        (_of("curity", CLIENT, "reports-client", ORPHAN, "Remove client left-client at Curity by its id"),),
    ),
    "an application of a receipt": (
        _removed_and_still_there,
        (_of("konnect", APPLICATION, "orders-client", ORPHAN, "Delete application"),),
    ),
    "a publication's record": (
        _publication_record,
        (_of("vault", "publication record", NOBODYS_API, ORPHAN, "vault kv metadata delete dcr/publications/"),),
    ),
    "a removal of a publication that was interrupted": (
        _interrupted_unpublication,
        (_of("vault", "publication record", NOBODYS_API, ORPHAN, "vault kv metadata delete dcr/publications/"),),
    ),
    "a second DCR provider": (_second_provider, (_of("konnect", "DCR provider", "curity", ORPHAN, "Delete DCR provider"),)),
    "a second auth strategy": (_second_strategy, (_of("konnect", "auth strategy", "curity-dcr", ORPHAN, "Delete auth strategy"),)),
    "a registration that is not asked for": (
        _one_api_less_for_one,
        (_of("konnect", "registration", "orders-client for Payments v1", ORPHAN, ONBOARD),),
    ),
    "less of everything": (
        _less_of_everything,
        (
            _of("konnect", "publication", "Payments v1", ORPHAN, ONBOARD),
            _of("vault", "publication record", "", ORPHAN, ONBOARD),
            _of("vault", RECORD, "payments-client", ORPHAN, ONBOARD),
            _of("konnect", APPLICATION, "payments-client", ORPHAN, ONBOARD),
            _of("curity", CLIENT, "of acme/payments-client", ORPHAN, ONBOARD),
        ),
    ),
    "registered, and not adopted": (_registered_and_not_adopted, (_of("vault", RECORD, "payments-client", ORPHAN, ONBOARD),)),
    "adopted unheard": (
        _adopted_and_never_heard,
        (
            _of("vault", RECORD, "payments-client", ORPHAN, ONBOARD),
            _of("konnect", APPLICATION, "payments-client", ORPHAN, ONBOARD),
        ),
    ),
    "a record whose application is gone": (_application_gone, (_of("vault", RECORD, "orders-client", ORPHAN, ONBOARD),)),
    "a record whose portal is not listed": (_portal_unseen, (_of("vault", RECORD, "orders-client", UNKNOWN, ONBOARD),)),
    "a client that is gone": (
        _client_gone,
        (_of("curity", CLIENT, "of acme/payments-client", MISSING, f"{ONBOARD} --replace payments-client"),),
    ),
    "a secret that was emptied": (_secret_emptied, (_of("konnect", APPLICATION, "orders-client", MISSING, ONBOARD),)),
    "no initial client in Vault": (_initial_client_forgotten, (_of("vault", "initial client", "", MISSING, "dcr prepare"),)),
    "another secret of the initial client": (
        _initial_client_has_another_secret,
        (_of("curity", CLIENT, "the platform's initial client", MISSING, "dcr prepare"),),
    ),
}
