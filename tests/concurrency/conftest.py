"""Every test here gets the sandbox behind proxies, which do nothing unless a test says so."""

from tests.faults.conftest import faulty, running_faulty_world

__all__ = ["faulty", "running_faulty_world"]
