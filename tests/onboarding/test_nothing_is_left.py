"""A tenant comes and goes, then the platform's part: all four systems are as they were. Who shares an API with it notices nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.consumer import consumer
from tests.faults.end_state import vault_read, vault_records
from tests.faults.errands import GLOBEX, neighbour
from tests.onboarding.elements import elements
from tests.onboarding.leaving import offboarded
from tests.onboarding.test_dismantling import SAYING_NOTHING, take_away
from tests.sandbox_fixture import LivingWorld

VERIFICATION = "Konnect DCR verification"  # Konnect's own; whether it removes it is open


@dataclass(frozen=True, slots=True)
class Everything:
    """What the systems hold; the portal's part is in Konnect's. Of Vault what says something: no locks, no receipts, nothing emptied."""

    curity: frozenset[tuple[str, str]]
    clients: tuple[str, ...]
    konnect: dict[str, Any]
    vault: dict[str, dict[str, str]]


def everything(living: LivingWorld) -> Everything:
    configuration = frozenset(one for one in elements(living.world.systems.datastore.export()) if not SAYING_NOTHING.search(one[0]))
    registered = living.state("curity-runtime")["registered_clients"]
    kept = [path for path in vault_records(living) if not path.endswith(("/lock", "/receipt")) and "/receipts/" not in path]
    return Everything(
        configuration,
        tuple(sorted(one["client_id"] for one in registered if one["client_name"] != VERIFICATION)),
        {kind: things for kind, things in living.state("konnect").items() if kind != "registered_clients"},
        {path: found for path in kept if (found := vault_read(living, path))},
    )


@pytest.mark.parametrize("cleans_up", ["leaves", pytest.param("removes", marks=pytest.mark.long)])
def test_all_systems_are_as_they_were_before_the_first_tenant(living: LivingWorld, cleans_up: str) -> None:
    living.world.readings.update({"konnect.verify-cleans-up": cleans_up})
    before = everything(living)
    assert not living.onboard().failure
    assert not offboarded(living).failure
    assert not take_away(living).failure

    assert everything(living) == before
    left = [one["client_name"] for one in living.state("curity-runtime")["registered_clients"]]
    assert set(left) == ({VERIFICATION} if cleans_up == "leaves" else set())


def of_neighbour(living: LivingWorld) -> dict[str, Any]:
    """All that is the other tenant's."""
    found = everything(living)
    credentials = vault_read(living, f"tenants/{GLOBEX}/applications/{GLOBEX}-client")
    (application,) = [one for one in found.konnect["applications"] if one["id"] == credentials["application_id"]]
    return {
        "vault": {path: record for path, record in found.vault.items() if path.startswith(f"tenants/{GLOBEX}/")},
        "application": application,
        "registrations": [one for one in found.konnect["registrations"] if application["id"] in str(one)],
        "client": credentials["client_id"] in found.clients,
        "curity": found.curity,
    }


def test_who_shares_an_api_with_one_that_leaves_is_untouched_and_goes_on_working(living: LivingWorld) -> None:
    before = everything(living)
    assert not living.onboard().failure
    assert not living.onboard(neighbour(living.tenant)).failure
    theirs = of_neighbour(living)
    assert theirs["registrations"] and theirs["client"]
    assert not offboarded(living).failure

    assert of_neighbour(living) == theirs
    with consumer(living) as asking:
        credentials = asking.credentials(GLOBEX, f"{GLOBEX}-client")
        assert asking.token(credentials) and asking.status("/orders", credentials) == 200
        assert asking.status("/orders") == 401, "it is still guarded"
    again = living.onboard(neighbour(living.tenant))
    assert (again.failure, again.report.changes) == ("", ())

    assert not offboarded(living, slug=GLOBEX).failure
    assert not take_away(living).failure
    assert everything(living) == before
