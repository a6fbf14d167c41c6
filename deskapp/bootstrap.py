"""The composition root: the only module that knows every floor. Settings, store, services, window."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deskapp import paths, settings
from deskapp.errors import DeskError
from deskapp.i18n import Translator, system_language, translator

if TYPE_CHECKING:
    from deskapp.db.engine import Store
    from deskapp.db.unit_of_work import Clock
    from deskapp.db.workstation import Workstation
    from deskapp.domain.access import Actor
    from deskapp.services.all import Services
    from deskapp.ui.main_window import MainWindow


WARM_AFTER_MS: Final = 1500
FINISH_SECONDS: Final = 10.0


@dataclass(frozen=True)
class Hospital:
    """An open hospital: its database, this workstation, and what can be done."""

    store: Store
    workstation: Workstation
    services: Services

    def close(self) -> None:
        """Close the database and the drafts."""
        self.workstation.drafts.close()
        self.store.close()


def open_hospital(folder: Path | None = None, url: str | None = None, clock: Clock | None = None) -> Hospital:
    """Open the hospital of a data folder, or of a database server; migrate it if need be.

    Raises `StorageError` with what to do when it can't be opened.
    """
    from deskapp.db import migrate
    from deskapp.db.engine import Store
    from deskapp.db.workstation import Workstation
    from deskapp.services.all import build_services
    from deskapp.services.house import HouseRules

    folder = folder or paths.default_data_folder()
    workstation = Workstation.in_folder(folder)
    store = Store.open(url) if url else Store.in_folder(folder)
    try:
        migrate.upgrade(store)
    except BaseException:
        store.close()
        raise
    services = build_services(store, workstation, clock, HouseRules(folder / "triage"))
    return Hospital(store, workstation, services)


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

    def open(self) -> None:
        """Show the window and have it filled as soon as it is on the screen."""
        from PySide6.QtCore import QTimer

        self.window.show()
        self.qt.processEvents()
        QTimer.singleShot(0, self.window, self.fill)

    def fill(self) -> None:
        """Open the hospital and its desk; what keeps it closed is said in the window."""
        try:
            self.hospital = open_hospital(self.start.folder, self.start.url, self.start.clock)
        except DeskError as error:
            logging.getLogger(__name__).error("%s", error.code)
            self.window.say(self.tr(error.text))
            return
        if self.start.language is None:
            self._speak_as_chosen(self.hospital)
        self.desk = build_desk(self.hospital, self.window, self.tr.language, self.start.actor)
        self._settle()

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

    def picture(self, tab: str, out: Path) -> Path:
        """Show a tab, wait until nothing is under way, and save how it looks."""
        self.window.frame_of_tabs.go_to_name(tab)
        self.until_quiet()
        self.window.frame_of_tabs.tab(tab).show_example()
        self.until_quiet()
        path = out / f"{tab}-{self.tr.language}.png"
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
        self.close()
        return code

    def close(self) -> None:
        """Wait for what is under way, then close the database."""
        if self.desk is not None:
            self.desk.close()
            self.desk = None
        if self.hospital is not None:
            self.hospital.close()
            self.hospital = None


def pictures(start: Start, out: Path) -> list[Path]:
    """Drive the window off the screen and save a PNG of every tab in `out`; return their paths.

    Raises `StorageError` when the hospital can't be opened.
    """
    out.mkdir(parents=True, exist_ok=True)
    app = Application(start)
    app.window.show()
    app.hospital = open_hospital(start.folder, start.url, start.clock)
    app.desk = build_desk(app.hospital, app.window, app.tr.language, start.actor)
    try:
        return [app.picture(name, out) for name in app.window.frame_of_tabs.names()]
    finally:
        app.window.close()
        app.close()
        app.window.deleteLater()


def _warm_paper(tr: Translator) -> None:
    from deskapp.forms import catalog
    from deskapp.ui import printing

    catalog.warm(tr)
    printing.warm()


class OpenDesk:
    """The window's machinery around one open hospital."""

    def __init__(self, hospital: Hospital, window: MainWindow, language: str) -> None:
        from PySide6.QtWidgets import QApplication

        from deskapp.db.change_feed import ChangeFeed
        from deskapp.ui.base_tab import Desk, LanguageState
        from deskapp.ui.feed import FeedWatcher
        from deskapp.ui.hub import ChangeHub
        from deskapp.ui.keys import Keys
        from deskapp.ui.messages import Messages, Net
        from deskapp.ui.scan import ScanDetector
        from deskapp.ui.session import Session
        from deskapp.ui.tasks import TaskRunner
        from deskapp.ui.tending import Tending

        app = QApplication.instance()
        assert isinstance(app, QApplication)
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
        )
        self.scans = ScanDetector(app)
        self._feed = ChangeFeed(hospital.store, hospital.workstation.name)
        self.feed = FeedWatcher(self._feed, self.runner, self.hub, window)
        self.tending = Tending(self.desk, window)

    def close(self) -> None:
        """Stop listening and wait for what is under way."""
        self.scans.stop()
        self.feed.stop()
        self.tending.stop()
        self.session.end()
        self._finish()
        self.runner.drain()
        self._feed.close()
        self.net.remove()

    def _finish(self) -> None:
        """Let what was ordered before the window closed come to its end: a number given is printed too."""
        from deskapp.ui.quiet import Quiet

        if self.runner.is_busy:
            Quiet(self.runner, FINISH_SECONDS).wait()


def build_desk(
    hospital: Hospital,
    window: MainWindow,
    language: str,
    actor: Callable[[Services], Actor] | None = None,
) -> OpenDesk:
    """Put the desk into the window, signed in as `actor` if one is given."""
    opened = OpenDesk(hospital, window, language)
    if actor is not None:
        opened.session.actor = actor(hospital.services)
    window.open_desk(opened.desk, opened.session)
    opened.scans.scanned.connect(window.take_scan)
    opened.feed.start()
    opened.tending.start()
    return opened
