"""The window: there at once, says what keeps it closed, keeps what is typed when it closes."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QLabel

from deskapp.i18n import translator
from deskapp.ui.main_window import MainWindow
from deskapp.ui.messages import BugReport
from deskapp.ui.widgets.bug_dialog import BugDialog
from tests.support.front import Front


def test_before_the_database_is_open_it_says_so(qapp: QApplication) -> None:
    window = MainWindow(translator("en"))
    window.show()
    assert "Opening" in window.findChild(QLabel).text()

    window.say("The disk is full.")

    assert window.findChild(QLabel).text() == "The disk is full."
    window.close()


def test_a_bug_opens_a_dialog_and_the_desk_goes_on(front: Front) -> None:
    front.messages.broke.emit(BugReport("ValueError", "report"))
    front.settle()

    dialog = front.child(BugDialog)
    dialog.reject()
    front.window.activateWindow()
    front.settle()
    front.find("王建国")
    assert front.tab.search.results.rows()


def test_closing_keeps_the_complaint_that_was_typed(front: Front) -> None:
    visit = front.arrive()
    front.type("tou teng")

    front.window.close()
    front.settle()

    account = front.actor.account_id
    kept = [front.services.drafts.load(account, form) for form in front.services.drafts.forms(account)]
    stored = front.stored(visit.id).complaint
    assert "tou teng" in stored or any("tou teng" in str(draft) for draft in kept)


def test_a_scan_while_locked_goes_nowhere(front: Front) -> None:
    front.session.lock()

    front.window.take_scan("13800138000")
    front.settle()

    assert front.tab.search.field.text() == ""
