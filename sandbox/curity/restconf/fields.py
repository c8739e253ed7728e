"""The `fields` query parameter: `id;type`, `settings/profile-oauth:authorization-server(scopes;client-store)`.

Source: RFC 8040 section 4.8.3; docs/vendors/curity.md, RESTCONF queries.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from sandbox.curity import problems

Fields: TypeAlias = dict[str, "Fields | None"]
"""Wanted children by name with or without module; None: with all that is below."""
_TOKEN = re.compile(r"[\w.:-]+|[;/()]")


def parse_fields(text: str) -> Fields:
    """Read a `fields` expression.

    Raises:
        Problem: it breaks the grammar.
    """
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text:
        raise problems.query_value("fields", text)
    parser = _Parser(text, tokens)
    found = parser.expression()
    parser.expect_end()
    return found


class _Parser:
    def __init__(self, text: str, tokens: list[str]) -> None:
        self._text, self._tokens = text, tokens

    def expression(self) -> Fields:
        found: Fields = {}
        while True:
            name, below = self._path()
            found[name] = _joined(found[name], below) if name in found else below
            if not self._take(";"):
                return found

    def expect_end(self) -> None:
        if self._tokens:
            raise problems.query_value("fields", self._text)

    def _path(self) -> tuple[str, Fields | None]:
        name = self._tokens.pop(0) if self._tokens else ""
        if not name or name in ";/()":
            raise problems.query_value("fields", self._text)
        if self._take("/"):
            inner, below = self._path()
            return name, {inner: below}
        if self._take("("):
            below = self.expression()
            if not self._take(")"):
                raise problems.query_value("fields", self._text)
            return name, below
        return name, None

    def _take(self, token: str) -> bool:
        if self._tokens[:1] == [token]:
            self._tokens.pop(0)
            return True
        return False


def _joined(one: Fields | None, other: Fields | None) -> Fields | None:
    if one is None or other is None:
        return None
    joined = dict(one)
    for name, below in other.items():
        joined[name] = _joined(joined[name], below) if name in joined else below
    return joined
