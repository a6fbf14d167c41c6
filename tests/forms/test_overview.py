"""The printed overview: read back as text and as a picture, in three languages, blank too."""

from __future__ import annotations

import dataclasses
import re
import subprocess
from pathlib import Path

import pytest

from deskapp.domain.statistics import Summary, WaitStep
from deskapp.domain.statistics_tables import tables, tiles
from deskapp.forms.overview import overview
from deskapp.i18n import LANGUAGES, translator
from tests.domain.test_statistics_tables import DAY, NAMES
from tests.forms import reading
from tests.forms.reading import HEAD
from tests.forms.samples import OVERVIEW

PAPER = OVERVIEW


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_every_figure(language: str) -> None:
    tr = translator(language)
    words = reading.text(overview(PAPER, HEAD, tr, "A4"))
    for said in (tr("Overview of the intake"), tr(NAMES.departments[1]), "李静", "陈晓", tr.date(DAY)):
        assert reading.visible(said) in words
    for figure in ("33.3", "7.1"):
        assert figure in words


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_heading_and_no_label_is_cut_or_left_in_english(language: str) -> None:
    tr = translator(language)
    words = reading.text(overview(PAPER, HEAD, tr, "A4"))
    for table in PAPER.tables:
        if table.name not in {"days", "hours", "week"}:
            heads = table.headings[:2] if table.name == "waits" else table.headings
            # A heading of several words may stand on two lines, beside those of the other columns.
            for word in " ".join(tr(head.title) for head in heads).split():
                assert reading.visible(word) in words, table.name
    long = "Мэргэжлийн өвчин судлалын нэгдсэн тасгийн эмчийн хүлээлт"
    table = next(table for table in PAPER.tables if table.name == "waits")
    rows = tuple(dataclasses.replace(row, label=long) for row in table.rows)
    paper = dataclasses.replace(PAPER, tables=(dataclasses.replace(table, rows=rows),))
    assert reading.text(overview(paper, HEAD, tr, "A4")).count("хүлээлт") >= len(rows)


def test_waits_of_one_length_are_one_figure() -> None:
    waits = {WaitStep.TRIAGE: {2: 5}, WaitStep.DOCTOR: {3: 5, 9: 5}}
    whole = tuple(table for table in tables(Summary(waits=waits), NAMES, 30) if table.name == "waits")
    paper = dataclasses.replace(PAPER, tables=whole)
    words = reading.text(overview(paper, HEAD, translator("en"), "A4"))
    assert reading.visible("3 min – 9 min") in words
    assert reading.visible("2 min – 2 min") not in words


def test_a_map_of_the_whole_clock_stays_on_one_page_and_its_figures_in_their_squares(tmp_path: Path) -> None:
    summary = Summary(days={DAY: 1}, hours={(day, hour): 88_888 for day in range(7) for hour in range(24)})
    whole = tuple(table for table in tables(summary, NAMES, 30) if table.name in {"hours", "week"})
    paper = dataclasses.replace(PAPER, tables=whole)
    first, *more = reading.pages(overview(paper, HEAD, translator("en"), "A4"))
    page = next(page for page in (first, *more) if "Monday" in page)
    assert "Sunday" in page
    assert reading.squeezed(page).count("88,888") >= 7 * 24
    file, picture = tmp_path / "map.pdf", tmp_path / "map"
    file.write_bytes(overview(dataclasses.replace(PAPER, tables=whole[1:]), HEAD, translator("en"), "A4"))
    reading.needs("pdftotext")
    told = subprocess.run(["pdftotext", "-bbox", str(file), str(picture)], check=True, capture_output=True)
    assert not told.stderr
    boxes = re.findall(r">88,888<", picture.read_text("utf-8"))
    assert len(boxes) == 7 * 24, "each is a word of its own: none runs into the next"


def test_blank_it_has_room_for_the_figures() -> None:
    words = reading.text(overview(None, HEAD, translator("en"), "A4"))
    assert reading.visible("Left unseen") in words


def test_of_nothing_it_prints_the_figures_on_top_alone() -> None:
    paper = dataclasses.replace(PAPER, tiles=tuple(tiles(Summary(), None, 30)), tables=())
    pdf = overview(paper, HEAD, translator("en"), "A4")
    assert len(reading.pages(pdf)) == 1


def test_a_long_table_says_how_much_is_left_out() -> None:
    table = next(table for table in PAPER.tables if table.name == "doctors")
    rows = tuple(dataclasses.replace(table.rows[0], id=str(at), label=f"D{at}") for at in range(65))
    paper = dataclasses.replace(PAPER, tables=(dataclasses.replace(table, rows=rows),))
    words = reading.text(overview(paper, HEAD, translator("en"), "A4"))
    assert reading.visible("and 5 more in the file") in words
