"""What a sandbox knows that nobody else may: logins, and the secrets that its Curity keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from tests.sandbox_fixture import LivingWorld


def held_by(living: LivingWorld) -> list[str]:
    """The platform's logins, and the hashes in Curity's configuration."""
    export = living.world.systems.datastore.export().decode()
    return [*logins(living.world.ready), *(part.partition("<")[0].strip() for part in export.split("<secret>")[1:])]


def logins(ready: Mapping[str, Any]) -> list[str]:
    """Those that the ready file tells."""
    return [ready["vault"]["secret_id"], ready["curity"]["password"], ready["konnect"]["token"]]


def ports_of(living: LivingWorld) -> frozenset[int]:
    """Of all systems: what goes to them is tapped, what goes to Prefect is not."""
    ready = living.world.ready
    urls = [ready[name]["url"] for name in ("konnect", "portal", "gateway", "vault")]
    urls += [ready["curity"][name] for name in ("admin_url", "runtime_url")]
    return frozenset(port for url in urls if (port := urlsplit(url).port))
