"""What httpcore logs of an answer holds no cookie."""

from __future__ import annotations

import logging

import pytest

from dcr.http.log_redaction import redact_http_logs


@pytest.mark.parametrize("logger", ["httpcore.http11", "httpcore.http2"])
def test_a_cookie_does_not_reach_the_log_and_other_headers_do(logger: str, caplog: pytest.LogCaptureFixture) -> None:
    redact_http_logs()
    redact_http_logs()
    headers = (
        "[(b'date', b'today'), (b'Set-Cookie', b'portalaccesstoken=se\\'cret; Path=/'), (b'set-cookie', b\"other='quoted\"), (b'x', b'y')]"
    )
    with caplog.at_level(logging.DEBUG, logger):
        logging.getLogger(logger).debug(f"receive_response_headers.complete return_value=(b'HTTP/1.1', 204, b'No Content', {headers})")
    assert "cret" not in caplog.text
    assert "quoted" not in caplog.text
    assert "(b'date', b'today')" in caplog.text
    assert "(b'x', b'y')" in caplog.text
