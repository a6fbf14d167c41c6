"""What the searches for visitors share: the best is opened by Enter, and nothing typed shows something else."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from deskapp.domain.intake import VisitorHit
from deskapp.ui import style
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.visitor_search import LEAST, WIDTH, VisitorSearch
from deskapp.ui.widgets.result_list import ResultRow


class Names(VisitorSearch):
    """A search that remembers who was chosen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, QLabel("nobody yet"))
        self.opened: list[object] = []

    def rows_of(self, hits: Sequence[VisitorHit]) -> list[ResultRow]:
        return [ResultRow(hit.id, hit.name) for hit in hits]

    def take_chosen(self, row: ResultRow) -> None:
        self.opened.append(row.id)

    def step_instead(self, rows: int) -> None:
        self.opened.append(f"step {rows}")


@pytest.fixture
def search(desk: Desk, qtbot: QtBot) -> Names:
    people = [SimpleNamespace(id=1, name="Wang"), SimpleNamespace(id=2, name="Wan")]

    def find(_actor: object, typed: str) -> list[SimpleNamespace]:
        return [person for person in people if person.name.startswith(typed)]

    desk.services.visitors = SimpleNamespace(find=find)
    made = Names(desk)
    qtbot.addWidget(made)
    made.show()
    return made


def test_enter_opens_the_best_that_was_found(search: Names) -> None:
    search.show_typed("Wan")
    search.field.confirmed.emit()
    search.show_typed("Nobody")
    search.field.confirmed.emit()
    assert search.opened == [1]


def test_while_nothing_is_typed_the_keys_are_for_what_is_shown_instead(search: Names) -> None:
    assert not search.results.isVisible()
    search.field.stepped.emit(1)
    assert search.opened == ["step 1"]
    search.show_typed("Wan")
    assert search.results.isVisible()
    search.clear()
    assert not search.results.isVisible()


def test_it_takes_a_third_of_a_page_within_bounds(search: Names) -> None:
    px = style.tokens().sizes.px
    widths = []
    for page in (400, 1150, 3000):
        search.fit(page)
        widths.append(search.width())
    assert widths == [px(LEAST), 345, px(WIDTH)]
