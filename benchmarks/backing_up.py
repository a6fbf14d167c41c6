"""A backup of the whole hospital while a desk goes on registering: nobody may feel it.

The backup runs in a process of its own, as the program makes it; the desk registers, opens a visit and gives a
number ten times a second. The yardstick is the same desk just before, with nobody backing up.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import hospital
from benchmarks.by_hand import copied
from benchmarks.load import SEED, draft_of
from benchmarks.people import PART, Person, people
from benchmarks.table import Row, percentile
from deskapp.domain.intake import TriageDecision
from deskapp.errors import DeskError
from deskapp.services.base import new_request

P99_MS: Final = 150.0
WORST_MS: Final = 1000.0
EVERY_SECONDS: Final = 0.1
QUIET_SECONDS: Final = 20.0
MOST: Final = 20_000
_FAR_AWAY: Final = 600 * PART


@dataclass(frozen=True)
class BackedUp:
    """Milliseconds of each registering with visit and number, before and during the backup; and the backup's seconds."""

    before: list[float]
    during: list[float]
    failed: int
    seconds: float
    megabytes: float


def measure(folder: Path) -> BackedUp:
    """Register on a copy of the hospital in `folder`, first in quiet, then while it is backed up."""
    with copied(folder, 1) as (ours,):
        coming = iter(people(_FAR_AWAY, MOST, SEED))
        with hospital.opened(ours) as house:
            departments = [view.id for view in house.services.directory.departments(house.actor)]
            desk = _Desk(house, departments)
            ending = time.monotonic() + QUIET_SECONDS
            while time.monotonic() < ending:
                desk.receive(next(coming))
            before, desk.took = desk.took[5:], []
            child = multiprocessing.get_context("spawn").Process(target=back_up, args=(ours,))
            began = time.monotonic()
            child.start()
            while child.is_alive():
                desk.receive(next(coming))
            child.join()
            seconds = time.monotonic() - began
            if child.exitcode:
                raise RuntimeError("the backup failed")
        size = sum(path.stat().st_size for path in (ours / "backups").glob("*.sqlite"))
        return BackedUp(before, desk.took, desk.failed, seconds, size / 1e6)


def back_up(folder: Path) -> None:
    """Make and verify one backup, as the program's own process does."""
    from deskapp.db.backup import BACKUP_FOLDER, make_backup
    from deskapp.db.engine import Store
    from deskapp.domain.backup import BackupKind

    store = Store.in_folder(folder)
    try:
        make_backup(store, folder / BACKUP_FOLDER, BackupKind.DAILY, dt.datetime.now(dt.UTC))
    finally:
        store.close()


class _Desk:
    """Somebody who registers a visitor every tenth of a second."""

    def __init__(self, house: hospital.Open, departments: list[int]) -> None:
        self._house = house
        self._departments = departments
        self._next = time.monotonic()
        self.took: list[float] = []
        self.failed = 0

    def receive(self, person: Person) -> None:
        """Register, open a visit, give a number; note how long that took."""
        services, actor = self._house.services, self._house.actor
        time.sleep(max(0.0, self._next - time.monotonic()))
        self._next = time.monotonic() + EVERY_SECONDS
        decision = TriageDecision(
            "头疼两天", self._departments[len(self.took) % len(self._departments)], urgency=4
        )
        began = time.perf_counter()
        try:
            visitor = services.visitors.register(actor, new_request(), draft_of(person)).value
            visit = services.visits.open(actor, new_request(), visitor.id).value
            services.numbers.decide_and_issue(actor, new_request(), visit.id, decision)
        except DeskError:
            self.failed += 1
        self.took.append((time.perf_counter() - began) * 1000)


def rows(found: BackedUp, visitors: int) -> list[Row]:
    """Return the table's rows."""
    what = f"registering during a backup of {visitors:,} visitors"
    quiet = f"in quiet p99 {percentile(found.before, 0.99):.0f} ms"
    told = f"{len(found.during)} visitors in {found.seconds:.0f} s, {found.megabytes:,.0f} MB"
    return [
        Row(f"{what}, p99", told, quiet, percentile(found.during, 0.99), P99_MS, "ms"),
        Row(f"{what}, worst", told, f"worst {max(found.before):.0f} ms", max(found.during), WORST_MS, "ms"),
        Row(f"{what}, failed", told, "none", float(found.failed), 0.0, ""),
    ]
