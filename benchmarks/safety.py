"""What safety costs at the desk: permission check and audit, and the key of the file.

Permission and audit: one hospital, visitors registered in turns with both and with neither (left out here
alone, never in the program). The key: register, open a visit and give its number, in turns on two copies of
the hospital, one as it is and one in the open, through the same build of SQLite.
"""

from __future__ import annotations

import functools
import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest import mock

from benchmarks import hospital
from benchmarks.by_hand import copied
from benchmarks.load import SEED, draft_of
from benchmarks.people import PART, Person, people
from benchmarks.table import Row
from deskapp.db.engine import DATABASE_FILE
from deskapp.db.keys import KEY_FILE
from deskapp.domain.intake import TriageDecision
from deskapp.services.base import new_request

CHECKS_RATIO: Final = 1.15
KEY_RATIO: Final = 1.25
WARMING: Final = 10
_FAR_AWAY: Final = 550 * PART
"""A place among the people that no load reaches: those who are registered here are new."""


@dataclass(frozen=True)
class Compared:
    """Milliseconds of each use case with something and without it."""

    on: list[float]
    off: list[float]

    @property
    def ratio(self) -> float:
        """How many times as long the middle one takes."""
        return statistics.median(self.on) / statistics.median(self.off)


def checks(folder: Path, count: int) -> Compared:
    """Register `count` visitors with permission check and audit, and as many without."""
    with copied(folder, 1) as [copy], hospital.opened(copy) as house:

        def register(person: Person) -> float:
            began = time.perf_counter()
            house.services.visitors.register(house.actor, new_request(), draft_of(person))
            return time.perf_counter() - began

        def carelessly(person: Person) -> float:
            with _careless():
                return register(person)

        return _in_turns((register, carelessly), count)


def _in_turns(ways: tuple[Callable[[Person], float], ...], count: int) -> Compared:
    """Take people in turns, each way first every other time; a way returns the seconds that it took."""
    newcomers = people(_FAR_AWAY, 2 * (count + WARMING), SEED)
    took: tuple[list[float], ...] = tuple([] for _ in ways)
    for place in range(count + WARMING):
        order = range(2) if place % 2 else (1, 0)
        for way in order:
            seconds = ways[way](next(newcomers))
            if place >= WARMING:
                took[way].append(seconds * 1000)
    return Compared(*took)


@contextmanager
def _careless() -> Iterator[None]:
    """Ask for no permission and write no line into the trail; what other desks are told stays."""

    def no_line(*_: object) -> int:
        return next(_SEQUENCES)

    with (
        mock.patch("deskapp.services.base.demand"),
        mock.patch("deskapp.db.unit_of_work.audit.append", no_line),
    ):
        yield


_SEQUENCES: Final = itertools.count(1_000_000_000)
"""Numbers for the list of changes where no line of the trail gives one."""


def key(folder: Path, count: int) -> Compared:
    """Take `count` visitors through the desk on a copy with its key, and on one in the open."""
    with copied(folder, 2) as (keyed, bare), ExitStack() as stack:
        with_key = stack.enter_context(hospital.opened(keyed))
        _take_key_away(bare)
        with mock.patch("sqlcipher3.dbapi2.connect", _connect_keyless()):
            without = stack.enter_context(hospital.opened(bare))
            departments = [view.id for view in with_key.services.directory.departments(with_key.actor)]
            ways = tuple(functools.partial(_receive, house, departments) for house in (with_key, without))
            return _in_turns(ways, count)


def _receive(house: hospital.Open, departments: list[int], person: Person) -> float:
    began = time.perf_counter()
    services, actor = house.services, house.actor
    visitor = services.visitors.register(actor, new_request(), draft_of(person)).value
    visit = services.visits.open(actor, new_request(), visitor.id).value
    decision = TriageDecision("头疼两天", departments[visit.id % len(departments)], urgency=4)
    services.numbers.decide_and_issue(actor, new_request(), visit.id, decision)
    return time.perf_counter() - began


def _take_key_away(folder: Path) -> None:
    """Replace a copied hospital's file by the same one in the open."""
    import sqlcipher3.dbapi2 as driver  # type: ignore[import-untyped]

    file, plain = folder / DATABASE_FILE, folder / "plain.sqlite"
    secret = (folder / KEY_FILE).read_text("ascii").strip()
    connection = driver.connect(str(file), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{secret}'\"")
    connection.execute("ATTACH DATABASE ? AS plain KEY ''", (str(plain),))
    connection.execute("SELECT sqlcipher_export('plain')").fetchall()
    connection.close()
    plain.replace(file)


def _connect_keyless() -> Callable[..., Any]:
    """Return the driver's `connect`, for connections that take no key."""
    import sqlcipher3.dbapi2 as driver

    class Keyless(driver.Connection):  # type: ignore[misc]
        def execute(self, sql: str, *values: Any) -> Any:
            return super().execute("SELECT 1" if sql.startswith("PRAGMA key") else sql, *values)

    return functools.partial(driver.connect, factory=Keyless)


def measure(folder: Path, count: int, visitors: int) -> list[Row]:
    """Return the table's rows."""
    checked, keyed = checks(folder, count), key(folder, count)
    return [
        _row(f"permission and audit, register, {visitors:,} visitors", checked, "neither", CHECKS_RATIO),
        _row(f"the key, register + triage + number, {visitors:,} visitors", keyed, "no key", KEY_RATIO),
    ]


def _row(what: str, found: Compared, against: str, target: float) -> Row:
    on, off = statistics.median(found.on), statistics.median(found.off)
    return Row(what, f"median {on:.2f} ms", f"{against} {off:.2f} ms", found.ratio, target)
