"""A warm process with a single thread forks children over and over, and kills each at a random moment.

    python -m tests.safety.killing WORK KILLS SEED TEMPLATE FOLDER

A child works as fast as it can and tells its parent of everything that was confirmed. After its death the
folder is opened as the next start would, and looked through. Prints what was found as JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import alembic.command
import alembic.script
from sqlalchemy import func, select

from deskapp.bootstrap import open_hospital
from deskapp.db import integrity, migrate, restore
from deskapp.db.backup import BACKUP_FOLDER, backups_in, is_intact, make_backup
from deskapp.db.engine import DATABASE_FILE
from deskapp.db.keys import KEY_FILE
from deskapp.db.models.access import AuditEntry
from deskapp.db.models.intake import Visit
from deskapp.domain.backup import BackupKind
from deskapp.names_table import load
from tests.support.at_work import KEY, DeskAtWork, Place, Said, fill, gone, opened, unwell, unwell_file

PLACE: Final = Place(1, 1)
EARLIER: Final = Path(__file__).parents[1] / "fixtures" / "db" / "0001.sqlite"
MEASURED_EVERY: Final = 15
"""Kills after which it is measured anew how long the work takes: other programs come and go, and most kills of a child
that is through already would prove nothing."""
Tell = Callable[[Any], None]


class Work:
    """What is done in one folder until the child is killed, and what must be true then."""

    per_folder = 25
    """Kills that share a folder: later ones find what earlier ones left."""
    at_full_speed = 0.7
    """The share of children that are killed only after they have confirmed something."""
    longest_seconds = 0.06

    def __init__(self, template: Path, folder: Path) -> None:
        self.template = template
        self.folder = folder
        self.file = folder / DATABASE_FILE

    def prepare(self) -> None:
        """Put into the empty folder what there is before."""
        shutil.copyfile(self.template, self.file)
        (self.folder / KEY_FILE).write_text(KEY.hex())
        fill(self.file, 3)

    def make_ready(self) -> None:
        """Do what comes before it in the child: to be killed meanwhile would prove nothing."""

    def work(self, tell: Tell) -> None:
        """Do it, as long as one lives."""
        raise NotImplementedError

    def is_half_done(self, confirmed: list[Any]) -> bool:  # noqa: ARG002
        """Say whether the next start has something to finish or to undo: a journal, half a file."""
        journals = [path for path in self.folder.glob("*-wal") if path.stat().st_size]
        halves = [path for sign in ("**/*.part*", "*.restor*") for path in self.folder.glob(sign)]
        return bool(journals or halves)

    def unwell(self, confirmed: list[Any]) -> list[str]:
        """Return everything that is not whole, in words."""
        raise NotImplementedError

    def counted(self) -> Counter[str]:
        """Return figures of a folder that is done with."""
        return Counter()


class Registration(Work):
    """Visitors are registered, visits opened and numbers given."""

    def work(self, tell: Tell) -> None:
        desk = DeskAtWork(opened(self.file), PLACE, os.getpid())
        while True:
            tell(desk.one())

    def unwell(self, confirmed: list[Said]) -> list[str]:
        return unwell_file(self.file, confirmed)

    def counted(self) -> Counter[str]:
        store = opened(self.file)
        with store.reading() as session:
            visits = session.scalars(select(func.count()).select_from(Visit)).one()
        store.close()
        return Counter(visits=visits)


class Migration(Work):
    """A file of the revision before is brought up to date; it is made larger, so that this takes a while."""

    per_folder = 1
    at_full_speed = 0.0

    def prepare(self) -> None:
        shutil.copyfile(EARLIER, self.file)
        store = opened(self.file)
        with store.write_engine.begin() as connection:
            connection.exec_driver_sql(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8000)"
                " INSERT INTO change (writer, sequence, at, touched) SELECT 'x', i, i, '{}' FROM n"
            )
        store.close()

    def make_ready(self) -> None:
        self._store = opened(self.file)

    def is_half_done(self, confirmed: list[Any]) -> bool:
        # It is one transaction, held in memory until its last moments: a journal would tell only of its end.
        return not confirmed

    def work(self, tell: Tell) -> None:
        migrate.upgrade(self._store)
        tell(migrate.HEAD)
        signal.pause()

    def unwell(self, confirmed: list[str]) -> list[str]:
        store = opened(self.file)
        found = integrity.full(store)
        before = migrate.revision(store)
        if before not in migrate.REVISIONS or (confirmed and before != migrate.HEAD):
            found.append(f"revision {before}, confirmed {confirmed}")
        found += [f"no column yet: {before}"] if self._is_new(store) is not (before == migrate.HEAD) else []
        migrate.upgrade(store)
        found += integrity.full(store)
        store.close()
        return found

    def _is_new(self, store: Any) -> bool:
        with store.read_engine.connect() as connection:
            columns = {row[1] for row in connection.exec_driver_sql("PRAGMA table_info(account)")}
            tables = set(connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars())
        return bool({"must_change", "starts", "ends"} <= columns and "erasure" in tables)


class Backup(Work):
    """A visitor is registered and a backup made, in turn."""

    at_full_speed = 0.3
    longest_seconds = 0.2

    def work(self, tell: Tell) -> None:
        store = opened(self.file)
        desk = DeskAtWork(store, PLACE, os.getpid())
        while True:
            said = desk.one()
            make_backup(store, self.folder / BACKUP_FOLDER, BackupKind.MANUAL, _now())
            tell(said)

    def unwell(self, confirmed: list[Said]) -> list[str]:
        found = unwell_file(self.file, confirmed)
        there = backups_in(self.folder / BACKUP_FOLDER)
        found += [f"not intact: {one.name}" for one in there if not (one.good and is_intact(one))]
        if confirmed:
            copy = Path(shutil.copyfile(there[0].path, self.folder / "copy.sqlite"))
            found += unwell_file(copy, confirmed)
        return found

    def counted(self) -> Counter[str]:
        """See that the next backup takes away what the killed ones left."""
        store = opened(self.file)
        make_backup(store, self.folder / BACKUP_FOLDER, BackupKind.MANUAL, _now())
        store.close()
        assert not list((self.folder / BACKUP_FOLDER).glob("*.part*"))
        return Counter(backups=len(backups_in(self.folder / BACKUP_FOLDER)))


class Restore(Work):
    """A backup of three visits is put in the place of a database of five."""

    per_folder = 1
    at_full_speed = 0.0

    def prepare(self) -> None:
        super().prepare()
        store = opened(self.file)
        make_backup(store, self.folder / BACKUP_FOLDER, BackupKind.MANUAL, _now())
        desk = DeskAtWork(store, PLACE, 2)
        for _ in range(2):
            desk.one()
        store.close()

    def work(self, tell: Tell) -> None:
        source = backups_in(self.folder / BACKUP_FOLDER)[0].path
        restore.restore(self.folder, source, KEY, _now())
        tell("restored")
        signal.pause()

    def unwell(self, confirmed: list[str]) -> list[str]:
        hospital = open_hospital(self.folder)
        found = unwell(hospital.store, [])
        visits, told = self._state(hospital.store)
        hospital.close()
        aside = list(self.folder.glob("*-before-restore*.sqlite"))
        if visits == 5 and (confirmed or told or aside):
            found.append(f"the old one is there; confirmed {confirmed}, told {told}, aside {aside}")
        elif visits == 3 and told == 1 and len(aside) == 1:
            found += unwell_file(aside[0], [])
            store = opened(aside[0])
            found += [] if self._state(store) == (5, 0) else ["the one put aside is another one"]
            store.close()
        elif visits != 5:
            found.append(f"{visits} visits, told {told}, aside {aside}")
        return found

    def _state(self, store: Any) -> tuple[int, int]:
        with store.reading() as session:
            visits = session.scalars(select(func.count()).select_from(Visit)).one()
            epochs = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "restore.epoch")
            return visits, session.scalars(epochs).one()


WORKS: Final[dict[str, type[Work]]] = {
    "registration": Registration,
    "migration": Migration,
    "backup": Backup,
    "restore": Restore,
}


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Killer:
    """Forks and kills; `total` is what came of it."""

    def __init__(self, kind: type[Work], template: Path, folder: Path, seed: int) -> None:
        self.kind = kind
        self.template = template
        self.folder = folder
        self.pick = random.Random(seed)
        self.total: Counter[str] = Counter()
        self.broken: list[str] = []
        self._taken = 0.0

    def run(self, kills: int) -> None:
        """Kill so many children."""
        while self.total["kills"] < kills:
            if self.kind.at_full_speed == 0.0 and self.total["kills"] % MEASURED_EVERY == 0:
                self.kind.longest_seconds = min(self._duration() for _ in range(2)) * 1.05
            work = self._fresh()
            confirmed: list[Any] = []
            for _ in range(min(self.kind.per_folder, kills - self.total["kills"])):
                last = self._killed(work)
                confirmed += last
                self.total["kills"] += 1
                self.total["interrupted"] += work.is_half_done(last)
                self.broken += work.unwell(confirmed)
            self.total["confirmed"] += len(confirmed)
            self.total += work.counted()
            shutil.rmtree(work.folder)

    def _fresh(self) -> Work:
        folder = self.folder / f"{self.total['kills']}"
        folder.mkdir()
        work = self.kind(self.template, folder)
        work.prepare()
        return work

    def _duration(self) -> float:
        """Return how long the work takes when nobody kills it, in seconds."""
        work = self._fresh()
        self._killed(work, wait=True)
        shutil.rmtree(work.folder)
        return self._taken

    def _killed(self, work: Work, *, wait: bool = False) -> list[Any]:
        """Let a child work and kill it; return what it was told is stored."""
        reading, writing = os.pipe()
        # What is done once is decided in its last moments: every second child lives to see them.
        least = work.longest_seconds * 0.85 if work.at_full_speed == 0.0 and self.pick.random() < 0.5 else 0
        delay = self.pick.uniform(least, work.longest_seconds)
        child = os.fork()
        if child == 0:
            os.close(reading)
            _live(work, writing)
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            told.readline()
            begun = time.perf_counter()
            # Most children are killed at full speed, the others while they warm up.
            first = told.readline() if wait or self.pick.random() < work.at_full_speed else b""
            self._taken = time.perf_counter() - begun
            time.sleep(0 if wait else delay)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            lines = (first + told.read()).split(b"\n")
        # What stands behind the last line feed was cut off, so it is not confirmed.
        return [json.loads(line) for line in lines[:-1]]


def _live(work: Work, writing: int) -> None:
    """Be the child."""
    try:
        work.make_ready()
        os.write(writing, b"begun\n")
        work.work(lambda said: os.write(writing, json.dumps(said).encode() + b"\n"))
    finally:
        os._exit(1)


def main(work: str, kills: int, seed: int, template: Path, folder: Path) -> None:
    """Kill, and print the figures."""
    # The parent is warm: a child must not spend its life importing.
    load()
    assert alembic.command.upgrade
    killer = Killer(WORKS[work], template, folder, seed)
    killer.run(kills)
    print(json.dumps({**killer.total, "lost": gone(killer.broken), "broken": killer.broken[:10]}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]), Path(sys.argv[5]))
