"""The printed overview: read back as text and as a picture, in three languages, blank too."""

from __future__ import annotations

import dataclasses

import pytest

from deskapp.domain.statistics import Summary
from deskapp.domain.statistics_tables import tiles
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
