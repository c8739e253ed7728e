"""What several tests of Curity's admin side start from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import respx

from dcr.curity.admin.client import CurityAdmin
from tests.unit.curity.admin.admin_side import make_admin


@pytest.fixture
def curity() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


@pytest.fixture
def admin() -> CurityAdmin:
    return make_admin()
