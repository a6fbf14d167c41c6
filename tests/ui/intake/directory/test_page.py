"""The directory page: found and read by everybody, changed by who may, and what nobody knew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel

from deskapp.bootstrap import Hospital
from deskapp.domain.access import Role
from deskapp.domain.changes import Changes
from deskapp.domain.directory import Kind, NoticeDraft, PlaceDraft, Seen, Standing
from deskapp.domain.duty import Duty
from deskapp.domain.questions import QuestionState
from deskapp.domain.text import Words
from deskapp.i18n import LANGUAGES
from deskapp.services.base import new_request
from deskapp.ui.intake.directory.changing import CHOOSE_FIRST
from deskapp.ui.intake.directory.lines import COLUMNS
from deskapp.ui.intake.directory.page import DirectoryPage
from deskapp.ui.widgets.pages import PagedTab
from tests.support.front import Front, lost_reply
from tests.support.hospital import signed_in
from tests.support.shown import nameless, wider_than_its_room

CONTROL = Qt.KeyboardModifier.ControlModifier
CASHIER = PlaceDraft("cashier", Words("收费处", "Cashier", "Касс"), None, "101", "1", "8001", "07:30-18:00")


@pytest.fixture
def head(hospital: Hospital, at_once: None, qapp: QApplication) -> Iterator[Front]:
    """The window with somebody in front of it who may do everything at the desk, and keeps the directory."""
    actor = replace(signed_in(hospital.services, "li"), roles=frozenset({Role.SUPERVISOR}))
    made = Front(hospital, "en", actor)
    made.open()
    yield made
    made.close()


def page_of(front: Front) -> DirectoryPage:
    front.window.frame_of_tabs.go_to_page("intake", "directory")
    front.settle()
    found = front.window.frame_of_tabs.page("intake", "directory")
    assert isinstance(found, DirectoryPage)
    return found


@pytest.fixture
def page(head: Front) -> DirectoryPage:
    return page_of(head)


def shown(page: DirectoryPage) -> list[str]:
    return [page._model.index(row, 0).data() for row in range(page._model.rowCount())]


def place_of(column: str) -> int:
    return [one.name for one in COLUMNS].index(column)


def read(page: DirectoryPage) -> str:
    """Return all that the panel beside says."""
    labels = page.panel.findChildren(QLabel)
    return "\n".join(label.text() for label in labels if label.isVisible())


def find(front: Front, page: DirectoryPage, typed: str) -> None:
    page.search.clear()
    front.key(Qt.Key.Key_F, CONTROL)
    front.type(typed)


def add_place(front: Front, draft: PlaceDraft = CASHIER) -> int:
    done = front.services.directory.save_place(front.actor, new_request(), draft)
    front.hub.post(done.changes)
    front.settle()
    return done.value.id


@pytest.mark.parametrize("typed", ["收费", "sfc", "cash", "касс", "8001"])
def test_a_place_is_found_by_what_the_visitor_says_and_read_aloud(
    head: Front, page: DirectoryPage, typed: str
) -> None:
    add_place(head)
    find(head, page, typed)
    assert shown(page)[0] == "Cashier"
    assert [value.text() for value in page.panel.reading.large] == ["8001", "101", "1"]
    assert "收费处" in read(page)
    head.key(Qt.Key.Key_F8)
    assert QGuiApplication.clipboard().text() == "8001"


def test_a_change_elsewhere_leaves_the_cursor_where_it_was_stepped_to(
    head: Front, page: DirectoryPage
) -> None:
    for code, name in (("cash1", "Cash desk one"), ("cash2", "Cash desk two")):
        add_place(head, replace(CASHIER, code=code, name=Words(name, name, name)))
    find(head, page, "cash desk")
    assert shown(page) == ["Cash desk one", "Cash desk two"]
    head.key(Qt.Key.Key_Down)
    before = page.table.current_record()
    assert before is not None
    assert "Cash desk two" in read(page)
    add_place(head)
    assert page.table.current_record() == before


def test_the_keys_go_through_the_kinds(head: Front, page: DirectoryPage) -> None:
    head.key(Qt.Key.Key_PageDown, CONTROL)
    assert page.kinds.kind() is Kind.DEPARTMENT
    head.key(Qt.Key.Key_PageDown, CONTROL)
    assert len(shown(page)) == 8
    head.key(Qt.Key.Key_PageUp, CONTROL)
    head.key(Qt.Key.Key_PageUp, CONTROL)
    assert page.kinds.kind() is None


def test_a_place_is_added_with_keys_alone(head: Front, page: DirectoryPage) -> None:
    page.kinds.choose(Kind.PLACE)
    head.settle()
    head.key(Qt.Key.Key_F2)
    head.type("pharmacy")
    head.enter()
    head.enter()
    head.type("药房")
    head.key(Qt.Key.Key_Return, CONTROL)
    (place,) = head.services.directory.places(head.actor)
    assert (place.code, place.name.zh) == ("pharmacy", "药房")
    assert shown(page) == ["药房"]
    assert page.panel.detail is not None
    assert page.panel.form is None


def test_the_keys_go_on_in_the_list_once_a_form_is_gone(head: Front, page: DirectoryPage) -> None:
    add_place(head)
    page.kinds.choose(Kind.PLACE)
    head.settle()
    page.table.select(page._model.records[0].id)
    head.settle()
    head.key(Qt.Key.Key_F3)
    assert page.panel.form is not None
    head.key(Qt.Key.Key_Return, CONTROL)
    assert page.panel.form is None
    assert page.table.hasFocus()
    head.key(Qt.Key.Key_F2)
    head.key(Qt.Key.Key_PageDown, CONTROL)
    assert page.panel.form is None
    assert page.table.hasFocus()


def test_new_without_a_kind_says_how_to_choose_one(head: Front, page: DirectoryPage) -> None:
    assert page.kinds.kind() is None
    head.key(Qt.Key.Key_F2)
    assert page.bar.isVisible()
    assert page.bar.notice == CHOOSE_FIRST
    assert page.panel.form is None
    page.kinds.choose(Kind.STAFF)
    head.settle()
    assert not page.bar.isVisible()
    assert not page.can("new")
    assert "F2" not in page._empty.words.text()


def test_the_cursor_is_in_the_search_at_the_first_look_with_keys(head: Front) -> None:
    head.window.frame_of_tabs.page("intake", "desk").setFocus()
    assert page_of(head).search.hasFocus()


def test_the_cursor_is_in_the_search_after_a_click_on_the_pages_name(
    head: Front, page: DirectoryPage
) -> None:
    tab = head.window.frame_of_tabs.tab("intake")
    assert isinstance(tab, PagedTab)
    tab.show_page("people")
    tab._list.setFocus()
    tab.show_page("directory")
    head.settle()
    assert page.search.hasFocus()
    page.table.setFocus()
    tab.show_page("people")
    head.settle()
    tab.show_page("directory")
    head.settle()
    assert page.table.hasFocus()


def test_another_kind_begins_with_nothing_chosen(head: Front, page: DirectoryPage) -> None:
    add_place(head)
    page.kinds.choose(Kind.DOCTOR)
    head.settle()
    page.table.select(page._model.records[0].id)
    head.settle()
    doctor = page.panel.detail
    page.kinds.choose(None)
    head.settle()
    assert page.panel.detail == doctor
    page.kinds.choose(Kind.PLACE)
    head.settle()
    assert page.panel.detail is None
    assert page.table.current_record() is None
    assert not page.can("change")


def test_a_mistake_is_told_at_its_field_and_nothing_is_stored(head: Front, page: DirectoryPage) -> None:
    add_place(head)
    page.kinds.choose(Kind.PLACE)
    head.settle()
    head.key(Qt.Key.Key_F2)
    head.type("cashier")
    head.key(Qt.Key.Key_Return, CONTROL)
    assert page.panel.form is not None
    page.panel.form.fill("name", "另一处")
    head.key(Qt.Key.Key_Return, CONTROL)
    assert "in use already" in page.panel.form.error("code")
    assert len(head.services.directory.places(head.actor)) == 1


def test_another_desk_changed_it_meanwhile(head: Front, page: DirectoryPage) -> None:
    place = add_place(head)
    page.open_record("place", place)
    head.settle()
    head.key(Qt.Key.Key_F3)
    form = page.panel.form
    assert form is not None
    form.fill("phone", "9999")
    other = replace(CASHIER, phone="7777")
    head.services.directory.save_place(head.actor, new_request(), other, Seen(place, 1))
    head.key(Qt.Key.Key_Return, CONTROL)
    assert [one.phone for one in head.services.directory.places(head.actor)] == ["7777"]
    assert form.value("phone") == "9999"
    head.hub.post(Changes.of("place", place))
    head.settle()
    assert "7777" in read(page)
    head.key(Qt.Key.Key_Return, CONTROL)
    assert [one.phone for one in head.services.directory.places(head.actor)] == ["9999"]


def test_a_lost_reply_adds_nothing_twice(
    head: Front, page: DirectoryPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = head.services.directory
    monkeypatch.setattr(directory, "save_notice", lost_reply(directory.save_notice))
    page.kinds.choose(Kind.NOTICE)
    head.settle()
    head.key(Qt.Key.Key_F2)
    assert page.panel.form is not None
    page.panel.form.fill("code", "n1")
    page.panel.form.fill("name", "停电")
    head.key(Qt.Key.Key_Return, CONTROL)
    head.try_again()
    assert len(directory.notices(head.actor)) == 1


def test_what_is_changed_after_a_lost_reply_is_not_taken_for_what_was_sent_before(
    head: Front, page: DirectoryPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.open_record("place", add_place(head))
    head.settle()
    directory = head.services.directory
    monkeypatch.setattr(directory, "save_place", lost_reply(directory.save_place))
    head.key(Qt.Key.Key_F3)
    form = page.panel.form
    assert form is not None
    form.fill("phone", "9999")
    head.key(Qt.Key.Key_Return, CONTROL)
    form.fill("phone", "7777")
    head.key(Qt.Key.Key_Return, CONTROL)
    assert page.panel.form is form
    page.refresh(Changes())
    head.settle()
    head.key(Qt.Key.Key_Return, CONTROL)
    assert [place.phone for place in directory.places(head.actor)] == ["7777"]
    assert page.panel.form is None


def test_a_doctors_week_and_exceptions_are_edited_in_the_form(head: Front, page: DirectoryPage) -> None:
    doctor = head.services.directory.doctors(head.actor)[0]
    page.open_record("doctor", doctor.id)
    head.settle()
    assert "00:00-24:00" in read(page)
    head.key(Qt.Key.Key_F3)
    form = page.panel.form
    assert form is not None
    for day in range(7):
        form.fill(f"day{day}", "8-12，14:00-17:30" if day < 5 else "")
    form.fill("exceptions", "2026-12-01 off\n2026-12-02 9-10")
    head.key(Qt.Key.Key_Return, CONTROL)
    times = head.services.directory.duty_times(head.actor, doctor.id)
    assert len(times) == 12
    assert Duty(dt.time(0), dt.time(0), day=dt.date(2026, 12, 1), absent=True) in times
    assert "08:00-12:00, 14:00-17:30" in read(page)


def test_a_day_that_can_not_be_read_is_told_at_its_field(head: Front, page: DirectoryPage) -> None:
    page.open_record("doctor", head.services.directory.doctors(head.actor)[0].id)
    head.settle()
    head.key(Qt.Key.Key_F3)
    assert page.panel.form is not None
    page.panel.form.fill("day2", "in the morning")
    head.key(Qt.Key.Key_Return, CONTROL)
    assert page.panel.form.error("day2")


def test_what_is_typed_is_kept_while_others_are_looked_at_and_through_a_crash(
    head: Front, page: DirectoryPage
) -> None:
    place = add_place(head)
    page.open_record("place", place)
    head.settle()
    head.key(Qt.Key.Key_F3)
    assert page.panel.form is not None
    page.panel.form.fill("phone", "8002")
    page.panel.typed.emit()
    head.key(Qt.Key.Key_Escape)
    assert page.panel.form is None
    kept = head.services.drafts.load(head.actor.account_id, f"directory.place.{place}")
    assert kept is not None
    assert kept["phone"] == "8002"
    head.key(Qt.Key.Key_F3)
    assert page.panel.form is not None
    assert page.panel.form.value("phone") == "8002"
    head.key(Qt.Key.Key_Return, CONTROL)
    assert head.services.drafts.load(head.actor.account_id, f"directory.place.{place}") is None


def test_a_phrase_gets_the_sites_text_and_goes_back_to_the_shipped_one(
    head: Front, page: DirectoryPage
) -> None:
    house = head.services.house
    shipped = house.sentences["see-off"].words.en
    page.open_record("phrase", "see-off")
    head.settle()
    head.key(Qt.Key.Key_F3)
    form = page.panel.form
    assert form is not None
    assert not form.widget("code").isEnabled()
    form.fill("en", "Good health to you, {name}.")
    head.key(Qt.Key.Key_Return, CONTROL)
    assert house.sentences["see-off"].words.en == "Good health to you, {name}."
    assert "the site's own text" in page.panel.reading.pill.text()
    assert shipped in read(page)
    head.key(Qt.Key.Key_F7)
    assert house.sentences["see-off"].words.en == shipped
    assert not page.key_actions["directory.shipped"].isEnabled()


def test_what_stands_in_braces_has_to_be_known(head: Front, page: DirectoryPage) -> None:
    page.open_record("phrase", "see-off")
    head.settle()
    head.key(Qt.Key.Key_F3)
    assert page.panel.form is not None
    page.panel.form.fill("en", "Bye, {nobody}.")
    head.key(Qt.Key.Key_Return, CONTROL)
    assert "nobody" in page.panel.form.error("en")


def test_what_nobody_knows_becomes_a_question_then_an_answer_then_told(front: Front) -> None:
    page = page_of(front)
    find(front, page, "visiting hours")
    assert "F4" in page._empty.words.text()
    front.key(Qt.Key.Key_F4)
    assert page.panel.form is not None
    assert page.panel.form.value("text") == "visiting hours"
    front.key(Qt.Key.Key_Return, CONTROL)
    assert page.kinds.kind() is Kind.QUESTION
    assert shown(page) == ["visiting hours"]
    front.key(Qt.Key.Key_F3)
    front.type("3 to 5")
    front.key(Qt.Key.Key_Return, CONTROL)
    assert "3 to 5" in read(page)
    front.key(Qt.Key.Key_F6)
    (question,) = front.services.questions.open_questions(front.actor, told=True)
    assert question.state is QuestionState.TOLD
    assert not page.key_actions["directory.told"].isEnabled()
    front.key(Qt.Key.Key_F9)
    (question,) = front.services.questions.open_questions(front.actor)
    assert question.state is QuestionState.OPEN


def test_a_late_question_says_so_in_words(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    front.services.questions.ask(front.actor, new_request(), "几点？")
    page = page_of(front)
    later = front.services.questions.now() + dt.timedelta(hours=5)
    monkeypatch.setattr(front.services.questions, "now", lambda: later)
    page.kinds.choose(Kind.QUESTION)
    front.settle()
    assert "overdue" in page._model.index(0, place_of("due")).data()


def test_who_may_only_read_changes_nothing(front: Front) -> None:
    page = page_of(front)
    page.kinds.choose(Kind.PRICE)
    front.settle()
    page._on_stepped(1)
    front.settle()
    assert page.panel.detail is not None
    for name in ("new", "change", "store"):
        assert not page.key_actions[f"directory.{name}"].isEnabled()
    assert page.key_actions["directory.ask"].isEnabled()


def test_what_comes_says_from_when_and_what_is_over_stands_behind(head: Front, page: DirectoryPage) -> None:
    today = head.desk.today()
    day = dt.timedelta(days=1)
    for code, first, last in (("a-over", None, today - day), ("b-coming", today + day, None)):
        draft = NoticeDraft(code, Words(code, "", ""), Words("", "", ""), valid_from=first, valid_to=last)
        head.services.directory.save_notice(head.actor, new_request(), draft)
    page.kinds.choose(Kind.NOTICE)
    head.settle()
    assert shown(page) == ["b-coming", "a-over"]
    notes = [page._model.index(row, place_of("note")).data() for row in (0, 1)]
    assert [note.split()[0] for note in notes] == ["from", "over"]


def test_a_price_from_tomorrow_on_is_given_with_keys_and_taken_back(head: Front, page: DirectoryPage) -> None:
    page.kinds.choose(Kind.PRICE)
    head.settle()
    page._on_stepped(1)
    head.settle()
    assert page.panel.detail is not None
    before, lines, tomorrow = page.panel.detail.view, shown(page), head.desk.today() + dt.timedelta(1)
    head.key(Qt.Key.Key_F5)
    assert "New price from" in read(page)
    form = page.panel.form
    assert form is not None
    assert form.value("valid_from") == tomorrow
    form.fill("price", 99_900)
    head.key(Qt.Key.Key_Return, CONTROL)
    assert head.bar() == ""
    assert len(shown(page)) == len(lines) + 1
    coming = page.panel.detail
    assert (coming.view.fen, coming.view.code, coming.standing) == (99_900, before.code, Standing.COMING)
    directory, actor = head.services.directory, head.actor
    assert [one.fen for one in directory.prices(actor, before.code)] == [before.fen]
    assert [one.fen for one in directory.prices(actor, before.code, tomorrow)] == [99_900]
    head.undo()
    assert (head.bar(), head.last_action()) == ("", "Taken back")
    assert shown(page) == lines
    assert page.panel.detail.view.id == before.id
    assert directory.record(actor, Kind.PRICE, before.id).view.valid_to is None


def test_a_price_that_is_not_stored_leaves_the_one_before_and_is_there_again(
    head: Front, page: DirectoryPage
) -> None:
    page.kinds.choose(Kind.PRICE)
    head.settle()
    page._on_stepped(1)
    head.settle()
    before = page.panel.detail
    head.key(Qt.Key.Key_F5)
    assert page.panel.form is not None
    page.panel.form.fill("price", 99_900)
    page.panel.typed.emit()
    head.key(Qt.Key.Key_Escape)
    assert (page.panel.form, page.panel.detail) == (None, before)
    head.key(Qt.Key.Key_F5)
    assert page.panel.form.value("price") == 99_900
    page.kinds.choose(Kind.PRICE)
    head.key(Qt.Key.Key_F2)
    assert page.panel.form.value("price") != 99_900


def test_an_answer_about_another_record_changes_nothing_here(head: Front, page: DirectoryPage) -> None:
    add_place(head)
    add_place(head, replace(CASHIER, code="pharmacy", name=Words("药房", "Pharmacy", ""), phone="8005"))
    page.kinds.choose(Kind.PLACE)
    head.settle()
    with head.runner.held():
        page._on_stepped(1)
        page._on_stepped(1)
    assert page.panel.detail is not None
    assert page.panel.detail.view.code == "pharmacy"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (Kind.STAFF, Kind.QUESTION)])
def test_every_form_opens_in_every_language_and_names_its_fields(
    head: Front, page: DirectoryPage, language: str, kind: Kind
) -> None:
    head.language.set(language)
    page.kinds.choose(kind)
    head.settle()
    head.key(Qt.Key.Key_F2)
    form = page.panel.form
    assert form is not None
    form.open_folds()
    head.settle()
    assert nameless(page) == []
    assert wider_than_its_room(page) == []
