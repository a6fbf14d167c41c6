"""The report of a file: what it would do, what it did, and whether there is anything to store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QWidget

from deskapp.domain.text import Text
from deskapp.i18n import translator
from deskapp.services.transfer.report import ImportReport, Outcome, RowNote
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.import_report import ImportPage
from deskapp.ui.keys import Action


def nothing() -> None:
    """Do nothing."""


def report(*, written: bool = False, added: int = 2) -> ImportReport:
    counts = dict.fromkeys(Outcome, 0) | {Outcome.ADDED: added, Outcome.REFUSED: 1}
    return ImportReport(
        "appointments",
        3,
        written,
        counts,
        [RowNote(3, "", Text("Bad."))],
        0,
        [RowNote(2, "", Text("Repeats."))],
    )


def test_it_says_what_would_happen_and_then_what_did(desk: Desk) -> None:
    owner = QWidget()
    actions = (Action("store", "Store", nothing), Action("leave", "Back", nothing))
    keys = desk.keys.install(owner, actions)
    page = ImportPage(desk, keys["store"], keys["leave"], "Prices from {file}")
    page.show_report(Path("a.ics"), report())
    assert page.path == Path("a.ics")
    assert page.title.text() == "Prices from a.ics"
    assert "New: 2" in page._counts.text()
    assert "Nothing is stored yet" in page._told.text()
    assert [page.model.record(row).note.row for row in range(2)] == [3, 2]  # type: ignore[union-attr]
    page.show_report(Path("a.ics"), report(added=0))
    assert not keys["store"].isEnabled()
    assert page.path is None
    page.show_report(Path("a.ics"), report(written=True))
    assert page.path is None
    assert "stored" in page._told.text()
    page.deleteLater()
    owner.deleteLater()


def words(page: ImportPage) -> list[str]:
    """Return what stands in the column “Why”, row by row."""
    at = page.model.column_of("text")
    return [page.model.index(row, at).data() for row in range(page.model.rowCount())]


def test_it_says_which_column_is_meant_by_the_heading_of_the_language_in_force(desk: Desk) -> None:
    owner = QWidget()
    actions = (Action("store", "Store", nothing), Action("leave", "Back", nothing))
    keys = desk.keys.install(owner, actions)
    page = ImportPage(desk, keys["store"], keys["leave"], "Prices from {file}")
    problems = [
        RowNote(0, "phone", Text("Twice.")),
        RowNote(3, "phone", Text("Please fill this in.")),
        RowNote(4, "starts_at", Text("Too late.")),
    ]
    page.show_report(Path("a.csv"), replace(report(), problems=problems, notes=[]))
    assert words(page) == ["Twice.", "Phone: Please fill this in.", "Too late."]
    page.retranslate(translator("zh"))
    assert words(page)[1] == "电话：请填写此项。"
    page.deleteLater()
    owner.deleteLater()
