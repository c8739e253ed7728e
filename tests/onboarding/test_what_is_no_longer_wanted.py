"""What was made and is not asked for any more: named in the plan, taken away where the policy says so, and shown to let nobody in."""

from __future__ import annotations

from typing import Any

import pytest

from dcr.engine.observe import observe
from dcr.engine.offboarding import Level
from dcr.engine.onboarding import Finished
from dcr.engine.run import InThisProcess, Run
from dcr.errors import Conflict
from dcr.model.platform import Platform, Removal
from dcr.model.tenant import RegistrationApproval, Tenant
from dcr.results.changes import Stage
from dcr.results.plan import Plan
from dcr.results.report import Verdict
from dcr.steps.portal_binding.leaving_publication import UNGUARDED
from sandbox.konnect.state import Developer
from tests.consumer import consumer
from tests.onboarding.leaving import offboarded
from tests.sandbox_fixture import LivingWorld

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
ACCESS, CREDENTIALS, EVERYTHING = Level


def removing(living: LivingWorld) -> Platform:
    """The example platform, where what is not asked for may be removed."""
    return living.platform.model_copy(update={"rules": living.platform.rules.model_copy(update={"removal": Removal.APPLY})})


def asking_for_less(living: LivingWorld) -> Tenant:
    """Payments is dropped, and with it one application and one registration of the other."""
    orders, _ = living.tenant.applications
    return living.tenant.model_copy(
        update={"apis": [living.tenant.apis[0]], "applications": [orders.model_copy(update={"apis": ["Orders"]})]}
    )


def plan(living: LivingWorld, tenant: Tenant) -> Plan:
    systems = living.systems()
    try:
        return observe(living.context(systems, tenant), sleep=lambda _seconds: None).plan(living.platform, tenant)
    finally:
        systems.close()


def records(living: LivingWorld, tenant: Tenant | None = None) -> dict[str, dict[str, str]]:
    """What Vault holds for a tenant's applications."""
    whose = tenant or living.tenant
    with consumer(living) as asking:
        return {one.name: asking.credentials(whose.slug, one.name) for one in whose.applications}


def statuses(living: LivingWorld, credentials: dict[str, str]) -> dict[str, int]:
    """How the gateway answers these credentials now."""
    with consumer(living) as asking:
        return {path: asking.status(path, credentials) for path in ("/orders", "/payments")}


def clients(living: LivingWorld) -> set[str]:
    return {one["client_id"] for one in living.state("curity-runtime")["registered_clients"]}


def applications(living: LivingWorld) -> set[str]:
    return {one["id"] for one in living.state("konnect")["applications"]}


def refusals(finished: Finished) -> list[str]:
    return [claim.what for claim in finished.report.claims if claim.what.startswith("gateway refused") and claim.verdict is Verdict.OK]


# c: an API, an application, and one of an application's APIs are dropped.


def test_what_is_dropped_is_named_by_the_plan_and_stops_the_run_before_any_write(living: LivingWorld) -> None:
    assert not living.onboard().failure
    living.forget_requests()
    planned = plan(living, asking_for_less(living))
    gone = {change.path for change in planned.changes if change.after is None and change.removes}
    root = f"konnect/portals/{living.tenant.portal}/applications"
    assert f"{root}/orders-client/registrations/Payments v1" in gone
    assert "vault://dcr/tenants/acme/applications/payments-client" in gone
    assert planned.stops

    finished = living.onboard(asking_for_less(living))
    assert isinstance(finished.error, Conflict) and "/registrations/Payments" in str(finished.error)
    assert [one for one in living.requests("konnect", "curity-admin") if one[1] in WRITES] == []
    assert statuses(living, records(living)["payments-client"])["/payments"] == 200


def test_what_is_dropped_is_removed_where_the_policy_says_so_and_the_gateway_shows_it(living: LivingWorld) -> None:
    assert not living.onboard().failure
    before = records(living)
    finished = living.onboard(asking_for_less(living), removing(living))

    assert not finished.failure
    assert {what.rpartition(" at ")[0] for what in refusals(finished)} == {
        "gateway refused orders-client",
        "gateway refused payments-client",
    }
    assert all(what.endswith(" s after") for what in refusals(finished))
    # Payments is in no portal any more, so nothing of Konnect's guards its route: the plan said so.
    assert statuses(living, before["orders-client"]) == {"/orders": 200, "/payments": 200}
    assert statuses(living, before["payments-client"])["/orders"] == 401
    assert [change.impact for change in finished.report.changes if change.path.endswith("publications/Payments v1")] == [UNGUARDED]
    assert before["payments-client"]["client_id"] not in clients(living)
    again = living.onboard(asking_for_less(living), removing(living))
    assert (again.failure, again.report.changes) == ("", ())


def test_as_long_as_it_is_not_removed_the_smoke_test_asks_and_says_failed(living: LivingWorld) -> None:
    assert not living.onboard().failure
    systems = living.systems()
    try:
        run = Run(living.context(systems, asking_for_less(living)), "check", InThisProcess(sleep=lambda _seconds: None))
        with run.reporting():
            run.look(drift=True)
            run.prove(Stage.SMOKE_TEST)
    finally:
        systems.close()
    report = run.report()
    wrong = {claim.what for claim in report.claims if claim.stage is Stage.SMOKE_TEST and claim.verdict is Verdict.FAILED}
    assert report.verdict is Verdict.FAILED
    assert wrong == {
        "former application payments-client is refused at GET /payments",
        "application orders-client is refused at GET /payments",
    }
    assert any(change.removes for change in report.changes)


# f: another portal.


def imports_alone(living: LivingWorld, **changes: Any) -> Tenant:
    return living.tenant.model_copy(update={"applications": [living.tenant.application("payments-client")], **changes})


def test_what_the_former_portal_has_is_former_and_goes(living: LivingWorld) -> None:
    assert not living.onboard(imports_alone(living)).failure
    before = records(living, imports_alone(living))["payments-client"]
    moved = imports_alone(living, portal="partner-portal", owner="dev@partner.example")
    stopped = living.onboard(moved)
    assert isinstance(stopped.error, Conflict) and "acme-portal" in str(stopped.error)

    finished = living.onboard(moved, removing(living))
    assert not finished.failure
    after = records(living, imports_alone(living))["payments-client"]
    assert before["application_id"] not in applications(living) and before["client_id"] not in clients(living)
    assert set(statuses(living, before).values()) == {401} and statuses(living, after)["/payments"] == 200
    assert living.onboard(moved, removing(living)).report.changes == ()


# g: a second tenant of the same portal, owner and application name.


def globex(living: LivingWorld) -> Tenant:
    return living.tenant.model_copy(update={"slug": "globex", "applications": [living.tenant.application("orders-client")]})


def give_login(living: LivingWorld, slug: str) -> None:
    """As an operator does: the same service developer for both."""
    with consumer(living) as asking:
        asking.write(f"tenants/{slug}/developer", asking.record("tenants/acme/developer"))


def reserve(living: LivingWorld, slug: str) -> None:
    """As a run leaves it that died before it created its application."""
    systems = living.systems()
    try:
        systems.vault.put(f"tenants/{slug}/applications/orders-client", {"state": "pending", "way": "portal", "application_id": ""})
    finally:
        systems.close()


def test_what_another_tenants_record_claims_is_never_ours(living: LivingWorld) -> None:
    assert not living.onboard().failure
    theirs = records(living)["orders-client"]
    give_login(living, "globex")
    reserve(living, "globex")
    finished = living.onboard(globex(living))

    assert not finished.failure
    assert records(living, globex(living))["orders-client"]["application_id"] != theirs["application_id"]
    assert records(living)["orders-client"] == theirs and statuses(living, theirs)["/orders"] == 200
    assert living.onboard().report.changes == ()


def test_an_application_that_two_unfinished_records_may_mean_is_a_conflict_that_names_the_other(living: LivingWorld) -> None:
    assert not living.onboard().failure
    with consumer(living) as asking:
        theirs = asking.credentials("acme", "orders-client")
    systems = living.systems()
    try:
        unheard_of = {"state": "pending", "way": "portal", "application_id": "", "portal_id": theirs["portal_id"]}
        systems.vault.put("tenants/acme/applications/orders-client", unheard_of)
    finally:
        systems.close()
    give_login(living, "globex")
    reserve(living, "globex")
    finished = living.onboard(globex(living))

    assert isinstance(finished.error, Conflict) and "tenant acme" in str(finished.error)
    assert statuses(living, theirs)["/orders"] == 200


# k: names of clients.


def test_no_two_tenants_clients_have_one_name_and_each_bears_its_marks(living: LivingWorld) -> None:
    def of(slug: str, name: str) -> Tenant:
        application = living.tenant.application("payments-client").model_copy(update={"name": name})
        return living.tenant.model_copy(update={"slug": slug, "applications": [application]})

    mine, theirs = of("acme", "eu-orders"), of("acme-eu", "orders")
    assert not living.onboard(mine).failure and not living.onboard(theirs).failure
    names = [one["client_name"] for one in living.state("curity-runtime")["registered_clients"] if "orders" in one["client_name"]]
    assert sorted(names) == ["acme-eu.orders", "acme.eu-orders"]
    assert len({records(living, one)[name]["dcr_op"] for one, name in ((mine, "eu-orders"), (theirs, "orders"))}) == 2


# Offboarding, at each level.


def secrets_of(living: LivingWorld) -> list[str]:
    """Names of the applications that Vault still lists."""
    systems = living.systems()
    try:
        return systems.vault.list("tenants/acme/applications")
    finally:
        systems.close()


@pytest.mark.parametrize("level", list(Level))
def test_offboarding_ends_access_at_each_level_and_repeating_it_ends_well(living: LivingWorld, level: Level) -> None:
    assert not living.onboard().failure
    before = records(living)
    developers = living.world.systems.organization.all(Developer)
    finished = offboarded(living, level)

    assert (finished.failure, finished.report.verdict) == ("", Verdict.OK)
    assert len(refusals(finished)) == 3
    if level is not Level.EVERYTHING:  # what is in no portal any more is not guarded by Konnect
        assert statuses(living, before["orders-client"])["/orders"] in (401, 403)
        assert statuses(living, before["payments-client"])["/payments"] in (401, 403)
    kept = level is ACCESS
    assert {one["client_id"] for one in before.values()} <= clients(living) if kept else not _any(before, "client_id", clients(living))
    assert {one["application_id"] for one in before.values()} <= applications(living) if kept else True
    assert kept or not _any(before, "application_id", applications(living))
    assert secrets_of(living) == (sorted(before) if kept else [])
    assert living.world.systems.organization.all(Developer) == developers
    again = offboarded(living, level)
    assert (again.failure, again.report.changes) == ("", ())


def _any(before: dict[str, dict[str, str]], name: str, there: set[str]) -> bool:
    return any(one[name] in there for one in before.values())


def test_what_was_revoked_can_be_taken_away_whole_afterwards(living: LivingWorld) -> None:
    assert not living.onboard().failure
    before = records(living)
    for level in (ACCESS, EVERYTHING):
        assert not offboarded(living, level).failure
    assert not _any(before, "client_id", clients(living)) and not _any(before, "application_id", applications(living))


def test_a_registration_that_a_person_has_to_approve_goes_too(living: LivingWorld) -> None:
    tenant = living.tenant.model_copy(update={"registration_approval": RegistrationApproval.BY_PORTAL_ADMIN})
    assert not living.onboard(tenant).failure
    assert not offboarded(living, CREDENTIALS).failure
    assert secrets_of(living) == []
