"""PySide6 6.12 on Python 3.11 loses references to None and True; the window must outlive that."""

from __future__ import annotations

import subprocess
import sys

import pytest

ENDLESS_EMITTER = """
from PySide6.QtCore import QCoreApplication, QObject, Signal
{guard}
class Bell(QObject):
    rung = Signal()
app = QCoreApplication([])
bell = Bell()
for _ in range(20_000):
    bell.rung.emit()
    bell.setObjectName("x")
print("alive")
"""


def run(guard: str) -> subprocess.CompletedProcess[str]:
    script = ENDLESS_EMITTER.format(guard=guard)
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )


def test_twenty_thousand_signals_do_not_end_the_program() -> None:
    done = run("import deskapp.ui")
    assert (done.returncode, done.stdout.strip()) == (0, "alive"), done.stderr


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None and True are immortal from Python 3.12 on")
def test_the_guard_is_still_needed() -> None:
    """When this fails, PySide6 is repaired and the guard in `deskapp/ui/__init__.py` can go."""
    assert run("").returncode != 0
