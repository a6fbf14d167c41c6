"""The columns of the waiting table and of the list of lines."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QStyleOptionViewItem

from deskapp.domain.registration import SlipState
from deskapp.domain.text import N_
from deskapp.domain.waiting import STANDING_LABELS, Estimate, Standing, WaitingRow
from deskapp.i18n import Translator
from deskapp.ui import icons, style
from deskapp.ui.intake.waiting.shown import HEADING, LineItem, is_unlisted
from deskapp.ui.widgets.record_model import RECORD_ROLE, Column, Index
from deskapp.ui.widgets.record_table import KeptDelegate, RecordTable
from deskapp.ui.widgets.urgency import paint_urgency

SLIP_LABELS: Final = {
    SlipState.ISSUED: (N_("not printed"), "circle-dashed", "warning"),
    SlipState.SENT: (N_("printed"), "check", ""),
    SlipState.REPRINTED: (N_("printed again"), "check", ""),
    SlipState.VOID: (N_("void"), "ban", "danger"),
}
STANDING_LOOK: Final = {
    Standing.WAITING: ("", ""),
    Standing.CALLED: ("bell-ring", "accent"),
    Standing.PARKED: ("coffee", "secondary"),
    Standing.WITH_DOCTOR: ("stethoscope", "good"),
}


def estimate_words(estimate: Estimate, tr: Translator) -> str:
    """Return an estimate as "20–35 min", or that it is not known."""
    if estimate.low is None or estimate.high is None:
        return tr(N_("not known"))
    if estimate.low == estimate.high:
        return tr(N_("{minutes} min"), minutes=estimate.low)
    return tr(N_("{low}–{high} min"), low=estimate.low, high=estimate.high)


def minutes_words(minutes: int, tr: Translator) -> str:
    """Return a time waited: minutes, from an hour on hours and minutes."""
    if minutes < 60:
        return tr(N_("{minutes} min"), minutes=minutes)
    return tr(N_("{hours} h {minutes} min"), hours=minutes // 60, minutes=f"{minutes % 60:02}")


def _place(row: WaitingRow, _tr: Translator) -> str:
    return str(row.place) if row.place is not None else ""


def _label(row: WaitingRow, _tr: Translator) -> str:
    return row.label


def _name(row: WaitingRow, _tr: Translator) -> str:
    return row.name_masked


def _urgency(row: WaitingRow, _tr: Translator) -> str:
    return style.tokens().scheme.urgency[row.urgency - 1].numeral if row.urgency else ""


def _waited(row: WaitingRow, tr: Translator) -> str:
    return tr(N_("{minutes} min"), minutes=row.waited)


def _waited_tone(row: WaitingRow) -> str:
    return "danger" if row.apology_due else ""


def _estimate(row: WaitingRow, tr: Translator) -> str:
    return estimate_words(row.estimate, tr) if row.standing is Standing.WAITING else ""


def standing_since(row: WaitingRow, tr: Translator) -> str:
    """Return how it stands with a place, and of who was called since when."""
    words = tr(STANDING_LABELS[row.standing])
    if row.standing is Standing.CALLED and row.called_at is not None:
        return tr(N_("{standing} {time}"), standing=words, time=tr.time(row.called_at))
    return words


def standing_words(row: WaitingRow, tr: Translator) -> str:
    """Return how it stands with a place, with since when or why where that is known."""
    words = standing_since(row, tr)
    if row.standing is Standing.PARKED and row.reason:
        return tr(N_("{standing}: {reason}"), standing=words, reason=row.reason)
    return words


def _standing(row: WaitingRow, tr: Translator) -> str:
    """Return the same, as short as the list of lines says it: most rows keep to one line."""
    return tr(N_("inside")) if row.standing is Standing.WITH_DOCTOR else standing_words(row, tr)


def _standing_icon(row: WaitingRow) -> str:
    return STANDING_LOOK.get(row.standing, ("", ""))[0]


def _standing_tone(row: WaitingRow) -> str:
    return STANDING_LOOK.get(row.standing, ("", ""))[1]


def _room(row: WaitingRow, _tr: Translator) -> str:
    return row.room


def _line(row: WaitingRow, tr: Translator) -> str:
    return row.doctor or tr(row.line)


def _line_hint(row: WaitingRow, tr: Translator) -> str:
    return (
        tr(N_("{department}, {doctor}"), department=row.line, doctor=row.doctor)
        if row.doctor
        else tr(row.line)
    )


def _slip(row: WaitingRow, tr: Translator) -> str:
    return tr(SLIP_LABELS[row.slip][0])


def _slip_icon(row: WaitingRow) -> str:
    return SLIP_LABELS[row.slip][1]


def _slip_tone(row: WaitingRow) -> str:
    return SLIP_LABELS[row.slip][2]


def sign_of(row: WaitingRow) -> tuple[str, str, str]:
    """Return what a place asks for, most pressing first: message id, icon and tone; empty for nothing."""
    if row.obstacle is not None:
        return N_("stuck"), "triangle-alert", "danger"
    if row.reassess_due:
        return N_("look again"), "heart-pulse", "danger"
    if row.apology_due:
        return N_("apology"), "message-square-warning", "warning"
    return "", "", ""


def _sign(row: WaitingRow, tr: Translator) -> str:
    return tr(sign_of(row)[0])


def _sign_icon(row: WaitingRow) -> str:
    return sign_of(row)[1]


def _sign_tone(row: WaitingRow) -> str:
    return sign_of(row)[2]


def _sign_hint(row: WaitingRow, tr: Translator) -> str:
    return tr(row.obstacle) if row.obstacle is not None else _sign(row, tr)


COLUMNS: Final[tuple[Column[WaitingRow], ...]] = (
    Column("place", N_("Turn"), _place, width=50, number=True),
    Column("label", N_("Ticket"), _label, width=72),
    Column("urgency", N_("Level"), _urgency, width=50),
    Column("name", N_("Name"), _name, width=78, stretch=1, wrap=True),
    Column("line", N_("Line"), _line, width=74, stretch=1, wrap=True, hint=_line_hint, most_lines=5),
    Column("waited", N_("Waited"), _waited, width=68, number=True, tone=_waited_tone),
    Column("estimate", N_("Estimate"), _estimate, width=96, number=True),
    Column(
        "standing",
        N_("Standing"),
        _standing,
        width=128,
        stretch=3,
        wrap=True,
        tone=_standing_tone,
        icon=_standing_icon,
        hint=standing_words,
    ),
    Column("room", N_("Room"), _room, width=74),
    Column("slip", N_("Slips"), _slip, width=52, tone=_slip_tone, icon=_slip_icon, icon_only=True),
    Column(
        "sign", N_("To do"), _sign, width=92, wrap=True, tone=_sign_tone, icon=_sign_icon, hint=_sign_hint
    ),
)
ROOMY: Final = frozenset(column.name for column in COLUMNS)
ALL_LINES: Final = ROOMY - {"room"}
"""Of all lines together; with little room the line says enough of where."""
ONE_LINE: Final = ROOMY - {"line"}
SPARE: Final = frozenset({"place"})
"""What is left out first: the rows stand in this order anyway."""
NARROW: Final = frozenset({"estimate", "slip"})
"""What is left out where even less fits."""


class WaitingDelegate(KeptDelegate):
    """Draws numeral, shape and colour of the level in its cell, and everything else as words."""

    def __init__(self, table: RecordTable) -> None:
        super().__init__(table)
        self._unlisted: Collection[int] = ()

    def take_unlisted(self, departments: Collection[int]) -> None:
        """Draw from now on in no red who is stuck in one of these: no doctor is entered there yet."""
        self._unlisted = departments
        self.forget()
        self._table.viewport().update()

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Leave the numeral out: it is drawn inside the shape."""
        super().initStyleOption(option, index)
        name = COLUMNS[index.column()].name
        if name == "urgency":
            option.text = ""
        elif name == "sign" and self._unlisted and is_unlisted(index.data(RECORD_ROLE), self._unlisted):
            option.icon = icons.icon("triangle-alert", "warning")
            option.palette.setColor(QPalette.ColorRole.Text, QColor(style.tokens().colours.warning))

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a cell, and over its ground the sign."""
        super().draw(painter, option, index)
        if COLUMNS[index.column()].name != "urgency":
            return
        level = index.data(RECORD_ROLE).urgency
        if level:
            sizes = style.tokens().sizes
            edge = sizes.px(20)
            rect: QRect = option.rect
            top = rect.y() + (rect.height() - edge) // 2
            paint_urgency(painter, QRect(rect.x() + sizes.gap, top, edge, edge), level)


def line_title(item: LineItem, tr: Translator) -> str:
    """Return what a line is called."""
    words = tr(item.title)
    return tr(N_("{department} · {doctor}"), department=words, doctor=item.doctor) if item.doctor else words


def _line_words(item: LineItem, tr: Translator) -> str:
    """Return a line's name, and below it its figures."""
    figures = [tr(N_("{count} wait"), count=item.waiting)]
    if item.with_doctor:
        figures.append(tr(N_("{count} inside"), count=item.with_doctor))
    if item.longest:
        figures.append(tr(N_("{minutes} min"), minutes=item.longest))
    whole = replace(item, doctor=_in_one(item.doctor))
    # The point stays with the department: no line begins with it.
    title = line_title(whole, tr).replace(" · ", "\u00a0· ")
    return "\n".join((title, "\u00a0· ".join(_in_one(figure).replace(" ", "\u00a0") for figure in figures)))


def _in_one(words: str) -> str:
    """Return a name or figure that is not broken between its signs; one of several words may be between those."""
    return words if " " in words else "\u2060".join(words)


def _line_icon(item: LineItem) -> str:
    if item.unattended or item.unlisted:
        return "triangle-alert"
    usual = "building-2" if item.id.startswith(HEADING) else "users"
    return "clock-alert" if item.late else usual


def _line_tone(item: LineItem) -> str:
    if item.unattended:
        return "danger"
    return "warning" if item.late or item.unlisted else ""


def _line_tip(item: LineItem, tr: Translator) -> str:
    figures = tr(
        N_("{waiting} waiting, {inside} with the doctor, the longest wait {minutes} min"),
        waiting=item.waiting,
        inside=item.with_doctor,
        minutes=item.longest,
    )
    told = [line_title(item, tr), figures]
    if item.unattended:
        told.append(tr(N_("People wait here, and nobody is on duty.")))
    if item.unlisted:
        told.append(tr(N_("no doctor is listed here yet")))
    return "\n".join(told)


LINE_COLUMNS: Final[tuple[Column[LineItem], ...]] = (
    Column(
        "line",
        N_("Lines"),
        _line_words,
        width=120,
        stretch=1,
        wrap=True,
        tone=_line_tone,
        icon=_line_icon,
        hint=_line_tip,
        most_lines=5,
    ),
)
