"""One visit at the desk: who, complaint, where to, number, price; the eight steps below."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from deskapp.domain.identity import mask_document, mask_phone
from deskapp.domain.intake import AppointmentView, StepView, VisitView, fold_steps
from deskapp.domain.registration import Allergy, Sex, SlipState, label
from deskapp.domain.retention import is_erased
from deskapp.domain.text import N_, Text
from deskapp.i18n import Translator
from deskapp.services.base import new_request
from deskapp.ui import style
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.escort_box import EscortBox
from deskapp.ui.intake.pay_box import PayBox
from deskapp.ui.intake.shown_name import shown_name
from deskapp.ui.intake.triage_box import TriageBox
from deskapp.ui.intake.vitals_box import VitalsBox
from deskapp.ui.later import Later
from deskapp.ui.widgets.basics import Icon, Pill, scrolled
from deskapp.ui.widgets.basics import label as words
from deskapp.ui.widgets.form import Form
from deskapp.ui.widgets.steps import CURRENT, DONE, SKIPPED, TODO, Step, StepStrip
from deskapp.ui.widgets.urgency import UrgencyBadge

TRIAGE, VITALS, PAY = "triage", "vitals", "pay"
APPOINTMENT_KEY: Final = "F11"
SLIP_TONES: Final = {
    SlipState.ISSUED: "warning",
    SlipState.SENT: "good",
    SlipState.REPRINTED: "good",
    SlipState.VOID: "danger",
}


class PartStack(QStackedWidget):
    """The parts of a visit's page, one shown at a time, each with room to scroll; made piece by piece."""

    triage: TriageBox
    vitals: VitalsBox
    pay: PayBox

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pages: dict[str, QWidget] = {}

    def make(self, desk: Desk) -> Iterator[None]:
        """Make the parts, a piece at each step. Each belongs to this from its beginning: a window can be closed."""
        self.triage = TriageBox(desk, self)
        yield
        self._add(TRIAGE, self.triage)
        yield
        self.vitals = VitalsBox(desk, self)
        yield
        self._add(VITALS, self.vitals)
        yield
        self.pay = PayBox(desk, self)
        yield
        self._add(PAY, self.pay)

    def _add(self, name: str, part: QWidget) -> None:
        self.pages[name] = scrolled(part)
        self.addWidget(self.pages[name])


class VisitPage(QWidget):
    """Shows a visit; the tab decides what the keys do with it."""

    step_activated = Signal(object)
    """Name of the step that was clicked."""

    edit_wanted = Signal()
    """Change the visitor's record."""

    booked = Signal()
    """An appointment is offered to be confirmed, or no longer."""

    def __init__(self, desk: Desk, parts: PartStack, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.visit: VisitView | None = None
        self._appointments: list[AppointmentView] = []
        self.triage, self.vitals, self.pay = parts.triage, parts.vitals, parts.pay
        self._stack = parts
        self.head = VisitorHead(desk)
        self.head.edit.clicked.connect(self.edit_wanted)
        self.number = NumberLine(desk)
        self.escort = EscortBox(desk)
        self.escort.changed.connect(self._share_soon)
        self.steps = StepStrip(desk.tr)
        self.steps.activated.connect(self.step_activated)
        self._appointment = QPushButton()
        self._appointment.clicked.connect(self.confirm_appointment)
        self._appointment.hide()
        self._ended = words("", "warning", wrap=True)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        for widget in (self.head, self._ended, self.number, self._appointment, self.escort):
            rows.addWidget(widget)
        rows.addWidget(self._stack, 1)
        self._stack.show()
        rows.addWidget(self.steps)
        self.buttons = QHBoxLayout()
        self.buttons.addStretch(1)
        rows.addLayout(self.buttons)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room anew."""
        super().resizeEvent(event)
        self._share_soon()

    @Slot()
    def _share_soon(self) -> None:
        # Later: what was just said has its height only when it has been laid out.
        QTimer.singleShot(0, self, self._share_room)

    @Slot()
    def _share_room(self) -> None:
        """On the way with the visitor let the steps give their room to what is to be said, where both don't fit."""
        rows = self.layout()
        assert rows is not None
        needed = rows.minimumHeightForWidth(self.width())
        if self.steps.isHidden():
            needed += self.steps.minimumSizeHint().height() + rows.spacing()
        self.steps.setVisible(self.escort.isHidden() or needed <= self.height())

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        for part in (self.triage, self.vitals, self.pay, self.head, self.number, self.escort):
            part.retranslate(tr)
        self.steps.retranslate(tr)
        self._say_appointment(tr)
        if self.visit is not None:
            self.show_visit(self.visit)

    def begin(self, name: str) -> None:
        """Show an empty visit that is being opened; what is typed meanwhile will be its complaint."""
        self.visit = None
        self.head.begin(name)
        for part in (self.triage, self.vitals, self.pay, self.escort):
            part.begin()
        self._offer_appointment([])
        for widget in (self._ended, self.number):
            widget.hide()
        coming = (view.step for view in fold_steps(()))
        self.steps.show_steps([Step(step.value, label(step), TODO) for step in coming])
        self.show_part(TRIAGE)
        self.triage.focus_complaint()

    def forms(self) -> dict[str, Form]:
        """Return the forms that are typed into, by name."""
        triage = self.triage
        return {
            "said": triage.said,
            "more": triage.more,
            "choice": triage.choice,
            "vitals": self.vitals.form,
            "pay": self.pay.form,
            "escort": self.escort.form,
        }

    def show_visit(self, visit: VisitView) -> None:
        """Show a visit, or what has changed of it."""
        before, self.visit = self.visit, visit
        other = before is None or before.id != visit.id
        self.head.show_visit(visit)
        self.number.show_visit(visit)
        for part in (self.triage, self.vitals, self.pay):
            part.show_visit(visit)
        self._show_steps(visit)
        self._show_end(visit)
        if other:
            self.show_part(TRIAGE)
        if other or (before and before.appointment_id != visit.appointment_id):
            self._ask_for_appointments(visit)

    def show_part(self, part: str) -> None:
        """Show triage, vital signs or price."""
        self._stack.setCurrentWidget(self._stack.pages[part])

    def part(self) -> str:
        """Return which part is shown."""
        return next(name for name, page in self._stack.pages.items() if page is self._stack.currentWidget())

    def _show_steps(self, visit: VisitView) -> None:
        tr, today = self._desk.tr, self._desk.today()
        self.steps.show_steps([_step(view, visit, tr, today) for view in visit.steps])

    def _show_end(self, visit: VisitView) -> None:
        tr = self._desk.tr
        self._ended.setVisible(visit.ended is not None)
        if visit.ended is not None and visit.ended_at is not None:
            when = tr.day_time(visit.ended_at, self._desk.today())
            self._ended.setText(
                tr(
                    N_("Ended {when}: {reason}. {note}"),
                    when=when,
                    reason=tr(label(visit.ended)),
                    note=visit.end_note,
                )
            )

    def _ask_for_appointments(self, visit: VisitView) -> None:
        self._offer_appointment([])
        if visit.visitor is None or visit.appointment_id is not None:
            return
        ask = self._desk.services.visitors.appointments
        self._desk.runner.run(
            ask,
            self._desk.actor(),
            visit.visitor.id,
            done=self._offer_appointment,
            owner=self,
            latest="booked",
        )

    def _offer_appointment(self, found: list[AppointmentView]) -> None:
        self._appointments = found
        self._appointment.setVisible(bool(found))
        self._say_appointment(self._desk.tr)
        self.booked.emit()

    def _say_appointment(self, tr: Translator) -> None:
        if self._appointments:
            booked = self._appointments[0]
            who = " · ".join(part for part in (tr(booked.department), booked.doctor) if part)
            self._appointment.setText(
                tr(
                    N_("Booked for {time}: {who}. Here now? {key} confirms."),
                    time=tr.time(booked.starts_at),
                    who=who,
                    key=APPOINTMENT_KEY,
                )
            )

    def is_booked(self) -> bool:
        """Return whether an appointment of the visitor in front can be confirmed."""
        return self.visit is not None and self.visit.ended is None and bool(self._appointments)

    @Slot()
    def confirm_appointment(self) -> None:
        """Say that this visit is the one that was booked."""
        if self.visit is None or not self.is_booked():
            return
        booked, visit_id = self._appointments[0], self.visit.id
        self._offer_appointment([])
        fulfil = self._desk.services.visits.fulfil_appointment
        self._desk.runner.run(
            fulfil,
            self._desk.actor(),
            new_request(),
            visit_id,
            booked.id,
            done=partial(self._tell_confirmed, visit_id),
            owner=self,
        )

    def _tell_confirmed(self, visit_id: int, _done: object) -> None:
        """Say that a visit is the one that was booked, and how to take that back."""
        self._desk.messages.did(
            Text(N_("Came for the appointment")), Later(self.release_appointment, visit_id)
        )

    def release_appointment(self, visit_id: int) -> None:
        """Take back that a visit is the one that was booked."""
        release = self._desk.services.visits.release_appointment
        self._desk.runner.run(
            release, self._desk.actor(), new_request(), visit_id, done=self._on_released, owner=self
        )

    def _on_released(self, _done: object) -> None:
        self._desk.messages.did(Text(N_("The appointment is open again")))


class VisitorHead(QWidget):
    """Who stands there: name, sex, age, masked phone, visits, and the allergy nobody may miss."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._visit: VisitView | None = None
        self._name = words("", "title", wrap=True)
        self._facts = words("", "secondary", wrap=True)
        self._allergy_icon = Icon("triangle-alert", "danger", large=True)
        self._allergy = words("", "danger", wrap=True)
        self._urgency = UrgencyBadge()
        self.edit = QPushButton()
        self.edit.setProperty("flat", True)
        self._first = first = QHBoxLayout()
        first.addWidget(self._urgency)
        first.addWidget(self._name, 1)
        first.addWidget(self.edit, 0, Qt.AlignmentFlag.AlignTop)
        allergy = QHBoxLayout()
        allergy.addWidget(self._allergy_icon)
        allergy.addWidget(self._allergy, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addLayout(first)
        rows.addWidget(self._facts)
        rows.addLayout(allergy)
        style.look().changed.connect(self._space)
        self._space()

    @Slot()
    def _space(self) -> None:
        self._first.setSpacing(style.tokens().sizes.gap)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.edit.setText(tr(N_("Record")) + " (F3)")
        self.edit.setAccessibleName(tr(N_("Change the record")))
        if self._visit is not None:
            self.show_visit(self._visit)

    def begin(self, name: str) -> None:
        """Show the name of somebody whose visit is being opened."""
        self._visit = None
        self._name.setText(name)
        self._facts.setText("")
        for widget in (self._allergy_icon, self._allergy, self._urgency, self.edit):
            widget.hide()

    def show_visit(self, visit: VisitView) -> None:
        """Show the visitor of a visit."""
        self._visit = visit
        tr = self._desk.tr
        visitor = visit.visitor
        name = visitor.name if visitor else ""
        self._name.setText(shown_name(name, tr))
        self._facts.setText("  ·  ".join(_facts(visit, tr)))
        allergic = visitor is not None and visitor.draft.allergy is Allergy.YES
        self._allergy_icon.setVisible(allergic)
        self._allergy.setVisible(allergic)
        if allergic and visitor is not None:
            self._allergy.setText(tr(N_("Allergic to: {what}"), what=visitor.draft.allergy_text))
        self._urgency.setVisible(visit.urgency is not None)
        self._urgency.show_level(visit.urgency)
        self.edit.setVisible(visitor is not None and not is_erased(name))


def _facts(visit: VisitView, tr: Translator) -> list[str]:
    visitor = visit.visitor
    if visitor is None:
        return [tr(N_("no record yet: F2 makes one, the search finds one"))]
    draft = visitor.draft
    # "Unknown" alone would not say what of; an erased record keeps no sex either.
    told = draft.sex is not Sex.UNKNOWN and not is_erased(draft.name)
    facts = [tr(label(draft.sex))] if told else []
    if draft.birth_date:
        facts.append(tr.age(draft.birth_date, visit.day))
        facts.append(tr.date(draft.birth_date))
    if draft.phone:
        facts.append(mask_phone(draft.phone))
    if draft.document_number:
        facts.append(mask_document(draft.document_number))
    first = N_("first visit")
    facts.append(tr(first) if visit.first_visit else tr(N_("visit {count}"), count=visitor.visits))
    return facts


class NumberLine(QWidget):
    """The number just issued, large, with where to go and what became of the slip."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._number = words("", "number")
        self._where = words("", "strong", wrap=True)
        self._slip = Pill()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._number)
        row.addWidget(self._where, 1)
        row.addWidget(self._slip)

    def retranslate(self, tr: Translator) -> None:
        """The next `show_visit` says it."""

    def show_visit(self, visit: VisitView) -> None:
        """Show the number of a visit."""
        number, tr = visit.number, self._desk.tr
        self.setVisible(number is not None)
        if number is None:
            return
        self._number.setText(number.label)
        self._number.setAccessibleName(tr(N_("Number {label}"), label=number.label))
        place = [tr(visit.department) if visit.department else "", visit.doctor, visit.room]
        self._where.setText(" · ".join(part for part in place if part))
        self._slip.show_text(tr(label(number.state)), SLIP_TONES[number.state])


def _step(view: StepView, visit: VisitView, tr: Translator, today: dt.date) -> Step:
    when = tr.day_time(view.at, today) if view.at else ""
    return Step(view.step.value, label(view.step), _state(view, visit), view.by, when)


def _state(view: StepView, visit: VisitView) -> str:
    if view.done:
        return DONE
    if view.step is visit.next_step:
        return CURRENT
    return SKIPPED if visit.ended is not None else TODO
