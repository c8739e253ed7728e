"""Where clients are registered, as the profile's public metadata tells it: never built, since every server has its own path.

Source: docs/vendors/curity.md, Metadata.
"""

from __future__ import annotations

from dataclasses import dataclass

from dcr.curity.admin.deployment import registration_endpoint
from dcr.curity.admin.issuer import issuer_of
from dcr.curity.admin.state import CurityState
from dcr.curity.runtime.oauth import Metadata, metadata_url
from dcr.errors import CheckFailed, Missing, Problem
from dcr.http.polling import until
from dcr.results.changes import KNOWN_AFTER_APPLY, Change, Scope, Stage
from dcr.results.diff import Diff, Difference
from dcr.results.facts import Facts, IssuerFacts, require
from dcr.results.outcome import Outcome
from dcr.steps.context import StepContext
from dcr.steps.curity_configuration.configuration import CurityConfiguration
from dcr.steps.curity_configuration.settings import curity_state, renders, state_if_readable
from dcr.steps.dcr_enablement.enablement import DcrEnablement
from dcr.steps.step import Item, Lock, Step, System


@dataclass(frozen=True, slots=True)
class EndpointState:
    """The issuer, what its metadata shows, and whether Curity's configuration deploys the endpoint."""

    issuer: str | Problem
    metadata: Metadata | None = None  # None: there is none (yet)
    deployed: bool = False

    @property
    def shown(self) -> bool:
        """Whether the metadata shows where to register."""
        return self.metadata is not None and bool(self.metadata.registration_endpoint)


class RegistrationEndpoint(Step[EndpointState, None]):
    """Writes nothing: a run that has deployed the endpoint waits here until it is shown, as one does that died waiting."""

    name, stage, scope, lock = "registration endpoint", Stage.DCR_ENABLEMENT, Scope.PLATFORM, Lock.NONE
    systems = frozenset({System.CURITY, System.OAUTH})
    follows = (CurityConfiguration, DcrEnablement)
    timeout_seconds, description = 3900, "Waits until the metadata shows the registration endpoint."

    def observe(self, ctx: StepContext, item: Item) -> EndpointState:  # noqa: ARG002
        state = _configuration(ctx)
        issuer = issuer_of(state, ctx.platform.curity)
        if isinstance(issuer, Problem):
            return EndpointState(issuer)
        ctx.oauth.sender.require_allowed(issuer)
        deployed = _deployed(ctx, state)
        if state.profile and not state.profile.metadata_exposed:
            return EndpointState(issuer, None, deployed)  # why it is not exposed, and whether it will be, is told by the configuration
        return EndpointState(issuer, ctx.cached(f"metadata {issuer}", lambda: _metadata(ctx, issuer)), deployed)

    def diff(self, ctx: StepContext, item: Item, state: EndpointState) -> Diff[None]:  # noqa: ARG002
        if isinstance(state.issuer, Problem):
            return Diff(problems=(state.issuer,))
        if state.shown or not state.deployed:
            return Diff()
        path = f"metadata of {state.issuer}/registration_endpoint"
        return Diff((Difference(Change(self.stage, Scope.TENANT, path, None, KNOWN_AFTER_APPLY), None),))

    def outcome(self, ctx: StepContext, item: Item, state: EndpointState) -> Outcome:  # noqa: ARG002
        if isinstance(state.issuer, Problem):
            return Outcome()
        facts = IssuerFacts(state.issuer, metadata_url(state.issuer))
        if state.metadata:
            shown = state.metadata
            facts = IssuerFacts(facts.issuer, facts.metadata_url, shown.token_endpoint, shown.jwks_uri, shown.registration_endpoint)
        return Outcome(Facts(issuer=facts))

    def apply(self, ctx: StepContext, item: Item, state: EndpointState, diff: Diff[None]) -> Outcome:  # noqa: ARG002
        """Ask until the metadata shows `registration_endpoint`, within `deadlines.metadata_seconds`.

        Raises:
            CheckFailed: it still does not at the deadline.
        """
        issuer, deadlines = require(ctx.facts.issuer, "the issuer").issuer, ctx.platform.deadlines
        ctx.progress(f"waiting for registration_endpoint in the metadata, at most {deadlines.metadata_seconds:g} s")
        metadata = until(
            lambda: _metadata(ctx, issuer),
            lambda seen: seen is not None and bool(seen.registration_endpoint),
            deadline_seconds=deadlines.metadata_seconds,
            poll_seconds=deadlines.poll_seconds,
            clock=ctx.clock,
        )
        if metadata is None or not metadata.registration_endpoint:
            problem = f"shows no registration_endpoint after {deadlines.metadata_seconds:g} s"
            remedy = (
                "Check that nodes with the chosen service roles run and take new configuration; a cache before them may hold the "
                "document for 600 s: then raise deadlines.metadata_seconds."
            )
            raise CheckFailed(f"curity: {metadata_url(issuer)}", problem, remedy)
        return Outcome()

    def absent(self, ctx: StepContext, item: Item, state: EndpointState) -> Diff[None]:  # noqa: ARG002
        """The endpoint goes with its configuration."""
        return Diff()

    def remove(self, ctx: StepContext, item: Item, state: EndpointState, diff: Diff[None]) -> Outcome:  # noqa: ARG002
        """Nothing is of this step's making."""
        return Outcome()


def _configuration(ctx: StepContext) -> CurityState:
    """Where files configure Curity, nothing is known of what cannot be read."""
    found = state_if_readable(ctx) if renders(ctx) else curity_state(ctx)
    return found if isinstance(found, CurityState) else CurityState(None)


def _deployed(ctx: StepContext, state: CurityState) -> bool:
    profile = state.profile
    endpoint = registration_endpoint(profile, ctx.platform.curity) if profile and profile.registration else None
    return endpoint is not None and state.environment.deploys(endpoint)


def _metadata(ctx: StepContext, issuer: str) -> Metadata | None:
    """A node that has not taken a new configuration yet may have no document at all.

    Raises:
        Missing: there is none, and nothing new is on its way.
    """
    try:
        return ctx.oauth.metadata(issuer)
    except Missing:
        if not ctx.after_change:
            raise
        return None
