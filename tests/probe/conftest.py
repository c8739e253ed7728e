"""Every test here gets the living sandbox."""

from tests.living_world import living, running_world

__all__ = ["living", "running_world"]
