"""The page “People”: a person's card, likely pairs decided by keys, and everything taken back."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from deskapp.domain.access import Role
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.people import ScanState
from deskapp.domain.registration import ConsentKind, Sex
from deskapp.i18n import translator
from deskapp.services.base import new_request
from deskapp.ui.base_tab import Way
from deskapp.ui.intake.dialogs import Decision
from deskapp.ui.intake.people.compare_view import COLUMNS as COMPARED
from deskapp.ui.intake.people.compare_view import FieldRow
from deskapp.ui.intake.people.page import PeoplePage
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.pages import PagedTab
from tests.forms import reading
from tests.services.intake.searched_here import search_here
from tests.support.front import Front, Opener, at_once, open_front, spooler  # noqa: F401
from tests.support.hospital import WANG_ID, hospital, hospital_folder, hospital_template  # noqa: F401

WANG = "13800138000"


@pytest.fixture
def front(open_front: Opener) -> Front:  # noqa: F811
    """Return a window with a group leader at the page."""
    made = open_front("zhou")
    page_of(made)
    return made


def page_of(front: Front) -> PeoplePage:
    """Show the page and return it."""
    front.desk.ways.go("intake", "people")
    front.settle()
    page = front.window.frame_of_tabs.page("intake", "people")
    assert isinstance(page, PeoplePage)
    return page


def find(front: Front, typed: str) -> PeoplePage:
    page = page_of(front)
    page.finding.take_focus()
    page.finding.clear()
    front.type(typed)
    front.enter()
    return page


def said(page: PeoplePage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def buttons(page: PeoplePage) -> set[str]:
    return {button.text() for button in page.compare.findChildren(ActionButton) if button.isVisible()}


def register(front: Front, name: str, **values: object) -> int:
    draft = VisitorDraft(**{"name": name, "sex": Sex.MALE, **values})  # type: ignore[arg-type]
    return front.services.visitors.register(front.actor, new_request(), draft).value.id


@pytest.fixture
def pair(front: Front) -> tuple[int, int]:
    """Return two records of one person, whom a search has found."""
    born = dt.date(1980, 5, 6)
    both = (
        register(front, "赵小川", birth_date=born, phone="13711112222"),
        register(front, "赵小川", birth_date=born, address="东街1号"),
    )
    search_here(front.services)
    front.services.people.start_scan(front.actor, new_request())
    page_of(front).refresh(front.services.people.stop_scan(front.actor).changes)
    front.settle()
    return both


# --- The card ---------------------------------------------------------------------------------------------------


def test_enter_opens_the_card_with_masked_numbers_until_they_are_asked_for(front: Front) -> None:
    page = find(front, WANG)
    assert "138****8000" in said(page)
    assert WANG not in said(page)
    assert WANG_ID not in said(page)
    assert page.card.models["visits"].rowCount() == 2
    front.key(Qt.Key.Key_F4)
    assert WANG in said(page)
    assert WANG_ID in said(page)
    find(front, "99112233")
    assert "99112233" not in said(page)


def test_a_phone_that_was_changed_is_not_shown_as_it_was_before(front: Front) -> None:
    page = find(front, WANG)
    front.key(Qt.Key.Key_F4)
    front.key(Qt.Key.Key_F3)
    form = page.editing.form
    assert form is not None
    form.form.fill("phone", "13699998888")
    front.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert WANG not in said(page)
    assert "136****8888" in said(page)
    front.key(Qt.Key.Key_F4)
    assert "13699998888" in said(page)


def test_the_cursor_is_in_the_search_after_a_click_on_the_pages_name(front: Front) -> None:
    page = find(front, WANG)
    tab = front.window.frame_of_tabs.tab("intake")
    assert isinstance(tab, PagedTab)
    tab.show_page("directory")
    tab._list.setFocus()
    tab.show_page("people")
    front.settle()
    assert page.finding.field.hasFocus()


def test_that_another_record_is_looked_for_is_said_only_as_long_as_it_is(front: Front) -> None:
    page = find(front, WANG)
    front.key(Qt.Key.Key_F7)
    assert "Find the other record" in said(page)
    front.key(Qt.Key.Key_Escape)
    assert "Find the other record" not in said(page)


def test_only_what_one_may_do_has_a_button(front: Front) -> None:
    page = find(front, WANG)
    shown = {button.text() for button in page.findChildren(ActionButton) if button.isVisible()}
    assert "Merge with…" in shown
    assert "Erase…" not in shown


def test_the_card_says_until_when_the_record_is_kept(front: Front) -> None:
    page = find(front, WANG)
    assert "records are kept for 15 years" in said(page)


def test_a_visit_opens_at_the_desk(front: Front) -> None:
    page = find(front, WANG)
    gone: list[Way] = []
    front.desk.ways.wanted.connect(gone.append)
    front.enter()
    assert [(way.page, way.topic, way.record) for way in gone] == [
        ("desk", "visit", page.card.models["visits"].records[0].id)
    ]


def test_another_page_can_send_the_person_here(front: Front) -> None:
    who = front.services.visitors.find(front.actor, WANG)[0].id
    front.desk.ways.go("intake", "people", "visitor", who)
    front.settle()
    card = page_of(front).card.card
    assert card is not None
    assert card.id == who


def test_a_change_is_stored_from_the_card_and_stands_in_its_history(front: Front) -> None:
    page = find(front, "单雄信")
    front.key(Qt.Key.Key_F3)
    form = page.editing.form
    assert form is not None
    form.form.fill("phone", "13699998888")
    front.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "136****8888" in said(page)
    page.card.tabs.setCurrentWidget(page.card.tables["edits"])
    front.settle()
    rows = page.card.models["edits"].records
    assert [(row.field.id, row.field.after) for row in rows if row.edit.action == "visitor.edit"] == [
        ("phone", "136****8888")
    ]


def test_an_answer_to_a_question_of_consent_is_added(front: Front) -> None:
    page = find(front, "单雄信")
    front.key(Qt.Key.Key_F6)
    dialog = front.dialog(Decision)
    dialog.form.fill("kind", ConsentKind.MEDICAL_DATA)
    dialog.form.fill("given", True)
    dialog.go.click()
    front.settle()
    lines = page.card.models["consents"].records
    assert [(line.kind, line.given, line.given_by) for line in lines] == [
        (ConsentKind.MEDICAL_DATA, True, "单雄信")
    ]


def test_a_person_s_data_goes_into_a_file(open_front: Opener, tmp_path: Path) -> None:  # noqa: F811
    front = open_front("zhou")
    who = front.services.visitors.find(front.actor, WANG)[0].id
    # Who may write data out is the supervisor; the card is the same.
    front.session.actor = replace(front.actor, roles=frozenset({Role.SUPERVISOR}))
    page = page_of(front)
    page.open_record("visitor", who)
    front.settle()
    page.export_to(tmp_path / "wang.json")
    front.settle()
    data = json.loads((tmp_path / "wang.json").read_text("utf-8"))
    assert data["records"][0]["phone"] == WANG
    assert len(data["visits"]) == 2
    page.export_to(tmp_path / "wang")
    front.settle()
    words = reading.text((tmp_path / "wang.pdf").read_bytes())
    assert WANG in words
    assert reading.visible(data["records"][0]["address"]) in words


# --- Likely pairs -----------------------------------------------------------------------------------------------


def test_the_pairs_are_listed_with_why_and_enter_shows_both_records(
    front: Front, pair: tuple[int, int]
) -> None:
    page = page_of(front)
    page.finding.take_focus()
    front.enter()
    assert "same birth date" in said(page)
    rows = {row.id: row for row in page.compare.model.records}
    assert rows["phone"].differs
    assert not rows["name"].differs
    assert set(page.compare.pair()) == set(pair)


def test_s_merges_and_undo_takes_it_back(front: Front, pair: tuple[int, int]) -> None:
    page = page_of(front)
    front.enter()
    kept, gone = page.compare.kept().id, page.compare.gone().id
    front.key(Qt.Key.Key_S)
    card = page.card.card
    assert card is not None
    assert (card.id, card.draft.address) == (kept, "东街1号")
    assert front.services.visitors.visitor(front.actor, gone).id == kept
    front.undo()
    assert front.services.visitors.visitor(front.actor, gone).id == gone
    assert len(page.pairs.list._rows.records) == 1


def test_ctrl_z_takes_the_last_decision_back(front: Front, pair: tuple[int, int]) -> None:
    page = page_of(front)
    front.enter()
    front.key(Qt.Key.Key_D)
    assert page.pairs.list.rows() == ()
    front.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert [row.id for row in page.pairs.list.rows()] == [tuple(sorted(pair))]
    assert not page.key_actions["pair.undo"].isEnabled()


def test_the_list_points_at_the_pair_that_is_compared(front: Front, pair: tuple[int, int]) -> None:
    born = dt.date(1990, 1, 2)
    one, other = (register(front, "钱一", birth_date=born, phone="13733330000") for _ in range(2))
    others = (one, other)
    page = page_of(front)
    front.services.people.start_scan(front.actor, new_request())
    page.refresh(front.services.people.stop_scan(front.actor).changes)
    front.settle()
    rows = {row.id for row in page.pairs.list.rows()}
    assert rows == {tuple(sorted(pair)), tuple(sorted(others))}
    for asked in (pair, others):
        page.deciding.ask(*asked)
        front.settle()
        now = page.pairs.list.current_row()
        assert now is not None
        assert now.id == tuple(sorted(asked))
        page.pairs.ask()
        front.settle()
        assert page.pairs.list.current_row() == now


def test_the_other_record_can_be_kept_and_a_field_left(front: Front, pair: tuple[int, int]) -> None:
    page = page_of(front)
    front.enter()
    first = page.compare.kept().id
    front.key(Qt.Key.Key_K)
    assert page.compare.kept().id != first
    assert page.compare.taken()
    page.compare.table.select(page.compare.taken()[0])
    front.key(Qt.Key.Key_T)
    assert page.compare.taken() == []


def test_the_cursor_begins_on_a_field_that_can_be_taken(front: Front, pair: tuple[int, int]) -> None:
    page = page_of(front)
    front.enter()
    front.key(Qt.Key.Key_K)
    front.key(Qt.Key.Key_K)
    row = page.compare.table.current_record()
    assert row is not None
    before = page.compare.taken()
    assert page.key_actions["pair.take"].isEnabled()
    front.key(Qt.Key.Key_T)
    assert set(page.compare.taken()) ^ set(before) == {row.id}
    page.compare.table.select("visits")
    assert not page.key_actions["pair.take"].isEnabled()


def test_a_country_without_a_name_is_another_country_with_its_code(front: Front) -> None:
    row = FieldRow("nationality", "818", "156", True, False, True)
    texts = [column.text(row, translator("en")) for column in COMPARED]
    assert texts[1:] == ["another country · 818", "≠ differs", "China"]


def test_d_is_remembered_and_can_be_taken_back(front: Front, pair: tuple[int, int]) -> None:
    page = page_of(front)
    front.enter()
    front.key(Qt.Key.Key_D)
    assert page.pairs.list._rows.rowCount() == 0
    front.undo()
    assert page.pairs.list._rows.rowCount() == 1


def test_decided_pairs_tell_by_whom_and_when_and_r_takes_a_decision_back(
    front: Front, pair: tuple[int, int]
) -> None:
    page = page_of(front)
    both = tuple(sorted(pair))
    front.enter()
    front.key(Qt.Key.Key_D)
    front.key(Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    (row,) = page.pairs.list.rows()
    assert row.id == both
    assert row.aside.startswith("today ")
    assert row.second.startswith(f"{front.actor.name} · ")
    front.enter()
    assert f"Decided as two people by {front.actor.name} on " in said(page)
    assert not page.key_actions["pair.different"].isEnabled()
    assert "Take decision back" in buttons(page)
    assert "Two people" not in buttons(page)
    front.key(Qt.Key.Key_R)
    assert page.pairs.list.rows() == ()
    assert "Decided as two people" not in said(page)
    assert page.key_actions["pair.different"].isEnabled()
    assert not page.key_actions["pair.reopen"].isEnabled()
    assert "Two people" in buttons(page)
    front.undo()
    assert [row.id for row in page.pairs.list.rows()] == [both]
    assert "Decided as two people" in said(page)
    front.key(Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    assert page.pairs.list.rows() == ()


def test_who_turns_out_to_be_one_person_is_merged_from_the_decided_pairs(
    front: Front, pair: tuple[int, int]
) -> None:
    page = page_of(front)
    front.enter()
    front.key(Qt.Key.Key_D)
    front.key(Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    front.enter()
    kept = page.compare.kept().id
    front.key(Qt.Key.Key_S)
    assert {front.services.visitors.visitor(front.actor, who).id for who in pair} == {kept}
    assert page.pairs.list.rows() == ()


def test_the_list_goes_on_where_the_end_of_it_is_reached(
    front: Front, pair: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    del pair
    page = page_of(front)
    register(front, "赵小川", birth_date=dt.date(1980, 5, 6))
    monkeypatch.setattr("deskapp.ui.intake.people.pairs_pane.PAIRS_AT_ONCE", 2)
    front.services.people.start_scan(front.actor, new_request())
    page.refresh(front.services.people.stop_scan(front.actor).changes)
    front.settle()
    first = [row.id for row in page.pairs.list.rows()]
    assert len(first) == 2
    with front.runner.held():
        page.pairs.ask()
        page.finding.take_focus()
        front.key(Qt.Key.Key_Down)
        assert page.pairs.list.current_row() == page.pairs.list.rows()[1]
    found = [row.id for row in page.pairs.list.rows()]
    assert found[:2] == first
    assert len(found) == len(set(found)) == 3
    page.pairs.ask()
    assert [row.id for row in page.pairs.list.rows()] == found


def test_two_records_are_merged_from_a_card_and_parted_there(front: Front) -> None:
    kept = register(front, "孙一", phone="13711110000", note="甲")
    register(front, "孙二", phone="13722220000")
    page = find(front, "13711110000")
    front.key(Qt.Key.Key_F7)
    front.type("13722220000")
    front.enter()
    assert {row.id for row in page.compare.model.records} >= {"name", "phone"}
    if page.compare.kept().id != kept:
        front.key(Qt.Key.Key_K)
    front.key(Qt.Key.Key_S)
    card = page.card.card
    assert card is not None
    assert card.id == kept
    assert page.card.models["merges"].rowCount() == 1
    front.key(Qt.Key.Key_F8)
    assert page.card.last_merge() is None


def test_letters_are_typed_into_the_search_while_two_records_are_compared(
    front: Front, pair: tuple[int, int]
) -> None:
    page = page_of(front)
    front.enter()
    page.finding.take_focus()
    front.type("sd")
    assert page.finding.field.text() == "sd"
    assert page.compare.comparison is not None


def test_an_operator_sees_cards_and_decides_nothing(open_front: Opener) -> None:  # noqa: F811
    front = open_front("li")
    page = find(front, WANG)
    assert "138****8000" in said(page)
    for name in ("person.compare", "person.export", "person.erase", "pair.search", "pair.list", "pair.same"):
        assert not page.key_actions[name].isEnabled()


def test_a_search_is_begun_and_told(front: Front) -> None:
    search_here(front.services)
    page = page_of(front)
    front.key(Qt.Key.Key_F11)
    page.pairs.look()
    front.settle()
    assert page.pairs.scan is not None
    assert page.pairs.scan.state is ScanState.FINISHED
    assert "groups compared" in said(page)


def test_no_two_keys_clash(front: Front) -> None:
    page_of(front)
    assert front.keys.clashes() == []
