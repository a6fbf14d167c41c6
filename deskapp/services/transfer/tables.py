"""Reading a table from a CSV or XLSX file, whatever program wrote it.

CSV: UTF-8 with or without byte order mark, UTF-16 with one, GB18030 (which holds GBK); comma,
semicolon or tab. XLSX: the first visible sheet; a cell with a formula is marked, because its value
is whatever some program once worked out.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deskapp.db.faults import disk_error
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta
SUFFIXES: Final = (".csv", ".xlsx")
MAX_BYTES: Final = 100_000_000
MAX_UNPACKED: Final = 1_000_000_000
DELIMITERS: Final = ",;\t"
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, or skips before one."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FORMULA_CELL: Final = re.compile(rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f[ />]")
_CELL_NAME: Final = re.compile(rb'\br="([A-Z]{1,3}[0-9]{1,7})"')
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
NOT_XLSX: Final = N_("This is no XLSX file that can be read; it may be damaged or protected by a password.")
TOO_LARGE: Final = N_("This file is larger than {limit} MB. Split it into several.")
MAX_CELLS: Final = 30_000_000
"""Cells between the first and the last: a million rows of our widest list."""
LAST_ROW: Final = 1_048_576
_ROW: Final = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\br=["']([0-9]{1,7})["']""")
_FAR_CELL: Final = re.compile(rb"""\br=["']([A-Z]{2,3})([0-9]{1,7})["']""")
_PIECE: Final = 1 << 20
_OVERLAP: Final = 200


@dataclass(frozen=True)
class Formula:
    """A cell that holds a formula instead of a value."""

    text: str = ""


@dataclass(frozen=True)
class Row:
    """One row; `number` counts as a spreadsheet does, from 1."""

    number: int
    cells: tuple[Cell | Formula, ...]


@dataclass(frozen=True)
class Table:
    """The header and the rows below it, empty rows left out."""

    header: tuple[str, ...]
    rows: list[Row]


def read_table(
    path: Path, known: Callable[[str], bool], is_meant: Callable[[str], bool] | None = None
) -> Table:
    """Return the table in `path`; `known` says whether a header names one of our columns.

    Of a workbook it is the first visible sheet whose name `is_meant` accepts, else the first visible one.

    Raises `InputError` at field "file" when there is no readable table, `StorageError` when there is
    no readable file.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise _refused("file.kind", N_("Only CSV and XLSX files can be imported."))
    try:
        data = _bytes_of(path)
    except FileNotFoundError as error:
        raise _refused("file.missing", N_("There is no file {file}."), file=str(path)) from error
    except OSError as error:
        raise disk_error(error) from error
    rows = _from_xlsx(data, is_meant) if path.suffix.lower() == ".xlsx" else _from_csv(data, known)
    filled = [row for row in rows if any(map(_is_filled, row.cells))]
    if not filled:
        raise _refused("file.empty", N_("This file is empty."))
    header = tuple(str(cell).strip() if isinstance(cell, str) else "" for cell in filled[0].cells)
    return Table(header, filled[1:])


def _is_filled(cell: Cell | Formula) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else True


def _refused(code: str, message: str, **params: object) -> InputError:
    return InputError("file", code, Text(message, params))


def _bytes_of(path: Path) -> bytes:
    if path.stat().st_size > MAX_BYTES:
        raise _refused("file.large", TOO_LARGE, limit=MAX_BYTES // 1_000_000)
    return path.read_bytes()


def decoded(data: bytes) -> str:
    """Return the text of a CSV file; raises `InputError` when no encoding fits."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data, encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(data, "gb18030")


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        message = N_("The characters of this file can't be read. Save it as CSV in UTF-8.")
        raise _refused("file.encoding", message) from error


def _from_csv(data: bytes, known: Callable[[str], bool]) -> Iterator[Row]:
    text = decoded(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, known), strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            yield Row(number, tuple(_csv_cell(cell) for cell in cells))
    except csv.Error as error:
        message = N_("Row {row} can't be read: its quotation marks don't match, or a field is far too long.")
        raise _refused("file.csv", message, row=number + 1) from error


def _csv_cell(cell: str) -> Cell | Formula:
    cell = cell.strip()
    # Exports put an apostrophe before what a spreadsheet would take for a formula.
    if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA_STARTS):
        return cell[1:]
    return Formula(cell) if cell.startswith("=") else cell


def _delimiter(text: str, known: Callable[[str], bool]) -> str:
    """Return the delimiter under which most of the header's columns are ours, else most columns."""
    start = next((line for line in text.splitlines() if line.strip(" ,;\t")), "")

    def score(delimiter: str) -> tuple[int, int]:
        try:
            names = next(csv.reader([start], delimiter=delimiter), [])
        except csv.Error:
            return 0, 0
        return sum(known(name) for name in names), len(names)

    return max(DELIMITERS, key=score)


def _from_xlsx(data: bytes, is_meant: Callable[[str], bool] | None = None) -> Iterator[Row]:
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    _refuse_bomb(data)
    try:
        with _Damaged(), CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            sheets = [
                place
                for place, sheet in enumerate(book.sheets_metadata)
                if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
            ]
            if not sheets:
                raise _refused("file.empty", N_("This file is empty."))
            names = book.sheet_names
            meant = (place for place in sheets if is_meant is not None and is_meant(names[place]))
            chosen = next(meant, sheets[0])
            _refuse_wide(data, chosen)
            sheet = book.get_sheet_by_index(chosen)
            top, left = sheet.start or (0, 0)
            rows = [(number, tuple(cells)) for number, cells in enumerate(sheet.to_python(), top + 1)]
            return _with_formulas(rows, left, formula_cells(data, chosen))
    except CalamineError as error:
        raise _refused("file.xlsx", NOT_XLSX) from error


class _Damaged(contextlib.AbstractContextManager[None]):
    """Says that a file is damaged where one of the many readers of its parts stumbles over it."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, DAMAGED):
            raise _refused("file.xlsx", NOT_XLSX) from error


DAMAGED: Final = (
    *(KeyError, IndexError, StopIteration, SyntaxError, zipfile.BadZipFile, zlib.error, EOFError),
    *(NotImplementedError, RuntimeError, UnicodeDecodeError),
)
"""A SyntaxError is that of the XML."""


def _with_formulas(
    rows: Iterable[tuple[int, tuple[Cell, ...]]], left: int, formulas: set[str]
) -> Iterator[Row]:
    for number, cells in rows:
        if not formulas:
            yield Row(number, cells)
            continue
        names = (f"{_letters(left + place)}{number}" for place in range(len(cells)))
        marked = (Formula() if name in formulas else cell for name, cell in zip(names, cells, strict=True))
        yield Row(number, tuple(marked))


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _refuse_bomb(data: bytes) -> None:
    """Refuse a file that unpacks to far more than a table of ours could ever be."""
    with _Damaged(), zipfile.ZipFile(io.BytesIO(data)) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > MAX_UNPACKED:
        raise _refused("file.large", TOO_LARGE, limit=MAX_UNPACKED // 1_000_000)


def _refuse_wide(data: bytes, sheet: int) -> None:
    """Refuse a sheet with a cell far off its table: all cells between would be made, and fill the memory."""
    rows, columns = 0, 1
    for text in _pieces(data, sheet):
        far = _FAR_CELL.findall(text)
        rows = max(rows, *map(int, _ROW.findall(text)), *(int(number) for _letters, number in far), 0)
        columns = max(columns, *(_column(letters) for letters, _number in far), 1)
    if columns * (rows or LAST_ROW) > MAX_CELLS:
        message = N_(
            "This sheet reaches {columns} columns and {rows} rows far. Delete what stands far off the table."
        )
        raise _refused("file.wide", message, columns=columns, rows=rows or LAST_ROW)


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - ord("A") + 1
    return place


def _pieces(data: bytes, sheet: int) -> Iterator[bytes]:
    """Yield the text of a sheet (counted from 0) piece by piece, each with the end of the one before."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(_sheet_part(archive, sheet)) as stream:
        rest = b""
        while piece := stream.read(_PIECE):
            yield rest + piece
            rest = (rest + piece)[-_OVERLAP:]


def formula_cells(data: bytes, sheet: int) -> set[str]:
    """Return the names of the cells of a sheet (counted from 0) that hold formulas, such as {"B3"}."""
    found: set[str] = set()
    for text in _pieces(data, sheet):
        found.update(_cell_name(attributes) for attributes in _FORMULA_CELL.findall(text))
    return found


def _cell_name(attributes: bytes) -> str:
    named = _CELL_NAME.search(attributes)
    if named is None:
        raise _refused("file.formula", N_("This file holds formulas. Save it with values only."))
    return named[1].decode("ascii")


def _sheet_part(archive: zipfile.ZipFile, sheet: int) -> str:
    """Return which part of the archive holds a sheet: the workbook names relations, these the parts."""
    # Only now: whoever writes a file or merges two people reads no XML, and every desk loads this module.
    from xml.etree import ElementTree

    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    wanted = [entry.get(_RELATION) for entry in book.iterfind("{*}sheets/{*}sheet")][sheet]
    target = next(entry.get("Target", "") for entry in relations if entry.get("Id") == wanted)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
