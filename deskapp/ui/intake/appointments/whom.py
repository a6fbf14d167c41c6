"""For whom is booked: somebody found as at the desk, or somebody new by name and phone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from deskapp.domain.appointments import AppointmentLine
from deskapp.domain.intake import VisitorHit
from deskapp.domain.text import N_
from deskapp.errors import DeskError, InputError
from deskapp.i18n import Translator
from deskapp.ui import icons
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.appointments.keeping import NewKeeper
from deskapp.ui.intake.appointments.words import state_words
from deskapp.ui.intake.shown_name import shown_name
from deskapp.ui.intake.visitor_search import VisitorFinder
from deskapp.ui.messages import Retry
from deskapp.ui.widgets.basics import Icon, label
from deskapp.ui.widgets.editors import PHONE, Field
from deskapp.ui.widgets.form import Form
from deskapp.ui.widgets.result_list import ResultList, ResultRow

NEW: Final = "new"
_NUMBER: Final = re.compile(r"\+?\d[\d \-]{4,}\d")
FIELDS: Final = (
    Field("name", N_("Name"), required=True, large=True),
    Field("phone", N_("Phone"), PHONE, required=True, large=True),
)


@dataclass(frozen=True)
class Whom:
    """Who is to have a time: a visitor, or somebody new."""

    name: str
    visitor_id: int | None = None
    phone: str = ""


class WhomPane(VisitorFinder):
    """A search field, what it finds, and whoever was chosen with their appointments."""

    picked = Signal()
    """Somebody was chosen, or nobody any more."""

    opened = Signal(object)
    """The `AppointmentLine` of whoever was chosen that is to be shown."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.whom: Whom | None = None
        self._lines: Sequence[AppointmentLine] = ()
        self.results.fit(5)
        self.form = Form(FIELDS, desk.tr, columns=2)
        self.own = ResultList(desk.tr)
        self.own.fit(3)
        self._name, self._hint = label("", "value", wrap=True), label("", "secondary", wrap=True)
        self._drop = QToolButton()
        self._drop.setIcon(icons.icon("x"))
        self._drop.setProperty("flat", True)
        self._drop.clicked.connect(self.clear)
        self._lay_out()
        self.field.stepped.connect(self.results.step)
        self.own.chosen.connect(self._on_own)
        self.form.submitted.connect(self.take_new)
        self.keeper = NewKeeper(desk, self.form, self)
        self._show()
        self.keeper.load(self._restore)

    def _lay_out(self) -> None:
        self._card = QWidget()
        head = QHBoxLayout()
        head.addWidget(Icon("user-round", "accent", large=True))
        head.addWidget(self._name, 1)
        head.addWidget(self._drop)
        inside = QVBoxLayout(self._card)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addLayout(head)
        inside.addWidget(self.own)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        for widget in (self.field, self.results, self.form, self._card, self._hint):
            rows.addWidget(widget)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.field.say(tr, N_("For whom"), N_("For whom: name, phone…"))
        self.own.setAccessibleName(tr(N_("Their appointments")))
        self._drop.setToolTip(tr(N_("Nobody")))
        self._drop.setAccessibleName(tr(N_("Nobody")))
        self._hint.setText(tr(N_("F2 and a name: then choose a free time and press Enter.")))
        self.form.retranslate(tr)
        super().retranslate(tr)
        self._show_own()

    def _show(self) -> None:
        """Show the one part that fits: results while typing, the form of somebody new, or who was chosen."""
        is_new = self.form.property("wanted") is True
        self.results.setVisible(bool(self._typed) and not is_new)
        self.form.setVisible(is_new)
        self._card.setVisible(self.whom is not None and not self._typed and not is_new)
        self._hint.setVisible(self.whom is None and not self._typed and not is_new)

    def _restore(self, kept: Mapping[str, str] | None) -> None:
        """Show again what was typed of somebody new and not booked."""
        if kept and self.whom is None and not self._typed:
            self.form.setProperty("wanted", True)
            self.form.restore(kept)
            self._show()

    # choosing

    def choose(self, whom: Whom) -> None:
        """Take this person."""
        self.whom, self._lines = whom, ()
        self._name.setText(shown_name(whom.name, self._desk.tr))
        self._leave_form()
        self.field.clear()
        self._ask_own()
        self._show_own()
        self._show()
        self.picked.emit()

    @Slot()
    def clear(self) -> None:
        """Take nobody: it was booked, or is not wanted any more."""
        self.whom, self._lines = None, ()
        self.keeper.forget()
        self._leave_form()
        self.field.clear()
        self._show()
        self.picked.emit()

    def refresh(self) -> None:
        """Ask again for the appointments of whoever was chosen."""
        self._ask_own()

    def _leave_form(self) -> None:
        self.form.setProperty("wanted", False)
        self.form.set_values({"name": "", "phone": ""})

    def follow_typing(self) -> None:
        """Look for somebody: whoever was being typed as new is not meant any more."""
        if self._typed:
            self.form.setProperty("wanted", False)
        self._show()

    def rows_of(self, hits: Sequence[VisitorHit]) -> list[ResultRow]:
        """Return the rows for what was found, and one for somebody new."""
        new = self._desk.tr(N_("New: “{name}”"), name=self._typed)
        return [*super().rows_of(hits), ResultRow(NEW, new, icon="user-plus", tone="accent")]

    def take_chosen(self, row: ResultRow) -> None:
        """Take a visitor, or ask for somebody new."""
        if row.id == NEW:
            self.begin_new(self._typed)
        else:
            self.choose(Whom(row.data.name, row.data.id))

    def begin_new(self, typed: str) -> None:
        """Ask for name and phone of somebody new; what was typed is put where it belongs."""
        number = _NUMBER.search(typed)
        phone = number[0].strip() if number else ""
        self.field.clear()
        self.form.setProperty("wanted", True)
        self.form.set_values({"name": typed.replace(phone, "").strip() if phone else typed, "phone": phone})
        self._show()
        self.keeper.keep()
        self.form.focus("phone" if not phone else "name")

    @Slot()
    def take_new(self) -> None:
        """Take whoever was typed; they are registered when the time is booked."""
        if self.form.check():
            name, phone = str(self.form.value("name")), str(self.form.value("phone"))
            self.choose(Whom(name.strip(), None, phone.strip()))

    def take_error(self, error: DeskError, retry: Retry | None = None) -> bool:
        """Show what is wrong with name or phone of somebody new where it was typed."""
        if not isinstance(error, InputError) or error.field not in ("name", "phone") or self.whom is None:
            return False
        self.form.setProperty("wanted", True)
        self.form.set_values({"name": self.whom.name, "phone": self.whom.phone})
        self._show()
        return self.form.take_error(error, retry)

    # their appointments

    def _ask_own(self) -> None:
        if self.whom is None or self.whom.visitor_id is None:
            return
        asked = _Own(self, self.whom.visitor_id)
        read, run = self._desk.services.appointments.of_visitor, self._desk.runner.run
        run(
            read, self._desk.actor(), asked.visitor_id, done=asked.take, owner=self, latest="appointments.own"
        )

    def take_own(self, visitor_id: int, lines: Sequence[AppointmentLine]) -> None:
        """Show the appointments of a visitor if it still is the one who was chosen."""
        if self.whom is not None and self.whom.visitor_id == visitor_id:
            self._lines = lines
            self._show_own()

    def _show_own(self) -> None:
        tr, today = self._desk.tr, self._desk.today()
        rows = [
            ResultRow(
                line.id,
                tr.day_time(line.starts_at, today),
                second=SEPARATOR.join(
                    filter(None, (line.doctor or tr(line.department), state_words(line, tr)))
                ),
                icon="calendar",
                data=line,
            )
            for line in self._lines[:20]
        ]
        self.own.apply(rows, to_first=False)
        self.own.setVisible(bool(rows))

    @Slot(object)
    def _on_own(self, row: ResultRow) -> None:
        self.opened.emit(row.data)


SEPARATOR: Final = " · "


@dataclass(frozen=True)
class _Own:
    """Whose appointments were asked for."""

    pane: WhomPane
    visitor_id: int

    def take(self, lines: Sequence[AppointmentLine]) -> None:
        self.pane.take_own(self.visitor_id, lines)
