"""What holds for the whole suite: which cases run, no skip goes unnoticed where everything is installed, what was counted is printed."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Generator

import hypothesis.core
import pytest

from tests.reference import NOT_HERE, missing_documents
from tests.shares import todays_draw

COUNTED = "counted: "
pytest.register_assert_rewrite("tests.sandbox_fixture")

# Rooms whose tests start servers, play whole lives or kill processes: minutes, not seconds. They come first, so that no process ends late.
LONG_ROOMS = ("engine", "faults", "concurrency", "readings", "broken_worlds", "browser", "drift", "mutants", "inventory")
LONG_MODULES = ("test_flow_runs.py",)


def pytest_configure(config: pytest.Config) -> None:
    """Whatever is drawn by chance is drawn by one seed, which test processes inherit; and children hear an interrupt where we do not.

    Background jobs of a shell are started with SIGINT ignored. What is ignored stays so in a child, what is handled does not; `dcr sandbox`
    would not end then, nor would a worker of Prefect's.
    """
    if hypothesis.core.global_force_seed is None:
        hypothesis.core.global_force_seed = todays_draw().seed  # type: ignore[assignment]  # it is typed as the None it begins as
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, lambda _number, _frame: None)


def pytest_report_header() -> str:
    """By what this run can be repeated."""
    return f"drawn by {todays_draw()}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what takes long by where it stands, but for what says that it belongs to `make test`; draw from what has many cases.

    `share` alone keeps all cases in `make test`, `share(of=4)` every fourth, as the seed draws them.
    """
    chosen = set[pytest.Item]()
    for test, cases in _by_test(items).items():
        draw = todays_draw().apart(test)
        marker = cases[0].get_closest_marker("share")
        parts = marker.kwargs.get("of", 1) if marker else 1
        short = set(draw.of(cases, parts)) if marker or not _stands_among_long(cases[0]) else set()
        for item in cases:
            if item not in short:
                item.add_marker(pytest.mark.long)
        long = [item for item in cases if item.get_closest_marker("long")]
        chosen |= short.difference(long) | set(draw.of(long) if len(long) > 1 else long)
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = sorted((item for item in items if item in chosen), key=lambda item: not _stands_among_long(item))


def _by_test(items: list[pytest.Item]) -> dict[str, list[pytest.Item]]:
    """The cases of each test; such as have a marker of their own stand apart from the others."""
    found: dict[str, list[pytest.Item]] = {}
    for item in items:
        marked = "" if item.get_closest_marker("share") else ", not marked"
        found.setdefault(item.nodeid.partition("[")[0] + marked, []).append(item)
    return found


def _stands_among_long(item: pytest.Item) -> bool:
    return item.path.parent.name in LONG_ROOMS or item.path.name in LONG_MODULES


@pytest.fixture
def count(record_property: Callable[[str, object], None]) -> Callable[[str, int], None]:
    """Count things that the suite's last lines tell: `count("readings played", 3)`. Works across test processes."""
    return lambda what, number: record_property(COUNTED + what, number)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None, None, None]:
    """Print the sums and the seed, and as the last thing of all, what was not tested for want of the vendors' documents."""
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
    terminalreporter.line(f"drawn by {todays_draw()}")
    yield
    _tell_what_is_missing(terminalreporter)


def _tell_what_is_missing(reporter: pytest.TerminalReporter) -> None:
    """A green end must not hide that nothing was compared with what the vendors say."""
    untested = sum(NOT_HERE in str(report.longrepr) for report in reporter.stats.get("skipped", ()))
    if untested:
        reporter.section("the vendors' documents are not here", sep="!", yellow=True, bold=True)
        for documents in missing_documents():
            reporter.line(f"missing: {documents}", yellow=True)
        reporter.line(f"{untested} tests did not run; of those that are made from a document, one stands for all.", yellow=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where `DCR_NO_SKIPS` is set everything a test needs is installed: a skip then is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("DCR_NO_SKIPS") and reporter and reporter.stats.get("skipped"):
        reporter.line(f"{len(reporter.stats['skipped'])} skipped, and DCR_NO_SKIPS forbids it", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
