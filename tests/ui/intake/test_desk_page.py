"""The desk page as a whole: keys, names for screen readers, room in every language, dialogs, scans of papers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
)
from pytestqt.qtbot import QtBot

from deskapp.bootstrap import Hospital
from deskapp.i18n import LANGUAGES
from deskapp.services.base import new_request
from deskapp.services.house import HouseRules
from deskapp.ui.intake.dialogs import Decision, RedFlagDialog
from deskapp.ui.intake.paper_numbers import PaperNumbersDialog
from deskapp.ui.preview import PreviewDialog
from deskapp.ui.widgets.pdf_view import PdfView
from tests.support.front import Front, Opener
from tests.support.paper import OUTPUT
from tests.support.shown import nameless, wider_than_its_room

F2, F5, F6, F7, F9, F10 = (
    Qt.Key.Key_F2,
    Qt.Key.Key_F5,
    Qt.Key.Key_F6,
    Qt.Key.Key_F7,
    Qt.Key.Key_F9,
    Qt.Key.Key_F10,
)
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LONG_NAME = "Өлзийхутагийн Мөнхтөгөлдөр-Эрдэнэбаатарын Энхжаргал"


# --- keys and names


def test_every_action_has_one_key_and_one_word(front: Front) -> None:
    front.arrive()
    actions = [
        action.action for action in front.keys.all() if action.isEnabled() and action.owner.isVisible()
    ]
    keys = Counter(action.key for action in actions if action.key)
    assert [key for key, count in keys.items() if count > 1] == []
    assert front.keys.clashes() == []
    for language in LANGUAGES:
        front.language.set(language)
        words = Counter(front.desk.tr(action.label) for action in front.tab.actions_here())
        assert [word for word, count in words.items() if count > 1 or not word] == []


def test_every_key_of_the_page_is_told_by_the_bar_or_a_button(front: Front) -> None:
    front.arrive()
    told = {action.action.key for action in front.keys.now() if action.action.in_bar}
    assert {"F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F12"} <= told


def parts(front: Front) -> Iterator[str]:
    """Go through the parts of the desk page, each named once it is in front."""
    yield "idle"
    front.find("wjg")
    yield "results"
    front.key(F2)
    front.tab.visitor_page.form.open_folds()
    front.tab.visitor_page.form.fill("name", LONG_NAME)
    front.tab.visitor_page.form.fill("document_number", "110105194912310021")
    front.tab.visitor_page.store()
    yield "record"
    front.tab.visitor_page.form.fill("document_number", "")
    front.tab.visitor_page.store()
    yield "name"
    front.arrive()
    front.tab.visit_page.triage.said.fill("complaint", "腿疼三天，走路疼，夜里疼醒，吃了药不见好" * 2)
    front.enter()
    yield "triage"
    front.key(F6)
    yield "choice"
    front.key(F5)
    for name, text in {"pulse": "131", "spo2": "91", "respiration": "25", "temperature": "39.1"}.items():
        front.tab.visit_page.vitals.form.fill(name, text)
    yield "vitals"
    front.key(F7)
    front.type("c")
    front.enter()
    yield "price"
    front.key(Qt.Key.Key_Escape)
    front.tab.visit_page.triage.choice.hide()
    front.key(F9)
    yield "number"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_fits_1366_by_768_and_every_input_has_a_name(open_front: Opener, language: str) -> None:
    """Nothing wider than its window, no bar to scroll sideways with, nothing that a reader could not name."""
    front = open_front(language=language)
    front.window.resize(1366, 768)
    for part in parts(front):
        front.settle()
        front.window.grab().save(str(OUTPUT / f"desk-{part}-{language}.png"))
        assert front.window.size() == QSize(1366, 768), part
        assert wider_than_its_room(front.window) == [], part
        assert nameless(front.window) == [], part


def test_a_change_of_language_and_colours_keeps_everything_typed(front: Front) -> None:
    front.arrive()
    front.type("腿疼三天")
    front.key(F5)
    front.tab.visit_page.vitals.form.fill("pulse", "88")
    front.find("王")
    for _ in range(3):
        front.key(Qt.Key.Key_L, CONTROL | SHIFT)
        front.key(Qt.Key.Key_D, CONTROL | SHIFT)
        assert front.tab.visit_page.triage.complaint() == "腿疼三天"
        assert front.tab.visit_page.vitals.form.value("pulse") == 88
        assert front.tab.search.field.text() == "王"
    assert front.desk.tr.language == "en"


# --- dialogs


def red_flags(front: Front) -> None:
    front.arrive("shan")
    front.say("胸痛，喘不上气，晕倒")


def end(front: Front) -> None:
    front.arrive("shan")
    front.key(F10)


def void(front: Front) -> None:
    front.arrive("shan")
    front.say("腿疼")
    front.key(F9)
    front.key(Qt.Key.Key_Delete, CONTROL)


def paper(front: Front) -> None:
    front.arrive("shan")
    front.key(Qt.Key.Key_N, CONTROL | SHIFT)


def preview(front: Front) -> None:
    front.arrive("shan")
    front.key(Qt.Key.Key_P, CONTROL | SHIFT)


DIALOGS: dict[str, tuple[Callable[[Front], None], type[QDialog]]] = {
    "red-flags": (red_flags, RedFlagDialog),
    "end": (end, Decision),
    "void": (void, Decision),
    "paper": (paper, PaperNumbersDialog),
    "preview": (preview, PreviewDialog),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DIALOGS)
def test_every_dialog_opens_in_every_language(open_front: Opener, name: str, language: str) -> None:
    """With a picture kept; it fits the screen, its inputs have names, and Esc closes it."""
    front = open_front("zhou", language)
    opens, kind = DIALOGS[name]
    opens(front)
    dialog = front.dialog(kind)
    dialog.grab().save(str(OUTPUT / f"dialog-{name}-{language}.png"))
    assert dialog.width() <= 1366
    assert dialog.height() <= 768
    assert dialog.minimumSizeHint().width() <= dialog.width()
    assert nameless(dialog) == []
    front.key(Qt.Key.Key_Escape)
    assert QApplication.activeModalWidget() is None
    assert front.tab.isVisible()


def test_the_preview_shows_the_forms_of_the_visit_and_records_what_it_printed(front: Front) -> None:
    front.arrive("shan")
    front.say("腿疼")
    front.key(F9)
    printed = len(front.printer.jobs)
    front.key(Qt.Key.Key_P, CONTROL | SHIFT)
    dialog = front.dialog(PreviewDialog)
    assert dialog.form_box.count() == 3
    assert dialog.findChild(PdfView).isVisible()
    dialog.form_box.setCurrentIndex(2)
    dialog.form_box.activated.emit(2)
    front.settle()
    dialog.print_now()
    front.settle()
    assert len(front.printer.jobs) == printed + 1
    assert front.stored().number.events[-1].state.value == "reprinted"  # type: ignore[union-attr]


def test_without_a_visit_the_preview_shows_blank_forms(front: Front) -> None:
    front.key(Qt.Key.Key_P, CONTROL | SHIFT)
    dialog = front.dialog(PreviewDialog)
    assert dialog.form_box.count() == 3
    dialog.reject()


# --- codes on paper


def test_the_code_on_a_slip_opens_its_visit(front: Front) -> None:
    visit = front.arrive("shan")
    front.key(Qt.Key.Key_Escape)
    front.scan(visit.code)
    assert front.visit.id == visit.id


def test_the_code_of_a_visitor_opens_their_visit(front: Front) -> None:
    visit = front.arrive("shan")
    assert visit.visitor is not None
    front.arrive("batb")
    front.scan(visit.visitor.code)
    assert front.visit.id == visit.id


def test_a_code_that_nobody_knows_is_searched_for(front: Front) -> None:
    front.scan("ZZ-123456789")
    assert front.tab.search.field.text() == "ZZ-123456789"
    assert front.tab.search.field.hasFocus()


# --- refreshed


def test_what_another_desk_does_appears_here(front: Front) -> None:
    front.arrive("shan")
    services, actor = front.services, front.actor
    done = services.visits.note_complaint(actor, new_request(), front.visit.id, "眼睛疼")
    front.hub.post(done.changes)
    hit = services.visitors.find(actor, "Батбаяр")[0]
    opened = services.visits.open(actor, new_request(), hit.id)
    front.hub.post(opened.changes)
    front.settle()
    assert [row.name for row in front.tab.search.today.records] == ["Батбаяр", "单雄信"]
    assert front.tab.visit_page.triage.complaint() == "眼睛疼"


def test_the_panel_beside_folds_away_where_there_is_no_room(front: Front) -> None:
    front.arrive()
    assert front.tab.beside.isVisible()
    front.window.resize(1100, 700)
    front.settle()
    assert not front.tab.beside.isVisible()
    assert wider_than_its_room(front.window) == []


def test_the_pages_are_made_while_nobody_types(front: Front, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: front.tab._work.is_prepared)
    assert front.tab._work.currentWidget() is front.tab._work.idle


def test_a_page_asked_for_at_once_is_there_at_once(open_front: Opener) -> None:
    front = open_front()
    QApplication.removePostedEvents(front.tab, QEvent.Type.Timer.value)
    assert front.tab._work.visit is front.tab.visit_page
    assert front.tab._work.is_prepared


def test_a_mistake_in_the_sites_own_rules_is_told_and_stops_nobody(
    open_front: Opener, hospital: Hospital, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "urgency.toml").write_text("levels = 4", encoding="utf-8")
    broken = replace(hospital, services=replace(hospital.services, house=HouseRules(tmp_path)))
    front = open_front(where=broken)
    qtbot.waitUntil(lambda: "urgency.toml" in front.bar())
    front.arrive("shan")
    front.say("腿疼")
    assert front.tab.visit_page.triage.proposals.rows()
