"""The control port: what a test asks of the sandbox itself, apart from the protocols of the systems it plays.

Plain HTTP on a port of its own. Bodies are JSON objects; a refusal is 400 `{"error": …}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.readings import Readings, UnknownReading
from sandbox.request_log import RequestLog
from sandbox.vault_audit import VaultAudit

_READINGS = TypeAdapter(dict[str, str])
_KNOBS = TypeAdapter(dict[str, dict[str, Any]])
DAY_SECONDS = 86_400


class _Passed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    days: float = Field(default=0, ge=0, le=10_000)
    seconds: float = Field(default=0, ge=0, le=10_000 * DAY_SECONDS)


class Controlled(Protocol):
    """What the control port needs of a system."""

    def knob_values(self) -> Mapping[str, Any]:
        """All knobs with their values."""

    def set_knobs(self, values: Mapping[str, Any]) -> None:
        """Change the knobs that are named; raises ValueError and changes nothing if one is unknown or wrong."""

    def snapshot(self) -> Mapping[str, Any]:
        """What the system holds, without secrets."""


@dataclass(frozen=True, slots=True)
class Controls:
    """Everything that can be controlled."""

    log: RequestLog
    readings: Readings
    systems: Mapping[str, Controlled]
    export: Callable[[], bytes]
    """Curity's whole configuration as XML, parameters kept."""
    vault: VaultAudit
    reset: Callable[[], None]
    let_pass: Callable[[float], None]
    """So many seconds go by for everything that is there."""


def create_control_app(controls: Controls) -> Starlette:
    """The control port's application."""
    port = _ControlPort(controls)
    return Starlette(
        routes=[
            Route("/requests", port.requests, methods=["GET"]),
            Route("/requests", port.forget_requests, methods=["DELETE"]),
            Route("/vault/requests", port.vault_requests, methods=["GET"]),
            Route("/state", port.state, methods=["GET"]),
            Route("/readings", port.readings, methods=["GET"]),
            Route("/readings", port.set_readings, methods=["PUT"]),
            Route("/knobs", port.knobs, methods=["GET"]),
            Route("/knobs", port.set_knobs, methods=["PUT"]),
            Route("/clock", port.let_time_pass, methods=["POST"]),
            Route("/reset", port.reset, methods=["POST"]),
            Route("/curity/configuration", port.configuration, methods=["GET"]),
        ]
    )


class _ControlPort:
    def __init__(self, controls: Controls) -> None:
        self._controls = controls

    def requests(self, request: Request) -> Response:
        query = request.query_params
        found = self._controls.log.entries(query.get("system"), query.get("caller"))
        return JSONResponse({"count": len(found), "requests": [asdict(entry) for entry in found]})

    def forget_requests(self, _request: Request) -> Response:
        self._controls.log.clear()
        self._controls.vault.clear()
        return Response(status_code=204)

    def vault_requests(self, _request: Request) -> Response:
        found = self._controls.vault.requests()
        return JSONResponse({"count": len(found), "requests": [asdict(entry) for entry in found]})

    def state(self, _request: Request) -> Response:
        return JSONResponse({name: dict(system.snapshot()) for name, system in self._controls.systems.items()})

    def readings(self, _request: Request) -> Response:
        readings = self._controls.readings
        return JSONResponse({"readings": dict(readings), "facts": [asdict(fact) for fact in readings.facts.values()]})

    async def set_readings(self, request: Request) -> Response:
        """Some readings anew; the others stay."""
        try:
            self._controls.readings.update(_READINGS.validate_json(await request.body()))
        except ValidationError:
            return _refused("expected an object of fact id to reading")
        except UnknownReading as error:
            return _refused(str(error))
        return Response(status_code=204)

    def knobs(self, _request: Request) -> Response:
        return JSONResponse(self._knob_values())

    async def set_knobs(self, request: Request) -> Response:
        """Some knobs of some systems anew; the others stay."""
        try:
            wanted = _KNOBS.validate_json(await request.body())
        except ValidationError:
            return _refused("expected an object of system to an object of knobs")
        unknown = wanted.keys() - self._controls.systems.keys()
        if unknown:
            return _refused(f"no system {min(unknown)!r}; there are {', '.join(self._controls.systems)}")
        try:
            for name, values in wanted.items():
                self._controls.systems[name].set_knobs(values)
        except ValueError as error:
            return _refused(str(error))
        return JSONResponse(self._knob_values())

    async def let_time_pass(self, request: Request) -> Response:
        """Everything that is there grows older; what is made from now on does not."""
        try:
            passed = _Passed.model_validate_json(await request.body())
        except ValidationError:
            return _refused('expected an object with "days" or "seconds" or both, numbers from 0 on')
        self._controls.let_pass(passed.days * DAY_SECONDS + passed.seconds)
        return Response(status_code=204)

    def reset(self, _request: Request) -> Response:
        self._controls.reset()
        return Response(status_code=204)

    def configuration(self, _request: Request) -> Response:
        return Response(self._controls.export(), media_type="application/xml")

    def _knob_values(self) -> dict[str, Any]:
        return {name: dict(system.knob_values()) for name, system in self._controls.systems.items()}


def _refused(why: str) -> Response:
    return JSONResponse({"error": why}, 400)
