"""Visitors are found as one types, whatever the typing is made of and however fast Enter comes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from deskapp.domain.codes import VISIT, make_code
from deskapp.domain.intake import VisitRow
from deskapp.domain.text import Text
from deskapp.errors import StorageError
from deskapp.ui.intake.search_pane import SearchPane
from tests.support.front import Front
from tests.support.hospital import WANG_ID


def titles(front: Front) -> list[str]:
    """Return what the result list shows, the row that registers included."""
    return [row.title for row in front.tab.search.results.rows()]


def pane(front: Front) -> SearchPane:
    return front.tab.search


def test_the_cursor_is_in_the_search_when_the_desk_opens(front: Front) -> None:
    assert pane(front).field.hasFocus()


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("王", "王建国"),
        ("建国", "王建国"),
        ("wangjianguo", "王建国"),
        ("wjg", "王建国"),
        ("shan", "单雄信"),
        ("單雄", "单雄信"),
        ("батб", "Батбаяр"),
        ("batb", "Батбаяр"),
        ("8000", "王建国"),
        (WANG_ID, "王建国"),
    ],
)
def test_any_fragment_finds(front: Front, typed: str, first: str) -> None:
    front.find(typed)
    assert titles(front)[0] == first


def test_two_of_one_name_can_be_told_apart(front: Front) -> None:
    front.find("王建国")
    seconds = [row.second for row in pane(front).results.rows()[:-1]]
    assert len(seconds) == len(set(seconds)) == 2
    assert any("1958" in line for line in seconds)
    assert any("1991" in line for line in seconds)


def test_phone_and_document_are_masked(front: Front) -> None:
    front.find("王建国")
    shown = " ".join(row.second for row in pane(front).results.rows())
    assert "138****8000" in shown
    assert "13800138000" not in shown
    assert WANG_ID not in shown


def test_letters_being_composed_are_searched_for(front: Front) -> None:
    front.compose("shan'xiong")
    assert titles(front)[0] == "单雄信"
    front.compose("")
    assert pane(front).field.text() == ""


def test_what_is_typed_can_be_registered_last(front: Front) -> None:
    front.find("欧阳锋")
    assert titles(front) == ["Register “欧阳锋”"]


@pytest.mark.parametrize("fast", [False, True])
def test_the_number_on_the_slip_finds_its_visit(front: Front, fast: bool) -> None:
    visit = front.arrive("shan").id
    front.say("腿疼")
    front.key(Qt.Key.Key_F9)
    number = front.stored(visit).number
    assert number is not None
    front.key(Qt.Key.Key_Escape)
    typed = number.label.replace("00", "").lower()
    if fast:
        with front.runner.held():
            front.type(typed)
            front.enter()
            assert front.tab.visit_id == visit
    else:
        front.find(typed)
        assert titles(front) == [f"{number.label}  ·  单雄信", f"Register “{typed}”"]
        front.enter()
    assert front.visit.id == visit
    assert pane(front).field.text() == ""


def test_arrows_move_while_the_cursor_stays(front: Front) -> None:
    front.find("王建国")
    front.key(Qt.Key.Key_Down)
    assert pane(front).field.hasFocus()
    second = pane(front).results.rows()[1]
    front.enter()
    assert front.visit.visitor is not None
    assert front.visit.visitor.id == second.id


def test_enter_faster_than_the_answer_opens_the_right_one(front: Front) -> None:
    front.find("wjg")
    with front.runner.held():
        pane(front).field.clear()
        front.type("shan")
        front.enter()
    assert front.visit.visitor is not None
    assert front.visit.visitor.name == "单雄信"


def test_words_typed_after_such_an_enter_are_the_complaint(front: Front) -> None:
    front.find("wjg")
    with front.runner.held():
        pane(front).field.clear()
        front.type("shan")
        front.enter()
        front.say("眼睛疼")
        front.key(Qt.Key.Key_F9)
    stored = front.stored()
    assert (stored.complaint, stored.number is not None) == ("眼睛疼", True)
    assert stored.visitor is not None
    assert stored.visitor.name == "单雄信"


def test_words_typed_ahead_of_somebody_new_are_said_once_they_are_registered(front: Front) -> None:
    with front.runner.held():
        front.find("欧阳锋")
        front.enter()
        front.type("腿疼")
    form = front.tab.visitor_page.form
    assert form.value("name") == "欧阳锋"
    front.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert front.visit.visitor is not None
    assert front.tab.visit_page.triage.complaint() == "腿疼"
    assert front.stored().number is None


def test_a_search_that_fails_after_such_an_enter_says_so(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object) -> None:
        raise StorageError("storage.busy", Text("The database is busy."))

    monkeypatch.setattr(front.services.visitors, "find", away)
    with front.runner.held():
        front.find("shan")
        front.enter()
    assert "busy" in front.bar()
    front.key(Qt.Key.Key_F9)
    assert front.services.visits.day_list(front.actor) == []


def test_enter_after_the_search_was_emptied_opens_nobody(front: Front) -> None:
    front.find("wjg")
    with front.runner.held():
        front.type("x")
        pane(front).field.clear()
        front.enter()
    assert front.tab.visit_id is None
    assert front.services.visits.day_list(front.actor) == []


def test_a_late_answer_does_not_replace_a_newer_one(front: Front) -> None:
    with front.runner.held():
        front.find("shan")
        front.type("zzz")
    assert titles(front) == ["Register “shanzzz”"]


@pytest.mark.parametrize(
    "hostile",
    [
        "\u202eגנרל",
        "王\u200b建国",
        "👨‍👩‍👧‍👦" * 3,
        "x" * 10_000,
        "a\0b",
        "<b>&amp;</b>",
        "%_'\";--",
        "\ud83d",
        "   ",
        "\u3000",
    ],
)
def test_hostile_searches_find_nothing_and_break_nothing(front: Front, hostile: str) -> None:
    pane(front).field.setText(hostile)
    front.settle()
    assert front.bar() == ""
    assert all(row.data is None or row.title in {"王建国"} for row in pane(front).results.rows())


def test_a_changed_visitor_is_found_anew(front: Front) -> None:
    front.find("单雄信")
    found = front.services.visitors.find(front.actor, "单雄信")[0]
    known = front.services.visitors.visitor(front.actor, found.id)
    from dataclasses import replace

    from deskapp.services.base import new_request

    renamed = replace(known.draft, name="单田芳")
    done = front.services.visitors.edit(front.actor, new_request(), known.id, known.version, renamed)
    front.hub.post(done.changes)
    front.settle()
    assert titles(front) == ["Register “单雄信”"]


def test_todays_visits_are_listed_while_nothing_is_typed(front: Front) -> None:
    front.arrive()
    front.say("腿疼")
    front.key(Qt.Key.Key_F9)
    rows = pane(front).today.records
    assert [(row.name, row.number) for row in rows] == [("王建国", front.stored().number.label)]  # type: ignore[union-attr]


def test_a_visit_of_today_opens_with_the_keys(front: Front) -> None:
    visit = front.arrive()
    front.key(Qt.Key.Key_Escape)
    assert front.tab.visit_id is None
    front.key(Qt.Key.Key_Down)
    front.enter()
    assert front.visit.id == visit.id


def test_esc_empties_the_search_before_it_leaves_the_visit(front: Front) -> None:
    visit = front.arrive()
    front.find("abc")
    front.key(Qt.Key.Key_Escape)
    assert pane(front).field.text() == ""
    assert front.visit.id == visit.id
    front.key(Qt.Key.Key_Escape)
    assert front.tab.visit_id is None


def test_the_models_keep_their_promises(front: Front) -> None:
    """Qt's own tester follows both models through searching, arriving and numbering."""
    models = (pane(front).today, pane(front).results.model(), front.tab.visit_page.triage.proposals.model())
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    testers = [QAbstractItemModelTester(model, mode) for model in models]
    front.find("w")
    front.find("shan")
    front.arrive("wjg")
    front.say("眼睛疼")
    front.key(Qt.Key.Key_F9)
    front.arrive("batb")
    front.say("腿疼")
    front.key(Qt.Key.Key_F9)
    assert len(pane(front).today.records) == 2
    assert isinstance(pane(front).today.records[0], VisitRow)
    del testers


def test_the_number_of_a_visit_opens_that_visit_also_without_a_name(front: Front) -> None:
    front.key(Qt.Key.Key_F12)
    nameless = front.visit
    front.key(Qt.Key.Key_Escape)
    front.arrive("shan")
    front.find(nameless.code.lower())
    front.enter()
    assert front.visit.id == nameless.id
    assert front.tab.search.field.text() == ""


def test_a_visits_number_that_nobody_knows_stays_typed(front: Front) -> None:
    visit = front.arrive("shan")
    unknown = make_code(VISIT, b"nobody has this one")
    assert unknown != visit.code
    front.find(unknown)
    front.enter()
    assert front.tab.search.field.text() == unknown
