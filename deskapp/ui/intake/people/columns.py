"""The lists of a person's card, as data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from deskapp.domain.questions import QUESTION_LABELS
from deskapp.domain.registration import AppointmentState, label
from deskapp.domain.text import N_
from deskapp.domain.trail import ACTION_LABELS, FieldLine, field_label, readable
from deskapp.i18n import Translator
from deskapp.services.intake.cards import (
    AppointmentLine,
    ConsentLine,
    DocumentLine,
    EditLine,
    MergeLine,
    PersonVisit,
    QuestionLine,
)
from deskapp.ui.intake.shown_name import shown_name
from deskapp.ui.widgets.record_model import Column


@dataclass(frozen=True)
class EditRow:
    """One field of one change, or the change itself where nothing is told of a field."""

    id: tuple[int, str]
    edit: EditLine
    field: FieldLine | None
    first: bool
    """Whether it is the first of its change: the others repeat neither time nor person."""


def edit_rows(edits: Sequence[EditLine]) -> list[EditRow]:
    """Return the changes field by field."""
    rows: list[EditRow] = []
    for edit in edits:
        fields: Sequence[FieldLine | None] = edit.fields or (None,)
        rows += [
            EditRow((edit.id, field.id if field else ""), edit, field, place == 0)
            for place, field in enumerate(fields)
        ]
    return rows


def _moment(at: dt.datetime, tr: Translator) -> str:
    return str(tr.value(at))


# --- Visits -----------------------------------------------------------------------------------------------------


def _came(row: PersonVisit, tr: Translator) -> str:
    return _moment(row.opened_at, tr)


def _where(row: PersonVisit, tr: Translator) -> str:
    return " · ".join(part for part in (tr(row.department) if row.department else "", row.doctor) if part)


def _complaint(row: PersonVisit, _tr: Translator) -> str:
    return row.complaint


def _number(row: PersonVisit, _tr: Translator) -> str:
    return row.number


def _visit_state(row: PersonVisit, tr: Translator) -> str:
    if row.ended is not None:
        return tr(label(row.ended))
    return tr(N_("first visit")) if row.first_visit else ""


def _visit_tone(row: PersonVisit) -> str:
    return "secondary" if row.ended is not None else ""


VISIT_COLUMNS: Final[Sequence[Column[PersonVisit]]] = (
    Column("came", N_("Came"), _came, width=132),
    Column("where", N_("Department, doctor"), _where, width=130, stretch=2, wrap=True),
    Column("complaint", N_("Complaint"), _complaint, width=120, stretch=3, wrap=True),
    Column("number", N_("Number"), _number, width=80),
    Column("state", N_("State"), _visit_state, width=92, stretch=1, tone=_visit_tone, wrap=True),
)


# --- Appointments and questions ---------------------------------------------------------------------------------


def _starts(row: AppointmentLine, tr: Translator) -> str:
    return _moment(row.starts_at, tr)


def _department(row: AppointmentLine, tr: Translator) -> str:
    return " · ".join(part for part in (tr(row.department), row.doctor) if part)


def _booking(row: AppointmentLine, tr: Translator) -> str:
    return tr(label(row.state))


def _booking_tone(row: AppointmentLine) -> str:
    return "accent" if row.state is AppointmentState.BOOKED else "secondary"


APPOINTMENT_COLUMNS: Final[Sequence[Column[AppointmentLine]]] = (
    Column("starts", N_("Time"), _starts, width=132),
    Column("where", N_("Department, doctor"), _department, width=160, stretch=2, wrap=True),
    Column("state", N_("State"), _booking, width=110, stretch=1, tone=_booking_tone),
)


def _asked(row: QuestionLine, tr: Translator) -> str:
    return _moment(row.asked_at, tr)


def _question(row: QuestionLine, _tr: Translator) -> str:
    return row.text


def _answer(row: QuestionLine, tr: Translator) -> str:
    return row.answer or tr(QUESTION_LABELS[row.state])


QUESTION_COLUMNS: Final[Sequence[Column[QuestionLine]]] = (
    Column("asked", N_("Asked"), _asked, width=132),
    Column("question", N_("Question"), _question, width=160, stretch=2, wrap=True),
    Column("answer", N_("Answer"), _answer, width=140, stretch=2, wrap=True),
)


# --- Documents and consents -------------------------------------------------------------------------------------


def _document_kind(row: DocumentLine, tr: Translator) -> str:
    return tr(label(row.kind))


def _document_number(row: DocumentLine, _tr: Translator) -> str:
    return row.number


def _whence(row: DocumentLine, tr: Translator) -> str:
    words = {"now": N_("of this record"), "earlier": N_("before a change")}
    return tr(words[row.whence]) if row.whence in words else tr(N_("of {code}, merged"), code=row.code)


DOCUMENT_COLUMNS: Final[Sequence[Column[DocumentLine]]] = (
    Column("kind", N_("Document"), _document_kind, width=140, stretch=1, wrap=True),
    Column("number", N_("Document number"), _document_number, width=190, stretch=1),
    Column("whence", N_("From where"), _whence, width=170, stretch=1, wrap=True),
)


def _consent(row: ConsentLine, tr: Translator) -> str:
    return tr(label(row.kind))


def _given(row: ConsentLine, tr: Translator) -> str:
    return tr(N_("agreed") if row.given else N_("declined"))


def _given_icon(row: ConsentLine) -> str:
    return "check" if row.given else "x"


def _consent_tone(row: ConsentLine) -> str:
    return "" if row.counts else "secondary"


def _said_by(row: ConsentLine, _tr: Translator) -> str:
    return row.given_by


def _noted(row: ConsentLine, tr: Translator) -> str:
    return f"{_moment(row.at, tr)} · {row.by}"


def _counts(row: ConsentLine, tr: Translator) -> str:
    return tr(N_("counts")) if row.counts else tr(N_("earlier"))


CONSENT_COLUMNS: Final[Sequence[Column[ConsentLine]]] = (
    Column("kind", N_("Consent"), _consent, width=170, stretch=2, tone=_consent_tone, wrap=True),
    Column("given", N_("Answer"), _given, width=90, tone=_consent_tone, icon=_given_icon),
    Column("by", N_("Said by"), _said_by, width=90, stretch=1, tone=_consent_tone, wrap=True),
    Column("noted", N_("Noted"), _noted, width=190, stretch=1, tone=_consent_tone, wrap=True),
    Column("counts", N_("State"), _counts, width=70, tone=_consent_tone),
)


# --- History and merges -----------------------------------------------------------------------------------------


def _when(row: EditRow, tr: Translator) -> str:
    return _moment(row.edit.at, tr) if row.first else ""


def _who(row: EditRow, tr: Translator) -> str:
    if not row.first:
        return ""
    what = tr(ACTION_LABELS[row.edit.action])
    return tr(N_("{name}: {why}"), name=row.edit.person, why=what) if row.edit.person else what


def _field(row: EditRow, tr: Translator) -> str:
    if row.field is None:
        return tr(N_("personal data erased")) if row.edit.erased else ""
    return tr(field_label(row.field.id))


def _said(name: str, value: object, tr: Translator) -> str:
    return "–" if value is None else str(tr.value(readable(name, value)))


def _before(row: EditRow, tr: Translator) -> str:
    return _said(row.field.id, row.field.before, tr) if row.field is not None else ""


def _after(row: EditRow, tr: Translator) -> str:
    return _said(row.field.id, row.field.after, tr) if row.field is not None else ""


EDIT_COLUMNS: Final[Sequence[Column[EditRow]]] = (
    Column("when", N_("Time"), _when, width=132),
    Column("who", N_("Who did what"), _who, width=130, stretch=2, wrap=True),
    Column("field", N_("Field"), _field, width=90, stretch=1, wrap=True),
    Column("before", N_("Before"), _before, width=90, stretch=2, wrap=True),
    Column("after", N_("After"), _after, width=90, stretch=2, wrap=True),
)


def _merged(row: MergeLine, tr: Translator) -> str:
    return f"{row.code} · {shown_name(row.name, tr)}"


def _merged_when(row: MergeLine, tr: Translator) -> str:
    return f"{_moment(row.at, tr)} · {row.by}"


def _merge_reason(row: MergeLine, _tr: Translator) -> str:
    return row.reason


def _merge_state(row: MergeLine, tr: Translator) -> str:
    if row.undone_at is None:
        return tr(N_("merged"))
    return tr(N_("taken back on {when}"), when=row.undone_at)


def _merge_tone(row: MergeLine) -> str:
    return "" if row.undone_at is None else "secondary"


MERGE_COLUMNS: Final[Sequence[Column[MergeLine]]] = (
    Column("record", N_("Record"), _merged, width=150, stretch=2, tone=_merge_tone, wrap=True),
    Column("when", N_("Merged"), _merged_when, width=180, stretch=1, tone=_merge_tone, wrap=True),
    Column("reason", N_("Reason"), _merge_reason, width=90, stretch=1, tone=_merge_tone, wrap=True),
    Column("state", N_("State"), _merge_state, width=120, stretch=1, tone=_merge_tone, wrap=True),
)
