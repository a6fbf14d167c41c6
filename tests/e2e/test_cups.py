"""Forms on real queues of a real print server, read back from what came out."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from deskapp.errors import StorageError
from deskapp.forms.style import MM
from deskapp.i18n import translator
from deskapp.ui.base_tab import Desk, LanguageState
from deskapp.ui.hub import ChangeHub
from deskapp.ui.keys import Keys
from deskapp.ui.messages import Messages
from deskapp.ui.preview import Preview, PreviewDialog, Printed
from deskapp.ui.print_cups import CupsSpooler
from deskapp.ui.print_qt import QtSpooler
from deskapp.ui.print_spooler import PrinterChoice, Sent
from deskapp.ui.printing import Printing, Spooler, print_pdf, printers
from deskapp.ui.tasks import TaskRunner
from tests.forms.reading import codes, text
from tests.forms.samples import CODE
from tests.support.paper import FakeSettings, form_pdf, renderer, with_settings
from tests.support.printing import Queue

pytestmark = [pytest.mark.e2e, pytest.mark.qt_log_ignore("propagateSizeHints")]

SHEETS = [
    ("registration-form", "A4", 210, 297, 300),
    ("registration-form", "A5", 148, 210, 300),
    ("number-slip", "A6", 105, 148, 300),
    ("number-slip", "roll80", 80, None, 203),
]
SPOOLERS = [CupsSpooler, QtSpooler]


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    """A desk whose work is done in real threads."""
    root = QObject()
    messages, hub, language = Messages(root), ChangeHub(root), LanguageState("en", root)
    runner = TaskRunner(messages.route, hub.post, root)
    made = Desk(
        language=language,
        runner=runner,
        hub=hub,
        messages=messages,
        keys=Keys(translator("en"), root),
        services=None,
        actor=str,
    )
    yield with_settings(made, FakeSettings())
    assert runner.drain()
    root.deleteLater()


class Ticker:
    """Counts how often the event loop turns."""

    def __init__(self, milliseconds: int) -> None:
        self.turns = 0
        self.timer = QTimer()
        self.timer.timeout.connect(self.tick)
        self.timer.start(milliseconds)

    def tick(self) -> None:
        self.turns += 1


def page_mm(printed: Path) -> tuple[float, float]:
    box = PdfReader(printed).pages[0].mediabox
    return float(box.width) / MM, float(box.height) / MM


def assert_same_paper(printed: Path, pdf: bytes, tmp_path: Path) -> None:
    """Compare the paper that came out with the form that was sent, to a millimetre.

    The half millimetre by which A5 and A6 differ from PostScript's is the driver's.
    """
    sent = tmp_path / "sent.pdf"
    sent.write_bytes(pdf)
    assert len(PdfReader(printed).pages) == len(PdfReader(sent).pages)
    assert page_mm(printed) == pytest.approx(page_mm(sent), abs=1)


def embedded(printed: Path) -> set[str]:
    """Return what the column "emb" says of the fonts."""
    listed = subprocess.run(["pdffonts", str(printed)], capture_output=True, text=True, check=True).stdout
    return {line.split()[-5] for line in listed.splitlines()[2:]}


def waiting_jobs(queue: Queue) -> str:
    return subprocess.run(["lpstat", "-o", queue.name], capture_output=True, text=True, check=False).stdout


def test_the_queue_is_found_as_the_default_printer(plain_printer: Queue) -> None:
    assert printers() == [PrinterChoice("plain", "plain", is_default=True)]


@pytest.mark.parametrize(("form", "size", "width", "height", "dpi"), SHEETS)
def test_what_is_printed_is_the_form_itself(
    plain_printer: Queue, tmp_path: Path, form: str, size: str, width: float, height: float | None, dpi: int
) -> None:
    pdf = form_pdf(form, size)
    sent = print_pdf(pdf, plain_printer.name, f"{form}-{CODE}")
    printed = plain_printer.wait_for_pdf()
    assert re.fullmatch(r"plain-\d+", sent.job)
    assert_same_paper(printed, pdf, tmp_path)
    assert page_mm(printed)[0] == pytest.approx(width, abs=1)
    assert height is None or page_mm(printed)[1] == pytest.approx(height, abs=1)
    assert text(printed.read_bytes()) == text(pdf)
    assert embedded(printed) == {"yes"}
    assert codes(printed.read_bytes(), tmp_path, dpi=dpi)["QR-Code"] == CODE


@pytest.mark.parametrize("spooler", SPOOLERS)
@pytest.mark.parametrize(("form", "size", "width", "height", "dpi"), SHEETS)
def test_codes_can_be_scanned_from_what_a_driver_makes_of_it(
    printer: Queue,
    qapp: object,
    tmp_path: Path,
    spooler: type[Spooler],
    form: str,
    size: str,
    width: float,
    height: float | None,
    dpi: int,
) -> None:
    pdf = form_pdf(form, size)
    spooler().submit(pdf, printer.name, "form")
    printed = printer.wait_for_pdf()
    assert_same_paper(printed, pdf, tmp_path)
    wanted = codes(pdf, tmp_path, dpi=dpi)
    assert wanted["QR-Code"] == CODE
    assert codes(printed.read_bytes(), tmp_path, dpi=dpi) == wanted


def test_a_slip_shorter_than_it_is_wide_is_not_turned(plain_printer: Queue, tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    file = tmp_path / "short.pdf"
    canvas = Canvas(str(file), pagesize=(80 * MM, 60 * MM))
    canvas.drawString(20, 100, "A012")
    canvas.save()
    print_pdf(file.read_bytes(), plain_printer.name, "slip")
    printed = plain_printer.wait_for_pdf()
    page = PdfReader(printed).pages[0]
    assert page_mm(printed) == pytest.approx((80, 60), abs=1)
    assert (page.rotation, page.extract_text().strip()) == (0, "A012")


@pytest.mark.parametrize("spooler", SPOOLERS)
def test_a_paused_printer_gets_nothing(plain_printer: Queue, qapp: object, spooler: type[Spooler]) -> None:
    plain_printer.pause()
    assert [choice.ready for choice in spooler().printers()] == [False]
    with pytest.raises(StorageError) as told:
        spooler().submit(form_pdf("number-slip", "A6"), plain_printer.name, "slip")
    assert told.value.code == "printer.paused"
    assert waiting_jobs(plain_printer) == ""


@pytest.mark.parametrize("spooler", SPOOLERS)
def test_a_printer_that_was_taken_away_is_told(
    plain_printer: Queue, qapp: object, spooler: type[Spooler]
) -> None:
    chosen = spooler().printers()[0].name
    plain_printer.remove()
    with pytest.raises(StorageError) as told:
        spooler().submit(form_pdf("number-slip", "A6"), chosen, "slip")
    assert told.value.code == "printer.gone"
    assert spooler().printers() == []


def test_without_a_print_server_there_is_no_printer(print_server: Path) -> None:
    assert CupsSpooler().printers() == []
    with pytest.raises(StorageError) as told:
        CupsSpooler().submit(form_pdf("number-slip", "A6"), "plain", "slip")
    assert told.value.code == "printer.silent"


def test_a_silent_server_is_left_and_the_window_stays_alive(
    print_server: Path, desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        monkeypatch.setenv("CUPS_SERVER", f"127.0.0.1:{server.getsockname()[1]}")
        failures: list[object] = []
        ticker = Ticker(10)
        Printing(desk, CupsSpooler(seconds=1)).find_printers("number-slip", failures.append, failures.append)
        qtbot.waitUntil(lambda: bool(failures), timeout=20_000)
        ticker.timer.stop()
    assert isinstance(failures[0], StorageError)
    assert failures[0].code == "printer.silent"
    # Python's lock is not held meanwhile: with QPrinterInfo there would be no tick at all.
    assert ticker.turns > 20


@pytest.mark.parametrize("spooler", SPOOLERS)
def test_the_window_goes_on_while_a_page_is_sent(
    plain_printer: Queue, desk: Desk, qtbot: QtBot, spooler: type[Spooler]
) -> None:
    taken: list[Sent] = []
    ticker = Ticker(0)
    Printing(desk, spooler()).print_form(
        "registration-form", form_pdf("registration-form", "A4"), taken.append
    )
    qtbot.waitUntil(lambda: bool(taken), timeout=20_000)
    ticker.timer.stop()
    assert taken[0].printer == plain_printer.name
    assert ticker.turns >= 5
    assert plain_printer.wait_for_pdf().stat().st_size


def test_a_preview_prints_with_one_key(plain_printer: Queue, desk: Desk, qtbot: QtBot) -> None:
    left: list[Printed] = []
    shown = Preview(
        "registration-form", "Registration form", ("A4", "A5"), renderer("registration-form"), CODE
    )
    dialog = PreviewDialog(desk, Printing(desk), [shown])
    dialog.printed.connect(left.append)
    dialog.open()
    dialog.size_box.setCurrentIndex(1)
    dialog.size_box.activated.emit(1)
    qtbot.waitUntil(lambda: bool(dialog.view.pages), timeout=20_000)
    dialog.actions_by_name["preview.print"].trigger()
    qtbot.waitUntil(lambda: bool(left), timeout=20_000)
    printed = plain_printer.wait_for_pdf()
    assert left == [Printed("registration-form", plain_printer.name)]
    assert page_mm(printed) == pytest.approx((148, 210), abs=1)
    assert text(printed.read_bytes()) == text(form_pdf("registration-form", "A5", "en"))
