"""What holds for the whole suite: no skip goes unnoticed where everything is installed, and what was counted is printed."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable

import pytest

COUNTED = "counted: "
pytest.register_assert_rewrite("tests.sandbox_fixture")


# Rooms whose tests start servers, play whole lives or kill processes: minutes, not seconds.
LONG_ROOMS = ("engine", "faults", "rivals", "readings", "broken_worlds", "browser", "drift", "mutants")
LONG_MODULES = ("test_flow_runs.py",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what takes long by where it stands, but for the fixed share of it that says so with the marker `share`."""
    for item in items:
        long = item.path.parent.name in LONG_ROOMS or item.path.name in LONG_MODULES
        if long and not item.get_closest_marker("share"):
            item.add_marker(pytest.mark.long)


@pytest.fixture
def count(record_property: Callable[[str, object], None]) -> Callable[[str, int], None]:
    """Count things that the suite's last lines tell: `count("readings played", 3)`. Works across test processes."""
    return lambda what, number: record_property(COUNTED + what, number)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the sums, and where skips are forbidden, each one."""
    counted: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "teardown":  # the last report of a test: fixtures count at their end too
                for name, number in report.user_properties:
                    if name.startswith(COUNTED):
                        counted[name.removeprefix(COUNTED)] += int(number)
    if counted:
        terminalreporter.section("counted")
    for what, number in sorted(counted.items()):
        terminalreporter.line(f"{number:6d} {what}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where `DCR_NO_SKIPS` is set everything a test needs is installed: a skip then is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("DCR_NO_SKIPS") and reporter and reporter.stats.get("skipped"):
        reporter.line(f"{len(reporter.stats['skipped'])} skipped, and DCR_NO_SKIPS forbids it", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
