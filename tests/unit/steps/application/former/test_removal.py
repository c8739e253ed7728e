"""A former application goes whole, whichever way it came, and what cannot be shown to be gone stays named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from dcr.engine.observe import observe_one
from dcr.errors import CheckFailed, Passing, Refused, Unknown
from dcr.results.outcome import Outcome
from dcr.results.report import Verdict
from dcr.steps.application import application
from dcr.steps.preflight import left_behind
from sandbox.konnect.state import Application, Developer, Portal
from tests.in_process import answered, lost, problem, refused
from tests.unit.kong_in_process import OTHER, REGISTRATION_PATH, TOKEN_PATH
from tests.unit.steps.application import one_application, one_import
from tests.unit.steps.application.one_application import PATH, facts_of, kept, leaving, receipt, remove, take_away
from tests.unit.steps.contexts import StepWorld, a_context, a_tenant, converged, entry_of, facts, planned

APPLICATIONS = "/v3/portals/[^/]+/applications/[^/]+"


def made_in_the_portal() -> StepWorld:
    world = one_application.prepared()
    one_application.converge(world)
    return world


def imported() -> StepWorld:
    world = one_import.prepared()
    one_import.converge(world)
    return world


WAYS: dict[str, Callable[[], StepWorld]] = {"portal": made_in_the_portal, "import": imported}
both_ways = pytest.mark.parametrize("made", WAYS.values(), ids=WAYS)


def gone(world: StepWorld) -> bool:
    return (world.kong.made(Application), world.kong.clients(), PATH in world.vault.kept) == ([], [], False)


def verdicts(outcome: Outcome) -> list[Verdict]:
    return [claim.verdict for claim in outcome.claims]


@both_ways
def test_everything_goes_and_the_token_request_shows_it(made: Callable[[], StepWorld]) -> None:
    world = made()
    client_id, secret, application_id = (kept(world)[name] for name in ("client_id", "client_secret", "application_id"))
    outcome = remove(world)

    (claim,) = outcome.claims
    assert gone(world) and (claim.verdict, client_id in claim.what) == (Verdict.OK, True)
    assert claim.evidence and claim.evidence.call.startswith("POST") and claim.evidence.status in (400, 401)
    told = receipt(world)
    assert application_id in told["removed"] and client_id in told["removed"] and "possible_orphans" not in told
    assert secret not in repr(told) + repr(outcome)
    assert not take_away(world)


@both_ways
def test_a_look_names_all_of_it_and_touches_nothing(made: Callable[[], StepWorld]) -> None:
    world = made()
    client_id = kept(world)["client_id"]
    world.kong.traffic.clear()
    looking = a_context(world, facts_of(world), tenant=leaving())
    outcome = observe_one(entry_of(application), "checkout", looking, wanted=False).outcome

    paths = [change.path for change in outcome.changes]
    assert paths == ["konnect/portals/acme-portal/applications/checkout", f"curity/clients/{client_id}", f"vault://dcr/{PATH}"]
    assert outcome.changes[-1].removes and {change.after for change in outcome.changes} == {None}
    assert world.kong.traffic.writes() == []


def test_a_client_that_konnect_leaves_behind_is_an_orphan_by_its_id_until_a_person_clears_it() -> None:
    world = made_in_the_portal()
    client_id = kept(world)["client_id"]
    world.kong.readings.set("konnect.delete-at-identity-provider", "leaves")
    outcome = remove(world)

    assert verdicts(outcome) == [Verdict.FAILED] and "still gets a token" in outcome.claims[0].detail
    assert world.kong.made(Application) == [] and PATH not in world.vault.kept
    assert [left.what for left in outcome.orphans] == [f"client {client_id}, named checkout"]
    assert client_id in outcome.orphans[0].remedy
    assert planned(left_behind, world, facts(), tenant=leaving()).orphans == outcome.orphans
    world.vault.change("tenants/acme/receipts/checkout", possible_orphans="")
    assert planned(left_behind, world, facts(), tenant=leaving()).orphans == ()


def test_a_client_of_ours_that_konnect_leaves_is_removed_by_its_registration_token() -> None:
    world = imported()
    remove(world)

    assert (
        gone(world)
        and [method for method, path in world.kong.curity_traffic.writes() if path.startswith(REGISTRATION_PATH)][-1] == "DELETE"
    )


@pytest.mark.parametrize("lacking", [{"registration_access_token": ""}, {"registration_expires_at": "2020-01-01T00:00:00Z"}])
def test_a_client_of_ours_whose_token_is_of_no_use_is_an_orphan(lacking: dict[str, str]) -> None:
    world = imported()
    client_id = kept(world)["client_id"]
    world.vault.change(PATH, **lacking)
    outcome = remove(world)

    assert verdicts(outcome) == [Verdict.FAILED] and PATH not in world.vault.kept
    assert [left.what for left in outcome.orphans] == [f"client {client_id}, named checkout"]


def test_konnect_refusing_stops_with_words_and_the_record_stays() -> None:
    world = imported()
    world.kong.readings.set("konnect.imported-client-deletion", "refused")
    before = dict(kept(world))

    with pytest.raises(Refused, match="stays, and so does its record"):
        remove(world)
    assert kept(world) == before and world.kong.clients() == [before["client_id"]] and receipt(world) == {}
    world.kong.readings.set("konnect.imported-client-deletion", "leaves")
    remove(world)
    assert gone(world)


def test_a_konnect_that_says_gone_and_keeps_it_is_found_out() -> None:
    world = made_in_the_portal()
    world.kong.traffic.once("DELETE", APPLICATIONS, answered(httpx.Response(204)))

    with pytest.raises(CheckFailed, match="still there"):
        remove(world)
    assert one_application.works(world)


@both_ways
def test_curity_that_cannot_be_asked_leaves_the_record_for_the_next_run(made: Callable[[], StepWorld]) -> None:
    world = made()
    for _ in range(400):
        world.kong.curity_traffic.once("POST", TOKEN_PATH, refused(503))
    with pytest.raises(Passing):
        remove(world)
    assert PATH in world.vault.kept and world.kong.made(Application) == []


def test_an_application_whose_creation_was_not_heard_of_goes_and_its_client_is_not_called_gone() -> None:
    world = one_application.prepared()
    world.kong.traffic.once("POST", "/api/v3/applications", lost)
    with pytest.raises(Unknown):
        one_application.converge(world)
    (client_id,) = world.kong.clients()
    outcome = remove(world)

    assert gone(world) and verdicts(outcome) == [Verdict.UNKNOWN]
    assert [left.what for left in outcome.orphans] == [f"client {client_id}, named checkout"]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"auth_strategy_id": OTHER}, "another strategy's"),
        ({"team_id": StepWorld().kong.team.id}, "a team's"),
    ],
)
def test_an_unfinished_record_takes_nothing_of_another_identity_along(other: dict[str, Any], reason: str) -> None:
    world = one_application.prepared()
    theirs = world.kong.application(**other)
    world.vault.put(PATH, {"state": "pending", "way": "portal", **belonging(world)})
    remove(world)

    assert world.kong.made(Application) == [theirs] and PATH not in world.vault.kept, reason


def belonging(world: StepWorld) -> dict[str, str]:
    portal = world.kong.portal
    return {"portal_id": portal.id, "portal": portal.name, "owner_type": "developer", "owner": world.kong.developer.email}


def test_an_unfinished_record_takes_nothing_along_that_another_tenant_claims() -> None:
    world = made_in_the_portal()
    world.vault.kept["tenants/globex/applications/checkout"] = world.vault.kept.pop(PATH)
    world.vault.put(PATH, {"state": "pending", "way": "portal", **belonging(world)})
    remove(world)

    assert len(world.kong.made(Application)) == 1 and PATH not in world.vault.kept


def test_the_lines_of_possible_orphans_outlive_the_record() -> None:
    world = imported()
    world.vault.change(PATH, possible_orphans="2026-01-01T00:00:00Z acme.checkout some-client")
    outcome = remove(world)

    assert [left.what for left in outcome.orphans] == ["client some-client, named acme.checkout"]
    assert "some-client" in receipt(world)["possible_orphans"]


def test_a_client_that_was_replaced_and_its_application_go_too() -> None:
    world = one_import.prepared()
    one_import.converge_all(world)
    one_import.converge_all(world, replace=[kept(world)["client_id"]], registration_approval="by a portal admin")
    assert len(world.kong.clients()) == 2
    remove(world)

    assert gone(world)


@both_ways
def test_a_record_of_an_older_version_is_found_by_its_application(made: Callable[[], StepWorld]) -> None:
    world = made()
    for line in ("portal_id", "portal", "owner_type", "owner", "developer"):
        kept(world).pop(line, None)

    assert take_away(world) and gone(world)


def test_another_owner_makes_the_first_ones_application_a_former_one() -> None:
    world = made_in_the_portal()
    first, tenant = kept(world)["application_id"], hand_over(world)
    known = facts(facts_of(world), owner_id=tenant[1])
    outcome = remove(world, known, a_tenant(owner=tenant[0]))

    assert gone(world) and any(first in str(change.before) for change in outcome.changes)


def hand_over(world: StepWorld) -> tuple[str, str]:
    """Another developer's login is in Vault now; the e-mail, and the id."""
    kong, email = world.kong, "next@acme.example"
    somebody = kong.org.add(Developer(kong.org.new_id(), portal_id=kong.portal.id, email=email))
    world.vault.keep("tenants/acme/developer", {"email": email, "password": "x"}, ours=False)
    return email, somebody.id


def test_another_portal_makes_the_application_a_former_one_and_none_of_it_counts_for_the_new_one() -> None:
    world = imported()
    kong = world.kong
    elsewhere = kong.org.add(Portal(kong.org.new_id(), name="new-portal"))
    known = facts(facts_of(world), portal_id=elsewhere.id)
    tenant = a_tenant(portal="new-portal", applications=[one_import.ASKED])
    plan = planned(application, world, known, "checkout", tenant=tenant)

    assert plan.changes[0].before is None and plan.changes[0].path == "curity/clients/acme.checkout"
    with pytest.raises(Refused, match="still holds a former application"):
        converged(application, world, known, "checkout", tenant=tenant)
    remove(world, known, tenant)
    assert gone(world)


def test_the_lines_that_an_older_record_lacks_are_added_where_it_is_still_right() -> None:
    world = made_in_the_portal()
    for line in ("portal_id", "portal", "owner_type", "owner", "developer"):
        kept(world).pop(line)
    secret = kept(world)["client_secret"]
    outcome = one_application.converge(world)

    assert {change.path.rsplit("/", 1)[-1] for change in outcome.changes} == {"portal_id", "portal", "owner_type", "owner", "developer"}
    assert one_application.works(world) and kept(world)["client_secret"] == secret
    assert one_application.plan(world).changes == ()


def test_an_application_that_somebody_gave_away_is_a_problem_and_no_second_one_is_made() -> None:
    world = made_in_the_portal()
    kong = world.kong
    other = kong.org.add(Developer(kong.org.new_id(), portal_id=kong.portal.id, email="other@acme.example"))
    one_application.the_application(world).owner_id = other.id

    (told,) = one_application.plan(world).problems
    assert "does not see it" in told.fault


@both_ways
def test_where_the_portal_itself_is_gone_the_rest_is_cleaned_up(made: Callable[[], StepWorld]) -> None:
    world = made()
    world.kong.forget(Application)
    world.vault.change(PATH, portal_id="00000000-0000-4000-8000-00000000dead")
    outcome = remove(world)

    assert PATH not in world.vault.kept and len(outcome.claims) == 1


def test_nothing_of_a_record_that_somebody_else_wrote_is_former() -> None:
    world = one_application.prepared()
    world.vault.keep(PATH, {"client_secret": "theirs"}, ours=False)

    assert not take_away(world) and kept(world) == {"client_secret": "theirs"}


def test_a_deletion_that_konnect_answers_with_a_conflict_leaves_everything() -> None:
    world = made_in_the_portal()
    world.kong.traffic.once("DELETE", APPLICATIONS, answered(problem(409, "Conflict")))

    with pytest.raises(Refused):
        remove(world)
    assert one_application.works(world)
