"""The work pools' job templates are what Prefect and Kubernetes take."""

from __future__ import annotations

from typing import Any

import kubernetes_validate
import pytest
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.utilities.schema_tools import is_valid_schema, validate
from prefect.utilities.templating import apply_values
from prefect.workers.process import ProcessJobConfiguration

from deployments.work_pools import DESCRIPTIONS, READING, WRITING, template_of

IMAGE = "registry.example/konnect-curity-dcr:0.1.0"
KUBERNETES = "1.37"


def manifest(pool: str, **changed: Any) -> dict[str, Any]:
    """The Job that a worker makes of a pool's template: variables filled in, with what it gives by itself."""
    template = template_of(pool, "kubernetes", IMAGE)
    given = {"name": "onboard-acme", "labels": {"prefect.io/flow-run-name": "onboard-acme"}}
    job: dict[str, Any] = apply_values(template["job_configuration"]["job_manifest"], given)
    return job | changed


@pytest.mark.parametrize("kind", ["process", "kubernetes"])
@pytest.mark.parametrize("pool", sorted(DESCRIPTIONS))
def test_prefect_takes_the_template_and_its_variables_are_a_json_schema(pool: str, kind: str) -> None:
    template = template_of(pool, kind, IMAGE)
    assert WorkPoolCreate(name=pool, type=kind, base_job_template=template).base_job_template == template
    is_valid_schema(template["variables"])
    validate({"env": {"PREFECT_LOGGING_LEVEL": "DEBUG"}}, template["variables"], raise_on_error=True)
    assert validate({"env": {"DCR_VAULT__SECRET_ID": "in clear"}}, template["variables"])


def test_a_process_job_is_one_that_prefects_worker_runs() -> None:
    template = template_of(WRITING, "process", "")
    configuration = template["job_configuration"] | {"env": {}, "labels": {}, "name": "onboard-acme"}
    assert ProcessJobConfiguration(**configuration).command is None


@pytest.mark.parametrize("pool", sorted(DESCRIPTIONS))
def test_kubernetes_takes_the_job(pool: str) -> None:
    kubernetes_validate.validate(manifest(pool), KUBERNETES, strict=True)


def test_the_judge_refuses_what_kubernetes_does_not_know() -> None:
    wrong = manifest(READING, spec=manifest(READING)["spec"] | {"paralelism": 1})
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, KUBERNETES, strict=True)


@pytest.mark.parametrize("pool", sorted(DESCRIPTIONS))
def test_a_job_has_no_privileges_and_the_rights_of_its_pool(pool: str) -> None:
    pod = manifest(pool)["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["serviceAccountName"] == pool
    assert container["image"] == IMAGE
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert {"name": "DCR_VAULT__ROLE", "value": pool} in container["env"]
