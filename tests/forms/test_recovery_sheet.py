"""The recovery sheet: read by a tired person years later, or by a scanner."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from deskapp.domain.papers import RecoveryPaper
from deskapp.domain.recovery import recovery_code
from deskapp.forms.recovery_sheet import recovery_sheet
from deskapp.i18n import LANGUAGES, translator
from tests.forms import reading
from tests.forms.reading import HEAD
from tests.forms.samples import DAY

CODE = recovery_code(bytes(range(32)))
PAPER = RecoveryPaper(CODE, "1f0c93ab", DAY)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_everything_on_one_page(language: str) -> None:
    pdf = recovery_sheet(PAPER, HEAD, translator(language), "A4")
    words = reading.text(pdf)
    assert len(reading.pages(pdf)) == 1
    assert all(group in words for group in CODE.split())
    assert "1f0c93ab" in words
    assert reading.visible(HEAD.hospital) in words


def test_a_scanner_reads_the_code_from_it(tmp_path: Path) -> None:
    pdf = recovery_sheet(PAPER, HEAD, translator("en"), "A4")
    assert reading.codes(pdf, tmp_path, dpi=200) == {"QR-Code": CODE.replace(" ", "")}


def test_no_property_of_the_file_holds_the_code() -> None:
    pdf = recovery_sheet(PAPER, HEAD, translator("en"), "A4")
    said = str(PdfReader(io.BytesIO(pdf)).metadata)
    assert not any(group in said for group in CODE.split())


def test_the_blank_one_has_room_for_every_group_and_no_code(tmp_path: Path) -> None:
    pdf = recovery_sheet(None, HEAD, translator("en"), "A4")
    assert reading.codes(pdf, tmp_path, dpi=200) == {}
    assert "18" in reading.text(pdf)
