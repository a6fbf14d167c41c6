"""The first start: what is asked, errors at the field, and that it happens once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from deskapp import settings
from deskapp.bootstrap import Hospital
from deskapp.ui.access.first_start import FirstStartPage
from tests.support.front import Front, front_of, lost_reply

ANSWERS = {
    "hospital": "第一人民医院",
    "language": "en",
    "deductions": "points",
    "name": "王管理",
    "sign_in": "wang",
    "password": "long enough",
    "again": "long enough",
}


@pytest.fixture
def beginning(empty_hospital: Hospital, at_once: None, qapp: QApplication) -> Iterator[Front]:
    """Return the window of a hospital that nobody has started."""
    made = front_of(empty_hospital, sign_in=None)
    yield made
    made.close()


def _answer(beginning: Front, **values: object) -> FirstStartPage:
    page = beginning.child(FirstStartPage)
    page._form.set_values({**ANSWERS, **values})
    page._start()
    beginning.settle()
    return page


def test_the_answers_make_a_hospital_with_an_administrator_signed_in(beginning: Front) -> None:
    _answer(beginning, deductions="money")

    assert beginning.actor.name == "王管理"
    values = beginning.services.settings.values(beginning.actor, beginning.session.workstation)
    assert values[settings.HOSPITAL_NAME.name] == "第一人民医院"
    assert values[settings.DEDUCTIONS.name] == "money"
    assert beginning.window.frame_of_tabs.isVisible()


@pytest.mark.parametrize(
    ("field", "value"),
    [("hospital", ""), ("name", ""), ("sign_in", ""), ("password", "short"), ("again", "other")],
)
def test_what_is_missing_or_wrong_is_told_at_its_field(beginning: Front, field: str, value: str) -> None:
    page = _answer(beginning, **{field: value})

    assert page._form.error(field)
    assert beginning.session.actor is None
    assert beginning.services.access.needs_first_start(beginning.actor)


def test_choosing_a_language_changes_the_page_at_once(beginning: Front) -> None:
    page = beginning.child(FirstStartPage)
    before = page._go.text()

    page._form.fill("language", "mn")
    beginning.settle()

    assert page._go.text() != before
    assert beginning.language.tr.language == "mn"


@pytest.mark.parametrize("field", ["language", "deductions"])
def test_an_empty_choice_is_told_at_its_field(beginning: Front, field: str) -> None:
    page = _answer(beginning, **{field: None})

    assert page._form.error(field)
    assert beginning.session.actor is None


HOSTILE = ["\u202eמשה", "医\u200b院", "👩‍⚕️", "<b>&amp;</b>", "%s {0}"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_stored_exactly(beginning: Front, text: str) -> None:
    _answer(beginning, hospital=text, name=text)

    assert beginning.actor.name == text
    values = beginning.services.settings.values(beginning.actor, beginning.session.workstation)
    assert values[settings.HOSPITAL_NAME.name] == text


@pytest.mark.parametrize("text", ["x" * 10_000, "a\0b"])
@pytest.mark.parametrize("field", ["hospital", "name", "sign_in"])
def test_what_cannot_be_stored_is_refused_at_its_field_and_stays(
    beginning: Front, field: str, text: str
) -> None:
    page = _answer(beginning, **{field: text})

    assert page._form.error(field)
    assert page._form.value(field) == text
    assert beginning.session.actor is None


def test_pressing_begin_twice_begins_once(beginning: Front) -> None:
    page = beginning.child(FirstStartPage)
    page._form.set_values(ANSWERS)
    with beginning.runner.held():
        page._start()
        page._start()
    assert len(beginning.services.access.names(beginning.actor)) == 1
    assert beginning.actor.name == "王管理"


def test_a_lost_answer_begins_once(beginning: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    access = beginning.services.access
    monkeypatch.setattr(access, "first_start", lost_reply(access.first_start))
    page = _answer(beginning)
    assert page.bar.notice is not None
    page._start()
    beginning.settle()
    assert beginning.actor.name == "王管理"


def test_the_password_is_forgotten_with_the_page(beginning: Front) -> None:
    _answer(beginning)

    assert beginning.window.findChildren(FirstStartPage) == []


@pytest.mark.parametrize("wanted", [True, False])
def test_whoever_wants_protection_is_taken_to_it(beginning: Front, wanted: bool) -> None:
    beginning.child(FirstStartPage)._protect.setChecked(wanted)
    _answer(beginning)
    frame = beginning.window.frame_of_tabs
    assert frame.tab("admin").isVisible() is wanted
    assert not wanted or frame.tab("admin").current_page() == "protection"  # type: ignore[attr-defined]


def test_a_database_that_does_not_answer_is_said_and_asked_again(
    empty_hospital: Hospital, at_once: None, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deskapp.ui.session.ASK_AGAIN_MS", 0)
    access = empty_hospital.services.access
    monkeypatch.setattr(access, "needs_first_start", lost_reply(access.needs_first_start))
    front = Front(empty_hospital)
    said: list[str] = []
    say = front.window.say
    monkeypatch.setattr(front.window, "say", lambda words: (said.append(words), say(words)))
    front.open()
    front.settle()
    assert said == ["The server does not answer."]
    assert front.child(FirstStartPage).isVisible()
    front.close()
