"""Source of what is expected: docs/vendors/curity.md, Status endpoint."""

from __future__ import annotations

from typing import Literal

import pytest
from starlette.testclient import TestClient

from sandbox.curity.runtime.knobs import RuntimeKnobs
from sandbox.curity.runtime.status import create_status_app
from tests.sandbox.curity_runtime.conftest import RunTime


@pytest.mark.parametrize("path", ["/", "/serving"])
@pytest.mark.parametrize(("state", "status"), [("RUNNING", 200), ("WAITING", 200), ("BOOTING", 503), ("ERROR", 503)])
def test_the_node_says_whether_it_is_ready(
    run_time: RunTime, path: str, state: Literal["RUNNING", "WAITING", "BOOTING", "ERROR"], status: int
) -> None:
    run_time.node.knobs = RuntimeKnobs(node_state=state)
    answer = TestClient(create_status_app(run_time.node)).get(path)
    assert (answer.status_code, answer.json()["nodeState"]) == (status, state)
    assert answer.json()["isReady"] is answer.json()["isServing"] is (status == 200)


def test_the_transaction_id_follows_the_configuration_or_is_absent(run_time: RunTime) -> None:
    http = TestClient(create_status_app(run_time.node))
    before = http.get("/").json()["transactionId"]
    run_time.configuration.remove("//as:client-management")
    assert http.get("/").json()["transactionId"] != before
    run_time.readings.set("curity.status-transaction-id", "absent")
    assert "transactionId" not in http.get("/").json()
