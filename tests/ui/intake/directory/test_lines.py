"""The lines of the list: how a thing stands, in words, and questions with their hour."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from deskapp.domain.directory import Kind, Standing
from deskapp.domain.finding import Entry, Fen, Listed
from deskapp.domain.questions import QuestionState, QuestionView
from deskapp.domain.text import Text, Words
from deskapp.i18n import translator
from deskapp.ui.intake.directory.lines import (
    COLUMNS,
    Line,
    columns_of,
    joined,
    line_of,
    question_line,
    said,
    standing_words,
)

EN = translator("en")
NOW = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 20)
ASKED = QuestionView(
    *(1, 1, "Q1", "几点？", None, "王建国", None, None, None, "李娜", NOW, NOW + dt.timedelta(hours=4)),
    QuestionState.OPEN,
)


def note(line: Line) -> str:
    return next(column for column in COLUMNS if column.name == "note").text(line, EN)


def test_days_are_said_where_they_matter() -> None:
    days = (DAY, DAY + dt.timedelta(days=9))
    assert EN(standing_words(Standing.COMING, days) or "") == "from 20 Nov 2026"
    assert EN(standing_words(Standing.VALID, days) or "") == "until 29 Nov 2026"
    assert EN(standing_words(Standing.OVER, days) or "") == "over since 29 Nov 2026"
    assert standing_words(Standing.VALID, (DAY, None)) is None
    assert EN(standing_words(Standing.OVER, (None, None), active=False) or "") == "not in use"


def test_what_is_over_has_a_sign_besides_its_colour() -> None:
    entry = Entry(Kind.PRICE, 1, "CT", Words("CT", "CT", "КТ"), aside=Fen(12_050), valid_to=DAY)
    line = line_of(Listed(entry, Standing.OVER, 2))
    assert line.over
    assert line.note_icon
    assert COLUMNS[2].text(line, EN) == "¥120.50"


@pytest.mark.parametrize(
    ("state", "hours", "expected", "tone"),
    [
        (QuestionState.OPEN, 0, "due", ""),
        (QuestionState.OPEN, 5, "overdue", "danger"),
        (QuestionState.ANSWERED, 0, "answer is there", "good"),
        (QuestionState.TOLD, 9, "told", "secondary"),
    ],
)
def test_a_question_says_how_it_stands(state: QuestionState, hours: int, expected: str, tone: str) -> None:
    line = question_line(replace(ASKED, state=state), NOW + dt.timedelta(hours=hours))
    assert note(line).startswith(expected)
    assert line.tone == tone
    assert line.over is (state is QuestionState.TOLD)
    assert COLUMNS[1].text(line, EN) == "王建国 · 李娜"


def test_each_kind_is_headed_by_what_stands_below() -> None:
    titles = {column.name: column.title for column in COLUMNS}

    def headed(kind: Kind | None) -> list[str]:
        return [titles[name] for name in columns_of(kind, noted=True, roomy=True)]

    assert headed(None) == ["Entry", "Details", "Phone, price", "Valid"]
    assert headed(Kind.DOCTOR) == ["Entry", "Details", "Room", "Valid"]
    assert headed(Kind.QUESTION) == ["Entry", "Details", "Due"]
    assert columns_of(Kind.PHRASE, noted=False, roomy=False) == ["title"]


def test_parts_are_said_in_the_readers_language_and_on_one_line() -> None:
    assert said(Words("甲", "A", "А"), EN) == "A"
    assert joined((Text("floor {floor}", {"floor": "1"}), "", "a\nb"), EN) == "floor 1 · a b"
