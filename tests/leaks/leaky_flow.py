"""A flow that leaks a secret into every place that Prefect has: `python -m tests.leaks.leaky_flow SECRET_FILE`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.events import emit_event

PLACES = ("table log", "table artifact", "table events", "table flow_run_state", "table task_run_state", "table flow_run")
"""Where a hunt in Prefect's database must find it; in result storage and temporary files too."""


@task(persist_result=True)
def give(secret: str) -> dict[str, str]:
    """Into result storage."""
    return {"secret": secret}


@task
def fail(secret: str) -> None:
    """Into the message of a state, and the exception that is kept with it."""
    raise ValueError(f"could not use {secret}")


@flow
def leaky(secret: str) -> None:
    """Into the run's parameters, its log, an artifact, an event, a temporary file."""
    get_run_logger().info("the secret is %s", secret)
    create_markdown_artifact(markdown=f"# {secret}", key="leak")
    emit_event(event="leak", resource={"prefect.resource.id": "leak"}, payload={"secret": secret})
    tempfile.NamedTemporaryFile("w", suffix=".leak", delete=False).write(secret)  # noqa: SIM115 - is to stay
    give(secret)
    fail(secret)


if __name__ == "__main__":
    leaky(Path(sys.argv[1]).read_text())
