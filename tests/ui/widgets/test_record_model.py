"""Fresh records are applied as differences: nothing is reset, the cursor stays on its record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deskapp.domain.text import Words
from deskapp.i18n import Translator, translator
from deskapp.ui import style
from deskapp.ui.widgets.record_model import RECORD_ROLE, SORT_ROLE, Column, RecordTableModel


@dataclass(frozen=True)
class Visit:
    """A row."""

    id: int
    name: str = "x"
    waited: int = 0


def name_of(visit: Visit, tr: Translator) -> str:
    return f"{visit.name} ({tr.language})"


def waited_of(visit: Visit, tr: Translator) -> str:
    return str(visit.waited)


def minutes(visit: Visit) -> int:
    return visit.waited


def late(visit: Visit) -> str:
    return "danger" if visit.waited > 15 else ""


def clock(visit: Visit) -> str:
    return "clock" if visit.waited > 15 else ""


def hint(visit: Visit, tr: Translator) -> str:
    return f"waited {visit.waited} minutes"


COLUMNS: tuple[Column[Visit], ...] = (
    Column("name", Words("姓名", "Name", "Нэр"), name_of),
    Column("waited", "Waited", waited_of, sort=minutes, number=True, tone=late, icon=clock, hint=hint),
)
DISPLAY = Qt.ItemDataRole.DisplayRole


@pytest.fixture
def model(app: QApplication) -> Iterator[RecordTableModel[Visit]]:
    made: RecordTableModel[Visit] = RecordTableModel(COLUMNS, translator("en"))
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield made
    tester.deleteLater()


def visits(*identities: int) -> list[Visit]:
    return [Visit(identity) for identity in identities]


def shown(model: RecordTableModel[Visit]) -> list[int]:
    return [visit.id for visit in model.records]


class Watch:
    """Counts what a model announces."""

    def __init__(self, model: RecordTableModel[Visit]) -> None:
        self.said: list[tuple[str, int, int]] = []
        self._model = model
        model.rowsInserted.connect(self._inserted)
        model.rowsRemoved.connect(self._removed)
        model.layoutChanged.connect(self._laid_out)
        model.dataChanged.connect(self._changed)
        model.modelReset.connect(self._reset)

    def _inserted(self, _: object, first: int, last: int) -> None:
        self.said.append(("insert", first, last))

    def _removed(self, _: object, first: int, last: int) -> None:
        self.said.append(("remove", first, last))

    def _laid_out(self) -> None:
        self.said.append(("order", 0, 0))

    def _changed(self, first: object, last: object) -> None:
        self.said.append(("change", first.row(), last.row()))  # type: ignore[attr-defined]

    def _reset(self) -> None:
        self.said.append(("reset", 0, 0))


def test_records_are_shown_in_the_order_given(model: RecordTableModel[Visit]) -> None:
    model.apply(visits(3, 1, 2))
    assert shown(model) == [3, 1, 2]
    assert model.rowCount() == 3
    assert model.columnCount() == 2
    assert (model.row_of(1), model.row_of(99)) == (1, -1)
    assert model.record(5) is None
    assert model.column_of("waited") == 1


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ([1, 2, 3], [1, 2, 3], []),
        ([1, 2, 3], [1, 2, 3, 4, 5], [("insert", 3, 4)]),
        ([1, 2, 3], [0, 1, 2, 9, 3], [("insert", 0, 0), ("insert", 3, 3)]),
        ([1, 2, 3, 4, 5], [2, 5], [("remove", 2, 3), ("remove", 0, 0)]),
        ([1, 2, 3], [3, 1, 2], [("order", 0, 0)]),
        ([1, 2], [3, 4], [("remove", 0, 1), ("insert", 0, 1)]),
        ([], [1], [("insert", 0, 0)]),
        ([1], [], [("remove", 0, 0)]),
    ],
)
def test_only_the_difference_is_announced(
    model: RecordTableModel[Visit], before: list[int], after: list[int], said: list[tuple[str, int, int]]
) -> None:
    model.apply(visits(*before))
    watch = Watch(model)
    model.apply(visits(*after))
    assert shown(model) == after
    assert watch.said == said


def test_changed_records_are_announced_in_runs(model: RecordTableModel[Visit]) -> None:
    model.apply(visits(1, 2, 3, 4))
    watch = Watch(model)
    model.apply([Visit(1, waited=1), Visit(2, waited=1), Visit(3), Visit(4, waited=1)])
    assert watch.said == [("change", 0, 1), ("change", 3, 3)]


IDS = st.lists(st.integers(0, 12), unique=True, max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(before=IDS, after=IDS, changed=st.sets(st.integers(0, 12)))
def test_any_difference_is_applied_and_the_cursor_stays_on_its_record(
    model: RecordTableModel[Visit], before: list[int], after: list[int], changed: set[int]
) -> None:
    model.apply(visits(*before))
    held = {identity: QPersistentModelIndex(model.index(row, 1)) for row, identity in enumerate(before)}
    watch = Watch(model)
    fresh = [Visit(identity, waited=int(identity in changed)) for identity in after]
    model.apply(fresh)
    assert list(model.records) == fresh
    assert all(model.row_of(identity) == row for row, identity in enumerate(after))
    for identity, index in held.items():
        assert index.isValid() == (identity in after)
        if index.isValid():
            assert after[index.row()] == identity
    assert "reset" not in {kind for kind, _, _ in watch.said}


def test_two_records_with_one_id_are_refused_and_nothing_changes(model: RecordTableModel[Visit]) -> None:
    model.apply(visits(1, 2))
    with pytest.raises(ValueError, match="one id"):
        model.apply(visits(3, 3))
    assert shown(model) == [1, 2]


def test_sorting_moves_rows_and_holds_for_what_comes_later(model: RecordTableModel[Visit]) -> None:
    model.apply([Visit(1, waited=100), Visit(2, waited=9), Visit(3, waited=20)])
    model.sort(1, Qt.SortOrder.AscendingOrder)
    assert shown(model) == [2, 3, 1]
    model.apply([*model.records, Visit(4, waited=15)])
    assert shown(model) == [2, 4, 3, 1]
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert shown(model) == [1, 3, 4, 2]
    model.sort(-1)
    model.apply(visits(2, 1))
    assert shown(model) == [2, 1]


def test_a_column_without_a_sort_key_is_not_sorted(model: RecordTableModel[Visit]) -> None:
    model.apply(visits(2, 1))
    model.sort(0)
    model.sort(7)
    assert shown(model) == [2, 1]


def test_a_cell_says_what_its_column_says(model: RecordTableModel[Visit]) -> None:
    model.apply([Visit(7, "王", 20)])
    name, waited = model.index(0, 0), model.index(0, 1)
    assert (name.data(), waited.data()) == ("王 (en)", "20")
    assert waited.data(Qt.ItemDataRole.ToolTipRole) == "waited 20 minutes"
    assert name.data(Qt.ItemDataRole.ToolTipRole) == "王 (en)"
    assert waited.data(SORT_ROLE) == 20
    assert name.data(RECORD_ROLE) == Visit(7, "王", 20)
    assert waited.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert waited.data(Qt.ItemDataRole.ForegroundRole) == QColor(style.tokens().colours.danger)
    assert not waited.data(Qt.ItemDataRole.DecorationRole).isNull()
    assert name.data(Qt.ItemDataRole.ForegroundRole) is None


def test_another_language_reaches_cells_and_titles(model: RecordTableModel[Visit], qtbot: QtBot) -> None:
    model.apply(visits(1))
    with qtbot.waitSignals([model.dataChanged, model.headerDataChanged]):
        model.retranslate(translator("mn"))
    assert model.index(0, 0).data() == "x (mn)"
    assert model.headerData(0, Qt.Orientation.Horizontal) == "Нэр"
    assert model.headerData(9, Qt.Orientation.Horizontal) is None
    assert model.headerData(0, Qt.Orientation.Vertical) is None


def test_what_just_changed_is_tinted_for_a_moment(model: RecordTableModel[Visit], qtbot: QtBot) -> None:
    model.apply(visits(1, 2))
    model.apply([Visit(1, waited=3), Visit(2), Visit(3)], highlight=True)
    tints = [model.index(row, 0).data(Qt.ItemDataRole.BackgroundRole) for row in range(3)]
    assert [tint is not None for tint in tints] == [True, False, False]
    qtbot.waitUntil(lambda: model.index(0, 0).data(Qt.ItemDataRole.BackgroundRole) is None)


def test_nothing_moves_where_the_system_asks_for_less(
    model: RecordTableModel[Visit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(style, "moves", lambda: False)
    model.apply(visits(1))
    model.apply([Visit(1, waited=3)], highlight=True)
    assert model.index(0, 0).data(Qt.ItemDataRole.BackgroundRole) is None


def stirred(before: Visit, now: Visit) -> bool:
    return before.name != now.name


def test_what_is_worth_a_tint_can_be_told(model: RecordTableModel[Visit]) -> None:
    model.apply(visits(1, 2))
    model.apply([Visit(1, waited=3), Visit(2, "y")], highlight=stirred)
    tints = [model.index(row, 0).data(Qt.ItemDataRole.BackgroundRole) for row in range(2)]
    assert [tint is not None for tint in tints] == [False, True]


def test_many_scattered_changes_are_told_in_one_word(model: RecordTableModel[Visit]) -> None:
    model.apply(visits(*range(200)))
    told: list[tuple[int, int]] = []

    def take(first: QModelIndex, last: QModelIndex) -> None:
        told.append((first.row(), last.row()))

    model.dataChanged.connect(take)
    model.apply([Visit(number, waited=number % 2) for number in range(200)])
    assert told == [(1, 199)]
    told.clear()
    model.apply([Visit(number, waited=number % 2 + (number in (7, 90))) for number in range(200)])
    assert told == [(7, 7), (90, 90)]


def test_what_a_cell_looks_like_follows_its_words_and_its_tint(model: RecordTableModel[Visit]) -> None:
    model.apply([Visit(1, waited=20), Visit(2, waited=20), Visit(3, waited=3)])
    assert model.shows(0, 1) == model.shows(1, 1) == (1, "20", "clock", "danger", False)
    assert model.shows(2, 1) == (1, "3", "", "", False)
    model.apply([Visit(1, waited=21), Visit(2, waited=20), Visit(3, waited=3)], highlight=True)
    assert model.shows(0, 1) == (1, "21", "clock", "danger", True)


def test_a_column_of_icons_says_its_words_to_a_screen_reader_only(app: QApplication) -> None:
    columns = (Column("slip", "Slip", waited_of, icon=clock, icon_only=True),)
    made: RecordTableModel[Visit] = RecordTableModel(columns, translator("en"))
    made.apply([Visit(1, waited=20)])
    cell = made.index(0, 0)
    assert cell.data() is None
    assert cell.data(Qt.ItemDataRole.AccessibleTextRole) == "20"
    assert cell.data(Qt.ItemDataRole.ToolTipRole) == "20"
