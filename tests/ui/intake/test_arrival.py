"""From a name, a scan or a record to the visit."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from deskapp.domain.door import Address, GreetingDraft
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import Sex
from deskapp.domain.text import Text
from deskapp.errors import InputError, StorageError
from deskapp.services.base import new_request
from deskapp.ui.intake.dialogs import WhoDialog
from tests.support.front import Front
from tests.support.hospital import NEW_ID, WANG_ID, signed_in


def test_choosing_somebody_twice_opens_one_visit(front: Front) -> None:
    front.find("13800138000")
    with front.runner.held():
        front.enter()
        front.tab.arrival.open_hit(front.services.visitors.find(front.actor, "13800138000")[0])
    front.settle()

    assert len(front.services.visits.day_list(front.actor)) == 1


def test_a_visit_under_way_is_gone_on_with(front: Front) -> None:
    first = front.arrive()
    front.tab.back()
    front.settle()

    assert front.arrive().id == first.id


def test_a_known_card_opens_the_visit_of_its_holder(front: Front) -> None:
    front.scan(WANG_ID)

    visitor = front.visit.visitor
    assert visitor is not None
    assert visitor.draft.document_number == WANG_ID


def test_an_unknown_card_begins_a_record_with_what_it_says(front: Front) -> None:
    front.scan(NEW_ID)

    form = front.tab.visitor_page.form
    assert form.value("document_number") == NEW_ID
    assert str(form.value("birth_date")) == "1990-03-07"


def test_a_card_whose_reader_is_held_up_in_the_middle_is_read_whole(front: Front) -> None:
    """Half of it was looked for before, and the cursor stayed in the search."""
    for place, letter in enumerate((*NEW_ID, "\r")):
        front._press(letter, 150 if place in (0, len(NEW_ID) // 2) else 4)
    front.settle()

    form = front.tab.visitor_page.form
    assert form.value("document_number") == NEW_ID
    assert form.widget("name").hasFocus()
    assert front.tab.search.field.text() == ""


def test_the_code_on_a_slip_brings_the_visit_back(front: Front) -> None:
    visit = front.arrive()
    front.tab.back()
    front.settle()

    front.scan(visit.code)

    assert front.visit.id == visit.id


def test_a_visit_begun_in_an_emergency_gets_its_visitor_afterwards(front: Front) -> None:
    front.tab.work.emergency()
    front.settle()
    assert front.visit.visitor is None

    front.find("13800138000")
    front.enter()
    front.dialog(WhoDialog)._is_same()
    front.settle()

    visitor = front.stored().visitor
    assert visitor is not None
    assert visitor.name == "王建国"


# --- a record that is being stored


def begin_record(front: Front, name: str = "Oyuna") -> None:
    """Type a new record, up to where Ctrl+Enter stores it."""
    front.find(name)
    front.key(Qt.Key.Key_F2)
    front.tab.visitor_page.form.focus("name")
    front.tab.visitor_page.form.focus_end("name")


def store(front: Front) -> None:
    front.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def said(front: Front) -> str:
    return front.tab.visit_page.triage.complaint()


def named(front: Front, typed: str) -> list[VisitorDraft]:
    """Return the records of those who are found."""
    hits = front.services.visitors.find(front.actor, typed)
    return [front.services.visitors.visitor(front.actor, hit.id).draft for hit in hits]


def refuse_once(front: Front, monkeypatch: pytest.MonkeyPatch, error: Exception, what: str) -> None:
    """Let the next record not be stored."""
    use_case, errors = getattr(front.services.visitors, what), [error]

    def refusing(*args: object) -> object:
        if errors:
            raise errors.pop()
        return use_case(*args)

    monkeypatch.setattr(front.services.visitors, what, refusing)


BUSY = StorageError("storage.busy", Text("The database is busy."))


def test_words_typed_while_a_record_is_stored_are_the_complaint(front: Front) -> None:
    begin_record(front)
    with front.runner.held():
        store(front)
        front.say("red eyes")
        front.key(Qt.Key.Key_F9)
    stored = front.stored()
    assert stored.visitor is not None
    assert (stored.visitor.draft.name, stored.complaint) == ("Oyuna", "red eyes")
    assert stored.number is not None


def test_a_record_that_cannot_be_stored_is_in_front_again(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_once(front, monkeypatch, BUSY, "register")
    begin_record(front)
    with front.runner.held():
        store(front)
    assert "busy" in front.bar()
    assert front.tab.at_visitor()
    front.type(" B")
    assert front.tab.visitor_page.form.value("name") == "Oyuna B"


def test_a_refusal_takes_the_cursor_from_nobody_who_types(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_once(front, monkeypatch, BUSY, "register")
    begin_record(front)
    with front.runner.held():
        store(front)
        front.type("red ")
    front.type("eyes")
    assert "busy" in front.bar()
    front.key(Qt.Key.Key_F9)
    assert front.services.visits.day_list(front.actor) == []
    front.try_again()
    assert said(front) == "red eyes"
    assert [draft.name for draft in named(front, "Oyuna")] == ["Oyuna"]
    assert front.visit.visitor is not None
    assert front.stored().number is None


def test_words_said_to_a_refused_record_are_there_after_it_was_mended(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = InputError("phone", "phone.wrong", Text("Not that phone."))
    refuse_once(front, monkeypatch, wrong, "register")
    begin_record(front)
    with front.runner.held():
        store(front)
        front.type("red eyes")
    assert front.tab.visitor_page.form.widget("phone").hasFocus()
    assert front.tab.visitor_page.form.value("name") == "Oyuna"
    store(front)
    assert said(front) == "red eyes"
    assert front.visit.visitor is not None


def test_after_a_refusal_the_record_is_a_key_away(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_once(front, monkeypatch, BUSY, "register")
    begin_record(front)
    with front.runner.held():
        store(front)
        front.type("red eyes")
    front.key(Qt.Key.Key_F2)
    assert front.tab.visitor_page.form.value("name") == "Oyuna"
    store(front)
    assert said(front) == "red eyes"


@pytest.mark.parametrize("how", ["back", "another visitor", "another page", "searching"])
def test_words_said_before_the_person_went_elsewhere_come_with_their_visit(front: Front, how: str) -> None:
    begin_record(front)
    with front.runner.held():
        store(front)
        front.type("red eyes")
        if how == "back":
            front.key(Qt.Key.Key_Escape)
        elif how == "another page":
            front.tab.may_leave()
        else:
            front.find("shan")
            if how == "another visitor":
                front.enter()
    if how == "another visitor":
        assert front.visit.visitor is not None
        assert (front.visit.visitor.name, said(front)) == ("单雄信", "")
    elif how == "searching":
        assert front.tab.search.field.hasFocus()
        assert front.tab.search.field.text() == "shan"
        assert not front.tab.is_opening()
    front.arrive("Oyuna")
    assert front.visit.visitor is not None
    assert (front.visit.visitor.name, said(front)) == ("Oyuna", "red eyes")


def test_a_search_before_a_record_is_stored_begins_with_no_words_of_its_visitor(front: Front) -> None:
    begin_record(front)
    with front.runner.held():
        store(front)
        front.type("red eyes")
        front.find("shan")
        front.enter()
        front.type("leg pain")
    assert front.visit.visitor is not None
    assert (front.visit.visitor.name, said(front)) == ("单雄信", "leg pain")
    front.arrive("Oyuna")
    assert said(front) == "red eyes"


def test_words_typed_while_a_changed_record_is_stored_are_the_complaint(front: Front) -> None:
    visit = front.arrive()
    front.key(Qt.Key.Key_F3)
    with front.runner.held():
        front.tab.visitor_page.form.focus_end("name")
        front.tab.visitor_page.form.fill("occupation", "教师")
        store(front)
        front.type("leg pain")
    front.settle()
    assert (front.visit.id, said(front)) == (visit.id, "leg pain")
    assert front.visit.visitor is not None
    assert front.visit.visitor.name == "王建国"
    assert front.visit.visitor.draft.occupation == "教师"


def test_a_change_that_cannot_be_stored_is_in_front_again(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_once(front, monkeypatch, BUSY, "edit")
    front.arrive()
    front.key(Qt.Key.Key_F3)
    front.tab.visitor_page.form.fill("occupation", "教师")
    store(front)
    assert "busy" in front.bar()
    assert front.tab.at_visitor()
    front.try_again()
    assert front.tab.at_visit()
    assert front.stored().visitor is not None
    assert front.stored().visitor.draft.occupation == "教师"  # type: ignore[union-attr]


def test_a_nameless_visit_is_asked_about_once_the_record_is_stored(front: Front) -> None:
    front.key(Qt.Key.Key_F12)
    emergency = front.visit.id
    begin_record(front)
    with front.runner.held():
        store(front)
        assert front.tab.at_visit()
    front.dialog(WhoDialog)._is_same()
    front.settle()
    assert front.visit.id == emergency
    assert front.visit.visitor is not None
    assert front.visit.visitor.name == "Oyuna"


# --- somebody new from the door


def take_over(front: Front, address: Address) -> None:
    """Take over whom the door sends with a form of address."""
    draft = GreetingDraft(address)
    made = front.services.door.greet(signed_in(front.services, "bat"), new_request(), draft)
    front.hub.post(made.changes)
    front.settle()
    front.key(Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)


@pytest.mark.parametrize(
    ("address", "sex", "word"),
    [
        (Address.SIR, Sex.MALE, "sir"),
        (Address.MADAM, Sex.FEMALE, "madam"),
        (Address.YOUNG, Sex.UNKNOWN, ""),
        (Address.OTHER, Sex.UNKNOWN, ""),
    ],
)
def test_the_form_of_address_proposes_the_sex(front: Front, address: Address, sex: Sex, word: str) -> None:
    take_over(front, address)
    front.find("欧阳锋")
    front.enter()
    box = front.tab.visitor_page.form.widget("sex")
    assert front.tab.visitor_page.form.value("sex") is sex
    assert box.accessibleDescription() == word
    assert box.hasFocus()
    other = Sex.MALE if sex is Sex.FEMALE else Sex.FEMALE
    front.tab.visitor_page.form.fill("sex", other)
    assert box.accessibleDescription() == ""
    store(front)
    assert [draft.sex for draft in named(front, "欧阳锋")] == [other]


def test_a_document_knows_the_sex_better_than_the_door(front: Front) -> None:
    take_over(front, Address.MADAM)
    front.find("欧阳锋")
    front.enter()
    front.scan(NEW_ID)
    form = front.tab.visitor_page.form
    assert (form.value("name"), form.value("sex")) == ("欧阳锋", Sex.MALE)
    assert form.widget("sex").accessibleDescription() == ""


def test_nobody_from_the_door_is_nobody_proposed(front: Front) -> None:
    front.find("欧阳锋")
    front.enter()
    assert front.tab.visitor_page.form.value("sex") is Sex.UNKNOWN
