"""The how-to's "Configure token issuer" and "Create a client": token issuers, initial client, and what they need of the profile.

Source: docs/vendors/how-to.md, Token issuer; docs/vendors/curity.md, Clients of the configuration.
"""

from __future__ import annotations

from dcr.curity.admin import nodes
from dcr.curity.admin.configuration import diff_configuration
from dcr.curity.admin.difference import ConfigurationDiff
from dcr.curity.admin.giving_back import GivingBack, deletion
from dcr.curity.admin.initial_client import VersionedSecret, is_marked_ours
from dcr.curity.admin.memory import Written
from dcr.curity.admin.nodes import display
from dcr.curity.admin.state import CurityState
from dcr.model.platform import CuritySpec
from dcr.results.changes import Stage
from dcr.results.diff import Diff
from dcr.steps.context import StepContext
from dcr.steps.curity_configuration.rendered import Compare, standing
from dcr.steps.curity_configuration.settings import CURITY_SYSTEMS, ConfigurationState, CurityStep, Settings, missing_secret
from dcr.steps.curity_configuration.written import forgetting

REGISTRANTS = "authenticate-client-by"


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

    def returning(self, state: CurityState, wanted: CuritySpec, before: tuple[Written, ...]) -> Diff[Settings]:
        """The initial client goes whole; what nobody remembers bears no mark, and clients that we do not know may rely on it."""
        path = nodes.client(wanted.profile, wanted.initial_client.id)
        found = state.profile.client(wanted.initial_client.id) if state.profile else None
        remembered = [one for one in before if one.path[: len(path)] == path]
        diff: Diff[Settings] = GivingBack(self.stage, state.tree, before, whole=(path,)).differences()
        diff += Diff(warnings=tuple(map(_not_given_back, (one for one in remembered if found and one.secret and one.there >= len(path)))))
        if found and is_marked_ours(found) and not remembered:
            diff += Diff((deletion(self.stage, path),), warnings=unremembered(self.compare, state, wanted))
        return diff + Diff((forgetting(self.stage),) if before else ())


def unremembered(compare: Compare, state: CurityState, wanted: CuritySpec) -> tuple[str, ...]:
    """What stands there and may be ours, where the platform was prepared before there was a memory of that."""
    client = display(nodes.client(wanted.profile, wanted.initial_client.id))
    going = (client, f"/{REGISTRANTS}")  # the client, and that it may register
    lines = [path for path in standing(compare, state, wanted) if not path.startswith(going[0]) and not path.endswith(going[1])]
    return (f"curity: nobody remembers what stood there before, so it stays: {', '.join(lines)}.",) if lines else ()


def _not_given_back(one: Written) -> str:
    return f"{display(one.path)}: what it was before is kept nowhere; whoever uses this client sets it again."
