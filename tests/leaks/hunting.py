"""Looks for secrets, in every form in which one might hide, in every place that a run may write to."""

from __future__ import annotations

import base64
import bz2
import gzip
import json
import lzma
import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

SHORTEST = 12  # shorter values are names, not secrets: every secret here is longer
ESCAPE = re.compile("%..")
DEEPEST = 3  # layers of base64 and compression


@dataclass(frozen=True, slots=True)
class Hit:
    """A secret that is where it must not be. The secret itself is not printed."""

    place: str
    form: str
    number: int  # of the secret, in the order in which they were seen


def forms(secret: str) -> dict[str, bytes]:
    """How a secret may be written."""
    raw = secret.encode()
    encoded = {"url-encoded": quote(secret, safe=""), "in a path": quote(secret), "form-encoded": quote_plus(secret)}
    small = {f"{form}, in small letters": ESCAPE.sub(lambda at: at[0].lower(), text) for form, text in encoded.items()}
    escaped = {"in XML": escape(secret), "in JSON": json.dumps(secret)[1:-1]}
    found = {"clear": raw, **{form: text.encode() for form, text in (encoded | small | escaped).items() if text != secret}}
    for shift in range(3):
        # Base64 works in groups of three bytes: what stands before the secret shifts its letters; the ragged ends are cut off.
        letters = base64.b64encode(b"\0" * shift + raw)
        core = letters[4 if shift else 0 : len(letters) - 4]
        found[f"base64 at {shift}"] = core
        found[f"base64url at {shift}"] = core.translate(bytes.maketrans(b"+/", b"-_"))
    return found


class Hunt:
    """For a set of secrets."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self.secrets = [one for one in dict.fromkeys(secrets) if len(one) >= SHORTEST]
        self._needles = [(number, form, needle) for number, one in enumerate(self.secrets) for form, needle in forms(one).items()]
        self.looked_at = 0

    def in_bytes(self, place: str, content: bytes) -> Iterator[Hit]:
        """In some bytes, and in what they hold packed."""
        self.looked_at += 1
        for layer in _layers(content, DEEPEST):
            for number, form, needle in self._needles:
                if needle in layer:
                    yield Hit(place, form, number)

    def in_directory(self, directory: Path) -> Iterator[Hit]:
        """In every file below, databases row by row."""
        for file in sorted(directory.rglob("*")):
            if file.is_file():
                yield from self.in_bytes(f"{directory.name}/{file.relative_to(directory)}", file.read_bytes())
                if file.suffix == ".db":
                    yield from self.in_database(file)

    def in_database(self, file: Path) -> Iterator[Hit]:
        """In every column of every row of every table: long values do not stand in one piece in the file."""
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            for (table,) in database.execute("select name from sqlite_master where type = 'table'").fetchall():
                for row in database.execute(f'select * from "{table}"'):
                    for value in row:
                        if isinstance(value, str | bytes):
                            yield from self.in_bytes(f"table {table}", value.encode() if isinstance(value, str) else value)


def _layers(content: bytes, depth: int) -> Iterator[bytes]:
    yield content
    if depth == 0 or not content:
        return
    for unpack in (gzip.decompress, lzma.decompress, bz2.decompress, zlib.decompress, _base64):
        with suppress(Exception):
            yield from _layers(unpack(content), depth - 1)
    if content[:1] == b"{":  # a result record: {"metadata": ..., "result": "<base64>"}
        for part in content.split(b'"'):
            if len(part) > SHORTEST * 2:
                with suppress(Exception):
                    yield from _layers(_base64(part), depth - 1)


def _base64(content: bytes) -> bytes:
    return base64.b64decode(content.strip().replace(b"\\n", b""), validate=True)
