"""What a run may write: the platform's policy, and what a person approved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dcr.engine.permission import Permission
from dcr.errors import Conflict, Problem, Problems, Refused
from dcr.model.platform import Platform
from dcr.results.changes import KNOWN_AFTER_APPLY, Change, Scope, Stage
from tests.unit.steps.contexts import a_platform

OURS = Change(Stage.PORTAL_BINDING, Scope.TENANT, "konnect/portals/acme/publications/Orders/visibility", "private", "public")
LATER = replace(OURS, after=KNOWN_AFTER_APPLY)
SHARED = replace(OURS, scope=Scope.PLATFORM)
FOREIGN = replace(OURS, conflict="somebody else's")
FAULT = Problem("tenant.portal", "is not there", "Create it.")


def permission(approved: tuple[Change, ...] | None = None, **rules: Any) -> Permission:
    platform: Platform = a_platform(**rules)
    return Permission(platform, for_tenant=True, approved=approved)


@pytest.mark.parametrize(
    ("change", "rules", "error"),
    [
        (OURS, {}, None),
        (FOREIGN, {}, Conflict),
        (FOREIGN, {"on_conflict": "overwrite"}, None),
        (SHARED, {"profile_changes": "stop"}, Conflict),
        (SHARED, {"profile_changes": "apply"}, None),
        (OURS, {"approval": "always"}, Refused),
        (FOREIGN, {"approval": "on_overwrite", "on_conflict": "overwrite"}, Refused),
        (OURS, {"approval": "on_overwrite"}, None),
    ],
)
def test_the_policy_says_what_may_be_written(change: Change, rules: dict[str, Any], error: type[Exception] | None) -> None:
    if error is None:
        permission(**rules).require("step", (change,), ())
        return
    with pytest.raises(error):
        permission(**rules).require("step", (change,), ())


def test_problems_come_before_anything_else() -> None:
    with pytest.raises(Problems) as raised:
        permission().require("step", (FOREIGN,), (FAULT,))
    assert raised.value.problems == (FAULT,)


@pytest.mark.parametrize(
    ("approved", "change", "covered"),
    [
        (OURS, OURS, True),
        (LATER, OURS, True),  # its value was only known after other steps had written
        (OURS, replace(OURS, after="hidden"), False),
        (OURS, replace(OURS, before="hidden"), False),
        (OURS, FOREIGN, False),
        (LATER, replace(OURS, conflict="somebody else's"), False),
        (OURS, replace(OURS, path="konnect/portals/acme/publications/Payments/visibility"), False),
    ],
)
def test_only_what_a_person_approved_is_written(approved: Change, change: Change, covered: bool) -> None:
    grown = permission((approved,), approval="always").beyond_approval((change,))
    assert grown == (() if covered else (change,))


def test_an_approval_covers_a_plan_that_has_become_smaller() -> None:
    assert permission((OURS, SHARED), approval="always").beyond_approval((SHARED,)) == ()
