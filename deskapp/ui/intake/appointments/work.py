"""What is done with appointments from the calendar: each order knows what it was about, and how to take it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject

from deskapp.domain.appointments import AppointmentLine, BookingDraft, Target
from deskapp.domain.intake import Ref
from deskapp.domain.registration import AppointmentState
from deskapp.domain.text import N_, Text
from deskapp.errors import DeskError, RuleError
from deskapp.services.base import Done, new_request
from deskapp.ui.intake.appointments.beside import Question
from deskapp.ui.intake.appointments.cells import Cell, wall
from deskapp.ui.later import Later

if TYPE_CHECKING:
    from deskapp.ui.intake.appointments.page import AppointmentsPage

TAKEN: Final = "appointment.taken"


class AppointmentWork(QObject):
    """Books, moves, cancels, marks missed and opens again, for the page."""

    def __init__(self, page: AppointmentsPage) -> None:
        super().__init__(page)
        self._page = page
        self._desk = page.desk
        self._service = page.desk.services.appointments
        self._undo: Callable[[], object] | None = None

    # booking

    def book(self, cell: Cell) -> None:
        """Book a cell's time for whoever was chosen."""
        whom = self._page.whom.whom
        if whom is None:
            return
        column = self._page.grid.column_of(cell)
        draft = BookingDraft(
            department_id=column.department_id,
            starts_at=cell.begins.astimezone(dt.UTC),
            doctor_id=column.doctor_id,
            visitor_id=whom.visitor_id,
            name=whom.name,
            phone=whom.phone,
        )
        self.send_booking(draft)

    def send_booking(self, draft: BookingDraft) -> None:
        """Book what the draft says."""
        self.send_order(_Booking(self, draft, new_request()))

    def send_order(self, order: _Booking | _Moving) -> None:
        """Send an order; sent again after a lost answer, it is the same request and is done once."""
        page = self._page
        asked = (order.method(), self._desk.actor(), order.request, *order.values())
        page.run(*asked, done=order.done, failed=order.failed, busy=page.set_busy)

    @property
    def service(self) -> Any:
        """The service of appointments."""
        return self._service

    def booked(self, order: _Booking, ref: Ref) -> None:
        """Say what was booked; the next time is for somebody else."""
        self._page.reason.put_away()
        self._page.whom.clear()
        self._page.grid.setFocus()
        self._page.showing.select_later(("line", ref.id))
        told = {"name": order.draft.name, "when": wall(order.draft.starts_at)}
        self._did(Text(N_("Booked: {name}, {when}"), told), Later(self.take_back_booking, ref))

    def refused(self, order: _Booking, error: Exception) -> None:
        """Where only a reason is missing, ask for it; else say why."""
        if isinstance(error, RuleError) and error.code == TAKEN and not order.draft.reason:
            self._ask(Question(error.text, N_("Book beside it"), _BookAgain(self, order.draft)))
        elif isinstance(error, DeskError) and self._page.whom.take_error(error):
            pass
        else:
            self._desk.messages.route(error, self._page, Later(self.send_order, order))

    # moving

    def move(self, line: AppointmentLine, cell: Cell) -> None:
        """Give an appointment a cell's time and doctor."""
        column = self._page.grid.column_of(cell)
        self.send_move(line, Target(column.department_id, cell.begins.astimezone(dt.UTC), column.doctor_id))

    def send_move(self, line: AppointmentLine, target: Target) -> None:
        """Move an appointment there."""
        self.send_order(_Moving(self, line, target, new_request()))

    def moved(self, order: _Moving, ref: Ref) -> None:
        """Say where it went."""
        self._page.reason.put_away()
        self._page.end_moving()
        self._page.showing.select_later(("line", ref.id))
        old = order.line
        back = Target(
            old.department_id,
            old.starts_at,
            old.doctor_id,
            self._desk.tr(N_("taken back")) if old.over_booked else "",
            old.minutes,
        )
        told = {"name": old.name, "when": wall(order.target.starts_at)}
        self._did(Text(N_("Moved: {name}, {when}"), told), Later(self.move_back, ref, back, old.name))

    def move_refused(self, order: _Moving, error: Exception) -> None:
        """Where only a reason is missing, ask for it; else say why."""
        if isinstance(error, RuleError) and error.code == TAKEN and not order.target.reason:
            self._ask(Question(error.text, N_("Move beside it"), _MoveAgain(self, order.line, order.target)))
        else:
            self._desk.messages.route(error, self._page, Later(self.send_order, order))

    def move_back(self, ref: Ref, target: Target, name: str) -> None:
        """Take a move back."""
        order = _Plain(self, Text(N_("Moved back: {name}"), {"name": name}), ref, stands=True)
        self._send(self._service.move, ref.id, ref.version, target, done=order.done)

    # closing

    def ask_cancel(self, line: AppointmentLine) -> None:
        """Ask why an appointment is cancelled."""
        told = {"name": line.name, "when": wall(line.starts_at)}
        text = Text(N_("Cancel the appointment of {name}, {when}? The time is free at once."), told)
        self._ask(Question(text, N_("Cancel it"), _Cancelling(self, line)))

    def cancel(self, line: AppointmentLine, reason: str) -> None:
        """Cancel an appointment."""
        order = _Closing(self, Text(N_("Cancelled: {name}"), {"name": line.name}), line)
        self._send(self._service.cancel, line.id, line.version, reason, done=order.done)

    def take_back_booking(self, ref: Ref) -> None:
        """Undo a booking: it stays in the history, cancelled."""
        reason = self._desk.tr(N_("taken back"))
        order = _Plain(self, Text(N_("The booking was taken back")), ref)
        self._send(self._service.cancel, ref.id, ref.version, reason, done=order.done)

    def missed(self, line: AppointmentLine) -> None:
        """Say that nobody came."""
        order = _Closing(self, Text(N_("Missed: {name}"), {"name": line.name}), line)
        self._send(self._service.missed, line.id, line.version, done=order.done)

    def closed(self, order: _Closing, ref: Ref) -> None:
        """Say that it is done; it can be opened again."""
        self._page.reason.put_away()
        self._did(order.text, Later(self.reopen, ref, order.line.name))

    def reopen(self, ref: Ref, name: str) -> None:
        """Open a cancelled or missed appointment again."""
        order = _Plain(self, Text(N_("Open again: {name}"), {"name": name}), ref, stands=True)
        self._send(self._service.reopen, ref.id, ref.version, done=order.done)

    def reopen_line(self, line: AppointmentLine) -> None:
        """Open the appointment shown again."""
        if line.state in (AppointmentState.CANCELLED, AppointmentState.MISSED):
            self.reopen(Ref(line.id, "", line.version), line.name)

    # all of them

    def undo(self) -> None:
        """Take back what was done last here."""
        undo, self._undo = self._undo, None
        if undo is not None:
            undo()
        self._page.enable()

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return self._undo is not None

    def taken_back(self, order: _Plain) -> None:
        """Say what was taken back; the cursor goes where the appointment stands again."""
        if order.stands:
            self._page.showing.select_later(("line", order.ref.id))
        self._did(order.text, None)

    def _did(self, text: Text, undo: Callable[[], object] | None) -> None:
        self._undo = undo
        self._desk.messages.did(text, undo)
        self._page.enable()

    def _ask(self, question: Question) -> None:
        self._page.reason.ask(question, self._page.grid)

    def _send(self, method: Any, *values: Any, done: Any) -> None:
        page = self._page
        page.run(method, self._desk.actor(), new_request(), *values, done=done, busy=page.set_busy)


# --- Orders on their way, and how they are taken back -------------------------------------------------------------


@dataclass(frozen=True)
class _Booking:
    work: AppointmentWork
    draft: BookingDraft
    request: str

    def method(self) -> Any:
        return self.work.service.book

    def values(self) -> tuple[object, ...]:
        return (self.draft,)

    def done(self, done: Done[Ref]) -> None:
        self.work.booked(self, done.value)

    def failed(self, error: Exception) -> None:
        self.work.refused(self, error)


@dataclass(frozen=True)
class _Moving:
    work: AppointmentWork
    line: AppointmentLine
    target: Target
    request: str

    def method(self) -> Any:
        return self.work.service.move

    def values(self) -> tuple[object, ...]:
        return self.line.id, self.line.version, self.target

    def done(self, done: Done[Ref]) -> None:
        self.work.moved(self, done.value)

    def failed(self, error: Exception) -> None:
        self.work.move_refused(self, error)


@dataclass(frozen=True)
class _Closing:
    work: AppointmentWork
    text: Text
    line: AppointmentLine

    def done(self, done: Done[Ref]) -> None:
        self.work.closed(self, done.value)


@dataclass(frozen=True)
class _Plain:
    work: AppointmentWork
    text: Text
    ref: Ref
    stands: bool = False

    def done(self, _done: Done[Ref]) -> None:
        self.work.taken_back(self)


@dataclass(frozen=True)
class _BookAgain:
    work: AppointmentWork
    draft: BookingDraft

    def __call__(self, reason: str) -> None:
        self.work.send_booking(replace(self.draft, reason=reason))


@dataclass(frozen=True)
class _MoveAgain:
    work: AppointmentWork
    line: AppointmentLine
    target: Target

    def __call__(self, reason: str) -> None:
        self.work.send_move(self.line, replace(self.target, reason=reason))


@dataclass(frozen=True)
class _Cancelling:
    work: AppointmentWork
    line: AppointmentLine

    def __call__(self, reason: str) -> None:
        self.work.cancel(self.line, reason)
