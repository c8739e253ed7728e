"""The how-to's "Enable Dynamic Client Registration": the container, its endpoint, and the service roles that deploy it."""

from __future__ import annotations

from dcr.curity.admin.enablement import diff_enablement
from dcr.results.changes import Stage
from dcr.results.outcome import Facts, Outcome
from dcr.steps.context import Run
from dcr.steps.curity_configuration.settings import converge_settings


def converge(run: Run, _facts: Facts, _item: str) -> Outcome:
    """Bring dynamic client registration to what the platform asks for, in one transaction.

    Source: reference/curity.md sections 2.5 and 2.6.
    """
    return converge_settings(run, Stage.DCR_ENABLEMENT, lambda state: diff_enablement(state, run.platform.curity))
