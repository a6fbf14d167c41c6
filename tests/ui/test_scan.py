"""A code from a reader is found wherever the focus is; a person, however fast, is not taken for one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from deskapp.ui.scan import ScanBuffer, ScanDetector, ScanRule

CODE = "11010519491231002X"


def ended(gaps: Sequence[float], text: str, rule: ScanRule | None = None) -> str | None:
    """Type `text` with these gaps in milliseconds, the last one before Enter."""
    buffer = ScanBuffer(rule or ScanRule())
    at = 1000.0
    for letter, gap in zip(text, gaps, strict=False):
        buffer.feed(letter, at)
        at += gap
    return buffer.end(at)


@pytest.mark.parametrize("gap", [0.5, 5, 12, 25])
def test_a_reader_is_a_scan(gap: float) -> None:
    assert ended([gap] * len(CODE), CODE) == CODE


def test_a_reader_that_hesitates_once_is_a_scan() -> None:
    assert ended([5] * 9 + [45] + [5] * 8, CODE) == CODE


@given(
    st.lists(st.floats(40, 400), min_size=1, max_size=40),
    st.data(),
)
def test_a_person_is_no_scan(gaps: list[float], data: st.DataObject) -> None:
    """Sustained typing over 300 words a minute with Enter at any speed."""
    last = data.draw(st.floats(15, 100))
    assert ended([*gaps[:-1], last], "x" * len(gaps)) is None


def test_a_roll_of_fingers_inside_a_word_is_no_scan() -> None:
    assert ended([90, 20, 22, 80, 25, 70, 30], "jianguo") is None


def test_only_the_fast_end_counts() -> None:
    """Somebody typed two letters, then a code came."""
    assert ended([120, 300, *[4] * len(CODE)], "ab" + CODE) == CODE


@pytest.mark.parametrize("pause", [60, 200, 499])
def test_a_reader_that_is_held_up_is_no_two_readers(pause: float) -> None:
    """Half a code would be looked for, and the other half left in the field."""
    half = len(CODE) // 2
    assert ended([*[4] * half, pause, *[4] * (len(CODE) - half - 1)], CODE) == CODE


def test_a_reader_held_up_too_long_or_too_early_begins_anew() -> None:
    assert ended([*[4] * 7, 600, *[4] * len(CODE)], "x" * 8 + CODE) == CODE
    assert ended([*[4] * 2, 60, *[4] * len(CODE)], "xxx" + CODE) == CODE


def test_a_short_code_is_left_to_the_field_unless_asked_for() -> None:
    assert ended([3] * 4, "1234") is None
    assert ended([3] * 4, "1234", ScanRule(shortest=4)) == "1234"


class Window(QWidget):
    """A window with one widget of every kind that a code can run into."""

    def __init__(self) -> None:
        super().__init__()
        self.line, self.box, self.choice = QLineEdit(), QPlainTextEdit(), QComboBox()
        self.choice.addItems(["0 none", "1 one", "2 two"])
        self.button = QPushButton("Go")
        column = QVBoxLayout(self)
        for widget in (self.line, self.box, self.choice, self.button):
            column.addWidget(widget)


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    made = Window()
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
    return made


@pytest.fixture
def detector(qapp: QApplication, window: Window) -> Iterator[ScanDetector]:
    made = ScanDetector(qapp)
    yield made
    made.stop()
    made.deleteLater()


class Typist:
    """Presses keys where the system does: at the window."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self.now = 5_000

    def press(self, text: str, gap: int, key: int = 0) -> None:
        """Press and release each letter, `gap` milliseconds after the one before."""
        for letter in text or " ":
            self.now += gap
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                code = key or ord(letter.upper())
                event = QKeyEvent(kind, code, Qt.KeyboardModifier.NoModifier, letter if text else "\r")
                event.setTimestamp(self.now)
                QApplication.sendEvent(self._window.windowHandle(), event)

    def enter(self, gap: int) -> None:
        """Press Enter."""
        self.press("", gap, Qt.Key.Key_Return)


@pytest.fixture
def typist(window: Window) -> Typist:
    return Typist(window)


def scan(typist: Typist, code: str = CODE) -> None:
    typist.press(code, 4)
    typist.enter(4)


def test_a_scan_is_told_and_leaves_the_field_as_it_was(
    detector: ScanDetector, window: Window, typist: Typist, qtbot: QtBot
) -> None:
    window.line.setFocus()
    window.line.setText("王建国")
    window.line.setSelection(1, 1)
    entered: list[bool] = []
    window.line.returnPressed.connect(lambda: entered.append(True))
    with qtbot.waitSignal(detector.scanned) as told:
        scan(typist)
    assert told.args == [CODE]
    assert (window.line.text(), window.line.selectedText()) == ("王建国", "建")
    assert entered == []


def test_what_a_person_types_stays(
    detector: ScanDetector, window: Window, typist: Typist, qtbot: QtBot
) -> None:
    window.line.setFocus()
    with qtbot.assertNotEmitted(detector.scanned, wait=20):
        typist.press("wangjianguo", 62)
        typist.enter(40)
    assert window.line.text() == "wangjianguo"


def test_keys_that_waited_for_a_busy_window_are_still_a_persons(
    detector: ScanDetector, window: Window, typist: Typist, qtbot: QtBot
) -> None:
    """They arrive within microseconds here, stamped 90 ms apart."""
    window.line.setFocus()
    with qtbot.assertNotEmitted(detector.scanned, wait=20):
        typist.press("13800138000", 90)
        typist.enter(90)
    assert window.line.text() == "13800138000"


def test_a_held_key_is_no_scan(detector: ScanDetector, window: Window, typist: Typist, qtbot: QtBot) -> None:
    window.line.setFocus()
    with qtbot.assertNotEmitted(detector.scanned, wait=20):
        for _ in range(12):
            typist.now += 25
            event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_7, Qt.KeyboardModifier.NoModifier, "7", True)
            event.setTimestamp(typist.now)
            QApplication.sendEvent(window.windowHandle(), event)
        typist.enter(25)
    assert window.line.text() == "7" * 12


def test_a_scan_into_text_of_several_lines(
    detector: ScanDetector, window: Window, typist: Typist, qtbot: QtBot
) -> None:
    window.box.setFocus()
    window.box.setPlainText("headache\nsince Monday")
    cursor = window.box.textCursor()
    cursor.setPosition(4)
    window.box.setTextCursor(cursor)
    with qtbot.waitSignal(detector.scanned):
        scan(typist, "V-000123")
    assert window.box.toPlainText() == "headache\nsince Monday"


def test_a_scan_into_a_choice_chooses_nothing(
    detector: ScanDetector, window: Window, typist: Typist, qtbot: QtBot
) -> None:
    window.choice.setFocus()
    with qtbot.waitSignal(detector.scanned):
        scan(typist, "2222222")
    assert window.choice.currentIndex() == 0


def test_a_scan_while_a_button_has_the_focus_presses_nothing(
    detector: ScanDetector, window: Window, typist: Typist, qtbot: QtBot
) -> None:
    window.button.setFocus()
    window.button.setDefault(True)
    pressed: list[bool] = []
    window.button.clicked.connect(pressed.append)
    with qtbot.waitSignal(detector.scanned):
        scan(typist)
    assert pressed == []


def test_full_width_letters_of_an_input_method_are_told_in_half_width(
    detector: ScanDetector, window: Window, typist: Typist, qtbot: QtBot
) -> None:
    window.line.setFocus()
    with qtbot.waitSignal(detector.scanned) as told:
        scan(typist, "１２３４５６７")
    assert told.args == ["1234567"]


def compose(widget: QWidget, preedit: str, commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    if commit:
        event.setCommitString(commit)
    QApplication.sendEvent(widget, event)


def test_letters_swallowed_by_an_input_method_are_found(
    detector: ScanDetector, window: Window, qtbot: QtBot
) -> None:
    window.line.setFocus()
    window.line.setText("a")
    with qtbot.waitSignal(detector.scanned) as told:
        for end in range(1, 9):
            compose(window.line, "qwer'tyui"[: end + (end > 4)])
        compose(window.line, "", "qwertyui")
    assert told.args == ["qwertyui"]
    assert window.line.text() == "a"


def test_a_chosen_character_is_no_scan(detector: ScanDetector, window: Window, qtbot: QtBot) -> None:
    window.line.setFocus()
    with qtbot.assertNotEmitted(detector.scanned, wait=20):
        for end in range(1, 12):
            compose(window.line, "wangjianguo"[:end])
        compose(window.line, "", "王建国")
    assert window.line.text() == "王建国"


def test_a_stopped_detector_leaves_the_keys_alone(
    detector: ScanDetector, window: Window, typist: Typist, qtbot: QtBot
) -> None:
    other = ScanDetector(QApplication.instance())  # type: ignore[arg-type]
    other.stop()
    window.line.setFocus()
    with qtbot.assertNotEmitted(other.scanned, wait=20), qtbot.waitSignal(detector.scanned):
        scan(typist)
