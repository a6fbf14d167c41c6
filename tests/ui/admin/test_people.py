"""People who sign in: the list, one beside it, first passwords shown once, and what is asked before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from deskapp.bootstrap import Hospital
from deskapp.db.unit_of_work import unit_of_work
from deskapp.domain.access import Actor, Role
from deskapp.domain.accounts import AccountDraft, Standing
from deskapp.domain.changes import NOTHING
from deskapp.domain.directory import Seen, StaffDraft
from deskapp.i18n import LANGUAGES
from deskapp.services.access import AccountDetails
from deskapp.services.base import new_request
from deskapp.services.directory import put_staff
from deskapp.ui.admin.people import COLUMNS, PeoplePage
from tests.support.front import Front, Opener, front_of, lost_reply
from tests.support.hospital import PASSWORD, signed_in
from tests.support.paper import OUTPUT
from tests.support.shown import nameless, wider_than_its_room

CONTROL = Qt.KeyboardModifier.ControlModifier
LONGEST = "Цэрэнпунцагийн Нямсүрэнжаргалмаа-Дэлгэрцэцэг"


@pytest.fixture
def office(hospital: Hospital, at_once: None, qapp: QApplication) -> Iterator[Front]:
    """Return the window with the administrator in front of the page."""
    made = front_of(hospital, sign_in="admin")
    show(made)
    yield made
    made.close()


def show(front: Front) -> PeoplePage:
    front.window.frame_of_tabs.go_to_name("admin")
    found = front.window.frame_of_tabs.tab("admin").show_page("people")  # type: ignore[attr-defined]
    front.settle()
    assert isinstance(found, PeoplePage)
    return found


@pytest.fixture
def people(office: Front) -> PeoplePage:
    return show(office)


def stored(front: Front, sign_in: str) -> AccountDetails:
    return next(one for one in front.services.access.accounts(front.actor) if one.sign_in == sign_in)


def choose(front: Front, people: PeoplePage, sign_in: str) -> None:
    assert people.table.select(stored(front, sign_in).id)
    front.settle()


def store(front: Front, people: PeoplePage, **values: object) -> None:
    for name, value in values.items():
        people.panel.form.fill(name, value)
    front.key(Qt.Key.Key_Return, CONTROL)


def said(people: PeoplePage) -> str:
    return people.desk.tr(people.bar.notice.text) if people.bar.notice is not None else ""


def cells(people: PeoplePage, row: int) -> list[str]:
    model = people.table.model()
    return [str(model.index(row, column).data()) for column in range(model.columnCount())]


def tries(front: Front, sign_in: str, password: str = PASSWORD) -> Actor | None:
    nobody = Actor(0, "", frozenset(), "far-away")
    return front.services.access.sign_in(nobody, new_request(), sign_in, password).value.actor


# --- The list ---------------------------------------------------------------------------------------------------


def test_everybody_is_listed_with_roles_days_and_state_in_words(office: Front, people: PeoplePage) -> None:
    access = office.services.access
    draft = AccountDraft("oyuna", LONGEST, frozenset({Role.GUIDE}), dt.date(2020, 1, 1), dt.date(2100, 1, 4))
    past = replace(draft, sign_in="gone", name="旧人", ends=dt.date(2020, 1, 4))
    for one in (draft, past):
        access.add_account(office.actor, new_request(), one, PASSWORD)
    for _ in range(5):
        tries(office, "bat", "wrong")
    people.refresh(NOTHING)
    office.settle()

    rows = {row[1]: row for row in (cells(people, row) for row in range(len(people._model.records)))}
    assert rows["oyuna"][0] == LONGEST
    assert rows["oyuna"][2:] == ["door guide", "1 Jan 2020 to 4 Jan 2100", "has to choose a password"]
    assert rows["admin"][2:] == ["administrator · supervisor", "", "may sign in"]
    assert rows["bat"][4].startswith("waits until ")
    assert rows["gone"][4] == "ended"
    assert list(rows)[-1] == "gone"


def test_one_of_them_stands_beside_with_all_sign_ins(office: Front, people: PeoplePage) -> None:
    tries(office, "li")
    tries(office, "li", "wrong")

    choose(office, people, "li")

    assert people.panel.title.text() == "李娜"
    assert people.panel.form.value("sign_in") == "li"
    assert people.panel.form.value("role_operator") is True
    assert [one.outcome.value for one in people.panel.history._tries.records] == ["wrong", "password"]


def test_a_list_that_can_not_be_read_is_told_and_asked_again(
    office: Front, people: PeoplePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = office.services.access
    monkeypatch.setattr(access, "accounts", lost_reply(access.accounts))
    people.refresh(NOTHING)
    office.settle()
    assert "does not answer" in said(people)

    office.try_again()

    assert said(people) == ""


def test_only_administrators_have_the_page(open_front: Opener) -> None:
    assert "admin" not in open_front("li").window.frame_of_tabs.names()


# --- Adding -------------------------------------------------------------------------------------------------------


def add(front: Front, people: PeoplePage, **values: object) -> None:
    front.key(Qt.Key.Key_F2)
    store(front, people, **{"name": "新来的", "sign_in": "new", "role_operator": True, **values})


def test_somebody_new_gets_a_first_password_that_is_shown_once(office: Front, people: PeoplePage) -> None:
    add(office, people, role_guide=True, starts=dt.date(2020, 1, 1))

    first = people.panel.first
    assert first.isVisible()
    assert "新来的" in first._words.text()
    password = first.password.text()
    new = stored(office, "new")
    assert (new.name, new.roles, new.starts) == ("新来的", {Role.OPERATOR, Role.GUIDE}, dt.date(2020, 1, 1))
    assert new.standing is Standing.MUST_CHANGE
    assert people.table.current_record().sign_in == "new"
    assert people.panel.account is not None
    assert people.panel.account.sign_in == "new"
    nobody = Actor(0, "", frozenset(), "d")
    changed = office.services.access.change_password(nobody, new_request(), "new", password, "my own words")
    assert changed.value.actor is not None

    first.noted.click()
    assert not first.isVisible()
    assert first.password.text() == ""


def test_what_is_missing_or_taken_is_told_at_its_field_and_stays(office: Front, people: PeoplePage) -> None:
    add(office, people, sign_in="LI")
    assert "already" in people.panel.form.error("sign_in")
    assert people.panel.form.value("name") == "新来的"

    store(office, people, sign_in="new", ends=dt.date(2019, 1, 1), starts=dt.date(2020, 1, 1))
    assert "before the first" in people.panel.form.error("ends")

    store(office, people, ends=None, staff="S404")
    assert "nobody of this number" in people.panel.form.error("staff")

    store(office, people, staff="", role_operator=False)
    assert "at least one role" in people.panel.form.error("role_guide")
    assert len(people._model.records) == 4


def test_a_lost_answer_adds_once_and_shows_the_password_that_counts(
    office: Front, people: PeoplePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = office.services.access
    monkeypatch.setattr(access, "add_account", lost_reply(access.add_account))
    add(office, people)
    assert "does not answer" in said(people)

    office.try_again()

    password = people.panel.first.password.text()
    nobody = Actor(0, "", frozenset(), "d")
    assert access.sign_in(nobody, new_request(), "new", password).value.must_change


# --- Changing -----------------------------------------------------------------------------------------------------


def test_name_roles_days_and_staff_are_changed(office: Front, people: PeoplePage) -> None:
    with unit_of_work(office.hospital.store, office.actor, None) as work:
        put_staff(work, StaffDraft("S7", "周敏", left=dt.date(2100, 6, 30)))
        work.finish(new_request(), "test", b"null")
    choose(office, people, "zhou")

    store(office, people, name="周敏敏", role_supervisor=True, staff="周敏", ends=dt.date(2101, 1, 1))

    zhou = stored(office, "zhou")
    assert (zhou.name, zhou.roles, zhou.staff) == ("周敏敏", {Role.LEADER, Role.SUPERVISOR}, "S7")
    assert zhou.until == dt.date(2100, 6, 30)
    assert office.last_action() == "Account stored"
    assert people.panel.form.value("staff") == "S7"
    assert not people.panel.form.is_changed()
    assert not people.panel.form._cells["sign_in"].isEnabled()


def test_what_is_typed_of_one_is_kept_while_another_is_looked_at(office: Front, people: PeoplePage) -> None:
    choose(office, people, "li")
    people.panel.form.fill("name", "李丽")
    choose(office, people, "bat")
    assert people.panel.form.value("name") == "Бат-Эрдэнэ"

    choose(office, people, "li")

    assert people.panel.form.value("name") == "李丽"
    assert stored(office, "li").name == "李娜"


def test_what_another_desk_wrote_is_shown_and_what_was_typed_stays(office: Front, people: PeoplePage) -> None:
    choose(office, people, "li")
    people.panel.form.fill("name", "李丽")
    li = stored(office, "li")
    draft = AccountDraft("", "李莉", frozenset({Role.LEADER}))
    done = office.services.access.change_account(
        signed_in(office.services, "admin"), new_request(), draft, Seen(li.id, li.version)
    )
    office.hub.post(done.changes)
    office.settle()

    assert people.panel.form.value("name") == "李丽"
    assert people.panel.form.value("role_leader") is True
    store(office, people)
    assert (stored(office, "li").name, stored(office, "li").roles) == ("李丽", {Role.LEADER})


def test_a_change_that_came_too_late_says_so(office: Front, people: PeoplePage) -> None:
    choose(office, people, "li")
    people.panel.form.fill("name", "李丽")
    li = stored(office, "li")
    draft = AccountDraft("", "李莉", li.roles)
    head = signed_in(office.services, "admin")
    office.services.access.change_account(head, new_request(), draft, Seen(li.id, li.version))

    store(office, people)

    assert "Somebody else changed" in said(people)
    assert people.panel.form.value("name") == "李丽"
    assert stored(office, "li").name == "李莉"


def test_the_only_administrator_keeps_the_role(office: Front, people: PeoplePage) -> None:
    choose(office, people, "admin")

    store(office, people, role_administrator=False)

    assert "lock yourself out" in said(people)
    assert Role.ADMINISTRATOR in stored(office, "admin").roles
    assert people.panel.form.value("role_administrator") is False


def test_ones_own_account_is_neither_switched_off_nor_reset(office: Front, people: PeoplePage) -> None:
    choose(office, people, "admin")
    assert not people._keys["people.switch"].isEnabled()
    assert not people._keys["people.reset"].isEnabled()
    choose(office, people, "li")
    assert people._keys["people.switch"].isEnabled()
    assert people._keys["people.reset"].isEnabled()


# --- First passwords, locks, PINs ---------------------------------------------------------------------------------


def test_a_new_password_is_asked_before_and_shown_after(office: Front, people: PeoplePage) -> None:
    choose(office, people, "li")
    office.key(Qt.Key.Key_F4)
    assert "李娜" in people.panel.ask._words.text()
    assert tries(office, "li") is not None

    office.enter()

    password = people.panel.first.password.text()
    assert password
    assert tries(office, "li") is None
    assert stored(office, "li").standing is Standing.MUST_CHANGE
    assert stored(office, "li").pins == 0


def test_esc_takes_a_question_back(office: Front, people: PeoplePage) -> None:
    choose(office, people, "li")
    office.key(Qt.Key.Key_F7)
    assert people.panel.ask.isVisible()

    office.key(Qt.Key.Key_Escape)

    assert not people.panel.ask.isVisible()
    assert stored(office, "li").active


def test_a_question_goes_away_with_its_person(office: Front, people: PeoplePage) -> None:
    choose(office, people, "li")
    office.key(Qt.Key.Key_F7)
    choose(office, people, "bat")

    assert not people.panel.ask.isVisible()
    assert stored(office, "li").active
    assert stored(office, "bat").active


def test_off_and_on_again(office: Front, people: PeoplePage) -> None:
    choose(office, people, "li")
    office.key(Qt.Key.Key_F7)
    office.enter()
    assert stored(office, "li").standing is Standing.OFF
    assert people._keys["people.switch"].text() == "Switch on"

    office.key(Qt.Key.Key_F7)

    assert stored(office, "li").standing is Standing.MAY


def test_who_waits_is_unlocked(office: Front, people: PeoplePage) -> None:
    assert not people._keys["people.unlock"].isEnabled()
    for _ in range(5):
        tries(office, "li", "wrong")
    people.refresh(NOTHING)
    choose(office, people, "li")

    office.key(Qt.Key.Key_F6)

    assert stored(office, "li").standing is Standing.MAY
    assert office.last_action() == "Account unlocked"
    assert not people._keys["people.unlock"].isEnabled()


def test_pins_are_forgotten_after_asking(office: Front, people: PeoplePage) -> None:
    choose(office, people, "li")
    assert stored(office, "li").pins == 1
    office.key(Qt.Key.Key_F8)
    office.enter()

    assert stored(office, "li").pins == 0
    assert not people._keys["people.pins"].isEnabled()


# --- How it looks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_fits_and_can_be_read_aloud_in_every_language(open_front: Opener, language: str) -> None:
    front = open_front("admin", language)
    draft = AccountDraft("nyamsurenjargalmaa", LONGEST, frozenset(Role), dt.date(2020, 1, 1))
    front.services.access.add_account(front.actor, new_request(), draft, PASSWORD)
    front.window.resize(1366, 768)
    people = show(front)
    choose(front, people, "nyamsurenjargalmaa")
    people.ask_reset()
    front.settle()
    front.window.grab().save(str(OUTPUT / f"people-{language}.png"))
    assert wider_than_its_room(front.window) == []
    assert nameless(front.window) == []
    assert front.keys.clashes() == []


def test_a_small_window_shows_names_and_states_and_cuts_nothing(open_front: Opener) -> None:
    front = open_front("admin", "mn")
    people = show(front)
    front.window.resize(900, 500)
    front.settle()
    shown = [column.name for at, column in enumerate(COLUMNS) if not people.table.isColumnHidden(at)]
    assert shown == ["name", "standing"]
    assert wider_than_its_room(front.window) == []
    front.window.resize(1366, 768)
    front.settle()
    assert not any(people.table.isColumnHidden(at) for at in range(len(COLUMNS)))
