"""What a platform asks of Curity, for tests: only what a test is about is said."""

from __future__ import annotations

from typing import Any

from dcr.model.platform import CuritySpec

ADMIN_URL = "https://curity.example:6749/admin/api/restconf"


def wanted(**settings: Any) -> CuritySpec:
    """The platform's Curity part, as shipped but for what is named."""
    return CuritySpec.model_validate({"admin_url": ADMIN_URL, **settings})
