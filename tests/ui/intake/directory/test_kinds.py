"""The kinds at the left: chosen, stepped through, and told without words where there is no room."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from deskapp.domain.directory import Kind
from deskapp.i18n import translator
from deskapp.ui.intake.directory.kinds import KindList

EN = translator("en")


def made(qtbot: QtBot) -> KindList:
    found = KindList([Kind.PRICE, Kind.QUESTION])
    qtbot.addWidget(found)
    found.retranslate(EN)
    return found


def test_stepping_goes_round(qtbot: QtBot) -> None:
    kinds = made(qtbot)
    chosen: list[Kind | None] = []
    kinds.chosen.connect(chosen.append)
    for _ in range(3):
        kinds.step(1)
    assert chosen == [Kind.PRICE, Kind.QUESTION, None]
    kinds.step(-1)
    assert kinds.kind() is Kind.QUESTION
    kinds.choose(Kind.STAFF)
    assert kinds.kind() is Kind.QUESTION


def test_it_says_how_many_questions_wait_and_gives_way_where_it_is_narrow(qtbot: QtBot) -> None:
    kinds = made(qtbot)
    kinds.show_waiting(3, EN)
    assert kinds.item(2).text() == "Open questions (3)"
    wide = kinds.width()
    kinds.fit(600, EN)
    assert kinds.item(2).text() == ""
    assert kinds.item(2).toolTip() == "Open questions (3)"
    assert kinds.width() < wide
