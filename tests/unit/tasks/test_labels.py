"""A flow run is one request, from when the server was asked for it, however often it is repeated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.context import FlowRunContext

from dcr.model.timestamps import moment
from tasks.labels import request_of_run

ASKED = datetime(2026, 11, 1, 7, 0, 0, 1, tzinfo=UTC)


def running(monkeypatch: pytest.MonkeyPatch, flow_run: FlowRun | None) -> None:
    monkeypatch.setattr(FlowRunContext, "get", lambda: SimpleNamespace(flow_run=flow_run))


def test_the_request_is_the_flow_runs_own_since_it_was_created(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = uuid4()
    for attempt in (1, 2):
        started = ASKED + timedelta(days=attempt)
        told = {"id": ours, "flow_id": uuid4(), "name": "otter", "created": ASKED, "start_time": started, "run_count": attempt}
        running(monkeypatch, FlowRun.model_validate(told))
        request = request_of_run()
        assert (request.run, request.run_id) == (f"otter ({ours})", str(ours))
        assert request.requested_at == "2026-11-01T07:00:00.000001Z"


@pytest.mark.parametrize("flow_run", [None, FlowRun(flow_id=uuid4(), name="otter")])
def test_without_a_server_that_tells_it_is_asked_for_now(monkeypatch: pytest.MonkeyPatch, flow_run: FlowRun | None) -> None:
    running(monkeypatch, flow_run)
    told = moment(request_of_run().requested_at)
    assert told is not None and abs(datetime.now(UTC) - told) < timedelta(minutes=1)
