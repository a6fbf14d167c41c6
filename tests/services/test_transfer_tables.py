"""Tables read from CSV and XLSX as other programs write them."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from deskapp.errors import InputError, StorageError
from deskapp.services.transfer.tables import Formula, Table, read_table

HEADER = "编码,名称,价格"
LINES = f"{HEADER}\nCT-01,头部CT平扫,180\n"


def known(name: str) -> bool:
    return name in {"编码", "名称", "价格"}


def read(folder: Path, data: bytes, name: str = "prices.csv") -> Table:
    path = folder / name
    path.write_bytes(data)
    return read_table(path, known)


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[[Callable[[Any], None]], Table]:
    def make(fill: Callable[[Any], None]) -> Table:
        path = tmp_path / "table.xlsx"
        with xlsxwriter.Workbook(path) as book:
            fill(book)
        return read_table(path, known)

    return make


@pytest.mark.parametrize(
    "data",
    [
        LINES.encode(),
        LINES.encode("utf-8-sig"),
        LINES.encode("gbk"),
        LINES.encode("utf-16"),
        LINES.replace(",", ";").encode(),
        LINES.replace(",", "\t").encode("gb18030"),
        LINES.replace("\n", "\r\n").encode(),
        LINES.strip().encode(),
    ],
    ids=["utf-8", "mark", "gbk", "utf-16", "semicolon", "tab", "crlf", "no last newline"],
)
def test_the_same_table_whatever_wrote_it(tmp_path: Path, data: bytes) -> None:
    table = read(tmp_path, data)
    assert table.header == ("编码", "名称", "价格")
    assert [(row.number, row.cells) for row in table.rows] == [(2, ("CT-01", "头部CT平扫", "180"))]


def test_rare_characters_survive_gb18030(tmp_path: Path) -> None:
    assert read(tmp_path, "编码,名称\n1,㛃𠮷\n".encode("gb18030")).rows[0].cells == ("1", "㛃𠮷")


def test_the_delimiter_is_the_one_that_makes_our_columns(tmp_path: Path) -> None:
    table = read(tmp_path, "编码;名称;别,称,多,,\n1;2;3,5\n".encode())
    assert table.rows[0].cells == ("1", "2", "3,5")


def test_quoted_cells_hold_delimiters_and_line_breaks(tmp_path: Path) -> None:
    table = read(tmp_path, f'{HEADER}\n1,"a, ""b""\nc",3\n4,5,6\n'.encode())
    assert table.rows[0].cells == ("1", 'a, "b"\nc', "3")


def test_empty_rows_are_left_out_and_still_counted(tmp_path: Path) -> None:
    table = read(tmp_path, f"\n{HEADER}\n,,\n  ,,\n1,2,3\n".encode())
    assert [row.number for row in table.rows] == [5]


def test_formulas_in_csv_are_marked_and_our_own_apostrophe_is_taken_off(tmp_path: Path) -> None:
    table = read(tmp_path, f"{HEADER}\n=1+1,'=2,'+86 10\n'abc,-5,@x\n".encode())
    assert table.rows[0].cells == (Formula("=1+1"), "=2", "+86 10")
    assert table.rows[1].cells == ("'abc", "-5", "@x")


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.csv", "file.empty"),
        (b"\n , \n", "a.csv", "file.empty"),
        (b"\x81\x00\xff\xfe\xfa", "a.csv", "file.encoding"),
        (f'{HEADER}\n"never closed,1,2\n'.encode(), "a.csv", "file.csv"),
        (b"not a zip", "a.xlsx", "file.xlsx"),
        (b"whatever", "a.ods", "file.kind"),
        (b"x" * 131_073, "a.csv", "file.csv"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, data: bytes, name: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, data, name)
    assert (caught.value.field, caught.value.code) == ("file", code)


def test_a_zip_that_is_no_spreadsheet_is_refused(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(InputError, match="no XLSX"):
        read(tmp_path, packed.getvalue(), "a.xlsx")


def test_a_missing_file_is_said_and_an_unreadable_one_is_the_surroundings_fault(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        read_table(tmp_path / "gone.csv", known)
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(StorageError):
        read_table(tmp_path / "folder.csv", known)


def test_a_spreadsheet_gives_typed_cells_and_its_own_row_numbers(
    workbook: Callable[[Callable[[Any], None]], Table],
) -> None:
    def fill(book: Any) -> None:
        book.add_worksheet("hidden").hide()
        sheet = book.add_worksheet("shown")
        sheet.activate()
        sheet.write_row(2, 1, ["编码", "名称", "价格"])
        sheet.write_row(3, 1, ["CT-01", "", 180])
        sheet.write_string(3, 2, "=text")
        sheet.write_datetime(5, 2, dt.date(2026, 11, 3), book.add_format({"num_format": "yyyy-mm-dd"}))

    table = workbook(fill)
    assert table.header == ("编码", "名称", "价格")
    assert [(row.number, row.cells) for row in table.rows] == [
        (4, ("CT-01", "=text", 180.0)),
        (6, ("", dt.date(2026, 11, 3), "")),
    ]


def test_a_cell_with_a_formula_is_marked_in_the_right_sheet(
    workbook: Callable[[Callable[[Any], None]], Table],
) -> None:
    def fill(book: Any) -> None:
        first, second = book.add_worksheet("first"), book.add_worksheet("second")
        first.write_row(0, 0, ["编码", "名称", "价格"])
        first.write_row(1, 0, ["1", "2"])
        first.write_formula(1, 2, "=90*2", None, 180)
        second.write_formula(1, 0, "=1")

    assert workbook(fill).rows[0].cells == ("1", "2", Formula())


def test_a_spreadsheet_that_unpacks_too_far_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deskapp.services.transfer.tables.MAX_UNPACKED", 1_000_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 2_000_000)
    with pytest.raises(InputError, match="larger"):
        read(tmp_path, packed.getvalue(), "bomb.xlsx")


def test_a_huge_file_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deskapp.services.transfer.tables.MAX_BYTES", 10)
    with pytest.raises(InputError, match="larger"):
        read(tmp_path, LINES.encode())
