"""Input is a claim: what a path leads to is looked at before credentials go there, and what was accepted stays within the policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest

from dcr.engine.onboarding import Finished, onboard
from dcr.engine.run import InThisProcess, Run
from dcr.gateway.client import Gateway, GatewayAnswer
from dcr.model.platform import Grant, Platform
from dcr.model.tenant import Tenant
from dcr.results.changes import Stage
from dcr.results.report import Claim, Report, Verdict
from dcr.secret import Secret
from dcr.systems import Systems
from sandbox.konnect.state import ControlPlane, Route, Service
from tests.fake_clock import FakeClock
from tests.readings.life import at_once
from tests.sandbox_fixture import LivingWorld


class WatchedGateway(Gateway):
    """Keeps which paths were sent credentials."""

    def __init__(self, gateway: Gateway) -> None:
        self.sender, self.sent = gateway.sender, list[str]()

    def call(self, method: str, path: str, authorization: Secret | None = None) -> GatewayAnswer:
        self.sent += [path] if authorization else []
        return super().call(method, path, authorization)


@pytest.fixture
def systems(living: LivingWorld) -> Iterator[Systems]:
    made = living.systems(FakeClock().clock())
    yield replace(made, gateway=WatchedGateway(made.gateway))
    made.close()


def onboarded(living: LivingWorld, systems: Systems, tenant: Tenant) -> Finished:
    return onboard(living.context(systems, tenant, at_once(living.platform)), InThisProcess(sleep=lambda _seconds: None), "test")


def looked_at(living: LivingWorld, systems: Systems, platform: Platform) -> Report:
    """As the flows that check accepted tenants do."""
    run = Run(living.context(systems, platform=platform), "check", InThisProcess(sleep=lambda _seconds: None))
    with run.reporting():
        run.look(drift=True)
        run.prove(Stage.SMOKE_TEST)
    return run.report()


def given_credentials(systems: Systems) -> list[str]:
    return cast(WatchedGateway, systems.gateway).sent


def open_route(living: LivingWorld, path: str) -> None:
    """A route of somebody's service that no API is linked to, so nobody is asked for anything there."""
    organization = living.world.systems.organization
    plane = organization.all(ControlPlane)[0]
    service = organization.add(Service(organization.new_id(), name="open", control_plane_id=plane.id))
    organization.add(Route(organization.new_id(), name="open", service_id=service.id, paths=(path,)))


def with_path(tenant: Tenant, path: str) -> Tenant:
    """The first API's proof goes there instead."""
    first, *others = tenant.apis
    return tenant.model_copy(update={"apis": [first.model_copy(update={"path": path}), *others]})


def claim(report: Report, words: str) -> Claim:
    return next(one for one in report.claims if one.what == words)


def test_a_path_that_is_another_services_route_stops_before_any_write(living: LivingWorld, systems: Systems) -> None:
    open_route(living, "/open")
    finished = onboarded(living, systems, with_path(living.tenant, "/open"))
    assert "tenant.apis[0].path: GET '/open'" in str(finished.error)
    assert "Its routes: any method /orders by https" in str(finished.error)
    asked = living.requests("curity-admin", "konnect", "portal")
    assert [one for one in asked if one[1] != "GET" and not one[2].endswith("/authenticate")] == []
    assert given_credentials(systems) == []


def test_no_credentials_go_to_an_open_route_that_is_nearer_than_the_apis_own(living: LivingWorld, systems: Systems) -> None:
    open_route(living, "/orders/open")
    report = onboarded(living, systems, with_path(living.tenant, "/orders/open")).report
    assert report.verdict is Verdict.FAILED
    assert "/orders/open" not in given_credentials(systems)
    assert "/payments" in given_credentials(systems)


def test_a_route_that_is_gone_since_is_told_and_gets_no_credentials(living: LivingWorld, systems: Systems) -> None:
    living.onboard()
    route = next(one for one in living.world.systems.organization.all(Route) if one.name == "orders")
    route.paths = ("/somewhere-else",)
    report = looked_at(living, systems, living.platform)
    assert report.verdict is Verdict.FAILED
    assert claim(report, "tenant.apis[0].path is as accepted").verdict is Verdict.UNKNOWN
    assert set(given_credentials(systems)) == {"/payments"}


@pytest.mark.parametrize(
    ("grant", "told"),
    [
        ({}, "tenant.owner is allowed by the platform's policy"),
        ({"portals": ["their-portal"], "owners": ["service-developer@acme.example"]}, "tenant.portal is allowed by the platform's policy"),
    ],
)
def test_an_accepted_tenant_that_the_policy_no_longer_allows_is_found(
    living: LivingWorld, systems: Systems, grant: dict[str, Any], told: str
) -> None:
    living.onboard()
    rules = living.platform.rules.model_copy(update={"grants": (Grant.model_validate(grant),)})
    report = looked_at(living, systems, living.platform.model_copy(update={"rules": rules}))
    assert report.verdict is Verdict.FAILED
    assert [one.what for one in report.claims if one.verdict is not Verdict.OK] == [told]
