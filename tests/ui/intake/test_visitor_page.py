"""A visitor is registered from whatever is known; nothing typed is lost, and nothing blocks the desk."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from deskapp.domain.intake import VisitorView
from deskapp.domain.registration import DocumentKind, Identity, Sex
from deskapp.services.base import new_request
from deskapp.ui.intake.visitor_fields import VISITOR_FIELDS
from deskapp.ui.intake.visitor_page import VisitorPage
from deskapp.ui.widgets.editors import CHECK, CHOICE, DATE, TIME
from deskapp.ui.widgets.form import Form
from tests.support.front import Front, Opener, lost_reply
from tests.support.hospital import NEW_ID, WANG_ID, resident_id

CONTROL = Qt.KeyboardModifier.ControlModifier
TEXTS = [field.name for field in VISITOR_FIELDS if field.kind not in (CHOICE, CHECK, DATE, TIME)]
HOSTILE = {
    "right to left": "\u202eמשה\u202c",
    "zero width": "王\u200b建\u200d国",
    "emoji": "👩‍⚕️🧑🏽‍🦽",
    "markup": "<b>&amp;</b> & <i>",
    "rare": "㛃𠮷𬭎",
    "mongolian": "Өвөрхангай Ёндон",
    "quotes": 'O\'Brien "\\" %s {0}',
}


def page(front: Front) -> VisitorPage:
    return front.tab.visitor_page


def form(front: Front) -> Form:
    return page(front).form


def at(front: Front, name: str) -> bool:
    """Say whether the cursor is in a field."""
    return form(front).widget(name).hasFocus()


def error(front: Front, name: str) -> str:
    """Return what stands as an error below a field."""
    widget = form(front).widget(name)
    return widget.accessibleDescription() if widget.property("invalid") else ""


def put(front: Front, name: str, text: str) -> None:
    """Type into a field."""
    form(front).focus(name)
    front.type(text)


def store(front: Front) -> None:
    front.key(Qt.Key.Key_Return, CONTROL)


def found(front: Front, typed: str) -> VisitorView:
    """Return the one stored visitor found by `typed`."""
    (hit,) = front.services.visitors.find(front.actor, typed)
    return front.services.visitors.visitor(front.actor, hit.id)


def new(front: Front, typed: str = "") -> None:
    """Begin a new record."""
    front.find(typed)
    front.key(Qt.Key.Key_F2)


# --- begun from what is known


def test_a_family_name_alone_is_typed_on(front: Front) -> None:
    new(front, "赵")
    front.type("丽华")
    assert form(front).value("name") == "赵丽华"


def test_a_typed_name_begins_the_record(front: Front) -> None:
    front.find("欧阳锋")
    front.enter()
    assert form(front).value("name") == "欧阳锋"
    assert at(front, "sex")


def test_a_typed_phone_begins_the_record(front: Front) -> None:
    new(front, "13700001111")
    assert (form(front).value("phone"), form(front).value("name")) == ("13700001111", "")
    assert at(front, "name")


@pytest.mark.parametrize("how", ["typed", "scanned"])
def test_an_id_number_fills_birth_date_and_sex(front: Front, how: str) -> None:
    if how == "typed":
        new(front, NEW_ID)
    else:
        front.scan(NEW_ID)
    assert form(front).value("birth_date") == dt.date(1990, 3, 7)
    assert form(front).value("sex") is Sex.MALE
    assert form(front).value("document_kind") is DocumentKind.RESIDENT_ID
    front.type("郭靖")
    store(front)
    stored = found(front, NEW_ID).draft
    assert (stored.name, stored.identity) == ("郭靖", Identity.DOCUMENT)
    assert front.visit.visitor is not None


def test_a_card_with_name_and_address_goes_to_the_phone(front: Front) -> None:
    front.scan(f"郭靖|男|汉|19900307|江苏省牛家村一号院二号楼|{NEW_ID}")
    assert form(front).value("name") == "郭靖"
    assert "牛家村" in str(form(front).value("address"))
    assert at(front, "phone")


def test_a_scan_is_taken_wherever_the_cursor_is(front: Front) -> None:
    front.arrive("shan")
    front.type("腿疼")
    front.key(Qt.Key.Key_F7)
    front.scan(WANG_ID)
    assert front.visit.visitor is not None
    assert front.visit.visitor.name == "王建国"


def test_a_scan_completes_the_record_in_hand(front: Front) -> None:
    new(front, "郭靖")
    put(front, "phone", "13700001111")
    front.scan(NEW_ID)
    assert form(front).value("name") == "郭靖"
    assert form(front).value("phone") == "13700001111"
    assert form(front).value("document_number") == NEW_ID
    assert form(front).value("sex") is Sex.MALE


def test_the_scan_of_another_person_leaves_the_record_in_hand_as_a_draft(front: Front) -> None:
    new(front, "郭靖")
    put(front, "phone", "13700001111")
    front.scan(NEW_ID)
    front.scan(resident_id(dt.date(1985, 5, 5), 124))
    assert form(front).value("name") == ""
    front.type("黄蓉")
    store(front)
    new(front)
    assert form(front).value("name") == "郭靖"
    assert form(front).value("phone") == "13700001111"


def test_a_mongolian_number_fills_birth_date_and_sex(front: Front) -> None:
    new(front, "УК03271614")
    assert form(front).value("birth_date") == dt.date(2003, 7, 16)
    assert form(front).value("sex") is Sex.MALE


# --- errors at the field


def test_every_error_stands_at_its_field_and_the_first_has_the_cursor(front: Front) -> None:
    new(front)
    put(front, "birth_date", "2999-01-01")
    put(front, "document_number", "110105194912310021")
    store(front)
    assert error(front, "name")
    assert error(front, "birth_date")
    assert error(front, "document_number")
    assert at(front, "name")
    assert form(front).value("document_number") == "110105194912310021"


def test_a_document_without_its_number_is_asked_for_it(front: Front) -> None:
    new(front, "郭靖")
    form(front).fill("document_kind", DocumentKind.PASSPORT)
    store(front)
    assert "missing" in error(front, "document_number")
    assert at(front, "document_number")
    front.type("E12345678")
    store(front)
    stored = found(front, "郭靖").draft
    assert (stored.document_number, stored.identity) == ("E12345678", Identity.DOCUMENT)


def test_without_its_document_a_record_is_as_stated_again(front: Front) -> None:
    front.arrive()
    front.key(Qt.Key.Key_F3)
    form(front).fill("identity", Identity.DOCUMENT)
    store(front)
    front.key(Qt.Key.Key_F3)
    form(front).fill("document_number", "")
    form(front).fill("document_kind", DocumentKind.NONE)
    store(front)
    assert front.visit.visitor is not None
    assert front.stored().visitor.draft.identity is Identity.STATED  # type: ignore[union-attr]
    front.key(Qt.Key.Key_F3)
    form(front).fill("identity", Identity.DOCUMENT)
    store(front)
    assert "missing" in error(front, "document_number")


def test_what_is_really_so_is_confirmed_with_the_keys(front: Front) -> None:
    new(front, NEW_ID)
    put(front, "name", "郭靖")
    form(front).fill("birth_date", dt.date(1990, 3, 8))
    store(front)
    assert error(front, "birth_date")
    front.key(Qt.Key.Key_Tab)
    button = QApplication.focusWidget()
    assert isinstance(button, QPushButton)
    assert button.text() == "It is really so"
    front.key(Qt.Key.Key_Space)
    store(front)
    assert found(front, NEW_ID).draft.birth_date == dt.date(1990, 3, 8)


def test_a_child_needs_a_guardian_and_is_told(front: Front) -> None:
    new(front, "小明")
    form(front).fill("birth_date", dt.date.today() - dt.timedelta(days=2000))  # noqa: DTZ011
    page(front)._ask_for_guardian()
    assert "guardian" in form(front).widget("birth_date").accessibleDescription()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_stored_exactly_in_every_field(front: Front, text: str) -> None:
    new(front, "x")
    typed = {name: text for name in TEXTS if name not in ("document_number", "language", "nationality")}
    for name, value in typed.items():
        form(front).fill(name, value)
    store(front)
    assert front.bar() == ""
    visitor = front.visit.visitor
    assert visitor is not None
    assert {name: getattr(visitor.draft, name) for name in typed} == typed


@pytest.mark.parametrize("name", TEXTS)
def test_too_long_and_nul_are_refused_at_the_field_and_stay(front: Front, name: str) -> None:
    new(front, "郭靖")
    long = "长" * 10_001
    form(front).fill(name, long)
    store(front)
    assert error(front, name)
    assert form(front).draft()[name] == long
    form(front).fill(name, "a\0b")
    store(front)
    assert error(front, name)
    assert form(front).draft()[name] == "a\0b"
    assert front.services.visitors.find(front.actor, "郭靖") == []


def test_ten_thousand_characters_fit_where_text_is_long(front: Front) -> None:
    new(front, "郭靖")
    form(front).fill("note", "长" * 10_000)
    store(front)
    assert len(found(front, "郭靖").draft.note) == 10_000


# --- who it may be already


def test_likely_duplicates_are_shown_with_why_and_never_block(front: Front) -> None:
    new(front, "王建国")
    form(front).fill("birth_date", dt.date(1958, 3, 4))
    put(front, "phone", "13800138000")
    rows = page(front).likely.rows()
    assert rows
    assert "birth" in rows[0].second.casefold()
    store(front)
    assert front.visit.visitor is not None
    assert front.visit.first_visit
    assert len(front.services.visitors.find(front.actor, "王建国")) == 3


def test_the_same_person_is_taken_instead_and_the_typing_can_be_had_back(front: Front) -> None:
    new(front, "王建国")
    put(front, "phone", "13800138000")
    page(front).likely.setFocus()
    front.enter()
    assert front.visit.visitor is not None
    assert front.visit.visitor.draft.birth_date == dt.date(1958, 3, 4)
    assert len(front.services.visitors.find(front.actor, "王建国")) == 2
    new(front)
    assert form(front).value("phone") == ""
    front.key(Qt.Key.Key_Escape)
    front.undo()
    assert form(front).value("phone") == "13800138000"


# --- nothing is lost


def kept(front: Front) -> list[str]:
    """Return the names of the drafts kept for the person at the desk."""
    return front.services.drafts.forms(front.actor.account_id)


def test_a_record_survives_the_death_of_the_program(front: Front, open_front: Opener) -> None:
    new(front, "郭靖")
    put(front, "phone", "1370000")
    put(front, "address", "牛家村")
    assert len(kept(front)) == 1
    other = open_front()
    assert "F2" in other.bar()
    other.key(Qt.Key.Key_F2)
    assert (form(other).value("name"), form(other).value("phone")) == ("郭靖", "1370000")
    assert form(other).value("address") == "牛家村"
    store(other)
    assert kept(other) == []


def test_a_record_stored_just_before_the_death_is_not_stored_twice(front: Front, open_front: Opener) -> None:
    """Committed, killed before the draft was dropped: the draft is taken up and stored again."""
    new(front, "郭靖")
    put(front, "phone", "13700001111")
    (key,) = kept(front)
    draft = front.services.drafts.load(front.actor.account_id, key)
    store(front)
    front.services.drafts.save(front.actor.account_id, key, draft or {})
    other = open_front()
    other.key(Qt.Key.Key_F2)
    store(other)
    assert len(other.services.visitors.find(other.actor, "郭靖")) == 1


def test_somebody_who_types_without_a_pause_is_kept_too(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    new(front, "郭靖")
    put(front, "phone", "1")
    keep = page(front)._keep
    keep.setInterval(60_000)
    front.type("3")
    first = keep.remainingTime()
    front.type("7")
    assert keep.remainingTime() <= first


def test_two_begun_records_are_both_kept(front: Front) -> None:
    new(front, "郭靖")
    put(front, "phone", "111")
    front.find("黄蓉")
    front.enter()
    put(front, "phone", "222")
    front.key(Qt.Key.Key_Escape)
    assert len(kept(front)) == 2
    new(front)
    assert form(front).value("phone") == "222"
    store(front)
    new(front)
    assert form(front).value("phone") == "111"


def test_a_discarded_record_is_gone_and_can_be_had_back(front: Front) -> None:
    new(front, "郭靖")
    put(front, "phone", "111")
    front.key(Qt.Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    assert form(front).value("phone") == ""
    assert kept(front) == []
    front.undo()
    assert form(front).value("phone") == "111"


def test_storing_twice_quickly_stores_once_and_opens_one_visit(front: Front) -> None:
    new(front, "郭靖")
    with front.runner.held():
        store(front)
        store(front)
    assert len(front.services.visitors.find(front.actor, "郭靖")) == 1
    assert len(front.services.visits.day_list(front.actor)) == 1


def test_a_lost_answer_stores_once(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    visitors = front.services.visitors
    monkeypatch.setattr(visitors, "register", lost_reply(visitors.register))
    new(front, "郭靖")
    store(front)
    assert "does not answer" in front.bar()
    assert form(front).value("name") == "郭靖"
    store(front)
    assert len(visitors.find(front.actor, "郭靖")) == 1
    assert front.visit.visitor is not None


def test_what_is_corrected_after_a_lost_answer_is_stored_too(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitors = front.services.visitors
    monkeypatch.setattr(visitors, "register", lost_reply(visitors.register))
    new(front, "郭靖")
    store(front)
    put(front, "phone", "13700001111")
    store(front)
    assert found(front, "郭靖").draft.phone == "13700001111"
    assert front.visit.visitor is not None


def test_what_is_typed_while_storing_is_not_lost(front: Front) -> None:
    """Whoever goes back to a record before it is stored, and types on in it."""
    front.arrive()
    front.key(Qt.Key.Key_F3)
    put(front, "occupation", "教师")
    store_slowly = front.runner.held()
    with store_slowly:
        store(front)
        write = front.runner.waiting.pop()
        front.key(Qt.Key.Key_F3)
        front.runner.let_go()
        put(front, "address", "牛家村")
        front.runner.waiting.append(write)
    assert form(front).value("address") == "牛家村"
    assert front.tab.at_visitor()
    assert "not stored yet" in front.bar()
    store(front)
    assert (found(front, WANG_ID).draft.address, front.tab.at_visit()) == ("牛家村", True)


# --- changing a record


def test_a_changed_record_goes_back_to_its_visit(front: Front) -> None:
    visit = front.arrive()
    front.key(Qt.Key.Key_F3)
    put(front, "occupation", "教师")
    store(front)
    assert front.visit.id == visit.id
    assert found(front, WANG_ID).draft.occupation == "教师"


def test_after_looking_at_a_record_a_new_visitor_still_gets_a_visit(front: Front) -> None:
    visit = front.arrive()
    front.key(Qt.Key.Key_F3)
    front.key(Qt.Key.Key_Escape)
    front.find("郭靖")
    front.key(Qt.Key.Key_F2)
    store(front)
    assert front.visit.id != visit.id
    assert front.visit.visitor is not None
    assert front.visit.visitor.name == "郭靖"


def test_a_change_that_was_begun_comes_back_with_the_record(front: Front, open_front: Opener) -> None:
    front.arrive()
    front.key(Qt.Key.Key_F3)
    put(front, "occupation", "教师")
    other = open_front()
    other.arrive()
    other.key(Qt.Key.Key_F3)
    assert form(other).value("occupation") == "教师"


def test_another_desk_changed_the_same_record(front: Front) -> None:
    """Said plainly; what was typed stays, the other's fields are shown, and storing again works."""
    front.arrive()
    front.key(Qt.Key.Key_F3)
    put(front, "occupation", "教师")
    put(front, "employer", "一中")
    seen = found(front, WANG_ID)
    other = replace(seen.draft, address="北京", employer="二中")
    front.services.visitors.edit(front.actor, new_request(), seen.id, seen.version, other)
    store(front)
    assert "Somebody else changed this record" in front.bar()
    assert form(front).value("occupation") == "教师"
    assert form(front).value("address") == "北京"
    assert form(front).value("employer") == "一中"
    assert "二中" in form(front).widget("employer").accessibleDescription()
    store(front)
    draft = found(front, WANG_ID).draft
    assert (draft.occupation, draft.employer, draft.address) == ("教师", "一中", "北京")


# --- language


def test_another_language_keeps_what_was_typed(front: Front) -> None:
    new(front, "郭靖")
    put(front, "birth_date", "1990-03-07")
    put(front, "phone", "137")
    before = form(front).values()
    for _ in range(3):
        front.session.next_language()
        front.settle()
        assert form(front).values() == before
    assert front.desk.tr.language == "en"


def test_a_language_alone_changes_nothing_that_would_be_kept(front: Front) -> None:
    front.arrive()
    front.key(Qt.Key.Key_F3)
    front.session.next_language()
    front.settle()
    assert not page(front).is_typed()


@pytest.mark.parametrize(("kept_in", "taken_up_in"), [("zh", "en"), ("mn", "zh"), ("en", "mn")])
def test_a_draft_can_be_taken_up_in_another_language(
    front: Front, open_front: Opener, kept_in: str, taken_up_in: str
) -> None:
    front.language.set(kept_in)
    new(front, "郭靖")
    put(front, "birth_date", "1990-03-07")
    put(front, "phone", "137")
    other = open_front(language=taken_up_in)
    other.key(Qt.Key.Key_F2)
    assert form(other).value("birth_date") == dt.date(1990, 3, 7)
    assert form(other).value("phone") == "137"


def test_discarded_changes_leave_the_stored_record(front: Front) -> None:
    front.arrive()
    front.key(Qt.Key.Key_F3)
    put(front, "occupation", "教师")
    front.key(Qt.Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    assert form(front).value("occupation") == ""
    assert form(front).value("name") == "王建国"
    front.undo()
    assert form(front).value("occupation") == "教师"


@pytest.mark.parametrize("name", [field.name for field in VISITOR_FIELDS if field.kind == CHOICE])
def test_the_empty_entry_of_a_choice_is_as_if_untouched(front: Front, name: str) -> None:
    new(front, "郭靖")
    form(front).fill(name, None)
    store(front)
    assert front.bar() == ""
    assert front.visit.visitor is not None


@pytest.mark.parametrize(
    ("phone", "doubtful"), [("14100138000", True), ("13800138000", False), ("99112233", False)]
)
def test_a_doubtful_phone_is_warned_of_and_stored_all_the_same(
    front: Front, phone: str, doubtful: bool
) -> None:
    new(front, "郭靖")
    put(front, "phone", phone)
    front.enter()
    told = form(front).widget("phone").accessibleDescription()
    assert bool(told) is doubtful
    store(front)
    assert front.visit.visitor is not None
    assert front.visit.visitor.draft.phone == phone
