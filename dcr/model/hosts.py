"""Which `host:port`s this process may speak to: one reading for the clients and for the platform's policy."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

DEFAULT_PORTS = {"https": 443, "http": 80}
ANY_PORT = "*"


def host_and_port(url: str) -> tuple[str, int]:
    """The host in lower case, IPv6 without brackets, and the port, by default that of the scheme.

    Raises:
        ValueError: there is no host, or no port of that number.
    """
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError("names no host")
    port = parts.port
    return parts.hostname, DEFAULT_PORTS.get(parts.scheme, 0) if port is None else port


def is_well_formed(url: str) -> bool:
    """Whether it names a host, and a port that exists."""
    try:
        host_and_port(url)
    except ValueError:
        return False
    return True


def is_allowed(url: str, allowed: Iterable[str]) -> bool:
    """Whether one of `host:port`, `[address]:port` or `host:*` is this URL's."""
    try:
        host, port = host_and_port(url)
    except ValueError:
        return False
    return any(split_entry(entry) in {(host, str(port)), (host, ANY_PORT)} for entry in allowed)


def authority(url: str) -> str:
    """`host:port` of a URL, without user information, for people to read."""
    try:
        host, port = host_and_port(url)
    except ValueError:
        return "an address without a host"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def split_entry(entry: str) -> tuple[str, str]:
    """Host, without brackets, and port of one allowed host."""
    host, _, port = entry.rpartition(":")
    return host.strip("[]").lower(), port
