"""The number slip: read in public, scanned at the room."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deskapp.domain.papers import SlipPaper
from deskapp.forms.slip import number_slip
from deskapp.i18n import LANGUAGES, translator
from tests.forms import reading
from tests.forms.reading import HEAD, visible
from tests.forms.samples import CARDIOLOGY, CODE, SLIP

SIZES = ("roll80", "A6")
DPI = {"roll80": 203, "A6": 200}
BOTH = {"QR-Code": CODE, "CODE-128": CODE}


def slip(paper: SlipPaper | None = SLIP, language: str = "en", size: str = "roll80") -> bytes:
    return number_slip(paper, HEAD, translator(language), size)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_the_slip_says_all_that_the_visitor_needs(language: str, size: str) -> None:
    tr = translator(language)
    words = reading.text(slip(language=language, size=size))
    known = [
        "A012",
        "李明远",
        "305",
        "王*国",
        tr(CARDIOLOGY),
        tr(SLIP.next_step),
        tr.n("{count} person", "{count} people", 3),
    ]
    assert [each for each in known if visible(each) not in words] == []
    assert len(reading.pages(slip(language=language, size=size))) == 1


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("changes", [{}, {"reprint": 2}, {"void": True}])
def test_both_codes_are_read_from_the_printed_slip(
    size: str, changes: dict[str, object], tmp_path: Path
) -> None:
    pdf = slip(replace(SLIP, **changes), size=size)  # type: ignore[arg-type]
    assert reading.codes(pdf, tmp_path, dpi=DPI[size]) == BOTH


@pytest.mark.parametrize("code", ["7", "0123456789012345678901", "V-26-A.7", "01KBA3F9Q2R7VZ6M4N8XJ5TWCD"])
def test_codes_of_any_usual_length_are_read_from_the_roll(code: str, tmp_path: Path) -> None:
    found = reading.codes(slip(replace(SLIP, code=code)), tmp_path, dpi=203)
    assert found["QR-Code"] == code
    assert found.get("CODE-128", code) == code


def test_a_code_too_long_for_bars_prints_its_figures_and_qr(tmp_path: Path) -> None:
    code = "ABCDEFGH" * 8
    pdf = slip(replace(SLIP, code=code))
    assert reading.codes(pdf, tmp_path, dpi=203) == {"QR-Code": code}
    assert code in reading.text(pdf)


@pytest.mark.parametrize("size", SIZES)
def test_a_reprint_says_which(size: str) -> None:
    assert "Reprint2" in reading.text(slip(replace(SLIP, reprint=2), size=size))
    assert "Reprint" not in reading.text(slip(size=size))


@pytest.mark.parametrize("size", SIZES)
def test_a_void_slip_says_so_and_sends_nobody_anywhere(size: str, tmp_path: Path) -> None:
    pdf = slip(replace(SLIP, void=True), size=size)
    words = reading.text(pdf)
    assert "VOID" in words
    assert "Pleasewait" not in words
    assert "VOID" not in reading.text(slip(size=size))


@pytest.mark.parametrize("size", SIZES)
def test_the_blank_slip_has_lines_and_no_code(size: str, tmp_path: Path) -> None:
    pdf = slip(None, size=size)
    words = reading.text(pdf)
    assert "Queuenumber" in words
    assert "Department" in words
    assert reading.codes(pdf, tmp_path, dpi=DPI[size]) == {}


def test_a_number_of_a_reserved_block_leaves_the_rest_to_be_written(tmp_path: Path) -> None:
    pdf = slip(SlipPaper(code=CODE, number="P103", department=CARDIOLOGY))
    assert "P103" in reading.text(pdf)
    assert reading.codes(pdf, tmp_path, dpi=203) == BOTH


def test_thermal_print_is_black_only() -> None:
    import io

    from pypdf import PdfReader

    content = PdfReader(io.BytesIO(slip())).pages[0]["/Contents"].get_object().get_data().decode()  # type: ignore[attr-defined]
    colours = {line for line in content.splitlines() if line.endswith((" rg", " RG"))}
    assert colours <= {"0 0 0 rg", "0 0 0 RG"}


@pytest.mark.parametrize("size", SIZES)
def test_hostile_words_stay_on_the_slip(size: str) -> None:
    paper = replace(SLIP, doctor="<b>&\0😀", department="x" * 500, masked_name="م*", next_step="غ" * 40)
    words = reading.text(slip(paper, size=size))
    for typed in (paper.doctor, paper.department, paper.masked_name, paper.next_step):
        assert visible(str(typed)) in words


@pytest.mark.parametrize("count", [0, 1, 250])
def test_nobody_waiting_is_said_too(count: int) -> None:
    tr = translator("en")
    assert visible(tr.n("{count} person", "{count} people", count)) in reading.text(
        slip(replace(SLIP, waiting_before=count))
    )


def test_the_slip_is_not_faint(tmp_path: Path) -> None:
    assert reading.ink(slip(), tmp_path) > 0.05
