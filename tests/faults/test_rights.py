"""A login that lacks one right: it is named and tried once, what converged stays, nothing more is written, and the next run fixes it."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from dcr.errors import DcrError, Problems, Refused
from tests.faults.faulty_world import WRITES, FaultyWorld
from tests.sandbox_fixture import TREE

KONNECT = {
    "GET /v3/portals": "Portals: Maintainer",
    "GET /v3/apis": "APIs: Publisher",
    "GET /v2/control-planes/*/core-entities": "Control Planes: Viewer",
    "GET /v2/dcr-providers": "DCR Providers: Creator",
    "POST /v2/dcr-providers": "DCR Providers: Creator",
    "GET /v2/application-auth-strategies": "Application Auth Strategies: Viewer",
    "POST /v2/application-auth-strategies": "Application Auth Strategies: Creator",
    "PUT /v3/apis/*/publications": "APIs: Publisher, and Application Auth Strategies: Viewer",
    "POST /v3/portals/*/applications": "Portals: Admin",
}
PORTAL = {
    "GET /api/v3/applications": "the portal does not let this developer do it",
    "POST /api/v3/applications": "the portal does not let this developer do it",
}
AUTHORIZATION_SERVER = "/profiles/profile/settings/authorization-server"
CURITY = (
    "/profiles/profile/token-issuers",
    f"{AUTHORIZATION_SERVER}/client-store",
    f"{AUTHORIZATION_SERVER}/dynamic-client-registration",
    "/profiles/profile/endpoints",
    "/environments/environment/services/service-role",
)
VAULT = (
    "platform/konnect",
    "platform/curity",
    "platform/initial-client",
    "platform/lock",
    "tenants/+/spec",
    "tenants/+/lock",
    "tenants/+/developer",
    "tenants/+/applications/+",
)
POLICY = TREE / "deployments/policies/worker.hcl"


def shared(cases: Iterable[object]) -> list[object]:
    """The first of a system's cases belongs to what `make test` runs."""
    first, *others = cases
    values = first if isinstance(first, tuple) else (first,)
    return [pytest.param(*values, marks=pytest.mark.share), *others]


def stopped(faulty: FaultyWorld, *systems: str) -> DcrError:
    """The error of an onboarding that was refused once, and wrote nothing to these systems after that."""
    error = faulty.onboard().error
    assert isinstance(error, Refused | Problems)
    asked = [one for one in faulty.living.world.log.entries(caller="client") if one.system in systems]
    refused = [place for place, one in enumerate(asked) if one.status == 403]
    assert len(refused) == 1
    # The developer's login is not a write: later steps of the same look may still log in there.
    assert [one for one in asked[refused[0] + 1 :] if one.method in WRITES and not one.path.endswith("/authenticate")] == []
    return error


def fixed(faulty: FaultyWorld, system: str, **knobs: object) -> list[str]:
    """What is wrong after the right was given."""
    faulty.living.knobs(system, **knobs)
    return faulty.faults_after()


@pytest.mark.parametrize(("denied", "role"), [*shared(KONNECT.items()), *shared(PORTAL.items())])
def test_a_missing_role_in_konnect_or_the_portal_is_named_and_tried_once(faulty: FaultyWorld, denied: str, role: str) -> None:
    faulty.living.knobs("konnect", denied=(denied,))
    # Its first run is patient if the call names what it has just created; for the next one that is old.
    assert role in faulty.onboard().failure
    faulty.living.forget_requests()
    assert role in str(stopped(faulty, "curity-admin", "konnect", "portal"))
    assert fixed(faulty, "konnect", denied=()) == []


@pytest.mark.parametrize("path", shared(CURITY))
def test_a_missing_right_to_write_in_curity_is_named_and_tried_once(faulty: FaultyWorld, path: str) -> None:
    faulty.living.knobs("curity-admin", denied_writes=[path])
    said = str(stopped(faulty, "curity-admin", "konnect", "portal"))
    assert "denies this admin user" in said
    assert path.rsplit("/", 1)[-1] in said
    assert fixed(faulty, "curity-admin", denied_writes=[]) == []


def test_a_missing_right_to_read_in_curity_is_named_and_tried_once(faulty: FaultyWorld) -> None:
    faulty.living.knobs("curity-admin", denied_reads=["/profiles/profile"])
    assert "denies this admin user" in str(stopped(faulty, "curity-admin", "konnect", "portal"))
    assert fixed(faulty, "curity-admin", denied_reads=[]) == []


@pytest.mark.parametrize("path", shared(VAULT))
def test_a_missing_right_in_vault_is_named_before_anything_is_written(faulty: FaultyWorld, path: str) -> None:
    set_policy(faulty, without(POLICY.read_text(), path))
    error = faulty.onboard().error
    assert isinstance(error, Problems)
    assert re.search(f"vault://dcr/{path.replace('+', '[a-z-]+')}.*lacks the right", str(error))
    assert [one for one in faulty.living.requests("curity-admin", "konnect") if one[1] in WRITES] == []
    set_policy(faulty, POLICY.read_text())
    assert faulty.faults_after() == []


def test_a_right_that_only_the_write_needs_is_named_by_the_write_and_tried_once(faulty: FaultyWorld) -> None:
    """A tenant's run writes the platform's part only where it differs, so preflight lets a login pass that may only read that."""
    set_policy(faulty, reading_only(POLICY.read_text(), "platform/lock"))
    faulty.living.world.vault_audit.clear()
    error = faulty.onboard().error
    assert isinstance(error, Refused)
    assert "lacks the right to create, update dcr/data/platform/lock" in str(error)
    tried = [one for one in faulty.living.world.vault_audit.requests() if one.path == "dcr/data/platform/lock" and one.operation != "read"]
    assert len(tried) == 1
    assert [one for one in faulty.living.requests("curity-admin", "konnect") if one[1] in WRITES] == []
    set_policy(faulty, POLICY.read_text())
    assert faulty.faults_after() == []


def test_a_refusal_for_what_this_run_has_just_created_is_waited_out(faulty: FaultyWorld) -> None:
    faulty.living.world.readings.update({"konnect.permission-lag": "some"})
    assert not faulty.onboard().failure
    assert [one for one in faulty.living.world.log.entries() if one.status == 403 and one.system in ("konnect", "portal")] != []


def without(policy: str, path: str) -> str:
    """The policy less its rule for the data at a path."""
    kept, found = re.subn(rf'path "dcr/data/{re.escape(path)}" {{[^}}]*}}\n', "", policy)
    assert found == 1
    return kept


def reading_only(policy: str, path: str) -> str:
    """The policy with nothing but reading at a path."""
    return without(policy, path) + f'path "dcr/data/{path}" {{ capabilities = ["read"] }}\n'


def set_policy(faulty: FaultyWorld, text: str) -> None:
    """Load another policy for our role; the next reset loads the shipped one."""
    vault = faulty.living.world.vault
    headers = {"X-Vault-Token": vault.keys.root_token}
    vault.http.put(f"{vault.url}/v1/sys/policies/acl/worker", headers=headers, json={"policy": text}).raise_for_status()
