"""Every flow, task and deployment we ship keeps the platform's policy. No server is needed for it."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect import Flow, Task
from prefect.cache_policies import NO_CACHE
from prefect.utilities.callables import parameter_schema
from ruamel.yaml import YAML

import flows
import tasks
from deployments.automations import MISSED_HEARTBEATS, heartbeat_seconds
from deployments.work_pools import DESCRIPTIONS, OFFBOARDING, READING, WRITING, template
from tasks.dismantling import begin_dismantling
from tasks.offboarding import begin_offboarding
from tasks.running import TASKS as STEP_TASKS
from tasks.running import begin

TREE = Path(__file__).resolve().parents[2]
POOLS = {"reads": READING, "writes": WRITING, "removes": OFFBOARDING}
SECRET_WORDS = ("secret", "password", "token", "credential")


def modules(package: Any) -> list[Any]:
    """Every module of a room but the one that runs it."""
    names = [found.name for found in pkgutil.iter_modules(package.__path__) if found.name != "__main__"]
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]


def found(package: Any, kind: type) -> dict[str, Any]:
    """Everything of a kind that the modules hold, by its name in Prefect."""
    things: Iterator[Any] = (thing for module in modules(package) for thing in vars(module).values() if isinstance(thing, kind))
    return {thing.name: thing for thing in things}


FLOWS: dict[str, Flow[..., Any]] = found(flows, Flow)
TASKS: dict[str, Task[..., Any]] = {**found(tasks, Task), **STEP_TASKS}
DOCUMENT = YAML(typ="safe").load((TREE / "prefect.yaml").read_text(encoding="utf-8"))
DEPLOYMENTS: dict[str, Any] = {one["name"]: one for one in DOCUMENT["deployments"]}


def flow_of(deployment: Any) -> Flow[..., Any]:
    """The flow that a deployment's entrypoint names."""
    file, _, name = deployment["entrypoint"].partition(":")
    loaded: Flow[..., Any] = getattr(importlib.import_module(file.removesuffix(".py").replace("/", ".")), name)
    return loaded


def test_there_is_something_to_judge() -> None:
    assert len(FLOWS) == len(DEPLOYMENTS) >= 7
    assert len(TASKS) >= 12


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
def test_a_flow_has_no_retries_of_its_own_keeps_no_result_and_is_named_after_its_tenant(flow: Flow[..., Any]) -> None:
    assert flow.retries == 0
    assert not flow.persist_result
    assert flow.description
    assert flow.flow_run_name
    assert not inspect.iscoroutinefunction(flow.fn)
    parameters = flow.parameters.properties
    assert all(parameter["description"] for parameter in parameters.values())
    if "tenant" in parameters or "slug" in parameters:
        assert "slug}" in str(flow.flow_run_name)


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
def test_no_parameter_can_hold_a_secret(flow: Flow[..., Any]) -> None:
    """Prefect keeps parameters in clear, those of secret types too (docs/vendors/prefect.md, Leaks)."""
    schema = json.dumps(parameter_schema(flow.fn).model_dump(mode="json"))
    assert '"writeOnly": true' not in schema
    assert '"format": "password"' not in schema
    assert not [name for name in _names(json.loads(schema)) if any(word in name.lower() for word in SECRET_WORDS)]


def _names(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from _names(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _names(value)


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_a_task_ends_in_time_says_what_it_does_and_is_neither_cached_nor_kept(task: Task[..., Any]) -> None:
    assert task.timeout_seconds
    assert task.description
    assert task.tags
    assert task.cache_policy == NO_CACHE
    assert task.persist_result is False
    assert not inspect.iscoroutinefunction(task.fn)


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_a_task_that_is_tried_again_judges_by_our_errors(task: Task[..., Any]) -> None:
    """A method or a callable object as condition would mean "never" (docs/vendors/prefect.md, Retries)."""
    if task.retries:
        assert inspect.isfunction(task.retry_condition_fn)
        assert task.retry_delay_seconds
        assert task.retry_jitter_factor
    else:
        assert task.name in {"preflight", "check tenant"}  # they only read, and try each call again by themselves


@pytest.mark.parametrize("deployment", DEPLOYMENTS.values(), ids=DEPLOYMENTS)
def test_a_deployment_is_described_tagged_and_in_the_pool_of_its_rights(deployment: Any) -> None:
    assert deployment["description"]
    assert flow_of(deployment).name in FLOWS
    assert [deployment["work_pool"]["name"]] == [pool for tag, pool in POOLS.items() if tag in deployment["tags"]]
    assert deployment["work_pool"]["job_variables"] == {}


@pytest.mark.parametrize("deployment", DEPLOYMENTS.values(), ids=DEPLOYMENTS)
def test_what_writes_is_never_scheduled_and_refuses_to_be_restarted_for_ever(deployment: Any) -> None:
    if {"writes", "removes"} & set(deployment["tags"]):
        assert not deployment.get("schedules")
        source, beginnings = inspect.getsource(flow_of(deployment).fn), (begin, begin_offboarding, begin_dismantling)
        assert [beginning for beginning in beginnings if f"{beginning.__name__}(" in source]
        assert all("refuse_second_restart()" in inspect.getsource(beginning) for beginning in beginnings)
    assert all(schedule["active"] == "{{ $DCR_CHECK_SCHEDULE }}" for schedule in deployment.get("schedules", []))


def test_every_pool_that_is_named_is_one_that_is_created() -> None:
    assert {one["work_pool"]["name"] for one in DEPLOYMENTS.values()} == set(DESCRIPTIONS)


@pytest.mark.parametrize("kind", ["process", "kubernetes"])
def test_a_job_template_lets_nobody_choose_what_is_run_and_sets_the_heartbeats_the_automation_counts(kind: str) -> None:
    """Whoever may start runs may set a pool's variables: command, image and directory are not among them."""
    job = template(kind)
    variables = job["variables"]["properties"]
    assert set(variables) <= {"name", "labels", "env"}
    assert variables["env"]["additionalProperties"] is False
    assert variables["env"]["default"]["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"] == str(heartbeat_seconds())
    assert heartbeat_seconds() >= 30
    assert MISSED_HEARTBEATS >= 3
    mentioned = json.dumps(job["job_configuration"])
    assert all(f"{{{{ {name} }}}}" in mentioned for name in variables)
