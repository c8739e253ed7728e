"""Keeps cookies out of the log of the HTTP library: at DEBUG httpcore prints every header of an answer.

Requests are not printed with their headers there, so an answer's `Set-Cookie` is the one place where a secret would stand.
"""

from __future__ import annotations

import logging
import re

# httpcore prints the list of pairs: (b'Set-Cookie', b'name=value; Path=/')
SET_COOKIE = re.compile(r"(\(b['\"]set-cookie['\"], b)(['\"]).*?(?<!\\)\2\)", re.IGNORECASE)
LOGGERS = ("httpcore.http11", "httpcore.http2")


class WithoutCookies(logging.Filter):
    """Replaces the values of `Set-Cookie` in a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every record through, without cookies."""
        if isinstance(record.msg, str) and "ookie" in record.msg:
            record.msg = SET_COOKIE.sub(r"\1'redacted')", record.msg)
        return True


def redact_http_logs() -> None:
    """Put the filter into httpcore's loggers of this process; more than once is no harm."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(one, WithoutCookies) for one in logger.filters):
            logger.addFilter(WithoutCookies())
