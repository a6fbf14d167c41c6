"""The forms of a visit: registration form and page of the outpatient record booklet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from deskapp.domain.papers import ConsentLine, Letterhead, RecordPagePaper, RegistrationPaper
from deskapp.domain.registration import (
    ConsentKind,
    ContactRelation,
    DocumentKind,
    Identity,
    MaritalStatus,
    MediaSource,
    Payment,
    Sex,
    VisitKind,
)
from deskapp.domain.text import N_
from deskapp.forms.blocks import Block, NewPage, Paragraph, Ruled, Section, Setting, Signatures, Space
from deskapp.forms.grid import Cell, Choice, Field, Grid
from deskapp.forms.page import Frame, render_pages
from deskapp.forms.poster import Beside
from deskapp.forms.style import SIZES
from deskapp.forms.table import Column, Table
from deskapp.forms.values import Entry, Row, age, allergy_banner, grid, record_numbers, shown, urgency, yes_no
from deskapp.i18n import Translator

REGISTRATION_TITLE: Final = N_("Registration form")
RECORD_TITLE: Final = N_("Outpatient record")


def _urgency(paper: Any, tr: Translator) -> str:
    return urgency(paper.urgency, tr)


def _first_visit(paper: Any, tr: Translator) -> str:
    if paper.first_visit is None:
        return ""
    return tr(N_("first visit") if paper.first_visit else N_("return visit"))


def _born(paper: Any, tr: Translator) -> str:
    time = getattr(paper, "birth_time", None)
    return " ".join(part for part in (shown(tr, paper.birth_date), shown(tr, time)) if part)


ENTRIES: Final[Mapping[str, Entry]] = {
    "number": Entry(N_("Queue number"), "queue_number", bold=True, size="strong"),
    "department": Entry(N_("Department"), "department", bold=True),
    "doctor": Entry(N_("Doctor"), "doctor"),
    "room": Entry(N_("Room"), "room"),
    "kind": Entry(N_("Kind of visit"), "kind", coded=VisitKind),
    "kind_short": Entry(N_("Kind of visit"), "kind"),
    "first": Entry(N_("First or return visit"), _first_visit),
    "urgency": Entry(N_("Urgency"), _urgency, bold=True),
    "appointment": Entry(N_("Appointment"), "appointment_at"),
    "issued": Entry(N_("Number issued"), "number_issued"),
    "checked_in": Entry(N_("Checked in"), "checked_in"),
    "began": Entry(N_("Doctor began"), "doctor_began"),
    "day": Entry(N_("Date"), "day"),
    "name": Entry(N_("Name"), "name", bold=True, size="strong"),
    "preferred": Entry(N_("Likes to be called"), "preferred_name"),
    "sex": Entry(N_("Sex"), "sex", coded=Sex),
    "sex_word": Entry(N_("Sex"), "sex"),
    "born": Entry(N_("Date of birth"), _born),
    "age": Entry(N_("Age"), age),
    "phone": Entry(N_("Phone"), "phone"),
    "identity": Entry(N_("Identity"), "identity", coded=Identity, most=1),
    "document": Entry(N_("Document"), "document_kind", coded=DocumentKind),
    "document_number": Entry(N_("Document number"), "document_number", bold=True),
    "nationality": Entry(N_("Nationality"), "nationality"),
    "ethnicity": Entry(N_("Ethnicity"), "ethnicity"),
    "marital": Entry(N_("Marital status"), "marital", coded=MaritalStatus),
    "occupation": Entry(N_("Occupation"), "occupation"),
    "employer": Entry(N_("Employer"), "employer"),
    "address": Entry(N_("Address"), "address"),
    "insurer": Entry(N_("Insurer"), "insurer"),
    "language": Entry(N_("Language"), "language"),
    "interpreter": Entry(N_("Interpreter needed"), "interpreter", question=True),
    "contact": Entry(N_("Contact person"), "contact_name"),
    "relation": Entry(N_("Relation to the visitor"), "contact_relation", coded=ContactRelation),
    "contact_phone": Entry(N_("Contact's phone"), "contact_phone"),
    "guardian": Entry(N_("Guardian"), "guardian_name"),
    "guardian_phone": Entry(N_("Guardian's phone"), "guardian_phone"),
    "complaint": Entry(N_("Complaint, in the visitor's own words"), "complaint"),
    "media": Entry(N_("How did you hear of us?"), "media_source", coded=MediaSource),
    "media_text": Entry(N_("Remark"), "media_text"),
    "payment": Entry(N_("Payment"), "payment", coded=Payment),
    "payment_reason": Entry(N_("Reason if waived"), "payment_reason"),
}

Part = tuple[str, Sequence[Row]]

_VISIT: Final = N_("Visit")
_VISITOR: Final = N_("Visitor")
_CONTACT: Final = N_("Contact person and guardian")
_REASON: Final = N_("Reason for coming")
_DESK: Final = N_("For the desk")

_GUARDIAN: Final[Row] = (("guardian", 8.5), ("guardian_phone", 3.5))

_WIDE: Final[Sequence[Part]] = (
    (
        _VISIT,
        (
            (("number", 2.4), ("department", 4), ("doctor", 3), ("room", 2.6)),
            (("kind_short", 2.4), ("first", 4), ("urgency", 5.6)),
            (("appointment", 2.4), ("issued", 4), ("checked_in", 3), ("began", 2.6)),
        ),
    ),
    (
        _VISITOR,
        (
            (("name", 4), ("preferred", 1.8), ("sex", 6.2)),
            (("born", 2.4), ("age", 2.6), ("phone", 2.4), ("identity", 4.6)),
            (("document", 5), ("document_number", 4), ("nationality", 3)),
            (("marital", 7.4), ("ethnicity", 1.6), ("occupation", 3)),
            (("employer", 5), ("address", 7)),
            (("insurer", 5), ("language", 2.4), ("interpreter", 4.6)),
        ),
    ),
    (
        _CONTACT,
        (
            (("contact", 5), ("relation", 3.5), ("contact_phone", 3.5)),
            _GUARDIAN,
        ),
    ),
    (_REASON, ((("complaint", 12),), (("media", 5), ("media_text", 7)))),
)

_WIDE_BLANK: Final[Sequence[Part]] = (
    (
        _VISITOR,
        (
            (("name", 8.5), ("preferred", 3.5)),
            (("sex", 6), ("born", 4), ("age", 2)),
            (("phone", 6), ("nationality", 3), ("ethnicity", 3)),
            (("document", 12),),
            (("document_number", 6), ("occupation", 6)),
            (("marital", 7.5), ("insurer", 4.5)),
            (("employer", 12),),
            (("address", 12),),
            (("language", 6), ("interpreter", 6)),
        ),
    ),
    (
        _CONTACT,
        (
            (("contact", 7), ("contact_phone", 5)),
            (("relation", 12),),
            (("guardian", 7), ("guardian_phone", 5)),
        ),
    ),
)
_WIDE_DESK: Final[Sequence[Part]] = (
    (
        _DESK,
        (
            (("number", 2.4), ("department", 4), ("doctor", 3), ("room", 2.6)),
            (("kind", 12),),
            (("urgency", 3), ("identity", 9)),
            (("appointment", 3), ("issued", 3), ("checked_in", 3), ("began", 3)),
            (("payment", 5), ("payment_reason", 7)),
        ),
    ),
)

_NARROW: Final[Sequence[Part]] = (
    (
        _VISIT,
        (
            (("number", 3), ("department", 5), ("doctor", 4)),
            (("kind_short", 3), ("room", 5), ("first", 4)),
            (("appointment", 3), ("urgency", 9)),
            (("issued", 3), ("checked_in", 5), ("began", 4)),
        ),
    ),
    (
        _VISITOR,
        (
            (("name", 8), ("preferred", 4)),
            (("sex", 6.4), ("born", 3), ("age", 2.6)),
            (("document", 7), ("document_number", 5)),
            (("phone", 4), ("identity", 5), ("nationality", 3)),
            (("marital", 8), ("ethnicity", 4)),
            (("occupation", 4), ("employer", 8)),
            (("address", 12),),
            (("insurer", 5), ("language", 3), ("interpreter", 4)),
        ),
    ),
    (
        _CONTACT,
        (
            (("contact", 5), ("relation", 3), ("contact_phone", 4)),
            _GUARDIAN,
        ),
    ),
    (_REASON, ((("complaint", 12),), (("media", 5), ("media_text", 7)))),
)

_NARROW_BLANK: Final[Sequence[Part]] = (
    (
        _VISITOR,
        (
            (("name", 8), ("preferred", 4)),
            (("sex", 7), ("born", 5)),
            (("phone", 7), ("age", 5)),
            (("document", 12),),
            (("document_number", 12),),
            (("nationality", 4), ("ethnicity", 4), ("occupation", 4)),
            (("marital", 12),),
            (("employer", 12),),
            (("address", 12),),
            (("insurer", 12),),
            (("language", 6), ("interpreter", 6)),
        ),
    ),
    (
        _CONTACT,
        (
            (("contact", 7), ("contact_phone", 5)),
            (("relation", 12),),
            (("guardian", 7), ("guardian_phone", 5)),
        ),
    ),
)
_NARROW_DESK: Final[Sequence[Part]] = (
    (
        _DESK,
        (
            (("number", 3), ("department", 5), ("doctor", 4)),
            (("kind", 12),),
            (("room", 3), ("urgency", 5), ("appointment", 4)),
            (("identity", 12),),
            (("issued", 4), ("checked_in", 4), ("began", 4)),
            (("payment", 7), ("payment_reason", 5)),
        ),
    ),
)

_FILLED: Final = {"A4": _WIDE, "A5": _NARROW}
_BLANK: Final = {"A4": (_WIDE_BLANK, _WIDE_DESK), "A5": (_NARROW_BLANK, _NARROW_DESK)}


def registration_form(paper: RegistrationPaper | None, head: Letterhead, tr: Translator, size: str) -> bytes:
    """Return the registration form on A4 or A5; blank for filling in by hand without a paper."""
    setting = Setting(tr, SIZES[size], blank=paper is None)
    known = _as_seen(paper or RegistrationPaper())
    blocks = _blank_registration(known, tr, size) if paper is None else _filled_registration(known, tr, size)
    numbers = record_numbers(known, tr) or [(tr(N_("Visitor no.")), "")]
    frame = Frame(head, tr(REGISTRATION_TITLE), known.code, numbers)
    return render_pages(blocks, setting, frame)


def _as_seen(paper: RegistrationPaper) -> RegistrationPaper:
    """Leave open whether a document was seen where no number of one is known: records of old say so of such, too."""
    unproved = paper.identity is Identity.DOCUMENT and not paper.document_number.strip()
    return replace(paper, identity=None) if unproved else paper


def _filled_registration(paper: RegistrationPaper, tr: Translator, size: str) -> list[Block]:
    return [
        allergy_banner(paper, tr, blank=False),
        *_parts(_needed(_FILLED[size], paper), paper, tr),
        *_price(paper, tr, size),
        *_consent(paper, tr),
    ]


def _blank_registration(paper: RegistrationPaper, tr: Translator, size: str) -> list[Block]:
    visitor, desk = _BLANK[size]
    return [
        allergy_banner(paper, tr, blank=True),
        *_parts(visitor, paper, tr),
        *([NewPage()] if size == "A4" else []),
        Ruled(tr(ENTRIES["complaint"].label), lines=3 if size == "A4" else 2),
        grid(ENTRIES, ((("media", 12),),), paper, tr),
        *_consent(paper, tr),
        *_parts(desk, paper, tr),
    ]


def _needed(parts: Sequence[Part], paper: RegistrationPaper) -> Sequence[Part]:
    """Leave out the guardian of a visitor who has none and needs none."""
    if paper.guardian_name or paper.guardian_phone or paper.guardian_signs:
        return parts
    return [(title, [row for row in rows if row is not _GUARDIAN]) for title, rows in parts]


def _parts(parts: Sequence[Part], paper: RegistrationPaper, tr: Translator) -> list[Block]:
    return [block for title, rows in parts for block in (Section(tr(title)), grid(ENTRIES, rows, paper, tr))]


_PAYMENT_ROW: Final[Sequence[Row]] = ((("payment", 6), ("payment_reason", 6)),)
_PAYMENT_COLUMN: Final[Sequence[Row]] = ((("payment", 1),), (("payment_reason", 1),))
_SHORT: Final = 8
"""Price lines up to which the payment stands beside the table."""


def _price(paper: RegistrationPaper, tr: Translator, size: str) -> list[Block]:
    columns = (
        Column(tr(N_("Item")), 6),
        Column(tr(N_("Price")), 2, right=True),
        Column(tr(N_("Quantity")), 1.5, right=True),
        Column(tr(N_("Amount")), 2.5, right=True),
    )
    rows = [
        (shown(tr, line.name), tr.money(line.fen), str(line.quantity), tr.money(line.total))
        for line in paper.prices
    ]
    total = (tr(N_("Sum")), "", "", tr.money(paper.total))
    title = Section(tr(N_("Price")))
    if not rows:
        return [title, grid(ENTRIES, _PAYMENT_ROW, paper, tr)]
    table = Table(columns, rows, total)
    if size == "A4" and len(rows) <= _SHORT:
        return [title, Beside([table], [grid(ENTRIES, _PAYMENT_COLUMN, paper, tr)], share=0.68)]
    return [title, table, grid(ENTRIES, _PAYMENT_ROW, paper, tr)]


_CONSENTS: Final[Mapping[ConsentKind, str]] = {
    ConsentKind.MEDICAL_DATA: N_(
        "The hospital may use my personal and medical data to register and treat me and to keep the records that "
        "the law asks for. I may see my data and have mistakes corrected."
    ),
    ConsentKind.COMMUNICATION: N_(
        "The hospital may call or write to me about my visits and appointments. I may withdraw this at any time."
    ),
}


def _consent(paper: RegistrationPaper, tr: Translator) -> list[Block]:
    left, right = ([Paragraph(tr(words), "small")] for words in _CONSENTS.values())
    answers = Grid([[cell for kind in _CONSENTS for cell in _answer(paper.consent(kind), tr)]])
    guardian = tr(N_("For a child under 14 the parent or guardian decides and signs."))
    signatures = (
        tr(N_("Visitor's signature, date")),
        tr(N_("Guardian's signature, date")),
        tr(N_("Desk operator's signature")),
    )
    return [
        Section(tr(N_("Consent"))),
        Beside(left, right, share=0.5),
        answers,
        Space(3),
        Paragraph(guardian, "small", bold=paper.guardian_signs),
        Signatures(signatures),
    ]


def _answer(line: ConsentLine | None, tr: Translator) -> list[Cell]:
    given, by, at = (line.given, line.by, line.at) if line else (None, "", None)
    return [
        Choice(tr(N_("I agree")), yes_no(tr, given), 4.5),
        Field(tr(N_("Given by")), by, 3.1),
        Field(tr(N_("When")), shown(tr, at), 4.4),
    ]


def _pressure(vitals: Any, tr: Translator) -> str:
    del tr
    if vitals.systolic is None:
        return ""
    return f"{vitals.systolic}/{vitals.diastolic if vitals.diastolic is not None else '–'}"


def _level(vitals: Any, tr: Translator) -> str:
    return urgency(vitals.level, tr)


_VITALS: Final[Mapping[str, Entry]] = {
    "respiration": Entry(N_("Breaths/min"), "respiration"),
    "saturation": Entry(N_("SpO2 %"), "saturation"),
    "oxygen": Entry(N_("Oxygen"), "oxygen"),
    "pressure": Entry(N_("Blood pressure"), _pressure),
    "pulse": Entry(N_("Pulse/min"), "pulse"),
    "consciousness": Entry(N_("ACVPU"), "consciousness"),
    "temperature": Entry(N_("Temp. °C"), "temperature"),
    "news2": Entry(N_("NEWS2"), "news2", bold=True, size="strong"),
    "level": Entry(N_("Urgency"), _level, bold=True),
    "taken": Entry(N_("Taken at"), "taken_at"),
    "by": Entry(N_("Taken by"), "by"),
}
_VITAL_ROWS: Final[Sequence[Row]] = (
    (
        ("respiration", 1.3),
        ("saturation", 1),
        ("oxygen", 1),
        ("pressure", 1.6),
        ("pulse", 1.1),
        ("consciousness", 1.1),
        ("temperature", 1.1),
        ("news2", 1),
    ),
    (("level", 5), ("taken", 3), ("by", 4)),
)
_RECORD_ROWS: Final[Sequence[Row]] = (
    (("name", 5), ("sex_word", 1.6), ("born", 2.4), ("age", 1.6), ("phone", 2.4)),
    (("day", 2), ("department", 3), ("doctor", 3), ("room", 2), ("number", 2)),
)


def record_page(paper: RecordPagePaper | None, head: Letterhead, tr: Translator, size: str) -> bytes:
    """Return a page of the outpatient record booklet: known data above, room for the doctor below."""
    setting = Setting(tr, SIZES[size], blank=paper is None)
    known = paper or RecordPagePaper()
    blocks: list[Block] = [
        grid(ENTRIES, _RECORD_ROWS, known, tr),
        Space(setting.style.gap),
        allergy_banner(known, tr, blank=paper is None),
        *_complaint(known, tr),
        Section(tr(N_("Vital signs"))),
        grid(_VITALS, _VITAL_ROWS, known.vitals, tr),
        *_doctors_room(tr),
    ]
    frame = Frame(head, tr(RECORD_TITLE), known.code, record_numbers(known, tr))
    return render_pages(blocks, setting, frame)


def _complaint(paper: RecordPagePaper, tr: Translator) -> list[Block]:
    title = tr(ENTRIES["complaint"].label)
    if not paper.complaint:
        return [Ruled(title, lines=2)]
    return [Section(title), Paragraph(paper.complaint)]


def _doctors_room(tr: Translator) -> list[Block]:
    return [
        Ruled(tr(N_("History")), lines=2, stretch=2),
        Ruled(tr(N_("Examination")), lines=2, stretch=2),
        Ruled(tr(N_("Diagnosis")), lines=1, stretch=1),
        Ruled(tr(N_("Treatment and advice")), lines=2, stretch=2),
        Signatures([tr(N_("Doctor's signature")), tr(N_("Date and time"))]),
    ]
