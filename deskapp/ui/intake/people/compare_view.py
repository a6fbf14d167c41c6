"""Two records side by side: in what they differ, which one is kept, and what it takes from the other."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from deskapp.domain.directory import Seen
from deskapp.domain.people import PairState
from deskapp.domain.registration import LABELS, label
from deskapp.domain.text import N_
from deskapp.domain.trail import field_label
from deskapp.i18n import Translator
from deskapp.services.intake.pairs import Comparison, WholeRecord
from deskapp.ui.intake.shown_name import shown_name
from deskapp.ui.intake.visitor_fields import LANGUAGES, NATIONALITIES
from deskapp.ui.keys import KeyAction
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import Panel, Pill
from deskapp.ui.widgets.basics import label as words
from deskapp.ui.widgets.flow import FlowLayout
from deskapp.ui.widgets.record_model import Column, RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable

SEEN_ROWS: Final = ("first_seen", "last_visit", "visits")
SEEN_LABELS: Final = {
    "first_seen": N_("First seen"),
    "last_visit": N_("Last visit"),
    "visits": N_("Visits"),
}

NAMES: Final = {
    "nationality": {choice.value: str(choice.label) for choice in NATIONALITIES},
    "language": {choice.value: str(choice.label) for choice in LANGUAGES},
}


@dataclass(frozen=True)
class FieldRow:
    """One field of both records. `taken`: the kept record will have the other one's value."""

    id: str
    kept: object
    gone: object
    differs: bool
    taken: bool
    can_take: bool


class CompareView(QWidget):
    """Shows a comparison and what would become of it; deciding is the page's."""

    def __init__(self, tr: Translator) -> None:
        super().__init__()
        self._tr = tr
        self.comparison: Comparison | None = None
        self._kept_id = 0
        self._taken: frozenset[str] = frozenset()
        self._title = words("", "title", wrap=True)
        self._score = Pill()
        self._decided = words("", "strong", wrap=True)
        self._reasons, self._hint = words("", wrap=True), words("", "secondary", wrap=True)
        self.model: RecordTableModel[FieldRow] = RecordTableModel(COLUMNS, tr, self)
        self.table = RecordTable(self.model)
        self.buttons = FlowLayout()
        self._button_of: dict[str, ActionButton] = {}
        self._lay_out()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._score)
        panel = Panel()
        panel.body.addLayout(head)
        panel.body.addWidget(self._decided)
        panel.body.addWidget(self._reasons)
        panel.body.addWidget(self._hint)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(panel)
        rows.addWidget(self.table, 1)
        rows.addLayout(self.buttons)

    def add_buttons(self, actions: Sequence[KeyAction]) -> None:
        """Show these actions below the table."""
        for action in actions:
            self._button_of[action.action.name] = button = ActionButton(action)
            self.buttons.addWidget(button)
        self._choose_button()

    def _choose_button(self) -> None:
        """Show the decision, or once it was made that it can be taken back."""
        for name, fits in (("pair.different", not self.is_decided), ("pair.reopen", self.is_decided)):
            if name in self._button_of:
                self._button_of[name].setVisible(fits)

    # what is shown

    def show_comparison(self, found: Comparison | None) -> None:
        """Show two records; the one that says more is proposed to be kept."""
        same = (
            self.comparison is not None
            and found is not None
            and {found.one.seen.id, found.other.seen.id} == set(self.pair())
        )
        self.comparison = found
        if found is not None and not same:
            self._keep(_better(found).seen.id)
        self._fill()

    def pair(self) -> tuple[int, int]:
        """Return the numbers of both records."""
        assert self.comparison is not None
        return self.comparison.one.seen.id, self.comparison.other.seen.id

    @property
    def is_decided(self) -> bool:
        """Whether somebody decided that the two records in front are two people's."""
        return self.comparison is not None and self.comparison.state is PairState.DIFFERENT

    def kept(self) -> Seen:
        """Return the record that is kept, in the version that is shown."""
        return self._sides()[0].seen

    def gone(self) -> Seen:
        """Return the record that goes into the other one."""
        return self._sides()[1].seen

    def taken(self) -> list[str]:
        """Return what the kept record takes from the other one."""
        return sorted(self._taken)

    def swap(self) -> None:
        """Keep the other record instead."""
        if self.comparison is not None:
            self._keep(self.gone().id)
            self._fill()

    @property
    def can_take(self) -> bool:
        """Whether the cursor is on a field that can be taken from the other record."""
        row = self.table.current_record()
        return isinstance(row, FieldRow) and row.can_take

    def to_first_choice(self) -> None:
        """Put the cursor into the table, on the first field that can be taken from the other record."""
        first = next((row for row in self.model.records if row.can_take), None)
        if first is not None and self.table.current_record() is None:
            self.table.select(first.id)
        self.table.setFocus()

    def take_over(self) -> None:
        """Take the field that the cursor is on from the other record, or leave it."""
        row = self.table.current_record()
        if isinstance(row, FieldRow) and row.can_take:
            self._taken = self._taken ^ {row.id}
            self._fill()

    def _keep(self, visitor_id: int) -> None:
        assert self.comparison is not None
        self._kept_id = visitor_id
        self._taken = frozenset(one.id for one in self.comparison.filled(visitor_id) if one.fills)

    def _sides(self) -> tuple[WholeRecord, WholeRecord]:
        assert self.comparison is not None
        one, other = self.comparison.one, self.comparison.other
        return (one, other) if one.seen.id == self._kept_id else (other, one)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._tr = tr
        self.table.setAccessibleName(tr(N_("Both records, field by field")))
        self.model.retranslate(tr)
        self._fill()

    def _fill(self) -> None:
        found, tr = self.comparison, self._tr
        if found is None:
            self.model.apply(())
            return
        kept, gone = self._sides()
        names = [shown_name(str(dict(side.values)["name"]), tr) for side in (kept, gone)]
        shown = N_("Kept: {kept} ({code}). Goes into it: {gone} ({other}).")
        self._title.setText(tr(shown, kept=names[0], code=kept.code, gone=names[1], other=gone.code))
        sure = tr(N_("surely the same")) if found.certain else f"{found.score:.0%}"
        self._score.show_text(sure, "danger" if found.certain else "warning", "users")
        decided = N_("Decided as two people by {person} on {when}.")
        told = tr(decided, person=found.decided_by, when=found.decided_at) if self.is_decided else ""
        self._decided.setText(told)
        self._decided.setVisible(self.is_decided)
        self._choose_button()
        why = " · ".join(tr(reason) for reason in found.reasons)
        self._reasons.setText(why or tr(N_("Only your choice says that they are one person.")))
        hint = N_(
            "Nothing is lost: visits, appointments, consents and questions go to the kept record, and a merge can"
            " be taken back. ← marks what the kept record takes from the other one."
        )
        self._hint.setText(tr(hint))
        self.model.apply(list(self._rows(kept, gone)))

    def _rows(self, kept: WholeRecord, gone: WholeRecord) -> Iterator[FieldRow]:
        assert self.comparison is not None
        differing = self.comparison.differing
        takeable = {one.id for one in self.comparison.filled(kept.seen.id)}
        other = dict(gone.values)
        for name, value in kept.values:
            if value in _NOTHING and other[name] in _NOTHING:
                continue
            taken = name in self._taken
            yield FieldRow(name, value, other[name], name in differing, taken, name in takeable)
        for name in SEEN_ROWS:
            yield FieldRow(name, getattr(kept, name), getattr(gone, name), False, False, False)


_NOTHING: Final = ("", None, False)


def _better(found: Comparison) -> WholeRecord:
    """Return the record that is proposed to be kept: with a document, with more visits, the older one."""
    return max((found.one, found.other), key=_worth)


def _worth(side: WholeRecord) -> tuple[bool, int, float]:
    return bool(dict(side.values)["document_number"]), side.visits, -side.first_seen.timestamp()


# --- The table --------------------------------------------------------------------------------------------------


def _what(row: FieldRow, tr: Translator) -> str:
    return tr(SEEN_LABELS.get(row.id) or field_label(row.id))


def _told(value: object, tr: Translator) -> str:
    if isinstance(value, tuple):
        return " · ".join(part for part in (_told(one, tr) for one in value) if part)
    if isinstance(value, enum.Enum) and type(value) in LABELS:
        return tr(label(value))
    if isinstance(value, bool):
        return tr(N_("yes")) if value else ""
    return str(tr.value(value)) if value is not None else ""


def _shown(row: FieldRow, value: object, tr: Translator) -> str:
    names, told = NAMES.get(row.id, {}), _told(value, tr)
    if value in names:
        return tr(names[value])
    # A code by itself says nothing; it stays beside, for two other countries are two.
    return f"{tr(names[''])} · {told}" if told and "" in names else told


def _kept_value(row: FieldRow, tr: Translator) -> str:
    return _shown(row, row.kept, tr)


def _gone_value(row: FieldRow, tr: Translator) -> str:
    return _shown(row, row.gone, tr)


def _mark(row: FieldRow, tr: Translator) -> str:
    if row.taken:
        return f"← {tr(N_('taken'))}"
    return f"≠ {tr(N_('differs'))}" if row.differs else ""


def _tone(row: FieldRow) -> str:
    return "warning" if row.differs else ""


def _kept_tone(row: FieldRow) -> str:
    return "secondary" if row.taken else _tone(row)


def _mark_tone(row: FieldRow) -> str:
    return "accent" if row.taken else _tone(row)


COLUMNS: Final[Sequence[Column[FieldRow]]] = (
    Column("what", N_("Field"), _what, width=130, stretch=1, wrap=True),
    Column("kept", N_("Kept record"), _kept_value, width=170, stretch=3, tone=_kept_tone, wrap=True),
    Column("mark", N_("Difference"), _mark, width=104, tone=_mark_tone),
    Column("gone", N_("Other record"), _gone_value, width=170, stretch=3, tone=_tone, wrap=True),
)
