"""What cells mean, and which columns a file of each kind may have."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from deskapp.domain.duty import Duty
from deskapp.domain.registration import DocumentKind, Sex
from deskapp.errors import InputError
from deskapp.services.transfer import cells
from deskapp.services.transfer.cells import BadCell
from deskapp.services.transfer.columns import COLUMNS, Kind, folded, names_of, read_rows, template
from deskapp.services.transfer.tables import Formula, Row, Table

DAY = dt.date(1990, 3, 7)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (" 张伟 ", "张伟"),
        (13800138000.0, "13800138000"),
        (12.5, "12.5"),
        (True, "1"),
        (DAY, "1990-03-07"),
        (dt.datetime.combine(DAY, dt.time()), "1990-03-07"),
    ],
)
def test_text(cell: Any, expected: str) -> None:
    assert cells.text(cell) == expected


@pytest.mark.parametrize(("cell", "word"), [(Formula(), "formula"), (110101199003078873.0, "rounded")])
def test_text_that_is_not_what_it_seems(cell: Any, word: str) -> None:
    with pytest.raises(BadCell, match=word):
        cells.text(cell)


@pytest.mark.parametrize(
    "cell",
    [
        DAY,
        dt.datetime.combine(DAY, dt.time(8)),
        "1990-03-07",
        "1990/3/7",
        "1990.03.07",
        "19900307",
        "1990年3月7日",
        19900307.0,
        "１９９０－３－７",
    ],
)
def test_dates_in_the_usual_ways(cell: Any) -> None:
    assert cells.date(cell) == DAY


@pytest.mark.parametrize("cell", ["1990-02-30", "07.03.1990", "3/7/90", "yesterday", 33000.0, "1990-13-01"])
def test_what_is_no_date_is_said(cell: Any) -> None:
    with pytest.raises(BadCell, match="no date"):
        cells.date(cell)


@pytest.mark.parametrize(
    ("cell", "fen"),
    [("180", 18000), ("0.1", 10), (128.5, 12850), ("¥1,280.50", 128050), ("８０元", 8000), (0, 0)],
)
def test_money_is_exact(cell: Any, fen: int) -> None:
    assert cells.money(cell) == fen


@pytest.mark.parametrize("cell", ["1.005", "free", "", "1e999", "nan", "--5"])
def test_what_is_no_money_is_said(cell: Any) -> None:
    with pytest.raises(BadCell, match="no amount"):
        cells.money(cell)


@pytest.mark.parametrize(
    ("cell", "sex"),
    [
        ("1", Sex.MALE),
        (2.0, Sex.FEMALE),
        ("女", Sex.FEMALE),
        ("M", Sex.MALE),
        ("female", Sex.FEMALE),
        ("эр", Sex.MALE),
    ],
)
def test_coded_values_by_code_or_word(cell: Any, sex: Sex) -> None:
    assert cells.coded(Sex)(cell) is sex


def test_an_unknown_code_names_the_known_ones() -> None:
    with pytest.raises(BadCell) as caught:
        cells.coded(DocumentKind)("library card")
    assert "resident-id" in str(caught.value.text)


@pytest.mark.parametrize(
    ("cell", "value"), [("是", True), ("No", False), (1.0, True), ("үгүй", False), (False, False)]
)
def test_yes_and_no(cell: Any, value: bool) -> None:
    assert cells.yes_no(cell) is value


def test_neither_yes_nor_no() -> None:
    with pytest.raises(BadCell, match="neither"):
        cells.yes_no("maybe")


def test_whole_numbers() -> None:
    assert cells.whole("80") == 80
    with pytest.raises(BadCell, match="whole"):
        cells.whole("-1")


def test_languages_however_separated() -> None:
    assert cells.languages("zh, MN、en") == ("zh", "mn", "en")


def test_duty_times_are_read_and_written_back() -> None:
    times = cells.duty_times("1-2,4 08:00-12:00,14:00-17:30；7 20:00-08:00")
    assert sorted({time.weekday for time in times}) == [0, 1, 3, 6]
    assert sum(time.begins == dt.time(8) for time in times) == 3
    assert cells.duty_times(cells.duty_text(times)) == times


def test_a_file_takes_times_that_the_window_takes() -> None:
    short, night = Duty(dt.time(8), dt.time(12), weekday=0), Duty(dt.time(20), dt.time(0), weekday=6)
    assert cells.duty_times("1 8-12; 7 20:00-24:00") == (short, night)


@pytest.mark.parametrize(
    "cell", ["1-5", "8 08:00-12:00", "5-1 08:00-12:00", "1 25:00-26:00", "Mon 08:00-12:00", "1 8", "1 "]
)
def test_what_are_no_duty_times_is_said(cell: str) -> None:
    with pytest.raises(BadCell, match="duty times"):
        cells.duty_times(cell)


def table(header: list[str], *rows: tuple[Any, ...]) -> Table:
    return Table(tuple(header), [Row(number, cells) for number, cells in enumerate(rows, 2)])


@pytest.mark.parametrize(
    "header",
    [
        ["code", "name_zh", "price"],
        ["项目编码", "名称", "价格"],
        ["Код", "Хятад нэр", "Үнэ (юань)"],
        ["CODE ", "Name_ZH", "price in  yuan"],
    ],
)
def test_headers_in_every_language(header: list[str]) -> None:
    rows, problems = read_rows(Kind.PRICES, table(header, ("A", "甲", "1.50")))
    assert problems == []
    assert rows[0].values == {"code": "A", "name_zh": "甲", "price": 150}


def test_missing_columns_are_named_with_what_was_found() -> None:
    with pytest.raises(InputError) as caught:
        read_rows(Kind.PRICES, table(["code", "cost"], ("A", "1")))
    assert all(name in str(caught.value.text) for name in ("name_zh", "price", "cost"))


def test_unknown_and_doubled_columns_are_said() -> None:
    header = ["code", "name_zh", "price", "colour", "编码"]
    rows, problems = read_rows(Kind.PRICES, table(header, ("A", "甲", "1", "red", "B")))
    assert [(note.row, str(note.text)) for note in problems] == [
        (0, "There is no column “colour” here."),
        (0, "The column “编码” is there twice."),
    ]
    assert rows[0].values["code"] == "A"


def test_problems_name_row_and_field_and_spare_the_good_rows() -> None:
    read, problems = read_rows(
        Kind.PRICES,
        table(
            ["code", "name_zh", "price"],
            ("A", "甲", "dear"),
            ("B", "乙", "2"),
            ("", "丙", "3"),
            ("D", Formula(), "4"),
        ),
    )
    assert [row.number for row in read] == [3]
    assert [(note.row, note.field) for note in problems] == [(2, "price"), (4, "code"), (5, "name_zh")]


def test_a_row_longer_than_the_header_has_slipped() -> None:
    _rows, problems = read_rows(Kind.PRICES, table(["code", "name_zh", "price"], ("A", "甲", "1", "2")))
    assert "more cells" in str(problems[0].text)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", ["zh", "en", "mn"])
def test_the_template_of_every_kind_is_read_back(kind: Kind, language: str) -> None:
    header, example = template(kind, language)
    rows, problems = read_rows(kind, table(header, tuple(example)))
    assert problems == []
    assert len(rows) == 1


@pytest.mark.parametrize("kind", Kind)
def test_no_two_columns_share_a_name(kind: Kind) -> None:
    named = [folded(name) for column in COLUMNS[kind] for name in set(map(folded, column.names())) if name]
    assert len(named) == len(set(named)) == len(names_of(kind))
