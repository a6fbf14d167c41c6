"""Which printer a form goes to, what CUPS says and is told, pages drawn in strips, files whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from deskapp.db.engine import Store
from deskapp.domain.access import Actor, Role
from deskapp.errors import StorageError
from deskapp.services.settings import SettingsService
from deskapp.ui import print_pages
from deskapp.ui.base_tab import Desk
from deskapp.ui.print_cups import CupsSpooler, listed, media
from deskapp.ui.print_pages import STRIP_LINES, PdfPages
from deskapp.ui.print_qt import QtSpooler
from deskapp.ui.print_spooler import PrinterChoice, Sent
from deskapp.ui.printing import Habit, Printers, Printing, file_name, save_pdf
from tests.support.paper import LASER, OPERATOR, SLIPS, FakeSettings, FakeSpooler, form_pdf, with_settings

PDF = b"%PDF-1.4 a form"


# what CUPS says

ANSWER = """前台
slips
system default destination: slips
printer slips disabled since Sun Nov 22 01:06:29 2026 -
\tPaused
\tForm mounted:
\tDescription: XP-80 receipt
printer 前台 now printing 前台-3.  enabled since Sun Nov 22 01:06:29 2026
\tDescription: 挂号处 激光
\tUsers allowed:
\t\t(all)
"""


def test_queues_are_listed_with_their_words_and_state() -> None:
    assert listed(ANSWER) == [
        PrinterChoice("前台", "挂号处 激光"),
        PrinterChoice("slips", "XP-80 receipt", is_default=True, ready=False),
    ]


@pytest.mark.parametrize(
    "answer",
    ["", "scheduler is not running\n", "no system default destination\n", "lpstat: No destinations added.\n"],
)
def test_no_queue_is_an_empty_list(answer: str) -> None:
    assert listed(answer) == []


def test_a_queue_found_in_the_network_has_only_its_name() -> None:
    assert listed("lobby\nno system default destination\n") == [PrinterChoice("lobby", "lobby")]


@pytest.mark.parametrize(
    ("width", "height", "name"),
    [
        (210, 297, "A4"),
        (297, 210, "A4"),
        (148.2, 209.6, "A5"),
        (105, 148, "A6"),
        (80, 150.04, "Custom.80.0x150.0mm"),
        (80, 60, "Custom.80.0x60.0mm"),
    ],
)
def test_paper_is_called_as_cups_calls_it(width: float, height: float, name: str) -> None:
    assert media(width, height) == name


# what CUPS is told

FAKE_LP = """#!{python}
import json, os, sys
from pathlib import Path
command = Path(sys.argv[0]).name
given = sys.stdin.buffer.read()
with open(Path(sys.argv[0]).parent / "asked", "a") as asked:
    asked.write(json.dumps([command, sys.argv[1:], len(given), os.environ["LC_ALL"]]) + "\\n")
{body}
"""


@pytest.fixture
def cups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Callable[[], list[list[object]]]]:
    """Put `lp` and `lpstat` of the test's own first; return what they were asked."""

    def install(lp: str = "", lpstat: str = "") -> Callable[[], list[list[object]]]:
        for name, body in (("lp", lp), ("lpstat", lpstat)):
            file = tmp_path / name
            file.write_text(FAKE_LP.format(python=sys.executable, body=body))
            file.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        return lambda: [json.loads(line) for line in (tmp_path / "asked").read_text().splitlines()]

    return install


needs_commands = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no commands of CUPS")


@needs_commands
def test_a_job_goes_out_in_its_own_size_under_a_name_without_a_person(
    qapp: QApplication, cups: Callable[..., Callable[[], list[list[object]]]]
) -> None:
    asked = cups(lp="print('request id is -odd-17 (0 file(s))')", lpstat="print('scheduler is running')")
    pdf = form_pdf("registration-form", "A5")
    sent = CupsSpooler().submit(pdf, "-odd", "registration-form-V2611220017", copies=2)
    assert sent == Sent("-odd", "-odd-17")
    options = ["-o", "media=A5", "-o", "print-scaling=none"]
    title = ["-t", "registration-form-V2611220017"]
    assert asked() == [
        ["lpstat", ["-r", "-p-odd"], 0, "C"],
        ["lp", ["-d-odd", *title, "-n2", *options, "-"], len(pdf), "C"],
    ]


@needs_commands
@pytest.mark.parametrize(
    ("lp", "lpstat", "code"),
    [
        ("sys.exit('lp: Error - The printer or class does not exist.')", "", "printer.gone"),
        ("sys.exit('lp: Destination \"desk\" is not accepting jobs.')", "", "printer.refused"),
        ("", "sys.exit('lpstat: Invalid destination name in list \"desk\".')", "printer.gone"),
        ("", "print('scheduler is not running')", "printer.silent"),
        ("", "print('printer desk disabled since now -')", "printer.paused"),
        ("", "import time; time.sleep(60)", "printer.silent"),
    ],
)
def test_a_refusal_is_told_in_plain_words(
    qapp: QApplication, cups: Callable[..., object], lp: str, lpstat: str, code: str
) -> None:
    cups(lp, lpstat)
    with pytest.raises(StorageError) as told:
        CupsSpooler(seconds=0.3 if "sleep" in lpstat else 30).submit(
            form_pdf("number-slip", "A6"), "desk", "slip"
        )
    assert told.value.code == code
    assert "kept" in str(told.value.text)


# pages in strips


def test_strips_make_up_the_page(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    """Qt draws a part of a page a dot too small in each direction; lines would be lost at every seam."""
    with PdfPages(form_pdf("registration-form", "A4")) as pages:
        strips = list(pages.strips(0, 150))
        monkeypatch.setattr(print_pages, "STRIP_LINES", 100_000)
        whole = grey(next(pages.strips(0, 150))[1])
    assert [top for top, _ in strips] == list(range(0, 1754, STRIP_LINES))
    joined = Image.new("L", whole.size)
    for top, strip in strips:
        joined.paste(grey(strip), (0, top))
    different = ImageChops.difference(joined, whole).histogram()
    assert sum(different[16:]) / sum(different) < 0.0001


def grey(strip: QImage) -> Image.Image:
    picture = strip.convertToFormat(QImage.Format.Format_RGBX8888)
    return Image.frombytes("RGBX", (strip.width(), strip.height()), bytes(picture.constBits())).convert("L")


def test_paper_is_white_where_nothing_is_drawn(qapp: QApplication) -> None:
    with PdfPages(form_pdf("number-slip", "roll80")) as pages:
        _, strip = next(pages.strips(0, 203))
    assert strip.pixelColor(0, 0) == QColor("white")


def test_a_slip_is_drawn_without_grey(qapp: QApplication) -> None:
    with PdfPages(form_pdf("number-slip", "roll80")) as pages:
        assert pages.size(0).dpi == 203
        crisp = [grey(strip).getcolors() for _, strip in pages.strips(0, 203, crisp=True)]
        soft = [grey(strip).getcolors() for _, strip in pages.strips(0, 203)]
    assert {level for colours in crisp for _, level in colours} == {0, 255}
    assert {level for colours in soft for _, level in colours} > {0, 255}


def test_what_is_no_pdf_is_said_at_once(qapp: QApplication) -> None:
    with pytest.raises(ValueError, match="not a PDF"):
        PdfPages(b"<html>")


def test_qt_without_a_print_server_has_no_printer(qapp: QApplication) -> None:
    assert QtSpooler().printers() == []
    with pytest.raises(StorageError) as told:
        QtSpooler().submit(form_pdf("number-slip", "A6"), "laser", "slip")
    assert told.value.code == "printer.gone"


# which printer


@pytest.fixture
def spooler() -> FakeSpooler:
    return FakeSpooler()


@pytest.fixture
def settings() -> FakeSettings:
    return FakeSettings()


@pytest.fixture
def printing(desk: Desk, spooler: FakeSpooler, settings: FakeSettings) -> Printing:
    return Printing(with_settings(desk, settings), spooler)


def failure_of(printing: Printing, **options: str) -> str:
    told: list[Exception] = []
    printing.print_form("number-slip", PDF, pytest.fail, told.append, **options)  # type: ignore[arg-type]
    assert isinstance(told[0], StorageError)
    return told[0].code


def test_a_form_goes_to_the_printer_it_went_to_before(printing: Printing, spooler: FakeSpooler) -> None:
    taken: list[Sent] = []
    printing.print_form("number-slip", PDF, taken.append)
    printing.remember("number-slip", Habit("slips"))
    printing.print_form("number-slip", PDF, taken.append, title="number-slip-V1")
    printing.print_form("registration-form", PDF, taken.append)
    assert [sent.printer for sent in taken] == ["laser", "slips", "laser"]
    assert [title for _, _, title, _ in spooler.jobs] == [
        "number-slip",
        "number-slip-V1",
        "registration-form",
    ]


def test_a_choice_by_hand_wins_and_changes_no_habit(
    printing: Printing, spooler: FakeSpooler, settings: FakeSettings
) -> None:
    printing.remember("number-slip", Habit("laser"))
    printing.print_form("number-slip", PDF, printer="slips", copies=3)
    assert spooler.jobs == [("slips", PDF, "number-slip", 3)]
    assert settings.kept == {("desk-2", "printer.number-slip"): "laser"}


def test_the_only_printer_needs_no_choice(printing: Printing, spooler: FakeSpooler) -> None:
    spooler.choices = [SLIPS]
    printing.print_form("number-slip", PDF)
    assert [job[0] for job in spooler.jobs] == ["slips"]


def test_nothing_is_printed_somewhere_else_by_itself(printing: Printing, spooler: FakeSpooler) -> None:
    """A slip that comes out in another room is worse than one that does not come out."""
    printing.remember("number-slip", Habit("slips"))
    spooler.choices = [LASER]
    assert failure_of(printing) == "printer.gone"
    assert spooler.jobs == []


def test_no_printer_and_no_choice_are_told_apart(printing: Printing, spooler: FakeSpooler) -> None:
    spooler.choices = [SLIPS, PrinterChoice("lobby", "Lobby")]
    assert failure_of(printing) == "printer.choose"
    spooler.choices = []
    assert failure_of(printing) == "printer.none"


def test_the_form_is_drawn_in_the_size_remembered_and_only_for_a_printer(
    printing: Printing, spooler: FakeSpooler
) -> None:
    sizes: list[str] = []

    def draw(size: str) -> bytes:
        sizes.append(size)
        return PDF

    printing.print_form("number-slip", draw)
    printing.remember("number-slip", Habit(size="A6"))
    printing.print_form("number-slip", draw)
    spooler.choices = []
    printing.print_form("number-slip", draw, failed=lambda _error: None)
    assert sizes == ["", "A6"]


def test_what_is_offered_begins_with_the_printer_remembered(printing: Printing, spooler: FakeSpooler) -> None:
    found: list[Printers] = []
    printing.find_printers("number-slip", found.append)
    printing.remember("number-slip", Habit("slips", "A6"))
    printing.find_printers("number-slip", found.append)
    spooler.choices = [LASER]
    printing.find_printers("number-slip", found.append)
    spooler.choices = [PrinterChoice("one", "One"), PrinterChoice("two", "Two")]
    printing.find_printers("number-slip", found.append)
    assert [(each.chosen, each.missing) for each in found] == [
        ("laser", ""),
        ("slips", ""),
        ("laser", "slips"),
        ("", "slips"),
    ]
    assert found[1].habit == Habit("slips", "A6")


def test_habits_are_kept_for_this_workstation_in_the_database(desk: Desk, store: Store) -> None:
    here = with_settings(desk, SettingsService(store))
    Printing(here, FakeSpooler()).remember("number-slip", Habit("slips", "A6"))
    elsewhere = Actor(OPERATOR.account_id, OPERATOR.name, frozenset({Role.OPERATOR}), "desk-3")
    habits: list[Habit] = []

    def note(found: Printers) -> None:
        habits.append(found.habit)

    for actor in (OPERATOR, elsewhere):
        signed_in = _as(here, actor)
        Printing(signed_in, FakeSpooler()).find_printers("number-slip", note)
    assert habits == [Habit("slips", "A6"), Habit()]


def _as(desk: Desk, actor: Actor) -> Desk:
    return replace(desk, actor=lambda: actor)


# files


@given(form=st.sampled_from(["registration-form", "number-slip"]), code=st.text(max_size=40))
def test_a_file_name_is_safe_everywhere(form: str, code: str) -> None:
    name = file_name(form, code)
    assert name.startswith(form)
    assert name.endswith(".pdf")
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")
    assert name.count(".") == 1


def test_a_file_is_named_after_form_and_record() -> None:
    assert file_name("number-slip", "V2611220017") == "number-slip-V2611220017.pdf"
    assert file_name("number-slip") == "number-slip.pdf"


def test_a_form_is_saved_over_an_older_one(tmp_path: Path) -> None:
    file = tmp_path / "form.pdf"
    file.write_bytes(b"older and longer than the new one")
    assert save_pdf(file, PDF) == file
    assert file.read_bytes() == PDF
    assert [path.name for path in tmp_path.iterdir()] == ["form.pdf"]


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (errno.ENOSPC, "save.full"),
        (errno.EACCES, "save.closed"),
        (errno.EROFS, "save.closed"),
        (errno.EIO, "save.io"),
    ],
)
def test_a_form_that_can_not_be_saved_leaves_the_older_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: int, code: str
) -> None:
    file = tmp_path / "form.pdf"
    file.write_bytes(b"older")

    def fail(_descriptor: int) -> None:
        raise OSError(trouble, "")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StorageError) as told:
        save_pdf(file, PDF)
    assert told.value.code == code
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("form.pdf", b"older")]


def test_a_folder_that_is_gone_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as told:
        save_pdf(tmp_path / "stick" / "form.pdf", PDF)
    assert (told.value.code, told.value.text.params) == ("save.away", {"folder": "stick"})
