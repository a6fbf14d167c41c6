"""Beside the lists of the erasing page: whom to erase, with a reason and a typed word; a proof to copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QPlainTextEdit

from deskapp.domain.retention import ERASED_PARTS
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.services.retention import KeptVisitor, Proof
from deskapp.ui import style
from deskapp.ui.clipboard import copy_freely
from deskapp.ui.keys import KeyAction
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import Panel, label
from deskapp.ui.widgets.editors import Field
from deskapp.ui.widgets.form import Form

CONFIRMED: Final = 4
"""Last characters of the visitor's number that have to be typed."""
PROOF_HEIGHT: Final = 300
FIELDS: Final = (
    Field(
        "reason", N_("Reason, without any name"), required=True, help=N_("It stays in the proof for good.")
    ),
    Field("confirm", N_("Confirm"), required=True, max_length=12),
)
RECORDS: Final = {
    "visitor": N_("Visitors"),
    "visit": N_("Visits"),
    "number": N_("Queue numbers"),
    "print": N_("Visits of which forms were printed"),
    "appointment": N_("Appointments"),
    "question": N_("Open questions"),
    "greeting": N_("Greetings at the door"),
    "escort": N_("Ways to the doctor"),
    "care": N_("Care while waiting"),
    "queue": N_("Places in the waiting line"),
    "merge": N_("Merged records"),
}


class ErasePanel(Panel):
    """Asks before one record is erased, or all that are due."""

    def __init__(self, tr: Translator) -> None:
        super().__init__()
        self._tr = tr
        self.visitor: KeptVisitor | None = None
        self.due = 0
        self._facts = label("", wrap=True)
        self._why = label("", "secondary", wrap=True)
        self._warning = label("", "danger", wrap=True)
        self.form = Form(FIELDS, tr, columns=1)
        for widget in (self._facts, self._why, self.form, self._warning):
            self.body.addWidget(widget)
        self.retranslate(tr)

    def add_buttons(self, actions: Sequence[KeyAction]) -> None:
        """Show these actions below the form."""
        for action in actions:
            self.body.addWidget(ActionButton(action))
        self.body.addStretch(1)

    def may_erase(self, *, busy: bool) -> bool:
        """Say whether there is something here that may be erased now."""
        if busy:
            return False
        return self.due > 0 if self.visitor is None else self.visitor.erasable

    def confirmation(self) -> str:
        """Return what has to be typed: the end of the visitor's number, or how many are due."""
        return self.visitor.code[-CONFIRMED:] if self.visitor is not None else str(self.due)

    def reason(self) -> str | None:
        """Return the reason, None when a field is not right yet and says so."""
        if not self.form.check():
            return None
        typed = str(self.form.value("confirm") or "").strip().upper()
        if typed != self.confirmation():
            self.form.set_error("confirm", self._tr(N_("Type exactly: {word}"), word=self.confirmation()))
            return None
        return str(self.form.value("reason"))

    def show_visitor(self, visitor: KeptVisitor | None) -> None:
        """Show one visitor, or None for all that are due."""
        self.visitor = visitor
        self.form.clear()
        self.form.clear_errors()
        self.retranslate(self._tr)

    def show_due(self, due: int) -> None:
        """Follow how many are due now."""
        self.due = due
        self.retranslate(self._tr)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._tr = tr
        self.form.retranslate(tr)
        self._warning.setText(
            tr(N_("What is erased can't be brought back. Backups hold it for up to twelve months more."))
        )
        if self.visitor is None:
            self._say_all(tr)
        else:
            self._say_one(self.visitor, tr)
        may = self.may_erase(busy=False)
        self.form.setVisible(may)
        self._warning.setVisible(may)
        self.form.set_note("confirm", tr(N_("To confirm, type: {word}"), word=self.confirmation()))

    def _say_all(self, tr: Translator) -> None:
        self.set_title(tr(N_("Everybody who is due")))
        told = tr.n("{count} record may be erased.", "{count} records may be erased.", self.due)
        self._facts.setText(told)
        self._why.setText(tr(N_("Choose a line to erase one record only.")))

    def _say_one(self, visitor: KeptVisitor, tr: Translator) -> None:
        self.set_title(visitor_name(visitor, tr))
        born = tr.date(visitor.birth_date) if visitor.birth_date else ""
        parts = (visitor.code, born, visitor.phone, visitor.document)
        self._facts.setText("  ·  ".join(part for part in parts if part))
        self._why.setText("" if visitor.erased else self._reason_kept(visitor, tr))

    def _reason_kept(self, visitor: KeptVisitor, tr: Translator) -> str:
        why = tr(visitor.keeping.why)
        if visitor.erasable or visitor.keeping.since is None:
            return why
        return f"{why}\n{tr(N_('May be erased from {day} on.'), day=visitor.keeping.since)}"


class ProofPanel(Panel):
    """Shows a proof as text that can be copied."""

    def __init__(self, tr: Translator) -> None:
        super().__init__()
        self._tr = tr
        self.proof: Proof | None = None
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setMinimumHeight(style.tokens().sizes.px(PROOF_HEIGHT))
        self.body.addWidget(self.text, 1)
        self.retranslate(tr)

    def add_buttons(self, actions: Sequence[KeyAction]) -> None:
        """Show these actions below the text."""
        for action in actions:
            self.body.addWidget(ActionButton(action))

    def show_proof(self, proof: Proof | None) -> None:
        """Show a proof, or none."""
        self.proof = proof
        self.retranslate(self._tr)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._tr = tr
        self.set_title(tr(N_("Proof")))
        self.text.setAccessibleName(tr(N_("Proof")))
        hint = tr(N_("Choose a proof to read it."))
        self.text.setPlainText(proof_text(self.proof, tr) if self.proof is not None else hint)

    @Slot()
    def copy(self) -> None:
        """Copy the proof: it names nobody who was erased."""
        if self.proof is not None:
            copy_freely(self.text.toPlainText())


def visitor_name(visitor: KeptVisitor, tr: Translator) -> str:
    """Return the name as it is shown; words where there is none."""
    if visitor.erased:
        return tr(N_("personal data erased"))
    return visitor.name or tr(N_("name unknown"))


def proof_text(proof: Proof, tr: Translator) -> str:
    """Return a proof as text: what was erased, when, by whom and why, and what is left of it where."""
    row = proof.row
    head = (
        (N_("Proof of erasing"), row.code),
        (N_("Visitor number"), row.visitor),
        (N_("Erased at"), str(tr.value(row.at))),
        (N_("Erased by"), row.by or tr(N_("command line"))),
        (N_("Reason"), row.reason),
    )
    lines = [f"{tr(what)}: {value}" for what, value in head]
    lines += ["", tr(N_("Records"))]
    lines += [f"  {tr(RECORDS[topic])}: {count}" for topic, count in proof.records.items()]
    lines += ["", tr(N_("What was erased in them, rows"))]
    lines += [
        f"  {tr(what)}: {proof.rows[part]}" for part, what in ERASED_PARTS.items() if proof.rows.get(part)
    ]
    left = N_("Copies in backups are gone by {day} at the latest.")
    lines += ["", tr(left, day=proof.backups_until)]
    lines += ["", tr(N_("Digests of the lines of the audit trail whose words were erased"))]
    return "\n".join([*lines, *(f"  {digest}" for digest in proof.lines)])
