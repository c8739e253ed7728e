"""Which addresses are allowed: one reading for clients and for documents."""

from __future__ import annotations

import pytest

from dcr.model.hosts import authority, is_allowed, is_loopback

ALLOWED = ("curity.example:6749", "api.example:443", "localhost:*", "[::1]:8200")


@pytest.mark.parametrize(
    ("url", "allowed", "reason"),
    [
        ("https://curity.example:6749/admin", True, "host and port are listed"),
        ("https://CURITY.example:6749/", True, "hosts know no case"),
        ("https://api.example/orders", True, "443 is https' own port"),
        ("http://api.example/orders", False, "80 is http's own port"),
        ("https://curity.example/", False, "another port"),
        ("https://localhost:46000/", True, "any port of a loopback host"),
        ("https://[::1]:8200/v1", True, "an IPv6 address"),
        ("https://[::1]:8201/v1", False, "its other port"),
        ("https://api.example.evil.example/", False, "a longer name is another host"),
        ("https://evil.example#api.example:443", False, "a fragment is no host"),
        ("https://api.example:443@evil.example/", False, "user information is no host"),
        ("https://api.example:99999/", False, "no such port"),
        ("https://[::1/", False, "not an address"),
        ("/relative", False, "names no host"),
    ],
)
def test_only_listed_hosts_are_allowed(url: str, allowed: bool, reason: str) -> None:
    assert is_allowed(url, ALLOWED) is allowed, reason


def test_an_address_is_named_without_user_information() -> None:
    assert authority("https://jane:hunter2@api.example/x?token=1") == "api.example:443"
    assert authority("https://[::1]:8200/") == "[::1]:8200"
    assert authority("nowhere") == "an address without a host"


@pytest.mark.parametrize(("host", "itself"), [("localhost", True), ("127.8.0.1", True), ("::1", True), ("localhost.example", False)])
def test_only_this_machine_is_loopback(host: str, itself: bool) -> None:
    assert is_loopback(host) is itself


@pytest.mark.parametrize("host", ["127.evil.example", "10.0.0.1", ""])
def test_what_only_looks_like_this_machine_is_not(host: str) -> None:
    assert not is_loopback(host)
