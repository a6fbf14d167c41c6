"""A person's card: who it is, what matters first, and lists of everything that happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QTabWidget, QVBoxLayout, QWidget

from deskapp.domain.registration import Allergy, DocumentKind, label
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.services.intake.cards import EditLine, MergeLine, PersonCard, WholeNumbers
from deskapp.ui import style
from deskapp.ui.intake.people.columns import (
    APPOINTMENT_COLUMNS,
    CONSENT_COLUMNS,
    DOCUMENT_COLUMNS,
    EDIT_COLUMNS,
    MERGE_COLUMNS,
    QUESTION_COLUMNS,
    VISIT_COLUMNS,
    edit_rows,
)
from deskapp.ui.intake.shown_name import shown_name
from deskapp.ui.keys import KeyAction
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import EmptyState, Panel, Pill
from deskapp.ui.widgets.basics import label as words
from deskapp.ui.widgets.flow import FlowLayout
from deskapp.ui.widgets.record_model import RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable

LISTS: Final = (
    ("visits", N_("Visits"), VISIT_COLUMNS, N_("Never came yet.")),
    ("appointments", N_("Appointments"), APPOINTMENT_COLUMNS, N_("Nothing is booked.")),
    ("questions", N_("Questions"), QUESTION_COLUMNS, N_("No question was left open.")),
    ("consents", N_("Consent"), CONSENT_COLUMNS, N_("Not asked yet: F6 notes an answer.")),
    ("documents", N_("Documents"), DOCUMENT_COLUMNS, N_("No document was shown.")),
    ("edits", N_("Changes"), EDIT_COLUMNS, N_("No change is known.")),
    ("merges", N_("Merged records"), MERGE_COLUMNS, N_("No record was merged into this one.")),
)
FACTS: Final = (
    ("sex", N_("Sex")),
    ("born", N_("Born")),
    ("phone", N_("Phone")),
    ("document", N_("Document")),
    ("address", N_("Address")),
    ("contact", N_("Contact person")),
    ("guardian", N_("Guardian")),
    ("note", N_("Note")),
)
ALWAYS: Final = frozenset({"sex", "born", "phone", "document"})
"""Of these it is told as well that nothing is known."""
ABREAST: Final = 2
SHORT: Final = 30
"""Characters of an allergy that stand beside the name; the rest on hover."""


class CardView(QWidget):
    """Shows a card. Phones and documents are masked until `show_numbers` has whole ones."""

    visit_chosen = Signal(object)
    """The id of a visit to open at the desk."""

    def __init__(self, tr: Translator) -> None:
        super().__init__()
        self._tr = tr
        self.card: PersonCard | None = None
        self.numbers: WholeNumbers | None = None
        self._name, self._code = words("", "title", wrap=True), words("", "secondary")
        self._allergy, self._joined = Pill(), Pill()
        self._facts = {name: words("", wrap=True) for name, _ in FACTS}
        self._labels = {name: words("", "secondary") for name, _ in FACTS}
        self._kept, self._led = words("", "secondary", wrap=True), words("", "accent", wrap=True)
        self.models: dict[str, RecordTableModel[Any]] = {
            name: RecordTableModel(columns, tr, self) for name, _, columns, _ in LISTS
        }
        self.tables = {name: RecordTable(model) for name, model in self.models.items()}
        self._empty = {name: EmptyState("inbox") for name in self.models}
        self.tabs = QTabWidget()
        self.buttons = FlowLayout()
        self._made: list[tuple[ActionButton, KeyAction]] = []
        self._lay_out()
        self.tables["visits"].chosen.connect(self._on_visit)

    def _lay_out(self) -> None:
        for name, table in self.tables.items():
            table.set_empty(self._empty[name])
            self.tabs.addTab(table, "")
        head = QHBoxLayout()
        for widget in (self._name, self._allergy, self._joined):
            head.addWidget(widget)
        head.addStretch(1)
        head.addWidget(self._code)
        self._name.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        panel = Panel()
        for layout in (head, self._grid()):
            panel.body.addLayout(layout)
        for widget in (self._led, self._kept):
            panel.body.addWidget(widget)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(panel)
        rows.addWidget(self.tabs, 1)
        rows.addLayout(self.buttons)

    def _grid(self) -> QGridLayout:
        grid = self._places = QGridLayout()
        sizes = style.tokens().sizes
        grid.setHorizontalSpacing(sizes.field_gap)
        grid.setVerticalSpacing(sizes.gap)
        for column in range(ABREAST):
            grid.setColumnStretch(2 * column + 1, 1)
        self._place([name for name, _ in FACTS])
        return grid

    def _place(self, shown: Sequence[str]) -> None:
        """Give these facts their places; what nobody knows takes no room from the rest."""
        for name, _ in FACTS:
            for widget in (self._labels[name], self._facts[name]):
                self._places.removeWidget(widget)
                widget.setVisible(name in shown and self.card is not None)
        for place, name in enumerate(shown):
            row, column = divmod(place, ABREAST)
            self._places.addWidget(self._labels[name], row, 2 * column)
            self._places.addWidget(self._facts[name], row, 2 * column + 1)

    def add_buttons(self, actions: Sequence[KeyAction]) -> None:
        """Show these actions below the lists."""
        for action in actions:
            self._made.append((button := ActionButton(action), action))
            self.buttons.addWidget(button)

    def fit_buttons(self) -> None:
        """Show the buttons of what the signed-in person may do at all."""
        for button, action in self._made:
            button.setVisible(action.isVisible())

    # what is shown

    def show_card(self, card: PersonCard | None) -> None:
        """Show a card; another person begins with the visits, and with masked numbers as a changed record does."""
        if _as_read(card) != _as_read(self.card):
            # Whole numbers that were read before the change would stand there as if nothing had been stored.
            self.numbers = None
        if card is None or self.card is None or card.id != self.card.id:
            self.tabs.setCurrentIndex(0)
            self.show_edits(())
        self.card = card
        self._fill()

    def show_numbers(self, numbers: WholeNumbers) -> None:
        """Show whole numbers of the person in front, if they are still that person's."""
        if self.card is not None and numbers.visitor_id == self.card.id:
            self.numbers = numbers
            self._fill()

    def show_edits(self, edits: Sequence[EditLine]) -> None:
        """Show who changed the record, and what."""
        self.models["edits"].apply(edit_rows(edits))
        self._title_tabs()

    def last_merge(self) -> MergeLine | None:
        """Return the merge that can be taken back now."""
        merges = self.card.merges if self.card is not None else ()
        return next((line for line in merges if line.latest), None)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._tr = tr
        for name, title in FACTS:
            self._labels[name].setText(tr(title))
        for name, title, _, nothing in LISTS:
            self.tables[name].setAccessibleName(tr(title))
            self._empty[name].show_text(tr(nothing))
            self.models[name].retranslate(tr)
        self.tabs.setAccessibleName(tr(N_("All about this person")))
        self._fill()

    def _fill(self) -> None:
        card, tr = self.card, self._tr
        if card is None:
            return
        self._name.setText(shown_name(card.draft.name, tr))
        self._code.setText(card.code)
        self._show_pills(card)
        told = dict(self._told(card))
        for name, text in told.items():
            self._facts[name].setText(text or "–")
        self._place([name for name, _ in FACTS if told[name] or name in ALWAYS])
        self._led.setText(tr(N_("{code} was merged into this record."), code=card.led_from))
        self._led.setVisible(bool(card.led_from))
        self._kept.setText(kept_until(card, tr))
        whole = dict(self.numbers.documents) if self.numbers is not None else {}
        shown = [replace(line, number=whole.get(line.id, line.number)) for line in card.documents]
        lists = {"documents": shown, "visits": card.visits, "appointments": card.appointments}
        lists |= {"questions": card.questions, "consents": card.consents, "merges": card.merges}
        for name, records in lists.items():
            self.models[name].apply(records)
        self._title_tabs()

    def _show_pills(self, card: PersonCard) -> None:
        tr = self._tr
        allergic = card.draft.allergy is Allergy.YES
        named = " ".join(card.draft.allergy_text.split())
        short = named if len(named) <= SHORT else f"{named[:SHORT]}…"
        said = tr(N_("allergic: {what}"), what=short) if named else tr(N_("drug allergy"))
        self._allergy.show_text(said, "danger", "triangle-alert")
        self._allergy.setToolTip(named)
        self._allergy.setVisible(allergic)
        standing = sum(line.undone_at is None for line in card.merges)
        joined = tr.n("{count} record merged in", "{count} records merged in", standing)
        self._joined.show_text(joined, "accent", "merge")
        self._joined.setVisible(standing > 0)

    def _told(self, card: PersonCard) -> Iterator[tuple[str, str]]:
        tr, draft, whole = self._tr, card.draft, self.numbers
        yield "sex", tr(label(draft.sex))
        yield "born", _born(card, tr)
        yield "phone", whole.phone if whole else draft.phone
        yield "document", self._document(card)
        yield "address", draft.address
        relation = tr(label(draft.contact_relation)) if draft.contact_name else ""
        phone = whole.contact_phone if whole else draft.contact_phone
        yield "contact", _joined(draft.contact_name, relation, phone)
        yield (
            "guardian",
            _joined(draft.guardian_name, whole.guardian_phone if whole else draft.guardian_phone),
        )
        yield "note", draft.note

    def _document(self, card: PersonCard) -> str:
        if card.draft.document_kind is DocumentKind.NONE:
            return ""
        whole = dict(self.numbers.documents) if self.numbers is not None else {}
        number = next(
            (whole.get(line.id, line.number) for line in card.documents if line.whence == "now"), ""
        )
        return _joined(self._tr(label(card.draft.document_kind)), number)

    def _title_tabs(self) -> None:
        tr = self._tr
        for place, (name, title, _, _) in enumerate(LISTS):
            count = self.models[name].rowCount() if name != "edits" else 0
            self.tabs.setTabText(place, f"{tr(title)} {count}" if count else tr(title))
            self.tabs.setTabToolTip(place, tr(title))

    @Slot(object)
    def _on_visit(self, row: Any) -> None:
        if row is not None:
            self.visit_chosen.emit(row.id)


def _as_read(card: PersonCard | None) -> object:
    """Return of what the whole numbers are true: one record in one version, with its papers."""
    return card and (card.id, card.version, card.documents)


def kept_until(card: PersonCard, tr: Translator) -> str:
    """Say for how long the record is kept, and why."""
    if card.erased:
        return tr(
            N_("The personal data of this visitor was erased. What is left is kept for statistics only.")
        )
    since = card.kept.since
    why = tr(card.kept.why)
    if since is None:
        return why
    gap = "" if tr.language == "zh" else " "
    return f"{why}{gap}{tr(N_('May be erased from {day} on.'), day=since)}"


def _born(card: PersonCard, tr: Translator) -> str:
    born = card.draft.birth_date
    if born is None:
        return tr(N_("birth date unknown"))
    return _joined(tr.date(born), tr.n("{count} year old", "{count} years old", card.age or 0))


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
