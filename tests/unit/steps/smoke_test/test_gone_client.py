"""A client that is gone at Curity is found by the smoke test, which names the way out where there is one."""

from __future__ import annotations

import pytest

from dcr.results.report import Verdict
from tests.unit.steps.application.one_import import ASKED
from tests.unit.steps.contexts import a_tenant
from tests.unit.steps.smoke_test.smoke_world import SmokeWorld


@pytest.mark.parametrize(("way", "told"), [("import", True), ("portal", False)])
def test_the_replacement_is_named_for_a_client_of_our_own_registration(way: str, told: bool) -> None:
    claims = SmokeWorld(curity_secret="another").claims(a_tenant(applications=[ASKED | {"way": way}]))
    token = next(claim for what, claim in claims.items() if what.startswith("a token for checkout"))

    assert token.verdict is Verdict.FAILED
    assert ("dcr onboard --replace checkout" in token.detail) is told
