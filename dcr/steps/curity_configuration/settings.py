"""How both Curity stages converge: read, compare, and write the difference in one request, or have people load it as a file.

Source: docs/vendors/curity.md, RESTCONF edits: one edit is one transaction.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from dcr.curity.admin.difference import ConfigurationDiff
from dcr.curity.admin.edit import Edit, document
from dcr.curity.admin.giving_back import Deletion
from dcr.curity.admin.initial_client import VersionedSecret
from dcr.curity.admin.memory import Written
from dcr.curity.admin.reading import read_facilities, read_state
from dcr.curity.admin.state import CurityState
from dcr.errors import DcrError, Missing
from dcr.model.platform import CurityMode, CuritySpec
from dcr.results.changes import Scope
from dcr.results.diff import Diff
from dcr.results.outcome import Outcome
from dcr.steps.context import StepContext
from dcr.steps.curity_configuration import rendered
from dcr.steps.curity_configuration.initial_client import stored_secret
from dcr.steps.curity_configuration.run_time import Shown, shown_by_run_time
from dcr.steps.curity_configuration.written import Forgetting, give_back, remember, written_before
from dcr.steps.step import Item, Lock, Step, System
from dcr.vault import paths

ONLY_A_WRITE_TELLS = "curity: whether this admin user may write, only a write can tell"
LOST_AT_RESTART = (
    "curity: where it starts from files, as in Kubernetes without a configuration volume, its next restart loses what is written now; "
    "`dcr plan --format curity-xml` prints the same as a file"
)
Settings = Edit | Deletion | Forgetting | None
"""What a difference needs: an edit, or what takes one back; none where files configure Curity, or only its run time is seen."""


@dataclass(frozen=True, slots=True)
class ConfigurationState:
    """What Curity says of itself."""

    configuration: CurityState | DcrError  # why it cannot be read, where that is no fault: its files are the truth
    secret: VersionedSecret | None  # the initial client's, in Vault
    shown: Shown | None = None  # by the run time, where the configuration cannot be read
    before: tuple[Written, ...] | None = None  # what stood there before us, as the platform's own runs remember it


def curity_state(ctx: StepContext) -> CurityState:
    """The three subtrees that concern us.

    Raises:
        DcrError: they cannot be read.
    """
    return ctx.cached("curity state", lambda: _read_state(ctx))


def state_if_readable(ctx: StepContext) -> CurityState | DcrError:
    """The state, or why there is none. RESTCONF may be closed, or unknown to Vault, where Curity is configured by files."""

    def read() -> CurityState | DcrError:
        try:
            return _read_state(ctx)
        except DcrError as error:
            return error

    return ctx.cached("curity state, if readable", read)


def _read_state(ctx: StepContext) -> CurityState:
    facilities = ctx.lasting("curity facilities", lambda: read_facilities(ctx.curity))
    return read_state(ctx.curity, ctx.platform.curity.profile, facilities)


def renders(ctx: StepContext) -> bool:
    """Whether this platform's Curity is configured by files."""
    return ctx.platform.curity.mode is CurityMode.RENDER


class CurityStep(Step[ConfigurationState, Settings]):
    """A part of Curity's configuration. What is there already, and what the platform does not name, stays."""

    scope, lock = Scope.PLATFORM, Lock.PLATFORM
    timeout_seconds = 3900

    @abstractmethod
    def compare(self, state: CurityState, wanted: CuritySpec, secret: VersionedSecret | None) -> ConfigurationDiff:
        """This part as it is against what the platform asks for."""

    @abstractmethod
    def returning(self, state: CurityState, wanted: CuritySpec, before: tuple[Written, ...]) -> Diff[Settings]:
        """What goes back to what it was before us; what only our mark tells, where nothing is remembered."""

    def observe(self, ctx: StepContext, item: Item) -> ConfigurationState:  # noqa: ARG002
        secret = stored_secret(ctx)
        if not renders(ctx):
            return ConfigurationState(curity_state(ctx), secret, before=None if ctx.tenant else written_before(ctx))
        found = state_if_readable(ctx)
        return ConfigurationState(found, secret, shown_by_run_time(ctx, self.stage) if isinstance(found, DcrError) else None)

    def diff(self, ctx: StepContext, item: Item, state: ConfigurationState) -> Diff[Settings]:  # noqa: ARG002
        found = state.configuration
        if isinstance(found, DcrError):
            return rendered.diff_of_run_time(ctx, state.shown, found, state.secret)
        compared = self.compare(found, ctx.platform.curity, state.secret)
        if renders(ctx):
            return compared + rendered.problems_of_file(ctx, compared, found, state.secret)
        return compared + (Diff(warnings=(LOST_AT_RESTART,), unproved=(ONLY_A_WRITE_TELLS,)) if compared else Diff())

    def apply(self, ctx: StepContext, item: Item, state: ConfigurationState, diff: Diff[Settings]) -> Outcome:
        if renders(ctx):
            fragment = rendered.fragment_of(ctx, state.configuration, state.secret, ctx.settings.curity.render_secret_as)
            rendered.load(ctx, self.stage, fragment, lambda: self.diff(ctx, item, self.observe(ctx.fresh(), item)).changes)
        else:
            self.require_ready(ctx, state)
            edits = [edit for edit in diff.writes if isinstance(edit, Edit)]
            remember(ctx, self.stage, edits, readable(state))
            ctx.curity.patch_root(document(edits))
        return Outcome()

    def require_ready(self, ctx: StepContext, state: ConfigurationState) -> None:
        """Stop if something must not be in use yet that this part would put into use."""

    def absent(self, ctx: StepContext, item: Item, state: ConfigurationState) -> Diff[Settings]:  # noqa: ARG002
        if renders(ctx):
            return Diff(warnings=rendered.to_be_taken_out(ctx, self.compare, state.configuration))
        return self.returning(readable(state), ctx.platform.curity, state.before or ())

    def remove(self, ctx: StepContext, item: Item, state: ConfigurationState, diff: Diff[Settings]) -> Outcome:  # noqa: ARG002
        give_back(ctx, readable(state), diff.writes)
        return Outcome()


def readable(state: ConfigurationState) -> CurityState:
    """The configuration, where it has to be readable.

    Raises:
        DcrError: why it is not.
    """
    if isinstance(state.configuration, DcrError):
        raise state.configuration
    return state.configuration


def missing_secret(ctx: StepContext) -> Missing:
    """The initial client's secret is not in Vault, and so must not be in use."""
    where = ctx.vault.ref(paths.initial_client())
    return Missing(where, f"has no secret of client {ctx.platform.curity.initial_client.id!r}", "Run again: it is generated there first.")


CURITY_SYSTEMS = frozenset({System.VAULT, System.CURITY})
