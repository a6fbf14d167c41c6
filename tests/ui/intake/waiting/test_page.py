"""The waiting page as somebody at the desk sees it: who is shown, who was faster, what a hidden page asks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from deskapp.domain.registration import SlipState
from deskapp.domain.waiting import CareDone, CareKind, Estimate, Standing
from tests.support.shown import nameless
from tests.ui.intake.waiting.line import NOW, SURGERY, place
from tests.ui.intake.waiting.opened import Opened, cells, labels, line_of, opened, press, said, settle

__all__ = ["opened"]


def test_a_line_is_shown_in_calling_order_with_masked_names(opened: Opened) -> None:
    page = opened(place(1, urgency=3), place(2, slip=SlipState.ISSUED), place(3, estimate=Estimate()))
    assert labels(page) == ["N001", "N002", "N003"]
    shown = cells(page)
    assert shown["place"] == "1"
    assert shown["name"] == "王*国"
    assert shown["urgency"] == "III"
    assert shown["waited"] == "10 min"
    assert shown["estimate"] == "20–35 min"
    assert shown["slip"] == "printed"
    assert cells(page, 1)["slip"] == "not printed"
    assert cells(page, 2)["estimate"] == "not known"


def test_where_nobody_waits_it_says_so(opened: Opened) -> None:
    page = opened()
    assert page._empty.isVisible()
    assert "Nobody waits" in page._empty.words.text()
    assert not page.notices.strips.isVisible()


def test_a_place_tells_who_it_is_and_why_it_stands_there(opened: Opened) -> None:
    care = (CareDone(CareKind.WATER, NOW, "李娜"),)
    page = opened(place(1, care=care), place(2))
    page.table.select(1)
    assert page.panel._name.text() == "王建国"
    assert page.panel.why.told()[0] == "Urgency III goes first."
    assert "brought water" in page.panel.care.told()[0]
    assert "parked: X-ray of 1" in page.panel.history.told()[0]


def test_nobody_is_chosen_before_somebody_chooses(opened: Opened) -> None:
    page = opened(place(1))
    assert page.chosen() is None
    assert page.panel._empty.isVisible()
    assert not page.table_keys["waiting.call"].isEnabled()


def test_the_apology_is_said_in_the_houses_words(opened: Opened) -> None:
    page = opened(place(1, waited=20, apology_due=True), place(2))
    page.table.select(1)
    assert not any("before you" in words for words in page.panel.say.told()), "nobody is before the first"
    assert any("very sorry" in words for words in page.panel.say.told())
    page.table.select(2)
    assert not any("very sorry" in words for words in page.panel.say.told())


def test_lines_have_their_figures_and_choose_what_is_shown(opened: Opened) -> None:
    other = place(3, queue="doctor:7", line=SURGERY, doctor="赵敏", waited=40)
    page = opened(place(1), place(2, standing=Standing.WITH_DOCTOR, place=None), other)
    names = [item.id for item in page.lines_model.records]
    assert names == ["", "department:1", "doctor:7"]
    assert (
        page.lines_model.index(1, 0).data().splitlines()[1].replace("\u00a0", " ")
        == "1 wait · 1 inside · 10 min"
    )
    page.lines.select("doctor:7")
    assert labels(page) == ["N003"]
    assert page.table.isColumnHidden(page.model.column_of("line"))
    page.lines.select("")
    assert len(labels(page)) == 3


def test_every_button_and_list_has_a_name(opened: Opened) -> None:
    page = opened(place(1, apology_due=True))
    page.table.select(1)
    assert nameless(page) == []


def test_a_narrow_window_folds_who_and_why_away_and_a_key_brings_it_back(opened: Opened) -> None:
    page = opened(place(1))
    page.resize(1000, 600)
    settle()
    assert not page.panel.isVisible()
    press(page, Qt.Key.Key_F3)
    assert page.panel.isVisible()


def test_who_was_faster_is_told_and_the_line_is_read_again(opened: Opened) -> None:
    page = opened(place(1))
    page.table.select(1)
    line_of(page).taken = "周敏"
    asked = line_of(page).asked
    page.does.call()
    assert said(page) == "Called by 周敏 at 10:30."
    assert line_of(page).asked == asked + 1


def test_who_changed_a_place_first_is_told(opened: Opened) -> None:
    page = opened(place(1, standing=Standing.CALLED, place=None))
    page.table.select(1)
    line_of(page).put(replace(line_of(page).find(1), version=2))
    page.does.requeue()
    assert said(page).startswith("N001 was changed meanwhile: parked, 周敏")


def test_a_place_that_another_desk_ended_is_told_and_nobody_else_is_chosen(opened: Opened) -> None:
    page = opened(place(1), place(2), place(3))
    page.table.select(2)
    line_of(page).rows = (place(1), place(3))
    page.look()
    assert page.chosen() is None
    assert said(page) == "N002 is not here any more."


def test_selection_stays_on_its_person_when_others_go_before(opened: Opened) -> None:
    page = opened(place(1), place(2), place(3))
    page.table.select(3)
    line_of(page).rows = (place(4, urgency=1), place(3), place(1), place(2))
    page.look()
    chosen = page.chosen()
    assert chosen is not None
    assert chosen.id == 3
    assert labels(page) == ["N004", "N003", "N001", "N002"]


def test_a_hidden_page_asks_nothing_and_catches_up_when_it_is_seen(opened: Opened) -> None:
    page = opened(place(1))
    page.hide()
    asked = line_of(page).asked
    page._tick.timeout.emit()
    page.look()
    assert line_of(page).asked == asked
    assert not page._tick.isActive()
    line_of(page).rows = (place(1), place(2))
    page.show()
    settle()
    assert labels(page) == ["N001", "N002"]
    assert page._tick.isActive()


def test_minutes_go_on_without_a_reset(opened: Opened) -> None:
    page = opened(place(1), place(2))
    resets: list[object] = []
    page.model.modelReset.connect(resets.clear)
    page.table.select(2)
    line_of(page).rows = (place(1, waited=11), place(2, waited=11))
    page._tick.timeout.emit()
    assert cells(page)["waited"] == "11 min"
    assert resets == []
    chosen = page.chosen()
    assert chosen is not None
    assert chosen.waited == 11


def test_of_many_departments_one_at_a_time_is_asked_for(opened: Opened) -> None:
    rows = tuple(place(number, department_id=number, queue=f"department:{number}") for number in range(1, 11))
    page = opened(*rows)
    assert page._tick.interval() == 2000
    asked: list[object] = []
    view = line_of(page).view

    def noted(actor: object, department: int | None = None) -> object:
        asked.append(department)
        return view(actor, department)

    line_of(page).view = noted  # type: ignore[assignment,method-assign]
    for _ in range(10):
        page._tick.timeout.emit()
        settle()
    assert sorted(asked, key=str) == sorted(range(1, 11), key=str)
    assert len(labels(page)) == 10


def test_rows_that_are_as_before_stay_the_same_objects(opened: Opened) -> None:
    page = opened(place(1), place(2))
    first = page.model.records[0]
    line_of(page).rows = (place(1), place(2, waited=11))
    page.look()
    assert page.model.records[0] is first


def test_a_visit_chosen_elsewhere_is_shown(opened: Opened) -> None:
    page = opened(place(1), place(2))
    page.open_record("visit", 1002)
    chosen = page.chosen()
    assert chosen is not None
    assert chosen.id == 2


@pytest.mark.parametrize("language", ["zh", "mn", "en"])
def test_it_speaks_every_language(opened: Opened, language: str) -> None:
    page = opened(place(1, apology_due=True), place(2))
    page.table.select(1)
    page.desk.language.set(language)
    settle()
    assert page.table.accessibleName()
