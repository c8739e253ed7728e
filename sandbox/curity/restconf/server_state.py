"""What the RESTCONF server tells about itself: API resource, capabilities, modules.

Source: docs/vendors/curity.md, RESTCONF edits (probes that change nothing); RFC 8040 sections 3.3 and 9; RFC 7895.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.curity.configuration.schema import Schema
from sandbox.curity.configuration.schema_loader import yang_library

YANG_LIBRARY_VERSION = "2016-06-21"
_CAPABILITY = "urn:ietf:params:restconf:capability:"


def api_resource() -> dict[str, Any]:
    """The entry point."""
    return {"ietf-restconf:restconf": {"data": {}, "operations": {}, "yang-library-version": YANG_LIBRARY_VERSION}}


def server_state(path: str, schema: Schema, readings: Mapping[str, str]) -> dict[str, Any] | None:
    """The resource at a path below the datastore if it is one of the server's own, else None."""
    capabilities = {"capability": _capabilities(readings)}
    resources: dict[str, dict[str, Any]] = {
        "ietf-restconf-monitoring:restconf-state": {"ietf-restconf-monitoring:restconf-state": {"capabilities": capabilities}},
        "ietf-restconf-monitoring:restconf-state/capabilities": {"ietf-restconf-monitoring:capabilities": capabilities},
        "ietf-yang-library:modules-state": yang_library(schema.modules),
    }
    return resources.get(path.strip("/"))


def _capabilities(readings: Mapping[str, str]) -> list[str]:
    found = [
        f"{_CAPABILITY}defaults:1.0?basic-mode={readings['curity.defaults']}",
        f"{_CAPABILITY}depth:1.0",
        f"{_CAPABILITY}fields:1.0",
        f"{_CAPABILITY}with-defaults:1.0",
    ]
    return [*found, f"{_CAPABILITY}yang-patch:1.0"] if readings["curity.yang-patch"] == "advertised" else found
