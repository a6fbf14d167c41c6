"""Register, triage and number, as three use cases, against their own writes sent by hand.

The services run on one copy of the hospital, the bare driver on another, in turns: what a use case wrote is
sent again by hand with the same values, in as many transactions, through a connection with the same key
and the same `synchronous = FULL`. Permission, replay, rules, reading, audit and the list of changes are
what the use cases do besides; the writes of audit and changes are done by hand too.
"""

from __future__ import annotations

import statistics
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks import hospital
from benchmarks.by_hand import Notebook, Statement, bare_connection, copied, write_by_hand, writing_down
from benchmarks.load import SEED, draft_of
from benchmarks.people import PART, Person, people
from benchmarks.table import Row, percentile
from deskapp.domain.intake import TriageDecision
from deskapp.services.base import new_request

RATIO: Final = 3.0
WARMING: Final = 5
_FAR_AWAY: Final = 500 * PART
"""A place among the people that no load reaches: those who are registered here are new."""


@dataclass(frozen=True)
class Registered:
    """Milliseconds of each visitor's three use cases, and of their writes by hand."""

    service: list[float]
    by_hand: list[float]


def measure(folder: Path, count: int) -> Registered:
    """Take `count` new visitors through the desk on copies of the hospital in `folder`."""
    with copied(folder, 2) as (ours, theirs), ExitStack() as stack:
        house = stack.enter_context(hospital.opened(ours))
        notebook = stack.enter_context(writing_down(house.store.write_engine))
        connection = stack.enter_context(bare_connection(theirs))
        departments = [view.id for view in house.services.directory.departments(house.actor)]
        service, by_hand = [], []
        for place, person in enumerate(people(_FAR_AWAY, count + WARMING, SEED)):
            took, written = _receive(house, person, departments[place % len(departments)], notebook)
            again = _again(connection, written)
            if place >= WARMING:
                service.append(took)
                by_hand.append(again)
        return Registered(service, by_hand)


def _receive(
    house: hospital.Open, person: Person, department: int, notebook: Notebook
) -> tuple[float, list[list[Statement]]]:
    """Return how long the three use cases took, and what each wrote."""
    services, actor = house.services, house.actor
    decision = TriageDecision("头疼两天", department, urgency=4)
    written: list[list[Statement]] = []
    took = 0.0
    visitor: Any = None
    visit: Any = None

    def register() -> None:
        nonlocal visitor
        visitor = services.visitors.register(actor, new_request(), draft_of(person)).value

    def open_visit() -> None:
        nonlocal visit
        visit = services.visits.open(actor, new_request(), visitor.id).value

    def number() -> None:
        services.numbers.decide_and_issue(actor, new_request(), visit.id, decision)

    for use_case in (register, open_visit, number):
        began = time.perf_counter()
        use_case()
        took += time.perf_counter() - began
        written.append([statement for statement in notebook.take() if statement.writes])
    return took * 1000, written


def _again(connection: Any, written: list[list[Statement]]) -> float:
    began = time.perf_counter()
    for statements in written:
        write_by_hand(connection, statements)
    return (time.perf_counter() - began) * 1000


def rows(found: Registered, visitors: int) -> list[Row]:
    """Return the table's rows."""
    ours, theirs = statistics.median(found.service), statistics.median(found.by_hand)
    told = f"median {ours:.1f} ms, p99 {percentile(found.service, 0.99):.1f} ms"
    what = f"register + triage + number, {visitors:,} visitors"
    return [Row(what, told, f"same writes by hand {theirs:.1f} ms", ours / theirs, RATIO)]
