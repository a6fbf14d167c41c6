"""Decisions that stop the work: a red flag, the early end of a visit, the voiding of a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from deskapp.domain.intake import NumberView, VisitView
from deskapp.domain.registration import EndReason, label
from deskapp.domain.text import N_
from deskapp.domain.triage import RedFlag
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.widgets.basics import fit_height, pad_dialog
from deskapp.ui.widgets.basics import label as words
from deskapp.ui.widgets.editors import CHOICE, Choice, Field
from deskapp.ui.widgets.form import Form
from deskapp.ui.widgets.urgency import UrgencyBadge

END_FIELDS: Final = (
    Field(
        "reason",
        N_("Why the visit ends"),
        CHOICE,
        tuple(Choice(reason, label(reason), str(place)) for place, reason in enumerate(EndReason, 1)),
        width=2,
        required=True,
    ),
    Field("note", N_("Note"), width=2),
)
NO_EMERGENCY_FIELDS: Final = (
    Field("reason", N_("Why this is no emergency (needed to go on)"), required=True, width=2),
)
REASON_FIELDS: Final = (Field("reason", N_("Reason"), required=True, width=2),)


class Question(QDialog):
    """Something that stops the work until it is decided. It opens and returns at once; `answered` goes on.

    An event loop of its own would outlive the page that asked, when another person signs in meanwhile.

    Attributes:
        about_id: the number of the record it is about: of a visit at the desk, of a visitor on the page of people.
    """

    answered = Signal(object)
    """The question itself, once the person said yes to it; never after going back."""

    def __init__(self, parent: QWidget, about_id: int) -> None:
        super().__init__(parent)
        self.about_id = about_id
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.accepted.connect(self._tell)

    def open(self) -> None:
        """Ask, unless the screen was locked meanwhile: Enter there is meant for the lock. It can be asked again."""
        parent = self.parentWidget()
        if parent is not None and not parent.isVisible():
            self.deleteLater()
            return
        super().open()

    def showEvent(self, event: QShowEvent) -> None:
        """Take the height that the words need."""
        super().showEvent(event)
        fit_height(self)

    def two_ways(self, safe: str, other: str) -> tuple[QPushButton, QPushButton]:
        """Return the button that Enter presses, which accepts, and the one for the other way."""
        buttons = QPushButton(safe), QPushButton(other)
        buttons[0].setProperty("primary", True)
        buttons[0].setDefault(True)
        buttons[0].clicked.connect(self.accept)
        buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)
        buttons[1].setAutoDefault(False)
        return buttons

    @Slot()
    def _tell(self) -> None:
        self.answered.emit(self)


class Decision(Question):
    """A question with a form, a way to do it and a way back."""

    def __init__(
        self,
        parent: QWidget,
        tr: Translator,
        about_id: int,
        words_of: tuple[str, str],
        fields: Sequence[Field],
    ) -> None:
        super().__init__(parent, about_id)
        title, do = words_of
        self.setWindowTitle(tr(title))
        self.setMinimumWidth(style.tokens().sizes.px(420))
        self.number_id = 0
        self.body = QVBoxLayout(self)
        pad_dialog(self.body)
        self.body.addWidget(words(tr(title), "title", wrap=True))
        self.form = Form(fields, tr)
        self.body.addWidget(self.form)
        self._buttons(tr, do)
        self.form.submitted.connect(self._do)
        self.form.focus_first()

    def _buttons(self, tr: Translator, do: str) -> None:
        back = QPushButton(tr(N_("Back")))
        back.setAutoDefault(False)
        back.clicked.connect(self.reject)
        self.go = QPushButton(tr(do))
        self.go.setAutoDefault(False)
        self.go.setProperty("primary", True)
        self.go.clicked.connect(self._do)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(back)
        row.addWidget(self.go)
        self.body.addLayout(row)

    @Slot()
    def _do(self) -> None:
        if self.form.check():
            self.accept()


def end_dialog(parent: QWidget, tr: Translator, visit_id: int) -> Decision:
    """Return the question why a visit ends early."""
    return Decision(parent, tr, visit_id, (N_("End this visit early"), N_("End the visit")), END_FIELDS)


def void_dialog(parent: QWidget, tr: Translator, visit_id: int, number: NumberView) -> Decision:
    """Return the question why a number is voided."""
    dialog = Decision(parent, tr, visit_id, (N_("Void the number"), N_("Void it")), REASON_FIELDS)
    dialog.number_id = number.id
    note = tr(N_("{number} stays in the list as void and is never given again."), number=number.label)
    dialog.body.insertWidget(1, words(note, "secondary", wrap=True))
    return dialog


class RedFlagDialog(Question):
    """Emergency first: what was heard, what to say, and the ways on. Enter takes the safe one."""

    def __init__(self, parent: QWidget, tr: Translator, visit_id: int, flags: Sequence[RedFlag]) -> None:
        super().__init__(parent, visit_id)
        self.flags = tuple(flags)
        self.then_issue = False
        self.setWindowTitle(tr(N_("Emergency first")))
        self.setMinimumWidth(style.tokens().sizes.px(520))
        self.form = Form(NO_EMERGENCY_FIELDS, tr)
        self.form.submitted.connect(self._go_on)
        self.goes_on = False
        rows = QVBoxLayout(self)
        pad_dialog(rows)
        rows.addWidget(words(tr(N_("Emergency first")), "title"))
        for flag in flags:
            rows.addLayout(_flag(flag, tr))
        danger = N_("A visitor in danger never waits for a form. The record comes after.")
        rows.addWidget(words(tr(danger), "secondary", wrap=True))
        rows.addLayout(self._buttons(tr))
        rows.addWidget(self.form)

    @property
    def reason(self) -> str:
        """Why the operator goes on at the desk."""
        return str(self.form.value("reason") or "").strip()

    def _buttons(self, tr: Translator) -> QHBoxLayout:
        emergency, not_one = self.two_ways(tr(N_("To emergency now (Enter)")), tr(N_("Go on at the desk")))
        emergency.setProperty("danger", True)
        not_one.clicked.connect(self._go_on)
        row = QHBoxLayout()
        row.addWidget(emergency, 1)
        row.addWidget(not_one)
        return row

    @Slot()
    def _go_on(self) -> None:
        if self.form.check():
            self.goes_on = True
            self.accept()


class WhoDialog(Question):
    """Somebody was found while a visit without a name is in front. Enter takes the harmless answer."""

    def __init__(self, parent: QWidget, tr: Translator, visit: VisitView, visitor_id: int, name: str) -> None:
        super().__init__(parent, visit.id)
        self.visitor_id, self.name = visitor_id, name
        self.same = False
        self.setWindowTitle(tr(N_("Who is this?")))
        self.setMinimumWidth(style.tokens().sizes.px(520))
        rows = QVBoxLayout(self)
        pad_dialog(rows)
        rows.addWidget(words(tr(N_("Who is this?")), "title"))
        who = name or tr(N_("name unknown"))
        rows.addWidget(words(who, "value", wrap=True))
        why = N_(
            "The visit in front, of {time}, has no name yet. Is this the same person, or the next visitor?"
        )
        rows.addWidget(words(tr(why, time=tr.time(visit.opened_at)), "secondary", wrap=True))
        rows.addLayout(self._buttons(tr))

    def _buttons(self, tr: Translator) -> QHBoxLayout:
        other, same = self.two_ways(tr(N_("The next visitor (Enter)")), tr(N_("The same person")))
        same.clicked.connect(self._is_same)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(same)
        row.addWidget(other)
        return row

    @Slot()
    def _is_same(self) -> None:
        self.same = True
        self.accept()


def _flag(flag: RedFlag, tr: Translator) -> QVBoxLayout:
    rows = QVBoxLayout()
    head = QHBoxLayout()
    head.addWidget(UrgencyBadge(flag.level))
    head.addWidget(words(tr(N_("The visitor said: “{word}”"), word=flag.word), "strong"), 1)
    rows.addLayout(head)
    rows.addWidget(words(tr(flag.sentence), "value", wrap=True))
    rows.addWidget(words(tr(flag.source), "secondary", wrap=True))
    return rows
