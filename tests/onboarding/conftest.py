"""Every test here gets the living sandbox."""

from tests.onboarding.requesting import requests
from tests.sandbox_fixture import living, running_world

__all__ = ["living", "requests", "running_world"]
