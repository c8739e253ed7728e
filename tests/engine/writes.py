"""What a run wrote, as the systems saw it."""

from __future__ import annotations

import re

from tests.sandbox_fixture import LivingWorld

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
READING = frozenset({"GET", "HEAD", "OPTIONS"})
# They write nothing that is managed: each process logs in, and asks for tokens, for itself.
LOGINS = ("/api/v3/developer/authenticate", "/oauth/v2/oauth-token")
FIRST_ERROR = 400


def accepted_writes(living: LivingWorld) -> list[str]:
    """The writes that succeeded, in their order; ids are those of one world, and left out."""
    return [
        f"{entry.system} {entry.method} {UUID.sub('<id>', entry.path)}"
        for entry in living.world.log.entries(caller="client")
        if entry.system != "gateway" and entry.method not in READING and entry.path not in LOGINS and 0 < entry.status < FIRST_ERROR
    ]


def refused_writes(living: LivingWorld) -> list[str]:
    """The writes that were refused."""
    return [
        f"{entry.system} {entry.method} {UUID.sub('<id>', entry.path)}"
        for entry in living.world.log.entries(caller="client")
        if entry.system != "gateway" and entry.method not in READING and entry.status >= FIRST_ERROR
    ]
