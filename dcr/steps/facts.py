"""Facts that a writing step cannot do without."""

from __future__ import annotations

from dcr.errors import Refused
from dcr.results.outcome import Facts


def known(facts: Facts, name: str) -> str:
    """The fact's value.

    Raises:
        Refused: an earlier step has not found it out; nothing must be written with a placeholder.
    """
    value = facts.get(name)
    if value is None:
        raise Refused("plan", f"{name} is not known", "The step that finds it out has not run: start the whole run again.")
    return value
