"""What a run may write: the platform's policy, and what a person approved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dcr.engine.permission import Mandate, Permission
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


FOLDER = "konnect/portals/acme/publications/"


def taking(*paths: str) -> Mandate:
    return Mandate(take=frozenset(paths))


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        (FOREIGN.path, True),
        (FOLDER, True),
        (FOLDER.rstrip("/"), False),  # a folder is named by its slash, so that nothing is taken along in passing
        (f"{FOREIGN.path}/more", False),
        (FOREIGN.path.removesuffix("y"), False),
    ],
)
def test_what_is_named_is_taken_over_and_nothing_else(path: str, taken: bool) -> None:
    judge = Permission(a_platform(), for_tenant=True, mandate=taking(path))
    (marked,) = judge.mandate.marked([FOREIGN])
    assert marked.taken is taken
    assert ("taken over, as asked: somebody else's" in str(marked)) is taken
    if taken:
        judge.require("step", (FOREIGN,), ())
        return
    with pytest.raises(Conflict) as stopped:
        judge.require("step", (FOREIGN,), ())
    assert f"--take '{FOREIGN.path}'" in str(stopped.value)


def test_to_name_something_takes_no_approval_away() -> None:
    judge = Permission(a_platform(approval="on_overwrite"), for_tenant=True, mandate=taking(FOREIGN.path))
    assert judge.beyond_approval((FOREIGN,)) == (FOREIGN,)
    assert replace(judge, approved=(replace(FOREIGN, taken=True),)).beyond_approval((FOREIGN,)) == ()


@pytest.mark.parametrize(
    ("path", "changes", "fault"),
    [
        (FOREIGN.path, [FOREIGN], ""),
        (FOREIGN.path, [], ""),  # nothing differs there any more: a Retry after it was done
        (FOLDER, [replace(SHARED, path="konnect/dcr-providers/curity/issuer")], ""),
        (FOREIGN.path, [OURS], "belongs to nobody else"),
        ("konnect/slip", [FOREIGN], "is nothing in the plan"),  # what was meant still stops the run
        ("slip", [], "is nothing in the plan"),
    ],
)
def test_what_is_named_and_cannot_be_meant_is_told(path: str, changes: list[Change], fault: str) -> None:
    found = taking(path).mistaken(changes)
    assert bool(found) is bool(fault)
    assert all(fault in problem.fault and problem.field == f"take {path}" for problem in found)
