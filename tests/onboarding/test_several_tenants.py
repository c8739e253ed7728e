"""Several tenants on one platform: in whichever order they come, the configuration ends alike, and nobody disturbs anybody."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import permutations
from typing import Any

from dcr.model.tenant import Tenant
from tests.consumer import consumer
from tests.fake_clock import FakeClock
from tests.readings.life import at_once
from tests.sandbox_fixture import LivingWorld

HASH = re.compile(rb"<secret>\$5\$[^<]+</secret>")
DRAWN = ("id", "created_at", "updated_at", "client_id")


def tenants(living: LivingWorld) -> tuple[Tenant, ...]:
    """The example one, one that shares its portal and an API, and one in another portal; only the first has a login at its portal."""
    orders = {"name": "Orders", "version": "v1", "path": "/orders"}
    payments = {"name": "Payments", "version": "v1", "path": "/payments"}
    shared = {"requested_by": "jane.doe@acme.example", "owner_type": "developer"}

    def application(name: str) -> dict[str, Any]:
        return {"name": name, "way": "import", "redirect_uri": f"https://{name}.example/callback"}

    neighbour = {"slug": "globex", "portal": "acme-portal", "owner": "service-developer@acme.example", "apis": [payments]}
    partner = {"slug": "initech", "portal": "partner-portal", "owner": "dev@partner.example", "apis": [orders, payments]}
    return (
        living.tenant,
        Tenant.model_validate({**neighbour, **shared, "applications": [application("globex-client")]}),
        Tenant.model_validate({**partner, **shared, "applications": [application("night-client"), application("day-client")]}),
    )


def onboard(living: LivingWorld, chosen: Sequence[Tenant]) -> None:
    for tenant in chosen:
        finished = living.onboard(tenant, at_once(living.platform), clock=FakeClock().clock())
        assert not finished.failure, tenant.slug


def configuration(living: LivingWorld) -> tuple[bytes, dict[str, list[str]]]:
    """Curity's export and Konnect's objects, without what is drawn anew each time: ids, times, the secret's hash."""
    export = HASH.sub(b"<secret>any</secret>", living.world.systems.datastore.export())
    state = living.state("konnect")
    names = {thing["id"]: thing["name"] for things in state.values() for thing in things if "name" in thing and "id" in thing}
    return export, {kind: sorted(repr(_named(thing, names)) for thing in things) for kind, things in state.items()}


def _named(thing: Any, names: dict[str, str]) -> Any:
    """With names in place of ids where a thing refers to another."""
    if isinstance(thing, dict):
        return {key: _named(value, names) for key, value in sorted(thing.items()) if key not in DRAWN or _refers(thing, names)}
    if isinstance(thing, list):
        return [_named(value, names) for value in thing]
    return names.get(thing, thing) if isinstance(thing, str) else thing


def _refers(thing: dict[str, Any], names: dict[str, str]) -> bool:
    """Whether it is nothing but the id of another thing."""
    return "name" not in thing and thing.get("id") in names


def test_any_order_gives_the_same_configuration(living: LivingWorld) -> None:
    every, found = tenants(living), []
    for order in permutations(every):
        living.world.reset()
        onboard(living, order)
        found.append(configuration(living))
    assert found == [found[0]] * len(found)
    assert [living.onboard(tenant).report.changes for tenant in every] == [()] * len(every), "nobody undid what another asked for"
    assert configuration(living) == found[0]


def test_each_tenants_credentials_get_in_only_where_they_are_registered(living: LivingWorld) -> None:
    every = tenants(living)
    onboard(living, every)
    allowed: dict[str, set[str]] = {
        f"{tenant.slug}/{application.name}": {api.path for api in tenant.apis_of(application)}
        for tenant in every
        for application in tenant.applications
    }
    with consumer(living) as asking:
        for name, paths in allowed.items():
            credentials = asking.credentials(*name.split("/"))
            assert {path for path in ("/orders", "/payments") if asking.status(path, credentials) == 200} == paths, name
