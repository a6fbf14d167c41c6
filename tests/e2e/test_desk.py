"""The main job at the real program, with keys only: a visitor walks in and leaves with a number and a printed form."""

from __future__ import annotations

import datetime as dt
import subprocess
from pathlib import Path

import pytest

from deskapp.domain.intake import VisitView
from tests.forms.reading import codes, squeezed, text
from tests.support.hospital import NAME, NEW_ID
from tests.support.paper import OUTPUT
from tests.support.printing import Queue
from tests.support.reception import Reception

pytestmark = pytest.mark.e2e

RETURNING_KEYS = 8
NEW_KEYS = 12
LONGEST_BLOCK_MS = 150.0
"""On a machine that does other things besides; the benchmark holds the 50 ms of a quiet one."""


def check_paper(visit: VisitView, slips: Queue, forms: Queue, folder: Path) -> None:
    """Read slip and registration form back from what came out of the printers."""
    slip, form = slips.wait_for_pdf().read_bytes(), forms.wait_for_pdf().read_bytes()
    assert visit.number is not None
    assert visit.visitor is not None
    assert visit.number.label in text(slip)
    for words in (visit.visitor.name, visit.complaint, NAME):
        assert squeezed(words) in squeezed(text(form))
    for paper in (slip, form):
        assert set(codes(paper, folder, dpi=300).values()) == {visit.code}
        found = fonts_of(paper, folder)
        assert found
        assert all(embedded == "yes" for embedded in found.values()), found


def fonts_of(pdf: bytes, folder: Path) -> dict[str, str]:
    """Return the fonts of a PDF that a spooler has wrapped, and whether each is embedded."""
    file = folder / "printed.pdf"
    file.write_bytes(pdf)
    listed = subprocess.run(["pdffonts", str(file)], capture_output=True, text=True, check=True).stdout
    # name, type (one or two words), encoding, embedded, subset, unicode, object (two numbers)
    return {words[0]: words[-5] for words in map(str.split, listed.splitlines()[2:])}


def tell(reception: Reception, who: str, keys: int) -> None:
    """Say what was measured, for whoever runs the test with -s."""
    longest, where = reception.longest_block()
    print(f"{who}: {keys} keys besides the words, longest block {longest} ms", *where, sep="\n  ")
    assert longest <= LONGEST_BLOCK_MS


def test_a_returning_visitor_leaves_with_a_slip_in_few_keys(
    plain_printer: Queue, slips: Queue, reception: Reception, tmp_path: Path
) -> None:
    """Nothing is waited for between the keys: who types faster than the program answers loses nothing."""
    screen = reception.screen
    reception.type("wj")
    screen.key("Return")
    reception.type("leg pain")
    screen.key("Return", "F9")
    visit = reception.wait_for_slip(1)
    assert len(screen.pressed) <= RETURNING_KEYS
    assert visit.visitor is not None
    assert (visit.visitor.name, visit.complaint) == ("王建国", "leg pain")
    check_paper(visit, slips, plain_printer, tmp_path)
    reception.wait_for_focus("Find a visitor")
    OUTPUT.mkdir(exist_ok=True)
    screen.screenshot("desk").replace(OUTPUT / "e2e-desk.png")
    tell(reception, "returning", len(screen.pressed))


@pytest.mark.parametrize("how", ["scanned", "typed"])
def test_a_new_visitor_with_an_id_card_leaves_with_a_slip(
    plain_printer: Queue, slips: Queue, reception: Reception, tmp_path: Path, how: str
) -> None:
    screen = reception.screen
    if how == "scanned":
        screen.scan(NEW_ID)
    else:
        reception.type(NEW_ID)
        screen.key("Return")
    reception.wait_for_focus("Name")
    reception.type("Oyuna")
    screen.key("ctrl+Return")
    reception.type("red eyes")
    screen.key("Return", "F9")
    visit = reception.wait_for_slip(1)
    assert len(screen.pressed) <= NEW_KEYS
    assert visit.visitor is not None
    draft = visit.visitor.draft
    assert (draft.name, draft.document_number, draft.birth_date) == ("Oyuna", NEW_ID, dt.date(1990, 3, 7))
    assert visit.complaint == "red eyes"
    check_paper(visit, slips, plain_printer, tmp_path)
    tell(reception, f"new, {how}", len(screen.pressed))


def test_words_of_every_script_come_through_the_keyboard(
    plain_printer: Queue, slips: Queue, reception: Reception, tmp_path: Path
) -> None:
    """The keyboard is changed under the program for letters that it lacks, as input methods do."""
    screen = reception.screen
    reception.type("shan")
    screen.key("Return")
    reception.wait_for_focus("Complaint, in the visitor's words")
    screen.type("眼睛疼 нүд улайсан")
    screen.key("Return", "F9")
    visit = reception.wait_for_slip(1)
    assert visit.visitor is not None
    assert visit.visitor.name == "单雄信"
    assert visit.department is not None
    assert visit.department.en == "Ophthalmology"
    check_paper(visit, slips, plain_printer, tmp_path)
