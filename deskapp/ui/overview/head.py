"""Which days are looked at: a kind of period, from and to, one earlier, one later; and how far the reading is."""

from __future__ import annotations

import datetime as dt
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from deskapp.domain.statistics import PERIOD_LABELS, Period, PeriodKind, chosen, period
from deskapp.domain.text import N_, Text
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.keys import KeyAction
from deskapp.ui.overview import said
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import label
from deskapp.ui.widgets.editors import DATE, ChoiceBox, Field, Today
from deskapp.ui.widgets.form import Form

COLUMN: Final = 200
"""Width of a day to be typed, in pixels of the drawing board."""
FROM_TO: Final = (
    Field("first", N_("From"), DATE, required=True),
    Field("last", N_("To"), DATE, required=True),
)


class PeriodHead(QWidget):
    """The choice of the days."""

    wanted = Signal(object)
    """A `Period` that somebody chose."""

    def __init__(self, tr: Translator, today: Today) -> None:
        super().__init__()
        self._tr, self._today = tr, today
        self.shown = period(PeriodKind.TODAY, today())
        self.kind = ChoiceBox()
        for kind in PeriodKind:
            self.kind.addItem("", kind)
        self.form = Form(FROM_TO, tr, columns=2, now=today)
        self.form.hide()
        self._days, self._told = label("", "title"), label("", "secondary", wrap=True)
        self._row = QHBoxLayout()
        self._row.addWidget(self.kind)
        self._row.addWidget(self._days)
        self._row.addWidget(self._told, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(self._row)
        outer.addWidget(self.form, 0, Qt.AlignmentFlag.AlignLeft)
        self.kind.activated.connect(self._on_kind)
        self.form.submitted.connect(self.take_days)
        style.look().changed.connect(self._space)
        self._space()

    def add_button(self, action: KeyAction) -> None:
        """Show an action at the end of the row, where there is room for it at any size."""
        self._row.addWidget(ActionButton(action))

    def show_period(self, shown: Period) -> None:
        """Show which days these are."""
        self.shown = shown
        self.kind.setCurrentIndex(list(PeriodKind).index(shown.kind))
        self._days.setText(said.days(shown, self._tr))
        is_chosen = shown.kind is PeriodKind.CHOSEN
        self.form.setVisible(is_chosen)
        if is_chosen:
            self.form.set_values({"first": shown.span.first, "last": shown.span.last})

    def tell(self, words: str) -> None:
        """Say how far the figures are."""
        self._told.setText(words)
        style.set_state(self._told, "role", "secondary")

    def warn(self, words: str) -> None:
        """Say that they come no further, so that it is seen."""
        self._told.setText(words)
        style.set_state(self._told, "role", "warning")

    def told(self) -> str:
        """Return what is said of that."""
        return self._told.text()

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._tr = tr
        for at, kind in enumerate(PeriodKind):
            self.kind.setItemText(at, tr(PERIOD_LABELS[kind]))
        self.kind.setAccessibleName(tr(N_("Period")))
        self.kind.setSizeAdjustPolicy(self.kind.SizeAdjustPolicy.AdjustToContents)
        self.form.retranslate(tr)
        self.show_period(self.shown)

    @Slot()
    def _on_kind(self) -> None:
        kind: PeriodKind = PeriodKind(self.kind.currentData())
        if kind is PeriodKind.CHOSEN:
            self.wanted.emit(chosen(self.shown.span.first, self.shown.span.last))
            self.form.focus("first")
            first = self.form.widget("first")
            if isinstance(first, QLineEdit):
                # What is typed takes the place of the day that stands there.
                first.selectAll()
        else:
            self.wanted.emit(period(kind, self._today()))

    @Slot()
    def take_days(self) -> None:
        """Look at the days that were typed."""
        if self.form.check():
            first, last = self.form.value("first"), self.form.value("last")
            assert isinstance(first, dt.date)
            assert isinstance(last, dt.date)
            self.wanted.emit(chosen(first, last))

    @Slot()
    def _space(self) -> None:
        sizes = style.tokens().sizes
        self._row.setSpacing(sizes.field_gap)
        # As wide as two columns need to be: an error below a day does not push the other one down.
        self.form.setMinimumWidth(2 * sizes.px(COLUMN) + sizes.field_gap)


def reading(since: dt.date) -> Text:
    """Return the words while older days are still to come."""
    return Text(N_("Figures from {since} on; older days are coming …"), {"since": since})


def stopped(since: dt.date) -> Text:
    """Return the words after somebody stopped the reading."""
    return Text(N_("Stopped: figures from {since} on only. F5 reads the rest."), {"since": since})


def failed(since: dt.date | None) -> Text:
    """Return the words after the reading failed; without `since` none of the figures there are its own."""
    if since is None:
        return Text(N_("The figures could not be read. F5 tries again."))
    return Text(N_("The reading failed: figures from {since} on only. F5 tries again."), {"since": since})
