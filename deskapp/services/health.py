"""How the program and its data are: the facts that `deskapp check`, the page and the report to copy show.

Looking changes nothing: a database that is damaged, foreign, newer or not there is told of, not touched.
"""

from __future__ import annotations

import datetime as dt
import enum
import platform
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from sqlalchemy import func, inspect, select, table, text
from sqlalchemy.orm import Session

from deskapp import logs, paths, settings
from deskapp.db import anchors, backup, integrity, keys, migrate
from deskapp.db.audit import ENTRY
from deskapp.db.engine import DATABASE_FILE, Store, told_plainly
from deskapp.db.unit_of_work import Clock, Work
from deskapp.db.workstation import SECRET_FILE, Workstation
from deskapp.domain import backup as rules
from deskapp.domain.access import Actor, Permission
from deskapp.domain.recovery import Kept
from deskapp.domain.text import N_, Text
from deskapp.domain.trail import BROKEN_LABELS
from deskapp.errors import StorageError
from deskapp.services.base import Service, composed, new_request, writes
from deskapp.services.settings import SettingsService, put, workstation_value

MEGABYTE: Final = 1_000_000
LINES_IN_REPORT: Final = 200
FULL_EVERY: Final = dt.timedelta(days=7)


class State(enum.StrEnum):
    """Whether a fact is as it should be. Only BAD makes `deskapp check` fail."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True)
class Fact:
    """One fact. `private` ones name a place or a desk, and stay out of a report that is sent away."""

    id: str
    state: State
    text: Text
    private: bool = False


@dataclass(frozen=True)
class Place:
    """Which hospital is looked at: its data folder, and the address of its database if that is on a server."""

    folder: Path
    url: str | None = None

    @property
    def file(self) -> Path:
        """The file of a database that is in the folder."""
        return self.folder / DATABASE_FILE


# --- Without an open database ---------------------------------------------------------------------------------


def check_place(place: Place, key: Callable[[], bytes | None], *, full: bool = False) -> Iterator[Fact]:
    """Yield the facts of a hospital that is perhaps not open: one that can't be opened is one of them.

    Args:
        place: where it is.
        key: returns the key of a file; raises `StorageError` when it can't be had.
        full: look at everything, which takes minutes where the hospital is large.
    """
    yield version()
    try:
        if place.url is None:
            _demand_file(place)
        store = Store.to_look(place.url or f"sqlite:///{place.file}", key() if place.url is None else None)
    except StorageError as error:
        yield Fact("database", State.BAD, error.text, private=True)
        yield from _around(place.folder, None)
        return
    try:
        yield from facts(store, place.folder, _workstation(place, store), full=full)
    finally:
        store.close()


def _demand_file(place: Place) -> None:
    if not place.file.exists():
        message = N_("There is no hospital in {folder} yet. Open the desk once to set it up.")
        raise StorageError("health.no-file", Text(message, {"folder": str(place.folder)}))
    if not place.file.stat().st_size:
        message = N_("The database {file} is empty: nothing of it is left. Restore the latest backup.")
        raise StorageError("health.empty", Text(message, {"file": str(place.file)}))


def _workstation(place: Place, store: Store) -> Workstation | None:
    """Return this computer as the trail knows it; it is not made into one of the hospital's by looking."""
    there = (place.folder / SECRET_FILE).exists()
    return Workstation.in_folder(place.folder, store.key) if there else None


# --- The facts ------------------------------------------------------------------------------------------------


def facts(
    store: Store, folder: Path, workstation: Workstation | None, *, full: bool = False
) -> Iterator[Fact]:
    """Yield the facts of an open database, one by one: the long ones come late."""
    size = None
    try:
        size = _size(store)
        yield from _database(store, size)
        pending = migrate.pending(store)
        yield _pending(pending=pending)
        yield from _integrity(store, full=full)
        if not pending:
            yield from _trail(store, workstation)
    except StorageError as error:
        # What can't be read is the fact; what lies around the database can be told all the same.
        yield Fact("database", State.BAD, error.text, private=True)
    yield from _around(folder, size)


def version() -> Fact:
    """Return which program this is."""
    values = {
        "version": _version(),
        "python": platform.python_version(),
        "system": platform.platform(terse=True),
    }
    return Fact("version", State.GOOD, Text(N_("deskapp {version}, Python {python}, {system}"), values))


def _version() -> str:
    try:
        return metadata.version(paths.APP)
    except metadata.PackageNotFoundError:
        return "?"


def _database(store: Store, size: int) -> Iterator[Fact]:
    where = (
        str(store.file) if store.is_sqlite else store.write_engine.url.render_as_string(hide_password=True)
    )
    yield Fact("place", State.GOOD, Text(N_("Database: {where}"), {"where": where}), private=True)
    kind = N_("encrypted file") if store.is_sqlite else N_("PostgreSQL server")
    values = {"kind": Text(kind), "revision": migrate.revision(store) or "-", "size": _megabytes(size)}
    yield Fact("database", State.GOOD, Text(N_("Kind: {kind}, revision {revision}, {size} MB"), values))


def _size(store: Store) -> int:
    if store.file is not None:
        return store.file.stat().st_size
    with store.reading() as session:
        return session.scalar(text("SELECT pg_database_size(current_database())")) or 0


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:,.1f}" if size < 100 * MEGABYTE else f"{size / MEGABYTE:,.0f}"


def _pending(*, pending: bool) -> Fact:
    if pending:
        message = N_("The database is older than this program. Opening the desk brings it up to date.")
        return Fact("pending", State.NOTE, Text(message))
    return Fact("pending", State.GOOD, Text(N_("Tables: up to date")))


DAMAGED: Final = N_(
    "The database is damaged (found: {count}). The first: {first}. Restore the latest backup."
)


LOST: Final = N_(
    "The journal of the database was damaged: the last {count} entries before the program was last closed"
    " are missing. What is there is whole. Compare the last slips and forms with it, and enter anew what is missing."
)


def _what_is_wrong(store: Store, found: list[str]) -> Text:
    """Return in words what a look found; with only the newest entries gone, no backup has more than the file."""
    if store.lost_transactions and len(found) == 1:
        return Text(LOST, {"count": store.lost_transactions})
    return Text(DAMAGED, {"count": len(found), "first": found[0]})


def _integrity(store: Store, *, full: bool) -> Iterator[Fact]:
    found = integrity.full(store) if full else integrity.quick(store)
    if found:
        yield Fact("integrity", State.BAD, _what_is_wrong(store, found))
    elif full:
        yield Fact("integrity", State.GOOD, Text(N_("Integrity: everything was checked and is sound")))
    else:
        yield Fact("integrity", State.GOOD, Text(N_("Integrity: every page is sound")))


def _trail(store: Store, workstation: Workstation | None) -> Iterator[Fact]:
    copy = _second_folder(store, workstation)
    found = list(anchors.findings(store, workstation, copy))
    breaks = [finding for finding in found if finding.is_break]
    if breaks:
        yield from _broken(breaks)
    with store.reading() as session:
        chains, lines = session.execute(select(func.count(ENTRY.c.chain.distinct()), func.count())).one()
        newest = anchors.newest_at(session)
    if not breaks:
        values = {"lines": lines, "chains": chains}
        message = N_("Audit trail: all {lines} lines of {chains} chains are as they were written")
        yield Fact("chain", State.GOOD, Text(message, values))
    yield _anchors(newest, own=len(found) == len(breaks))


def _anchors(newest: dt.datetime | None, *, own: bool) -> Fact:
    if newest is None:
        return Fact("anchor", State.NOTE, Text(N_("Anchors: no anchor exists yet")))
    if not own:
        message = N_(
            "Anchors: the newest is of {at}. None is of this computer, so none can be verified by its key."
        )
        return Fact("anchor", State.NOTE, Text(message, {"at": newest}))
    return Fact("anchor", State.GOOD, Text(N_("Anchors: the newest is of {at}"), {"at": newest}))


def _broken(breaks: list[anchors.Finding]) -> Iterator[Fact]:
    first = breaks[0]
    values = {
        "count": len(breaks),
        "chain": first.chain,
        "sequence": first.sequence,
        "what": Text(BROKEN_LABELS[first.what]),
    }
    message = N_(
        "The audit trail is broken (found: {count}). The first: chain {chain}, line {sequence}: {what}"
    )
    yield Fact("chain", State.BAD, Text(message, values), private=True)


def _second_folder(store: Store, workstation: Workstation | None) -> Path | None:
    if workstation is None:
        return None
    nobody = Actor(0, "", frozenset(), workstation.name)
    values = SettingsService(store).values(nobody, workstation.name)
    folder = str(values[settings.BACKUP_SECOND_FOLDER.name])
    return Path(folder) if folder else None


# --- What lies around it --------------------------------------------------------------------------------------


def _around(folder: Path, size: int | None, now: dt.datetime | None = None) -> Iterator[Fact]:
    now = now or dt.datetime.now(dt.UTC)
    if not folder.is_dir():
        return
    yield _backup(folder, now)
    yield _space(folder, size)
    if (folder / keys.KEY_FILE).exists():
        yield _key(folder)


def _backup(folder: Path, now: dt.datetime) -> Fact:
    try:
        found = backup.last_good(folder / backup.BACKUP_FOLDER, now)
    except StorageError as error:
        return Fact("backup", State.NOTE, error.text, private=True)
    if found is None:
        return Fact("backup", State.NOTE, Text(N_("Backup: there is no good one in the data folder")))
    state = State.NOTE if rules.is_old(found.made, now) else State.GOOD
    return Fact("backup", state, Text(N_("Backup: the last good one is of {at}"), {"at": found.made}))


def _space(folder: Path, size: int | None) -> Fact:
    free = shutil.disk_usage(folder).free
    if rules.has_room(free, size or 0):
        return Fact("space", State.GOOD, Text(N_("Free space: {size} MB"), {"size": _megabytes(free)}))
    message = N_("Free space: {size} MB, too little for a backup. Free some space.")
    return Fact("space", State.NOTE, Text(message, {"size": _megabytes(free)}))


KEPT_LABELS: Final = {
    Kept.BESIDE: N_("Key: in the open beside the database, which is not protected"),
    Kept.KEY_STORE: N_("Key: in the key store of this computer"),
    Kept.PASSPHRASE: N_("Key: behind a passphrase"),
}


def _key(folder: Path) -> Fact:
    try:
        kept = keys.protection(folder).kept
    except StorageError as error:
        return Fact("key", State.BAD, error.text)
    return Fact("key", State.GOOD if kept is not Kept.BESIDE else State.NOTE, Text(KEPT_LABELS[kept]))


# --- In the window --------------------------------------------------------------------------------------------


class HealthService(Service):
    """The same facts while the desk runs, and a report of them to copy."""

    def __init__(self, store: Store, clock: Clock | None, workstation: Workstation) -> None:
        super().__init__(store, clock)
        self._workstation = workstation
        self._looked = False

    @composed(Permission.ANYONE)
    def look_if_due(self, actor: Actor) -> None:  # noqa: ARG002
        """Look at the database once after every start, and once a week at all of it.

        Raises `StorageError` ("storage.damaged") when something is found: everybody has to know.
        """
        full = self._full_is_due()
        if self._looked and not full:
            return
        found = integrity.full(self.store) if full else integrity.quick(self.store)
        self._looked = True
        if found:
            raise StorageError("storage.damaged", _what_is_wrong(self.store, found))
        if full:
            self._note_full()

    def _full_is_due(self) -> bool:
        with self.store.reading() as session:
            last = workstation_value(session, settings.FULL_CHECK_ON, self._workstation.name)
        return not last or self.today() - dt.date.fromisoformat(last) >= FULL_EVERY

    def _note_full(self) -> None:
        name = self._workstation.name
        self._put_full(Actor(0, "", frozenset(), name), new_request(), self.today().isoformat())

    @writes(Permission.ANYONE)
    def _put_full(self, work: Work, day: str) -> None:
        put(work, settings.FULL_CHECK_ON, day, self._workstation.name)

    @composed(Permission.DIAGNOSE)
    def facts(self, actor: Actor, full: bool = False) -> list[Fact]:  # noqa: ARG002
        """Return all facts; `full` looks at every index and reference too, which can take minutes."""
        found = facts(self.store, self._workstation.folder, self._workstation, full=full)
        return [version(), *found]

    @composed(Permission.DIAGNOSE)
    def log_folder(self, actor: Actor) -> Path:  # noqa: ARG002
        """Return the folder of the log."""
        return self._workstation.folder / logs.FOLDER

    @composed(Permission.DIAGNOSE)
    def report(self, actor: Actor, seen: Sequence[Fact]) -> str:  # noqa: ARG002
        """Return a report to send away: what was `seen`, how much there is, the newest lines of the log.

        It is in English and holds no names: of people, of computers, or of folders.
        """
        told = [f"[{fact.state.value}] {fact.text}" for fact in seen if not fact.private]
        told += [f"[{fact.state.value}] {fact.id}" for fact in seen if fact.private]
        with self.store.reading() as session:
            counts = [f"{table}: {about(count)}" for table, count in _counts(session)]
        log = logs.last_lines(self._workstation.folder / logs.FOLDER, LINES_IN_REPORT)
        return "\n".join([*told, "", *counts, "", *log])


def _counts(session: Session) -> Iterator[tuple[str, int]]:
    with told_plainly():
        for name in sorted(inspect(session.connection()).get_table_names()):
            yield name, session.scalar(select(func.count()).select_from(table(name))) or 0


def about(count: int) -> str:
    """Return a number as a report tells it: its size, and not the number itself."""
    if count < 10:
        return "under 10" if count else "0"
    place = 10 ** (len(str(count)) - 1)
    return f"about {round(count / place) * place}"
