"""The power is cut at any moment: whatever the disk had not been told to keep may be gone, in any mixture.

A child works with its writing recorded. From the record the folder is rebuilt as a disk may hold it after
a cut, over and over at random moments, and opened as the next start would: everything that was confirmed
is there, and nothing is half there. A child that does not wait for the disk must fail the same test.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deskapp.bootstrap import open_hospital
from deskapp.db import integrity, migrate
from deskapp.db.backup import BACKUP_FOLDER, backups_in, is_intact, make_backup
from deskapp.db.backup_file import facts_of
from deskapp.db.engine import DATABASE_FILE
from deskapp.db.workstation import Workstation
from deskapp.domain.backup import BackupKind
from deskapp.errors import StorageError
from tests.safety import power, shim
from tests.safety.killing import Restore
from tests.support.at_work import KEY, fill, gone, lost, opened, unwell_file
from tests.support.counts import Counts

pytestmark = [pytest.mark.safety, pytest.mark.timeout(600)]
Said = list[dict[str, Any]]
Unwell = Callable[[Path, Said], list[str]]


@pytest.fixture
def library(run_folder: Path) -> Path:
    return shim.built(run_folder)


@pytest.fixture
def hospital(sqlite_template: Path, tmp_path: Path) -> Path:
    """Return a data folder in which a desk has worked already."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copyfile(sqlite_template, folder / DATABASE_FILE)
    (folder / "deskapp.key").write_text(KEY.hex())
    fill(folder / DATABASE_FILE, 5)
    return folder


class Recorded:
    """What a child wrote and said, and the folder as it was before."""

    def __init__(self, library: Path, folder: Path, work: str, count: int, *words: str) -> None:
        self.log = folder.parent / "log"
        self.before = power.Disk(folder)
        shim.run(library, "tests.safety.working", folder, work, str(count), *words, log=self.log)
        self.records = power.read(self.log)

    def cuts(self, count: int, seed: int, scratch: Path) -> Iterator[tuple[Path, Said]]:
        """Yield the folder after a cut and what had been said by then: at random moments, half of them
        right after something was said."""
        pick = random.Random(seed)
        told = [place + 1 for place, record in enumerate(self.records) if record.op == "A"]
        moments = [pick.choice(told) for _ in range(count // 2)]
        moments += [pick.randint(1, len(self.records)) for _ in range(count - len(moments))]
        disk, played = self.before, 0
        for moment in sorted(moments):
            for record in self.records[played:moment]:
                disk.play(record)
            played = moment
            folder = scratch / "cut"
            disk.cut(folder, pick)
            yield folder, [json.loads(line) for line in disk.said]
            shutil.rmtree(folder)


def visits(said: Said) -> list[list[Any]]:
    return [one["visit"] for one in said if "visit" in one]


def unwell_desk(folder: Path, said: Said) -> list[str]:
    """Return what is not whole of a database and its drafts."""
    found = unwell_file(folder / DATABASE_FILE, visits(said))
    drafts = [one["draft"] for one in said if "draft" in one]
    if drafts:
        box = Workstation.in_folder(folder).drafts
        kept = box.load(1, "visitor")
        box.close()
        # The next one may have been stored already, and not said yet.
        if kept is None or kept["number"] not in (drafts[-1], drafts[-1] + 1):
            found.append(f"draft {drafts[-1]}, found {kept}")
    return found


def test_what_was_confirmed_survives_a_power_cut(
    library: Path, hospital: Path, tmp_path: Path, counts: Counts
) -> None:
    recorded = Recorded(library, hospital, "register", 40)
    cuts = confirmed = 0
    found: list[str] = []
    for folder, said in recorded.cuts(200, 11, tmp_path):
        found += unwell_desk(folder, said)
        cuts += 1
        confirmed += len(visits(said))
    counts.add("power cuts", "registration", cuts)
    counts.add("visits acknowledged", "power cut", confirmed)
    counts.add("visits lost", "power cut", gone(found))
    assert found == []


def test_a_desk_that_does_not_wait_for_the_disk_loses_what_it_confirmed(
    library: Path, hospital: Path, tmp_path: Path, counts: Counts
) -> None:
    """So the test above can fail."""
    recorded = Recorded(library, hospital, "register", 12, "forgetful")
    harmed = cuts = 0
    for folder, said in recorded.cuts(40, 12, tmp_path):
        cuts += 1
        harmed += _lost_or_damaged(folder / DATABASE_FILE, visits(said))
    assert harmed > cuts // 4
    counts.add("power cuts", "without waiting", cuts)
    counts.add("cuts that lose rows when not waiting for the disk", "synchronous=OFF", harmed)


def _lost_or_damaged(file: Path, confirmed: list[list[Any]]) -> bool:
    try:
        store = opened(file)
    except StorageError:
        return True
    try:
        with store.reading() as session:
            return bool(lost(session, confirmed)) or bool(integrity.full(store))
    except StorageError:
        return True
    finally:
        store.close()


def unwell_start(folder: Path, said: Said) -> list[str]:
    """Return what keeps a hospital from being opened that was just begun."""
    folder.mkdir(exist_ok=True)
    opened_again = open_hospital(folder)
    name = opened_again.workstation.name
    opened_again.close()
    key = bytes.fromhex((folder / "deskapp.key").read_text())
    store = type(opened_again.store).open(f"sqlite:///{folder / DATABASE_FILE}", key)
    with store.reading() as session:
        found = lost(session, visits(said)) + integrity.full(store)
    store.close()
    names = [one["opened"] for one in said if "opened" in one]
    return found + [f"was {before}, is {name}" for before in names if before != name]


def unwell_backups(folder: Path, said: Said) -> list[str]:
    """Return what is wrong with the backups, and with the database."""
    found = unwell_file(folder / DATABASE_FILE, visits(said))
    place = folder / BACKUP_FOLDER
    there = backups_in(place)
    found += [f"not intact: {one.name}" for one in there if not (one.good and is_intact(one))]
    for one in [one for one in said if "backup" in one][-1:]:
        # Of several backups of one day the newest stays.
        newest = there[0].path
        facts_of(newest, KEY)
        found += unwell_file(Path(shutil.copyfile(newest, folder / "copy")), [one["with"]])
    store = opened(folder / DATABASE_FILE)
    make_backup(store, place, BackupKind.MANUAL, dt.datetime.now(dt.UTC))
    store.close()
    return found + [f"left: {path.name}" for path in place.glob("*.part*")]


def unwell_migration(folder: Path, said: Said) -> list[str]:
    """Return what is wrong with a database that was being migrated: it is the old one or the new one, whole."""
    store = opened(folder / DATABASE_FILE)
    before = migrate.revision(store)
    found = integrity.full(store)
    if said and before != migrate.HEAD:
        found.append(f"said {said[-1]}, found {before}")
    migrate.upgrade(store)
    found += integrity.full(store)
    store.close()
    return found


def unwell_restore(folder: Path, said: Said) -> list[str]:
    """Return what is wrong where a backup was being restored: the old or the new is there, and the old aside."""
    return Restore(folder, folder).unwell(list(said))


@pytest.mark.parametrize(
    ("work", "count", "cuts", "check"),
    [
        ("first-start", 3, 60, unwell_start),
        ("backup", 4, 60, unwell_backups),
        ("migrate", 1, 60, unwell_migration),
        ("restore", 1, 60, unwell_restore),
    ],
)
def test_other_work_survives_a_power_cut(
    library: Path,
    sqlite_template: Path,
    hospital: Path,
    tmp_path: Path,
    counts: Counts,
    work: str,
    count: int,
    cuts: int,
    check: Unwell,
) -> None:
    folder = hospital
    if work == "first-start":
        folder = tmp_path / "empty"
        folder.mkdir()
    if work == "restore":
        folder = tmp_path / "restored"
        folder.mkdir()
        Restore(sqlite_template, folder).prepare()
    if work == "migrate":
        earlier = Path(__file__).parents[1] / "fixtures" / "db" / "0001.sqlite"
        shutil.copyfile(earlier, folder / DATABASE_FILE)
    for cut, said in Recorded(library, folder, work, count).cuts(cuts, 13, tmp_path):
        assert check(cut, said) == []
    counts.add("power cuts", work, cuts)
