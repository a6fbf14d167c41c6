"""The waiting page as somebody at the desk sees it: who is shown, who was faster, what a hidden page asks."""

from __future__ import annotations

from math import ceil

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication

from deskapp.domain.registration import SlipState
from deskapp.domain.waiting import CareDone, CareKind, Estimate, Standing
from deskapp.ui import style
from deskapp.ui.intake.waiting.page import WaitingPage
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
    other = place(3, queue="doctor:7", department_id=2, line=SURGERY, doctor="赵敏", waited=40)
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


def test_with_who_and_why_beside_it_in_a_small_window_the_list_says_whole_how_it_stands(
    opened: Opened,
) -> None:
    called = place(1, standing=Standing.CALLED, place=None, called_at=NOW, calls=1)
    page = opened(called, place(2))
    page.desk.language.set("mn")
    page.resize(1010, 614)
    page.toggle_beside()
    page.share_room()
    settle()
    at = page.model.column_of("standing")
    longest = max(page.model.index(0, at).data().split(), key=len)
    sizes = style.tokens().sizes
    room = page.table.columnWidth(at) - 2 * sizes.gap - sizes.icon - sizes.gap
    assert page.table.fontMetrics().horizontalAdvance(longest) <= room


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


def test_the_arrow_keys_go_on_where_the_last_one_stood_and_home_and_end_go_to_the_ends(
    opened: Opened,
) -> None:
    page = opened(*(place(number) for number in range(1, 6)))
    page.table.setFocus()
    press(page, Qt.Key.Key_End)
    assert _chosen(page) == 5
    press(page, Qt.Key.Key_Home)
    assert _chosen(page) == 1
    page.table.select(3)
    page.does.start_or_finish()
    settle()
    page.does.start_or_finish()
    settle()
    assert labels(page) == ["N001", "N002", "N004", "N005"]
    press(page, Qt.Key.Key_Down)
    assert _chosen(page) == 4, "not at the top again"


def _chosen(page: WaitingPage) -> int:
    row = page.chosen()
    assert row is not None
    return row.id


@pytest.mark.parametrize("language", ["zh", "en", "mn"])
def test_who_and_why_fits_beside_the_list_however_long_the_number_and_the_reason(
    opened: Opened, language: str
) -> None:
    reason = "去做心电图和胸片，等结果回来" * 2
    page = opened(place(1, label="XNDA0123", urgency=3, standing=Standing.PARKED, place=None, reason=reason))
    page.desk.language.set(language)
    page.table.select(1)
    settle()
    area = page.panel._area
    assert area.widget().minimumSizeHint().width() <= area.viewport().width()
    assert reason in page.panel._where.text()


@pytest.mark.parametrize("language", ["zh", "en", "mn"])
def test_choosing_somebody_else_moves_nothing(opened: Opened, language: str) -> None:
    parked = place(2, standing=Standing.PARKED, place=None, reason="X")
    page = opened(place(1), parked, place(3, standing=Standing.WITH_DOCTOR, place=None))
    page.desk.language.set(language)
    page.desk.keys.retranslate(page.desk.tr)
    settle()
    heights = set()
    for width in range(1000, 1400, 40):
        page.resize(width, 640)
        found = []
        for one in (1, 2, 3):
            page.table.select(one)
            settle()
            found.append(page.table.height())
        heights.add(len(set(found)))
    assert heights == {1}


@pytest.mark.parametrize("language", ["zh", "en", "mn"])
@pytest.mark.parametrize("scale", [1.0, 1.25, 2.0])
def test_no_title_of_the_list_is_cut(opened: Opened, app: QApplication, language: str, scale: float) -> None:
    page = opened(place(1), place(2, urgency=3))
    style.apply(app, "light", scale, language=language)
    page.desk.language.set(language)
    page.resize(1800 if scale > 1.5 else 1240, 640)
    settle()
    across, gap = page.table.horizontalHeader(), style.tokens().sizes.gap
    for at in range(page.model.columnCount()):
        title = str(page.model.headerData(at, Qt.Orientation.Horizontal))
        needed = ceil(QFontMetricsF(across.font()).horizontalAdvance(title)) + 2 * gap
        assert page.table.isColumnHidden(at) or page.table.columnWidth(at) >= needed, title
