"""Every test here gets a region of its own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.konnect.region import Region, region

__all__ = ["admitted", "region"]


@pytest.fixture
def admitted(region: Region) -> tuple[Region, Any]:
    """A region with a registered application, nothing asked of the identity provider since."""
    application = region.application(region.bound())
    region.register(application)
    region.idp.asked.clear()
    return region, application
