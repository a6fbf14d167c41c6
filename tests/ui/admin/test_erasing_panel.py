"""What stands beside the erasing page's lists: a question with a typed word, and a proof as text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from deskapp.domain.retention import ERASED_NAME, keeping
from deskapp.i18n import LANGUAGES, translator
from deskapp.services.retention import KeptVisitor, Proof, ProofRow
from deskapp.ui.admin.erasing_panel import ErasePanel, ProofPanel, proof_text, visitor_name

EN = translator("en")
ROW = ProofRow(
    1, "E0000000000A", "P0000000000B", dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC), "周敏", "years over"
)
PROOF = Proof(ROW, {"visitor": 1, "visit": 2}, {"visitor": 1, "vitals": 0}, ("ab12",), dt.date(2027, 12, 16))


def visitor(last: dt.date | None, *, erasable: bool, name: str = "王建国") -> KeptVisitor:
    return KeptVisitor(
        id=1,
        code="P0000000000B",
        name=name,
        birth_date=dt.date(1958, 3, 4),
        phone="138****8000",
        document="****2235",
        visits=2,
        last_visit=last,
        keeping=keeping(last, None, 15),
        erasable=erasable,
        erased=name == ERASED_NAME,
    )


@pytest.fixture
def panel(qapp: QApplication) -> Iterator[ErasePanel]:
    made = ErasePanel(EN)
    yield made
    made.close()
    made.deleteLater()


def test_one_is_confirmed_by_the_end_of_the_number(panel: ErasePanel) -> None:
    panel.show_visitor(visitor(dt.date(2000, 1, 1), erasable=True))
    assert panel.may_erase(busy=False)
    assert not panel.may_erase(busy=True)
    panel.form.set_values({"reason": "years over", "confirm": "000A"})
    assert panel.reason() is None
    assert "000B" in panel.form.error("confirm")
    panel.form.set_values({"reason": "years over", "confirm": " 000b "})
    assert panel.reason() == "years over"


def test_nothing_is_asked_of_a_record_that_is_kept_or_gone(panel: ErasePanel) -> None:
    panel.show_visitor(visitor(dt.date(2020, 1, 1), erasable=False))
    assert not panel.may_erase(busy=False)
    assert panel.form.isHidden()
    assert "1 Jan 2035" in panel._why.text()
    panel.show_visitor(visitor(dt.date(2000, 1, 1), erasable=False, name=ERASED_NAME))
    assert panel.title.text() == "personal data erased"


def test_all_are_confirmed_by_how_many_they_are(panel: ErasePanel) -> None:
    panel.show_due(12)
    assert panel.confirmation() == "12"
    assert "12 records" in panel._facts.text()
    panel.show_due(0)
    assert not panel.may_erase(busy=False)


def test_what_was_typed_for_one_is_not_taken_for_another(panel: ErasePanel) -> None:
    panel.show_visitor(visitor(dt.date(2000, 1, 1), erasable=True))
    panel.form.set_values({"reason": "years over", "confirm": "000B"})
    panel.show_visitor(None)
    assert not any(panel.form.values().values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_proof_says_what_when_who_why_and_until_when_copies_live(language: str) -> None:
    tr = translator(language)
    words = proof_text(PROOF, tr)
    for said in (ROW.code, ROW.visitor, "周敏", "years over", "ab12", tr.date(PROOF.backups_until)):
        assert said in words
    assert str(tr.value(ROW.at)) in words


def test_a_part_of_which_nothing_went_is_not_told() -> None:
    assert "vital signs" not in proof_text(PROOF, EN)


def test_the_panel_shows_what_to_do_until_a_proof_is_chosen(qapp: QApplication) -> None:
    made = ProofPanel(EN)
    assert "Choose a proof" in made.text.toPlainText()
    made.show_proof(PROOF)
    assert ROW.code in made.text.toPlainText()


def test_a_visitor_without_a_name_has_words_instead() -> None:
    assert visitor_name(visitor(None, erasable=True, name=""), EN) == "name unknown"
