"""The board as it is drawn: languages in turn, every page once, nothing of urgency, every text readable."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from deskapp.domain.board import BoardCall, BoardLine
from deskapp.domain.text import Words
from deskapp.i18n import LANGUAGES, translator
from deskapp.ui import style
from deskapp.ui.intake.board import canvas as drawing
from deskapp.ui.intake.board import plan as shares
from deskapp.ui.intake.board.canvas import (
    TEXT_PAIRS,
    BoardCanvas,
    Showing,
    board_colours,
    line_words,
    notice_words,
    place_words,
    wait_words,
)
from deskapp.ui.intake.board.plan import plan
from deskapp.ui.tokens import SCHEMES, contrast
from tests.ui.intake.board.boards import NOTICE, NOW, call, line, view

EN = translator("en")


@pytest.fixture
def canvas(app: QApplication) -> Iterator[BoardCanvas]:
    made = BoardCanvas(NOW.astimezone)
    made.resize(1920, 1080)
    yield made
    made.deleteLater()


def image(canvas: BoardCanvas) -> QImage:
    return canvas.grab().toImage()


def differs(before: QImage, after: QImage, canvas: BoardCanvas) -> set[str]:
    """Return the areas in which two pictures differ to the eye: edges of letters vary from drawing to drawing."""
    where = plan(canvas.width(), canvas.height())
    areas = {name: getattr(where, name) for name in ("head", "called", "last", "waiting", "foot")}
    return {name for name, area in areas.items() if _unlike(before.copy(area), after.copy(area))}


def _unlike(one: QImage, other: QImage) -> bool:
    smooth = Qt.TransformationMode.SmoothTransformation
    size = QSize(max(1, one.width() // 8), max(1, one.height() // 8))
    small = [each.scaled(size, mode=smooth) for each in (one, other)]
    return any(
        abs(small[0].pixelColor(x, y).lightness() - small[1].pixelColor(x, y).lightness()) > 24
        for x in range(size.width())
        for y in range(size.height())
    )


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("pair", TEXT_PAIRS)
def test_every_text_stands_out_from_its_ground(app: QApplication, scheme: str, pair: tuple[str, str]) -> None:
    style.apply(app, scheme)
    colours = board_colours()
    assert contrast(getattr(colours, pair[0]), getattr(colours, pair[1])) >= 7


def test_a_board_that_knows_nothing_yet_is_drawn(canvas: BoardCanvas) -> None:
    assert image(canvas).pixelColor(5, 300) == QColor(board_colours().ground)


def test_a_call_changes_the_area_of_calls_only(canvas: BoardCanvas) -> None:
    canvas.show_board(Showing(view(), ("en",)))
    before = image(canvas)
    canvas.show_board(Showing(view(call()), ("en",)))
    assert differs(before, image(canvas), canvas) == {"called"}


def test_earlier_calls_waiting_lines_and_notices_have_their_areas(canvas: BoardCanvas) -> None:
    canvas.show_board(Showing(view(call()), ("en",)))
    before = image(canvas)
    canvas.show_board(Showing(view(call(), call(2, "A011", 3), lines=[line()], notices=[NOTICE]), ("en",)))
    assert differs(before, image(canvas), canvas) == {"last", "waiting", "foot"}


def test_an_old_answer_is_shown_with_its_time(canvas: BoardCanvas) -> None:
    canvas.show_board(Showing(view(call()), ("en",)))
    before = image(canvas)
    canvas.show_board(Showing(view(call()), ("en",), late_since=NOW - dt.timedelta(minutes=5)))
    assert differs(before, image(canvas), canvas) == {"head"}


def test_languages_take_turns_every_eight_seconds(canvas: BoardCanvas) -> None:
    canvas.show_board(Showing(view(call()), ("zh", "en", "mn")))
    seen = [canvas.language]
    for _ in range(3):
        canvas.forward(7.9)
        assert canvas.language == seen[-1]
        canvas.forward(0.1)
        seen.append(canvas.language)
    assert seen == ["zh", "en", "mn", "zh"]


@pytest.mark.parametrize("languages", [("zh",), ("zh", "en"), LANGUAGES])
@pytest.mark.parametrize("pages", [1, 2, 3, 4, 6])
def test_every_page_comes_in_every_language(
    canvas: BoardCanvas, languages: tuple[str, ...], pages: int
) -> None:
    canvas.show_board(Showing(view(), languages))
    seen = set()
    for _ in range(len(languages) * pages * 6):
        seen.add((canvas.language, canvas.page_of(pages)))
        canvas.forward(8)
    assert seen == {(language, page) for language in languages for page in range(pages)}


def test_more_lines_than_have_room_take_turns(canvas: BoardCanvas) -> None:
    canvas.show_board(Showing(view(lines=[line(at) for at in range(1, 8)]), ("en",)))
    first = image(canvas)
    canvas.forward(8)
    assert "waiting" in differs(first, image(canvas), canvas)


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (460, 258), (3840, 2160)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_texts_stay_within_their_areas(
    canvas: BoardCanvas, size: tuple[int, int], language: str
) -> None:
    canvas.resize(*size)
    canvas.show_board(Showing(view(), (language,)))
    empty = image(canvas)
    long = call(label="AB1234·20", name_masked="Б" * 20, room="第二住院楼十二层内镜检查中心")
    canvas.show_board(Showing(view(long, long), (language,)))
    assert differs(empty, image(canvas), canvas) <= {"called", "last"}


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (460, 258)])
def test_a_number_whose_letters_reach_below_the_line_stays_off_the_name_and_the_edge(
    canvas: BoardCanvas, size: tuple[int, int]
) -> None:
    canvas.resize(*size)
    nobody = {"name_masked": "", "line": Words("", "", ""), "doctor": "", "room": "1"}
    canvas.show_board(Showing(view(call(label="", **nobody)), ("en",)))
    without = image(canvas)
    canvas.show_board(Showing(view(call(label="JQ047", **nobody)), ("en",)))
    inked = image(canvas)
    where = plan(*size)
    room = where.called.adjusted(where.px(shares.MARGIN), 0, 0, 0)
    room.setTop(room.top() + where.px(shares.MARGIN) // 2 + where.px(shares.HEADING_ROOM))
    room.setHeight(where.px(shares.BIG_ROOM))
    outside = [
        (x, y)
        for x in range(where.called.left(), where.called.right(), 2)
        for y in range(where.called.top(), where.called.bottom(), 2)
        if not room.adjusted(-1, -1, 1, 1).contains(x, y) and inked.pixel(x, y) != without.pixel(x, y)
    ]
    assert inked != without
    assert outside == []


def test_a_long_notice_moves_where_motion_is_allowed_and_is_paged_where_not(
    canvas: BoardCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = view(notices=[NOTICE] * 12)
    monkeypatch.setattr(style, "moves", lambda: False)
    canvas.show_board(Showing(long, ("en",)))
    canvas.show()
    still = image(canvas)
    assert not canvas._frame.isActive()
    canvas.forward(1)
    assert differs(still, image(canvas), canvas) == set()
    monkeypatch.setattr(style, "moves", lambda: True)
    image(canvas)
    assert canvas._frame.isActive()
    canvas.close()
    assert not canvas._frame.isActive()


def test_a_screen_reader_hears_the_newest_call(canvas: BoardCanvas) -> None:
    canvas.show_board(Showing(view(call()), ("en",)))
    assert canvas.accessibleDescription() == "A012, 王*国: Room 302"
    canvas.show_board(Showing(view(), ("en",)))
    assert canvas.accessibleDescription() == "Please wait until your number is called."


def test_words() -> None:
    assert place_words(call(room="二楼检查室"), EN) == "二楼检查室"
    assert place_words(call(room=""), EN) == "General surgery"
    assert line_words(line(), EN) == "General surgery · 李静"
    assert wait_words(line(), EN) == "6 waiting · about 10–20 min"
    assert notice_words(view(notices=[NOTICE, NOTICE]), EN) == "No power on floor 3     No power on floor 3"
    assert notice_words(None, EN) == ""


def test_what_is_drawn_holds_nothing_of_urgency() -> None:
    fields = {*BoardCall.__dataclass_fields__, *BoardLine.__dataclass_fields__}
    assert not any("urgen" in name for name in fields)
    assert not hasattr(drawing, "urgency")
