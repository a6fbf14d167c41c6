"""The overview of the intake: what is there is shown, the rest follows; charts, tables, files, paper, visits behind."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from deskapp.domain import statistics
from deskapp.domain.intake import TriageDecision, VisitorDraft
from deskapp.domain.registration import EndReason, MediaSource
from deskapp.domain.statistics import Behind, PeriodKind, Span, chosen, period
from deskapp.domain.text import Text
from deskapp.errors import StorageError
from deskapp.services.base import new_request
from deskapp.services.statistics import SoFar
from deskapp.ui import style
from deskapp.ui.base_tab import Way
from deskapp.ui.overview.intake import IntakeFigures
from deskapp.ui.overview.tab import OverviewTab
from tests.support.front import Front, Opener
from tests.support.hospital import signed_in
from tests.support.source import ROOT

VISITS = 3


@pytest.fixture
def page(open_front: Opener) -> IntakeFigures:
    return open_page(open_front)[1]


def receive(front: Front) -> None:
    """Let three people come: two heard of the hospital from a friend, one got a number."""
    services, actor = front.services, signed_in(front.services, "li")
    for at, name in enumerate("甲乙丙"):
        visitor = services.visitors.register(actor, new_request(), VisitorDraft(name=f"客{name}")).value
        visit = services.visits.open(actor, new_request(), visitor.id).value.id
        if at:
            services.visits.set_source(actor, new_request(), visit, MediaSource.FRIEND)
        else:
            department = services.directory.departments(actor)[0].id
            decision = TriageDecision("头疼", department)
            services.numbers.decide_and_issue(actor, new_request(), visit, decision)


def open_page(open_front: Opener, sign_in: str = "admin") -> tuple[Front, IntakeFigures]:
    front = open_front(sign_in=sign_in)
    receive(front)
    front.window.frame_of_tabs.go_to_name("overview")
    front.settle()
    tab = front.window.frame_of_tabs.tab("overview")
    assert isinstance(tab, OverviewTab)
    page = tab.show_page("intake")
    assert isinstance(page, IntakeFigures)
    front.settle()
    return front, page


def figures(page: IntakeFigures) -> dict[str, str]:
    return {box.tile.name: box.value.text() for box in page.tiles.boxes if box.tile is not None}


def test_today_is_shown_at_once(page: IntakeFigures) -> None:
    assert figures(page)["visits"] == "3"
    assert figures(page)["new"] == "3"
    assert page.head.kind.currentText() == "Today"
    assert page.head.told() == ""
    titles = [panel.title.text() for panel in page.charts.panels.values() if not panel.isHidden()]  # type: ignore[union-attr]
    assert titles == ["Busiest hours", "Waits by step", "How they heard of us", "Departments"]


def test_a_tile_says_itself_whole(page: IntakeFigures) -> None:
    box = page.tiles.boxes[0]
    assert box.accessibleName() == "Visits"
    assert box.accessibleDescription().startswith("3")


def test_what_changed_elsewhere_comes_a_little_later(
    open_front: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deskapp.ui.overview.loading.AGAIN_MS", 0)
    front, page = open_page(open_front)
    actor = signed_in(front.services, "li")
    done = front.services.visits.open(actor, new_request(), None)
    front.hub.post(done.changes)
    front.settle()
    QTest.qWait(5)
    assert figures(page)["visits"] == "4"


def test_the_newest_days_are_shown_while_the_rest_is_read(open_front: Opener) -> None:
    front, page = open_page(open_front)
    shown: list[tuple[str, str]] = []

    def drawn() -> None:
        shown.append((figures(page)["visits"], page.head.told()))

    page.loading.ready.connect(drawn)
    today = front.desk.today()
    page.show_period(chosen(today - dt.timedelta(days=60), today))
    front.settle()
    assert shown[0][0] == "3"
    assert shown[0][1].startswith("Figures from")
    assert int(shown[-1][0]) > 3, "those of some weeks ago as well"
    assert shown[-1][1] == ""


def test_reading_can_be_stopped_and_says_so(open_front: Opener) -> None:
    front, page = open_page(open_front)
    today = front.desk.today()
    take = page.loading.take_figures

    def taken(reading: object, so_far: object) -> None:
        take(reading, so_far)  # type: ignore[arg-type]
        page.stop()

    page.loading.take_figures = taken  # type: ignore[method-assign]
    with front.runner.held():
        page.show_period(chosen(today - dt.timedelta(days=200), today))
        front.runner.let_go()
    front.settle()
    assert page.head.told().startswith("Stopped: figures from")
    page.switch()
    assert page.head.told().startswith("Stopped: figures from"), "drawing again does not go on reading"
    assert figures(page)["visits"] == "3"
    assert not page._keys["overview.stop"].isEnabled()


def fails_midway(page: IntakeFigures, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the database go after the newest day was read, once."""
    service, broken = page.desk.services.statistics, iter([False, True])
    part = service.part

    def read(actor: object, span: Span) -> statistics.Summary:
        if next(broken, False):
            raise StorageError("storage.server-away", Text("The server does not answer."))
        return part(actor, span)  # type: ignore[no-any-return]

    monkeypatch.setattr(service, "part", read)


def test_a_reading_that_fails_midway_is_said_and_tried_again(
    open_front: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    front, page = open_page(open_front)
    fails_midway(page, monkeypatch)
    today = front.desk.today()
    page.show_period(chosen(today - dt.timedelta(days=60), today))
    front.settle()
    assert page.head.told().startswith("The reading failed: figures from")
    assert figures(page)["visits"] == "3", "what was read before stays"
    assert not page._keys["overview.stop"].isEnabled()
    assert page.bar.notice is not None
    assert page.bar.notice.text == Text("The server does not answer.")
    page.switch()
    assert page.head.told().startswith("The reading failed"), "drawing again promises nothing"
    front.try_again()
    assert page.head.told() == ""
    assert int(figures(page)["visits"]) > 3
    assert page.bar.notice is None


def test_days_of_which_nothing_could_be_read_say_so(
    open_front: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    front, page = open_page(open_front)
    plain = page.desk.services.statistics.setting

    def away(_actor: object) -> None:
        raise StorageError("storage.server-away", Text("The server does not answer."))

    monkeypatch.setattr(page.desk.services.statistics, "setting", away)
    page.show_period(period(PeriodKind.YESTERDAY, front.desk.today()))
    front.settle()
    assert page.head.told() == "The figures could not be read. F5 tries again."
    monkeypatch.setattr(page.desk.services.statistics, "setting", plain)
    front.key(Qt.Key.Key_F5)
    assert page.head.told() == ""
    assert figures(page)["visits"] == "0"


def test_what_is_cancelled_in_the_strip_is_said_to_have_stopped(open_front: Opener) -> None:
    front, page = open_page(open_front)
    today = front.desk.today()
    with front.runner.held():
        page.show_period(chosen(today - dt.timedelta(days=60), today))
        front.runner.let_one_go()
        page.loading.take_figures(page.loading.reading, SoFar(statistics.Summary(), today, 1, 9))  # type: ignore[arg-type]
        assert page.head.told().startswith("Figures from")
        page.progress._cancel.click()
    assert page.head.told().startswith("Stopped: figures from")
    assert not page._keys["overview.stop"].isEnabled()


def test_what_somebody_looks_at_stays_while_figures_arrive(open_front: Opener) -> None:
    front, page = open_page(open_front)
    page.switch()
    page.tables.choose("sources")
    table = page.tables.current()
    assert table is not None
    table.select("friend")
    page.tables.choice.showPopup()
    page.tables.choice.view().setCurrentIndex(page.tables.choice.model().index(7, 0))
    receive(front)
    page.loading.load()
    front.settle()
    assert figures(page)["visits"] == "6"
    assert page.tables.current() is table
    assert table.current_record().values[0] == 4
    assert page.tables.choice.view().isVisible()
    assert page.tables.choice.view().currentIndex().row() == 7
    page.tables.choice.hidePopup()


def test_what_was_made_of_other_days_or_in_another_language_is_not_shown(open_front: Opener) -> None:
    front, page = open_page(open_front)
    with front.runner.held():
        page.draw()
        page.show_period(period(PeriodKind.YESTERDAY, front.desk.today()))
        front.runner.let_one_go()
        assert page.board is None, "nothing to save or print of these days yet"
        assert not page._keys["overview.print"].isEnabled()
    assert figures(page)["visits"] == "0"
    with front.runner.held():
        page.draw()
        front.language.set("zh")
        front.runner.let_one_go()
        assert page.tiles.boxes[0].title.text() == "Visits"
    assert page.tiles.boxes[0].title.text() == front.desk.tr("Visits")


def test_only_what_is_shown_and_what_changed_is_drawn(
    open_front: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    front, page = open_page(open_front)
    drawn: list[str] = []
    assert page.charts is not None
    for name, panel in page.charts.panels.items():
        show = panel.chart.show_data
        monkeypatch.setattr(
            panel.chart, "show_data", lambda data, name=name, show=show: (drawn.append(name), show(data))
        )
    page.loading.load()
    assert drawn == [], "the same figures"
    page.switch()
    receive(front)
    page.loading.load()
    assert drawn == [], "nobody sees the charts"
    page.switch()
    front.settle()
    assert "sources" in drawn


def test_an_answer_about_other_days_is_dropped(open_front: Opener) -> None:
    front, page = open_page(open_front)
    today = front.desk.today()
    with front.runner.held():
        page.show_period(chosen(today - dt.timedelta(days=60), today))
        page.show_period(period(PeriodKind.YESTERDAY, today))
    assert figures(page)["visits"] == "0"


def test_keys_move_the_period(open_front: Opener) -> None:
    front, page = open_page(open_front)
    today = front.desk.today()
    front.key(Qt.Key.Key_Left)
    assert page.head.shown == period(PeriodKind.YESTERDAY, today)
    front.key(Qt.Key.Key_Left)
    assert page.head.shown.kind is PeriodKind.CHOSEN
    front.key(Qt.Key.Key_Right)
    front.key(Qt.Key.Key_Right)
    assert page.head.shown == period(PeriodKind.TODAY, today)
    page.show_period(period(PeriodKind.MONTH, today))
    front.key(Qt.Key.Key_Left)
    assert page.head.shown == statistics.moved(period(PeriodKind.MONTH, today), -1)


def test_days_are_typed(open_front: Opener) -> None:
    front, page = open_page(open_front)
    page.head.kind.setCurrentIndex(page.head.kind.findData(PeriodKind.CHOSEN))
    page.head.kind.activated.emit(page.head.kind.currentIndex())
    front.settle()
    assert page.head.form.isVisible()
    page.head.form.set_values({"first": dt.date(2026, 1, 5), "last": dt.date(2026, 1, 2)})
    page.head.take_days()
    front.settle()
    assert page.head.shown.span == Span(dt.date(2026, 1, 2), dt.date(2026, 1, 5))


def test_a_chart_becomes_its_table(open_front: Opener) -> None:
    front, page = open_page(open_front)
    assert page.charts is not None
    page.charts.panels["sources"].chart.setFocus()
    front.key(Qt.Key.Key_F7)
    assert page.tables.isVisible()
    assert page.tables.choice.currentText() == "How they heard of us"
    table = page.tables.current()
    assert table is not None
    cells = [table.model().index(0, column).data() for column in range(3)]
    assert cells == ["friend or relative", "2", "0"]
    assert page._keys["overview.table"].text() == "Charts"
    front.key(Qt.Key.Key_F7)
    assert page.charts.isVisible()


def test_every_table_can_be_chosen_and_opens_visits(open_front: Opener) -> None:
    front, page = open_page(open_front)
    page.switch()
    for at in range(page.tables.choice.count()):
        page.tables.choice.setCurrentIndex(at)
        front.settle()
        table = page.tables.current()
        assert table is not None
        assert table.model().rowCount() > 0 or page.tables.choice.currentText() == "Doctors"
    page.tables.choose("sources")
    table = page.tables.current()
    assert table is not None
    table.selectRow(0)
    QTest.keyClick(table, Qt.Key.Key_Return)
    front.settle()
    assert page.behind.isVisible()
    assert len(page.behind.records) == 2


def test_a_figure_opens_its_visits_and_a_visit_opens_at_the_desk(open_front: Opener) -> None:
    front, page = open_page(open_front)
    ways: list[Way] = []
    front.desk.ways.wanted.connect(ways.append)
    page.tiles.boxes[0].setFocus()
    QTest.keyClick(page.tiles.boxes[0], Qt.Key.Key_Return)
    front.settle()
    assert len(page.behind.records) == 3
    first = page.behind.records[0]
    assert front.window.focusWidget() is page.behind.table
    QTest.keyClick(page.behind.table, Qt.Key.Key_Return)
    assert ways == [Way("intake", "desk", "visit", first.id)]


def test_returning_visitors_are_a_figure_that_opens_their_visits(open_front: Opener) -> None:
    front, page = open_page(open_front)
    services, actor = front.services, signed_in(front.services, "li")
    (hit,) = services.visitors.find(actor, "客甲")
    (first,) = (row for row in services.visits.day_list(actor) if row.visitor_id == hit.id)
    services.visits.end(actor, new_request(), first.id, EndReason.CANCELLED)
    again = services.visits.open(actor, new_request(), hit.id).value.id
    page.loading.load()
    front.settle()
    assert (figures(page)["new"], figures(page)["returning"]) == ("3", "1")
    box = next(box for box in page.tiles.boxes if box.title.text() == "Returning visitors")
    box.setFocus()
    front.key(Qt.Key.Key_Return)
    assert [row.id for row in page.behind.records] == [again]


def test_esc_closes_the_visits(open_front: Opener) -> None:
    front, page = open_page(open_front)
    page.tiles.boxes[1].setFocus()
    front.key(Qt.Key.Key_Return)
    assert page._keys["overview.stop"].text() == "Close"
    front.key(Qt.Key.Key_Escape)
    assert not page.behind.isVisible()
    assert front.window.focusWidget() is page.tiles.boxes[1]


def test_visits_come_in_parts(open_front: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deskapp.services.statistics.BEHIND_AT_ONCE", 2)
    front, page = open_page(open_front)
    page.open_behind(Behind())
    front.settle()
    assert page.behind.more.isEnabled()
    page.behind.more.click()
    front.settle()
    assert len(page.behind.records) == 3
    assert not page.behind.more.isEnabled()


def test_visits_of_another_figure_are_dropped(open_front: Opener) -> None:
    front, page = open_page(open_front)
    with front.runner.held():
        page.open_behind(Behind())
        page.open_behind(Behind(media=MediaSource.FRIEND))
    front.settle()
    assert len(page.behind.records) == 2


def test_where_the_page_is_low_the_list_gets_the_room_of_the_figures(open_front: Opener) -> None:
    front, page = open_page(open_front)
    front.window.resize(1366, 560)
    page.tiles.boxes[0].setFocus()
    front.key(Qt.Key.Key_Return)
    assert page.behind.isVisible()
    assert not page.tiles.isVisible()
    front.key(Qt.Key.Key_Escape)
    assert page.tiles.isVisible()
    assert page.tiles.boxes[0].hasFocus()


def test_who_may_not_see_figures_has_no_overview(open_front: Opener) -> None:
    front = open_front(sign_in="li")
    assert "overview" not in front.window.frame_of_tabs.names()


@pytest.mark.parametrize("language", ["zh", "mn", "en"])
def test_it_holds_on_a_small_screen_in_each_language(open_front: Opener, language: str) -> None:
    front, page = open_page(open_front)
    front.window.resize(1366, 768)
    front.language.set(language)
    front.settle()
    assert page.charts is not None
    assert front.window.width() == 1366
    right = page.mapTo(front.window, page.rect().topRight()).x()
    assert all(box.mapTo(front.window, box.rect().topRight()).x() <= right for box in page.tiles.boxes)
    assert all(box.value.sizeHint().width() <= box.value.width() for box in page.tiles.boxes)


def test_no_chart_is_loaded_before_the_page_is_shown() -> None:
    program = (
        "import sys, deskapp.bootstrap, deskapp.ui.main_window, deskapp.ui.features, deskapp.ui.overview.intake;"
        "import deskapp.services.all, deskapp.forms.catalog;"
        "sys.exit(', '.join({'pyqtgraph', 'numpy'} & set(sys.modules)) or 0)"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("language", ["zh", "mn", "en"])
def test_pointing_at_a_chart_moves_nothing(open_front: Opener, language: str) -> None:
    front, page = open_page(open_front)
    front.window.resize(1366, 768)
    front.language.set(language)
    front.settle()
    page.open_behind(Behind())
    front.settle()
    assert page.charts is not None
    panel = page.charts.panels["sources"]
    before = panel.geometry()
    panel.chart._point(0)
    front.settle()
    assert panel._words.text() == panel.chart.pieces[0].said
    assert panel.geometry() == before
    assert panel._words.heightForWidth(panel._words.width()) <= panel._words.height(), "and nothing is cut"
    assert panel.width() <= page.charts.area.viewport().width()


def test_figures_on_top_stand_in_one_line(open_front: Opener) -> None:
    front, page = open_page(open_front)
    front.window.resize(1366, 768)
    front.language.set("mn")
    front.settle()
    shown = [box.value.mapTo(page.tiles, box.value.rect().center()).y() for box in page.tiles.boxes]
    assert max(shown) - min(shown) <= 1, "a title of two lines moves no figure"


@pytest.mark.parametrize("language", ["zh", "mn", "en"])
def test_no_title_over_figures_is_cut(open_front: Opener, language: str) -> None:
    front, page = open_page(open_front)
    front.window.resize(1366, 768)
    front.language.set(language)
    page.switch()
    for name in ("sources", "waits", "departments", "operators"):
        page.tables.choose(name)
        front.settle()
        table = page.tables.current()
        assert table is not None
        across = table.horizontalHeader()
        titles = table.model()
        for at in range(1, titles.columnCount()):
            title = titles.headerData(at, Qt.Orientation.Horizontal)
            side = titles.headerData(at, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole)
            room = across.sectionSize(at) - 2 * style.tokens().sizes.gap
            lines = Qt.TextFlag.TextWordWrap if int(side) & Qt.TextFlag.TextWordWrap else 0
            needed = across.fontMetrics().boundingRect(0, 0, room, 1 << 20, lines, title)
            assert needed.width() <= room, title
            assert needed.height() <= across.height(), title


def test_nobody_says_that_there_are_no_visits_before_that_is_known(open_front: Opener) -> None:
    front, page = open_page(open_front)
    with front.runner.held():
        page.open_behind(Behind(media=MediaSource.RADIO))
        assert (page.behind._empty.words.text(), page.behind._told.text()) == ("", "")
    assert page.behind._empty.words.text() == "No visit of this kind."
    assert page.behind._told.text() == "0 visits"
