"""What `prepare` makes, `dismantle` takes back: all systems are as they were, but for what others have changed in between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from dcr.engine.dismantling import dismantle, planned_dismantling
from dcr.engine.onboarding import Finished, onboard
from dcr.engine.run import InThisProcess
from dcr.errors import Problems
from dcr.model.platform import CurityMode, Platform
from dcr.secret import Secret
from dcr.settings.model import VaultLogin
from dcr.systems import build_systems
from sandbox.konnect.state import Application, Developer, Portal, Strategy
from sandbox.systems import OWN_EXPORT
from sandbox.world import WorldOptions
from tests.admin_client import at_curity
from tests.faults.end_state import vault_read, vault_write
from tests.onboarding.elements import Elements, elements
from tests.reference import REFERENCE
from tests.sandbox.curity.samples import export_names
from tests.sandbox_fixture import TREE, LivingWorld, start

OWN = "the sandbox's own"
KEPT = ("platform/initial-client", "platform/dcr-provider", "platform/curity-changes")
# Containers that say nothing when they are empty: an export may write them down or not.
SAYING_NOTHING = re.compile(r"/as:client-store(/as:config-backed)?$")
IN_PROCESS = InThisProcess(sleep=lambda _seconds: None)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that `prepare` may change."""

    curity: Elements
    konnect: dict[str, Any]
    vault: dict[str, dict[str, str]]


def snapshot(living: LivingWorld) -> Snapshot:
    curity = frozenset(one for one in elements(living.world.systems.datastore.export()) if not SAYING_NOTHING.search(one[0]))
    konnect = {kind: things for kind, things in living.state("konnect").items() if kind != "registered_clients"}
    return Snapshot(curity, konnect, {path: vault_read(living, path) for path in KEPT})


def prepare(living: LivingWorld, platform: Platform | None = None) -> Finished:
    systems = living.systems()
    try:
        return onboard(replace(living.context(systems, platform=platform), tenant=None), IN_PROCESS, "test")
    finally:
        systems.close()


def take_away(living: LivingWorld, platform: Platform | None = None) -> Finished:
    systems = living.systems()
    try:
        return dismantle(living.context(systems, platform=platform), IN_PROCESS, "test")
    finally:
        systems.close()


@pytest.fixture(scope="module", params=[OWN, *export_names()])
def started(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivingWorld]:
    file = OWN_EXPORT if request.param == OWN or REFERENCE is None else REFERENCE / "curity" / "exports" / request.param
    yield from start(tmp_path_factory.mktemp("dismantling"), WorldOptions(curity_config=file))


def test_everything_is_as_it_was_before_the_platform_was_prepared(started: LivingWorld) -> None:
    before = snapshot(started)
    assert not prepare(started).failure
    assert snapshot(started) != before
    finished = take_away(started)

    assert (finished.failure, finished.report.warnings) == ("", ())
    assert snapshot(started) == before
    again = take_away(started)
    assert (again.failure, again.report.changes) == ("", ()), "there is nothing left"
    assert not prepare(started).failure, "and it can be prepared again"
    assert not take_away(started).failure
    assert snapshot(started) == before


def test_last_things_go_first_and_what_is_planned_is_what_goes(living: LivingWorld) -> None:
    prepare(living)
    systems = living.systems()
    planned = planned_dismantling(replace(living.context(systems), tenant=None), InThisProcess(sleep=lambda _seconds: None), "test")
    systems.close()
    finished = take_away(living)

    assert (planned.problems, planned.stops) == ((), ())
    assert finished.report.changes == planned.changes
    order = ("application-auth-strategies", "dcr-providers", "service-role=", "/endpoint=", "/dynamic-client-registration", "/client=")
    places = [[name in change.path for change in planned.changes].index(True) for name in order]
    assert places == sorted(places)
    assert [change.path for change in planned.changes][-2:] == ["vault/platform/curity-changes", "vault://dcr/platform/initial-client"]


def test_what_others_have_changed_in_between_stays_and_is_named(living: LivingWorld) -> None:
    """An endpoint of ours that they have moved elsewhere, which stays deployed, and what they added that has nothing to do with us."""
    before = snapshot(living)
    prepare(living)
    endpoint = "token-service-dynamic-client-registration"
    place = f"base:profiles/profile=token-service,oauth-service/endpoints/endpoint={endpoint}"
    at_curity(living.world, "PATCH", place, {"base:endpoint": [{"id": endpoint, "uri": "/theirs"}]})
    organization = living.world.systems.organization
    organization.all(Portal)[0].description = "theirs"
    finished = take_away(living)

    assert not finished.failure
    (warning,) = finished.report.warnings
    assert f"endpoint={endpoint} stays: others have changed it since" in warning and "/uri = /theirs" in warning
    after = snapshot(living)
    assert before.curity <= after.curity
    assert all(endpoint in path or text == endpoint for path, text in after.curity - before.curity)
    assert any("service-role" in path and text == endpoint for path, text in after.curity - before.curity), "it stays deployed"
    assert organization.all(Portal)[0].description == "theirs"


def test_it_is_refused_while_anybody_uses_it(living: LivingWorld) -> None:
    assert not living.onboard().failure
    before = snapshot(living)
    living.forget_requests()
    finished = take_away(living)

    assert isinstance(finished.error, Problems)
    said = str(finished.error)
    assert "platform sandbox: is still used: accepted tenants (acme); APIs that are published with the auth strategy" in said
    assert "orders-client in acme-portal" in said and "payments-client in acme-portal" in said
    assert snapshot(living) == before
    assert [one for one in living.requests("curity-admin", "konnect") if one[1] != "GET"] == []


def test_an_application_or_another_strategy_of_nobodys_tenant_keeps_it_too(living: LivingWorld) -> None:
    prepare(living)
    organization = living.world.systems.organization
    strategy = next(one for one in organization.all(Strategy) if one.labels)
    other = Strategy(
        organization.new_id(), name="theirs", display_name="theirs", configs=dict(strategy.configs), provider_id=strategy.provider_id
    )
    organization.add(other)
    portal = next(one for one in organization.all(Portal) if one.name == "acme-portal")
    made = organization.add(Application(organization.new_id(), portal_id=portal.id, name="left-over", strategy_id=strategy.id))
    made.owner_id = next(one.id for one in organization.all(Developer) if one.portal_id == portal.id)
    said = str(take_away(living).error)
    assert "applications (left-over in acme-portal); other auth strategies with its DCR provider (theirs)" in said

    organization.drop(made)
    organization.drop(other)
    assert not take_away(living).failure


def test_a_platform_that_was_prepared_before_there_was_a_memory_loses_what_bears_our_mark(living: LivingWorld) -> None:
    before = snapshot(living)
    prepare(living)
    vault_write(living, "platform/curity-changes", {"changes": "[]", "managed_by": "dcr", "op_id": "x"})
    finished = take_away(living)

    assert not finished.failure
    assert all("nobody remembers what stood there before, so it stays" in one for one in finished.report.warnings)
    assert len(finished.report.warnings) == 2
    left = snapshot(living)
    assert left.konnect == before.konnect and not any("client[konnect-dcr]" in path for path, _ in left.curity - before.curity)


def test_where_files_configure_curity_it_says_what_to_take_out_of_them(living: LivingWorld) -> None:
    prepare(living)
    curity = living.platform.curity.model_copy(update={"mode": CurityMode.RENDER})
    before = snapshot(living)
    finished = take_away(living, living.platform.model_copy(update={"curity": curity}))

    assert not finished.failure
    told = [one for one in finished.report.warnings if "its files configure it, so nothing is removed there" in one]
    assert len(told) == 2 and "client=konnect-dcr/client-name" in told[1] + told[0] and "dcr-sandbox.xml" in told[0]
    after = snapshot(living)
    assert after.curity == before.curity
    assert "curity" not in [one["name"] for one in after.konnect["dcr_providers"]] and after.vault["platform/initial-client"] == {}


def test_the_offboarding_login_is_enough(living: LivingWorld) -> None:
    before = snapshot(living)
    prepare(living)
    settings = living.settings.vault.model_copy(update={"auth": VaultLogin.TOKEN, "token": Secret(token_of(living, "offboard"))})
    systems = build_systems(living.settings.model_copy(update={"vault": settings}), living.platform)
    try:
        finished = dismantle(living.context(systems), IN_PROCESS, "test")
    finally:
        systems.close()

    assert (finished.failure, finished.report.warnings) == ("", ())
    assert snapshot(living) == before


def token_of(living: LivingWorld, policy: str) -> str:
    """A login with this policy alone, given by an operator."""
    vault = living.world.vault
    headers = {"X-Vault-Token": vault.keys.root_token}
    text = (TREE / f"deployments/policies/{policy}.hcl").read_text()
    vault.http.put(f"{vault.url}/v1/sys/policies/acl/{policy}", headers=headers, json={"policy": text}).raise_for_status()
    asked = {"policies": [policy], "no_default_policy": True, "ttl": "20m"}
    answer = vault.http.post(f"{vault.url}/v1/auth/token/create", headers=headers, json=asked)
    return str(answer.raise_for_status().json()["auth"]["client_token"])
