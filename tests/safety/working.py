"""A child that works in a data folder and says, in the file `said`, what it was told is stored.

    python -m tests.safety.working FOLDER register|first-start|backup|restore|migrate COUNT [forgetful]

Forgetful, it works as no desk ever does: without waiting for the disk.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deskapp.db.engine import DATABASE_FILE, Store
from tests.safety.shim import SAID
from tests.support.at_work import KEY, DeskAtWork, Place, opened

PLACE = Place(1, 1)
Say = Callable[[Any], None]


def main(folder: Path, work: str, count: int, *, forgetful: bool) -> None:
    """Do the work; print how often something was said."""
    said = 0
    with (folder / SAID).open("wb", buffering=0) as stream:

        def say(what: Any) -> None:
            nonlocal said
            said += 1
            stream.write(json.dumps(what).encode())

        WORKS[work](folder, count, say, forgetful)
    print(json.dumps(said))


def _forget(store: Store) -> None:
    """Take away what every desk insists on, on the one connection that writes."""
    with store.write_engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA synchronous = OFF")


def _register(folder: Path, count: int, say: Say, forgetful: bool) -> None:
    """Register visitors, keep a draft of each before, and close at the end."""
    from deskapp.db.workstation import Workstation

    store = opened(folder / DATABASE_FILE)
    if forgetful:
        _forget(store)
    drafts = Workstation.in_folder(folder).drafts
    desk = DeskAtWork(store, PLACE, 3)
    for number in range(count):
        drafts.save(1, "visitor", {"number": number})
        say({"draft": number})
        say({"visit": desk.one()})
    drafts.close()
    store.close()


def _first_start(folder: Path, count: int, say: Say, forgetful: bool) -> None:
    """Begin a hospital in an empty folder, and register the first visitors."""
    from deskapp.bootstrap import open_hospital

    hospital = open_hospital(folder)
    say({"opened": hospital.workstation.name})
    place = Place.prepare(hospital.store)
    desk = DeskAtWork(hospital.store, place, 3, hospital.workstation.name)
    for _ in range(count):
        say({"visit": desk.one()})
    hospital.close()


def _backup(folder: Path, count: int, say: Say, forgetful: bool) -> None:
    """Register a visitor and make a backup, in turn."""
    import datetime as dt

    from deskapp.db.backup import BACKUP_FOLDER, make_backup
    from deskapp.domain.backup import BackupKind

    store = opened(folder / DATABASE_FILE)
    desk = DeskAtWork(store, PLACE, 3)
    for _ in range(count):
        said = desk.one()
        say({"visit": said})
        made = make_backup(store, folder / BACKUP_FOLDER, BackupKind.MANUAL, dt.datetime.now(dt.UTC))
        say({"backup": made.name, "with": said})
    store.close()


def _restore(folder: Path, count: int, say: Say, forgetful: bool) -> None:
    """Put the backup there is in the place of the database."""
    import datetime as dt

    from deskapp.db.backup import BACKUP_FOLDER, backups_in
    from deskapp.db.restore import restore

    source = backups_in(folder / BACKUP_FOLDER)[0].path
    restore(folder, source, KEY, dt.datetime.now(dt.UTC))
    say("restored")


def _migrate(folder: Path, count: int, say: Say, forgetful: bool) -> None:
    """Bring a file of the revision before up to date."""
    from deskapp.db import migrate

    store = opened(folder / DATABASE_FILE)
    migrate.upgrade(store)
    say({"revision": migrate.HEAD})
    store.close()


WORKS: dict[str, Callable[[Path, int, Say, bool], None]] = {
    "register": _register,
    "first-start": _first_start,
    "backup": _backup,
    "restore": _restore,
    "migrate": _migrate,
}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), forgetful="forgetful" in sys.argv[4:])
