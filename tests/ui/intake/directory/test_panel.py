"""The panel beside the list: forms made when needed, and what another desk wrote meanwhile."""

from __future__ import annotations

import datetime as dt

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from deskapp.domain.directory import Kind, PlaceView
from deskapp.domain.text import Words
from deskapp.i18n import translator
from deskapp.services.directory import Detail
from deskapp.ui.intake.directory.panel import DirectoryPanel, identity
from deskapp.ui.widgets.editors import Choice

EN = translator("en")
DAY = dt.date(2026, 11, 20)


def place(version: int = 1, phone: str = "8001", key: int = 1) -> Detail:
    name = Words("收费处", "Cashier", "Касс")
    view = PlaceView(key, version, "cashier", name, None, None, "101", "1", phone, "", None, None)
    return Detail(Kind.PLACE, view, (), DAY)


def made(qtbot: QtBot) -> DirectoryPanel:
    found = DirectoryPanel(EN)
    qtbot.addWidget(found)
    found.retranslate(EN)
    found.take_departments([Choice(7, Words("外科", "Surgery", ""))])
    return found


def test_nothing_chosen_says_what_to_do(qtbot: QtBot) -> None:
    panel = made(qtbot)
    assert not panel._empty.isHidden()
    panel.show_detail(place())
    assert panel._empty.isHidden()
    assert panel.form is None


def test_a_form_follows_what_another_desk_wrote_and_keeps_what_was_typed(qtbot: QtBot) -> None:
    panel = made(qtbot)
    panel.show_detail(place())
    panel.begin_change({})
    assert panel.form is not None
    panel.form.fill("phone", "9")
    panel.show_detail(place(2, phone="7777"))
    assert panel.form is not None
    assert panel.form.value("phone") == "9"
    assert "7777" in "\n".join(label.text() for label in panel.form.findChildren(QLabel))
    panel.show_detail(place(1, key=2))
    assert panel.form is None


def test_a_new_record_begins_with_what_was_kept(qtbot: QtBot) -> None:
    panel = made(qtbot)
    panel.begin_new(Kind.PLACE, {"phone": "55"})
    assert panel.form is not None
    assert (panel.form.value("phone"), panel.form.value("department")) == ("55", None)
    assert panel.title.text() == "New place or phone"
    panel.stop_changing()
    assert not panel._empty.isHidden()


@pytest.mark.parametrize(("kind", "field"), [(Kind.DOCTOR, "department"), (Kind.PHRASE, "situation")])
def test_what_a_kind_can_not_do_without_is_told_at_the_first_try(
    qtbot: QtBot, kind: Kind, field: str
) -> None:
    panel = made(qtbot)
    panel.begin_new(kind, {})
    assert panel.form is not None
    assert not panel.form.check()
    assert panel.form.error(field)


def test_a_phrase_is_named_by_its_code() -> None:
    assert identity(place()) == 1
