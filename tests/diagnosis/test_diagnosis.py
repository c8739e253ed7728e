"""`dcr diagnose`: one thing is broken, and the line that is about it fails and says what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from cli import main
from dcr.diagnosis.finding import Diagnosis, Finding
from dcr.results.report import Verdict
from tests.sandbox_fixture import TREE, LivingWorld

PROFILE = "base:profiles/profile=token-service,oauth-service"
SERVER = f"{PROFILE}/settings/profile-oauth:authorization-server"


def restconf(living: LivingWorld, method: str, path: str, body: Any = None) -> None:
    ready = living.world.ready["curity"]
    answer = httpx.request(
        method,
        f"{ready['admin_url']}/data/{path}",
        content=json.dumps(body) if body else None,
        headers={"Content-Type": "application/yang-data+json"},
        auth=(ready["username"], ready["password"]),
        verify=living.world.ready["ca_file"],
    )
    assert answer.is_success, answer.text


def konnect(living: LivingWorld, method: str, path: str, body: Any = None) -> Any:
    ready = living.world.ready["konnect"]
    answer = httpx.request(
        method,
        ready["url"] + path,
        json=body,
        headers={"Authorization": f"Bearer {ready['token']}"},
        verify=living.world.ready["ca_file"],
    )
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def provider_of(living: LivingWorld) -> str:
    found = konnect(living, "GET", "/v2/dcr-providers?filter[name][eq]=curity")["data"]
    return str(found[0]["id"])


def applications(living: LivingWorld) -> str:
    return f"/v3/portals/{living.world.ready['portal']['id']}/applications"


def first_application(living: LivingWorld) -> str:
    found = konnect(living, "GET", applications(living))["data"]
    return str(next(one["id"] for one in found if one["name"] == "orders-client"))


def rotate_in_vault(living: LivingWorld) -> None:
    systems = living.systems()
    systems.vault.put("platform/initial-client", {"client_id": "konnect-dcr", "client_secret": "another"})
    systems.close()


def disable_client(living: LivingWorld) -> None:
    path = f"{SERVER}/client-store/config-backed/client=konnect-dcr"
    restconf(living, "PATCH", path, {"profile-oauth:client": [{"id": "konnect-dcr", "enabled": False}]})


def let_another_client_register(living: LivingWorld) -> None:
    choice = f"{SERVER}/dynamic-client-registration/non-templatized"
    restconf(living, "PATCH", choice, {"profile-oauth:non-templatized": {"no-authentication": [None]}})


def undeploy(living: LivingWorld) -> None:
    for role in ("default", "internal"):
        path = f"base:environments/environment/services/service-role={role}/endpoints=token-service-dynamic-client-registration"
        restconf(living, "DELETE", path)


def change_issuer_at_konnect(living: LivingWorld) -> None:
    konnect(living, "PATCH", f"/v2/dcr-providers/{provider_of(living)}", {"issuer": "https://elsewhere.example/oauth"})


def change_secret_at_konnect(living: LivingWorld) -> None:
    body = {"dcr_config": {"initial_client_id": "konnect-dcr", "initial_client_secret": "wrong"}}
    konnect(living, "PATCH", f"/v2/dcr-providers/{provider_of(living)}", body)


def unpublish(living: LivingWorld) -> None:
    api = living.world.ready["konnect"]["apis"]["Orders"]
    konnect(living, "DELETE", f"/v3/apis/{api}/publications/{living.world.ready['portal']['id']}")


def delete_application(living: LivingWorld) -> None:
    konnect(living, "DELETE", f"{applications(living)}/{first_application(living)}")


def revoke(living: LivingWorld) -> None:
    path = f"{applications(living)}/{first_application(living)}/registrations"
    registration = konnect(living, "GET", path)["data"][0]["id"]
    konnect(living, "PATCH", f"{path}/{registration}", {"status": "revoked"})


def knob(system: str, **values: Any) -> Callable[[LivingWorld], None]:
    return lambda living: living.knobs(system, **values)


def diagnosed(living: LivingWorld, capsys: pytest.CaptureFixture[str], tenant: str = "acme", *options: str) -> tuple[int, Diagnosis]:
    given = ["--platform", str(TREE / "examples/platforms/sandbox.yaml"), "--ready-file", str(living.ready_file), "--json"]
    capsys.readouterr()
    code = main(["diagnose", tenant, *given, *options])
    return code, Diagnosis.model_validate_json(capsys.readouterr().out)


def line(diagnosis: Diagnosis, what: str) -> Finding:
    return next(finding for finding in diagnosis.findings if what in finding.what and finding.verdict is not Verdict.OK)


BROKEN: list[tuple[str, Callable[[LivingWorld], None], str, str, str]] = [
    ("secret rotated in Vault", rotate_in_vault, "token with scope dcr", "invalid_client", "sends Vault's"),
    ("secret not sent to Konnect", rotate_in_vault, "DCR provider", "initial_client_secret is Vault version 1", "dcr prepare"),
    ("client disabled", disable_client, "issuers and initial client", "enabled is false", "dcr prepare"),
    ("registrants need no client", let_another_client_register, "dynamic client registration", "no-authentication", "dcr prepare"),
    ("registrants need no client, asked", let_another_client_register, "registration endpoint", "did not ask", "non-templatized"),
    ("endpoint undeployed", undeploy, "discovery", "shows no registration_endpoint", "service role"),
    ("metadata hides it", knob("curity-runtime", hide_registration_endpoint=True), "discovery", "no registration_endpoint", "600 s"),
    ("another issuer at Konnect", change_issuer_at_konnect, "DCR provider", "issuer is https://elsewhere.example", "dcr prepare"),
    ("API not published", unpublish, "publication: Orders v1", "absent", "dcr onboard"),
    ("application deleted", delete_application, "application: orders-client", "orders-client", "dcr onboard"),
    ("registration revoked", revoke, "orders-client is registered for", "", "revoked"),
    ("gateway open", knob("gateway", open=True), "without credentials is refused", "", "The gateway is open"),
    ("sub is another", knob("curity-runtime", foreign_subject=True), "straight from Curity", "", "sub is another"),
    ("admin without licence", knob("curity-admin", unlicensed=True), "issuers and initial client", "a licence", "its licence"),
]


@pytest.mark.parametrize(("break_it", "what", "said", "remedy"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_one_broken_thing_is_told_where_it_is_with_what_to_do(
    living: LivingWorld, capsys: pytest.CaptureFixture[str], break_it: Callable[[LivingWorld], None], what: str, said: str, remedy: str
) -> None:
    assert not living.onboard().failure
    break_it(living)
    code, diagnosis = diagnosed(living, capsys)
    finding = line(diagnosis, what)
    assert code == 1
    assert said in finding.said
    assert remedy in finding.remedy
    assert "Vault lets us in, and may be written" in {good.what for good in diagnosis.findings if good.verdict is Verdict.OK}
    assert len(diagnosis.findings) > 12, "it goes on after a failure"


def test_a_healthy_tenant_is_well_by_slug_and_by_file_and_nothing_is_written(
    living: LivingWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not living.onboard().failure
    living.forget_requests()
    for tenant in ("acme", str(TREE / "examples/tenants/acme.yaml")):
        code, diagnosis = diagnosed(living, capsys, tenant)
        assert (code, {finding.verdict for finding in diagnosis.findings}) == (0, {Verdict.OK})
    written = {
        (method, path) for _, method, path in living.requests("curity-admin", "konnect", "portal", "curity-runtime") if method != "GET"
    }
    assert {path.rsplit("/", 1)[-1] for _, path in written} <= {"authenticate", "oauth-token", "oauth-registration"}
    assert {call.status for finding in diagnosis.findings for call in finding.calls} <= {200, 401, 403}


def test_konnect_verifies_only_if_asked_and_its_words_are_told(living: LivingWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert not living.onboard().failure
    change_secret_at_konnect(living)
    living.forget_requests()
    code, diagnosis = diagnosed(living, capsys)
    assert code == 0, "no read shows another secret at Konnect"
    assert not [path for _, _, path in living.requests("konnect") if path.endswith("/verify")]
    assert any("--verify" in note for note in diagnosis.notes)

    code, diagnosis = diagnosed(living, capsys, "acme", "--verify")
    finding = line(diagnosis, "verify")
    assert (code, finding.verdict) == (1, Verdict.FAILED)
    assert "holds another secret" in finding.remedy


def test_a_tenant_that_was_never_onboarded_is_said_so(living: LivingWorld, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--platform", str(TREE / "examples/platforms/sandbox.yaml"), "--ready-file", str(living.ready_file)]
    assert main(["diagnose", "nobody", *given]) == 1
    assert "Onboard it first" in capsys.readouterr().err
    assert main(["diagnose", str(TREE / "examples/tenants/acme.yaml"), *given]) == 1
    text = capsys.readouterr().out
    assert "Begin with: " in text


def test_no_secret_of_the_tenant_is_in_what_is_printed(living: LivingWorld, capsys: pytest.CaptureFixture[str]) -> None:
    living.onboard()
    systems = living.systems()
    stored = systems.vault.read("tenants/acme/applications/orders-client")
    systems.close()
    assert stored is not None
    _, diagnosis = diagnosed(living, capsys)
    assert stored.values["client_secret"].get_secret_value() not in diagnosis.model_dump_json()
