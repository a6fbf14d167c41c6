"""What leaves the overview: a table, a picture, paper; each only for who may."""

from __future__ import annotations

import csv
from pathlib import Path

from PySide6.QtCore import Qt

from deskapp.services.trail import TrailFilter
from deskapp.ui.preview import PreviewDialog
from tests.support.front import Opener
from tests.ui.overview.test_intake import open_page


def test_it_is_saved_as_a_table(open_front: Opener, tmp_path: Path) -> None:
    front, page = open_page(open_front)
    file = tmp_path / "figures.csv"
    page.output.save_to(file)
    front.settle()
    rows = list(csv.reader(file.read_text("utf-8-sig").splitlines()))
    assert ["Altogether", "Visits", "Value", "3", "visits"] in [row[:5] for row in rows]
    assert ["How they heard of us", "friend or relative", "New visitors", "2", "visits"] in [
        row[:5] for row in rows
    ]
    page.output.save_to(tmp_path / "figures.xlsx")
    front.settle()
    assert (tmp_path / "figures.xlsx").read_bytes().startswith(b"PK")


def test_it_is_saved_as_a_picture_and_the_trail_has_it(open_front: Opener, tmp_path: Path) -> None:
    front, page = open_page(open_front)
    page.output.save_to(tmp_path / "figures.png")
    front.settle()
    assert (tmp_path / "figures.png").read_bytes().startswith(b"\x89PNG")
    assert front.services.trail.page(front.actor, _everything()).lines[0].action == "export.figures"


def _everything() -> TrailFilter:
    return TrailFilter()


def test_who_may_not_export_can_print_but_not_save(open_front: Opener) -> None:
    front, page = open_page(open_front, "zhou")
    assert not page._keys["overview.save"].isEnabled()
    front.key(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    dialog = front.dialog(PreviewDialog)
    assert dialog.preview.form == "intake-overview"
    assert dialog._pdf.startswith(b"%PDF")
    dialog.reject()
