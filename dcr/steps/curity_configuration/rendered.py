"""Where files are the truth: write the fragment, then wait until Curity shows that it was loaded. Nothing is written to Curity.

Source: docs/vendors/curity.md, Configuration files.
"""

from __future__ import annotations

from collections.abc import Callable

from dcr.curity.admin.difference import ConfigurationDiff
from dcr.curity.admin.fragment import Fragment, render_fragment
from dcr.curity.admin.fragment_file import fragment_path, write_fragment
from dcr.curity.admin.initial_client import VersionedSecret
from dcr.curity.admin.own_part import assumed_state, without_ours
from dcr.curity.admin.state import CurityState
from dcr.errors import DcrError, Missing, Pending, Problems
from dcr.http.polling import until
from dcr.model.platform import CuritySpec
from dcr.model.secret_form import SecretForm
from dcr.results.changes import Change, Stage
from dcr.results.diff import Diff
from dcr.secret import Secret
from dcr.steps.context import StepContext
from dcr.steps.curity_configuration.run_time import Shown
from dcr.vault import paths

Compare = Callable[[CurityState, CuritySpec, VersionedSecret | None], ConfigurationDiff]
FIRST_VERSION = 1  # that Vault will give a secret which is still to be generated


def fragment_of(
    ctx: StepContext, configuration: CurityState | DcrError, secret: VersionedSecret | None, secret_form: SecretForm
) -> Fragment:
    """The platform's fragment; nothing is written.

    Raises:
        Problems: what people have to fix first.
        Missing: a hash is asked for, and Vault holds no secret yet.
    """
    if secret is None and secret_form is SecretForm.HASH:
        where = ctx.vault.ref(paths.initial_client())
        raise Missing(where, "holds no secret of the initial client to hash", "Run `dcr prepare`: it generates it first.")
    readable = configuration if isinstance(configuration, CurityState) else None
    return render_fragment(ctx.platform, readable, secret or VersionedSecret(Secret(""), FIRST_VERSION), secret_form)


def problems_of_file(
    ctx: StepContext, compared: Diff[object], configuration: CurityState | DcrError, secret: VersionedSecret | None
) -> Diff[None]:
    """What stands against rendering the fragment, where there is something to be loaded."""
    if not compared:
        return Diff()
    try:
        fragment_of(ctx, configuration, secret, SecretForm.PARAMETER)
    except Problems as error:
        return Diff(problems=error.problems)
    return Diff()


def diff_of_run_time(ctx: StepContext, shown: Shown | None, why: DcrError, secret: VersionedSecret | None) -> Diff[None]:
    """What is left to be loaded, where only the run time tells.

    Args:
        why: the configuration cannot be read.
    """
    unread = f"curity: its configuration cannot be read ({why.problem}), so only what its run time shows is compared"
    untold = "curity: no run time shows whether the custom token issuer and the client's name are as wanted"
    found = Shown() if shown is None else shown
    return found + problems_of_file(ctx, found, why, secret) + Diff(warnings=(unread, untold))


def load(ctx: StepContext, stage: Stage, fragment: Fragment, left: Callable[[], tuple[Change, ...]]) -> None:
    """Write the fragment's file, and wait until nothing is left to be loaded.

    Args:
        left: asks Curity anew what still differs.

    Raises:
        Pending: the file is written, and Curity has not loaded it by `deadlines.metadata_seconds`.
    """
    deadlines, directory = ctx.platform.deadlines, ctx.settings.curity.render_directory
    path = write_fragment(directory, ctx.platform.name, fragment)
    ctx.progress(f"wrote {path}; waiting until Curity has loaded it, at most {deadlines.metadata_seconds:g} s")
    waiting = until(
        left,
        lambda changes: not changes,
        deadline_seconds=deadlines.metadata_seconds,
        poll_seconds=deadlines.poll_seconds,
        clock=ctx.clock,
    )
    if waiting:
        file = fragment_path(directory, ctx.platform.name)
        problem = f"Curity has not loaded {file} yet: {', '.join(change.path for change in waiting)}"
        remedy = (
            "Put the file among the ones that Curity starts from, set the variables that are listed beside it, restart or reload Curity, "
            "then run this again. If these settings still differ then, another file sets them too. docs/render.md tells more."
        )
        raise Pending(f"the fragment for {stage}", problem, remedy)


def to_be_taken_out(ctx: StepContext, compare: Compare, configuration: CurityState | DcrError) -> tuple[str, ...]:
    """What people have to take out of Curity's files, since nothing is written there."""
    wanted = ctx.platform.curity
    lines = standing(compare, configuration if isinstance(configuration, CurityState) else None, wanted)
    file = fragment_path(ctx.settings.curity.render_directory, ctx.platform.name)
    where = f"curity: its files configure it, so nothing is removed there. Take out what {file} holds"
    return (f"{where}: {', '.join(lines)}.",) if lines else ()


def standing(compare: Compare, found: CurityState | None, wanted: CuritySpec) -> tuple[str, ...]:
    """What the platform asks for and is there, as a plan names it; all of it where the configuration cannot be read."""
    secret = VersionedSecret(Secret(""), FIRST_VERSION)
    without = without_ours(found, wanted) if found and found.profile else assumed_state(wanted)
    every = [one.path for one in compare(without, wanted, secret).changes]
    missing = [one.path for one in compare(found, wanted, None).changes if one.before is None] if found else []
    return tuple(path for path in every if path not in missing)
