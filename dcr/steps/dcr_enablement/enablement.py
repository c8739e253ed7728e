"""The how-to's "Enable Dynamic Client Registration": the container, its endpoint, and the service roles that deploy it.

Source: docs/vendors/how-to.md, Registration.
"""

from __future__ import annotations

from dcr.curity.admin import nodes
from dcr.curity.admin.deployment import new_endpoint
from dcr.curity.admin.difference import ConfigurationDiff
from dcr.curity.admin.enablement import diff_enablement
from dcr.curity.admin.initial_client import VersionedSecret
from dcr.curity.admin.nodes import Path, below, entry
from dcr.curity.admin.state import CurityState, NonTemplatized
from dcr.model.platform import CuritySpec
from dcr.results.changes import Stage
from dcr.steps.curity_configuration.settings import CURITY_SYSTEMS, CurityStep


class DcrEnablement(CurityStep):
    """Dynamic client registration with client management, in one transaction."""

    name, stage, systems = "DCR enablement", Stage.DCR_ENABLEMENT, CURITY_SYSTEMS
    description = "DCR with client management, its endpoint, the service roles."
    link = "Curity's dynamic client registration"

    def compare(self, state: CurityState, wanted: CuritySpec, secret: VersionedSecret | None) -> ConfigurationDiff:  # noqa: ARG002
        return diff_enablement(state, wanted)

    def ours(self, state: CurityState, wanted: CuritySpec) -> tuple[Path, ...]:
        """That our client may register, and an endpoint that is just as we make it; for others who register all of it stays on."""
        endpoint = () if _others_register(state, wanted) else _endpoint(state, wanted)
        return (*_registrant(state, wanted), *endpoint)


def _settings(state: CurityState) -> NonTemplatized:
    registration = state.profile.registration if state.profile else None
    return (registration.non_templatized if registration else None) or NonTemplatized()


def _others_register(state: CurityState, wanted: CuritySpec) -> bool:
    settings = _settings(state)
    return bool(settings.other_registrant or set(settings.authenticate_client_by) - {wanted.initial_client.id})


def _registrant(state: CurityState, wanted: CuritySpec) -> tuple[Path, ...]:
    ours = wanted.initial_client.id
    if ours not in _settings(state).authenticate_client_by:
        return ()
    container = below(nodes.authorization_server(wanted.profile), "dynamic-client-registration", "non-templatized")
    return (entry(container, "authenticate-client-by", ours),)


def _endpoint(state: CurityState, wanted: CuritySpec) -> tuple[Path, ...]:
    ours = new_endpoint(wanted)
    there = state.profile.endpoints if state.profile else ()
    if (ours.id, ours.uri, ours.kind) not in [(one.id, one.uri, one.kind) for one in there]:
        return ()
    roles = [role.id for role in state.environment.service_roles if ours.id in role.endpoints]
    deployed = tuple(entry(nodes.service_role(role), "endpoints", ours.id) for role in roles)
    return (*deployed, nodes.endpoint(wanted.profile, ours.id))
