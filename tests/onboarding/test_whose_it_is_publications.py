"""Whose a publication is, on the whole sandbox: rows c, d and e of what hostile and forgetful users have done."""

from __future__ import annotations

from typing import Any

import pytest

from dcr.engine.permission import Mandate
from dcr.engine.run import WRITING_STAGES, InThisProcess, Run
from dcr.model.platform import Platform, Removal
from dcr.model.tenant import RegistrationApproval, Tenant
from dcr.results.changes import Stage
from dcr.results.report import Verdict
from dcr.steps.preflight.accepted import RememberedPublication, written
from dcr.vault import paths
from sandbox.konnect.state import Api, Portal, Publication
from tests.faults.end_state import vault_read, vault_write
from tests.onboarding.leaving import offboarded
from tests.sandbox_fixture import LivingWorld

PORTAL = "konnect/portals/acme-portal/publications"
OWNED = "belongs to tenant acme: it would change for everyone in portal acme-portal"


def globex(**values: Any) -> Tenant:
    """Lists an API that acme has published to the same portal."""
    return Tenant.model_validate(
        {
            "slug": "globex",
            "portal": "acme-portal",
            "owner": "service-developer@acme.example",
            "apis": [{"name": "Payments", "version": "v1", "path": "/payments"}],
            "applications": [{"name": "globex-client", "way": "import", "redirect_uri": "https://globex.example/callback"}],
            "requested_by": "john.roe@globex.example",
        }
        | values
    )


def published(living: LivingWorld, label: str) -> Publication | None:
    organization = living.world.systems.organization
    name, _, version = label.partition(" ")
    api = next(one for one in organization.all(Api) if (one.name, one.version or "") == (name, version))
    portal = next(one for one in organization.all(Portal) if one.name == "acme-portal")
    found = [one for one in organization.all(Publication) if (one.api_id, one.portal_id) == (api.id, portal.id)]
    return found[0] if found else None


def test_d_another_tenants_api_is_not_published_to_the_world(living: LivingWorld) -> None:
    assert not living.onboard().failure
    finished = living.onboard(globex(visibility="public"))

    assert finished.report.verdict is Verdict.FAILED
    assert f"{PORTAL}/Payments v1/visibility: {OWNED}" in finished.report.error
    assert published(living, "Payments v1").visibility == "private"  # type: ignore[union-attr]
    again = living.onboard()
    assert (again.failure, again.report.changes) == ("", ()), "nobody has to take anything back"


def test_d_what_is_named_is_taken_over_and_then_is_the_takers(living: LivingWorld) -> None:
    assert not living.onboard().failure
    systems = living.systems()
    try:
        run = Run(
            living.context(systems, globex(visibility="public")),
            "taking",
            InThisProcess(sleep=lambda _seconds: None),
            Mandate(take=frozenset({f"{PORTAL}/Payments v1/visibility"})),
        )
        with run.reporting(), run.writing(lambda _observation: pytest.fail("nobody has to be asked")):
            for stage in WRITING_STAGES:
                run.converge(stage)
    finally:
        systems.close()
    assert run.error is None
    assert published(living, "Payments v1").visibility == "public"  # type: ignore[union-attr]
    assert "belongs to tenant globex" in living.onboard().report.error


def test_e_another_tenant_does_not_turn_on_again_what_the_owner_turned_off(living: LivingWorld) -> None:
    turned_off = living.tenant.model_copy(update={"registration_approval": RegistrationApproval.BY_THIS_RUN})
    assert not living.onboard(turned_off).failure
    finished = living.onboard(globex())

    assert f"{PORTAL}/Payments v1/auto_approve_registrations: {OWNED}" in finished.report.error
    assert published(living, "Payments v1").auto_approve is False  # type: ignore[union-attr]


def test_who_uses_it_as_it_is_may_use_it(living: LivingWorld) -> None:
    assert not living.onboard().failure
    finished = living.onboard(globex())

    assert not finished.failure
    assert [change.path for change in finished.report.changes if "publications" in change.path] == [
        "vault/publications/acme-portal/Payments v1/users"
    ]


def payments_dropped(living: LivingWorld) -> Tenant:
    """The example without its second API."""
    applications = [one.model_copy(update={"apis": ["Orders"]}) for one in living.tenant.applications]
    return living.tenant.model_copy(update={"apis": living.tenant.apis[:1], "applications": applications})


def remember(living: LivingWorld) -> None:
    """What the tenant's record remembers of its publications, whether or not onboarding writes that already."""
    kept = vault_read(living, paths.tenant_spec("acme"))
    vault_write(living, paths.tenant_spec("acme"), kept | {"publications": written(remembered(living))})


def remembered(living: LivingWorld) -> tuple[RememberedPublication, ...]:
    organization = living.world.systems.organization
    portal = next(one for one in organization.all(Portal) if one.name == "acme-portal")
    apis = {f"{one.name} {one.version or ''}".strip(): one.id for one in organization.all(Api)}
    return tuple(RememberedPublication(api.label, portal.name, portal.id, apis[api.label], "GET", api.path) for api in living.tenant.apis)


def removing(living: LivingWorld) -> Platform:
    rules = living.platform.rules.model_copy(update={"removal": Removal.APPLY})
    return living.platform.model_copy(update={"rules": rules})


def test_c_an_api_that_is_dropped_is_named_and_by_default_stops_the_run(living: LivingWorld) -> None:
    assert not living.onboard().failure
    remember(living)
    finished = living.onboard(payments_dropped(living))

    assert f"{PORTAL}/Payments v1: is no longer asked for" in finished.report.error
    assert published(living, "Payments v1") is not None


def test_c_an_api_that_is_dropped_leaves_the_portal_where_the_policy_says_so(living: LivingWorld) -> None:
    assert not living.onboard().failure
    remember(living)
    finished = living.onboard(payments_dropped(living), removing(living))

    assert finished.error is None
    assert [change.path for change in finished.report.changes if change.after is None and PORTAL in change.path] == [
        f"{PORTAL}/Payments v1"
    ]
    assert Stage.REMOVAL in [stage.stage for stage in finished.report.stages]
    assert published(living, "Payments v1") is None and published(living, "Orders v1") is not None
    assert living.onboard(payments_dropped(living), removing(living)).report.changes == ()


def test_c_an_api_that_another_tenant_uses_stays_and_becomes_its(living: LivingWorld) -> None:
    assert not living.onboard().failure
    assert not living.onboard(globex()).failure
    remember(living)
    finished = living.onboard(payments_dropped(living), removing(living))

    lines = {change.path: (change.before, change.after) for change in finished.report.changes if "vault/publications" in change.path}
    assert lines == {
        "vault/publications/acme-portal/Payments v1/users": ("acme, globex", "globex"),
        "vault/publications/acme-portal/Payments v1/owner": ("acme", "globex"),
    }
    assert published(living, "Payments v1") is not None
    assert not living.onboard(globex(visibility="public")).error, "it is globex's now"


def test_publications_go_with_their_tenant(living: LivingWorld) -> None:
    assert not living.onboard().failure
    remember(living)
    assert not offboarded(living).failure

    assert vault_read(living, publication_path(living, "Payments v1")) == {}
    assert published(living, "Payments v1") is None and published(living, "Orders v1") is None


def publication_path(living: LivingWorld, label: str) -> str:
    one = next(one for one in remembered(living) if one.label == label)
    return paths.publication(one.portal_id, one.api_id)
