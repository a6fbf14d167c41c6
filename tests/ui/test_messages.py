"""Errors reach the person at the right place; a bug is logged without what anybody typed."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Signal, qWarning
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from deskapp.domain.text import Text
from deskapp.errors import ConflictError, DeskError, InputError, PermissionDenied, RuleError, StorageError
from deskapp.ui.messages import (
    INFO,
    RULE,
    SURROUNDINGS,
    BugReport,
    LastAction,
    Messages,
    Net,
    Notice,
    Retry,
    notice,
    report,
)
from tests.support.logs import LogGuard

FULL = StorageError("disk.full", Text("The disk is full."))
RULED = RuleError("swap.3", Text("Three swaps a month."))
EMPTY = InputError("name", "name.empty", Text("Say a name."))


class Ear(QObject):
    """Hears what the bridge says."""

    def __init__(self, messages: Messages) -> None:
        super().__init__(messages)
        self.notices: list[Notice] = []
        self.actions: list[LastAction] = []
        self.bugs: list[BugReport] = []
        messages.noticed.connect(self.notices.append)
        messages.acted.connect(self.actions.append)
        messages.broke.connect(self.bugs.append)


class Place(QWidget):
    """A page that takes some errors."""

    def __init__(self, kind: type[DeskError], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = kind
        self.taken: list[DeskError] = []

    def take_error(self, error: DeskError, retry: Retry | None = None) -> bool:  # noqa: ARG002
        if isinstance(error, self._kind):
            self.taken.append(error)
        return isinstance(error, self._kind)


@pytest.fixture
def messages(qtbot: QtBot) -> Messages:
    return Messages()


@pytest.fixture
def ear(messages: Messages) -> Ear:
    return Ear(messages)


@pytest.fixture
def net(messages: Messages) -> Iterator[Net]:
    made = Net(messages)
    yield made
    made.remove()


def never() -> None:
    """A retry."""


@pytest.mark.parametrize(
    ("error", "kind", "again"),
    [
        (FULL, SURROUNDINGS, True),
        (ConflictError(), SURROUNDINGS, True),
        (RULED, RULE, False),
        (PermissionDenied("visitor.write"), RULE, False),
        (EMPTY, RULE, False),
    ],
)
def test_only_what_the_surroundings_did_can_be_tried_again(error: DeskError, kind: str, again: bool) -> None:
    shown = notice(error, never)
    assert (shown.kind, shown.retry is not None, shown.text) == (kind, again, error.text)


def test_the_nearest_place_that_can_takes_it(messages: Messages, ear: Ear, qtbot: QtBot) -> None:
    page = Place(DeskError)
    qtbot.addWidget(page)
    form = Place(InputError, page)
    button = QWidget(form)
    messages.route(EMPTY, button)
    messages.route(FULL, button)
    assert (form.taken, page.taken, ear.notices) == ([EMPTY], [FULL], [])


def test_without_a_place_the_window_says_it(messages: Messages, ear: Ear) -> None:
    messages.route(FULL, QObject(), never)
    assert [(shown.kind, shown.code) for shown in ear.notices] == [(SURROUNDINGS, "disk.full")]


def test_news_and_the_last_action_are_passed_on(messages: Messages, ear: Ear) -> None:
    messages.info("Backed up.")
    messages.did(Text("Issued {number}", {"number": "A017"}), never)
    assert ear.notices == [Notice(INFO, "Backed up.")]
    assert ear.actions == [LastAction(Text("Issued {number}", {"number": "A017"}), never)]


def break_down(person: str) -> None:
    raise KeyError(person)


def caught(person: str) -> KeyError:
    try:
        break_down(person)
    except KeyError as error:
        return error
    raise AssertionError


def test_a_report_says_where_and_not_who(messages: Messages) -> None:
    told = report(caught("王建国"))
    assert told.name == "KeyError"
    assert "break_down" in told.report
    assert "Python" in told.report
    assert "Qt" in told.report
    assert "王建国" not in told.report


def test_a_report_follows_the_causes(messages: Messages) -> None:
    try:
        try:
            break_down("王建国")
        except KeyError as cause:
            raise ValueError("王建国") from cause
    except ValueError as error:
        told = report(error).report
    assert told.index("ValueError") < told.index("KeyError")
    assert "王建国" not in told


def test_a_bug_is_logged_and_told(messages: Messages, ear: Ear, log_guard: LogGuard) -> None:
    line = log_guard.expect("deskapp.ui", logging.ERROR, "KeyError")
    messages.route(caught("王建国"))
    assert [bug.name for bug in ear.bugs] == ["KeyError"]
    assert ear.notices == []
    assert not any("王建国" in seen for seen in line.seen)


def test_what_a_slot_raises_is_told_and_the_window_goes_on(
    messages: Messages, ear: Ear, net: Net, log_guard: LogGuard
) -> None:
    class Button(QObject):
        pressed = Signal()

        def broken(self) -> None:
            break_down("王建国")

    log_guard.expect("deskapp.ui", logging.ERROR, "KeyError")
    button = Button()
    button.pressed.connect(button.broken)
    # pytest-qt watches the same hook; the net stands in front of it.
    assert sys.excepthook == net._on_error
    button.pressed.emit()
    assert [bug.name for bug in ear.bugs] == ["KeyError"]


def test_a_plain_error_that_nobody_caught_is_told_in_words(messages: Messages, ear: Ear, net: Net) -> None:
    sys.excepthook(StorageError, FULL, None)
    assert [shown.code for shown in ear.notices] == ["disk.full"]
    assert ear.bugs == []


def test_what_a_thread_raises_is_told_on_the_gui_thread(
    messages: Messages, net: Net, qtbot: QtBot, log_guard: LogGuard
) -> None:
    log_guard.expect("deskapp.ui", logging.ERROR, "KeyError")
    heard: list[int] = []
    messages.broke.connect(lambda _: heard.append(threading.get_ident()))
    thread = threading.Thread(target=break_down, args=("王建国",))
    with qtbot.waitSignal(messages.broke):
        thread.start()
        thread.join()
    assert heard == [threading.get_ident()]


def test_a_person_who_interrupts_is_no_bug(
    messages: Messages, ear: Ear, net: Net, capsys: pytest.CaptureFixture[str]
) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert ear.bugs == []
    assert "KeyboardInterrupt" in capsys.readouterr().err


def test_what_qt_says_goes_to_the_log(net: Net, log_guard: LogGuard) -> None:
    log_guard.expect("deskapp.qt", logging.WARNING, "something odd")
    qWarning("something odd")


def test_the_net_puts_the_hooks_back(messages: Messages) -> None:
    before = (sys.excepthook, threading.excepthook)
    Net(messages).remove()
    assert (sys.excepthook, threading.excepthook) == before
