"""What stands beside the list: a record to be read, and the form to change it or to begin a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from deskapp.domain.directory import Kind
from deskapp.domain.questions import QuestionView
from deskapp.domain.text import N_, Text
from deskapp.i18n import Translator
from deskapp.services.directory import Detail
from deskapp.ui.intake.directory import drafts
from deskapp.ui.intake.directory.fields import ANSWER, FIELDS, NO_DEPARTMENT
from deskapp.ui.intake.directory.reading import Reading
from deskapp.ui.keys import KeyAction
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import EmptyState, Panel, label
from deskapp.ui.widgets.editors import Choice, Field
from deskapp.ui.widgets.form import ANOTHER_DESK, Form

NEW_TITLES: Mapping[Kind, str] = {
    Kind.DEPARTMENT: N_("New department"),
    Kind.DOCTOR: N_("New doctor"),
    Kind.PRICE: N_("New price"),
    Kind.PLACE: N_("New place or phone"),
    Kind.PROMOTION: N_("New promotion"),
    Kind.NOTICE: N_("New notice"),
    Kind.PHRASE: N_("New phrase"),
    Kind.QUESTION: N_("Nobody knows"),
}
BUTTONS_BESIDE = 2


class DirectoryPanel(Panel):
    """One record at a time: read, or changed in a form of its kind. Forms are made when first needed."""

    typed = Signal()
    """Something was typed into the form."""

    submitted = Signal()
    """Enter in the last field of the form."""

    def __init__(self, tr: Translator) -> None:
        super().__init__()
        self._tr = tr
        self.detail: Detail | None = None
        self.question: QuestionView | None = None
        self.kind: Kind | None = None
        self.is_new = False
        self.follows: Detail | None = None
        """The price that the new one in the form follows, None where it follows none."""
        self.is_late = False
        self._forms: dict[str, Form] = {}
        self._departments: tuple[Choice, ...] = ()
        self.form: Form | None = None
        self.reading = Reading()
        self._hint = label("", "secondary", wrap=True)
        self._empty = EmptyState("book-open")
        self._holder = QWidget()
        self._place = QVBoxLayout(self._holder)
        self._place.setContentsMargins(0, 0, 0, 0)
        self._buttons = QGridLayout()
        self._made: list[ActionButton] = []
        for widget in (self._empty, self.reading, self._holder, self._hint):
            self.body.addWidget(widget)
        self.body.addLayout(self._buttons)
        self.body.addStretch(1)
        self.show_nothing()

    def add_buttons(self, actions: Sequence[KeyAction]) -> None:
        """Show these actions as buttons while they can be done; a second time does nothing."""
        if self._made:
            return
        for action in actions:
            button = ActionButton(action)
            # Shown without a parent it would be a window of its own for a moment, and take the cursor along.
            button.setParent(self)
            action.changed.connect(self._arrange)
            self._made.append(button)
        self._arrange()

    @Slot()
    def _arrange(self) -> None:
        shown = [button for button in self._made if button.isEnabled()]
        for button in self._made:
            button.setVisible(button in shown)
            self._buttons.removeWidget(button)
        for place, button in enumerate(shown):
            self._buttons.addWidget(button, place // BUTTONS_BESIDE, place % BUTTONS_BESIDE)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._tr = tr
        self._empty.show_text(tr(N_("Choose something in the list to read it here.")))
        self._hint.setText(tr(N_("Shift+Enter begins a new line.")))
        for form in self._forms.values():
            form.retranslate(tr)
        if self.question is not None:
            self.reading.show_question(self.question, self.is_late, tr)
        elif self.detail is not None:
            self.reading.show_detail(self.detail, tr)
        self._name()

    def take_departments(self, choices: Sequence[Choice]) -> None:
        """Offer these departments in the forms."""
        self._departments = tuple(choices)
        for name, form in self._forms.items():
            self._offer(name, form)

    # what is shown

    def show_nothing(self) -> None:
        """Show that nothing is chosen."""
        self.detail, self.question, self.kind, self.is_new = None, None, None, False
        self.follows = None
        self._show_parts()

    def show_detail(self, detail: Detail) -> None:
        """Show a record to be read; a form that is open for the same record follows what is stored now."""
        same = self._is_same(detail)
        self.detail, self.question, self.kind, self.is_new = detail, None, detail.kind, False
        self.follows = None
        self.reading.show_detail(detail, self._tr)
        if same and self.form is not None:
            self._follow(drafts.values_of(detail.kind, detail.view, detail.times, self._tr.language))
        else:
            self.form = None
        self._show_parts()

    def _is_same(self, detail: Detail) -> bool:
        shown = self.detail
        if shown is None or self.is_new or shown.kind is not detail.kind:
            return False
        return bool(identity(shown) == identity(detail))

    def _follow(self, values: Mapping[str, object]) -> None:
        form = self.form
        assert form is not None
        here = form.values()
        for name, value in form.follow(
            {name: value for name, value in values.items() if name in here}
        ).items():
            words = Text(ANOTHER_DESK, {"value": "" if value is None else str(value)})
            form.set_note(name, words, "warning")

    def show_question(self, question: QuestionView, *, late: bool) -> None:
        """Show a question to be read."""
        same = self.question is not None and not self.is_new and self.question.id == question.id
        self.detail, self.question, self.kind, self.is_new = None, question, Kind.QUESTION, False
        self.is_late = late
        self.reading.show_question(question, late, self._tr)
        if not same:
            self.form = None
        elif self.form is not None:
            self._follow({"answer": question.answer})
        self._show_parts()

    def begin_new(self, kind: Kind, kept: Mapping[str, str]) -> None:
        """Show the empty form of a kind, with what was typed into it before."""
        self.detail, self.question, self.kind, self.is_new = None, None, kind, True
        self.follows = None
        self._open(kind.value, FIELDS[kind], drafts.new_values(kind), kept)

    def begin_following(self, before: Detail, kept: Mapping[str, str]) -> None:
        """Show the form of the price that follows another, from tomorrow on."""
        self.detail, self.question, self.kind, self.is_new = None, None, before.kind, True
        self.follows = before
        values = drafts.following_values(before.view, before.today)
        self._open(before.kind.value, FIELDS[before.kind], values, kept)

    def begin_change(self, kept: Mapping[str, str]) -> None:
        """Show the form of the record that is read, with what was typed into it before."""
        if self.detail is not None:
            detail = self.detail
            values = drafts.values_of(detail.kind, detail.view, detail.times, self._tr.language)
            self._open(detail.kind.value, FIELDS[detail.kind], values, kept)
        elif self.question is not None:
            self._open("answer", ANSWER, {"answer": self.question.answer}, kept)

    def _open(
        self, name: str, fields: Sequence[Field], values: Mapping[str, object], kept: Mapping[str, str]
    ) -> None:
        form = self._form(name, fields)
        form.clear_errors()
        form.clear()
        form.set_values({field.name: values[field.name] for field in fields if field.name in values})
        form.restore(kept)
        form.take_as_usual()
        self.form = form
        self._fix_fields()
        self._show_parts()
        form.focus_first()

    def _fix_fields(self) -> None:
        """A sentence that was shipped keeps its code and situation: where it is said hangs on them.

        So does the price that follows another: it is one of the same item.
        """
        if self.kind is Kind.PHRASE and self.form is not None:
            free = self.is_new or (self.detail is not None and self.detail.view.shipped is None)
            for name in ("code", "situation"):
                self.form.set_enabled(name, free)
        if self.kind is Kind.PRICE and self.form is not None:
            self.form.set_enabled("code", self.follows is None)

    def stop_changing(self) -> None:
        """Put the form away; what was typed is the page's to keep."""
        self.form, before = None, self.follows
        if before is not None:
            self.show_detail(before)
        elif self.is_new:
            self.show_nothing()
        self._show_parts()

    def _form(self, name: str, fields: Sequence[Field]) -> Form:
        if name not in self._forms:
            form = Form(fields, self._tr)
            form.changed.connect(self._on_typed)
            form.submitted.connect(self.submitted)
            self._forms[name] = form
            self._place.addWidget(form)
            self._offer(name, form)
        return self._forms[name]

    def _offer(self, name: str, form: Form) -> None:
        if "department" in form.values():
            nothing = [Choice(None, N_("none"))] if Kind(name) in NO_DEPARTMENT else []
            form.set_choices("department", [*nothing, *self._departments])

    @Slot(object)
    def _on_typed(self, _name: str) -> None:
        self.typed.emit()

    def _show_parts(self) -> None:
        reads = self.detail is not None or self.question is not None
        self._empty.setVisible(not reads and self.form is None)
        self.reading.setVisible(reads and (self.form is None or self.question is not None))
        self._holder.setVisible(self.form is not None)
        self._hint.setVisible(self.form is not None and _has_lines(self.form))
        for form in self._forms.values():
            form.setVisible(form is self.form)
        self._name()

    def _name(self) -> None:
        if self.form is None or self.kind is None:
            self.set_title("")
        elif self.follows is not None:
            self.set_title(self._tr(N_("New price from")))
        elif self.is_new:
            self.set_title(self._tr(NEW_TITLES[self.kind]))
        elif self.detail is not None:
            self.set_title(self._tr(N_("Change")))
        else:
            self.set_title("")


def _has_lines(form: Form) -> bool:
    return any(name in form.values() for name in ("text", "answer", "zh", "text_zh", "exceptions"))


def identity(detail: Detail) -> Any:
    """Return what tells a record from others of its kind: its id, of a phrase its code."""
    return detail.view.code if detail.kind is Kind.PHRASE else detail.view.id
