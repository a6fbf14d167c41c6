"""The window while its hospital is closed: the key is asked, work is done, and the desk comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from deskapp.bootstrap import Application, Start, open_hospital
from deskapp.domain.access import Actor, Role
from deskapp.domain.recovery import Kept
from deskapp.domain.text import Text
from deskapp.errors import StorageError
from deskapp.services.protect import carry_out
from deskapp.ui import style
from deskapp.ui.admin.protection_steps import Changing
from deskapp.ui.base_tab import Report
from deskapp.ui.closed import ClosedDesk

PHRASE = "four or five words"
ADMIN = Actor(0, "", frozenset({Role.ADMINISTRATOR}))


def until(true: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        QTest.qWait(10)


@pytest.fixture
def app(tmp_path: Path, qapp: QApplication) -> Iterator[Application]:
    open_hospital(tmp_path / "data").close()
    running = Application(Start(tmp_path / "data", language="en"))
    running.window.show()
    yield running
    running.window.close()
    running.close()
    running.window.deleteLater()
    style.apply(qapp, "light", language="zh")


def order(app: Application) -> Changing:
    assert app.hospital is not None
    protect = app.hospital.services.protect
    made = protect.new_key(ADMIN, "").paper
    return Changing(protect.order(ADMIN, made.key_id, made.code, Kept.PASSPHRASE, PHRASE))


def test_the_key_is_changed_and_asked_and_the_desk_comes_back(app: Application) -> None:
    app.fill()
    before = app.window
    app.while_closed(order(app))
    until(lambda: app._page is not None)
    assert app.window is not before
    page = app._page
    page.passphrase.fill("passphrase", PHRASE)  # type: ignore[union-attr]
    page.open()  # type: ignore[union-attr, operator]
    until(lambda: app.desk is not None)
    assert app.hospital is not None
    state = app.hospital.services.protect.state(ADMIN)
    assert state is not None
    assert state.is_on


def test_what_can_t_be_done_is_said_and_the_desk_comes_back(app: Application) -> None:
    def fails(*, report: Report) -> Text:
        report(0, 1)
        raise StorageError("storage.full", Text("The disk is full."))

    app.fill()
    before = app.desk
    app.while_closed(fails)
    until(lambda: app.desk not in {None, before})
    assert app.hospital is not None


def test_ending_waits_for_what_is_under_way(qapp: QApplication) -> None:
    window = QWidget()
    closed = ClosedDesk(window, "en")
    done: list[str] = []

    def slow() -> None:
        time.sleep(0.1)
        done.append("done")

    closed.runner.run(slow)
    closed.end()
    assert done == ["done"]
    assert closed.desk.actor() is None
    window.deleteLater()


def test_a_protected_hospital_asks_first(tmp_path: Path, app: Application) -> None:
    hospital = open_hospital(tmp_path / "data")
    app.hospital = hospital
    changing = order(app)
    app.hospital = None
    hospital.close()
    carry_out(changing.order)
    app.fill()
    assert app.desk is None
    assert app._page is not None
    assert app._page.isVisibleTo(app.window)
