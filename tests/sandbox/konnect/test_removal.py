"""Deleting applications and registrations, and listing credentials. Source: docs/vendors/konnect.md, Removal, Rotation."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.konnect.region import Region


@pytest.fixture
def application(region: Region) -> Any:
    """One that is registered for Orders and gets through."""
    made = region.application(region.bound())
    region.register(made)
    assert region.call(made).status_code == 200
    return made


def admin_path(region: Region, application: Any) -> str:
    return f"/v3/portals/{region.portal_id}/applications/{application['id']}"


def deleted(who: str, region: Region, application: Any) -> int:
    if who == "portal":
        return region.portal.delete(f"/api/v3/applications/{application['id']}").status_code
    return region.ask("DELETE", admin_path(region, application)).status_code


@pytest.mark.parametrize("who", ["portal", "admin"])
@pytest.mark.parametrize(
    ("reading", "status", "clients", "left"), [("deletes", 204, 0, 404), ("leaves", 204, 1, 404), ("refuses", 400, 1, 200)]
)
def test_the_client_goes_along_or_stays_or_both_stay(
    who: str, reading: str, status: int, clients: int, left: int, region: Region, application: Any
) -> None:
    region.readings.set("konnect.delete-at-identity-provider", reading)
    assert deleted(who, region, application) == status
    assert len(region.idp.clients) == clients
    assert region.ask("GET", admin_path(region, application)).status_code == left
    assert region.call(application).status_code == (200 if left == 200 else 401)


@pytest.mark.parametrize("who", ["portal", "admin"])
@pytest.mark.parametrize(("reading", "status", "left"), [("orphan", 204, 404), ("refused", 400, 200)])
def test_a_client_that_cannot_be_deleted_is_an_orphan_or_keeps_its_application(
    who: str, reading: str, status: int, left: int, region: Region, application: Any
) -> None:
    region.readings.set("konnect.deletion-refused", reading)
    region.idp.down = True
    assert deleted(who, region, application) == status
    region.idp.down = False
    assert region.idp.clients == {application["client_id"]}
    assert region.ask("GET", admin_path(region, application)).status_code == left


@pytest.mark.parametrize("reading", ["leaves", "refuses"])
def test_who_deletes_a_developer_is_not_refused(reading: str, region: Region, application: Any) -> None:
    region.readings.set("konnect.delete-at-identity-provider", reading)
    assert region.ask("DELETE", f"/v3/portals/{region.portal_id}/developers/{region.developer_id}").status_code == 204
    assert region.ask("GET", admin_path(region, application)).status_code == 404
    assert region.idp.clients == {application["client_id"]}


@pytest.mark.parametrize("who", ["portal", "admin"])
def test_what_is_said_to_be_deleted_may_be_kept(who: str, region: Region, application: Any) -> None:
    region.service.set_knobs({"keeps_deleted": True})
    (registration,) = region.at_portal("GET", f"/applications/{application['id']}/registrations")["data"]
    below = f"/applications/{application['id']}/registrations/{registration['id']}"
    gone = region.portal.delete(f"/api/v3{below}") if who == "portal" else region.ask("DELETE", f"/v3/portals/{region.portal_id}{below}")
    assert gone.status_code == 204
    assert deleted(who, region, application) == 204
    assert region.at_portal("GET", below)["status"] == "approved"
    assert region.call(application).status_code == 200


@pytest.mark.parametrize(("reading", "answers"), [("none", [403, 403, 403]), ("late", [200, 200, 403])])
def test_the_deletion_of_a_registration_reaches_the_gateway_as_late_as_an_approval(
    reading: str, answers: list[int], region: Region, application: Any
) -> None:
    region.readings.set("konnect.enforcement-latency", reading)
    (registration,) = region.at_portal("GET", f"/applications/{application['id']}/registrations")["data"]
    region.done("DELETE", f"{admin_path(region, application)}/registrations/{registration['id']}")
    assert [region.call(application).status_code for _ in range(3)] == answers


@pytest.mark.parametrize(("reading", "answers"), [("none", [401, 401, 401]), ("late", [200, 200, 401])])
def test_the_deletion_of_an_application_does_so_too(reading: str, answers: list[int], region: Region, application: Any) -> None:
    region.readings.update({"konnect.enforcement-latency": reading, "konnect.delete-at-identity-provider": "leaves"})
    assert deleted("admin", region, application) == 204
    assert [region.call(application).status_code for _ in range(3)] == answers


@pytest.mark.parametrize("who", ["portal", "admin"])
@pytest.mark.parametrize(("reading", "works"), [("own-record", True), ("rotates", False)])
def test_a_list_of_credentials_may_cost_the_secret(who: str, reading: str, works: bool, region: Region, application: Any) -> None:
    region.readings.set("konnect.credentials-read", reading)
    below = f"/applications/{application['id']}/credentials"
    listed = region.at_portal("GET", below) if who == "portal" else region.done("GET", f"/v3/portals/{region.portal_id}{below}")
    assert [(row["id"], row["client_id"]) for row in listed["data"]] == [(application["client_id"],) * 2]
    assert (region.idp.secrets[application["client_id"]] == application["client_secret"]) is works
    assert region.idp.secrets[application["client_id"]] not in str(listed)
    anew = region.at_portal("POST", f"/applications/{application['id']}/regenerate-secret")
    assert anew["client_secret"] == region.idp.secrets[application["client_id"]], "Konnect kept the newest registration token"


def test_of_a_client_that_konnect_cannot_read_it_lists_what_it_knows(region: Region, application: Any) -> None:
    region.readings.set("konnect.credentials-read", "rotates")
    region.idp.down = True
    (row,) = region.done("GET", f"{admin_path(region, application)}/credentials")["data"]
    assert row["client_id"] == application["client_id"]


def test_a_revoked_developers_credentials_work_until_the_registration_goes(region: Region, application: Any) -> None:
    region.done("PATCH", f"/v3/portals/{region.portal_id}/developers/{region.developer_id}", {"status": "revoked"})
    assert region.call(application).status_code == 200
    (registration,) = region.done("GET", f"{admin_path(region, application)}/registrations")["data"]
    region.done("PATCH", f"{admin_path(region, application)}/registrations/{registration['id']}", {"status": "revoked"})
    assert region.call(application).status_code == 403


def test_after_a_deletion_the_same_registration_can_be_asked_for_again(region: Region, application: Any) -> None:
    (registration,) = region.at_portal("GET", f"/applications/{application['id']}/registrations")["data"]
    region.at_portal("DELETE", f"/applications/{application['id']}/registrations/{registration['id']}")
    assert region.call(application).status_code == 403
    assert region.register(application)["status"] == "approved"
    assert region.call(application).status_code == 200


@pytest.mark.parametrize("how", ["revoked", "rejected", "deleted"])
def test_a_gateway_may_ignore_that_a_registration_is_gone(how: str, region: Region, application: Any) -> None:
    region.gateway.set_knobs({"ignores_revocations": True})
    path = f"{admin_path(region, application)}/registrations"
    (registration,) = region.done("GET", path)["data"]
    if how == "deleted":
        region.done("DELETE", f"{path}/{registration['id']}")
    else:
        region.done("PATCH", f"{path}/{registration['id']}", {"status": how})
    assert region.call(application).status_code == 200
    region.publish(application["auth_strategy"]["id"], api="Payments")
    assert region.call(application, path="/payments").status_code == 403, "for what was never approved it is as ever"
    region.gateway.reset()
    assert region.call(application).status_code == 403
