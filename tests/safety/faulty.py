"""A child whose disk fails at one call after the other, and what must be true each time.

    python -m tests.safety.faulty FOLDER WORK FAULT MOST

The work is done with the fault at the first call, at the second, and so on until it passes without meeting
it; where that is more than MOST times, at so many calls spread over all. A failure has to be told in words; then
the fault is taken away and the same process, without a restart, has to do the work. Prints figures as JSON.
"""

from __future__ import annotations

import datetime as dt
import errno
import json
import logging
import shutil
import sys
import traceback
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from deskapp.bootstrap import Hospital, open_hospital
from deskapp.db import integrity, migrate
from deskapp.db.backup import BACKUP_FOLDER, backups_in, is_intact, make_backup
from deskapp.db.models.access import AuditEntry
from deskapp.domain.backup import BackupKind
from deskapp.errors import StorageError
from tests.safety.shim import NAMES, OPENS, SYNCS, WRITES, Faults
from tests.support.at_work import DeskAtWork, Place, Said, gone, opened, three_requests, unwell

EARLIER: Final = Path(__file__).parents[1] / "fixtures" / "db" / "0001.sqlite"
PLACE: Final = Place(1, 1)
LOOKED_THROUGH_EVERY: Final = 20


@dataclass(frozen=True)
class Fault:
    """Which calls fail, how, and whether only once."""

    kinds: int
    error: int
    short: bool = False
    once: bool = False


FAULTS: Final = {
    "full": Fault(WRITES | OPENS, errno.ENOSPC),
    "full after half a write": Fault(WRITES, errno.ENOSPC, short=True),
    "I/O error at a write": Fault(WRITES, errno.EIO, once=True),
    "I/O error at synchronising": Fault(SYNCS, errno.EIO, once=True),
    "read-only": Fault(WRITES | OPENS | NAMES, errno.EROFS),
    "not allowed": Fault(OPENS | NAMES, errno.EACCES),
}


class Work:
    """Something that is done over and over in one open hospital."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hospital = self.opened()
        self.desk = DeskAtWork(self.hospital.store, PLACE, 1)
        self.acknowledged: list[Said] = []

    def opened(self) -> Hospital:
        """Open the hospital."""
        return open_hospital(self.folder)

    def prepare(self) -> None:
        """Get ready for the next time; nothing fails here."""

    def do(self) -> object:
        """Do it; doing it again after a failure must bring the same result once."""
        raise NotImplementedError

    def done(self) -> list[str]:
        """Note that it is done; return what is wrong with its result."""
        return []

    def unwell(self) -> list[str]:
        """Look through everything; return what is wrong."""
        return unwell(self.hospital.store, self.acknowledged)

    def close(self) -> list[str]:
        """Close the hospital; return what is wrong after opening it once more."""
        self.hospital.close()
        self.hospital = open_hospital(self.folder)
        found = self.unwell()
        self.hospital.close()
        return found


class Registration(Work):
    """A visitor is registered, a visit opened, a number given."""

    def prepare(self) -> None:
        self._draft = self.desk.draft()
        self._requests = three_requests()

    def do(self) -> object:
        self._said = self.desk.one(self._draft, self._requests)
        return self._said

    def done(self) -> list[str]:
        self.acknowledged.append(self._said)
        return []


class Reading(Work):
    """A record is read; that this is written down can wait, the reader can't."""

    def prepare(self) -> None:
        self.acknowledged.append(self.desk.one())
        # Whoever has just written a record is not said to have read it: somebody else reads.
        self._reader = DeskAtWork(self.hospital.store, PLACE, 1, "desk-2")
        self._reader.visitors.readings = self.desk.visitors.readings

    def do(self) -> object:
        return self._reader.visitors.visitor(self._reader.actor, self.acknowledged[-1][0]).id

    def close(self) -> list[str]:
        """All that was read has to be in the trail, after one more reading that could write."""
        self.prepare()
        self.do()
        asked = select(func.count()).where(AuditEntry.action == "visitor.read")
        with self.hospital.store.reading() as session:
            noted = session.scalars(asked).one()
        read = len(self.acknowledged)
        return super().close() + ([] if noted == read else [f"{read} read, {noted} in the trail"])


class Draft(Work):
    """What is typed is kept; what was kept before is not lost by a failure."""

    typed = 0

    def prepare(self) -> None:
        self.typed += 1

    def do(self) -> object:
        self.hospital.workstation.drafts.save(1, "visitor", {"typed": self.typed})
        return None

    def done(self) -> list[str]:
        kept = self.hospital.workstation.drafts.load(1, "visitor")
        return [] if kept == {"typed": self.typed} else [f"typed {self.typed}, kept {kept}"]


class Opening(Work):
    """The hospital is opened and closed."""

    def do(self) -> object:
        open_hospital(self.folder).close()
        return None


class Beginning(Work):
    """A hospital is begun in an empty folder."""

    times = 0

    def prepare(self) -> None:
        self.times += 1
        self._empty = self.folder / f"{self.times}"
        self._empty.mkdir()

    def do(self) -> object:
        begun = open_hospital(self._empty)
        begun.close()
        return None

    def done(self) -> list[str]:
        begun = open_hospital(self._empty)
        found = integrity.full(begun.store)
        begun.close()
        shutil.rmtree(self._empty)
        return found


class Backup(Work):
    """A backup is made."""

    def prepare(self) -> None:
        self.acknowledged.append(self.desk.one())

    def do(self) -> object:
        make_backup(self.hospital.store, self._place, BackupKind.MANUAL, dt.datetime.now(dt.UTC))
        return None

    @property
    def _place(self) -> Path:
        return self.folder / BACKUP_FOLDER

    def done(self) -> list[str]:
        there = backups_in(self._place)
        found = [f"not intact: {one.name}" for one in there if not (one.good and is_intact(one))]
        found += [f"left: {path.name}" for path in self._place.glob("*.part*")]
        return found


class Migration(Work):
    """A file of the revision before is brought up to date."""

    times = 0

    def prepare(self) -> None:
        self.times += 1
        self._file = Path(shutil.copyfile(EARLIER, self.folder / f"{self.times}.sqlite"))
        self._store = opened(self._file)

    def do(self) -> object:
        migrate.upgrade(self._store)
        return None

    def done(self) -> list[str]:
        found = integrity.full(self._store)
        found += [] if migrate.revision(self._store) == migrate.HEAD else ["an old revision"]
        self._store.close()
        self._file.unlink()
        return found


WORKS: Final[dict[str, type[Work]]] = {
    "registration": Registration,
    "reading": Reading,
    "draft": Draft,
    "opening": Opening,
    "beginning": Beginning,
    "backup": Backup,
    "migration": Migration,
}


class Trial:
    """One work under one fault; `wrong` tells everything that was not as it must be."""

    def __init__(self, work: Work, fault: Fault) -> None:
        self.work = work
        self.fault = fault
        self.faults = Faults()
        self.told: Counter[str] = Counter()
        self.injected = 0
        self.survived = 0
        self.wrong: list[str] = []

    def run(self, most: int) -> None:
        """Let the work fail at each of its calls."""
        for time, call in enumerate(self._calls(most)):
            self._fail_at(call)
            if time % LOOKED_THROUGH_EVERY == 0:
                self.wrong += [f"call {call}: {what}" for what in self.work.unwell()]
        self.wrong += self.work.close()

    def _calls(self, most: int) -> Iterable[int]:
        self.work.prepare()
        self.faults.watch(self.fault.kinds)
        self.work.do()
        calls = self.faults.calls()
        self.faults.end()
        self.wrong += self.work.done()
        return range(1, calls + 1, max(1, -(-calls // most)))

    def _fail_at(self, call: int) -> None:
        self.work.prepare()
        self.faults.begin(
            self.fault.kinds, call, self.fault.error, short=self.fault.short, once=self.fault.once
        )
        try:
            result = self.work.do()
        except StorageError as error:
            result = error
            self.told[error.code] += 1
        except Exception:
            result = None
            self.wrong.append(f"call {call}: {traceback.format_exc()[-1500:]}")
        hits = self.faults.end()
        self.injected += bool(hits)
        self.survived += bool(hits) and not isinstance(result, StorageError)
        self._again(call, result)
        self.wrong += [f"call {call}: {what}" for what in self.work.done()]

    def _again(self, call: int, before: object) -> None:
        """The fault is gone: the same process does the work, and what was confirmed before is the same."""
        try:
            result = self.work.do()
        except Exception:
            self.wrong.append(f"after call {call}: {traceback.format_exc()[-1500:]}")
            return
        if before is not None and not isinstance(before, StorageError) and before != result:
            self.wrong.append(f"call {call}: said {before}, then {result}")


def main(folder: Path, work: str, fault: str, most: int) -> None:
    """Run one trial and print its figures."""
    logging.disable()
    trial = Trial(WORKS[work](folder), FAULTS[fault])
    trial.run(most)
    figures: dict[str, Any] = {
        "faults": trial.injected,
        "told": trial.told,
        "survived": trial.survived,
        "acknowledged": len(trial.work.acknowledged),
        "lost": gone(trial.wrong),
        "wrong": trial.wrong[:10],
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
