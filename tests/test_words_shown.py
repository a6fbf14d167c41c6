"""No word stands in the window that did not come through the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from deskapp import i18n
from deskapp.bootstrap import Hospital, OpenDesk, build_desk, open_hospital
from deskapp.domain.access import Actor
from deskapp.services.access import SiteSetup
from deskapp.services.base import new_request
from deskapp.ui.main_window import MainWindow
from deskapp.ui.quiet import Quiet
from tests.support.shown import Marked, outside_marks, shown_texts

# What is not language: names typed in below, the program's own name, names of keys and of the languages themselves.
_DATA = ("Zzyzx", "deskapp", *i18n.NATIVE_NAMES.values())
_KEYS = re.compile(
    r"\b(?:Ctrl|Alt|Shift|F\d{1,2}|Enter|Esc|Tab|Return|Del|Ins|Left|Right|PgUp|PgDown|[A-Z])\b"
)
_MARKUP = re.compile(r"<[^>]*>|&[a-z]+;|&(?=\w)")


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make every language one in which words of the catalogue are marked."""
    monkeypatch.setattr(i18n, "_catalogue", lambda _language: Marked())
    i18n.translator.cache_clear()
    yield
    i18n.translator.cache_clear()


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    opened = open_hospital(tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture
def window(marked: None, qapp: QApplication) -> Iterator[MainWindow]:
    made = MainWindow(i18n.translator("mn"))
    yield made
    made.close()
    made.deleteLater()


def _strangers(root: QWidget) -> set[str]:
    found = set()
    for widget, text in shown_texts(root):
        left = _MARKUP.sub(" ", outside_marks(text))
        for known in _DATA:
            left = left.replace(known, " ")
        if any(letter.isalpha() for letter in _KEYS.sub(" ", left)):
            found.add(f"{type(widget).__name__}: {text}")
    return found


def _first_start(hospital: Hospital) -> Actor:
    nobody = Actor(0, "", frozenset(), hospital.workstation.name)
    setup = SiteSetup("Zzyzx", "mn", "points", "zzyzx", "Zzyzx", "a long password")
    return hospital.services.access.first_start(nobody, new_request(), setup).value


def _settle(desk: OpenDesk) -> None:
    Quiet(desk.runner, 20).wait()


def test_first_start_and_sign_in_speak_the_language(hospital: Hospital, window: MainWindow) -> None:
    window.show()
    desk = build_desk(hospital, window, "mn")
    _settle(desk)
    assert _strangers(window) == set()
    desk.close()


def test_every_tab_speaks_the_language(hospital: Hospital, window: MainWindow) -> None:
    actor = _first_start(hospital)
    window.show()
    desk = build_desk(hospital, window, "mn", lambda _services: actor)
    _settle(desk)
    for name in window.frame_of_tabs.names():
        window.frame_of_tabs.go_to_name(name)
        _settle(desk)
    assert window.frame_of_tabs.names()
    assert _strangers(window) == set()
    desk.close()


def test_a_word_from_elsewhere_is_found(marked: None, qtbot: object) -> None:
    """The search itself can fail."""
    from PySide6.QtWidgets import QLabel

    window = QMainWindow()
    qtbot.addWidget(window)  # type: ignore[attr-defined]
    window.setCentralWidget(QLabel(i18n.translator("zh")("Name") + " (F9)"))
    assert _strangers(window) == set()
    window.centralWidget().setToolTip("Press me")
    assert _strangers(window) == {"QLabel: Press me"}
