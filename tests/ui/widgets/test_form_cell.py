"""One field: its label leads to it, its error stands below it and is spoken, it can be kept as it is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from deskapp.domain.text import N_, Text, Words
from deskapp.i18n import LANGUAGES, translator
from deskapp.ui.widgets.editors import CHECK, Field, LineEditor, editor
from deskapp.ui.widgets.form_cell import Cell

NAME = Field("name", Words("姓名", "Name", "Нэр"), required=True, help="as in the document")


@pytest.fixture
def cell(app: QApplication, qtbot: QtBot) -> Cell:
    made = Cell(editor(NAME, translator("en")))
    made.retranslate(translator("en"))
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
    return made


def labels(cell: Cell) -> dict[str, QLabel]:
    return {label.text(): label for label in cell.findChildren(QLabel)}


def test_the_label_leads_to_the_field_and_marks_what_is_required(cell: Cell) -> None:
    assert labels(cell)["Name *"].buddy() is cell.editor.widget
    assert cell.editor.widget.accessibleName() == "Name"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_error_is_shown_and_spoken_in_every_language(cell: Cell, language: str) -> None:
    text = Text(N_("Fill this in."))
    cell.show_error(text)
    cell.retranslate(translator(language))
    words = translator(language)(text)
    assert labels(cell)[words].isVisible()
    assert cell.editor.widget.accessibleDescription() == words


def test_without_an_error_the_help_is_spoken_and_no_room_is_taken(cell: Cell) -> None:
    low = cell.sizeHint().height()
    cell.show_error("No.")
    assert cell.sizeHint().height() > low
    cell.show_error("")
    assert cell.sizeHint().height() == low
    assert cell.editor.widget.accessibleDescription() == "as in the document"


def test_what_is_really_so_is_kept_until_it_is_changed(cell: Cell, qtbot: QtBot) -> None:
    cell.show_error("Odd.", "name.odd", overridable=True)
    with qtbot.waitSignal(cell.changed) as changed:
        qtbot.mouseClick(cell.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert changed.args == [cell]
    assert cell.overrides == {"name.odd"}
    assert isinstance(cell.editor, LineEditor)
    cell.editor.line.setText("王")
    assert cell.overrides == frozenset()


def test_a_new_error_does_not_inherit_the_offer_to_keep_it(cell: Cell) -> None:
    cell.show_error("Odd.", "name.odd", overridable=True)
    cell.show_error("Empty.", "name.empty")
    assert not cell.findChild(QPushButton).isVisible()


def test_a_box_has_its_words_beside_it(app: QApplication, qtbot: QtBot) -> None:
    cell = Cell(editor(Field("agreed", "Told and agreed", CHECK), translator("en")))
    cell.retranslate(translator("en"))
    qtbot.addWidget(cell)
    cell.show()
    words = labels(cell)["Told and agreed"]
    assert words.wordWrap()
    assert words.x() > cell.editor.widget.x()
    qtbot.mouseClick(words, Qt.MouseButton.LeftButton)
    assert cell.editor.value() is True
