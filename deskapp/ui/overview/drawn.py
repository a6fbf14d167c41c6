"""What the charts of the overview show, made of its tables: bars, maps, and each piece in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from deskapp.domain.statistics import Behind
from deskapp.domain.statistics_tables import NEW, RETURNING, FigureRow, FigureTable
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui.overview import said
from deskapp.ui.widgets.chart_pieces import Bar, Bars, Cell, Heat

MOST_BARS: Final = 10
"""Of lying bars; a table shows all."""
LABEL: Final = 30
"""Letters of a label beside a lying bar; the words of the bar say it whole."""


def drawn(table: FigureTable, tr: Translator) -> Bars | Heat:
    """Return what the chart of a table shows."""
    return _WAYS[table.name](table, tr)


def _standing(table: FigureTable, tr: Translator) -> Bars:
    bars = tuple(
        Bar(
            _short_day(said.words(row.label, tr), row.id, tr),
            (float(row.values[0] or 0),),
            said.row(table, row, tr),
            row.behind,
            said.figure(row.values[0], table.headings[0].unit, tr),
        )
        for row in table.rows
    )
    return Bars(bars)


def _short_day(words: str, key: str, tr: Translator) -> str:
    """Return month and day of a date, the hour of a time; a month stays as it is."""
    if len(key) == len("2026-11-16"):
        return tr(N_("{day}/{month}"), month=int(key[5:7]), day=int(key[8:]))
    return words.removesuffix(":00")


def _map(table: FigureTable, tr: Translator) -> Heat:
    cells = []
    for at, row in enumerate(table.rows):
        for column, (head, value) in enumerate(zip(table.headings, row.values, strict=True)):
            told = {"day": said.words(row.label, tr), "hour": head.title}
            count = said.figure(value, head.unit, tr)
            words = tr(N_("{day} {hour}: visits {count}"), **told, count=count)
            behind = replace(row.behind or Behind(), hour=int(head.title[:2]))
            cells.append(Cell(at, column, float(value or 0), words, behind))
    rows = tuple(said.words(row.label, tr) for row in table.rows)
    return Heat(rows, tuple(head.title[:2] for head in table.headings), tuple(cells))


def _waits(table: FigureTable, tr: Translator) -> Bars:
    bars = []
    for row in table.rows:
        middle, high = row.values[0] or 0, row.values[1] or 0
        told = [f"{value:,.0f}" for value in (middle, high)] if row.values[1] is not None else []
        # Where most waited equally long both figures are one.
        figure = " – ".join(dict.fromkeys(told))
        label, words = said.words(row.label, tr), said.row(table, row, tr)
        shown = tr(N_("{count} min"), count=figure) if figure else ""
        bars.append(Bar(label, (float(middle), float(max(high - middle, 0))), words, row.behind, shown))
    return Bars(tuple(bars), (tr(N_("Median")), tr(N_("to 90 %"))), lying=True)


def _halves(table: FigureTable, tr: Translator) -> Bars:
    """Return lying bars of new and returning visitors."""
    return _lying(table, tr, (NEW, RETURNING), _new_and_returning)


def _new_and_returning(row: FigureRow) -> tuple[float, ...]:
    return float(row.values[0] or 0), float(row.values[1] or 0)


def _departments(table: FigureTable, tr: Translator) -> Bars:
    return _lying(table, tr, (NEW, RETURNING), _new_of_all)


def _new_of_all(row: FigureRow) -> tuple[float, ...]:
    visits, new = float(row.values[0] or 0), float(row.values[1] or 0)
    return new, visits - new


def _lying(
    table: FigureTable,
    tr: Translator,
    series: tuple[str, ...],
    values: Callable[[FigureRow], tuple[float, ...]],
) -> Bars:
    bars = tuple(
        Bar(
            _cut(said.words(row.label, tr)),
            values(row),
            said.row(table, row, tr),
            row.behind,
            f"{sum(values(row)):,.0f}",
        )
        for row in table.rows[:MOST_BARS]
    )
    return Bars(bars, tuple(tr(name) for name in series), lying=True)


def _cut(words: str) -> str:
    return words if len(words) <= LABEL else f"{words[: LABEL - 1]}…"


_WAYS: Final[Mapping[str, Callable[[FigureTable, Translator], Bars | Heat]]] = {
    "days": _standing,
    "hours": _standing,
    "week": _map,
    "waits": _waits,
    "sources": _halves,
    "departments": _departments,
}
CHARTS: Final = tuple(_WAYS)
"""The tables that have a chart, in the order of the page."""
