"""The desk's paper: gathered and drawn in a worker, sent to the printer that the form is used to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from deskapp.domain.access import Actor
from deskapp.domain.intake import NumberView
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError
from deskapp.i18n import translator
from deskapp.services.base import Done, new_request
from deskapp.services.intake.papers import PaperService
from deskapp.ui.base_tab import Desk
from deskapp.ui.printing import Printing, Sent

SLIP: Final = "number-slip"
FORM: Final = "registration-form"


@dataclass(frozen=True)
class Source:
    """What makes a form's PDF in a worker: of a visit, or blank."""

    papers: PaperService
    actor: Actor
    form: str
    visit_id: int | None
    language: str

    def draw(self, size: str = "", language: str = "") -> bytes:
        """Gather and draw the form; "" is the usual size, the window's language."""
        from deskapp.forms import catalog

        if self.visit_id is None:
            sheet = self.papers.blank(self.actor, self.form, self.actor.name)
        else:
            sheet = self.papers.sheet(self.actor, self.form, self.visit_id, self.actor.name)
        tr = translator(language or self.language)
        return catalog.render(sheet.form, sheet.paper, sheet.letterhead, tr, size or None)


# One at a time: two pages drawn at once would keep Python's lock from the window twice as long.
Source.draw.__lane__ = "paper"  # type: ignore[attr-defined]


class DeskPapers(QObject):
    """Prints what belongs to a visit; what can't be printed is said, and nothing is lost by it.

    What was ordered is printed and recorded even if another person signs in meanwhile: it has no owner.
    """

    def __init__(self, desk: Desk, owner: QWidget) -> None:
        super().__init__(owner)
        self._desk = desk
        self._owner = owner
        self._printing: Printing | None = None
        self._on_its_way: set[tuple[str, int]] = set()
        self._sent: set[tuple[str, int]] = set()

    def print_number(self, visit_id: int, number: NumberView) -> None:
        """Print slip and registration form of a number just given, each unless a spooler took it already."""
        actor = self._desk.actor()
        for kind in (_Slip, _Job):
            job = kind(self, actor, visit_id, number)
            if job.key not in self._sent:
                self._print(job)

    def print_slip(self, visit_id: int, number: NumberView, *, again: bool) -> None:
        """Print the slip, and record once the spooler has it."""
        self._print(_Slip(self, self._desk.actor(), visit_id, number, again=again))

    def print_form(self, form: str, visit_id: int) -> None:
        """Print a form of a visit, and record once the spooler has it."""
        self._print(_Job(self, self._desk.actor(), visit_id, None, form=form))

    def is_printing(self, number_id: int) -> bool:
        """Return whether a slip is on its way to the spooler."""
        return (SLIP, number_id) in self._on_its_way

    def was_sent(self, number_id: int) -> bool:
        """Return whether a spooler took the slip, recorded already or not."""
        return (SLIP, number_id) in self._sent

    def source(self, form: str, visit_id: int | None) -> Source:
        """Return what draws a form."""
        desk = self._desk
        return Source(desk.services.papers, desk.actor(), form, visit_id, desk.tr.language)

    def printing(self) -> Printing:
        """Return the way to paper, found when it is first needed."""
        if self._printing is None:
            self._printing = Printing(self._desk)
        return self._printing

    def _print(self, job: _Job) -> None:
        if job.key not in self._on_its_way:
            self._on_its_way.add(job.key)
            pdf = self.source(job.form, job.visit_id).draw
            self.printing().print_form(job.form, pdf, job.take_sent, job.take_refusal)

    def take_sent(self, job: _Job, sent: Sent) -> None:
        """Record what a spooler took, and tell it."""
        self._on_its_way.discard(job.key)
        self._sent.add(job.key)
        use_case, args = job.record(self._desk.services, sent.printer)
        # By whoever ordered it, even if another person has signed in since.
        self._desk.runner.run(use_case, job.actor, new_request(), *args, done=job.take_recorded)
        if job.number is None:
            self._desk.messages.did(Text(N_("Sent to {printer}"), {"printer": sent.printer}))

    def tell_void(self, number: NumberView) -> None:
        """Say that a slip came out whose number was voided while it was printing."""
        message = N_("{number} was voided while its slip was printing. Take the slip back.")
        self._desk.messages.info(Text(message, {"number": number.label}))

    def take_refusal(self, job: _Job, error: Exception) -> None:
        """Say why something was not printed; trying again prints all that is missing."""
        self._on_its_way.discard(job.key)
        if isinstance(error, StorageError) and job.number is not None:
            # Another visitor may stand there by now.
            told = {"number": job.number.label, "why": error.text}
            words = N_("{number} is not on paper yet. {why} Ctrl+Shift+P shows the forms.")
            error = StorageError(error.code, Text(words, told))
        self._desk.messages.route(error, self._owner, job.again_with_its_mate)

    def print_once_more(self, job: _Job) -> None:
        """Print what was refused, and the other paper of the same number if that was refused too."""
        if not isValid(self):
            return
        if job.number is not None and not job.again:
            self.print_number(job.visit_id, job.number)
        else:
            self._print(job)


@dataclass(frozen=True)
class _Job:
    """One paper on its way to a spooler."""

    papers: DeskPapers
    actor: Actor
    visit_id: int
    number: NumberView | None
    again: bool = False
    form: str = FORM

    @property
    def key(self) -> tuple[str, int]:
        """What may not be on its way twice: a form with a number is another than without."""
        return self.form, self.number.id if self.number is not None else -self.visit_id

    def take_sent(self, sent: Sent) -> None:
        self.papers.take_sent(self, sent)

    def take_recorded(self, _done: Done[Any]) -> None:
        """Nothing more to say of a form."""

    def take_refusal(self, error: Exception) -> None:
        self.papers.take_refusal(self, error)

    def again_with_its_mate(self) -> None:
        self.papers.print_once_more(self)

    def record(self, services: Any, printer: str) -> tuple[Any, tuple[Any, ...]]:
        """Return the use case that records the paper, and what it is told."""
        return services.papers.printed, (self.form, self.visit_id, printer)


@dataclass(frozen=True)
class _Slip(_Job):
    """The slip of a number."""

    form: str = SLIP

    def take_recorded(self, done: Done[Any]) -> None:
        if done.value is False and self.number is not None:
            self.papers.tell_void(self.number)

    def record(self, services: Any, printer: str) -> tuple[Any, tuple[Any, ...]]:
        assert self.number is not None
        return services.numbers.slip_sent, (self.number.id, printer, self.again)
