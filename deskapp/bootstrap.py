"""The composition root: the only module that knows every floor. Settings, store, services, window."""

from __future__ import annotations

import datetime as dt
import gc
import logging
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deskapp import logs, paths, settings
from deskapp.domain.text import N_, Text
from deskapp.errors import DeskError
from deskapp.i18n import Translator, system_language, translator

if TYPE_CHECKING:
    from deskapp.db.engine import Store
    from deskapp.db.folder_lock import FolderLock
    from deskapp.db.unit_of_work import Clock
    from deskapp.db.workstation import Workstation
    from deskapp.domain.access import Actor
    from deskapp.services.all import Services
    from deskapp.services.backups import RestoreOrder
    from deskapp.ui.access.restore import RestorePage
    from deskapp.ui.access.unlock import UnlockPage
    from deskapp.ui.base_tab import BaseView, ClosedWork
    from deskapp.ui.closed import ClosedDesk
    from deskapp.ui.main_window import MainWindow
    from deskapp.ui.tasks import Progress


WARM_AFTER_MS: Final = 1500
FINISH_SECONDS: Final = 10.0
COLLECTIONS: Final = (2_000, 20, 100)
"""Allocations before the collector looks at the young, the middle-aged and all objects. With Python's own figures it
walks everything every few seconds while two thousand people wait: 50 to 120 ms each time, and painting waits."""
HAND_OVER_SECONDS: Final = 0.0005
"""A thread that works in Python lets another go on so soon. Drawing a chart asks for its turn some twenty times, and
with Python's own 5 ms each time it stood still for a tenth of a second while figures of years were read."""


@dataclass(frozen=True)
class Hospital:
    """An open hospital: its database, this workstation, and what can be done."""

    store: Store
    workstation: Workstation
    services: Services
    lock: FolderLock | None = None

    def close(self) -> None:
        """Close the database, the drafts and the log, and give the data folder free."""
        self.services.people.searcher.stop()
        self.workstation.drafts.close()
        self.store.close()
        if self.lock is not None:
            self.lock.close()
        logs.stop()


def open_hospital(
    folder: Path | None = None, url: str | None = None, clock: Clock | None = None, key: bytes | None = None
) -> Hospital:
    """Open the hospital of a data folder, or of a database server; migrate it if need be.

    `key` is that of a protected data folder, as somebody has just given it. Raises `StorageError` with what
    to do when it can't be opened.
    """
    from deskapp.db import backup, migrate, restore
    from deskapp.db.engine import Store
    from deskapp.db.workstation import Workstation
    from deskapp.services.all import build_services
    from deskapp.services.house import HouseRules

    folder = folder or paths.default_data_folder()
    logs.start(folder / logs.FOLDER)
    with ExitStack() as stack:
        lock = None if url else stack.enter_context(closing(_enter(folder)))
        store = stack.enter_context(closing(Store.open(url) if url else Store.in_folder(folder, key)))
        workstation = Workstation.in_folder(folder, store.key)
        now = clock() if clock is not None else dt.datetime.now(dt.UTC)
        migrate.upgrade(store, before=partial(backup.before_migration, store, folder, now))
        restore.finish(store, workstation)
        stack.pop_all()
    services = build_services(store, workstation, clock, HouseRules(folder / "triage"))
    return Hospital(store, workstation, services, lock)


def _enter(folder: Path) -> FolderLock:
    """Finish what a crash broke off in a data folder, and hold it open beside other desks."""
    from deskapp.db import restore, swap
    from deskapp.db.engine import refuse_network_path
    from deskapp.db.faults import disk_error
    from deskapp.db.folder_lock import share

    refuse_network_path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_error(error) from error
    restore.settle_alone(folder)
    swap.settle_alone(folder)
    restore.demand_database(folder)
    restore.mend_key_file(folder)
    return share(folder)


@dataclass(frozen=True)
class Start:
    """How the desk is started: where its data is, in which language, and who is signed in already.

    With a `clock` the desk lives at another time than now, as a demo of a given day does.
    """

    folder: Path | None = None
    url: str | None = None
    language: str | None = None
    actor: Callable[[Services], Actor] | None = None
    clock: Clock | None = None


def run_desk(start: Start) -> int:
    """Open the window and stay until it is closed. Returns the exit code."""
    app = Application(start)
    app.open()
    return app.run()


class Application:
    """The running desk: the window is shown first, then filled when the database is open."""

    def __init__(self, start: Start) -> None:
        from PySide6.QtWidgets import QApplication

        from deskapp.ui import style
        from deskapp.ui.main_window import MainWindow

        self.start = start
        found = QApplication.instance()
        self.qt = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
        self.qt.setApplicationName("deskapp")
        self.tr: Translator = translator(start.language or system_language())
        style.apply(self.qt, language=self.tr.language)
        self.window = MainWindow(self.tr)
        self.hospital: Hospital | None = None
        self.desk: OpenDesk | None = None
        self._closed: ClosedDesk | None = None
        self._work: ClosedWork | None = None
        self._page: UnlockPage | RestorePage | None = None
        self._news: Text | None = None

    def open(self) -> None:
        """Show the window and have it filled as soon as it is on the screen."""
        from PySide6.QtCore import QTimer

        self.window.show()
        self.qt.processEvents()
        QTimer.singleShot(0, self.window, self.fill)

    def fill(self, key: bytes | None = None) -> None:
        """Open the hospital and its desk; what keeps it closed is said in the window, or its key asked."""
        start = self.start
        try:
            self.hospital = open_hospital(start.folder, start.url, start.clock, key)
        except DeskError as error:
            if not self._asked_for_key(error) and not self._offered_backup(error, key):
                logging.getLogger(__name__).error("%s", error.code)
                self.window.say(self.tr(error.text))
            return
        if self.start.language is None:
            self._speak_as_chosen(self.hospital)
        self.desk = build_desk(self.hospital, self.window, self.tr.language, start.actor, self.while_closed)
        if self._news is not None:
            self.desk.messages.info(self._news)
            self._news = None
        self._settle()

    def _asked_for_key(self, error: DeskError) -> bool:
        """Ask for passphrase or recovery code where one of them opens the hospital."""
        from deskapp.services.protect import LOCKED
        from deskapp.ui.access.unlock import UnlockPage
        from deskapp.ui.closed import ClosedDesk

        if self.start.url or error.code not in LOCKED:
            return False
        self._closed = ClosedDesk(self.window, self.tr.language)
        folder = self.start.folder or paths.default_data_folder()
        by_code = error.code != "storage.locked"
        self._page = UnlockPage(self._closed.desk, folder, error.text, by_code=by_code)
        self._page.unlocked.connect(self._on_unlocked)
        self.window.show_page(self._page)
        return True

    def _on_unlocked(self, key: bytes) -> None:
        self._leave_page()
        self.fill(key)

    def _leave_page(self) -> None:
        assert self._page is not None
        self.window.take_away(self._page)
        self._end_closed()

    def _offered_backup(self, error: DeskError, key: bytes | None) -> bool:
        """Offer the backups where the database is damaged or gone; nothing is written until one was chosen."""
        from deskapp.services import restoring
        from deskapp.ui.access.restore import RestorePage
        from deskapp.ui.closed import ClosedDesk

        if self.start.url or error.code not in restoring.CLOSED_BY_DAMAGE:
            return False
        logging.getLogger(__name__).error("%s", error.code)
        self._closed = ClosedDesk(self.window, self.tr.language)
        folder = self.start.folder or paths.default_data_folder()
        save_in = folder if error.code in restoring.PARTLY_READABLE else None
        way = restoring.Closed(folder, key)
        page = self._page = RestorePage(self._closed.desk, way, error.text, save_in)
        page.ordered.connect(self._on_restore_ordered)
        self.window.show_page(page)
        return True

    def _on_restore_ordered(self, order: RestoreOrder) -> None:
        from deskapp.ui.access.restore import RestoreWork

        assert self._page is not None
        assert self._closed is not None
        now = self.start.clock() if self.start.clock is not None else dt.datetime.now(dt.UTC)
        # What goes wrong is told on the page, where another backup can be chosen.
        self._closed.runner.run(
            RestoreWork(order, now), done=self._restored, owner=self._page, progress=_unheard
        )

    def _restored(self, told: Text) -> None:
        self._leave_page()
        self._news = told
        self.fill()

    def _end_closed(self) -> None:
        if self._closed is not None:
            self._closed.end()
            self._closed = None

    def while_closed(self, work: ClosedWork) -> None:
        """Close the hospital, do `work` in a worker, open the hospital again and say what became of it."""
        from PySide6.QtCore import QTimer

        self._work = work
        # Whoever asks stands in the window that is about to go.
        QTimer.singleShot(0, self.window, self._close_and_work)

    def _close_and_work(self) -> None:
        from deskapp.ui.closed import ClosedDesk
        from deskapp.ui.main_window import MainWindow

        assert self.desk is not None
        assert self._work is not None
        self.tr = self.desk.language.tr
        old, self.window = self.window, MainWindow(self.tr)
        self.window.setGeometry(old.geometry())
        self.window.show()
        self.window.activateWindow()
        old.close()
        self.close()
        old.deleteLater()
        self._closed = ClosedDesk(self.window, self.tr.language)
        run = self._closed.runner.run
        run(self._work, done=self._worked, failed=self._not_worked, progress=self._tell_progress)

    def _tell_progress(self, progress: Progress) -> None:
        message = N_("Please wait and leave the computer on: {done} of {total} files are done.")
        self.window.say(self.tr(message, done=progress.done, total=progress.total))

    def _worked(self, told: Text | None) -> None:
        self._news = told
        self._end_closed()
        self.fill()

    def _not_worked(self, error: Exception) -> None:
        self._worked(error.text if isinstance(error, DeskError) else None)
        if not isinstance(error, DeskError) and self.desk is not None:
            self.desk.messages.bug(error)

    def _speak_as_chosen(self, hospital: Hospital) -> None:
        """Speak the language that was chosen at the first start."""
        from deskapp.domain.access import Actor
        from deskapp.ui import style

        nobody = Actor(0, "", frozenset(), hospital.workstation.name)
        if not hospital.services.access.needs_first_start(nobody):
            values = hospital.services.settings.values(nobody, nobody.desk)
            self.tr = translator(str(values[settings.LANGUAGE.name]))
            style.look().speak(self.tr.language)

    def _settle(self) -> None:
        # What is alive now stays: without this the collector walks it again and again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECTIONS)
        sys.setswitchinterval(HAND_OVER_SECONDS)
        self._warm_later()

    def _warm(self) -> None:
        """Read in a worker what the first form needs, so that the first visitor does not wait for it.

        While somebody types that can wait: half a second of importing stands in the way of every key.
        """
        if self.desk is None:
            return
        if self.desk.session.rests(WARM_AFTER_MS / 1000):
            self.desk.runner.run(_warm_paper, self.desk.language.tr)
        else:
            self._warm_later()

    def _warm_later(self) -> None:
        from PySide6.QtCore import QTimer

        QTimer.singleShot(WARM_AFTER_MS, self.window, self._warm)

    def pictures_of(self, tab: str, out: Path) -> list[Path]:
        """Show a tab, page after page, wait until nothing is under way, and save how each looks."""
        from deskapp.ui.widgets.pages import PagedTab

        frame = self.window.frame_of_tabs
        frame.go_to_name(tab)
        shown = frame.tab(tab)
        if not isinstance(shown, PagedTab):
            return [self._picture(shown, out / f"{tab}-{self.tr.language}.png")]
        found = []
        for at, name in enumerate(shown.page_names()):
            # The first page stands for its tab.
            file = f"{tab}-{name}-{self.tr.language}.png" if at else f"{tab}-{self.tr.language}.png"
            page = shown.show_page(name)
            found.append(self._picture(shown, out / file))
            window = page.window_example()
            if window is not None:
                found.append(out / f"{name}-{self.tr.language}.png")
                window.grab().save(str(found[-1]))
                window.deleteLater()
        return found

    def _picture(self, shown: BaseView, path: Path) -> Path:
        self.until_quiet()
        shown.show_example()
        self.until_quiet()
        self.window.grab().save(str(path))
        return path

    def until_quiet(self, seconds: float = 20.0) -> None:
        """Let the window work until no task is under way and nothing is left to draw."""
        from deskapp.ui.quiet import Quiet

        assert self.desk is not None
        Quiet(self.desk.runner, seconds).wait()

    def run(self) -> int:
        """Stay until the window is closed."""
        code = self.qt.exec()
        self._back_up_at_exit()
        self.close()
        return code

    def _back_up_at_exit(self) -> None:
        """Back up if the last backup is older than some hours: the window is gone, nobody waits for it."""
        if self.desk is not None and self.hospital is not None:
            self.hospital.services.backups.make_at_exit(self.desk.session.who())

    def close(self) -> None:
        """Wait for what is under way, then close the database."""
        self._end_closed()
        if self.desk is not None:
            self.desk.close()
            self.desk = None
        if self.hospital is not None:
            self.hospital.close()
            self.hospital = None


def pictures(start: Start, out: Path) -> list[Path]:
    """Drive the window off the screen and save a PNG of every page in `out`; return their paths.

    Raises `StorageError` when the hospital can't be opened.
    """
    out.mkdir(parents=True, exist_ok=True)
    app = Application(start)
    app.window.show()
    app.hospital = open_hospital(start.folder, start.url, start.clock)
    app.desk = build_desk(app.hospital, app.window, app.tr.language, start.actor)
    try:
        names = app.window.frame_of_tabs.names()
        return [picture for name in names for picture in app.pictures_of(name, out)]
    finally:
        app.window.close()
        app.close()
        app.window.deleteLater()


def _unheard(_progress: Progress) -> None:
    """Restoring is one step: there is nothing to tell on the way."""


def _warm_paper(tr: Translator) -> None:
    from deskapp.forms import catalog
    from deskapp.ui import printing

    catalog.warm(tr)
    printing.warm()


class OpenDesk:
    """The window's machinery around one open hospital."""

    def __init__(
        self,
        hospital: Hospital,
        window: MainWindow,
        language: str,
        while_closed: Callable[[ClosedWork], object] | None = None,
    ) -> None:
        from PySide6.QtWidgets import QApplication

        from deskapp.db.change_feed import ChangeFeed
        from deskapp.ui.base_tab import Desk, LanguageState
        from deskapp.ui.features import companions
        from deskapp.ui.feed import FeedWatcher
        from deskapp.ui.hub import ChangeHub
        from deskapp.ui.keeping import Keeping
        from deskapp.ui.keys import Keys
        from deskapp.ui.messages import Messages, Net
        from deskapp.ui.scan import ScanDetector
        from deskapp.ui.session import Session
        from deskapp.ui.tasks import TaskRunner
        from deskapp.ui.tending import Tending

        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self._here = hospital.workstation.name
        self.messages = Messages(window)
        self.net = Net(self.messages)
        self.hub = ChangeHub(window)
        self.runner = TaskRunner(self.messages.route, self.hub.post, window)
        self.language = LanguageState(language, window)
        self.keys = Keys(self.language.tr, window)
        self.session = Session(hospital.workstation.name, window)
        self.desk = Desk(
            self.language,
            self.runner,
            self.hub,
            self.messages,
            self.keys,
            hospital.services,
            self.session.who,
            while_closed,
        )
        self.scans = ScanDetector(app)
        self._feed = ChangeFeed(hospital.store)
        self.feed = FeedWatcher(self._feed, self.runner, self.hub, window)
        self.tending = Tending(self.desk, window)
        self.keeping = Keeping(self.desk, window)
        self.companions = companions(self.desk, window)

    def close(self) -> None:
        """Stop listening and wait for what is under way."""
        self.scans.stop()
        self.feed.stop()
        self.tending.stop()
        self.keeping.stop()
        for companion in self.companions:
            companion.stop()
        self.session.end()
        self._anchor()
        self._finish()
        self.runner.drain()
        self._feed.close()
        self.net.remove()

    def _anchor(self) -> None:
        """Anchor what was written since the last anchor: nobody may be signed in any more."""
        from deskapp.domain.access import Actor

        nobody = Actor(0, "", frozenset(), self._here)
        self.runner.run(self.desk.services.trail.anchor_now, nobody, failed=_not_anchored)

    def _finish(self) -> None:
        """Let what was ordered before the window closed come to its end: a number given is printed too."""
        from deskapp.ui.quiet import Quiet

        if self.runner.is_busy:
            Quiet(self.runner, FINISH_SECONDS).wait()


def _not_anchored(error: Exception) -> None:
    # The next desk that opens anchors the same lines, an hour later at most.
    logging.getLogger(__name__).info("not anchored at closing: %s", error)


def build_desk(
    hospital: Hospital,
    window: MainWindow,
    language: str,
    actor: Callable[[Services], Actor] | None = None,
    while_closed: Callable[[ClosedWork], object] | None = None,
) -> OpenDesk:
    """Put the desk into the window, signed in as `actor` if one is given; see `Desk.while_closed`."""
    opened = OpenDesk(hospital, window, language, while_closed)
    if actor is not None:
        opened.session.actor = actor(hospital.services)
    window.open_desk(opened.desk, opened.session)
    opened.scans.scanned.connect(window.take_scan)
    opened.feed.start()
    opened.tending.start()
    opened.keeping.start()
    for companion in opened.companions:
        companion.start()
    return opened
