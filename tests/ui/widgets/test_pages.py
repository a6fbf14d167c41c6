"""Pages are made when first shown, reached by Alt and a number, and told of nothing after closing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from deskapp.i18n import Translator
from deskapp.ui.base_tab import BaseView, Desk
from deskapp.ui.widgets.pages import Page, PagedTab


class Plan(BaseView):
    """A page that counts how often it was built."""

    built = 0
    unsaved = False

    def build(self) -> None:
        self.built += 1
        self.words = QLabel()
        self.body.addWidget(self.words)

    def retranslate(self, tr: Translator) -> None:
        self.words.setText(tr.language)

    def may_leave(self) -> bool:
        return not self.unsaved


class Roster(PagedTab):
    """A tab of three pages."""

    title = "Roster"

    def pages(self) -> Sequence[Page]:
        return (
            Page("plan", "Plan", "calendar", Plan),
            Page("leave", "Leave", "hand", Plan),
            Page("swaps", "Swaps", "route", Plan),
        )


class Single(PagedTab):
    """A tab of one page."""

    def pages(self) -> Sequence[Page]:
        return (Page("plan", "Plan", "calendar", Plan),)


@pytest.fixture
def tab(desk: Desk, qtbot: QtBot) -> Roster:
    made = Roster(desk)
    qtbot.addWidget(made)
    made.resize(800, 400)
    with qtbot.waitActive(made):
        made.show()
    qtbot.waitUntil(lambda: made.page("plan").isVisible())
    return made


def test_the_first_page_is_shown_and_the_others_are_not_made(tab: Roster) -> None:
    assert tab.current_page() == "plan"
    assert tab.page("plan").isVisible()
    assert list(tab._views) == ["plan"]


@pytest.mark.parametrize(("key", "name"), [(Qt.Key.Key_2, "leave"), (Qt.Key.Key_3, "swaps")])
def test_alt_and_a_number_show_a_page(tab: Roster, qtbot: QtBot, key: Qt.Key, name: str) -> None:
    with qtbot.waitSignal(tab.page_changed) as changed:
        qtbot.keyClick(tab, key, Qt.KeyboardModifier.AltModifier)
    assert changed.args == [name]
    qtbot.waitUntil(lambda: tab.page(name).isVisible())
    assert not tab.page("plan").isVisible()


def test_a_page_is_made_once(tab: Roster) -> None:
    first = tab.show_page("leave")
    tab.show_page("plan")
    assert tab.show_page("leave") is first
    assert isinstance(first, Plan)
    assert first.built == 1


def test_an_unknown_page_is_a_mistake_of_ours(tab: Roster) -> None:
    with pytest.raises(KeyError):
        tab.page("nowhere")


def test_titles_and_pages_speak_the_language(tab: Roster) -> None:
    tab.desk.language.set("mn")
    plan = tab.page("plan")
    assert isinstance(plan, Plan)
    assert plan.words.text() == "mn"
    assert tab._list.item(0).toolTip().endswith("(Alt+1)")


def test_it_may_be_left_when_every_page_may(tab: Roster) -> None:
    assert tab.may_leave()
    plan = tab.page("plan")
    assert isinstance(plan, Plan)
    plan.unsaved = True
    assert not tab.may_leave()


def test_one_page_needs_no_list(desk: Desk, qtbot: QtBot) -> None:
    tab = Single(desk)
    qtbot.addWidget(tab)
    tab.show()
    assert tab._list.isHidden()


def test_closing_closes_the_pages(tab: Roster) -> None:
    plan = tab.page("plan")
    assert isinstance(plan, Plan)
    tab.close_view()
    tab.desk.language.set("zh")
    assert plan.words.text() == "en"


def test_a_tab_that_was_never_shown_can_be_left_and_closed(desk: Desk, qtbot: QtBot) -> None:
    made = Roster(desk)
    qtbot.addWidget(made)
    assert made.may_leave()
    made.close_view()
