"""The DCR provider of these tests, as this tool leaves it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dcr.curity.admin.initial_client import VersionedSecret
from dcr.konnect.providers import KonnectProvider
from dcr.results.changes import Change
from dcr.results.facts import Facts
from dcr.results.outcome import Outcome
from dcr.secret import Secret
from dcr.steps.portal_binding import dcr_provider
from dcr.steps.portal_binding.dcr_provider import ProviderState
from dcr.steps.portal_binding.verification import Remembered
from dcr.steps.table import DCR_PROVIDER
from sandbox.konnect.state import Provider
from tests.unit.kong_in_process import ISSUER, SUFFIX
from tests.unit.steps.contexts import FACTS, StepWorld, a_context, a_platform, converged, facts, planned, taken_away

Wanted = tuple[str | None, int | None]
WANTED: Wanted = (ISSUER, 1)


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


def diff(found: KonnectProvider, wanted: Wanted) -> tuple[Change, ...]:
    """Against what the platform of these tests asks for, given the issuer and the version of the secret, as far as they are known."""
    issuer, version = wanted
    secret = VersionedSecret(Secret("secret"), version) if version else None
    return DCR_PROVIDER.diff(a_context(StepWorld(), facts(issuer=issuer)), "", ProviderState((found,), secret, Remembered())).changes


def put_there(world: StepWorld, **different: Any) -> Provider:
    """A provider of that name, made by someone else, but for what is named."""
    values = {"name": "curity", "display_name": "Curity", "issuer": ISSUER + SUFFIX, "config": {"initial_client_id": "konnect-dcr"}}
    return world.kong.org.add(Provider(world.kong.org.new_id(), **(values | different)))


def leaves(changes: tuple[Change, ...]) -> dict[str, tuple[str | None, str | None]]:
    return {change.path.removeprefix("konnect/dcr-providers/curity/"): (change.before, change.after) for change in changes}


def plan(world: StepWorld, known: Facts = FACTS) -> Outcome:
    return planned(dcr_provider, world, known)


def converge(world: StepWorld, known: Facts = FACTS, **rules: Any) -> Outcome:
    return converged(dcr_provider, world, known, platform=a_platform(**rules))


def take_away(world: StepWorld) -> bool:
    """Whether there was one of ours."""
    return taken_away(dcr_provider, world, FACTS)
