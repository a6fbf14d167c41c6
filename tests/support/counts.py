"""What the safety tests did, counted and printed at the end of the run: kills, cuts, faults, rows lost.

Counted by each test with `counts.add(...)`, whichever worker it ran in; the figures travel with its report.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

MARK = "counts"


class Counts:
    """The figures of one test."""

    def __init__(self, properties: list[tuple[str, object]]) -> None:
        self._properties = properties

    def add(self, what: str, where: str, number: int) -> None:
        """Count `number` of `what` ("kills", "rows lost") in the scenario `where` ("registration")."""
        self._properties.append((MARK, (what, where, number)))


@pytest.fixture
def counts(request: pytest.FixtureRequest) -> Counts:
    """Return where a test tells its figures."""
    return Counts(request.node.user_properties)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the sum of every figure, and what it is made of."""
    totals: dict[str, dict[str, int]] = {}
    for what, where, number in _counted(terminalreporter):
        row = totals.setdefault(what, {})
        row[where] = row.get(where, 0) + number
    if not totals:
        return
    terminalreporter.section("safety")
    for what, row in sorted(totals.items()):
        parts = ", ".join(f"{where} {number}" for where, number in sorted(row.items()))
        terminalreporter.write_line(f"{sum(row.values()):7} {what:24} ({parts})")


def _counted(reporter: pytest.TerminalReporter) -> Iterator[tuple[str, str, int]]:
    for outcome in ("passed", "failed"):
        for report in reporter.stats.get(outcome, []):
            if getattr(report, "when", "") == "call":
                yield from (value for name, value in report.user_properties if name == MARK)
