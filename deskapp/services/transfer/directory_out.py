"""The directory as a file that can be imported again: a sheet for each kind, under the import's own columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from deskapp.db.models.directory import Department, Doctor, PhraseText, PriceItem
from deskapp.domain.promotions import PromotionView
from deskapp.domain.text import N_, Text, Words
from deskapp.errors import InputError
from deskapp.i18n import Translator
from deskapp.services.directory import BY_CODE_AND_DAY, duty_times, more
from deskapp.services.directory.phrases import phrases
from deskapp.services.transfer import cells
from deskapp.services.transfer.columns import COLUMNS, Kind, folded
from deskapp.services.transfer.writers import Fen, Heading, XlsxRows, open_writer, whole_file
from deskapp.triage_rules import Sentence

SHEETS: Final[Mapping[Kind, Words]] = {
    Kind.DEPARTMENTS: Words("科室", "Departments", "Тасгууд"),
    Kind.DOCTORS: Words("医生", "Doctors", "Эмч нар"),
    Kind.PRICES: Words("价格", "Prices", "Үнэ"),
    Kind.PLACES: Words("地点与电话", "Places", "Газар, утас"),
    Kind.PROMOTIONS: Words("优惠活动", "Promotions", "Урамшуулал"),
    Kind.NOTICES: Words("通知", "Notices", "Мэдээ"),
    Kind.PHRASES: Words("用语", "Phrases", "Хэлэх үг"),
}
"""Names of the sheets: a file format, like the names of the columns."""


def kinds_for(suffix: str, kind: Kind | None) -> list[Kind]:
    """Return what a file of this format holds. Raises `InputError` at "kind": only XLSX holds several kinds."""
    if kind is None and suffix != ".xlsx":
        message = Text(
            N_("A file that ends in {suffix} holds one kind. Say which, or write .xlsx."), {"suffix": suffix}
        )
        raise InputError("kind", "export.kind", message)
    if kind is not None and kind not in SHEETS:
        message = Text(N_("“{kind}” is no part of the directory."), {"kind": kind.value})
        raise InputError("kind", "export.kind", message)
    return list(SHEETS) if kind is None else [kind]


def sheet_names(kind: Kind) -> frozenset[str]:
    """Return the names, folded, of the sheet that holds a kind in a workbook of several."""
    words = SHEETS.get(kind)
    names = (words.zh, words.en, words.mn) if words is not None else ()
    return frozenset(map(folded, (kind.value, *names)))


def write(path: Path, rows: Mapping[Kind, Sequence[Sequence[Any]]], tr: Translator) -> None:
    """Write rows of one kind to a file of any format, or of several to a workbook. Raises `StorageError`."""
    kinds = list(rows)
    if len(kinds) == 1 and path.suffix.lower() != ".xlsx":
        with open_writer(path, headings(kinds[0]), tr) as writer:
            writer.write(rows[kinds[0]])
        return
    with whole_file(path) as unfinished:
        book = XlsxRows(unfinished, headings(kinds[0]), tr, sheet=tr(SHEETS[kinds[0]]))
        try:
            book.write(rows[kinds[0]])
            for kind in kinds[1:]:
                book.next_sheet(tr(SHEETS[kind]), headings(kind))
                book.write(rows[kind])
        finally:
            book.close()


def headings(kind: Kind) -> list[Heading]:
    """Return the columns of a kind, as the import reads them."""
    return [Heading(column.field, column.header) for column in COLUMNS[kind]]


def rows_of(session: Session, kind: Kind, shipped: Mapping[str, Sentence]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a kind in the order of its columns; what is over too: a record is never left out."""
    fields = [column.field for column in COLUMNS[kind]]
    for values in _values(session, kind, shipped):
        yield tuple(_cell(values.get(field)) for field in fields)


def _values(session: Session, kind: Kind, shipped: Mapping[str, Sentence]) -> Iterator[Mapping[str, Any]]:
    codes = {row.id: row.code for row in session.scalars(select(Department).order_by(Department.code))}
    match kind:
        case Kind.DEPARTMENTS:
            yield from map(vars, session.scalars(select(Department).order_by(Department.code)))
        case Kind.DOCTORS:
            yield from _doctors(session, codes)
        case Kind.PRICES:
            for item in session.scalars(select(PriceItem).order_by(*BY_CODE_AND_DAY)):
                yield {**vars(item), "price": Fen(item.fen)}
        case Kind.PLACES:
            for place in more.places(session):
                yield {**vars(place), **_named(place.name), "department": codes.get(place.department_id or 0)}
        case Kind.PROMOTIONS:
            yield from (_promotion(promotion, codes) for promotion in more.promotions(session))
        case Kind.NOTICES:
            for notice in more.notices(session):
                yield {**vars(notice), **_named(notice.name), **_named(notice.text, "text")}
        case _:
            # A text of the site's own that is not in use is kept too, not the shipped one that is said instead.
            own = {row.code: row for row in session.scalars(select(PhraseText))}
            for phrase in phrases(session, shipped):
                row = own.get(phrase.code)
                yield vars(row) if row is not None else {**vars(phrase), **vars(phrase.words)}


def _doctors(session: Session, codes: Mapping[int, str]) -> Iterator[Mapping[str, Any]]:
    rows = session.scalars(select(Doctor).order_by(Doctor.number)).all()
    times = duty_times(session, [row.id for row in rows])
    for row in rows:
        mine = times.get(row.id, ())
        duty = {"duty": cells.duty_text(mine), "exceptions": cells.exceptions_cell(mine)}
        yield {**vars(row), "department": codes[row.department_id], **duty}


def _promotion(promotion: PromotionView, codes: Mapping[int, str]) -> Mapping[str, Any]:
    named = _named(promotion.name) | _named(promotion.text, "text")
    department = codes.get(promotion.department_id or 0)
    return {**vars(promotion), **named, "department": department, "words": ", ".join(promotion.words)}


def _named(words: Words, field: str = "name") -> dict[str, str]:
    return {f"{field}_{language}": text for language, text in vars(words).items()}


def _cell(value: object) -> object:
    return "" if value is None else value
