"""Every test here gets the living sandbox."""

from tests.sandbox_fixture import living, running_world

__all__ = ["living", "running_world"]
