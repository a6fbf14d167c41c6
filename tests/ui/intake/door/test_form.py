"""One hand answers: digits, letters, touch; what comes next to say; a scanner's keys answer nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from deskapp.domain.door import Address, ExpectedRow, GreetingDraft
from deskapp.domain.text import Words
from deskapp.ui.intake.door.answers import BigButton
from deskapp.ui.intake.door.form import DoorForm
from deskapp.ui.intake.door.page import DoorPage
from tests.support.front import Front

ROW = ExpectedRow(
    5,
    dt.datetime(2026, 11, 16, 2, 30, tzinfo=dt.UTC),
    7,
    "王建国",
    Words("眼科", "Eyes", "Нүд"),
    "李静",
    "E101",
    arrived=False,
    address=Address.SIR,
    first_visit=False,
)


@pytest.fixture
def form(front: Front) -> DoorForm:
    front.window.frame_of_tabs.go_to_page("intake", "door")
    front.settle()
    page = front.window.frame_of_tabs.page("intake", "door")
    assert isinstance(page, DoorPage)
    return page.form


def press(form: DoorForm, keys: str, gap: int = 200, begin: int = 1_000_000) -> None:
    """Press keys, `gap` milliseconds apart, from a moment on."""
    for place, letter in enumerate(keys):
        event = QKeyEvent(QEvent.Type.KeyPress, ord(letter.upper()), Qt.KeyboardModifier.NoModifier, letter)
        event.setTimestamp(begin + place * gap)
        QApplication.sendEvent(form, event)


def test_digits_answer_and_letters_address(form: DoorForm) -> None:
    press(form, "15m")
    assert form.draft() == GreetingDraft(Address.MADAM, has_appointment=True, first_visit=False)
    press(form, "36V")
    assert form.is_empty()


def test_what_comes_next_is_said(form: DoorForm) -> None:
    library = form._desk.services.house.sentences
    assert form.say.text() == library["offer-help"].words.en
    press(form, "1")
    assert form.say.text() == library["thank-answer"].words.en
    press(form, "4")
    assert form.say.text().endswith(library["hand-over-to-desk"].words.en)


def test_name_and_note_are_reached_with_a_letter_and_left_with_escape(form: DoorForm, front: Front) -> None:
    front.key(Qt.Key.Key_N)
    front.type("1S")
    assert form.draft() == GreetingDraft(name="1S")
    front.key(Qt.Key.Key_Escape)
    assert form.hasFocus()
    front.key(Qt.Key.Key_T)
    front.type("n")
    assert form.draft() == GreetingDraft(name="1S", note="n")


def test_an_expected_visitor_fills_in_what_is_known(form: DoorForm) -> None:
    form.fields.fill("note", "wheelchair")
    form.choose(ROW, "Expected: 王建国")
    assert form.draft() == GreetingDraft(Address.SIR, "王建国", True, False, 5, "wheelchair")
    assert form.expected.isVisible()
    press(form, "2")
    assert form.draft().appointment_id is None
    assert not form.expected.isVisible()


def test_a_scanners_keys_answer_nothing(form: DoorForm) -> None:
    press(form, "1")
    press(form, "m", begin=1_001_000)
    press(form, "4512", gap=5, begin=1_002_000)
    form.forget_burst()
    assert form.draft().has_appointment is True
    assert form.draft().first_visit is None


def test_keys_with_control_are_no_answers(form: DoorForm) -> None:
    QTest.keyClick(form, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert form.is_empty()


def test_another_language_keeps_the_answers(form: DoorForm, front: Front) -> None:
    press(form, "15m")
    front.language.set("zh")
    front.settle()
    library = form._desk.services.house.sentences
    assert form._sentences[0].text() == library["ask-appointment"].words.zh
    assert form.draft().first_visit is False


def test_what_the_records_cannot_tell_stays_as_it_was_answered(form: DoorForm) -> None:
    unknown = replace(ROW, address=Address.OTHER, first_visit=None)
    press(form, "4m")
    form.choose(unknown, "Expected: 王建国")
    assert form.draft() == GreetingDraft(Address.MADAM, "王建国", True, True, 5)
    form.choose(replace(unknown, id=6, name="李静"), "Expected: 李静")
    assert form.draft() == GreetingDraft(Address.OTHER, "李静", True, None, 6)


def test_each_question_stands_there_once(form: DoorForm) -> None:
    asked = [text.text() for text in form.findChildren(QLabel) if text.isVisible()]
    assert len([text for text in asked if "appointment" in text.casefold()]) == 1
    assert len([text for text in asked if "first visit" in text.casefold()]) == 1
    assert "Form of address" in asked


def test_a_question_without_a_sentence_is_asked_in_short(
    form: DoorForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = form._desk.services.house
    monkeypatch.setattr(type(house), "sentences", {})
    form.retranslate(form._desk.tr)
    asked = [text.text() for text in form.findChildren(QLabel) if text.isVisible()]
    assert {"Appointment?", "First visit?"} <= set(asked)


def test_whether_there_is_an_appointment_is_not_answered_yes_or_no(form: DoorForm) -> None:
    words = [button.text() for button in form.appointment.findChildren(BigButton)]
    assert words == ["Has one", "Has none", "Not asked"]
