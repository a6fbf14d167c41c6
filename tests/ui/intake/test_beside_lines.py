"""Beside a visit: offers that fit, places to go to, phrases of the situation, questions asked before."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from deskapp import triage_rules
from deskapp.domain.access import Actor, Role
from deskapp.domain.directory import PhraseDraft, PlaceDraft, Seen
from deskapp.domain.promotions import PromotionDraft
from deskapp.domain.registration import Sex, Step
from deskapp.domain.text import Words
from deskapp.i18n import LANGUAGES, translator
from deskapp.services.base import new_request
from deskapp.ui.intake.beside_lines import ALWAYS, LAST, LIBRARY, library_lines, sayable
from tests.support.front import Front
from tests.support.hospital import signed_in

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NOTHING = Words("", "", "")


@pytest.fixture
def keeper(front: Front) -> Actor:
    admin = signed_in(front.services, "admin")
    return Actor(admin.account_id, admin.name, frozenset({Role.SUPERVISOR}), "desk-2")


def said(front: Front) -> str:
    labels = front.tab.beside.findChildren(QLabel)
    return "\n".join(text.text() for text in labels if text.isVisible())


def test_an_offer_that_fits_says_why_and_from_when(front: Front, keeper: Actor) -> None:
    monday = front.desk.today() + dt.timedelta(days=3)
    directory = front.services.directory
    for code, sex in (("his", Sex.MALE), ("hers", Sex.FEMALE)):
        draft = PromotionDraft(
            code, Words(code, code, code), NOTHING, sex=sex, age_from=40, valid_from=monday
        )
        directory.save_promotion(keeper, new_request(), draft)
    front.arrive()
    assert "fits: men from 40" in said(front)
    assert f"from {front.desk.tr.date(monday)}" in said(front)
    assert "hers" not in said(front)


def test_an_offer_appears_with_the_words_of_the_complaint(front: Front, keeper: Actor) -> None:
    draft = PromotionDraft("stomach", Words("胃镜周", "Stomach week", ""), NOTHING, words=("胃", "stomach"))
    front.services.directory.save_promotion(keeper, new_request(), draft)
    front.arrive()
    assert "Stomach week" not in said(front)
    front.say("胃疼")
    front.key(Qt.Key.Key_F9)
    assert "Stomach week" in said(front)
    assert "said: 胃" in said(front)


def test_the_cashier_is_shown_when_the_visitor_has_to_pay(front: Front, keeper: Actor) -> None:
    cashier = PlaceDraft("cashier", Words("收费处", "Cashier", "Касс"), None, "101", "1", "8001")
    front.services.directory.save_place(keeper, new_request(), cashier)
    front.arrive()
    assert "8001" not in said(front)
    front.say("腿疼")
    front.key(Qt.Key.Key_F9)
    assert "Cashier 101 · floor 1 · 8001" in said(front)


def test_a_key_shows_every_phrase_of_the_situation_and_hides_them_again(front: Front) -> None:
    front.arrive()
    before = said(front)
    front.key(Qt.Key.Key_J, CONTROL)
    whole = said(front)
    assert "the rules do not allow me" in whole
    assert "calming" in whole
    front.key(Qt.Key.Key_J, CONTROL)
    assert said(front) == before


def test_the_sites_own_text_is_said(front: Front, keeper: Actor) -> None:
    draft = PhraseDraft("ask-complaint", "triage", Words("怎么了？", "What is it, please?", "Юу вэ?"))
    front.arrive()
    done = front.services.directory.save_phrase(keeper, new_request(), draft)
    front.hub.post(done.changes)
    front.settle()
    assert "What is it, please?" in said(front)


def test_what_this_visitor_asked_before_is_told(front: Front) -> None:
    visit = front.arrive()
    front.key(Qt.Key.Key_K, CONTROL | SHIFT)
    front.type("who is on duty on Sunday")
    front.enter()
    questions = front.services.questions
    (question,) = questions.open_questions(front.actor)
    assert (question.visit_id, question.text) == (visit.id, "who is on duty on Sunday")
    assert "no answer yet" in said(front)
    done = questions.answer(front.actor, new_request(), Seen(question.id, question.version), "Dr Li")
    front.hub.post(done.changes)
    front.settle()
    assert "tell them: Dr Li" in said(front)


def test_escape_puts_the_line_away_and_the_visit_stays(front: Front) -> None:
    visit = front.arrive()
    front.key(Qt.Key.Key_K, CONTROL | SHIFT)
    front.type("who")
    front.key(Qt.Key.Key_Escape)
    assert not front.tab.beside.ask_line.isVisible()
    assert front.visit.id == visit.id
    front.key(Qt.Key.Key_K, CONTROL | SHIFT)
    assert front.tab.beside.ask_line.text() == "who"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("step", Step)
def test_there_is_something_to_say_at_every_step(step: Step, language: str) -> None:
    lines = library_lines(triage_rules.load_sentences(), LIBRARY[step], {}, translator(language))
    assert len(lines) > len(LIBRARY[step]) + len(ALWAYS)
    assert all(words and "{" not in words for words, _role in lines)


@pytest.mark.parametrize("emergency", [True, False])
def test_there_is_something_to_say_when_a_visit_has_ended(emergency: bool) -> None:
    lines = library_lines(triage_rules.load_sentences(), LAST[emergency], {}, translator("en"))
    assert len(lines) > len(LAST[emergency]) + len(ALWAYS)


def _until(front: Front, hours: int) -> str:
    """Return opening hours that end so many hours from now, or ended so many ago; of one hour."""
    end = front.services.visits.now().astimezone() + dt.timedelta(hours=hours, minutes=30)
    return f"{end - dt.timedelta(hours=1):%H:%M}–{end:%H:%M}"


@pytest.mark.parametrize("hours", [0, -6])
def test_nobody_is_sent_to_a_place_that_is_shut(front: Front, keeper: Actor, hours: int) -> None:
    note = _until(front, hours)
    cashier = PlaceDraft("cashier", Words("收费处", "Cashier", "Касс"), None, "101", "1", "8001", note)
    front.services.directory.save_place(keeper, new_request(), cashier)
    front.arrive()
    front.say("腿疼")
    front.key(Qt.Key.Key_F9)
    is_open = hours == 0
    assert ("pay at the cashier first" in said(front)) is is_open
    assert (f"{note}: closed now" in said(front)) is not is_open
    front.key(Qt.Key.Key_J, CONTROL)
    assert ("pay at the cashier first" in said(front)) is is_open


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_is_the_first_hears_no_count(language: str) -> None:
    library, tr = triage_rules.load_sentences(), translator(language)
    situations = LIBRARY[Step.NUMBER]
    nobody, some = {"number": "A1", "waiting": "0"}, {"number": "A1", "waiting": "3"}
    first = [words for words, _ in library_lines(sayable(library, nobody, ()), situations, nobody, tr)]
    later = [words for words, _ in library_lines(sayable(library, some, ()), situations, some, tr)]
    assert sum("A1" in words for words in first) == sum("A1" in words for words in later) == 1
    assert not any("0" in words for words in first)
    assert sum("3" in words for words in later) == 2


def test_the_sites_own_sentence_without_a_count_is_said_to_the_first_too() -> None:
    library = dict(triage_rules.load_sentences())
    own = Words("{number}号", "You have {number}", "{number}")
    library["number"] = replace(library["number"], words=own)
    assert {"number", "number-first"} & set(sayable(library, {"waiting": "0"}, ())) == {"number"}


def test_the_number_of_the_first_is_said_beside_the_visit(front: Front) -> None:
    front.arrive()
    front.say("腿疼")
    front.key(Qt.Key.Key_F9)
    assert "Your number is" in said(front)
    assert "before you" not in said(front)


@pytest.mark.parametrize("code", ["wait", "leaving", "find-out"])
def test_minutes_can_be_said_known_or_not(code: str) -> None:
    sentence = triage_rules.load_sentences()[code]
    assert "about a few" not in sentence.filled().en
    assert " 25 minutes" in sentence.filled({"minutes": "25"}).en
