"""All that is stored of one person as a paper that the person can read: the rows of `person_file` in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from deskapp.db.models.directory import Department
from deskapp.db.models.intake import Visitor
from deskapp.domain.appointments import APPOINTMENT_ACT_LABELS, AppointmentAct
from deskapp.domain.papers import Letterhead, RegistrationPaper, Said
from deskapp.domain.people import PersonList, PersonPaper
from deskapp.domain.questions import QUESTION_LABELS, QuestionState
from deskapp.domain.registration import (
    AppointmentState,
    ConsentKind,
    EndReason,
    MediaSource,
    Payment,
    SlipState,
    Step,
    VisitKind,
    label,
)
from deskapp.domain.retention import Keeping
from deskapp.domain.text import N_, Text, Words
from deskapp.domain.trail import field_label, readable
from deskapp.domain.urgency import URGENCY_LABELS, Urgency
from deskapp.domain.waiting import ACT_LABELS, CARE_LABELS, CareKind, QueueAct
from deskapp.i18n import money
from deskapp.services.intake.papers import LANGUAGE_NAMES, NATIONALITY_NAMES

Row = Mapping[str, Any]


@dataclass(frozen=True)
class PersonSheet:
    """The paper with the number of the export, who prints, and the language that the person speaks ("" unknown)."""

    number: str
    paper: PersonPaper
    letterhead: Letterhead
    language: str


def paper_of(session: Session, data: Mapping[str, Any], kept: Keeping, day: dt.date) -> PersonPaper:
    """Return the paper of one person; `data` is what `person_data` returned."""
    records = [session.get_one(Visitor, row["id"]) for row in data["records"]]
    asked = session.execute(select(Department.name_zh, Department.name_en, Department.name_mn))
    names = {row[0]: Words(*row) for row in asked}
    placed = {
        kind: [row | {"department_id": names.get(row["department_id"], "")} for row in data[kind]]
        for kind in ("visits", "appointments")
    }
    lists = (one for one in _lists({**data, **placed}) if one.rows)
    return PersonPaper("", day, kept.why, tuple(map(_record, records)), tuple(lists))


_SAME: Final = (
    *("name", "preferred_name", "identity", "sex", "birth_date", "birth_time", "ethnicity", "marital"),
    *(
        "occupation",
        "employer",
        "address",
        "phone",
        "document_kind",
        "document_number",
        "allergy",
        "allergy_text",
    ),
    *(
        "contact_name",
        "contact_relation",
        "contact_phone",
        "guardian_name",
        "guardian_phone",
        "insurer",
        "interpreter",
    ),
)


def _record(visitor: Visitor) -> RegistrationPaper:
    return RegistrationPaper(
        visitor_number=visitor.code,
        nationality=NATIONALITY_NAMES.get(visitor.nationality, visitor.nationality),
        language=LANGUAGE_NAMES.get(visitor.language, visitor.language),
        **{name: getattr(visitor, name) for name in _SAME},
    )


# --- Lists --------------------------------------------------------------------------------------------------------

_AT: Final = N_("Time")
_BY: Final = N_("By")
_NOTE: Final = N_("Note")
_VISIT: Final = N_("Visit no.")
_STATE: Final = N_("State")


def _lists(data: Mapping[str, Any]) -> Iterator[PersonList]:
    codes = {row["id"]: row["code"] for row in data["visits"]}

    def of(kind: str) -> Iterator[tuple[str, Row]]:
        """Yield the rows of a kind that belongs to visits, each with the number of its visit."""
        return ((codes.get(row["visit_id"], ""), row) for row in data[kind])

    yield _listed(N_("Notes on the record"), (N_("Record no."), _NOTE), map(_note, data["records"]))
    yield _listed(N_("Answers to questions of consent"), _CONSENT, map(_consent, data["consents"]))
    yield _listed(N_("Visits"), _VISITS, map(_visit, data["visits"]))
    yield _listed(N_("More about the visits"), _MORE, map(_more, data["visits"]))
    yield _listed(N_("Steps of the visits"), _STEPS, (_step(*row) for row in of("steps")))
    yield _listed(N_("Vital signs"), _VITALS, (_vitals(*row) for row in of("vital_signs")))
    yield _listed(N_("Prices"), _CHARGES, (_charge(*row) for row in of("charges")))
    yield _listed(N_("Queue numbers"), _NUMBERS, (_number(*row) for row in of("queue_numbers")))
    waited = {row["id"]: codes.get(row["visit_id"], "") for row in data["waiting"]}
    acts = (_waiting(waited[row["entry_id"]], row) for row in data["waiting_events"])
    yield _listed(N_("In the waiting line"), _WAITING, acts)
    yield _listed(N_("Care while waiting"), _CARE, (_care(*row) for row in of("care")))
    yield _listed(N_("At the door"), _GREETINGS, (_greeting(*row) for row in of("greetings")))
    yield _listed(N_("Ways to the doctor"), _ESCORTS, (_escort(*row) for row in of("escorts")))
    yield _listed(N_("Appointments"), _APPOINTMENTS, map(_appointment, data["appointments"]))
    yield _listed(N_("What happened to appointments"), _BOOKING, map(_booking, data["appointment_events"]))
    yield _listed(N_("Questions asked"), _QUESTIONS, map(_question, data["questions"]))
    changes = (line for change in data["changes"] for line in _changes(change))
    yield _listed(N_("Changes of the record"), _CHANGES, changes)


def _listed(title: str, headings: Sequence[str], rows: Iterator[tuple[Said, ...]]) -> PersonList:
    return PersonList(title, tuple(headings), tuple(row for row in rows if any(row[1:])))


_CONSENT: Final = (N_("Consent"), N_("Agreed"), N_("Said by"), _AT, _BY)
_VISITS: Final = (
    N_("Date"),
    _VISIT,
    N_("Kind"),
    N_("Department"),
    N_("Doctor"),
    N_("Complaint"),
    N_("Ended"),
)
_MORE: Final = (_VISIT, N_("Urgency"), N_("Heard of us"), N_("Payment"), _NOTE)
_STEPS: Final = (_VISIT, N_("Step"), _AT, _BY, _NOTE)
_VITALS: Final = (_VISIT, _AT, _BY, N_("Readings"), N_("NEWS2"), N_("Urgency"))
_CHARGES: Final = (_VISIT, N_("Item"), N_("Quantity"), N_("Price"))
_NUMBERS: Final = (_VISIT, N_("Queue number"), N_("Number issued"), _STATE)
_WAITING: Final = (_VISIT, N_("What"), _AT, _BY, N_("Reason"))
_CARE: Final = (_VISIT, N_("Care"), _AT, _BY, _NOTE)
_GREETINGS: Final = (_VISIT, _AT, N_("Name"), _BY, _NOTE)
_ESCORTS: Final = (_VISIT, _AT, N_("Handed over"), N_("Handed to"), N_("Returned"), _BY, _NOTE)
_APPOINTMENTS: Final = (_AT, N_("Department"), N_("Doctor"), _STATE, _NOTE)
_BOOKING: Final = (N_("Appointment"), N_("What"), _AT, _BY, N_("Reason"))
_QUESTIONS: Final = (_AT, N_("Question"), N_("Answer"), _STATE)
_CHANGES: Final = (_AT, _BY, N_("Field"), N_("Was"), N_("Became"))


def _note(row: Row) -> tuple[Said, ...]:
    return row["code"], row["note"]


def _consent(row: Row) -> tuple[Said, ...]:
    return _word(ConsentKind, row["kind"]), _yes(row["given"]), row["given_by"], _time(row["at"]), _who(row)


def _visit(row: Row) -> tuple[Said, ...]:
    place = (row["department_id"], row["doctor_id"] or "")
    kind, ended = _word(VisitKind, row["kind"]), _word(EndReason, row["ended"])
    return _time(row["day"]), row["code"], kind, *place, row["complaint"], ended


def _more(row: Row) -> tuple[Said, ...]:
    source = _both(_word(MediaSource, row["media_source"]), row["media_text"])
    paid = _both(_word(Payment, row["payment"]), row["payment_reason"])
    notes = "; ".join(filter(None, (row["override_reason"], row["end_note"])))
    return row["code"], _urgency(row["urgency"]), source, paid, notes


def _step(visit: str, row: Row) -> tuple[Said, ...]:
    done = _word(Step, row["step"])
    said = done if row["done"] else Text(N_("{step}: taken back"), {"step": done})
    return visit, said, _time(row["at"]), _who(row), row["note"]


def _vitals(visit: str, row: Row) -> tuple[Said, ...]:
    readings = msgspec.json.decode(row["readings"], type=dict[str, str])
    said = ", ".join(f"{name} {value}" for name, value in readings.items())
    news2 = str(row["news2"]) if row["news2"] is not None else ""
    return visit, _time(row["at"]), _who(row), said, news2, _urgency(row["level"])


def _charge(visit: str, row: Row) -> tuple[Said, ...]:
    name = Words(row["name_zh"], row["name_en"], row["name_mn"])
    item: Said = Text(N_("{item}: taken off"), {"item": name}) if row["removed"] else name
    return visit, item, str(row["quantity"]), money(row["fen"])


def _number(visit: str, row: Row) -> tuple[Said, ...]:
    return visit, row["label"], _time(row["issued_at"]), _word(SlipState, row["state"])


def _waiting(visit: str, row: Row) -> tuple[Said, ...]:
    return visit, Text(ACT_LABELS[QueueAct(row["act"])]), _time(row["at"]), _who(row), row["reason"]


def _care(visit: str, row: Row) -> tuple[Said, ...]:
    done = Text(CARE_LABELS[CareKind(row["kind"])])
    said = Text(N_("{care}: taken back"), {"care": done}) if row["taken_back_at"] else done
    return visit, said, _time(row["at"]), _who(row), row["note"]


def _greeting(visit: str, row: Row) -> tuple[Said, ...]:
    return visit, _time(row["at"]), row["name"], _who(row), row["note"]


def _escort(visit: str, row: Row) -> tuple[Said, ...]:
    left, handed, back = (_time(row[name]) for name in ("left_at", "handed_at", "returned_at"))
    return visit, left, handed, row["handed_to"], back, _who(row), row["note"]


def _appointment(row: Row) -> tuple[Said, ...]:
    place = (row["department_id"], row["doctor_id"] or "")
    return _time(row["starts_at"]), *place, _word(AppointmentState, row["state"]), row["note"]


def _booking(row: Row) -> tuple[Said, ...]:
    act = Text(APPOINTMENT_ACT_LABELS[AppointmentAct(row["act"])])
    return _time(row["starts_at"]), act, _time(row["at"]), _who(row), row["reason"]


def _question(row: Row) -> tuple[Said, ...]:
    state = Text(QUESTION_LABELS[QuestionState(row["state"])])
    return _time(row["asked_at"]), row["text"], row["answer"], state


def _changes(change: Row) -> Iterator[tuple[Said, ...]]:
    for line in change["fields"]:
        named = _NAMED.get(line["id"], {})
        values = (line[side] for side in ("before", "after"))
        told = (named.get(str(value)) or _said(readable(line["id"], value)) for value in values)
        yield _time(change["at"]), change["person"], Text(field_label(line["id"])), *told


_NAMED: Final[Mapping[str, Mapping[str, Words]]] = {
    "nationality": NATIONALITY_NAMES,
    "language": LANGUAGE_NAMES,
}
"""Codes of these fields in words."""


# --- Values -------------------------------------------------------------------------------------------------------


def _said(value: object) -> Said:
    if value is None:
        return ""
    return value if isinstance(value, str | Text | Words) else Text("{value}", {"value": value})


def _time(value: str | None) -> Said:
    return _said(readable("at", value))


def _word(kind: type[Any], value: object) -> Said:
    return "" if value is None else Text(label(kind(value)))


def _urgency(level: int | None) -> Said:
    return "" if level is None else Text(URGENCY_LABELS[Urgency(level)])


def _both(word: Said, text: str) -> Said:
    return Text("{word}: {text}", {"word": word, "text": text}) if word and text else word or text


def _yes(value: bool) -> Said:
    return Text(N_("yes") if value else N_("no"))


def _who(row: Row) -> str:
    return row["account_id"] or ""
