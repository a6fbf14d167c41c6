"""Files written so that nothing in them is run, nothing is lost, and half a file never stands there."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain.registration import Payment, Sex
from deskapp.domain.text import Words
from deskapp.errors import InputError, StorageError
from deskapp.i18n import translator
from deskapp.services.transfer.tables import Formula, read_table
from deskapp.services.transfer.writers import Fen, Heading, neutral, open_writer, words

HEADINGS = (
    Heading("name", Words("姓名", "Name", "Нэр")),
    Heading("sex", Words("性别", "Sex", "Хүйс")),
    Heading("fen", Words("金额", "Amount", "Дүн")),
    Heading("day", Words("日期", "Day", "Өдөр")),
    Heading("new", Words("初诊", "First", "Анх")),
)
ROW = ("张伟", Sex.MALE, Fen(12850), dt.date(2026, 11, 3), True)
EMPTY = (None, None, Fen(0), None, False)


def write(path: Path, *rows: Any, language: str = "en") -> Path:
    with open_writer(path, HEADINGS, translator(language)) as writer:
        for row in rows:
            writer.write([row])
    return path


def test_csv_speaks_the_language_and_json_keeps_codes(tmp_path: Path) -> None:
    said = write(tmp_path / "a.csv", ROW, EMPTY).read_text("utf-8-sig")
    assert list(csv.reader(io.StringIO(said))) == [
        ["Name", "Sex", "Amount", "Day", "First"],
        ["张伟", "male", "128.50", "2026-11-03", "yes"],
        ["", "", "0.00", "", "no"],
    ]
    assert json.loads(write(tmp_path / "a.json", ROW).read_text("utf-8")) == [
        {"name": "张伟", "sex": 1, "fen": 12850, "day": "2026-11-03", "new": True}
    ]


def test_headings_are_in_the_language_of_the_reader(tmp_path: Path) -> None:
    assert write(tmp_path / "a.csv", language="mn").read_text("utf-8-sig").startswith("Нэр,Хүйс")


def test_nothing_to_write_is_still_a_file(tmp_path: Path) -> None:
    assert json.loads(write(tmp_path / "a.json").read_text("utf-8")) == []
    assert write(tmp_path / "a.csv").read_text("utf-8-sig").count("\n") == 1
    assert write(tmp_path / "a.xlsx").stat().st_size > 0


def test_a_full_sheet_is_followed_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from python_calamine import load_workbook

    monkeypatch.setattr("deskapp.services.transfer.writers.SHEET_ROWS", 2)
    book = load_workbook(write(tmp_path / "a.xlsx", *[ROW] * 5))
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert [len(sheet) for sheet in sheets] == [3, 3, 2]
    assert {tuple(sheet[0]) for sheet in sheets} == {("Name", "Sex", "Amount", "Day", "First")}


def test_a_spreadsheet_holds_text_that_looks_like_a_formula_as_text(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", ("=1+1", *ROW[1:]))
    table = read_table(path, lambda _name: True)
    assert table.rows[0].cells[0] == "=1+1"
    assert not any(isinstance(cell, Formula) for cell in table.rows[0].cells)


@given(st.text(max_size=30))
def test_no_text_is_taken_for_a_formula_and_none_is_lost(text: str) -> None:
    shown = neutral(text)
    assert not shown.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert shown.removeprefix("'") == text.removeprefix("'")


@pytest.mark.parametrize("text", ["=1+1", "@sum", "-5", "+86 10", "＝1", "\t=1", "plain", "'quoted"])
def test_what_was_exported_is_what_is_imported(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "a.csv", (text, *ROW[1:]))
    assert read_table(path, lambda _name: True).rows[0].cells[0] in {text, text.strip()}


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.json"])
def test_a_file_that_was_there_stays_when_writing_breaks_off(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"before")

    def break_off() -> None:
        with open_writer(path, HEADINGS, translator("en")) as writer:
            writer.write([ROW])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert path.read_bytes() == b"before"
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_a_full_disk_is_said_plainly_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught, open_writer(tmp_path / "a.csv", HEADINGS, translator("en")):
        raise OSError(28, "No space left on device")
    assert caught.value.code == "storage.full"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.pdf", "csv", "a.xls"])
def test_other_formats_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="has to end in"):
        write(tmp_path / name)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (Payment.WAIVED, "waived"),
        (Words("外科", "Surgery", ""), "Surgery"),
        (7, "7"),
    ],
)
def test_words_of_values(value: object, said: str) -> None:
    assert words(value, translator("en")) == said
