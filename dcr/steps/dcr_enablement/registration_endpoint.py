"""Where clients are registered, as the profile's public metadata tells it: never built, since every server has its own path."""

from __future__ import annotations

from dcr.curity.admin.deployment import registration_endpoint
from dcr.curity.admin.issuer import issuer_of
from dcr.curity.admin.state import CurityState
from dcr.curity.runtime.oauth import Metadata, metadata_url
from dcr.errors import CheckFailed, Missing, Problem
from dcr.http.polling import REAL_CLOCK, Clock, until
from dcr.model.platform import CuritySpec
from dcr.results.changes import KNOWN_AFTER_APPLY, Change, Scope, Stage
from dcr.results.outcome import Facts, Outcome
from dcr.steps.context import Run
from dcr.steps.curity_configuration.state import curity_state, renders, state_if_readable
from dcr.steps.facts import known


def converge(run: Run, facts: Facts, _item: str) -> Outcome:
    """Find the issuer and its metadata; a writing run waits until they show what was deployed.

    Raises:
        CheckFailed: the metadata still has no `registration_endpoint` at the deadline.
        Refused: the document names another issuer, or a host that the platform does not allow.

    Source: reference/curity.md sections 2.1 (issuer, caches), 2.6 and 4.1.
    """
    return wait_for_endpoint(run, known(facts, "issuer"), run.systems.clock) if run.write else _look(run)


def _look(run: Run) -> Outcome:
    state = _state(run)
    issuer = issuer_of(state, run.platform.curity)
    if isinstance(issuer, Problem):
        return Outcome(problems=(issuer,))
    run.systems.oauth.sender.require_allowed(issuer)
    if state.profile and not state.profile.metadata_exposed:
        return Outcome(facts=_facts(issuer, None))  # why it is not exposed, and whether it will be, is told by the configuration
    metadata = run.see(f"metadata {issuer}", lambda: run.systems.oauth.metadata(issuer))
    return Outcome(facts=_facts(issuer, metadata), changes=_late(state, run.platform.curity, metadata))


def _state(run: Run) -> CurityState:
    """Where files configure Curity, nothing is known of what cannot be read."""
    found = state_if_readable(run) if renders(run) else curity_state(run)
    return found if isinstance(found, CurityState) else CurityState(None)


def wait_for_endpoint(run: Run, issuer: str, clock: Clock = REAL_CLOCK) -> Outcome:
    """Ask until the metadata shows `registration_endpoint`, within `deadlines.metadata_seconds`."""
    deadlines = run.platform.deadlines
    run.progress(f"waiting for registration_endpoint in the metadata, at most {deadlines.metadata_seconds:g} s")
    metadata = until(
        lambda: _metadata(run, issuer),
        lambda seen: seen is not None and bool(seen.registration_endpoint),
        deadline_seconds=deadlines.metadata_seconds,
        poll_seconds=deadlines.poll_seconds,
        clock=clock,
    )
    if metadata is None or not metadata.registration_endpoint:
        problem = f"shows no registration_endpoint after {deadlines.metadata_seconds:g} s"
        remedy = (
            "Check that nodes with the chosen service roles run and take new configuration; a cache before them may hold the document "
            "for 600 s: then raise deadlines.metadata_seconds."
        )
        raise CheckFailed(f"curity: {metadata_url(issuer)}", problem, remedy)
    return Outcome(facts=_facts(issuer, metadata))


def _metadata(run: Run, issuer: str) -> Metadata | None:
    try:
        return run.systems.oauth.metadata(issuer)
    except Missing:  # a node that has not taken the new configuration yet may have no document at all
        return None


def _facts(issuer: str, metadata: Metadata | None) -> dict[str, str]:
    facts = {"issuer": issuer, "metadata_url": metadata_url(issuer)}
    if metadata:
        facts |= {"token_endpoint": metadata.token_endpoint, "jwks_uri": metadata.jwks_uri}
        facts |= {"registration_endpoint": metadata.registration_endpoint} if metadata.registration_endpoint else {}
    return facts


def _late(state: CurityState, wanted: CuritySpec, metadata: Metadata) -> tuple[Change, ...]:
    """Deployed and not shown: nothing is left to write, yet the run has to wait for it, as one that died waiting would have."""
    profile = state.profile
    endpoint = registration_endpoint(profile, wanted) if profile and profile.registration else None
    if metadata.registration_endpoint or endpoint is None or not state.environment.deploys(endpoint):
        return ()
    path = f"metadata of {metadata.issuer}/registration_endpoint"
    return (Change(Stage.DCR_ENABLEMENT, Scope.TENANT, path, None, KNOWN_AFTER_APPLY),)
