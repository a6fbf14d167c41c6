"""What the guide asks and learns: two questions, the form of address, perhaps a name and a note. One hand is enough."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from deskapp.domain.door import ADDRESS_LABELS, Address, ExpectedRow, GreetingDraft
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.triage_rules import Sentence
from deskapp.ui import style
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.door.answers import Answer, Answers
from deskapp.ui.widgets.basics import label
from deskapp.ui.widgets.editors import Field
from deskapp.ui.widgets.form import Form

YES, NO, UNKNOWN = N_("Yes"), N_("No"), N_("Not asked")
HAS_ONE, HAS_NONE = N_("Has one"), N_("Has none")
"""What is answered to "an appointment?": in Chinese nobody says yes or no to that."""
APPOINTMENT: Final = (Answer(True, HAS_ONE, "1"), Answer(False, HAS_NONE, "2"), Answer(None, UNKNOWN, "3"))
FIRST_VISIT: Final = (Answer(True, YES, "4"), Answer(False, NO, "5"), Answer(None, UNKNOWN, "6"))
ADDRESS: Final = tuple(
    Answer(address, ADDRESS_LABELS[address], key)
    for address, key in (
        (Address.SIR, "S"),
        (Address.MADAM, "M"),
        (Address.YOUNG, "Y"),
        (Address.OTHER, "V"),
    )
)
FIELDS: Final = (
    Field("name", N_("Name, if the visitor says it (N)")),
    Field("note", N_("Note for the desk (T)")),
)
TO_NAME, TO_NOTE = Qt.Key.Key_N, Qt.Key.Key_T
BURST_MS: Final = 60
"""Keys that follow each other faster than this are a scanner's."""


class DoorForm(QWidget):
    """Answers by digits, the form of address by a letter, all by touch. Enter hands over."""

    submitted = Signal()
    """Enter, wherever the cursor is."""

    changed = Signal()
    """Something was answered or typed."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._appointment_id: int | None = None
        self._last_key = 0
        self._before_burst = GreetingDraft()
        self._low = False
        self._panels: list[QVBoxLayout] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.say = label("", "value", wrap=True)
        self.expected = label("", "accent", wrap=True)
        self.expected.hide()
        self._sentences = label("", "title", wrap=True), label("", "title", wrap=True)
        self._questions = label("", "secondary"), label("", "secondary"), label("", "secondary")
        self.appointment = Answers(APPOINTMENT)
        self.first_visit = Answers(FIRST_VISIT)
        self.address = Answers(ADDRESS)
        self.fields = Form(FIELDS, desk.tr)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.addWidget(self.say)
        self._rows.addWidget(self._question(0, self._sentences[0], self.appointment))
        self._rows.addWidget(self._question(1, self._sentences[1], self.first_visit))
        self._rows.addWidget(self._question(2, None, self.address))
        self._rows.addWidget(self.expected)
        self._rows.addWidget(self.fields)
        self._rows.addStretch(1)
        for answers in (self.appointment, self.first_visit, self.address):
            answers.changed.connect(self._on_changed)
        self.fields.changed.connect(self._on_changed)
        self.fields.submitted.connect(self.submitted)
        # After the form's own filter, hence before it: Enter would go on to the note.
        self.fields.widget("name").installEventFilter(self)
        style.look().changed.connect(self._space)
        self._space()

    def _question(self, place: int, sentence: QLabel | None, answers: Answers) -> QWidget:
        panel = QFrame()
        panel.setProperty("role", "panel")
        inside = QVBoxLayout(panel)
        self._panels.append(inside)
        head = QHBoxLayout()
        if sentence is not None:
            head.addWidget(sentence, 1)
        head.addWidget(self._questions[place], 0, Qt.AlignmentFlag.AlignVCenter)
        if sentence is None:
            head.addStretch(1)
        inside.addLayout(head)
        inside.addWidget(answers)
        return panel

    @Slot()
    def _space(self) -> None:
        sizes = style.tokens().sizes
        self._rows.setSpacing(sizes.gap if self._low else sizes.field_gap)
        for inside in self._panels:
            side = sizes.gap if self._low else sizes.margin
            above = sizes.px(6) if self._low else sizes.field_gap
            inside.setContentsMargins(side, above, side, sizes.gap if self._low else sizes.margin)
            inside.setSpacing(sizes.px(4) if self._low else sizes.gap)

    def be_low(self, low: bool) -> None:
        """Take less height, where the window has little of it."""
        if low == self._low:
            return
        self._low = low
        for answers in (self.appointment, self.first_visit, self.address):
            answers.be_low(low)
        style.set_state(self.say, "role", "secondary" if low else "value")
        self._space()

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        asked = tr(N_("Appointment?")), tr(N_("First visit?")), tr(N_("Form of address"))
        for words, question in zip(self._questions, asked, strict=True):
            words.setText(question)
        library: Mapping[str, Sentence] = self._desk.services.house.sentences
        for words, code in zip(self._sentences, ("ask-appointment", "ask-first-visit"), strict=True):
            words.setText(tr(library[code].filled()) if code in library else "")
        for short, whole in zip(self._questions, self._sentences, strict=False):
            # Asked once: the short form stands in for a sentence that the house does not have.
            short.setVisible(not whole.text())
        for answers, name in zip((self.appointment, self.first_visit, self.address), asked, strict=True):
            answers.retranslate(tr, name)
        self.fields.retranslate(tr)
        self._say_next()

    # what stands there

    def draft(self) -> GreetingDraft:
        """Return what the guide learned so far."""
        return GreetingDraft(
            address=cast(Address, self.address.value()),
            name=str(self.fields.value("name") or ""),
            has_appointment=cast("bool | None", self.appointment.value()),
            first_visit=cast("bool | None", self.first_visit.value()),
            appointment_id=self._appointment_id,
            note=str(self.fields.value("note") or ""),
        )

    def put(self, draft: GreetingDraft, expected: str = "") -> None:
        """Show a draft; `expected` says which appointment it is about."""
        self._appointment_id = draft.appointment_id
        self.address.put(draft.address)
        self.appointment.put(draft.has_appointment)
        self.first_visit.put(draft.first_visit)
        self.fields.set_values({"name": draft.name, "note": draft.note})
        self.fields.clear_errors()
        self._show_expected(expected)
        self._say_next()

    def clear(self) -> None:
        """Empty the page for whoever comes in next, and take the keys."""
        self.put(GreetingDraft())
        self.setFocus()

    def is_empty(self) -> bool:
        """Return whether nothing was answered or typed."""
        return self.draft() == GreetingDraft()

    def choose(self, row: ExpectedRow, words: str) -> None:
        """Fill in what is known of somebody expected; what the guide wrote down stays.

        So does what the records can't tell, unless it was answered for somebody else who is expected.
        """
        now = self.draft() if self._appointment_id is None else GreetingDraft()
        address = now.address if row.address is Address.OTHER else row.address
        first_visit = now.first_visit if row.first_visit is None else row.first_visit
        note = str(self.fields.value("note") or "")
        self.put(GreetingDraft(address, row.name, True, first_visit, row.id, note), words)
        self.setFocus()
        self.changed.emit()

    def _show_expected(self, words: str) -> None:
        self.expected.setText(words)
        self.expected.setVisible(bool(words))

    @Slot()
    def _on_changed(self) -> None:
        if self._appointment_id is not None and self.appointment.value() is not True:
            # No appointment after all: it is not the one who was expected.
            self._appointment_id = None
            self._show_expected("")
        self._say_next()
        self.changed.emit()

    def _say_next(self) -> None:
        """Show the sentence that comes next: help offered, thanks for an answer, the way to the desk."""
        asked = (self.appointment.value(), self.first_visit.value())
        given = sum(answer is not None for answer in asked)
        codes = (("offer-help",), ("thank-answer",), ("thank-answer", "hand-over-to-desk"))[given]
        library: Mapping[str, Sentence] = self._desk.services.house.sentences
        tr = self._desk.tr
        between = "" if tr.language == "zh" else " "
        self.say.setText(between.join(tr(library[code].filled()) for code in codes if code in library))

    # keys

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter hands over from the name too: few visitors need a note."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enter and not event.modifiers() & ~_K.KeypadModifier:
                self.submitted.emit()
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Answer by digit or letter; Enter hands over."""
        if event.modifiers() & ~(_K.ShiftModifier | _K.KeypadModifier):
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.submitted.emit()
        elif event.key() == TO_NAME:
            self.fields.focus("name")
        elif event.key() == TO_NOTE:
            self.fields.focus("note")
        elif not self._take_answer(event):
            super().keyPressEvent(event)

    def _take_answer(self, event: QKeyEvent) -> bool:
        if event.timestamp() - self._last_key > BURST_MS:
            self._before_burst = self.draft()
        self._last_key = event.timestamp()
        rows = (self.appointment, self.first_visit, self.address)
        key = event.text().upper()
        return any(answers.take_key(key) for answers in rows)

    def forget_burst(self) -> None:
        """Take back what a scanner's keys answered: nobody said that."""
        if self._before_burst != self.draft():
            self.put(self._before_burst, self.expected.text())


_K: Final[Any] = Qt.KeyboardModifier
