"""Every refusal of the RESTCONF interface, each with its source.

Source: docs/vendors/curity.md, RESTCONF errors: ConfD's answers, and those of a second server, the other reading of several
facts. Samples are named as in the folder of tests/reference.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Readings = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Problem(Exception):
    """A request is refused. Without a tag the answer has no body."""

    status: int
    tag: str | None = None
    message: str | None = None
    error_type: str = "application"
    path: str | None = None
    app_tag: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.status} {self.tag}: {self.message}"


def absent() -> Problem:
    """RFC 8040 section 7: no such resource. Sample "resource absent"."""
    return Problem(404, "invalid-value", "uri keypath not found")


def absent_to_delete(readings: Readings) -> Problem:
    """DELETE of what is not there: ConfD 404, the second server 409 without an app-tag."""
    return Problem(409, "data-missing", "Data does not exist") if readings["curity.delete-absent"] == "409" else absent()


def exists(parent_path: str, instance: str) -> Problem:
    """POST of an existing entry. Sample "POST of an existing list entry": error-path is the parent's."""
    return Problem(409, "data-exists", f"object already exists: {instance}", path=parent_path)


def entry_not_named(name: str) -> Problem:
    """An edit of a list without the keys of an entry (RFC 8040 section 3.5.3: a list is no resource, its entries are)."""
    return Problem(400, "invalid-value", f"missing keys for '{name}'")


def several_instances(name: str) -> Problem:
    """XML has one root, and so shows one instance of a list (RFC 8040 section 4.3)."""
    return Problem(400, "invalid-value", f"more than one instance of '{name}' in XML")


def module_missing(name: str) -> Problem:
    """A URI step without its module where the module changes. Sample "missing module prefix in top-level URI"."""
    return Problem(400, "missing-attribute", f"missing module name for '{name}'")


def query_parameter(name: str) -> Problem:
    """Unknown, repeated or out of place. Sample "unknown query parameter"."""
    return Problem(400, "invalid-value", f"invalid query parameter: {name}")


def query_value(name: str, value: str) -> Problem:
    """A query parameter's value is none of those it can have (RFC 8040 section 4.8)."""
    return Problem(400, "invalid-value", f"invalid value for query parameter {name}: {value}")


def unknown_element(readings: Readings, name: str, parent_path: str) -> Problem:
    """Sample "unknown leaf in body"; bad-20 and bad-21 of the samples."""
    if readings["curity.unknown-element-error"] == "400-unknown-element":
        return Problem(400, "unknown-element", f"Failed to find YANG spec of XML node: {name}", path=parent_path or "/")
    return Problem(400, "malformed-message", f"unknown element: {name} in {parent_path}/{name}", path=parent_path or "/")


def malformed(message: str) -> Problem:
    """A body that is no well-formed XML or JSON, or not of the form that RFC 8040 and RFC 7951 ask for."""
    return Problem(400, "malformed-message", message, error_type="protocol")


def wrong_value(readings: Readings, path: str, text: str) -> Problem:
    """A value outside its type: bad-22 to bad-26 and bad-30 of the samples."""
    if readings["curity.value-error"] == "400-bad-element":
        return Problem(400, "bad-element", f"{path}: invalid value")
    return Problem(400, "invalid-value", f'"{text}" is not a valid value.', path=path)


def unknown_identity(readings: Readings, path: str, text: str) -> Problem:
    """An identity that no module has: bad-32 of the samples, for which the second server has a tag of its own."""
    if readings["curity.value-error"] == "400-bad-element":
        return Problem(400, "unknown-element", f"{path}: identity not found")
    return wrong_value(readings, path, text)


def read_only(path: str) -> Problem:
    """Operational state in an edit (RFC 8040 section 3.4.1: only configuration is editable)."""
    return Problem(400, "invalid-value", f"{path} is not configurable", path=path)


def key_differs(path: str) -> Problem:
    """A key in the body is another than in the URI (RFC 8040 section 4.5)."""
    return Problem(400, "invalid-value", "the key in the message body differs from the key in the URI", path=path)


def not_configured(readings: Readings, path: str) -> Problem:
    """A mandatory leaf or a list key is missing. Sample "mandatory leaf missing at commit"; bad-11 to bad-15, bad-31."""
    tag = "missing-element" if readings["curity.mandatory-error"] == "400-missing-element" else "invalid-value"
    return Problem(400, tag, f"{path} is not configured")


def illegal_reference(readings: Readings, path: str) -> Problem:
    """A leafref without its target. Sample "leafref target absent at commit"; bad-01 to bad-10."""
    if readings["curity.leafref-error"] == "409-data-missing":
        return Problem(409, "data-missing", f"{path}: required instance does not exist", app_tag="instance-required")
    return Problem(400, "invalid-value", f"illegal reference {path}")


def rule_failed(readings: Readings, path: str, message: str) -> Problem:
    """A `must` or `when` is false. Sample "must/when rule fails"; bad-27 to bad-29."""
    status = int(readings["curity.must-error"].partition("-")[0])
    return Problem(status, "operation-failed", f"{path}: {message}")


def two_cases(path: str) -> Problem:
    """Two cases of a choice in one body: bad-17 to bad-19 of the samples, as the second server answers."""
    return Problem(400, "bad-element", f"{path}: more than one case of a choice", path=path)


def same_entry_twice(path: str) -> Problem:
    """Two list entries with the same keys in one body: bad-16 of the samples, as the second server answers."""
    return Problem(412, "operation-failed", f"{path}: duplicate list entry", app_tag="data-not-unique")


def unauthenticated() -> Problem:
    """Sample "bad credentials"."""
    return Problem(401, "access-denied", error_type="protocol", headers=(("WWW-Authenticate", 'Basic realm="restconf"'),))


def forbidden() -> Problem:
    """The access rules (NACM) deny it. Sample "NACM denies"."""
    return Problem(403, "access-denied", "access denied")


def locked(readings: Readings) -> Problem:
    """Another session holds the datastore. Sample "datastore locked by another session"; docs/vendors/curity.md, Concurrency."""
    message = "the configuration database is locked by session 12 admin console (cli from 127.0.0.1) on since 2026-01-01 10:12:41"
    return Problem(409, readings["curity.lock-error"], message)


def media_type(found: str) -> Problem:
    """Sample "wrong Content-Type"."""
    return Problem(415, "malformed-message", f"Unsupported media type: {found}", error_type="protocol")


def not_acceptable() -> Problem:
    """No media type that `Accept` allows (RFC 8040 section 5.2)."""
    return Problem(406, "operation-not-supported", "no acceptable media type", error_type="protocol")


def method_not_allowed(allowed: str) -> Problem:
    """RFC 8040 section 4: the resource has no such method."""
    return Problem(405, "operation-not-supported", error_type="protocol", headers=(("Allow", allowed),))


def stale() -> Problem:
    """`If-Match` or `If-Unmodified-Since` fails. Sample of that name: no body."""
    return Problem(412)


def unlicensed() -> Problem:
    """No licence in place: every resource, after authentication. Sample "unlicensed server"."""
    return Problem(503, "operation-failed", "FeatureViolationException")


def starting() -> Problem:
    """The admin service does not serve yet (docs/vendors/curity.md, Admin access)."""
    return Problem(503)
