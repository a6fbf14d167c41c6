"""Figures in words: what stands on a tile, beside a bar, in a table and in a file."""

from __future__ import annotations

from deskapp.domain.statistics import Period, PeriodKind
from deskapp.domain.statistics_tables import FigureRow, FigureTable, Heading, Said, Tile, Unit, Value
from deskapp.domain.text import N_
from deskapp.i18n import Translator

NOTHING = "–"


def figure(value: Value, unit: Unit, tr: Translator) -> str:
    """Return a figure with its unit, as short as it can be said."""
    if value is None:
        return NOTHING
    match unit:
        case Unit.MINUTES:
            return tr(N_("{count} min"), count=f"{value:,.0f}")
        case Unit.SHARE:
            return tr(N_("{count} %"), count=f"{value * 100:.1f}")
    return f"{value:,.0f}"


def words(said: Said, tr: Translator) -> str:
    """Return a label: the house's own text, a message, or data."""
    return said if isinstance(said, str) else tr(said)


def heading(column: Heading, tr: Translator) -> str:
    """Return the title of a column; an hour of the day is the same in every language."""
    return tr(column.title)


def row(table: FigureTable, line: FigureRow, tr: Translator) -> str:
    """Return a whole line in words: "Monday: visits 12, new 3"."""
    told = [
        tr(N_("{figure} {value}"), figure=heading(column, tr), value=figure(value, column.unit, tr))
        for column, value in zip(table.headings, line.values, strict=True)
    ]
    return tr(N_("{what}: {figures}"), what=words(line.label, tr), figures=told)


def days(period: Period, tr: Translator) -> str:
    """Return a period with its days: "This week, 16 Nov 2026 – 22 Nov 2026"."""
    first, last = period.span.first, period.span.last
    return tr(first_to_last(first == last), first=first, last=last)


def first_to_last(single: bool) -> str:
    """Return the message for one day or for several."""
    return N_("{first}") if single else N_("{first} – {last}")


AGAINST = {
    PeriodKind.TODAY: N_("yesterday until now {value}"),
    PeriodKind.YESTERDAY: N_("the day before {value}"),
    PeriodKind.WEEK: N_("week before {value}"),
    PeriodKind.MONTH: N_("month before {value}"),
    PeriodKind.QUARTER: N_("quarter before {value}"),
    PeriodKind.YEAR: N_("year before {value}"),
    PeriodKind.CHOSEN: N_("days before {value}"),
}
"""What a figure is compared with, by the kind of period."""


def change(tile: Tile, tr: Translator) -> str:
    """Return by how much a figure changed, with its sign, "" where there is nothing to compare."""
    if not tile.change or not round(tile.change, 3):
        return ""
    if tile.unit is Unit.COUNT:
        return tr(N_("{count} %"), count=f"{tile.change * 100:+.0f}")
    if tile.unit is Unit.SHARE:
        return tr(N_("{count} points"), count=f"{tile.change * 100:+.1f}")
    return tr(N_("{count} min"), count=f"{tile.change:+.0f}")


def verdict(tile: Tile) -> str:
    """Return the word for a change: better, worse, more, less, the same; "" where there is nothing to compare."""
    if tile.change is None:
        return ""
    if not round(tile.change, 3):
        return N_("the same")
    if not tile.better:
        return N_("more") if tile.change > 0 else N_("less")
    return N_("better") if tile.change * tile.better > 0 else N_("worse")
