"""A record as it is read aloud: the large figures, the other languages, the days."""

from __future__ import annotations

import datetime as dt

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from deskapp.domain.directory import Kind, PriceView, StaffView
from deskapp.domain.promotions import PromotionView
from deskapp.domain.questions import QuestionState, QuestionView
from deskapp.domain.text import Words
from deskapp.i18n import translator
from deskapp.services.directory import Detail
from deskapp.ui.intake.directory.reading import Reading

EN = translator("en")
DAY = dt.date(2026, 11, 20)
NOW = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)


def made(qtbot: QtBot) -> Reading:
    found = Reading()
    qtbot.addWidget(found)
    return found


def words(reading: Reading) -> str:
    return "\n".join(label.text() for label in reading.findChildren(QLabel) if not label.isHidden())


def test_a_price_is_large_and_says_from_when(qtbot: QtBot) -> None:
    reading = made(qtbot)
    price = PriceView(
        1, 1, "CT", Words("头部CT", "CT of the head", ""), "检查", 26_000, dt.date(2026, 12, 1), None
    )
    reading.show_detail(Detail(Kind.PRICE, price, (), DAY), EN)
    assert reading.large[0].text() == "¥260.00"
    assert reading.title.text() == "CT of the head"
    assert reading.others.text() == "头部CT"
    assert reading.pill.text() == "from 1 Dec 2026"


def test_a_member_of_staff_who_left_is_over(qtbot: QtBot) -> None:
    reading = made(qtbot)
    member = StaffView(
        1, 1, "S1", "钱丽华", None, "导诊", "一组", "8899", ("zh",), None, dt.date(2026, 11, 1)
    )
    reading.show_detail(Detail(Kind.STAFF, member, (), DAY), EN)
    assert reading.large[0].text() == "8899"
    assert "over since" in reading.pill.text()
    assert "Chinese" in words(reading)


def test_a_question_shows_who_asked_and_the_answer(qtbot: QtBot) -> None:
    reading = made(qtbot)
    question = QuestionView(
        *(1, 1, "QABC", "几点？", 3, "王建国", None, None, None, "李娜", NOW, NOW),
        *(QuestionState.ANSWERED, "三点", "周敏", NOW),
    )
    reading.show_question(question, late=True, tr=EN)
    told = words(reading)
    for expected in ("几点？", "三点", "王建国", "李娜", "周敏", "QABC"):
        assert expected in told
    assert "not told yet" in reading.pill.text()


def test_the_words_of_a_promotion_are_enumerated_as_the_language_does(qtbot: QtBot) -> None:
    reading = made(qtbot)
    view = PromotionView(
        *(1, 1, "skin", Words("护肤月", "", ""), Words("八折", "", ""), None, None, None, None, None),
        *(("湿疹", "皮肤干"), None, None),
    )
    reading.show_detail(Detail(Kind.PROMOTION, view, (), DAY), translator("zh"))
    assert "湿疹、皮肤干" in words(reading)
