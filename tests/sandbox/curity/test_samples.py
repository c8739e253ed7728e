"""The samples that strangers judged: what yanglint and a second server refuse, the datastore refuses, in either dialect."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.curity.configuration.schema_loader import YANG_DIRECTORY
from tests.reference import needs_reference, reference
from tests.sandbox.curity.admin import CONFD_DIALECT, OTHER_DIALECT, error
from tests.sandbox.curity.samples import admin_of_samples, sample, sample_names

pytestmark = needs_reference

# docs/vendors/curity.md, RESTCONF errors. Samples by number: in ConfD's words as documented, and in those that the second server used.
# bad-06: the second server met the rule for such a client first, so its words for a broken reference are expected.
# bad-07: the second server missed it by an internal error, likewise.
# bad-16 to bad-19: whether ConfD refuses them is open, and by default it does not.
REFERENCE_ERROR = ((400, "invalid-value"), (409, "data-missing"))
MANDATORY_ERROR = ((400, "invalid-value"), (400, "missing-element"))
VALUE_ERROR = ((400, "invalid-value"), (400, "bad-element"))
UNKNOWN_ERROR = ((400, "malformed-message"), (400, "unknown-element"))
RULE_ERROR = ((400, "operation-failed"), (412, "operation-failed"))
CHOICE_ERROR = (None, (400, "bad-element"))
EXPECTED = {
    **dict.fromkeys(range(1, 11), REFERENCE_ERROR),
    **dict.fromkeys(range(11, 16), MANDATORY_ERROR),
    16: (None, (412, "operation-failed")),
    **dict.fromkeys(range(17, 20), CHOICE_ERROR),
    **dict.fromkeys(range(20, 22), UNKNOWN_ERROR),
    **dict.fromkeys(range(22, 27), VALUE_ERROR),
    **dict.fromkeys(range(27, 30), RULE_ERROR),
    30: VALUE_ERROR,
    31: MANDATORY_ERROR,
    32: ((400, "invalid-value"), (400, "unknown-element")),
}
DIALECTS = pytest.mark.parametrize(("dialect", "which"), [(CONFD_DIALECT, 0), (OTHER_DIALECT, 1)], ids=["ConfD", "second server"])


def test_no_sample_is_forgotten(count: Callable[[str, int], None]) -> None:
    assert [int(name.split("-")[1]) for name in sample_names("bad")] == sorted(EXPECTED)
    assert len(sample_names("good")) == 5
    count("samples of Curity's configuration judged in two dialects", len(EXPECTED) + 5)


def test_the_modules_are_those_of_the_reference() -> None:
    ours, theirs = (sorted(folder.glob("*.yang")) for folder in (YANG_DIRECTORY, reference() / "curity" / "yang"))
    assert [file.name for file in ours] == [file.name for file in theirs]
    assert [file.read_text() for file in ours] == [file.read_text() for file in theirs]


@DIALECTS
@pytest.mark.parametrize("name", sample_names("bad"))
def test_a_bad_sample_is_refused_and_changes_nothing(name: str, dialect: dict[str, str], which: int) -> None:
    admin = admin_of_samples(dialect)
    before = admin.datastore.export()
    expected = EXPECTED[int(name.split("-")[1])][which]
    answer = admin.patch_xml(sample(name))
    if expected is None:
        assert answer.status_code == 204
        return
    assert error(answer) == expected, answer.text
    assert admin.datastore.export() == before
    assert admin.datastore.revision == 1


@DIALECTS
@pytest.mark.parametrize("name", sample_names("good"))
def test_a_good_sample_is_taken_twice(name: str, dialect: dict[str, str], which: int) -> None:
    """The fragment for a file has parameters: over RESTCONF they are refused, or taken as they are written."""
    admin = admin_of_samples(dialect)
    answers = [admin.patch_xml(sample(name)).status_code for _ in range(2)]
    refused = name.startswith("good-05") and which == 0
    assert answers == ([400, 400] if refused else [204, 204])


@pytest.mark.parametrize(
    ("dialect", "app_tag"), [(CONFD_DIALECT, None), (OTHER_DIALECT, "instance-required")], ids=["ConfD", "second server"]
)
def test_only_the_second_server_marks_a_broken_reference(dialect: dict[str, str], app_tag: str | None) -> None:
    (found,) = admin_of_samples(dialect).patch_xml(sample("bad-01-role-endpoint-absent")).json()["ietf-restconf:errors"]["error"]
    assert found.get("error-app-tag") == app_tag


def test_a_rule_that_fails_is_412_with_a_body_unlike_a_stale_tag() -> None:
    answer = admin_of_samples(OTHER_DIALECT).patch_xml(sample("bad-27-client-without-capabilities"))
    assert answer.status_code == 412
    assert "at least one capability" in answer.text


@pytest.mark.parametrize("status", ["400", "409", "412", "500"])
def test_a_must_rule_fails_with_the_status_of_the_reading(status: str) -> None:
    answer = admin_of_samples({"curity.must-error": f"{status}-operation-failed"}).patch_xml(sample("bad-27-client-without-capabilities"))
    assert error(answer) == (int(status), "operation-failed")


def test_two_cases_of_a_choice_leave_the_last_one() -> None:
    admin = admin_of_samples(CONFD_DIALECT)
    assert admin.patch_xml(sample("bad-17-client-two-verifiers")).status_code == 204
    (found,) = admin.found("//as:client[as:id = 'konnect-dcr']")
    children = [child.tag.rpartition("}")[2] for child in found]
    assert "no-authentication" in children
    assert "secret" not in children
