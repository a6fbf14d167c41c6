"""The figures of the house: whose they are, their limits, back to the default, and two who change them at once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from deskapp.domain.house_figures import CHOICES, FIGURES, NAMES
from deskapp.i18n import LANGUAGES, translator
from deskapp.services.base import new_request
from deskapp.ui.admin import settings_page
from deskapp.ui.admin.settings_page import SettingsPage, note
from tests.support.front import Front, Opener, lost_reply
from tests.support.shown import nameless, wider_than_its_room

EN = translator("en")


def show(front: Front) -> SettingsPage:
    front.window.frame_of_tabs.go_to_page("admin", "settings")
    found = front.window.frame_of_tabs.page("admin", "settings")
    front.settle()
    assert isinstance(found, SettingsPage)
    return found


@pytest.fixture
def front(open_front: Opener) -> Front:
    return open_front("admin")


def stored(front: Front, name: str) -> object:
    return front.services.settings.values(front.actor, "desk-1")[name]


def store(front: Front) -> None:
    front.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def test_the_form_has_every_figure_that_has_a_rule() -> None:
    assert set(settings_page.NAMES) == {*FIGURES, *CHOICES, *NAMES}


def test_it_shows_what_is_stored(front: Front) -> None:
    page = show(front)
    assert page.form.value("hospital.name") == "春晖医院"
    assert page.form.value("wait.apology-minutes") == 15
    assert not page.form.is_changed()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("door.guides", "Regulations: 2"),
        ("retention.years", "Regulations: 15 at least"),
        ("wait.apology-minutes", "Own choice, default 15"),
        ("hospital.name", ""),
    ],
)
def test_each_figure_says_whose_it_is(name: str, words: str) -> None:
    assert EN(note(name)) == words


def test_money_is_explained_in_two_lines() -> None:
    assert len(EN(note("conduct.deductions")).splitlines()) == 2


def test_what_was_typed_is_stored_together(front: Front) -> None:
    page = show(front)
    page.form.fill("wait.apology-minutes", 20)
    page.form.fill("conduct.deductions", "money")
    store(front)
    assert (stored(front, "wait.apology-minutes"), stored(front, "conduct.deductions")) == (20, "money")
    assert front.last_action() == "Settings stored"
    assert not page.form.is_changed()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("lock.minutes", 0, "A whole number from 1 to 120."),
        ("retention.years", 10, "The regulations ask for 15 years at least."),
        ("hospital.name", "  ", "Fill this in."),
    ],
)
def test_what_does_not_fit_is_told_at_its_field_and_nothing_is_stored(
    front: Front, name: str, value: object, words: str
) -> None:
    page = show(front)
    page.form.fill("question.hours", 8)
    page.form.fill(name, value)
    store(front)
    assert page.form.error(name) == words
    assert stored(front, "question.hours") == 4
    page.form.fill(name, settings_page.OPTIONS[name].default or "春晖医院")
    store(front)
    assert stored(front, "question.hours") == 8


def test_a_field_goes_back_to_its_default_and_counts_when_stored(front: Front) -> None:
    front.services.settings.change(front.actor, new_request(), "lock.minutes", 30)
    page = show(front)
    assert not page._keys["figures.default"].isEnabled()
    page.form.focus("lock.minutes")
    assert page._keys["figures.default"].isEnabled()
    front.key(Qt.Key.Key_F6)
    assert page.form.value("lock.minutes") == 5
    assert not page._keys["figures.default"].isEnabled()
    assert stored(front, "lock.minutes") == 30
    store(front)
    assert stored(front, "lock.minutes") == 5


def test_a_name_has_no_default(front: Front) -> None:
    page = show(front)
    page.form.focus("hospital.name")
    assert not page._keys["figures.default"].isEnabled()


def test_what_another_desk_stores_is_followed_unless_something_else_was_typed(front: Front) -> None:
    page = show(front)
    page.form.fill("lock.minutes", 9)
    other = {"lock.minutes": 20, "question.hours": 6}
    done = front.services.settings.change_figures(front.actor, new_request(), other, {})
    front.hub.post(done.changes)
    front.settle()
    assert page.form.value("lock.minutes") == 9
    assert page.form.value("question.hours") == 6
    below = page.form.widget("lock.minutes").accessibleDescription()
    assert below == "Another desk wrote: 20"


def test_nothing_is_written_over_what_was_not_seen(front: Front) -> None:
    page = show(front)
    page.form.fill("lock.minutes", 9)
    # Stored at another desk a moment ago: nobody was told yet.
    front.services.settings.change(front.actor, new_request(), "lock.minutes", 20)
    store(front)
    assert stored(front, "lock.minutes") == 20
    assert page.form.value("lock.minutes") == 9
    assert page.bar.notice is not None
    assert page.form.widget("lock.minutes").accessibleDescription() == "Another desk wrote: 20"
    # Seen now: whoever stores again means it.
    store(front)
    assert stored(front, "lock.minutes") == 9


def test_a_lost_answer_is_asked_for_again_and_stores_nothing_twice(front: Front) -> None:
    page = show(front)
    services = front.services.settings
    page.form.fill("lock.minutes", 9)
    services.change_figures = lost_reply(services.change_figures)  # type: ignore[method-assign]
    store(front)
    front.try_again()
    assert stored(front, "lock.minutes") == 9
    assert not page.form.is_changed()


def test_storing_nothing_orders_nothing(front: Front) -> None:
    page = show(front)
    ordered: list[object] = []
    front.services.settings.change_figures = lambda *typed: ordered.append(typed)  # type: ignore[method-assign]
    store(front)
    assert ordered == []
    assert page._keys["figures.store"].isEnabled()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_readable_and_named(open_front: Opener, language: str) -> None:
    front = open_front("admin", language)
    front.window.resize(1366, 768)
    page = show(front)
    assert nameless(page) == []
    assert wider_than_its_room(page) == []
    assert front.keys.clashes() == []
