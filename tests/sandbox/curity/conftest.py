from __future__ import annotations

import pytest

from tests.sandbox.curity.admin import Admin


@pytest.fixture
def admin() -> Admin:
    """The admin interface over the sandbox's own start configuration."""
    return Admin()
