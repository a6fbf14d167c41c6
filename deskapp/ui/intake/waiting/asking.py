"""What is asked in the page before a place changes: a reason, or another line. No dialog, nothing is lost by Esc."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton

from deskapp.domain.directory import DepartmentView, DoctorView
from deskapp.domain.text import N_, Text
from deskapp.i18n import Translator
from deskapp.ui.widgets.basics import Panel, label
from deskapp.ui.widgets.editors import CHOICE, Choice, Field
from deskapp.ui.widgets.form import Form

REASON: Final = "reason"
MOST_LETTERS: Final = 200


@dataclass(frozen=True)
class Question:
    """What is asked: the sentence, the word on its button, whether a reason is needed, whether a line is chosen.

    `then` gets the answers by name: "reason", and "department_id" with "doctor_id" where a line was asked.
    """

    words: Text
    do: str
    then: Callable[[dict[str, Any]], object]
    reason: bool = True
    place: bool = False


class AskPanel(Panel):
    """The question in the page; hidden while there is none."""

    def __init__(self, tr: Translator) -> None:
        super().__init__()
        self._tr = tr
        self._question: Question | None = None
        self._asked: Text | None = None
        self._departments: Sequence[DepartmentView] = ()
        self._doctors: Sequence[DoctorView] = ()
        self._words = label("", "strong", wrap=True)
        self.place = Form(PLACE, tr, columns=2)
        self.needed, self.free = Form(NEEDED, tr, columns=1), Form(FREE, tr, columns=1)
        self.yes, self.no = QPushButton(), QPushButton()
        self.yes.setProperty("primary", True)
        self.yes.clicked.connect(self.answer)
        self.no.clicked.connect(self.put_away)
        row = QHBoxLayout()
        for form in (self.place, self.needed, self.free):
            form.submitted.connect(self.answer)
        self.place.changed.connect(self._on_place)
        row.addWidget(self.place, 3)
        row.addWidget(self.needed, 2)
        row.addWidget(self.free, 2)
        buttons = QHBoxLayout()
        buttons.addWidget(self._words, 1)
        buttons.addWidget(self.no)
        buttons.addWidget(self.yes)
        self.body.addLayout(buttons)
        self.body.addLayout(row)
        self.hide()

    def retranslate(self, tr: Translator) -> None:
        """Ask in another language."""
        self._tr = tr
        for form in (self.place, self.needed, self.free):
            form.retranslate(tr)
        self._offer_places()
        self._say()

    def _say(self) -> None:
        self.no.setText(self._tr(N_("Don't (Esc)")))
        if self._question is not None:
            self._words.setText(self._tr(self._question.words))
            self.yes.setText(self._tr(self._question.do))

    def put(self, question: Question) -> None:
        """Ask this instead of what was asked before."""
        self._question = question
        if question.words != self._asked:
            self.forget()
        self._asked = question.words
        self.place.setVisible(question.place)
        self.needed.setVisible(question.reason)
        self.free.setVisible(not question.reason)
        self._say()
        self.show()
        (self.place if question.place else self._reasons()).focus_first()

    def forget(self) -> None:
        """Let go of what was typed: it was done. Until then the same question finds its answer again."""
        self._asked = None
        for form in (self.place, self.needed, self.free):
            form.clear()
            form.clear_errors()

    @property
    def question(self) -> Question | None:
        """What is asked now."""
        return self._question

    def _reasons(self) -> Form:
        return self.needed if self._question is not None and self._question.reason else self.free

    def take_places(self, departments: Sequence[DepartmentView], doctors: Sequence[DoctorView]) -> None:
        """Offer these lines to move to."""
        self._departments, self._doctors = departments, doctors
        self._offer_places()

    def _offer_places(self) -> None:
        choices = [Choice(place.id, place.name) for place in self._departments if place.active]
        self.place.set_choices("department_id", choices)
        self._offer_doctors()

    @Slot(object)
    def _on_place(self, name: str) -> None:
        if name == "department_id":
            self.place.fill("doctor_id", None)
            self._offer_doctors()

    def _offer_doctors(self) -> None:
        at = self.place.value("department_id")
        nobody = Choice(None, N_("whoever is free"))
        doctors = [doctor for doctor in self._doctors if doctor.department_id == at and doctor.active]
        doctors.sort(key=_off_duty)
        self.place.set_choices("doctor_id", (nobody, *(Choice(one.id, _called(one)) for one in doctors)))

    @Slot()
    def answer(self) -> None:
        """Do what was asked about, if the answer is whole."""
        question, reasons = self._question, self._reasons()
        if question is None or (question.place and not self.place.check()) or not reasons.check():
            return
        given: dict[str, Any] = {REASON: str(reasons.value(REASON) or "").strip()}
        if question.place:
            given |= self.place.values()
        self.put_away()
        question.then(given)

    @Slot()
    def put_away(self) -> None:
        """Ask no more."""
        self._question = None
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc takes the question back; Ctrl+Enter answers it."""
        if event.key() == Qt.Key.Key_Escape:
            self.put_away()
        else:
            super().keyPressEvent(event)


def _off_duty(doctor: DoctorView) -> bool:
    return not doctor.on_duty


def _called(doctor: DoctorView) -> Text | str:
    return doctor.name if doctor.on_duty else Text(N_("{doctor} (off duty)"), {"doctor": doctor.name})


PLACE: Final = (
    Field("department_id", N_("Department"), CHOICE, required=True),
    Field("doctor_id", N_("Doctor"), CHOICE),
)
NEEDED: Final = (Field(REASON, N_("Reason"), required=True, max_length=MOST_LETTERS),)
FREE: Final = (Field(REASON, N_("Remark"), max_length=MOST_LETTERS),)
