"""What is sound is read as it was meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dcr.documents.loading import Kind, judge, load_platform, load_tenant, load_tenants
from dcr.documents.policy import check
from dcr.errors import Problems
from dcr.model.platform import ProfileChanges
from dcr.model.tenant import Tenant, Way

TREE = Path(__file__).parents[3]
ACME = TREE / "examples/tenants/acme.yaml"


def test_the_example_tenant_is_what_the_sandbox_holds() -> None:
    acme = load_tenant(ACME)
    assert [(api.label, api.method, api.path) for api in acme.apis] == [
        ("Orders v1", "GET", "/orders"),
        ("Payments v1", "GET", "/payments"),
    ]
    ways = [(application.name, application.way) for application in acme.applications]
    assert ways == [("orders-client", Way.PORTAL), ("payments-client", Way.IMPORT)]
    assert acme.apis_of(acme.applications[0]) == tuple(acme.apis)
    assert (acme.portal, acme.owner) == ("acme-portal", "service-developer@acme.example")


@pytest.mark.parametrize("name", ["sandbox", "production"])
def test_the_example_platforms_are_sound_and_allow_the_example_tenant(name: str) -> None:
    platform = load_platform(TREE / f"examples/platforms/{name}.yaml")
    assert platform.name == name
    assert check(platform, load_tenant(ACME, platform)) == []


def test_the_careful_platform_stops_where_the_sandbox_goes_on() -> None:
    changes = {name: load_platform(TREE / f"examples/platforms/{name}.yaml").rules.profile_changes for name in ("sandbox", "production")}
    assert changes == {"sandbox": ProfileChanges.APPLY, "production": ProfileChanges.STOP}


def test_json_with_tabs_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    acme = load_tenant(ACME)
    as_json, with_mark, from_windows = tmp_path / "acme.json", tmp_path / "mark.yaml", tmp_path / "windows.yaml"
    as_json.write_text(json.dumps(acme.model_dump(mode="json"), indent="\t"))
    with_mark.write_bytes(b"\xef\xbb\xbf" + ACME.read_bytes())
    from_windows.write_bytes(ACME.read_bytes().replace(b"\n", b"\r\n"))
    assert [load_tenant(path) for path in (as_json, with_mark, from_windows)] == [acme, acme, acme]


def test_what_looks_like_a_date_or_an_old_boolean_is_text(tmp_path: Path) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text(ACME.read_text().replace("ACME-1042", "2026-11-23").replace("acme-portal", "no"))
    tenant = load_tenant(path)
    assert (tenant.ticket, tenant.portal) == ("2026-11-23", "no")


def test_a_document_is_known_by_its_fields() -> None:
    kinds = {path.name: judge(path).kind for path in (TREE / "examples").rglob("*.yaml")}
    assert kinds == {"acme.yaml": Kind.TENANT, "sandbox.yaml": Kind.PLATFORM, "production.yaml": Kind.PLATFORM}


def test_a_directory_of_tenants_is_read_and_two_files_for_one_tenant_are_refused(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "acme.yaml").write_text(ACME.read_text())
    (tmp_path / "below/other.yaml").write_text(ACME.read_text().replace("slug: acme", "slug: other"))
    assert [tenant.slug for tenant in load_tenants(tmp_path).values()] == ["acme", "other"]
    (tmp_path / "copy.yaml").write_text(ACME.read_text())
    with pytest.raises(Problems, match=r"tenant\.slug: 'acme' is described by .*acme\.yaml already"):
        load_tenants(tmp_path)


def test_a_tenant_that_contradicts_itself_is_refused_wherever_it_comes_from() -> None:
    data = load_tenant(ACME).model_dump(mode="json")
    data["applications"][0]["apis"] = ["Invoices"]
    with pytest.raises(ValueError, match=r"tenant\.applications\[0\]\.apis\[0\]: 'Invoices' is none of the tenant's APIs"):
        Tenant.model_validate(data)
