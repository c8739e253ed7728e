"""The how-to's "Enable Dynamic Client Registration": the container, its endpoint, and the service roles that deploy it.

Source: docs/vendors/how-to.md, Registration.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from dcr.curity.admin import nodes
from dcr.curity.admin.difference import ConfigurationDiff
from dcr.curity.admin.enablement import diff_enablement
from dcr.curity.admin.giving_back import Deletion, GivingBack, deletion
from dcr.curity.admin.initial_client import VersionedSecret, is_marked_ours
from dcr.curity.admin.memory import Written
from dcr.curity.admin.nodes import Path, below, display, entry
from dcr.curity.admin.state import CurityState, NonTemplatized
from dcr.model.platform import CuritySpec
from dcr.results.changes import Stage
from dcr.results.diff import Diff, Difference
from dcr.steps.curity_configuration.configuration import REGISTRANTS, unremembered
from dcr.steps.curity_configuration.settings import CURITY_SYSTEMS, CurityStep, Settings

ENDPOINT = "endpoint"


class DcrEnablement(CurityStep):
    """Dynamic client registration with client management, in one transaction."""

    name, stage, systems = "DCR enablement", Stage.DCR_ENABLEMENT, CURITY_SYSTEMS
    description = "DCR with client management, its endpoint, the service roles."
    link = "Curity's dynamic client registration"

    def compare(self, state: CurityState, wanted: CuritySpec, secret: VersionedSecret | None) -> ConfigurationDiff:  # noqa: ARG002
        return diff_enablement(state, wanted)

    def returning(self, state: CurityState, wanted: CuritySpec, before: tuple[Written, ...]) -> Diff[Settings]:
        """All that we made; for others who have come to register since, all stays on but that our client may."""
        mine = [one for one in before if one.stage == self.stage]
        if not mine:
            return self._marked(state, wanted)
        if _others_register(state, wanted, mine):
            stays = f"{display(_registration(wanted))} and its endpoint stay: others register by now."
            return Diff(_registrant(self.stage, state, wanted), warnings=(stays,))
        diff: Diff[Settings] = GivingBack(self.stage, state.tree, before).differences()
        return _with_their_endpoints(self.stage, state, mine, diff)

    def _marked(self, state: CurityState, wanted: CuritySpec) -> Diff[Settings]:
        """Where nothing is remembered: our client is known by its mark, and goes only if it may not register any more."""
        client = state.profile.client(wanted.initial_client.id) if state.profile else None
        if client is None or not is_marked_ours(client):
            return Diff()
        return Diff(_registrant(self.stage, state, wanted), warnings=unremembered(self.compare, state, wanted))


def _registration(wanted: CuritySpec) -> Path:
    return below(nodes.authorization_server(wanted.profile), "dynamic-client-registration")


def _settings(state: CurityState) -> NonTemplatized:
    registration = state.profile.registration if state.profile else None
    return (registration.non_templatized if registration else None) or NonTemplatized()


def _others_register(state: CurityState, wanted: CuritySpec, mine: Iterable[Written]) -> bool:
    """Whether somebody may register who could not when we came."""
    ours, lines = wanted.initial_client.id, [one for one in mine if one.path[-1].name == REGISTRANTS]
    settings = _settings(state)
    came = set(settings.authenticate_client_by) - {ours}.union(*(one.beside for one in lines)) if lines else set()
    return bool(came or (settings.other_registrant and settings.other_registrant not in [one.instead_of for one in lines]))


def _registrant(stage: Stage, state: CurityState, wanted: CuritySpec) -> tuple[Difference[Settings], ...]:
    ours = wanted.initial_client.id
    if ours not in _settings(state).authenticate_client_by:
        return ()
    return (deletion(stage, entry(below(_registration(wanted), "non-templatized"), REGISTRANTS, ours)),)


def _with_their_endpoints(stage: Stage, state: CurityState, mine: Iterable[Written], diff: Diff[Settings]) -> Diff[Settings]:
    """An endpoint that goes is deployed nowhere any more, whoever has put it there; one of ours that stays, stays deployed."""
    made = {one.made[-1].keys[0].value for one in mine if one.made and one.made[-1].name == ENDPOINT}
    gone = {path[-1].keys[0].value for path in _deleted(diff) if path[-1].name == ENDPOINT}
    kept = tuple(one for one in diff.differences if not _deploys(one.write, made - gone))
    roles = state.environment.service_roles
    lines = [entry(nodes.service_role(role.id), "endpoints", one) for role in roles for one in role.endpoints if one in gone]
    more = tuple(deletion(stage, line) for line in lines if line not in _deleted(diff))
    return Diff(more + kept, diff.problems, diff.warnings)


def _deleted(diff: Diff[Settings]) -> list[Path]:
    return [one.path for one in diff.writes if isinstance(one, Deletion)]


def _deploys(write: Settings, endpoints: Collection[str]) -> bool:
    return isinstance(write, Deletion) and write.path[-1].name == "endpoints" and write.path[-1].keys[0].value in endpoints
