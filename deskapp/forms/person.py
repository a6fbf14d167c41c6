"""What the house holds of one person, on paper for that person: the record, then a table for each kind of the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from deskapp.domain.papers import Letterhead, RegistrationPaper
from deskapp.domain.people import PersonList, PersonPaper
from deskapp.domain.text import N_
from deskapp.forms.blocks import Block, Paragraph, Section, Setting, Space
from deskapp.forms.intake import ENTRIES
from deskapp.forms.page import Frame, render_pages
from deskapp.forms.style import SIZES
from deskapp.forms.table import Column, Table
from deskapp.forms.values import Entry, Row, allergy_banner, grid, shown
from deskapp.i18n import Translator

PERSON_TITLE: Final = N_("Data held about you")
_WHAT: Final = N_(
    "This is what the hospital's front desk holds about you. You may have mistakes corrected, and have your data erased"
    " as soon as the law no longer demands that it is kept."
)


def _asked(paper: Any, tr: Translator) -> str:
    return "" if paper.interpreter is None else shown(tr, paper.interpreter)


_ENTRIES: Final[Mapping[str, Entry]] = {
    **ENTRIES,
    # Boxes to tick are for the desk; here the one that was chosen is said.
    "identity": Entry(N_("Identity"), "identity"),
    "document": Entry(N_("Document"), "document_kind"),
    "marital": Entry(N_("Marital status"), "marital"),
    "relation": Entry(N_("Relation to the visitor"), "contact_relation"),
    "interpreter": Entry(N_("Interpreter needed"), _asked),
}
_ROWS: Final[Sequence[Row]] = (
    (("name", 4), ("preferred", 3), ("sex_word", 2), ("born", 3)),
    (("document", 4), ("document_number", 4), ("identity", 4)),
    (("phone", 4), ("nationality", 3), ("ethnicity", 2), ("marital", 3)),
    (("address", 12),),
    (("occupation", 4), ("employer", 4), ("insurer", 4)),
    (("language", 6), ("interpreter", 6)),
    (("contact", 4), ("relation", 4), ("contact_phone", 4)),
    (("guardian", 6), ("guardian_phone", 6)),
)
_WEIGHTS: Final[Mapping[str, float]] = {
    "Complaint": 2,
    "Date": 1.3,
    "Ended": 1.1,
    "Note": 2.4,
    "Question": 2.4,
    "Answer": 2,
    "Readings": 3,
    "Department": 1.4,
    "Visit no.": 1.75,
    "Kind": 1.35,
    "Doctor": 0.9,
    "Item": 1.8,
    "Urgency": 1.3,
    "Time": 1.5,
    "Was": 1.6,
    "Became": 1.6,
    "Quantity": 0.7,
    "Heard of us": 1.7,
}
"""How wide a column is, by its heading; 1 where it is not said."""


def person_data(paper: PersonPaper | None, head: Letterhead, tr: Translator, size: str) -> bytes:
    """Return all that is held of one person on A4; blank it has the fields of the record."""
    known = paper or PersonPaper(records=(RegistrationPaper(),))
    setting = Setting(tr, SIZES[size], blank=paper is None)
    numbers = ((tr(N_("Export no.")), known.code), (tr(N_("Date")), shown(tr, known.day)))
    frame = Frame(head, tr(PERSON_TITLE), number=tuple(number for number in numbers if number[1]))
    blocks: list[Block] = [Paragraph(tr(_WHAT))]
    if known.kept:
        blocks.append(Paragraph(shown(tr, known.kept), colour="secondary"))
    for record in known.records:
        blocks += _record(record, tr, blank=paper is None)
    for one in known.lists:
        blocks += _list(one, tr)
    return render_pages(blocks, setting, frame)


def _record(record: RegistrationPaper, tr: Translator, *, blank: bool) -> list[Block]:
    number = record.visitor_number
    title = tr(N_("Record {number}"), number=number) if number else tr(N_("Visitor"))
    return [
        Section(title),
        grid(_ENTRIES, _ROWS, record, tr),
        Space(4),
        allergy_banner(record, tr, blank=blank),
        Space(4),
    ]


def _list(one: PersonList, tr: Translator) -> list[Block]:
    count = len(one.headings)
    if not count or not one.rows:
        return []
    columns = [Column(tr(heading), _WEIGHTS.get(heading, 1)) for heading in one.headings]
    rows = [[shown(tr, value) for value in (*row, *[""] * count)[:count]] for row in one.rows]
    return [Section(tr(one.title)), Table(columns, rows), Space(4)]
