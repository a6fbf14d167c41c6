"""Every page and dialog around signing in, in every language: with a picture, names for readers, and room."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QDialog

from deskapp.bootstrap import Hospital
from deskapp.i18n import LANGUAGES
from deskapp.ui.access.history import HistoryDialog
from deskapp.ui.access.own_password import PasswordDialog
from deskapp.ui.access.own_pin import PinDialog
from deskapp.ui.access.site import SiteDialog
from deskapp.ui.help import HelpDialog
from deskapp.ui.widgets.bug_dialog import BugDialog
from tests.support.front import Front, Opener
from tests.support.logs import LogGuard
from tests.support.paper import OUTPUT
from tests.support.shown import nameless, wider_than_its_room


def pin(front: Front) -> None:
    front.window.frame_of_tabs._menu.choose_pin()


def password(front: Front) -> None:
    front.window.frame_of_tabs._menu.change_password()


def history(front: Front) -> None:
    front.window.frame_of_tabs._menu.show_history()


def site(front: Front) -> None:
    front.window.frame_of_tabs._menu.show_site()


def explain(front: Front) -> None:
    front.key(Qt.Key.Key_F1)


DIALOGS: dict[str, tuple[str, Callable[[Front], None], type[QDialog]]] = {
    "pin": ("li", pin, PinDialog),
    "password": ("li", password, PasswordDialog),
    "history": ("li", history, HistoryDialog),
    "site": ("admin", site, SiteDialog),
    "help": ("li", explain, HelpDialog),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DIALOGS)
def test_every_dialog_opens_in_every_language(open_front: Opener, name: str, language: str) -> None:
    who, opens, kind = DIALOGS[name]
    front = open_front(who, language)
    opens(front)
    front.settle()
    dialog = front.dialog(kind)
    dialog.grab().save(str(OUTPUT / f"dialog-{name}-{language}.png"))
    assert dialog.width() <= 1366
    assert dialog.height() <= 768
    assert dialog.minimumSizeHint().width() <= dialog.width()
    assert wider_than_its_room(dialog) == []
    assert nameless(dialog) == []
    front.key(Qt.Key.Key_Escape)
    assert QApplication.activeModalWidget() is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_bug_is_told_in_every_language_and_the_window_goes_on(
    open_front: Opener, language: str, log_guard: LogGuard
) -> None:
    log_guard.expect("deskapp.ui", logging.ERROR, "KeyError")
    front = open_front(language=language)
    front.messages.bug(KeyError("secret"))
    front.settle()
    dialog = front.child(BugDialog)
    dialog.grab().save(str(OUTPUT / f"dialog-bug-{language}.png"))
    assert nameless(dialog) == []
    front.tab.search.field.setText("wjg")
    front.settle()
    assert len(front.tab.search.results.rows()) == 3
    dialog.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["first-start", "sign-in"])
def test_both_pages_before_the_desk_fit_and_can_be_read_aloud(
    open_front: Opener, empty_hospital: Hospital, hospital: Hospital, page: str, language: str
) -> None:
    where = empty_hospital if page == "first-start" else hospital
    front = open_front(None, language, where)
    front.window.resize(1366, 768)
    front.settle()
    front.window.grab().save(str(OUTPUT / f"{page}-{language}.png"))
    assert front.window.size() == QSize(1366, 768)
    assert wider_than_its_room(front.window) == []
    assert nameless(front.window) == []
