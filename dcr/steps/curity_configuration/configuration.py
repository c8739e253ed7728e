"""The how-to's "Configure token issuer" and "Create a client": token issuers, initial client, and what they need of the profile.

Source: docs/vendors/how-to.md, Token issuer; docs/vendors/curity.md, Clients of the configuration.
"""

from __future__ import annotations

from dcr.curity.admin import nodes
from dcr.curity.admin.configuration import diff_configuration
from dcr.curity.admin.difference import ConfigurationDiff
from dcr.curity.admin.initial_client import VersionedSecret, is_marked_ours
from dcr.curity.admin.nodes import Path
from dcr.curity.admin.state import CurityState
from dcr.model.platform import CuritySpec
from dcr.results.changes import Stage
from dcr.steps.context import StepContext
from dcr.steps.curity_configuration.settings import CURITY_SYSTEMS, ConfigurationState, CurityStep, missing_secret


class CurityConfiguration(CurityStep):
    """Token issuers and initial client, in one transaction."""

    name, stage, systems = "curity configuration", Stage.CURITY_CONFIGURATION, CURITY_SYSTEMS
    description = "Access tokens as JWT, the userinfo token issuer, the initial client."
    link = "Curity's issuers and initial client"

    def compare(self, state: CurityState, wanted: CuritySpec, secret: VersionedSecret | None) -> ConfigurationDiff:
        return diff_configuration(state, wanted, secret)

    def require_ready(self, ctx: StepContext, state: ConfigurationState) -> None:
        if state.secret is None:
            raise missing_secret(ctx)

    def ours(self, state: CurityState, wanted: CuritySpec) -> tuple[Path, ...]:
        """The initial client. Issuers bear no mark, and clients that we do not know may rely on them."""
        client = state.profile.client(wanted.initial_client.id) if state.profile else None
        return (nodes.client(wanted.profile, client.id),) if client and is_marked_ours(client) else ()
