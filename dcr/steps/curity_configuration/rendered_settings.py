"""How both Curity stages converge where files are the truth: write the fragment, then wait until Curity shows that it was loaded."""

from __future__ import annotations

from collections.abc import Callable

from dcr.curity.admin.difference import Diff
from dcr.curity.admin.fragment import Fragment, SecretAs, render_fragment
from dcr.curity.admin.fragment_file import fragment_path, write_fragment
from dcr.curity.admin.initial_client import VersionedSecret
from dcr.curity.admin.state import CurityState
from dcr.errors import DcrError, Missing, Pending, Problem, Problems
from dcr.http.polling import until
from dcr.results.changes import Change, Stage
from dcr.results.outcome import Outcome
from dcr.secret import Secret
from dcr.steps.conflicts import stop_on_conflict
from dcr.steps.context import Run
from dcr.steps.curity_configuration.initial_client import stored_secret
from dcr.steps.curity_configuration.run_time_facts import not_shown
from dcr.steps.curity_configuration.state import state_if_readable
from dcr.vault import paths

Compare = Callable[[CurityState], Diff]


def fragment_of(run: Run, secret_as: SecretAs) -> Fragment:
    """The platform's fragment; nothing is written.

    Raises:
        Problems: what people have to fix first.
        Missing: a hash is asked for, and Vault holds no secret yet.
    """
    found, secret = state_if_readable(run), stored_secret(run)
    if secret is None and secret_as is SecretAs.HASH:
        where = run.systems.vault.ref(paths.initial_client())
        raise Missing(where, "holds no secret of the initial client to hash", "Run `dcr prepare`: it generates it first.")
    # The first version that Vault will give it; a parameter stands in its place.
    foretold = VersionedSecret(Secret(""), 1)
    return render_fragment(run.platform, found if isinstance(found, CurityState) else None, secret or foretold, secret_as)


def converge_rendered(run: Run, stage: Stage, compare: Compare) -> Outcome:
    """Bring the fragment to what the platform asks for, and wait until Curity has it.

    Nothing is written to Curity. What counts is what its configuration says; where that cannot be read, what its run time shows.

    Raises:
        Problems: something that people have to fix first.
        Conflict: the platform's policy forbid it. Nothing was written.
        Pending: the file is written, and Curity has not loaded it by `deadlines.metadata_seconds`.

    Source: reference/curity.md section 8.
    """
    found = _compared(run, stage, compare)
    if not run.write:
        return Outcome(changes=found.changes, problems=found.problems, warnings=found.warnings)
    if found.problems:
        raise Problems(stage, found.problems)
    stop_on_conflict(run, found.changes)
    if found.changes:
        settings = run.systems.settings.curity
        path = write_fragment(settings.render_directory, run.platform.name, fragment_of(run, settings.render_secret_as))
        run.progress(f"wrote {path}; waiting until Curity has loaded it, at most {run.platform.deadlines.metadata_seconds:g} s")
        _wait(run, stage, compare)
    return found


def _wait(run: Run, stage: Stage, compare: Compare) -> None:
    deadlines = run.platform.deadlines
    left = until(
        lambda: _compared(run, stage, compare).changes,
        lambda changes: not changes,
        deadline_seconds=deadlines.metadata_seconds,
        poll_seconds=deadlines.poll_seconds,
        clock=run.systems.clock,
    )
    if left:
        file = fragment_path(run.systems.settings.curity.render_directory, run.platform.name)
        problem = f"Curity has not loaded {file} yet: {', '.join(change.path for change in left)}"
        remedy = (
            "Put the file among the ones that Curity starts from, set the variables that are listed beside it, restart or reload Curity, "
            "then run this again. If these settings still differ then, another file sets them too. docs/render.md tells more."
        )
        raise Pending(f"the fragment for {stage}", problem, remedy)


def _compared(run: Run, stage: Stage, compare: Compare) -> Outcome:
    """What is left to be loaded: by the configuration, or by the run time."""
    found = state_if_readable(run)
    if isinstance(found, DcrError):
        return _by_run_time(run, stage, found)
    diff = compare(found)
    return Outcome(changes=diff.changes, problems=(*diff.problems, *_problems_of_file(run, diff.changes)), warnings=diff.warnings)


def _by_run_time(run: Run, stage: Stage, why: DcrError) -> Outcome:
    unread = f"curity: its configuration cannot be read ({why.problem}), so only what its run time shows is compared"
    untold = "curity: no run time shows whether the custom token issuer and the client's name are as wanted"
    facts = not_shown(run, stage)
    problems = (*facts.problems, *_problems_of_file(run, facts.changes))
    return Outcome(changes=facts.changes, problems=problems, warnings=(unread, untold, *facts.warnings))


def _problems_of_file(run: Run, changes: tuple[Change, ...]) -> tuple[Problem, ...]:
    if not changes:
        return ()
    try:
        fragment_of(run, SecretAs.PARAMETER)
    except Problems as error:
        return error.problems
    return ()
