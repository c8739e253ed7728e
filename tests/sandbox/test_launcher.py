"""`python -m sandbox`, as a process."""

from __future__ import annotations

import json
import signal
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.__main__ import main
from sandbox.serving import bind, port_of
from sandbox.world import PORT_ORDER, PORTS_USED, World, WorldDidNotStart, WorldOptions

STOP_SECONDS = 10


@contextmanager
def running(ready_file: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "sandbox", "--ready-file", str(ready_file), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == f"sandbox is ready: {ready_file}\n"
            yield process
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)


def client_of(ready: dict[str, Any]) -> httpx.Client:
    return httpx.Client(verify=ssl.create_default_context(cafile=ready["ca_file"]), trust_env=False)


def addresses(ready: dict[str, Any]) -> dict[str, str]:
    curity = ready["curity"]
    return {
        "curity-admin": curity["admin_url"],
        "curity-runtime": curity["runtime_url"],
        "curity-status": curity["status_url"],
        **{name: ready[name]["url"] for name in ("konnect", "portal", "gateway", "control", "vault")},
    }


def test_the_ready_file_is_private_whole_and_true(tmp_path: Path) -> None:
    file = tmp_path / "ready.json"
    with running(file) as process:
        ready = json.loads(file.read_bytes())
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert (ready["version"], ready["pid"]) == (1, process.pid)
        with client_of(ready) as http:
            for address in addresses(ready).values():
                assert http.get(address).status_code < 500
            metadata = http.get(ready["curity"]["issuer"] + "/.well-known/openid-configuration").json()
        assert metadata["issuer"] == ready["curity"]["issuer"]
    assert [left.name for left in tmp_path.iterdir()] == [], "neither the ready file nor an unfinished one is left"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything_and_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path / "ready.json") as process:
        ready = json.loads((tmp_path / "ready.json").read_bytes())
        with client_of(ready) as http:  # an idle connection that is kept alive must not hold the stop up
            http.get(ready["konnect"]["url"])
            process.send_signal(number)
            assert process.wait(STOP_SECONDS) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert not Path(ready["ca_file"]).parent.exists()
    assert not (tmp_path / "ready.json").exists()
    for address in addresses(ready).values():
        with socket.socket() as port:
            assert port.connect_ex(("127.0.0.1", httpx.URL(address).port or 0)) != 0, address


def test_ports_follow_the_port_base_in_order() -> None:
    base = _free_base()
    with World(WorldOptions(port_base=base)) as world:
        found = {name: httpx.URL(address).port for name, address in addresses(world.ready).items()}
    assert found == {name: base + number for number, name in enumerate(PORT_ORDER)}


def test_everything_listens_on_loopback_only() -> None:
    with World() as world:
        for address in addresses(world.ready).values():
            assert httpx.URL(address).host in ("localhost", "127.0.0.1")
            with socket.socket() as port:
                port.settimeout(2)
                assert port.connect_ex(("127.0.0.2", httpx.URL(address).port or 0)) != 0


def test_a_taken_port_is_said_and_nothing_is_left_running() -> None:
    base = _free_base()
    with bind(base + PORT_ORDER.index("konnect")) as taken:
        taken.listen()
        with pytest.raises(WorldDidNotStart, match="in use"):
            World(WorldOptions(port_base=base)).start()
    with World(WorldOptions(port_base=base)):
        pass


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "--ready-file"),
        (["--ready-file", "r", "--port-base", "0"], "--port-base"),
        (["--ready-file", "r", "--port-base", "65535"], "--port-base"),
        (["--ready-file", "r", "--port-base", "x"], "--port-base"),
        (["--ready-file", "r", "--curity-config", "absent.xml"], "absent.xml"),
        (["--ready-file", "r", "--readings", "absent.json"], "absent.json"),
    ],
)
def test_a_wrong_command_line_is_one_complaint_and_status_2(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("content", ["<config", "<data/>", ""])
def test_a_start_configuration_that_is_no_export_is_said(tmp_path: Path, content: str) -> None:
    file = tmp_path / "export.xml"
    file.write_text(content)
    with pytest.raises(WorldDidNotStart):
        World(WorldOptions(curity_config=file)).start()


def test_a_start_that_cannot_be_is_one_line_and_status_1(tmp_path: Path) -> None:
    choice = tmp_path / "readings.json"
    choice.write_text('{"curity.no-such-fact": "1"}')
    command = [sys.executable, "-m", "sandbox", "--ready-file", str(tmp_path / "ready.json"), "--readings", str(choice)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (1, "sandbox: no open fact has the id 'curity.no-such-fact'\n")
    assert not (tmp_path / "ready.json").exists()


def test_readings_from_a_file_are_in_force(tmp_path: Path) -> None:
    choice = tmp_path / "readings.json"
    choice.write_text('{"curity.status-transaction-id": "absent"}')
    with running(tmp_path / "ready.json", "--readings", str(choice)):
        ready = json.loads((tmp_path / "ready.json").read_bytes())
        with client_of(ready) as http:
            assert "transactionId" not in http.get(ready["curity"]["status_url"]).json()


def test_a_public_address_is_what_others_are_told() -> None:
    proxy = "https://localhost:1"
    with World(WorldOptions(public_urls={"curity-runtime": proxy, "vault": proxy})) as world:
        assert world.ready["curity"]["issuer"].startswith(f"{proxy}/")
        assert world.ready["vault"]["url"] == proxy


def _free_base() -> int:
    """A base whose ports are all free right now."""
    for _ in range(100):
        with bind() as first:
            base = port_of(first)
        if base + PORTS_USED > 65535:
            continue
        try:
            for port in range(base, base + PORTS_USED):
                bind(port).close()
        except OSError:
            continue
        return base
    pytest.fail("no run of free ports was found")
