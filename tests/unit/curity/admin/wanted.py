"""Platforms for tests: only what a test is about is said."""

from __future__ import annotations

from typing import Any

from dcr.model.platform import CuritySpec, Platform

ADMIN_URL = "https://curity.example:6749/admin/api/restconf"


def wanted(**settings: Any) -> CuritySpec:
    """The platform's Curity part, as shipped but for what is named."""
    return CuritySpec.model_validate({"admin_url": ADMIN_URL, **settings})


def a_platform(rules: dict[str, Any] | None = None, **curity: Any) -> Platform:
    """A whole platform around it."""
    return Platform.model_validate(
        {
            "name": "test",
            "curity": {"admin_url": ADMIN_URL, **curity},
            "konnect": {"url": "https://eu.api.konghq.com"},
            "vault": {"url": "https://vault.example:8200"},
            "gateway": {"url": "https://gateway.example"},
            "rules": {"allowed_hosts": ["curity.example:8443", "curity.example:6749"], **(rules or {})},
        }
    )
