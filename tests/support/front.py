"""The real window over a real database, worked from the test: keys, scans, and a runner that can be held."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget

from deskapp.bootstrap import Hospital
from deskapp.domain.access import Actor
from deskapp.domain.intake import VisitView
from deskapp.domain.text import Text
from deskapp.errors import StorageError
from deskapp.ui import style
from deskapp.ui.base_tab import Desk, LanguageState
from deskapp.ui.hub import ChangeHub
from deskapp.ui.intake.desk_page import DeskPage
from deskapp.ui.keys import Keys
from deskapp.ui.main_window import MainWindow
from deskapp.ui.messages import Messages, Notice
from deskapp.ui.scan import ScanDetector
from deskapp.ui.session import Session
from deskapp.ui.tasks import SyncRunner, Task, _outcome
from deskapp.ui.widgets.key_bar import LastActionBar
from deskapp.ui.widgets.message_bar import MessageBar
from tests.support.hospital import signed_in
from tests.support.paper import FakeSpooler

W = TypeVar("W", bound=QWidget)
D = TypeVar("D", bound=QDialog)


class HeldRunner(SyncRunner):
    """Works at once like its base; while held, tasks wait until the test lets them go, as in a busy pool."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.waiting: list[Task] = []
        self._holding = False

    def _submit(self, task: Task) -> Task:
        if not self._holding:
            return super()._submit(task)
        self._accept(task)
        self.waiting.append(task)
        return task

    def let_go(self) -> None:
        """Do all that waits, and what follows from it, in order."""
        while self.waiting:
            self.let_one_go()

    def let_one_go(self) -> None:
        """Do what has waited longest."""
        task = self.waiting.pop(0)
        self._hand_over(task, _outcome(task, self._tell))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep every task waiting until the block is left."""
        self._holding = True
        yield
        self.let_go()
        self._holding = False

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Keep every task waiting and never do it: the program is killed in this block."""
        self._holding = True
        yield
        self.waiting.clear()
        self._holding = False


class Front:
    """One desk's window with somebody in front of it."""

    def __init__(self, hospital: Hospital, language: str = "en", actor: Actor | None = None) -> None:
        self.hospital = hospital
        self.services = hospital.services
        self.messages = Messages()
        self.hub = ChangeHub(self.messages, gather_ms=0)
        self.runner = HeldRunner(self.messages.route, self.hub.post, self.messages)
        self.language = LanguageState(language, self.messages)
        self.keys = Keys(self.language.tr, self.messages)
        self.session = Session(hospital.workstation.name, self.messages)
        self.session.actor = actor
        self.desk = Desk(
            self.language, self.runner, self.hub, self.messages, self.keys, self.services, self.session.who
        )
        self.window = MainWindow(self.language.tr)
        self.printer = FakeSpooler()
        self.notices: list[Notice] = []
        self.messages.noticed.connect(self.notices.append)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self._scans = ScanDetector(application)
        self._stamp = 10_000
        self._closed = False

    def open(self) -> None:
        """Show the window and put the desk into it."""
        self.window.show()
        self.window.activateWindow()
        QTest.qWaitForWindowActive(self.window)
        self.window.open_desk(self.desk, self.session)
        self._scans.scanned.connect(self.window.take_scan)
        self.settle()

    def close(self) -> None:
        """Close the window as a person does, and put everything away."""
        if self._closed:
            return
        self._closed = True
        self.window.close()
        self._scans.stop()
        self._scans.deleteLater()
        self.session.end()
        self.window.deleteLater()
        self.messages.deleteLater()
        self.settle()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def settle(self) -> None:
        """Let timers of no time, queued signals and deferred deletions happen."""
        for _ in range(4):
            QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    # what is there

    @property
    def tab(self) -> DeskPage:
        """The desk page."""
        found = self.window.frame_of_tabs.page("intake", "desk")
        assert isinstance(found, DeskPage)
        return found

    @property
    def actor(self) -> Actor:
        """Who is signed in."""
        return self.session.who()

    @property
    def visit(self) -> VisitView:
        """The visit in front."""
        found = self.tab.current()
        assert found is not None
        return found

    def stored(self, visit_id: int | None = None) -> VisitView:
        """Return a visit as the database has it; by default the one in front."""
        return self.services.visits.visit(self.actor, visit_id or self.visit.id)

    def child(self, kind: type[W], name: str = "") -> W:
        """Return the one visible widget of a kind below the window, or the one called so."""
        found = [w for w in self.window.findChildren(kind) if w.isVisible() and (not name or named(w, name))]
        assert len(found) == 1, f"{len(found)} of {kind.__name__} {name}"
        return found[0]

    def bar(self) -> str:
        """Return what the bars say now, "" for nothing."""
        bars = [self.tab.bar, self.window.frame_of_tabs._bar]
        return "\n".join(self.desk.tr(bar.notice.text) for bar in bars if bar.notice is not None)

    # what a person does

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the system does: at the window in front."""
        QTest.keyClick(self._in_front(), key, modifiers)
        self.settle()

    def _in_front(self) -> Any:
        """Return the window that has the keys; where a dialog has closed, a window manager would hand them back."""
        if QApplication.focusWindow() is None:
            self.window.activateWindow()
            self.settle()
        window = QApplication.focusWindow()
        assert window is not None, "no window has the focus"
        return window

    def enter(self) -> None:
        """Press Enter."""
        self.key(Qt.Key.Key_Return)

    def type(self, text: str) -> None:
        """Type letters; those that no key has come through the input method."""
        for letter in text:
            if letter.isascii() and letter.isprintable():
                # Slower than any reader, by the stamps that the keys carry.
                self._press(letter, 150)
            else:
                self.commit(letter)
        self.settle()

    def _press(self, letter: str, gap: int) -> None:
        self._stamp += gap
        key = Qt.Key.Key_Return if letter == "\r" else ord(letter.upper())
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, letter)
            event.setTimestamp(self._stamp)
            QApplication.sendEvent(self._in_front(), event)

    def compose(self, preedit: str) -> None:
        """Compose letters in the input method without choosing characters yet."""
        QApplication.sendEvent(_focus(), QInputMethodEvent(preedit, []))
        self.settle()

    def commit(self, text: str) -> None:
        """Let the input method put text where the cursor is."""
        event = QInputMethodEvent()
        event.setCommitString(text)
        QApplication.sendEvent(_focus(), event)

    def scan(self, code: str) -> None:
        """Let a reader type a code and Enter, a few milliseconds a key."""
        self._stamp += 60_000
        for letter in (*code, "\r"):
            self._press(letter, 4)
        self.settle()

    def find(self, typed: str) -> None:
        """Type into the search field."""
        self.tab.to_search()
        self.tab.search.field.clear()
        self.type(typed)

    def arrive(self, typed: str = "13800138000") -> VisitView:
        """Find a visitor and open the visit."""
        self.find(typed)
        self.enter()
        return self.visit

    def say(self, complaint: str) -> None:
        """Type the complaint where the cursor is, and go on to the proposals."""
        self.type(complaint)
        self.enter()

    def last_action(self) -> str:
        """Return what the bar at the bottom says was done last."""
        return self.child(LastActionBar).findChild(QLabel).text()  # type: ignore[union-attr]

    def try_again(self) -> None:
        """Press the retry of the bar that offers one."""
        bars = [bar for bar in self.window.findChildren(MessageBar) if bar.isVisible() and bar.notice]
        (again,) = [bar for bar in bars if bar.notice is not None and bar.notice.retry is not None]
        again._again.click()
        self.settle()

    def undo(self) -> None:
        """Undo what was done last."""
        self.child(LastActionBar).undo()
        self.settle()

    def dialog(self, kind: type[D]) -> D:
        """Return the dialog in front, which is of this kind, with the keys."""
        found = QApplication.activeModalWidget()
        assert isinstance(found, kind), f"{found} is in front"
        found.activateWindow()
        self.settle()
        return found


def named(widget: QObject, name: str) -> bool:
    """Say whether a widget is called so, by object or accessible name."""
    return name in (widget.objectName(), getattr(widget, "accessibleName", str)())


def _focus() -> QObject:
    focus = QApplication.focusObject()
    assert focus is not None, "nothing has the focus"
    return focus


def lost_reply(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return the use case whose first answer never arrives: carried out, then the line breaks."""
    lost: list[object] = []

    def call(*args: Any) -> Any:
        done = method(*args)
        if not lost:
            lost.append(done)
            raise StorageError("storage.server-away", Text("The server does not answer."))
        return done

    return call


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what waits for a pause in the typing happen without one."""
    monkeypatch.setattr("deskapp.ui.intake.triage_box.ASK_AFTER_MS", 0)
    monkeypatch.setattr("deskapp.ui.intake.visitor_page.LOOK_AFTER_MS", 0)
    monkeypatch.setattr("deskapp.ui.intake.visitor_page.KEEP_AFTER_MS", 0)
    monkeypatch.setattr("deskapp.ui.intake.visit_draft.KEEP_AFTER_MS", 0)
    monkeypatch.setattr("deskapp.ui.intake.triage_box.KEEP_AFTER_MS", 0)


@pytest.fixture
def spooler(monkeypatch: pytest.MonkeyPatch) -> FakeSpooler:
    """Put a printer in memory in the place of this computer's."""
    made = FakeSpooler()
    monkeypatch.setattr("deskapp.ui.printing.system_spooler", lambda: made)
    return made


Opener = Callable[..., "Front"]


@pytest.fixture
def open_front(
    hospital: Hospital, at_once: None, spooler: FakeSpooler, qapp: QApplication
) -> Iterator[Opener]:
    """Return what opens a window of the small hospital: for whom (`sign_in`), in which `language`."""
    style.apply(qapp, "light", language="en")
    opened: list[Front] = []

    def open_one(sign_in: str | None = "li", language: str = "en", where: Hospital = hospital) -> Front:
        opened.append(front_of(where, language, sign_in))
        opened[-1].printer = spooler
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()
    style.apply(qapp, "light", language="zh")


@pytest.fixture
def front(open_front: Opener) -> Front:
    """Return the window of the small hospital, in English, with an operator signed in."""
    return open_front()


def front_of(hospital: Hospital, language: str = "en", sign_in: str | None = "li") -> Front:
    """Return an open window of a hospital, signed in as somebody of it unless told otherwise; close it."""
    actor = signed_in(hospital.services, sign_in) if sign_in else None
    made = Front(hospital, language, actor)
    made.open()
    return made
