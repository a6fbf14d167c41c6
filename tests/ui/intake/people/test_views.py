"""The parts of the page by themselves: the card, the comparison, the pane of pairs, and answers that come late."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from deskapp.domain.changes import Changes
from deskapp.domain.directory import Seen
from deskapp.domain.people import ScanState
from deskapp.domain.retention import keeping
from deskapp.domain.text import N_, Text
from deskapp.i18n import translator
from deskapp.services.base import new_request
from deskapp.services.intake.pairs import ScanView
from deskapp.ui.intake.people.card_view import CardView, kept_until
from deskapp.ui.intake.people.columns import EDIT_COLUMNS, edit_rows
from deskapp.ui.intake.people.compare_view import CompareView
from deskapp.ui.intake.people.deciding import Deciding
from deskapp.ui.intake.people.editing import Editing
from deskapp.ui.intake.people.finding import Finding
from deskapp.ui.intake.people.pairs_pane import PairsPane, scan_words
from tests.support.front import Front, Opener, at_once, open_front, spooler  # noqa: F401
from tests.support.hospital import hospital, hospital_folder, hospital_template  # noqa: F401
from tests.ui.intake.people.test_page import WANG, find, page_of, pair, register, said  # noqa: F401

EN = translator("en")
AT = dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC)


@pytest.fixture
def front(open_front: Opener) -> Front:  # noqa: F811
    return open_front("zhou")


def test_the_page_is_made_of_its_parts(front: Front) -> None:
    page = page_of(front)
    parts = (page.card, page.compare, page.pairs, page.deciding, page.editing, page.finding)
    kinds = (CardView, CompareView, PairsPane, Deciding, Editing, Finding)
    assert all(isinstance(part, kind) for part, kind in zip(parts, kinds, strict=True))


# --- The card ---------------------------------------------------------------------------------------------------


def test_the_history_repeats_neither_time_nor_person(front: Front) -> None:
    find(front, WANG)
    card = page_of(front).card.card
    assert card is not None
    rows = edit_rows(front.services.people.edits(front.actor, card.id))
    texts = [[column.text(row, EN) for column in EDIT_COLUMNS] for row in rows]
    assert texts[0][1] == "李娜: registered a person"
    assert EDIT_COLUMNS[1].text(rows[0], translator("zh")).startswith("李娜：")
    assert all(text[0] == text[1] == "" for text in texts[1:])
    assert ["Allergic to", "–", "青霉素"] in [text[2:] for text in texts]


def test_until_when_a_record_is_kept_is_said_in_words(front: Front) -> None:
    find(front, WANG)
    card = page_of(front).card.card
    assert card is not None
    assert card.kept == keeping(card.last_visit.astimezone().date(), None, 15)  # type: ignore[union-attr]
    assert ". May be erased from" in kept_until(card, EN)
    assert "。 " not in kept_until(card, translator("zh"))


def test_an_answer_for_somebody_else_changes_nothing(front: Front) -> None:
    page = find(front, WANG)
    wang = page.card.card
    assert wang is not None
    other = register(front, "孙一")
    page.take_changed(other, front.services.people.card(front.actor, other))
    page.take_edits(other, front.services.people.edits(front.actor, other))
    assert page.card.card == wang
    assert page.card.models["edits"].rowCount() == 0


def test_somebody_who_was_merged_is_said_to_be(front: Front) -> None:
    page = find(front, WANG)
    kept = page.card.card
    assert kept is not None
    gone = front.services.visitors.visitor(front.actor, register(front, "王建囯"))
    seen = (Seen(kept.id, kept.version), Seen(gone.id, gone.version))
    done = front.services.people.merge(front.actor, new_request(), *seen)
    front.hub.post(done.changes)
    front.settle()
    assert "1 record merged in" in [page.card._joined.text()]
    page.open_record("visitor", gone.id)
    front.settle()
    assert f"{gone.code} was merged into this record." in said(page)


def test_somebody_who_is_being_opened_comes_although_another_desk_changes_a_record(front: Front) -> None:
    page = find(front, WANG)
    other = register(front, "孙一", phone="13711110000")
    front.settle()
    with front.runner.held():
        page.open_record("visitor", other)
        page.refresh(Changes({"visitor": frozenset({other})}))
    assert page.card.card is not None
    assert page.card.card.id == other


def test_what_was_asked_for_before_esc_does_not_come_up(front: Front, pair: tuple[int, int]) -> None:  # noqa: F811
    page = find(front, WANG)
    with front.runner.held():
        page.deciding.ask(*pair)
        front.key(Qt.Key.Key_Escape)
    assert page.card.isVisible()
    with front.runner.held():
        page.edit()
        page.open_record("visitor", pair[0])
    assert page.card.isVisible()
    assert page.card.card is not None
    assert page.card.card.id == pair[0]


# --- The form ---------------------------------------------------------------------------------------------------


def test_what_is_typed_on_the_card_is_kept_when_one_goes_back(front: Front) -> None:
    page = find(front, "单雄信")
    front.key(Qt.Key.Key_F3)
    assert page.editing.form is not None
    page.editing.form.form.fill("phone", "13699998888")
    front.key(Qt.Key.Key_Escape)
    assert page.card.isVisible()
    page.edit()
    front.settle()
    assert page.editing.form.form.value("phone") == "13699998888"


# --- Deciding ---------------------------------------------------------------------------------------------------


def test_another_desk_that_was_faster_is_told_and_the_records_are_read_again(
    front: Front,
    pair: tuple[int, int],  # noqa: F811
) -> None:
    page = page_of(front)
    page.deciding.ask(*pair)
    front.settle()
    view = front.services.visitors.visitor(front.actor, pair[0])
    draft = replace(view.draft, note="新")
    front.services.visitors.edit(front.actor, new_request(), pair[0], view.version, draft)
    page.deciding.merge()
    front.settle()
    assert page.bar.notice is not None
    assert front.services.visitors.visitor(front.actor, pair[1]).id == pair[1]
    found = page.compare.comparison
    assert found is not None
    changed = found.one if found.one.seen.id == pair[0] else found.other
    assert dict(changed.values)["note"] == "新"


def test_a_pair_that_another_desk_merged_is_left(front: Front, pair: tuple[int, int]) -> None:  # noqa: F811
    page = page_of(front)
    page.deciding.ask(*pair)
    front.settle()
    seen = [Seen(who, front.services.visitors.visitor(front.actor, who).version) for who in pair]
    done = front.services.people.merge(front.actor, new_request(), *seen)
    front.hub.post(done.changes)
    front.settle()
    assert page.compare.comparison is None


def test_a_change_elsewhere_leaves_the_cursor_in_the_search_while_two_records_are_compared(
    front: Front,
    pair: tuple[int, int],  # noqa: F811
) -> None:
    page = page_of(front)
    page.deciding.ask(*pair)
    front.settle()
    page.finding.take_focus()
    front.type("x")
    view = front.services.visitors.visitor(front.actor, pair[0])
    edited = front.services.visitors.edit(
        front.actor, new_request(), pair[0], view.version, replace(view.draft, note="新")
    )
    front.hub.post(edited.changes)
    front.settle()
    front.type("sd")
    assert page.finding.field.text() == "xsd"
    assert page.compare.comparison is not None
    assert front.services.visitors.visitor(front.actor, pair[1]).id == pair[1]


def test_somebody_opened_from_elsewhere_is_not_compared_with_whoever_was_left(front: Front) -> None:
    page = find(front, WANG)
    front.key(Qt.Key.Key_F7)
    other = register(front, "孙一", phone="13711110000")
    page.open_record("visitor", other)
    front.settle()
    find(front, "99112233")
    assert page.card.isVisible()
    assert page.compare.comparison is None


# --- The search -------------------------------------------------------------------------------------------------


def scan(state: ScanState, failure: Text | None = None) -> ScanView:
    share = 0.25 if state is ScanState.RUNNING else None
    return ScanView(1, state, AT, 12.0, 30, 1_200, 4, share, True, failure)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ScanState.RUNNING, "Searching at low priority; desks go on working."),
        (ScanState.STOPPED, "was stopped; it goes on from there."),
        (ScanState.FINISHED, "Last searched:"),
    ],
)
def test_how_far_a_search_is_is_said_with_what_it_compared(state: ScanState, words: str) -> None:
    told = scan_words(scan(state), EN)
    assert words in told
    assert "1,200 pairs of 30 groups compared in 12 s, 4 likely" in told


def test_why_a_search_ended_is_said(front: Front) -> None:
    failure = Text(N_("The disk is full."))
    assert scan_words(scan(ScanState.STOPPED, failure), EN).startswith("The disk is full.")
    page = page_of(front)
    page.pairs._take_scan(scan(ScanState.STOPPED))
    assert page.key_actions["pair.search"].text() == "Go on searching"
    page.pairs._take_scan(scan(ScanState.RUNNING))
    assert page.pairs._bar.value() == 250
    assert page.key_actions["pair.search"].text() == "Stop searching"
