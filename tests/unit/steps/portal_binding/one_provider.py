"""The DCR provider of these tests, as this tool leaves it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dcr.konnect.providers import KonnectProvider, ProviderSpec
from dcr.results.changes import Change
from dcr.results.outcome import Outcome
from dcr.steps.portal_binding import dcr_provider
from tests.unit.steps.contexts import FACTS, ISSUER, Surroundings, a_platform

SUFFIX = "/.well-known/openid-configuration"
WANTED = ProviderSpec("curity", "Curity", ISSUER + SUFFIX, "konnect-dcr", "1")


def found(**different: Any) -> KonnectProvider:
    """The provider as this tool leaves it, but for what is named."""
    as_left = {
        "id": "00000000-0000-4000-8000-000000000001",
        "name": "curity",
        "display_name": "Curity",
        "provider_type": "curity",
        "issuer": ISSUER + SUFFIX,
        "dcr_config": {"initial_client_id": "konnect-dcr"},
        "labels": {"managed-by": "dcr", "secret-version": "1"},
        "created_at": datetime(2026, 11, 23, tzinfo=UTC),
    }
    return KonnectProvider.model_validate(as_left | different)


def leaves(changes: tuple[Change, ...]) -> dict[str, tuple[str | None, str | None]]:
    return {change.path.removeprefix("konnect/dcr-providers/curity/"): (change.before, change.after) for change in changes}


def converge(around: Surroundings, *, write: bool = True, facts: dict[str, str] = FACTS, **rules: Any) -> Outcome:
    return dcr_provider.converge(around.run(platform=a_platform(**rules), write=write), facts, "")
