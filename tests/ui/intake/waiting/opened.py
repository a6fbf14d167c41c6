"""The waiting page over a line in memory, in a window, and what a person sees of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from deskapp.domain.waiting import WaitingRow
from deskapp.services.house import HouseRules
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.waiting.page import WaitingPage
from tests.ui.intake.waiting.line import Directory, Line, Settings, Ways, li

Opened = Callable[..., WaitingPage]


@pytest.fixture
def opened(desk: Desk) -> Iterator[Opened]:
    """Return what opens the page over a line of these places."""
    pages: list[WaitingPage] = []

    def open_one(*rows: WaitingRow, line: Line | None = None) -> WaitingPage:
        services = SimpleNamespace(
            waiting=line or Line(*rows),
            directory=Directory(),
            settings=Settings(ring_on=True, voice_quiet=""),
            house=HouseRules(),
        )
        services.escorts = Ways(services.waiting)
        page = WaitingPage(replace(desk, services=services, actor=li))
        page.resize(1240, 640)
        pages.append(page)
        page.ensure_built()
        page.show()
        page.activateWindow()
        QTest.qWaitForWindowActive(page)
        settle()
        return page

    yield open_one
    for page in pages:
        page.close_view()
        page.close()
        page.deleteLater()
    settle()


def settle() -> None:
    for _ in range(4):
        QApplication.processEvents()


def press(
    page: WaitingPage, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    handle = page.windowHandle()
    assert handle is not None
    QTest.keyClick(handle, key, modifiers)
    settle()


def cells(page: WaitingPage, row: int = 0) -> dict[str, str]:
    model = page.model
    return {
        column.name: model.index(row, at).data(Qt.ItemDataRole.AccessibleTextRole)
        for at, column in enumerate(model.columns)
    }


def labels(page: WaitingPage) -> list[str]:
    return [row.label for row in page.model.records]


def strips(page: WaitingPage) -> dict[str, str]:
    return {name: strip.words() for name, strip in page.notices.strips.by_name.items() if strip.words()}


def line_of(page: WaitingPage) -> Line:
    found: Line = page.desk.services.waiting
    return found


def said(page: WaitingPage) -> str:
    return page.desk.tr(page.bar.notice.text) if page.bar.notice is not None else ""
