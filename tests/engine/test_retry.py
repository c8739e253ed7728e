"""Retry as the dashboard's button does it: what was written is not written again, what failed is, and the run completes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dcr.model.tenant import Visibility
from tests.engine.installation import Installation
from tests.engine.writes import accepted_writes, refused_writes
from tests.sandbox_fixture import LivingWorld
from tests.vault_values import read_value, write_values


@dataclass(frozen=True, slots=True)
class Hindrance:
    """A stage that fails, until what hinders it is taken away."""

    stage: str
    fix: Callable[[LivingWorld], None]
    refused: str = ""  # the write that fails, if the stage fails by one


DENIED_EDITS = ["/profiles/profile/token-issuers", "/profiles/profile/settings/authorization-server/dynamic-client-registration"]
DENIED_CALLS = ["GET /v3/apis", "POST /v2/application-auth-strategies", "POST /v3/portals/"]
# In the order of the stages: each attempt meets the next one.
HINDRANCES = (
    Hindrance("preflight", lambda world: world.knobs("konnect", denied=DENIED_CALLS[1:])),
    Hindrance(
        "curity configuration",
        lambda world: world.knobs("curity-admin", denied_writes=DENIED_EDITS[1:]),
        "curity-admin PATCH /admin/api/restconf/data",
    ),
    Hindrance(
        "DCR enablement",
        lambda world: world.knobs("curity-admin", denied_writes=[]),
        "curity-admin PATCH /admin/api/restconf/data",
    ),
    Hindrance(
        "portal binding",
        lambda world: world.knobs("konnect", denied=DENIED_CALLS[2:]),
        "konnect POST /v2/application-auth-strategies",
    ),
    Hindrance(
        "application",
        lambda world: world.knobs("konnect", denied=[]),
        "konnect POST /v3/portals/<id>/applications",
    ),
    Hindrance("smoke test", lambda world: world.knobs("curity-runtime", foreign_jwks=False)),
)


def test_a_run_that_fails_at_every_stage_in_turn_writes_in_all_what_an_undisturbed_one_writes(
    prefect: Installation, living: LivingWorld, acme: Any, count: Callable[[str, int], None]
) -> None:
    living.onboard()
    undisturbed = accepted_writes(living)
    living.world.reset()
    living.knobs("konnect", denied=DENIED_CALLS)
    living.knobs("curity-admin", denied_writes=DENIED_EDITS)
    living.knobs("curity-runtime", foreign_jwks=True)
    run_id = prefect.onboard(acme)
    for attempt, hindrance in enumerate(HINDRANCES, start=1):
        state = prefect.ended(run_id, attempt=attempt)
        assert state["name"] == "Failed"
        refused = refused_writes(living)
        assert refused[-1:] == [hindrance.refused] or not hindrance.refused, f"{hindrance.stage}: {refused}, {state['message']}"
        hindrance.fix(living)
        prefect.retry(run_id)
    prefect.completed(run_id, attempt=len(HINDRANCES) + 1)
    assert accepted_writes(living) == undisturbed
    count("stages at which a run failed and was retried from the dashboard", len(HINDRANCES))


def test_a_retry_finds_another_worker_no_results_and_a_secret_rotated_in_between(
    prefect: Installation, living: LivingWorld, acme: Any
) -> None:
    living.knobs("konnect", denied=["POST /v2/application-auth-strategies"])
    run_id = prefect.onboard(acme)
    prefect.ended(run_id)
    prefect.lose_worker()
    shutil.rmtree(prefect.results, ignore_errors=True)
    write_values(
        living.world,
        "platform/initial-client",
        read_value(living.world, "platform/initial-client") | {"client_secret": "rotated-by-an-operator"},
    )
    living.knobs("konnect", denied=[])
    prefect.worker()
    prefect.retry(run_id)
    prefect.completed(run_id, attempt=2)
    provider = next(one for one in living.state("konnect")["dcr_providers"] if one["name"] == "curity")
    assert provider["labels"]["secret-version"] == "2"
    assert "<value>2</value>" in living.world.systems.datastore.export().decode()


def test_a_retry_that_comes_after_a_newer_request_overwrites_nothing(prefect: Installation, living: LivingWorld, acme: Any) -> None:
    living.knobs("konnect", denied=["POST /v2/application-auth-strategies"])
    run_id = prefect.onboard(acme)
    prefect.ended(run_id)
    living.knobs("konnect", denied=[])
    assert living.onboard(living.tenant.model_copy(update={"visibility": Visibility.PUBLIC})).error is None
    living.forget_requests()
    prefect.retry(run_id)
    state = prefect.ended(run_id, attempt=2)
    assert "superseded by run test, accepted at" in state["message"]
    assert accepted_writes(living) == []
