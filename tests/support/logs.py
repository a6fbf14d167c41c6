"""An unexpected log line of level warning or above fails the test that caused it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from deskapp import logs


@dataclass
class Expectation:
    """One kind of line that a test announced beforehand."""

    logger: str
    level: int
    pattern: re.Pattern[str]
    seen: list[str] = field(default_factory=list)

    def takes(self, record: logging.LogRecord) -> bool:
        """Say whether the record was announced, and remember it."""
        below = record.name == self.logger or record.name.startswith(f"{self.logger}.") or not self.logger
        if not below or record.levelno != self.level or not self.pattern.search(record.getMessage()):
            return False
        self.seen.append(record.getMessage())
        return True


class LogGuard(logging.Handler):
    """Collects what nobody announced; raising in `emit` would fail in whichever thread happened to log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.expected: list[Expectation] = []
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record; it is judged at the end, so that the announcement may stand in a later fixture."""
        self.records.append(record)

    def expect(self, logger: str, level: int = logging.WARNING, match: str = "") -> Expectation:
        """Announce a line of this logger (or one below it); it must then appear at least once."""
        expectation = Expectation(logger, level, re.compile(match))
        self.expected.append(expectation)
        return expectation

    def complaint(self) -> str:
        """Return what was logged without notice or announced in vain, empty when all is well."""
        stray = [
            f"unexpected {record.levelname} of {record.name}: {record.getMessage()}{_cause(record)}"
            for record in self.records
            if not any(expectation.takes(record) for expectation in self.expected)
        ]
        vain = [
            f"{kind.logger!r} never logged a line of level {kind.level} matching {kind.pattern.pattern!r}"
            for kind in self.expected
            if not kind.seen
        ]
        return "\n".join(stray + vain)


def _cause(record: logging.LogRecord) -> str:
    return f"\n{logging.Formatter().formatException(record.exc_info)}" if record.exc_info else ""


@pytest.fixture(autouse=True)
def log_guard(request: pytest.FixtureRequest) -> Iterator[LogGuard]:
    """Watch the log during the test; lines are announced with `log_guard.expect(logger, level, match)`."""
    guard = LogGuard()
    root = logging.getLogger()
    root.addHandler(guard)
    yield guard
    # A hospital that did not open leaves its log open, for what is told of that.
    logs.stop()
    root.removeHandler(guard)
    complaint = guard.complaint()
    if complaint and not request.node.stash.get(FAILED, False):
        pytest.fail(complaint, pytrace=False)


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[object]:
    """Remember a failure: what a failed test leaves behind is not worth a second complaint."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed  # type: ignore[attr-defined]
    return report
