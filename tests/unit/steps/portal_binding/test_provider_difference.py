"""What differs between a DCR provider and what the platform asks for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.kong_in_process import ISSUER, SUFFIX
from tests.unit.steps.portal_binding.one_provider import WANTED, Wanted, diff, found, leaves


@pytest.mark.parametrize(
    ("different", "wanted", "expected", "reason"),
    [
        ({}, WANTED, {}, "nothing differs"),
        ({"issuer": ISSUER + SUFFIX + "/"}, WANTED, {}, "Konnect may add a slash, and it means the same"),
        ({"issuer": ISSUER}, WANTED, {"issuer": (ISSUER, ISSUER + SUFFIX)}, "the how-to wants the whole address"),
        ({"display_name": None}, WANTED, {"display_name": (None, "Curity")}, "it may have none"),
        (
            {"dcr_config": {"initial_client_id": "other"}},
            WANTED,
            {"dcr_config/initial_client_id": ("other", "konnect-dcr")},
            "another client may not register",
        ),
        (
            {"labels": {"managed-by": "dcr", "secret-version": "1"}},
            (ISSUER, 2),
            {"dcr_config/initial_client_secret": ("Vault version 1", "Vault version 2")},
            "a rotated secret is seen by its version alone",
        ),
        (
            {},
            (None, None),
            {
                "issuer": (ISSUER + SUFFIX, "(known after apply)"),
                "dcr_config/initial_client_secret": ("Vault version 1", "(known after apply)"),
            },
            "what is not known yet may differ",
        ),
    ],
)
def test_the_difference_names_each_leaf(
    different: dict[str, Any], wanted: Wanted, expected: dict[str, tuple[str | None, str | None]], reason: str
) -> None:
    assert leaves(diff(found(**different), wanted)) == expected, reason


def test_a_provider_without_our_label_is_a_conflict_on_every_leaf() -> None:
    changes = diff(found(labels={}, display_name="Theirs"), WANTED)

    assert {change.path.rsplit("/", 1)[-1] for change in changes} == {"display_name", "initial_client_secret", "managed-by"}
    assert all("made by someone else" in change.conflict for change in changes)


def test_a_provider_in_use_says_whom_a_change_affects() -> None:
    (change,) = diff(found(active=True, display_name="Old"), WANTED)

    assert "every API" in change.impact
