"""What Curity's configuration says, as the steps see it; where its files are the truth, it may not be readable at all."""

from __future__ import annotations

from dcr.curity.admin.reading import read_state
from dcr.curity.admin.state import CurityState
from dcr.errors import DcrError
from dcr.model.platform import CurityMode
from dcr.steps.context import Run


def curity_state(run: Run) -> CurityState:
    """Read once per look.

    Raises:
        DcrError: it cannot be read.
    """
    return run.see("curity state", lambda: read_state(run.systems.curity, run.platform.curity.profile))


def renders(run: Run) -> bool:
    """Whether this platform's Curity is configured by files."""
    return run.platform.curity.mode is CurityMode.RENDER


def state_if_readable(run: Run) -> CurityState | DcrError:
    """The state, or why there is none. RESTCONF may be closed, or unknown to Vault, where Curity is configured by files."""

    def read() -> CurityState | DcrError:
        try:
            return read_state(run.systems.curity, run.platform.curity.profile)
        except DcrError as error:
            return error

    return run.see("curity state, if readable", read)
