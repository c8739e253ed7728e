"""Server, workers and sandbox on this machine's loopback: `make up` and `make down`. Both may be repeated."""

from __future__ import annotations

import fcntl
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from dcr.errors import DcrError, Refused
from dcr.settings.ready_file import SandboxLogin
from deployments.environment import TREE, Installation, environment, installation, logged_in
from deployments.parts import Part
from deployments.processes import answers
from deployments.work_pools import OFFBOARDING, READING, WRITING

SANDBOX_PORTS = 9
START_SECONDS = 90.0
LOGINS = {READING: SandboxLogin.READER, WRITING: SandboxLogin.WORKER, OFFBOARDING: SandboxLogin.OFFBOARD}


def sandbox(place: Installation) -> Part:
    """The stand-ins for all systems."""
    arguments = ("sandbox", "--ready-file", str(place.ready_file), "--port-base", str(place.sandbox_port_base))
    return Part("sandbox", arguments, place.directory)


def server(place: Installation) -> Part:
    """Prefect's API, UI and services."""
    return Part("server", place.server_arguments, place.directory)


def worker(place: Installation, pool: str) -> Part:
    """Runs the flows of one pool, each in a process of its own."""
    return Part(f"worker-{pool}", ("prefect", "worker", "start", "--pool", pool, "--name", f"{pool}-1"), place.directory)


def up(place: Installation) -> None:
    """Start what does not run yet, deploy, create the automations, and say where everything is."""
    given = environment(place)
    api, systems = server(place), sandbox(place)
    if not api.pid():
        _require_free(place.port, "the Prefect server", "DCR_UP_PORT")
    if not systems.pid():
        place.ready_file.unlink(missing_ok=True)
        for port in range(place.sandbox_port_base, place.sandbox_port_base + SANDBOX_PORTS):
            _require_free(port, "the sandbox", "DCR_UP_SANDBOX_PORTS")
    fresh = systems.start(given, TREE)
    api.start(given, TREE)
    systems.wait(place.ready_file.exists, START_SECONDS)
    api.wait(partial(answers, f"{place.url}/api/health"), START_SECONDS)
    deploy(given)
    for pool, login in LOGINS.items():
        part = worker(place, pool)
        if fresh:  # what it was told of the sandbox before is no longer so
            part.stop()
        part.start(logged_in(given, place.ready_file, login), TREE)
    _tell(place)


def deploy(given: Mapping[str, str]) -> None:
    """Pools, deployments and automations, at the server that this environment names; repeating it brings them up to date."""
    _run(given, "deployments.provision")
    _run(given, "prefect", "--no-prompt", "deploy", "--all")


def down(place: Installation) -> None:
    """Stop the processes that `up` started, and nothing else. What the server keeps stays in the directory."""
    for part in (*(worker(place, pool) for pool in LOGINS), server(place), sandbox(place)):
        part.stop()
    sys.stdout.write(f"Nothing of it runs any more. What the server kept stays in {place.directory}.\n")


def _tell(place: Installation) -> None:
    sys.stdout.write(
        f"Prefect UI   {place.url}\n"
        f"Prefect API  {place.url}/api\n"
        f"Sandbox      {place.ready_file} (addresses and credentials, readable by you only)\n"
        f"Logs         {place.directory}/*.log\n"
        "For dcr      export "
        f"PREFECT_API_URL={place.url}/api DCR_READY_FILE={place.ready_file} DCR_PLATFORM_FILE=examples/platforms/sandbox.yaml\n"
        "Stop it all  make down\n"
    )


def _require_free(port: int, whose: str, name: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that is only cooling down is free
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Refused(whose, f"port {port}, which it needs, is taken by another process", f"Choose others with {name}.") from None


def _run(given: Mapping[str, str], module: str, *arguments: str) -> None:
    ended = subprocess.run(  # noqa: S603 - our own interpreter and modules
        [sys.executable, "-m", module, *arguments], env=dict(given), cwd=TREE, check=False, capture_output=True, text=True
    )
    if ended.returncode:
        raise Refused(f"{module} {' '.join(arguments)}".rstrip(), f"failed:\n{ended.stdout}{ended.stderr}", "Fix that, then repeat it.")


@contextmanager
def _alone(place: Installation) -> Iterator[None]:
    """One such command at a time in this directory; a second one waits."""
    place.directory.mkdir(parents=True, exist_ok=True)
    with (place.directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> int:
    """`up` or `down`; a failure is told in words."""
    commands = {"up": up, "down": down}
    if len(arguments) != 1 or arguments[0] not in commands:
        sys.stderr.write("usage: python -m deployments.local up|down\n")
        return 64
    place = installation()
    try:
        with _alone(place):
            commands[arguments[0]](place)
    except DcrError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
