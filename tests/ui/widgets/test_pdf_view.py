"""Pages on screen: shown, exchanged, turned, fitted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QApplication
from pytestqt.qtbot import QtBot

from deskapp.ui import style
from deskapp.ui.widgets.pdf_view import LARGEST, PdfView
from tests.support.paper import form_pdf

TWO_PAGES = ("registration-form", "A5")
SLIP = ("number-slip", "roll80")


@pytest.fixture
def view(app: QApplication, qtbot: QtBot) -> Iterator[PdfView]:
    made = PdfView()
    qtbot.addWidget(made)
    made.resize(600, 500)
    with qtbot.waitActive(made):
        made.show()
    yield made
    made.close()


def test_there_is_no_page_before_a_document_is_shown(view: PdfView) -> None:
    assert (view.page, view.pages) == (0, 0)


def test_another_document_begins_at_its_first_page(view: PdfView) -> None:
    view.show_pdf(form_pdf(*TWO_PAGES))
    view.turn(9)
    assert (view.page, view.pages) == (2, 2)
    view.turn(-9)
    assert view.page == 1
    view.turn(9)
    view.show_pdf(form_pdf(*TWO_PAGES, "mn"))
    assert view.page == 1
    view.show_pdf(b"")
    assert view.pages == 0


def test_the_page_in_view_is_told(view: PdfView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.page_changed) as told:
        view.show_pdf(form_pdf(*TWO_PAGES))
    assert told.args == [1, 2]
    with qtbot.waitSignal(view.page_changed, check_params_cb=at_the_second):
        view.turn(9)


def at_the_second(page: int, pages: int) -> bool:
    return (page, pages) == (2, 2)


def test_what_is_no_pdf_leaves_an_empty_view(view: PdfView) -> None:
    view.show_pdf(form_pdf(*TWO_PAGES))
    with pytest.raises(ValueError, match="not a PDF"):
        view.show_pdf(b"<html>")
    assert view.pages == 0


def test_pages_follow_the_width_of_the_room_up_to_a_readable_size(view: PdfView) -> None:
    view.show_pdf(form_pdf(*TWO_PAGES))
    narrow = view.zoom
    view.resize(900, 500)
    assert narrow < view.zoom < LARGEST
    view.show_pdf(form_pdf(*SLIP))
    assert view.zoom == pytest.approx(LARGEST)


def test_a_whole_page_needs_no_scrolling(view: PdfView) -> None:
    view.show_pdf(form_pdf(*SLIP))
    view.show_whole(True)
    pages = view.focusProxy()
    assert isinstance(pages, QAbstractScrollArea)
    assert (pages.verticalScrollBar().maximum(), pages.horizontalScrollBar().maximum()) == (0, 0)


@pytest.mark.parametrize("scheme", ["light", "dark", "contrast"])
def test_the_focus_is_seen_around_the_pages(view: PdfView, scheme: str) -> None:
    style.look().take(scheme, style.tokens().sizes, "zh")
    view.setFocus(Qt.FocusReason.TabFocusReason)
    focused = view.grab().toImage().pixelColor(0, 100).name().upper()
    view.clearFocus()
    view.focusProxy().clearFocus()
    colours = style.tokens().colours
    assert focused == colours.focus
    assert view.grab().toImage().pixelColor(0, 100).name().upper() == colours.line
