"""The whole sandbox as one object: build all systems, wire them, serve them, set them back, and stop them.

with World() as world:
    httpx.get(world.ready["curity"]["issuer"] + "/.well-known/openid-configuration", verify=world.ready["ca_file"])
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sandbox.certificates import Certificates, make_certificates
from sandbox.control import Controls, create_control_app
from sandbox.fault_proxy import FaultProxy
from sandbox.faults import FaultPlan
from sandbox.readings import Readings, default_readings
from sandbox.request_log import RequestLog
from sandbox.serving import Middleware, Served, bind, port_of, stop_all
from sandbox.systems import SERVED, TENANT, Systems
from sandbox.vault import VaultDidNotStart, VaultServer
from sandbox.vault_audit import VaultAudit
from sandbox.vault_operator import VaultOperator

VERSION = 1
CONTROL = "control"
VAULT = "vault"
# Ports in the order in which they follow a port base; Vault takes two, the second for its cluster listener.
PORT_ORDER = (*SERVED, CONTROL, VAULT)
PORTS_USED = len(PORT_ORDER) + 1


class WorldDidNotStart(RuntimeError):
    """A port is taken, or the start configuration or a reading is not good."""


@dataclass(frozen=True, slots=True)
class WorldOptions:
    """How to build the world; the defaults are the initial world on free ports."""

    curity_config: Path | None = None
    """Curity's start configuration; None takes the sandbox's own."""
    port_base: int | None = None
    """First of `PORTS_USED` ports; None takes free ones."""
    readings: Mapping[str, str] = field(default_factory=dict)
    """Readings other than the defaults, by fact id."""
    public_urls: Mapping[str, str] = field(default_factory=dict)
    """System -> the address to tell others instead of its own, for a proxy that stands before it."""
    faults: FaultPlan | None = None
    """Stand a proxy before every system, Vault too, that misbehaves by this plan; all addresses are then the proxies'."""
    middlewares: Sequence[Middleware] = ()
    """Around every system but control and Vault, inside the request log."""


class World:
    """All systems, from `start` to `stop`. Start it from a thread that outlives it (see `VaultServer.launch`)."""

    log: RequestLog
    readings: Readings
    systems: Systems
    vault: VaultServer
    vault_audit: VaultAudit
    ready: dict[str, Any]
    """The content of the ready file."""

    def __init__(self, options: WorldOptions | None = None) -> None:
        self._options = options or WorldOptions()
        self._stack = ExitStack()
        self._resetting = threading.Lock()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Return when all systems answer.

        Raises:
            WorldDidNotStart: with the reason; what had started is stopped again.
        """
        try:
            self._start()
        except (OSError, ValueError, VaultDidNotStart) as error:
            self.stop()
            raise WorldDidNotStart(str(error)) from error
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop all systems and remove the temporary directory; harmless if nothing runs."""
        self._stack.close()

    @property
    def faults(self) -> FaultPlan | None:
        """The plan of the proxies, if there are any."""
        return self._options.faults

    def reset(self) -> None:
        """Back to the initial state: configuration, objects, clients, secrets, readings, knobs, log. Addresses and logins stay."""
        with self._resetting:
            self.readings.reset()
            self.systems.reset()
            self._operator.restore()
            self.log.clear()
            self.vault_audit.clear()

    def _start(self) -> None:
        directory = Path(tempfile.mkdtemp(prefix="sandbox-"))
        self._stack.callback(shutil.rmtree, directory, ignore_errors=True)
        certificates = make_certificates(directory)
        self.readings = default_readings(self._options.readings)
        self.log = RequestLog()
        self.vault = VaultServer(directory, certificates)
        self._stack.callback(self.vault.stop)
        self.vault_audit = VaultAudit(self.vault.audit_file)
        self.vault.launch(self._given_port(VAULT))
        taken = self._take_ports()
        proxies = self._proxies(certificates)
        self._told = {**{name: proxy.url for name, proxy in proxies.items()}, **self._options.public_urls}
        urls = {name: self._told.get(name, _address(taken[name])) for name in SERVED}
        self.systems = Systems(urls, certificates, self.readings, self._options.curity_config)
        self._stack.callback(self.systems.close)
        self._serve(taken, certificates)
        self.vault.open()
        self._operator = VaultOperator(self.vault, self.systems.vault_secrets(), tenant=TENANT)
        self._operator.prepare()
        self.vault_audit.clear()
        for name, proxy in proxies.items():
            proxy.start(self.vault.url if name == VAULT else _address(taken[name]))
        self.ready = self._ready(certificates, port_of(taken[CONTROL]))

    def _take_ports(self) -> dict[str, socket.socket]:
        taken: dict[str, socket.socket] = {}
        for name in (*SERVED, CONTROL):
            taken[name] = bind(self._given_port(name) or 0)
            self._stack.callback(taken[name].close)
        return taken

    def _proxies(self, certificates: Certificates) -> dict[str, FaultProxy]:
        if self._options.faults is None:
            return {}
        proxies = {name: FaultProxy(name, self._options.faults, certificates) for name in (*SERVED, VAULT)}
        for proxy in proxies.values():
            self._stack.callback(proxy.stop)
        return proxies

    def _given_port(self, name: str) -> int | None:
        base = self._options.port_base
        return None if base is None else base + PORT_ORDER.index(name)

    def _serve(self, taken: Mapping[str, socket.socket], certificates: Certificates) -> None:
        middlewares = [self.log.middleware, *self._options.middlewares]
        export, let_pass = self.systems.datastore.export, self.systems.let_pass
        controls = Controls(self.log, self.readings, self.systems.controlled(), export, self.vault_audit, self.reset, let_pass)
        served = [Served(name, app, taken[name], certificates, middlewares) for name, app in self.systems.apps().items()]
        served.append(Served(CONTROL, create_control_app(controls), taken[CONTROL], None))
        # Vault takes longest to stop, so it is asked first and waited for last.
        self._stack.callback(stop_all, served)
        self._stack.callback(self.vault.ask_to_stop)
        for one in served:
            one.start()

    def _ready(self, certificates: Certificates, control_port: int) -> dict[str, Any]:
        return {
            "version": VERSION,
            "pid": os.getpid(),
            "ca_file": str(certificates.ca_file),
            **self.systems.ready(),
            VAULT: {"url": self._told.get(VAULT, self.vault.url), **self._operator.ready()},
            CONTROL: {"url": f"http://127.0.0.1:{control_port}"},
        }


def _address(taken: socket.socket) -> str:
    return f"https://localhost:{port_of(taken)}"
