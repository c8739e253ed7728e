"""Make Curity known to Konnect as the DCR provider that the platform asks for.

Source: docs/vendors/konnect.md, DCR providers; docs/vendors/how-to.md, Portal settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dcr.curity.admin.initial_client import VersionedSecret
from dcr.errors import Refused
from dcr.konnect.labels import SECRET_VERSION
from dcr.konnect.providers import (
    CURITY,
    KonnectProvider,
    create_provider,
    delete_provider,
    find_providers,
    read_provider,
    update_provider,
)
from dcr.results.changes import Change, Scope, Stage
from dcr.results.diff import Diff, Difference
from dcr.results.facts import Facts, require
from dcr.results.fields import Field, Fields, Place, same_url
from dcr.results.outcome import Outcome
from dcr.steps.context import StepContext
from dcr.steps.curity_configuration.initial_client import stored_secret
from dcr.steps.portal_binding.shared_object import absent, candidates, choose, duplicates, foreign, issuer_url, ownership, wrong_type
from dcr.steps.portal_binding.verification import (
    VERIFY,
    Remembered,
    forget,
    have_verified,
    last_verification,
    remembers_any,
    to_be_verified,
)
from dcr.steps.step import Item, Lock, Step, System
from dcr.vault import paths

PLURAL = "dcr-providers"


@dataclass(frozen=True, slots=True)
class ProviderSpec:
    """What the platform asks for. None: known after other steps have written."""

    name: str
    display_name: str
    issuer: str | None
    initial_client_id: str
    secret: VersionedSecret | None

    @property
    def version(self) -> str | None:
        """Of the secret in Vault: Konnect never shows the secret itself."""
        return str(self.secret.version) if self.secret else None


@dataclass(frozen=True, slots=True)
class ProviderState:
    """The providers of our name, and what else is compared with."""

    candidates: tuple[KonnectProvider, ...]
    secret: VersionedSecret | None
    verification: Remembered
    remembered: bool = False  # Vault has a record of one, however it ended

    @property
    def chosen(self) -> KonnectProvider | None:
        return choose(self.candidates)


def _credentials(wanted: ProviderSpec, _found: KonnectProvider | None) -> Mapping[str, Any]:
    """The secret goes along with its version's label and with the client id, never apart from them."""
    secret = require(wanted.secret, "the initial client's secret")
    return {
        "dcr_config/initial_client_id": wanted.initial_client_id,
        "dcr_config/initial_client_secret": secret.value.get_secret_value(),
        f"labels/{SECRET_VERSION}": str(secret.version),
    }


def _vault_version(version: str | None) -> str | None:
    return f"Vault version {version}" if version else None


FIELDS = Fields[KonnectProvider, ProviderSpec](
    Field("name", lambda found: found.name, lambda wanted: wanted.name, identity=True),
    Field("provider_type", lambda found: found.provider_type, lambda _wanted: CURITY, create_only=True),
    Field("display_name", lambda found: found.display_name, lambda wanted: wanted.display_name),
    Field("issuer", lambda found: found.issuer, lambda wanted: wanted.issuer, same=same_url, late=True),
    Field(
        "dcr_config/initial_client_id",
        lambda found: found.dcr_config.initial_client_id,
        lambda wanted: wanted.initial_client_id,
        body=_credentials,
    ),
    Field(
        "dcr_config/initial_client_secret",
        lambda found: found.labels.get(SECRET_VERSION),
        lambda wanted: wanted.version,
        display=_vault_version,
        late=True,
        body=_credentials,
    ),
    ownership(),
)


class DcrProvider(Step[ProviderState, str]):
    """Found by name, or by id once it is known; the secret is compared by the Vault version in a label."""

    name, stage, scope, lock = "DCR provider", Stage.PORTAL_BINDING, Scope.PLATFORM, Lock.PLATFORM
    systems = frozenset({System.VAULT, System.KONNECT})
    timeout_seconds, description = 300, "Makes Curity known to Konnect, with the initial client's secret."
    link = "Konnect's DCR provider"

    def observe(self, ctx: StepContext, item: Item) -> ProviderState:  # noqa: ARG002
        konnect, name = ctx.konnect, ctx.platform.konnect.dcr_provider.name
        found = ctx.cached(
            f"konnect {PLURAL} {name}",
            lambda: candidates(ctx.facts.provider_id, lambda known: read_provider(konnect, known), lambda: find_providers(konnect, name)),
        )
        return ProviderState(found, stored_secret(ctx), last_verification(ctx), remembers_any(ctx))

    def diff(self, ctx: StepContext, item: Item, state: ProviderState) -> Diff[str]:  # noqa: ARG002
        wanted, found = _spec(ctx, state.secret), state.chosen
        place = _place(wanted.name)
        impact = "every API whose auth strategy uses this provider" if found and found.active else ""
        fields = FIELDS.diff(place, found, wanted, conflict=foreign(found, wanted.name), impact=impact)
        problems = wrong_type(place.path, wanted.name, found.provider_type if found else None, CURITY, "konnect.dcr_provider.name")
        rest: Diff[str] = Diff((), problems, duplicates(PLURAL, wanted.name, state.candidates))
        return fields + rest + _unverified(ctx, place, state)

    def outcome(self, ctx: StepContext, item: Item, state: ProviderState) -> Outcome:  # noqa: ARG002
        return Outcome(Facts(provider_id=state.chosen.id)) if state.chosen else Outcome()

    def apply(self, ctx: StepContext, item: Item, state: ProviderState, diff: Diff[str]) -> Outcome:  # noqa: ARG002
        wanted, found = _spec(ctx, state.secret), state.chosen
        require(ctx.facts.issuer, "the issuer")
        if wanted.secret is None:
            raise Refused("plan", "Vault holds no secret of the initial client", "An earlier step makes one: start the whole run again.")
        before = to_be_verified(ctx, state.verification)
        if found is None:
            provider_id = create_provider(ctx.konnect, FIELDS.create_body(wanted))
        else:
            provider_id = found.id
            if set(diff.writes) - {VERIFY}:
                update_provider(ctx.konnect, provider_id, FIELDS.update_body(wanted, diff.writes, found))
        verified = have_verified(ctx, wanted.name, provider_id, before)
        return replace(verified, facts=Facts(provider_id=provider_id, provider_verified=True))

    def absent(self, ctx: StepContext, item: Item, state: ProviderState) -> Diff[str]:  # noqa: ARG002
        change = Change(self.stage, self.scope, f"vault/{paths.dcr_provider()}", "how its last verification ended", None)
        memory = (Difference(change, VERIFY),) if state.remembered else ()
        return absent(_place(ctx.platform.konnect.dcr_provider.name), state.candidates) + Diff(memory)

    def remove(self, ctx: StepContext, item: Item, state: ProviderState, diff: Diff[str]) -> Outcome:  # noqa: ARG002
        for provider_id in diff.writes:
            if provider_id != VERIFY:
                delete_provider(ctx.konnect, provider_id)
        forget(ctx)
        return Outcome()


def _place(name: str) -> Place:
    return Place(Stage.PORTAL_BINDING, Scope.PLATFORM, f"konnect/{PLURAL}/{name}")


def _spec(ctx: StepContext, secret: VersionedSecret | None) -> ProviderSpec:
    asked = ctx.platform.konnect.dcr_provider
    return ProviderSpec(asked.name, asked.display_name, issuer_url(ctx.facts), ctx.platform.curity.initial_client.id, secret)


def _unverified(ctx: StepContext, place: Place, state: ProviderState) -> Diff[str]:
    """A verification that did not end well is asked for again by every later run that may change the platform's part, until it does.

    It changes nothing that a tenant relies on, so it stops no tenant's run.
    """
    if state.chosen is None or state.verification.ended_well or ctx.facts.provider_verified:
        return Diff()
    said = state.verification.said
    if ctx.tenant and not ctx.platform.rules.tenants_change_the_platform:
        return Diff(
            warnings=(f"konnect: the platform's DCR provider {state.chosen.name} is not verified: {said}; `dcr prepare` asks again.",)
        )
    change = Change(place.stage, place.scope, f"{place.path}/{VERIFY}", said, "verified by Konnect", asks=True)
    return Diff((Difference(change, VERIFY),))
