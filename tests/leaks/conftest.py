"""Every test here gets the living sandbox, and the same behind proxies."""

from tests.faults.conftest import faulty, running_faulty_world
from tests.sandbox_fixture import living, running_world

__all__ = ["faulty", "living", "running_faulty_world", "running_world"]
