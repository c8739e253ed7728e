"""Every test here gets a region of its own."""

from tests.sandbox.konnect.region import region

__all__ = ["region"]
