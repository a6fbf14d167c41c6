"""The restore page: nothing happens until a good backup was chosen and its day typed."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog
from sqlalchemy import select

from deskapp.bootstrap import open_hospital
from deskapp.db.backup_process import carry_out
from deskapp.db.keys import KEY_FILE, read_key_file
from deskapp.db.models.intake import Visitor
from deskapp.domain.recovery import recovery_code
from deskapp.domain.text import Text
from deskapp.i18n import LANGUAGES
from deskapp.services.backups import RestoreOrder
from deskapp.services.restoring import Closed, Open
from deskapp.ui.access.restore import RestoreDialog, RestorePage, RestoreWork, word_of
from deskapp.ui.base_tab import ClosedWork, Desk
from tests.support.front import Front, Opener
from tests.support.hospital import signed_in
from tests.support.shown import nameless, wider_than_its_room

WHY = Text("The database is damaged.")


@pytest.fixture
def made(hospital_folder: Path) -> Path:
    with contextlib.closing(open_hospital(hospital_folder)) as opened:
        opened.services.backups.run_job = carry_out
        return opened.services.backups.make(signed_in(opened.services, "admin")).value.backup.path


@pytest.fixture
def page(desk: Desk, hospital_folder: Path, made: Path) -> Iterator[RestorePage]:
    """The page over a closed hospital that has one backup."""
    shown = RestorePage(desk, Closed(hospital_folder), WHY, hospital_folder)
    shown.resize(1366, 768)
    shown.show()
    assert shown.model.rowCount() == 1
    assert made.exists()
    yield shown
    shown.close_view()
    shown.close()
    shown.deleteLater()


@pytest.fixture
def orders(page: RestorePage) -> list[RestoreOrder]:
    found: list[RestoreOrder] = []
    page.ordered.connect(found.append)
    return found


def test_choosing_says_what_it_holds(page: RestorePage) -> None:
    page.table.selectRow(0)
    assert "4 people and 4 visits" in page._says.text()
    assert "would be missing" in page._says.text()
    assert page.go.isEnabled()


def test_only_the_day_that_was_typed_orders_it(
    page: RestorePage, orders: list[RestoreOrder], made: Path
) -> None:
    page.table.selectRow(0)
    page.order()
    page.confirm.fill("confirm", "19990101")
    page.order()
    assert orders == []
    assert page.confirm.error("confirm")
    assert page._holding is not None
    page.confirm.fill("confirm", word_of(page._holding))
    page.order()
    assert [order.file for order in orders] == [made]


def test_what_was_ordered_is_restored(
    page: RestorePage, orders: list[RestoreOrder], hospital_folder: Path
) -> None:
    (hospital_folder / "deskapp.sqlite").write_bytes(b"rubbish" * 999)
    page.table.selectRow(0)
    assert page._holding is not None
    page.confirm.fill("confirm", word_of(page._holding))
    page.order()
    said = RestoreWork(orders[0], dt.datetime.now(dt.UTC))(report=lambda _done, _total: None)
    assert "restored" in str(said)
    with contextlib.closing(open_hospital(hospital_folder)) as opened, opened.store.reading() as session:
        assert "单雄信" in session.scalars(select(Visitor.name)).all()


def test_a_file_from_elsewhere_asks_for_its_code(
    page: RestorePage, made: Path, hospital_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = tmp_path / "taken.sqlite"
    taken.write_bytes(made.read_bytes())
    key = read_key_file(hospital_folder / KEY_FILE)
    (hospital_folder / KEY_FILE).unlink()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(taken), ""))
    page.other.click()
    assert page.code.isVisible()
    assert page.bar.notice is not None
    page.code.fill("code", recovery_code(key))
    page.look()
    assert "4 people" in page._says.text()


def test_a_file_that_is_no_backup_is_said_so(
    page: RestorePage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = tmp_path / "letter.sqlite"
    letter.write_bytes(b"dear" * 2000)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(letter), ""))
    page.other.click()
    assert not page.go.isEnabled()
    assert page.bar.notice is not None


def test_what_is_intact_can_be_saved_and_is_then_looked_at(page: RestorePage, hospital_folder: Path) -> None:
    page.save.click()
    assert list(hospital_folder.glob("*-saved.sqlite"))
    assert "4 people" in page._says.text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_fits_in_every_language(page: RestorePage, language: str) -> None:
    page.desk.language.set(language)
    page.table.selectRow(0)
    # The ring of the focus takes a pixel of the table on either side, as soon as it is drawn.
    QApplication.processEvents()
    assert nameless(page) == []
    assert wider_than_its_room(page) == []


def test_the_dialog_hands_the_work_to_who_closes_the_hospital(open_front: Opener) -> None:
    front: Front = open_front("admin")
    backups = front.services.backups
    backups.run_job = carry_out
    backups.make(front.desk.actor())
    works: list[ClosedWork] = []
    desk = Desk(
        front.language,
        front.runner,
        front.hub,
        front.messages,
        front.keys,
        front.services,
        front.session.who,
        works.append,
    )
    dialog = RestoreDialog(desk, Open(backups, desk.actor()), front.window)
    dialog.open()
    front.settle()
    dialog.page.table.selectRow(0)
    front.settle()
    assert "0 people and 0 visits were entered" in dialog.page._says.text()
    assert dialog.page._holding is not None
    dialog.page.confirm.fill("confirm", word_of(dialog.page._holding))
    dialog.page.order()
    (work,) = works
    assert isinstance(work, RestoreWork)
    assert work.order.key == front.hospital.store.key
    front.settle()
