"""A view builds itself late, speaks every language, and asks again when its subjects changed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from deskapp.domain.changes import NOTHING, Changes
from deskapp.domain.text import Text
from deskapp.errors import InputError, RuleError, StorageError
from deskapp.i18n import Translator
from deskapp.ui.base_tab import BaseTab, Desk
from deskapp.ui.keys import Action
from deskapp.ui.messages import Notice
from deskapp.ui.widgets.editors import Field
from deskapp.ui.widgets.form import Form


class VisitsTab(BaseTab):
    """A tab as small as one can be."""

    subjects = frozenset({"visit"})

    def build(self) -> None:
        self.asked: list[Changes] = []
        self.opened = 0
        self.words = QLabel()
        self.form = Form([Field("name", "Name")], self.desk.tr)
        self.body.addWidget(self.words)
        self.body.addWidget(self.form)

    def actions_here(self) -> Sequence[Action]:
        return (Action("visit.open", "Open", self.open_visit, key="F2"),)

    def retranslate(self, tr: Translator) -> None:
        self.words.setText(tr.language)
        self.form.retranslate(tr)

    def refresh(self, changes: Changes) -> None:
        self.asked.append(changes)

    def open_visit(self) -> None:
        self.opened += 1


@pytest.fixture
def tab(desk: Desk, qtbot: QtBot) -> VisitsTab:
    made = VisitsTab(desk)
    qtbot.addWidget(made)
    return made


def show(tab: VisitsTab, qtbot: QtBot) -> None:
    with qtbot.waitExposed(tab):
        tab.show()
    qtbot.waitUntil(tab.words.isVisible)


def test_nothing_is_built_before_it_is_seen(tab: VisitsTab, qtbot: QtBot) -> None:
    assert not hasattr(tab, "asked")
    show(tab, qtbot)
    assert tab.asked == [NOTHING]


def test_a_change_of_its_subject_is_asked_for_and_others_are_not(tab: VisitsTab, qtbot: QtBot) -> None:
    show(tab, qtbot)
    with qtbot.waitSignal(tab.desk.hub.changed):
        tab.desk.hub.post(Changes.of("leave", 1) | Changes.of("visit", 7))
    with qtbot.waitSignal(tab.desk.hub.changed):
        tab.desk.hub.post(Changes.of("leave", 2))
    assert tab.asked == [NOTHING, Changes.of("visit", 7)]


def test_what_changed_while_hidden_is_asked_for_once_when_it_comes_back(tab: VisitsTab, qtbot: QtBot) -> None:
    show(tab, qtbot)
    tab.hide()
    for visit in (1, 2):
        with qtbot.waitSignal(tab.desk.hub.changed):
            tab.desk.hub.post(Changes.of("visit", visit))
    assert tab.asked == [NOTHING]
    show(tab, qtbot)
    assert tab.asked[1:] == [Changes.of("visit", 1, 2)]


def test_the_language_changes_without_losing_what_was_typed(tab: VisitsTab, qtbot: QtBot) -> None:
    show(tab, qtbot)
    tab.form.set_values({"name": "王"})
    tab.desk.language.set("mn")
    assert tab.words.text() == "mn"
    assert tab.form.value("name") == "王"


def test_its_key_works_only_while_it_is_seen(tab: VisitsTab, qtbot: QtBot) -> None:
    show(tab, qtbot)
    assert [action.action.name for action in tab.desk.keys.now()] == ["visit.open"]
    tab.key_actions["visit.open"].trigger()
    assert tab.opened == 1
    tab.hide()
    assert tab.desk.keys.now() == []


def raising(error: Exception) -> None:
    raise error


def test_an_error_of_a_field_goes_to_the_field(tab: VisitsTab, qtbot: QtBot) -> None:
    show(tab, qtbot)
    tab.run(raising, InputError("name", "name.empty", Text("Say a name.")))
    assert tab.bar.notice is None
    assert tab.form.widget("name").accessibleDescription() == "Say a name."


@pytest.mark.parametrize(
    ("error", "kind", "again"),
    [
        (RuleError("swap.3", Text("Too many swaps.")), "rule", False),
        (StorageError("disk.full", Text("The disk is full.")), "surroundings", True),
        (InputError("elsewhere", "x", Text("Not here.")), "rule", False),
    ],
)
def test_other_errors_go_to_the_bar(
    tab: VisitsTab, qtbot: QtBot, error: Exception, kind: str, again: bool
) -> None:
    show(tab, qtbot)
    tab.run(raising, error)
    shown = tab.bar.notice
    assert isinstance(shown, Notice)
    assert (shown.kind, shown.retry is not None) == (kind, again)


def test_a_closed_view_hears_nothing_more(tab: VisitsTab, qtbot: QtBot) -> None:
    show(tab, qtbot)
    tab.close_view()
    with qtbot.waitSignal(tab.desk.hub.changed):
        tab.desk.hub.post(Changes.of("visit", 7))
    assert tab.asked == [NOTHING]
