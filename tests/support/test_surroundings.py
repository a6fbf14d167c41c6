"""The surroundings themselves: servers answer, and every guard can fail."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.isolation import Offline
from tests.support.postgres import Postgres
from tests.support.printing import Queue
from tests.support.run import ROOT
from tests.support.screen import Screen

# Each of these leaves something behind that a test must not leave.
_UNTIDY = """
import logging, threading, warnings
from PySide6.QtCore import QRunnable, QThreadPool, qWarning
from PySide6.QtWidgets import QWidget
KEPT = []

def test_logs():
    logging.getLogger("somebody").warning("something odd")

def test_announces_in_vain(log_guard):
    log_guard.expect("somebody", match="never said")

def test_warns():
    warnings.warn("old way")

def test_qt_warns(qtbot):
    qWarning("something odd")

def test_leaves_a_window(qapp):
    KEPT.append(QWidget())
    KEPT[0].show()

def test_raises_in_a_thread():
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
"""


def test_every_untidy_test_fails(tmp_path: Path) -> None:
    file = tmp_path / "test_untidy.py"
    file.write_text(_UNTIDY)
    plugins = [f"-ptests.support.{name}" for name in ("run", "logs", "isolation", "printing", "qt")]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n0",
        "-p",
        "no:randomly",
        *plugins,
        "-c",
        ROOT / "pyproject.toml",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, f"--rootdir={tmp_path}", file],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    failed = {
        line.split("::")[1].split()[0]
        for line in done.stdout.splitlines()
        if line.startswith(("FAILED", "ERROR"))
    }
    assert failed == {
        line[4:].split("(")[0] for line in _UNTIDY.splitlines() if line.startswith("def test_")
    }, done.stdout


def test_nothing_outside_this_machine_can_be_reached() -> None:
    with pytest.raises(Offline):
        socket.create_connection(("192.0.2.1", 80))
    with pytest.raises(Offline):
        socket.getaddrinfo("example.org", 80)
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


def test_home_is_empty_and_private(home: Path) -> None:
    assert Path.home() == home
    assert list(home.iterdir()) == []
    assert time.tzname != ("UTC", "UTC")


def test_postgres_sorts_like_a_dictionary(postgres: Postgres) -> None:
    """Byte order would hide range queries that only work with it."""
    with postgres.connection() as connection:
        ordered = connection.execute(
            "SELECT array_agg(x ORDER BY x) FROM unnest(ARRAY['b', 'B', 'a', 'A']) x"
        )
        assert ordered.fetchone() == (["a", "A", "b", "B"],)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    from reportlab.pdfgen import canvas

    file = tmp_path / "page.pdf"
    paper = canvas.Canvas(str(file))
    paper.drawString(72, 700, "Ready for the visitor")
    paper.save()
    return file


def _text(file: Path) -> str:
    return subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True).stdout


def test_printer_is_the_default_and_prints(printer: Queue, page: Path) -> None:
    subprocess.run(["lp", "-t", "挂号单", page], check=True)
    assert "Ready for the visitor" in _text(printer.wait_for_pdf())


def test_plain_printer_prints_one_file_per_job(plain_printer: Queue, page: Path) -> None:
    printed = set()
    for _copy in range(2):
        subprocess.run(["lp", page], check=True)
        printed.add(plain_printer.wait_for_pdf())
    assert {_text(file).strip() for file in printed} == {"Ready for the visitor"}
    assert len(printed) == 2


@pytest.mark.skipif(shutil.which("lpstat") is None, reason="asks CUPS")
def test_without_a_printer_there_is_none() -> None:
    done = subprocess.run(["lpstat", "-p"], capture_output=True, check=False)
    assert done.returncode != 0


_WINDOW = """
import sys
from PySide6.QtWidgets import QApplication, QLineEdit
app = QApplication([])
field = QLineEdit(windowTitle="Field of a test")
field.returnPressed.connect(lambda: print(ascii(field.text()), flush=True))
field.show()
sys.exit(app.exec())
"""


@pytest.mark.parametrize("text", ["Hello", "王建国 13800138000", "Ганбаатар Өү"])
def test_screen_types_every_script(screen: Screen, text: str) -> None:
    with screen.running(sys.executable, "-c", _WINDOW) as program:
        screen.wait_for_window("Field of a test")
        screen.type(text)
        screen.key("Return")
        program.wait_for_output(ascii(text))
    assert screen.screenshot("window").stat().st_size > 100
    assert screen.pressed == ["Return"]
