"""The how-to's "Configure token issuer" and "Create a client": token issuers, initial client, and what they need of the profile."""

from __future__ import annotations

from dcr.curity.admin.configuration import diff_configuration
from dcr.errors import Missing
from dcr.results.changes import Stage
from dcr.results.outcome import Facts, Outcome
from dcr.steps.context import Run
from dcr.steps.curity_configuration.initial_client import stored_secret
from dcr.steps.curity_configuration.settings import converge_settings
from dcr.vault import paths


def converge(run: Run, _facts: Facts, _item: str) -> Outcome:
    """Bring token issuers and initial client to what the platform asks for, in one transaction.

    Raises:
        Missing: the initial client's secret is not in Vault, and so must not be in use.

    Source: reference/curity.md sections 2.2 to 2.4.
    """
    wanted, secret = run.platform.curity, stored_secret(run)
    if run.write and secret is None:
        where = run.systems.vault.ref(paths.initial_client())
        raise Missing(where, f"has no secret of client {wanted.initial_client.id!r}", "Run again: it is generated there first.")
    return converge_settings(run, Stage.CURITY_CONFIGURATION, lambda state: diff_configuration(state, wanted, secret))
