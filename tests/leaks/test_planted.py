"""A test of the test: a secret that is planted in each kind of place is found there."""

from __future__ import annotations

import base64
import gzip
import json
import lzma
import pickle
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.leaks.hunting import Hunt

SECRET = "S3cret+/value=with%signs&more"
PAIR = f"client:{SECRET}".encode()


def hits(directory: Path) -> set[str]:
    return {hit.form for hit in Hunt([SECRET]).in_directory(directory)}


PLANTS: dict[str, Callable[[Path], object]] = {
    "a log": lambda folder: (folder / "run.log").write_text(f"DEBUG sent {SECRET} to it"),
    "a Basic header": lambda folder: (folder / "run.log").write_bytes(b"Authorization: Basic " + base64.b64encode(PAIR)),
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


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "run.log").write_text("another value of the same length")
    assert hits(tmp_path) == set()
