"""Making the demo hospital: a folder or database of its own, filled, and one visitor worked through it."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from deskapp import logs, settings
from deskapp.bootstrap import Hospital, open_hospital
from deskapp.db import backup_process
from deskapp.db.anchors import LOG_FILE as ANCHOR_LOG
from deskapp.db.backup import BACKUP_FOLDER
from deskapp.db.base import Base
from deskapp.db.engine import DATABASE_FILE, Store
from deskapp.db.faults import disk_error
from deskapp.db.folder_lock import LOCK_FILE
from deskapp.db.keys import KEY_FILE
from deskapp.db.migrate import revision
from deskapp.db.search_bulk import rebuild
from deskapp.db.unit_of_work import unit_of_work
from deskapp.db.workstation import DRAFTS_FILE, SECRET_FILE
from deskapp.demo.bookings import booked
from deskapp.demo.days import Days, shares
from deskapp.demo.house import OPERATOR, PASSWORD, House, fill_house
from deskapp.demo.live import liven
from deskapp.demo.storing import DayStore
from deskapp.demo.tour import LASTS, Tour, TourClock
from deskapp.domain.access import Actor
from deskapp.domain.intake import VisitView
from deskapp.domain.text import N_, Text
from deskapp.errors import RuleError
from deskapp.i18n import Translator
from deskapp.services.access import AccessService
from deskapp.services.all import Services
from deskapp.services.base import new_request
from deskapp.services.settings import SettingsService, put
from deskapp.services.transfer.service import TransferService

WEEKS: Final = 6
AS_OF_TIME: Final = dt.time(10, 40)
"""What the clock shows when the demo is made as of a given day."""
OUT: Final = "out"
NOBODY: Final = Actor(0, "demo", frozenset())
LEFT: Final = (BACKUP_FOLDER, logs.FOLDER, ANCHOR_LOG)
"""What belongs to the database of an earlier demo and would contradict the next one."""

OURS: Final = frozenset({KEY_FILE, SECRET_FILE, DRAFTS_FILE, LOCK_FILE, OUT, *LEFT})
"""What may lie in a folder in which a demo was begun and its database never came to be."""


@dataclass(frozen=True)
class Options:
    """What the demo is made of: where, how many visits and staff, and from what seed.

    `as_of` makes the day of the demo another than today; then equal options give equal exports.
    """

    folder: Path
    url: str | None = None
    out: Path | None = None
    visits: int = 400
    staff: int = 40
    seed: int = 1
    as_of: dt.date | None = None
    language: str = "zh"


@dataclass(frozen=True)
class Made:
    """What was made: the visit that was worked through, its printed forms, and the moment it ended."""

    visit: VisitView
    forms: list[Path]
    out: Path
    now: dt.datetime


def make_demo(options: Options, tr: Translator, tell: Callable[[str], None]) -> Made:
    """Make the demo hospital anew and work one visitor through all eight steps.

    Raises `RuleError` when anything but a demo stands there, `StorageError` when it can't be written.
    """
    clear(options.folder, options.url)
    clock = TourClock(_begins(options.as_of))
    hospital = open_hospital(options.folder, options.url, clock)
    try:
        tell(tr("Filling the demo hospital: {count} visits ...", count=options.visits))
        house, numbers = _filled(hospital, options, clock)
        tour = Tour(hospital.services, house.operator, clock)
        visit = tour.work(tour.visitor(f"{options.seed}:tour", numbers))
        out = _folder(options.out or options.folder / OUT)
        forms = tour.print_forms(visit, out, tr)
        visit = hospital.services.visits.visit(house.operator, visit.id)
        liven(hospital.services, house, clock)
        _back_up(hospital, house)
    finally:
        hospital.close()
    return Made(visit, forms, out, clock())


def _back_up(hospital: Hospital, house: House) -> None:
    """Let the day end as it should. A server's is backed up by a computer that its hospital names."""
    if hospital.store.is_sqlite:
        hospital.services.backups.run_job = backup_process.carry_out
        hospital.services.backups.make(house.administrator)


def sign_in(services: Services) -> Actor:
    """Sign the demo's operator in."""
    done = services.access.sign_in(NOBODY, new_request(), OPERATOR, PASSWORD)
    assert done.value.actor is not None
    return done.value.actor


def clear(folder: Path, url: str | None) -> None:
    """Take away the database of the demo that stands there; refuse anything else."""
    if url:
        _clear_server(url)
        return
    present = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if not present:
        return
    if DATABASE_FILE in present:
        store = Store.in_folder(folder)
        try:
            _refuse_hospital(store, str(folder))
        finally:
            store.close()
    elif set(present) - OURS:
        raise _refusal(Text(N_("the folder {folder} holds other files"), {"folder": str(folder)}))
    try:
        for name in present:
            if name in LEFT and (folder / name).is_dir():
                shutil.rmtree(folder / name)
            elif name in LEFT or name.startswith((DATABASE_FILE, KEY_FILE, DRAFTS_FILE)):
                (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise disk_error(error) from error


def _clear_server(url: str) -> None:
    store = Store.open(url)
    try:
        if revision(store) is None:
            return
        _refuse_hospital(store, store.write_engine.url.render_as_string(hide_password=True))
        with store.write_engine.begin() as connection:
            Base.metadata.drop_all(connection)
            connection.exec_driver_sql("DROP TABLE alembic_version")
    finally:
        store.close()


def _refuse_hospital(store: Store, where: str) -> None:
    """Refuse a database with people in it that is not marked as a demo."""
    if revision(store) is None:
        return
    demo = SettingsService(store).values(NOBODY, "")[settings.DEMO.name]
    if not demo and not AccessService(store).needs_first_start(NOBODY):
        raise _refusal(Text(N_("a hospital is in {where}"), {"where": where}))


def _refusal(why: Text) -> RuleError:
    message = Text(
        N_("The demo needs a place of its own: {why}. Nothing was changed; choose another."), {"why": why}
    )
    return RuleError("demo.refused", message)


def _begins(as_of: dt.date | None) -> dt.datetime:
    """Return when the tour begins: so that it ends now, but never before midnight."""
    ends = dt.datetime.combine(as_of, AS_OF_TIME).astimezone() if as_of else dt.datetime.now().astimezone()
    midnight = ends.replace(hour=0, minute=0, second=0, microsecond=0)
    return max(midnight, ends.replace(microsecond=0) - LASTS).astimezone(dt.UTC)


def _filled(hospital: Hospital, options: Options, clock: TourClock) -> tuple[House, set[str]]:
    """Fill the database; return the house and the document numbers that are taken."""
    store, services = hospital.store, hospital.services
    source = Random(f"{options.seed}:codes")
    for service in (services.visitors, services.visits):
        service.entropy = source.randbytes
    with unit_of_work(store, NOBODY, clock) as work:
        put(work, settings.DEMO, True, "")
        work.finish(new_request(), "demo.mark", b"null")
    transfer = TransferService(store, clock)
    house = fill_house(services, transfer, Random(f"{options.seed}:house"), options.staff, options.language)
    days = Days(house, Random(f"{options.seed}:days"), clock() + LASTS)
    with unit_of_work(store, house.administrator, clock) as work:
        stored = DayStore(work, house.operators[0])
        _visits(days, stored, options.visits)
        work.record("demo.fill", "demo", None, after={"visits": options.visits, "seed": options.seed})
        work.finish(new_request(), "demo.fill", b"null")
    rebuild(store)
    return house, days.visitors.numbers


def _visits(days: Days, stored: DayStore, count: int) -> None:
    today = days.now.astimezone().date()
    past = [today - dt.timedelta(back) for back in range(7 * WEEKS, -1, -1)]
    for day, share in zip(past, shares(count, past), strict=True):
        stored.add(days.make(day, share))
    stored.book(booked(days, max(16, count // 3)))
    stored.finish(days.people)


def _folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_error(error) from error
    return path
