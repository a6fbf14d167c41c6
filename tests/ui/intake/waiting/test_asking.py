"""The question in the page: an answer that is whole, a reason that is kept until it was used."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deskapp.domain.text import Text
from deskapp.i18n import translator
from deskapp.ui.intake.waiting.asking import AskPanel, Question
from tests.ui.intake.waiting.line import Directory


@pytest.fixture
def panel(app: QApplication, qtbot: QtBot) -> AskPanel:
    made = AskPanel(translator("en"))
    qtbot.addWidget(made)
    return made


def test_a_reason_that_is_needed_is_demanded(panel: AskPanel) -> None:
    given: list[dict[str, Any]] = []
    panel.put(Question(Text("Why?"), "Park", given.append))
    panel.answer()
    assert given == []
    panel.needed.fill("reason", "  CT ")
    panel.answer()
    assert given == [{"reason": "CT"}]
    assert panel.isHidden()


def test_a_line_has_to_be_chosen_and_the_doctor_may_be_anybody(panel: AskPanel) -> None:
    given: list[dict[str, Any]] = []
    panel.put(Question(Text("Where to?"), "Move", given.append, reason=False, place=True))
    panel.take_places(Directory().departments(None), Directory().doctors(None))
    panel.answer()
    assert given == []
    panel.place.fill("department_id", 2)
    panel.answer()
    assert given == [{"reason": "", "department_id": 2, "doctor_id": None}]


def test_another_question_begins_empty_and_the_same_one_goes_on(panel: AskPanel) -> None:
    one, other = (Question(Text(words), "Park", print) for words in ("Why A?", "Why B?"))
    panel.put(one)
    panel.needed.fill("reason", "CT")
    panel.put_away()
    panel.put(one)
    assert panel.needed.value("reason") == "CT"
    panel.put(other)
    assert not panel.needed.value("reason")
