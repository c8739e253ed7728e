"""When a person must approve a plan before it is applied."""

from __future__ import annotations

from collections.abc import Iterable

from dcr.model.platform import Approval, Rules
from dcr.results.changes import Change


def needs_approval(rules: Rules, changes: Iterable[Change]) -> bool:
    """Whether the platform's policy ask for a person: for any change, or only where something foreign would be overwritten."""
    match rules.approval:
        case Approval.ALWAYS:
            return any(True for _ in changes)
        case Approval.ON_OVERWRITE:
            return any(change.conflict for change in changes)
    return False
