"""The composition root: what opens, what keeps it closed is said, and what was ordered is finished at the end."""

from __future__ import annotations

import datetime as dt
import logging
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deskapp import i18n, paths
from deskapp.bootstrap import Application, Hospital, Start, open_hospital, pictures
from deskapp.db import anchors
from deskapp.db.backup_process import Job, carry_out
from deskapp.db.engine import Store
from deskapp.db.workstation import Workstation
from deskapp.domain.access import Actor
from deskapp.domain.backup import BackupKind
from deskapp.domain.intake import TriageDecision, VisitView
from deskapp.errors import StorageError
from deskapp.services.base import new_request
from deskapp.ui import style
from deskapp.ui.access.restore import RestorePage
from deskapp.ui.intake.desk_page import DeskPage
from deskapp.ui.intake.tab import PAGES as INTAKE_PAGES
from tests.support.hospital import hospital, hospital_folder, hospital_template, signed_in
from tests.support.logs import LogGuard
from tests.support.paper import FakeSpooler

__all__ = ["hospital", "hospital_folder", "hospital_template"]

LATER = {
    *("numpy", "pyqtgraph", "icalendar", "reportlab", "xlsxwriter", "python_calamine", "rapidfuzz"),
    *("multiprocessing", "sqlite3", "statistics", "xml.etree.ElementTree"),
}
"""Libraries that the desk has a use for only after it has been opened."""
NOW = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(hospital_folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """The running program over the small hospital, in its real threads, an operator signed in."""
    monkeypatch.setattr("deskapp.ui.printing.system_spooler", FakeSpooler)
    yield from running(Start(hospital_folder, language="en", actor=signed_in), qtbot)


def running(start: Start, qtbot: QtBot) -> Iterator[Application]:
    app = Application(start)
    app.open()
    qtbot.waitUntil(
        lambda: app.desk is not None or (app.hospital is None and said(app) != opening(app)), timeout=20_000
    )
    yield app
    app.window.close()
    app.close()
    app.window.deleteLater()
    style.apply(app.qt, "light", language="zh")


def opening(app: Application) -> str:
    return app.tr("Opening the hospital's database…")


def said(app: Application) -> str:
    """Return what stands in the middle of a window that has no desk."""
    return app.window._opening.text()


def tab(app: Application) -> DeskPage:
    found = app.window.frame_of_tabs.page("intake", "desk")
    assert isinstance(found, DeskPage)
    return found


def key(app: Application, code: Qt.Key) -> None:
    QTest.keyClick(app.window.windowHandle(), code)


def stored(folder: Path, read: Callable[[Hospital], Any]) -> Any:
    """Return what another program finds in the folder."""
    opened = open_hospital(folder)
    try:
        return read(opened)
    finally:
        opened.close()


def visits(opened: Hospital) -> list[VisitView]:
    services, actor = opened.services, signed_in(opened.services)
    return [services.visits.visit(actor, row.id) for row in services.visits.day_list(actor)]


def test_a_visit_is_worked_in_real_threads(desk: Application, hospital_folder: Path, qtbot: QtBot) -> None:
    page = tab(desk)
    page.search.field.setText("wjg")
    qtbot.waitUntil(lambda: len(page.search.results.rows()) == 3)
    key(desk, Qt.Key.Key_Return)
    page.visit_page.triage.said.fill("complaint", "腿疼")
    key(desk, Qt.Key.Key_Return)
    key(desk, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: page.current() is not None and page.current().number is not None)  # type: ignore[union-attr]
    assert desk.desk is not None
    (visit,) = stored(hospital_folder, visits)
    assert visit.number is not None
    assert visit.complaint == "腿疼"


def test_what_was_ordered_just_before_closing_is_finished(
    desk: Application, hospital_folder: Path, qtbot: QtBot
) -> None:
    """F9 and the window's cross in one movement: the number, its paper and the record of both."""
    page = tab(desk)
    page.search.field.setText("wjg")
    qtbot.waitUntil(lambda: len(page.search.results.rows()) == 3)
    key(desk, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.current() is not None)
    page.visit_page.triage.said.fill("complaint", "腿疼")
    key(desk, Qt.Key.Key_F9)
    desk.window.close()
    desk.close()
    (visit,) = stored(hospital_folder, visits)
    assert visit.number is not None
    assert [event.state.value for event in visit.number.events] == ["issued", "sent"]


def test_what_is_typed_when_the_window_closes_is_kept(
    desk: Application, hospital_folder: Path, qtbot: QtBot
) -> None:
    page = tab(desk)
    page.search.field.setText("wjg")
    qtbot.waitUntil(lambda: len(page.search.results.rows()) == 3)
    key(desk, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.current() is not None)
    page.visit_page.triage.said.fill("complaint", "腿疼三天")
    page.visit_page.vitals.form.fill("pulse", "88")
    desk.window.close()
    desk.close()
    (visit,) = stored(hospital_folder, visits)
    assert visit.complaint == "腿疼三天"
    kept = stored(
        hospital_folder,
        lambda opened: opened.services.drafts.load(
            signed_in(opened.services).account_id, f"visit.{visit.id}"
        ),
    )
    assert kept == {"vitals.pulse": "88", "vitals.@pulse": ""}


def test_a_database_that_is_locked_for_a_while_keeps_nobody_from_searching(
    desk: Application, hospital_folder: Path, qtbot: QtBot
) -> None:
    """Another program writes for long: the number waits, the search does not, and nothing is given twice."""
    page = tab(desk)
    page.search.field.setText("wjg")
    qtbot.waitUntil(lambda: len(page.search.results.rows()) == 3)
    key(desk, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.current() is not None)
    other = open_hospital(hospital_folder)
    connection = other.store.write_engine.connect()
    transaction = connection.begin()
    try:
        page.visit_page.triage.said.fill("complaint", "腿疼")
        key(desk, Qt.Key.Key_Return)
        for _ in range(3):
            key(desk, Qt.Key.Key_F9)
            qtbot.wait(20)
        page.search.field.setText("shan")
        qtbot.waitUntil(lambda: "单雄信" in [row.title for row in page.search.results.rows()], timeout=5_000)
        assert page.current().number is None  # type: ignore[union-attr]
    finally:
        transaction.rollback()
        connection.close()
        other.close()
    qtbot.waitUntil(lambda: page.current().number is not None, timeout=20_000)  # type: ignore[union-attr]
    (visit,) = stored(hospital_folder, visits)
    assert visit.number is not None
    assert visit.number.number == 1


def test_another_desks_number_appears_by_the_feed(
    desk: Application, hospital_folder: Path, qtbot: QtBot
) -> None:
    other = open_hospital(hospital_folder)
    # The other desk has a name of its own: its changes are not this one's.
    actor = signed_in(other.services, "bat")
    hit = other.services.visitors.find(actor, "单雄信")[0]
    visit = other.services.visits.open(actor, new_request(), hit.id).value
    department = other.services.directory.departments(actor)[0]
    decision = TriageDecision("腿疼", department.id)
    other.services.numbers.decide_and_issue(actor, new_request(), visit.id, decision)
    page = tab(desk)
    qtbot.waitUntil(lambda: [row.name for row in page.search.today.records] == ["单雄信"], timeout=10_000)
    assert page.search.today.records[0].number
    other.close()


def test_a_second_window_of_this_workstation_is_seen_as_soon_as_another_desk(
    desk: Application, hospital_folder: Path, qtbot: QtBot
) -> None:
    assert desk.hospital is not None
    page = tab(desk)
    other = open_hospital(hospital_folder)
    actor = replace(signed_in(other.services, "bat"), desk=desk.hospital.workstation.name)
    hit = other.services.visitors.find(actor, "单雄信")[0]
    other.services.visits.open(actor, new_request(), hit.id)
    qtbot.waitUntil(lambda: [row.name for row in page.search.today.records] == ["单雄信"], timeout=10_000)
    other.close()


@pytest.mark.parametrize("chosen", i18n.LANGUAGES)
def test_the_hospitals_language_is_spoken_unless_another_is_asked_for(
    hospital_folder: Path, qtbot: QtBot, chosen: str
) -> None:
    stored(
        hospital_folder,
        lambda opened: opened.services.settings.change(
            signed_in(opened.services, "admin"), new_request(), "language", chosen
        ),
    )
    for app in running(Start(hospital_folder, actor=signed_in), qtbot):
        assert app.desk is not None
        assert app.desk.language.tr.language == chosen


def test_a_database_that_is_damaged_is_restored_from_the_window(
    hospital_folder: Path, qtbot: QtBot, log_guard: LogGuard
) -> None:
    log_guard.expect("deskapp.bootstrap", 40, "storage")
    with closing(open_hospital(hospital_folder)) as opened:
        job = Job(
            opened.store.url, opened.store.key, hospital_folder / "backups", None, BackupKind.DAILY, NOW
        )
        carry_out(job)
    (hospital_folder / "deskapp.sqlite").write_bytes(b"no database" * 1000)
    app = Application(Start(hospital_folder, language="en"))
    app.open()
    qtbot.waitUntil(lambda: isinstance(app._page, RestorePage), timeout=20_000)
    page = app._page
    assert isinstance(page, RestorePage)
    qtbot.waitUntil(lambda: page.model.rowCount() == 1, timeout=20_000)
    assert "no database of ours" in page._why.text()
    assert (hospital_folder / "deskapp.sqlite").read_bytes() == b"no database" * 1000
    page.table.selectRow(0)
    qtbot.waitUntil(page.confirm.isVisible, timeout=20_000)
    page.confirm.fill("confirm", f"{NOW.astimezone():%Y%m%d}")
    qtbot.waitUntil(page.go.isEnabled, timeout=20_000)
    page.order()
    qtbot.waitUntil(lambda: app.desk is not None, timeout=20_000)
    assert app.hospital is not None
    nobody = Actor(0, "", frozenset(), "desk")
    assert app.hospital.services.access.names(nobody)
    app.window.close()
    app.close()
    app.window.deleteLater()
    style.apply(app.qt, "light", language="zh")


def test_a_missing_key_changes_nothing_and_is_raised(hospital_folder: Path) -> None:
    (hospital_folder / "deskapp.key").unlink()
    before = (hospital_folder / "deskapp.sqlite").read_bytes()
    with pytest.raises(StorageError):
        open_hospital(hospital_folder)
    assert (hospital_folder / "deskapp.sqlite").read_bytes() == before


def test_two_programs_can_begin_one_folder_at_the_same_moment(tmp_path: Path) -> None:
    opened: list[Hospital] = []
    threads = [
        threading.Thread(target=lambda: opened.append(open_hospital(tmp_path / "data"))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 2
    assert len({one.workstation.name for one in opened}) == 1
    for one in opened:
        one.close()


def test_pictures_of_every_tab(hospital_folder: Path, tmp_path: Path, qapp: QApplication) -> None:
    out = tmp_path / "out"
    paths = pictures(Start(hospital_folder, language="mn", actor=signed_in), out)
    names = [path.name for path in paths]
    assert names[:3] == ["intake-mn.png", "intake-waiting-mn.png", "intake-door-mn.png"]
    assert "board-mn.png" in names
    assert len(set(names)) == len(names) == len(INTAKE_PAGES) + 1
    assert all(path.stat().st_size > 10_000 for path in paths)
    style.apply(qapp, "light", language="zh")


def test_a_desk_can_live_at_another_time(hospital_folder: Path) -> None:
    moment = dt.datetime(2026, 3, 4, 5, tzinfo=dt.UTC)
    opened = open_hospital(hospital_folder, clock=lambda: moment)
    actor = signed_in(opened.services)
    hit = opened.services.visitors.find(actor, "单雄信")[0]
    visit = opened.services.visits.open(actor, new_request(), hit.id).value
    assert opened.services.visits.visit(actor, visit.id).opened_at == moment
    opened.close()
    shutil.rmtree(hospital_folder)


def test_a_desk_that_closes_anchors_what_was_written_and_leaves_a_log_without_names(
    hospital_folder: Path, qtbot: QtBot, log_guard: LogGuard
) -> None:
    log_guard.expect("deskapp.ui", logging.ERROR, "ValueError")
    started = running(Start(hospital_folder, language="en", actor=signed_in), qtbot)
    app = next(started)
    assert app.desk is not None
    app.desk.messages.broke.disconnect()
    app.desk.messages.bug(ValueError("王建国"))
    list(started)
    store, workstation = Store.in_folder(hospital_folder), Workstation.in_folder(hospital_folder)
    assert list(anchors.findings(store, workstation)) == []
    assert anchors.log_of(store, workstation).read_text().count("\n") == 1
    store.close()
    written = (hospital_folder / "logs" / "deskapp.log").read_text("utf-8")
    assert "ValueError" in written
    assert "王建国" not in written


def test_the_desk_opens_without_what_it_does_not_need_yet(hospital_folder: Path) -> None:
    program = f"""
import sys
from pathlib import Path
from deskapp.bootstrap import Application, Start
from deskapp.domain.access import Actor

def li(services):
    found = next(view for view in services.access.names(Actor(0, "", frozenset())) if view.sign_in == "li")
    return Actor(found.id, found.name, found.roles, "desk-1")

app = Application(Start(Path({str(hospital_folder)!r}), actor=li))
app.window.show()
app.fill()
page = app.window.frame_of_tabs.page("intake", "desk")
page.ensure_built()
print(page.is_idle(), *({LATER!r} & sys.modules.keys()))
app.window.close()
app.close()
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=paths.resources().parent)
    assert (done.returncode, done.stdout.split()) == (0, ["True"]), done.stderr
