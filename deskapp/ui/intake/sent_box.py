"""What stands where the proposals were once a number is given: where to, why, the price, what became of the slip."""

from __future__ import annotations

import datetime as dt

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QLabel

from deskapp.domain.intake import ChargeLine, SlipEvent, VisitView
from deskapp.domain.registration import label
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.base_tab import Desk
from deskapp.ui.widgets.basics import Panel
from deskapp.ui.widgets.basics import label as words

Lines = list[tuple[str, str]]
"""What a line is about, and what it says."""


class SentBox(Panel):
    """Facts to read, nothing to fill in."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._grid = QGridLayout()
        self._grid.setColumnStretch(1, 1)
        self._pairs: list[tuple[QLabel, QLabel]] = []
        self.body.addLayout(self._grid)
        self.body.addStretch(1)
        style.look().changed.connect(self._space_lines)
        self._space_lines()

    def lines(self) -> Lines:
        """Return what is shown."""
        return [(about.text(), said.text()) for about, said in self._pairs if not said.isHidden()]

    def show_visit(self, visit: VisitView) -> None:
        """Show what was decided and done about a visit."""
        found = facts(visit, self._desk.tr, self._desk.today())
        while len(self._pairs) < len(found):
            pair = (words("", "secondary"), words("", "", wrap=True))
            for column, text in enumerate(pair):
                self._grid.addWidget(text, len(self._pairs), column, Qt.AlignmentFlag.AlignTop)
            self._pairs.append(pair)
        for at, pair in enumerate(self._pairs):
            line = found[at] if at < len(found) else ("", "")
            for text, said in zip(pair, line, strict=True):
                text.setText(said)
                text.setVisible(at < len(found))

    @Slot()
    def _space_lines(self) -> None:
        sizes = style.tokens().sizes
        self._grid.setHorizontalSpacing(sizes.margin)
        self._grid.setVerticalSpacing(sizes.gap)


def facts(visit: VisitView, tr: Translator, today: dt.date) -> Lines:
    """Return what there is to say of a visit whose number was given; what is said once is not said again."""
    found: Lines = []
    if visit.ended is not None:
        found.append((tr(N_("Ended")), tr(N_("F10 takes the end back, and the visit goes on."))))
    if visit.department is not None:
        before = visit.number.waiting_before if visit.number is not None else 0
        waiting = tr.n("{count} waiting before", "{count} waiting before", before) if before else ""
        place = (tr(visit.department), visit.doctor, visit.room, waiting)
        found.append((tr(N_("Sent to")), " · ".join(part for part in place if part)))
    if visit.override_reason:
        found.append((tr(N_("Why")), visit.override_reason))
    if visit.vitals is not None and visit.vitals.news2 is not None:
        found.append((tr(N_("Vital signs")), tr(N_("NEWS2 {total}"), total=visit.vitals.news2)))
    found += _named(tr(N_("Price")), [_charge(line, tr) for line in visit.charges])
    if visit.charges:
        paid = (tr.money(visit.total), tr(label(visit.payment)), visit.payment_reason)
        found.append((tr(N_("Payment")), " · ".join(part for part in paid if part)))
    events = visit.number.events if visit.number is not None else ()
    return found + _named(tr(N_("Slip")), [_event(event, tr, today) for event in events])


def _named(about: str, lines: list[str]) -> Lines:
    """Return lines of which only the first says what they are about."""
    return [(about if at == 0 else "", line) for at, line in enumerate(lines)]


def _charge(line: ChargeLine, tr: Translator) -> str:
    times = f" × {line.quantity}" if line.quantity != 1 else ""
    return f"{tr(line.name)}{times} · {tr.money(line.total)}"


def _event(event: SlipEvent, tr: Translator, today: dt.date) -> str:
    parts = (tr.day_time(event.at, today), tr(label(event.state)), event.by, event.reason)
    return " · ".join(part for part in parts if part)
