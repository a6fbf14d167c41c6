"""Writing rows to CSV, XLSX or JSON, part by part, so that a program that opens them runs nothing.

CSV carries a byte order mark (spreadsheets take it for something else than UTF-8 without one), and
text that a spreadsheet would take for a formula gets an apostrophe. In XLSX text is stored as text.
JSON keeps codes instead of words. Equal rows under an equal mark give equal files.
"""

from __future__ import annotations

import csv
import datetime as dt
import enum
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Protocol

from deskapp.db.faults import disk_error
from deskapp.domain.registration import label
from deskapp.domain.text import N_, Text, Words
from deskapp.errors import InputError
from deskapp.i18n import Translator
from deskapp.services.transfer.columns import Kind, template
from deskapp.services.transfer.tables import FORMULA_STARTS

SUFFIXES: Final = (".csv", ".xlsx", ".json")
SHEET_ROWS: Final = 1_000_000
MADE: Final = dt.datetime(2000, 1, 1)  # noqa: DTZ001
"""A spreadsheet notes when it was made; the same rows must give the same file."""
ABOUT_WIDTH: Final = 28
PERSONAL: Final = N_(
    "This file holds personal data. Keep it as safe as paper records, and delete it when it is no longer needed."
)


@dataclass(frozen=True)
class Fen:
    """An amount of money, so that it is not taken for a number of things."""

    fen: int


@dataclass(frozen=True)
class Heading:
    """One column of an export: the field name that JSON has, the words that the others have."""

    field: str
    words: Words


@dataclass(frozen=True)
class Mark:
    """What an export carries, so that a file that turns up somewhere can be traced.

    `number` stands in every row and in the audit trail, which says who wrote what under it. `at` is None
    where equal exports have to be equal files, in a demo.
    """

    number: str
    by: str
    at: dt.datetime | None
    first: dt.date | None
    last: dt.date | None


MARK_HEADING: Final = Heading("export", Words("导出编号", "Export", "Экспортын дугаар"))


class RowWriter(Protocol):
    """What takes rows in any format."""

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Append rows."""

    def close(self) -> None:
        """Finish the file."""


def neutral(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; one that looks as if this were done already gets it too."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def check_suffix(path: Path) -> str:
    """Return the format of an export's file, or raise `InputError` at field "out"."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        message = Text(N_("The file has to end in one of: {choices}."), {"choices": ", ".join(SUFFIXES)})
        raise InputError("out", "export.format", message)
    return suffix


@contextmanager
def open_writer(
    path: Path, headings: Sequence[Heading], tr: Translator, mark: Mark | None = None
) -> Iterator[RowWriter]:
    """Give the writer for `path`; the file appears whole when all is written, or not at all.

    With a `mark` every row ends in its number. Raises `StorageError` when it can't be written.
    """
    kinds: Mapping[str, type[CsvRows | XlsxRows | JsonRows]] = {
        ".csv": CsvRows,
        ".xlsx": XlsxRows,
        ".json": JsonRows,
    }
    kind = kinds[check_suffix(path)]
    with whole_file(path) as unfinished:
        writer = kind(unfinished, headings, tr, mark)
        try:
            yield writer
        finally:
            writer.close()


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a path to write to; the file appears under `path` whole, or not at all. Raises `StorageError`."""
    unfinished = path.with_name(f".{path.name}.part")
    try:
        yield unfinished
        unfinished.replace(path)
    except OSError as error:
        raise disk_error(error) from error
    finally:
        unfinished.unlink(missing_ok=True)


class CsvRows:
    """Rows as CSV in words of one language."""

    def __init__(
        self, path: Path, headings: Sequence[Heading], tr: Translator, mark: Mark | None = None
    ) -> None:
        self.stream = path.open("w", encoding="utf-8-sig", newline="")
        self.tr = tr
        self.mark = mark
        self.rows = csv.writer(self.stream)
        self.rows.writerow([tr(heading.words) for heading in _marked_headings(headings, mark)])

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Append rows."""
        self.rows.writerows([self._cell(value) for value in _marked(row, self.mark)] for row in rows)

    def close(self) -> None:
        """Finish the file."""
        self.stream.close()

    def _cell(self, value: object) -> str:
        if isinstance(value, Fen):
            return f"{value.fen / 100:.2f}"
        if isinstance(value, dt.datetime):
            return f"{value.astimezone():%Y-%m-%d %H:%M}"
        if isinstance(value, dt.date):
            return value.isoformat()
        return neutral(words(value, self.tr))


class XlsxRows:
    """Rows as a spreadsheet in words of one language; a full sheet is followed by another."""

    def __init__(
        self,
        path: Path,
        headings: Sequence[Heading],
        tr: Translator,
        mark: Mark | None = None,
        sheet: str = "",
    ) -> None:
        import xlsxwriter  # type: ignore[import-untyped]

        self.tr = tr
        self.mark = mark
        self.names = [tr(heading.words) for heading in _marked_headings(headings, mark)]
        # Given a stream it never touches the disk on its own, whose faults it would reword.
        self.stream: IO[bytes] = path.open("wb")
        self.book = xlsxwriter.Workbook(self.stream, {"constant_memory": True})
        told = [": ".join(filter(None, line)) for line in about(mark, tr)] if mark else []
        self.book.set_properties({"created": MADE, "comments": "\n".join(told)})
        self.formats = {
            dt.datetime: self.book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            dt.date: self.book.add_format({"num_format": "yyyy-mm-dd"}),
            Fen: self.book.add_format({"num_format": "0.00"}),
        }
        self._new_sheet(sheet)

    def next_sheet(self, name: str, headings: Sequence[Heading]) -> None:
        """Go on with rows of another kind on a sheet of their own."""
        self.names = [self.tr(heading.words) for heading in _marked_headings(headings, self.mark)]
        self._new_sheet(name)

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Append rows."""
        for row in rows:
            if self.row > SHEET_ROWS:
                self._new_sheet()
            for column, value in enumerate(_marked(row, self.mark)):
                self._cell(column, value)
            self.row += 1

    def close(self) -> None:
        """Finish the file."""
        try:
            if self.mark:
                # Behind the rows: who reads the first sheet finds what it always held.
                self._tell(about(self.mark, self.tr))
            self.book.close()
        finally:
            self.stream.close()

    def _new_sheet(self, name: str = "") -> None:
        self.sheet = self.book.add_worksheet(name or None)
        self.sheet.freeze_panes(1, 0)
        for column, heading in enumerate(self.names):
            self.sheet.write_string(0, column, heading)
        self.row = 1

    def _tell(self, lines: Iterable[tuple[str, str]]) -> None:
        sheet = self.book.add_worksheet(self.tr(N_("About this file")))
        sheet.set_column(0, 1, ABOUT_WIDTH)
        for row, line in enumerate(lines):
            for column, text in enumerate(line):
                sheet.write_string(row, column, text)

    def _cell(self, column: int, value: object) -> None:
        if isinstance(value, dt.datetime):
            wall = value.astimezone().replace(tzinfo=None)
            self.sheet.write_datetime(self.row, column, wall, self.formats[dt.datetime])
        elif isinstance(value, dt.date):
            self.sheet.write_datetime(self.row, column, value, self.formats[dt.date])
        elif isinstance(value, Fen):
            self.sheet.write_number(self.row, column, value.fen / 100, self.formats[Fen])
        elif isinstance(value, int) and not isinstance(value, bool | enum.Enum):
            self.sheet.write_number(self.row, column, value)
        elif value not in {None, ""}:
            self.sheet.write_string(self.row, column, words(value, self.tr))


class JsonRows:
    """Rows as a JSON list of objects, one a line, with codes and integer fen."""

    def __init__(
        self, path: Path, headings: Sequence[Heading], _tr: Translator, mark: Mark | None = None
    ) -> None:
        self.stream = path.open("w", encoding="utf-8", newline="\n")
        self.mark = mark
        self.fields = [heading.field for heading in _marked_headings(headings, mark)]
        self.between = "[\n"

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Append rows."""
        for row in rows:
            cells = zip(self.fields, _marked(row, self.mark), strict=True)
            values = {field: _plain(value) for field, value in cells}
            self.stream.write(self.between + json.dumps(values, ensure_ascii=False))
            self.between = ",\n"

    def close(self) -> None:
        """Finish the file."""
        if not self.stream.closed:
            self.stream.write("[]\n" if self.between == "[\n" else "\n]\n")
            self.stream.close()


def about(mark: Mark, tr: Translator) -> list[tuple[str, str]]:
    """Return what is to be known of an export, line by line: what, and how it is."""
    span = [tr.date(day) if day else "…" for day in (mark.first, mark.last)]
    everything = mark.first is None and mark.last is None
    lines = [
        (tr(MARK_HEADING.words), mark.number),
        (tr(N_("Written by")), mark.by),
        (tr(N_("Days")), tr(N_("all")) if everything else " – ".join(span)),
        (tr(PERSONAL), ""),
    ]
    if mark.at is not None:
        lines.insert(2, (tr(N_("Written at")), f"{mark.at.astimezone():%Y-%m-%d %H:%M}"))
    return lines


def _marked_headings(headings: Sequence[Heading], mark: Mark | None) -> Sequence[Heading]:
    return (*headings, MARK_HEADING) if mark else headings


def _marked(row: Sequence[Any], mark: Mark | None) -> Sequence[Any]:
    return (*row, mark.number) if mark else row


def write_template(kind: Kind, path: Path, language: str) -> None:
    """Write a CSV file of a kind with its columns and one example row.

    Raises `StorageError` when it can't be written.
    """
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerows(template(kind, language))
    except OSError as error:
        raise disk_error(error) from error


def words(value: object, tr: Translator) -> str:
    """Return a value as people read it in the translator's language."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return tr(N_("yes")) if value else tr(N_("no"))
    if isinstance(value, enum.Enum):
        return tr(label(value))
    return tr(value) if isinstance(value, Words) else str(value)


def _plain(value: object) -> object:
    if isinstance(value, Fen):
        return value.fen
    if isinstance(value, dt.datetime):
        return value.astimezone().isoformat(timespec="seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Words):
        return {"zh": value.zh, "en": value.en, "mn": value.mn}
    return value.value if isinstance(value, enum.Enum) else value
