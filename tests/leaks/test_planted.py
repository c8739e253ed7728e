"""A test of the test: a secret that is planted in each kind of place is found there."""

from __future__ import annotations

import base64
import gzip
import json
import logging
import lzma
import os
import pickle
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape

import pytest

from sandbox.request_log import LoggedRequest
from tests.leaks.hunting import Hunt
from tests.leaks.watching import watch

SECRET = "S3cret+/value=with%signs&more"
PAIR = f"client:{SECRET}".encode()


def hits(directory: Path) -> set[str]:
    return {hit.form for hit in Hunt([SECRET]).in_directory(directory)}


PLANTS: dict[str, Callable[[Path], object]] = {
    "a log": lambda folder: (folder / "run.log").write_text(f"DEBUG sent {SECRET} to it"),
    "a Basic header": lambda folder: (folder / "run.log").write_bytes(b"Authorization: Basic " + base64.b64encode(PAIR)),
    "a URL's path": lambda folder: (folder / "run.log").write_text(f"GET /token/{quote(SECRET)}"),
    "a URL in lower case": lambda folder: (folder / "run.log").write_text(f"GET /{re.sub('%..', lambda at: at[0].lower(), quote(SECRET))}"),
    "XML": lambda folder: (folder / "run.log").write_text(f"<secret>{escape(SECRET)}</secret>"),
    "a URL": lambda folder: (folder / "run.log").write_text(f"GET /token?secret={quote(SECRET, safe='')}"),
    "a result record": lambda folder: (folder / "result").write_text(
        json.dumps({"metadata": {}, "result": base64.b64encode(pickle.dumps({"secret": SECRET})).decode()})
    ),
    "a flow's result": lambda folder: (folder / "result").write_bytes(base64.b64encode(pickle.dumps(ValueError(SECRET)))),
    "a compressed result": lambda folder: (folder / "result").write_bytes(base64.b64encode(lzma.compress(pickle.dumps(SECRET)))),
    "a packed file": lambda folder: (folder / "bundle.gz").write_bytes(gzip.compress(SECRET.encode())),
    "base64url, shifted": lambda folder: (folder / "x").write_bytes(base64.urlsafe_b64encode(b"ab" + SECRET.encode() + b"cd")),
}


@pytest.mark.parametrize("place", PLANTS)
def test_a_planted_secret_is_found(place: str, tmp_path: Path) -> None:
    PLANTS[place](tmp_path)
    assert hits(tmp_path)


def test_a_secret_planted_in_any_column_of_a_database_is_found(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "prefect.db")) as database:
        database.execute("create table events (id integer, payload text, data blob)")
        database.execute("insert into events values (1, ?, null)", ["x" * 9000 + SECRET])
        database.commit()
    found = list(Hunt([SECRET]).in_database(tmp_path / "prefect.db"))
    assert [hit.place for hit in found if hit.form == "clear"] == ["table events"]


PRINTS_NOTHING = "import time; time.sleep(60)"
IN_A_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {PRINTS_NOTHING!r}, {SECRET!r}])"


@pytest.mark.parametrize(
    ("place", "arguments", "environment"),
    [
        ("cmdline", [PRINTS_NOTHING, SECRET], {}),
        ("environ", [PRINTS_NOTHING], {"LEAK": SECRET}),
        ("cmdline", [IN_A_CHILD.replace(SECRET, "' + 'S3cret+/value=' + 'with%signs&more")], {}),
    ],
    ids=["arguments", "environment", "arguments of a child"],
)
def test_a_secret_that_a_process_shows_is_found(place: str, arguments: list[str], environment: dict[str, str], tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", *arguments], env=environment, start_new_session=True)

    def shown() -> set[str]:
        return {hit.place.rpartition(".")[2] for hit in Hunt([SECRET]).in_directory(tmp_path)}

    try:
        assert watch(process, tmp_path, kill=lambda: bool(shown())) == -signal.SIGKILL
    finally:
        with suppress(ProcessLookupError):  # it had no child that outlives it
            os.killpg(process.pid, signal.SIGKILL)
    assert shown() == {place}


def test_a_secret_in_the_sandboxs_own_log_is_found() -> None:
    entry = LoggedRequest(1, "konnect", "client", "GET", f"/v3/portals?token={quote(SECRET)}", 200)
    assert list(Hunt([SECRET]).in_bytes("log", repr([entry]).encode()))


def test_a_secret_in_what_libraries_log_is_found(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("httpcore.http11").debug("send_request_headers.started request=%r", {"Authorization": f"Bearer {SECRET}"})
    assert list(Hunt([SECRET]).in_bytes("logs", caplog.text.encode()))


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "run.log").write_text("another value of the same length")
    assert hits(tmp_path) == set()
