"""The erasing page: who is due, until when a record is kept, erasing with a typed word, proofs."""

from __future__ import annotations

import datetime as dt

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QGuiApplication
from PySide6.QtWidgets import QApplication
from sqlalchemy import update

from deskapp.db.models.intake import Visitor
from deskapp.domain.retention import ERASED_NAME
from deskapp.i18n import LANGUAGES
from deskapp.ui import style
from deskapp.ui.admin.erasing import PROOFS, RECORDS, SPANS, ErasingPage
from tests.support.front import Front, Opener
from tests.support.hospital import signed_in

LONG_AGO = dt.datetime(2005, 3, 3, tzinfo=dt.UTC)


def open_page(open_front: Opener, *, due: int = 0, language: str = "en") -> tuple[Front, ErasingPage]:
    """Return the administrator's page of the small hospital, in which the first `due` visitors came long ago."""
    front = open_front(sign_in="admin", language=language)
    with front.hospital.store.writing() as session:
        session.execute(update(Visitor).where(Visitor.id <= due).values(last_visit=LONG_AGO))
        session.commit()
    front.window.frame_of_tabs.go_to_name("admin")
    page = front.window.frame_of_tabs.tab("admin").show_page("erasing")  # type: ignore[attr-defined]
    assert isinstance(page, ErasingPage)
    front.settle()
    return front, page


def names(page: ErasingPage) -> list[str]:
    return [visitor.name for visitor in page.visitors.records]


def fill(front: Front, page: ErasingPage, reason: str, confirm: str) -> None:
    page.panel.form.set_values({"reason": reason, "confirm": confirm})
    page._keys["erasing.erase"].trigger()
    front.settle()


def test_with_nobody_due_the_page_says_so_and_erases_nothing(open_front: Opener) -> None:
    _front, page = open_page(open_front)
    assert names(page) == []
    assert "Nobody is due" in page._empty[RECORDS].words.text()
    assert not page._keys["erasing.erase"].isEnabled()
    assert not page.panel.form.isVisible()


def test_a_searched_person_is_shown_with_the_day_until_which_the_record_is_kept(open_front: Opener) -> None:
    front, page = open_page(open_front)
    page.search.setText("王建国")
    front.settle()
    assert names(page) == ["王建国", "王建国"]
    page.tables[RECORDS].select(page.visitors.records[0].id)
    front.settle()
    assert "13800138000" not in page.panel._facts.text()
    assert "May be erased from" in page.panel._why.text()
    assert not page._keys["erasing.erase"].isEnabled()


def test_who_comes_from_a_card_is_told_at_once_what_holds_for_that_person(open_front: Opener) -> None:
    front, page = open_page(open_front)
    hits = front.services.visitors.find(signed_in(front.services, "li"), "王建国")
    for hit in (*hits, hits[1]):
        front.desk.ways.go("admin", "erasing", "visitor", hit.code)
        front.settle()
        assert page.tables[RECORDS].current_record() == page.visitors.records[0]
        assert hit.code in page.panel._facts.text()
        assert "May be erased from" in page.panel._why.text()
        page._keys["erasing.all"].trigger()
    page.search.setText("13800138000")
    front.settle()
    assert page.panel.visitor is None, "what somebody types themselves they choose themselves"


def test_one_is_erased_with_a_reason_and_the_typed_end_of_the_number(open_front: Opener) -> None:
    front, page = open_page(open_front, due=1)
    page.tables[RECORDS].select(1)
    front.settle()

    fill(front, page, "years are over", "nope")
    assert page.panel.confirmation() in page.panel.form.error("confirm")
    assert front.services.retention.proofs(front.actor) == []

    fill(front, page, "years are over", page.panel.confirmation().lower())

    assert page.views.currentIndex() == PROOFS
    (proof,) = page.proofs.records
    assert proof.reason == "years are over"
    assert page.bar.notice is not None
    assert proof.code in front.bar() + str(page.bar.notice.text)
    assert proof.code in page.proof.text.toPlainText()
    assert names(page) == []


def test_the_proof_is_copied_and_names_nobody(open_front: Opener) -> None:
    front, page = open_page(open_front, due=1)
    page.tables[RECORDS].select(1)
    front.settle()
    fill(front, page, "years are over", page.panel.confirmation())

    page._keys["erasing.copy"].trigger()

    copied = QGuiApplication.clipboard().text()
    assert copied == page.proof.text.toPlainText()
    assert "王建国" not in copied
    front.session.lock()
    assert QGuiApplication.clipboard().text() == copied
    QGuiApplication.clipboard().clear()


def test_all_that_are_due_go_after_the_typed_count(open_front: Opener) -> None:
    front, page = open_page(open_front, due=3)
    assert page.panel.confirmation() == "3"
    fill(front, page, "years are over", "2")
    assert front.services.retention.proofs(front.actor) == []
    fill(front, page, "years are over", "3")
    assert len(page.proofs.records) == 3
    assert not page._keys["erasing.erase"].isEnabled()


def test_a_refusal_of_the_service_is_shown_at_the_reason(open_front: Opener) -> None:
    front, page = open_page(open_front, due=1)
    page.tables[RECORDS].select(1)
    front.settle()
    fill(front, page, "王建国 asked for it", page.panel.confirmation())
    assert "name the person" in page.panel.form.error("reason")


def test_the_list_of_who_is_due_is_asked_for_in_parts(
    open_front: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deskapp.ui.admin.erasing.AT_ONCE", 2)
    front, page = open_page(open_front, due=3)
    assert len(page.visitors.records) == 2
    page._keys["erasing.more"].trigger()
    front.settle()
    assert len(page.visitors.records) == 3
    assert not page._keys["erasing.more"].isEnabled()
    page.tables[RECORDS].select(2)
    assert page.panel.visitor is not None
    page._keys["erasing.all"].trigger()
    assert page.panel.visitor is None


@pytest.mark.parametrize("language", ["zh", "en", "mn"])
def test_what_is_kept_how_long_is_told_in_every_language(open_front: Opener, language: str) -> None:
    front, page = open_page(open_front, language=language)
    page.views.setCurrentIndex(SPANS)
    front.settle()
    assert len(page.spans.records) == 8
    assert all(page.spans.index(row, 1).data() for row in range(8))


@pytest.mark.parametrize(("width", "scale"), [(1366, 1.0), (1366, 1.25), (1920, 2.0)])
def test_no_column_is_pushed_out_and_no_title_cut_in_any_language(
    open_front: Opener, app: QApplication, width: int, scale: float
) -> None:
    front, page = open_page(open_front)
    front.window.resize(width, 768)
    for language in LANGUAGES:
        style.apply(app, "light", scale, language=language)
        front.language.set(language)
        for view in (RECORDS, PROOFS):
            page.views.setCurrentIndex(view)
            front.settle()
            table = page.tables[view]
            across, gap = table.horizontalHeader(), style.tokens().sizes.gap
            advance = QFontMetricsF(across.font()).horizontalAdvance
            for at in range(across.count()):
                title = str(table.model().headerData(at, Qt.Orientation.Horizontal))
                assert table.isColumnHidden(at) or table.columnWidth(at) >= advance(title) + 2 * gap, title
            assert table.horizontalScrollBar().maximum() == 0


def test_an_erased_visitor_is_shown_plainly_at_the_desk(open_front: Opener) -> None:
    front, page = open_page(open_front, due=1)
    page.tables[RECORDS].select(1)
    front.settle()
    fill(front, page, "years are over", page.panel.confirmation())
    visit = 1
    desk = open_front(where=front.hospital)

    desk.tab.show_visit(visit)
    desk.settle()

    shown = desk.tab.visit_page
    said = "\n".join(
        label.text() for label in shown.findChildren(type(page.panel._facts)) if label.isVisible()
    )
    assert "personal data erased" in said
    assert ERASED_NAME not in said
    desk.tab.edit_record()
    desk.settle()
    assert "was erased" in desk.bar()
