"""A form is looked at, in its own size and language, then printed or saved; what goes wrong is said."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton, QStackedWidget, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from deskapp.domain.text import Text
from deskapp.errors import StorageError
from deskapp.forms.catalog import FORMS
from deskapp.ui import style
from deskapp.ui import tokens as board
from deskapp.ui.base_tab import Desk
from deskapp.ui.messages import GOOD, INFO, SURROUNDINGS, LastAction
from deskapp.ui.preview import Preview, PreviewDialog, Printed
from deskapp.ui.print_spooler import PrinterChoice
from deskapp.ui.printing import Printing
from deskapp.ui.tasks import TaskRunner
from deskapp.ui.widgets.editors import ChoiceBox
from tests.forms.samples import CODE
from tests.support.paper import (
    LASER,
    OUTPUT,
    SLIPS,
    FakeSettings,
    FakeSpooler,
    form_pdf,
    renderer,
    with_settings,
)

SLIP, FORM = "number-slip", "registration-form"


class Drawing:
    """Draws a form and notes in what size and language."""

    def __init__(self, form: str) -> None:
        self.asked: list[tuple[str, str]] = []
        self.error: Exception | None = None
        self._render = renderer(form)

    def render(self, size: str, language: str) -> bytes:
        self.asked.append((size, language))
        if self.error is not None:
            raise self.error
        return self._render(size, language)


class Bench:
    """A preview with everything around it that a test looks at."""

    def __init__(self, desk: Desk, qtbot: QtBot, forms: tuple[str, ...] = (FORM, SLIP)) -> None:
        self.qtbot = qtbot
        self.spooler, self.settings = FakeSpooler(), FakeSettings()
        self.desk = with_settings(desk, self.settings)
        self.drawings = {form: Drawing(form) for form in forms}
        self.left: list[Printed] = []
        self.told: list[LastAction] = []
        desk.messages.acted.connect(self.told.append)

    def open(self) -> PreviewDialog:
        previews = [
            Preview(form, FORMS[form].title, FORMS[form].sizes, drawing.render, CODE)
            for form, drawing in self.drawings.items()
        ]
        return self.show(previews)

    def show(self, previews: list[Preview]) -> PreviewDialog:
        dialog = PreviewDialog(self.desk, Printing(self.desk, self.spooler), previews)
        dialog.printed.connect(self.left.append)
        # Keys work in the active window only.
        with self.qtbot.waitActive(dialog):
            dialog.open()
        return dialog


@pytest.fixture
def bench(desk: Desk, qtbot: QtBot) -> Bench:
    return Bench(desk, qtbot)


@pytest.fixture
def dialog(bench: Bench) -> Iterator[PreviewDialog]:
    made = bench.open()
    yield made
    close(made)


def close(dialog: PreviewDialog) -> None:
    if isValid(dialog):
        dialog.close()


def choose(box: ChoiceBox, index: int) -> None:
    """Choose as a person does; setting the index alone is not a choice."""
    box.setCurrentIndex(index)
    box.activated.emit(index)


def press(dialog: PreviewDialog, key: Qt.Key, *, control: bool = True) -> None:
    held = Qt.KeyboardModifier.ControlModifier if control else Qt.KeyboardModifier.NoModifier
    QTest.keyClick(dialog, key, held)


def print_action(dialog: PreviewDialog) -> bool:
    return dialog.actions_by_name["preview.print"].isEnabled()


# looking


def test_the_form_is_shown_in_its_usual_size_and_the_language_of_the_window(
    bench: Bench, dialog: PreviewDialog
) -> None:
    assert bench.drawings[FORM].asked == [("A4", "en")]
    assert (dialog.view.page, dialog.view.pages) == (1, 1)
    assert dialog.page_words.text() == "Page 1 of 1"
    assert dialog.windowTitle() == "Preview: Registration form"


def test_size_and_language_of_the_form_are_chosen_apart_from_the_window(
    bench: Bench, dialog: PreviewDialog
) -> None:
    choose(dialog.size_box, 1)
    choose(dialog.language_box, 2)
    assert bench.drawings[FORM].asked == [("A4", "en"), ("A5", "en"), ("A5", "mn")]
    assert dialog.view.pages == 2
    bench.desk.language.set("zh")
    assert len(bench.drawings[FORM].asked) == 3
    assert dialog.language_chosen == "mn"
    bench.desk.language.set("en")


def test_another_form_comes_with_its_own_sizes(bench: Bench, dialog: PreviewDialog) -> None:
    choose(dialog.form_box, 1)
    sizes = [dialog.size_box.itemText(at) for at in range(dialog.size_box.count())]
    assert sizes == ["80 mm roll", "A6"]
    assert bench.drawings[SLIP].asked == [("roll80", "en")]


def test_a_single_form_is_not_offered_as_a_choice(desk: Desk, qtbot: QtBot) -> None:
    dialog = Bench(desk, qtbot, (SLIP,)).open()
    assert not dialog.form_box.isVisible()
    close(dialog)


def test_pages_are_turned_wherever_the_focus_is(dialog: PreviewDialog, qtbot: QtBot) -> None:
    choose(dialog.size_box, 1)
    with qtbot.waitSignal(dialog.view.page_changed, check_params_cb=at_page_two):
        for _ in range(4):
            press(dialog, Qt.Key.Key_PageDown, control=False)
    assert dialog.page_words.text() == "Page 2 of 2"


def at_page_two(page: int, pages: int) -> bool:
    return (page, pages) == (2, 2)


def test_a_whole_page_or_its_whole_width(dialog: PreviewDialog) -> None:
    wide = dialog.view.zoom
    press(dialog, Qt.Key.Key_0)
    assert dialog.view.zoom < wide
    assert dialog.actions_by_name["preview.whole"].text() == "Page width"
    press(dialog, Qt.Key.Key_0)
    assert dialog.view.zoom == wide


def test_a_slip_is_not_blown_up_to_the_width_of_the_window(dialog: PreviewDialog) -> None:
    dialog.resize(1600, 900)
    choose(dialog.form_box, 1)
    assert dialog.view.zoom == pytest.approx(1.6)


# printing


def test_one_key_prints_what_is_shown(bench: Bench, dialog: PreviewDialog) -> None:
    choose(dialog.size_box, 1)
    choose(dialog.language_box, 0)
    press(dialog, Qt.Key.Key_P)
    pdf = form_pdf(FORM, "A5", "zh")
    assert bench.spooler.jobs == [("laser", pdf, f"{FORM}-{CODE}", 1)]
    assert bench.left == [Printed(FORM, "laser")]
    assert bench.desk.tr(bench.told[0].text) == "Registration form: sent to laser."
    assert not dialog.isVisible()


def test_what_was_chosen_by_hand_is_remembered_and_what_was_proposed_is_not(bench: Bench) -> None:
    first = bench.open()
    close(first)
    assert bench.settings.kept == {}
    second = bench.open()
    choose(second.form_box, 1)
    choose(second.printer_box, 1)
    choose(second.size_box, 1)
    press(second, Qt.Key.Key_Escape, control=False)
    assert bench.settings.kept == {
        ("desk-2", "printer.number-slip"): "slips",
        ("desk-2", "paper-size.number-slip"): "A6",
    }
    third = bench.open()
    choose(third.form_box, 1)
    assert (third.printer_box.currentData(), third.size_chosen) == ("slips", "A6")
    close(third)


def test_a_printer_taken_away_between_choice_and_print_is_told(bench: Bench, dialog: PreviewDialog) -> None:
    choose(dialog.printer_box, 1)
    bench.spooler.choices = [LASER]
    press(dialog, Qt.Key.Key_P)
    notice = dialog.bar.notice
    assert notice is not None
    assert (notice.kind, notice.code) == (SURROUNDINGS, "printer.gone")
    assert dialog.isVisible()
    assert dialog.printer_box.currentData() == "laser"
    assert notice.retry is not None
    notice.retry()
    assert [job[0] for job in bench.spooler.jobs] == ["laser"]


def test_a_lost_printer_is_replaced_by_the_one_printed_on(bench: Bench) -> None:
    bench.settings.kept["desk-2", "printer.registration-form"] = "attic"
    dialog = bench.open()
    assert dialog.bar.notice is not None
    assert (
        bench.desk.tr(dialog.bar.notice.text) == "The printer attic is no longer there. Choose another one."
    )
    press(dialog, Qt.Key.Key_P)
    assert bench.settings.kept == {("desk-2", "printer.registration-form"): "laser"}


def test_several_printers_without_a_default_have_to_be_chosen_from(bench: Bench) -> None:
    bench.spooler.choices = [SLIPS, PrinterChoice("lobby", "Lobby", ready=False)]
    dialog = bench.open()
    assert dialog.printer_box.currentIndex() == -1
    assert dialog.printer_box.itemText(1) == "Lobby (paused)"
    press(dialog, Qt.Key.Key_P)
    assert dialog.bar.notice is not None
    assert dialog.bar.notice.code == "printer.choose"
    close(dialog)


def test_without_any_printer_the_form_can_still_be_saved(bench: Bench, tmp_path: Path) -> None:
    bench.spooler.choices = []
    dialog = bench.open()
    assert not print_action(dialog)
    assert dialog.printer_box.currentText() == "No printer"
    assert dialog.bar.notice is not None
    assert dialog.bar.notice.kind == INFO
    dialog.save_to(str(tmp_path / "form.pdf"))
    assert (tmp_path / "form.pdf").read_bytes() == form_pdf(FORM, "A4", "en")
    close(dialog)


# saving


def test_a_saved_form_is_told_and_the_preview_stays(
    bench: Bench, dialog: PreviewDialog, tmp_path: Path
) -> None:
    file = tmp_path / "form.pdf"
    dialog.save_to(str(file))
    assert dialog.bar.notice is not None
    assert (dialog.bar.notice.kind, bench.left) == (GOOD, [Printed(FORM, file=file)])
    assert dialog.isVisible()


def test_the_name_proposed_for_a_file_says_nothing_about_the_person(
    dialog: PreviewDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "open", QFileDialog.show)
    press(dialog, Qt.Key.Key_S)
    chooser = dialog.findChild(QFileDialog)
    assert chooser is not None
    assert [Path(name).name for name in chooser.selectedFiles()] == [f"{FORM}-{CODE}.pdf"]
    chooser.reject()


def test_a_file_that_can_not_be_written_is_told(dialog: PreviewDialog, tmp_path: Path) -> None:
    dialog.save_to(str(tmp_path / "gone" / "form.pdf"))
    assert dialog.bar.notice is not None
    assert dialog.bar.notice.code == "save.away"


# what goes wrong


def test_a_form_that_can_not_be_drawn_is_told_and_tried_again(bench: Bench) -> None:
    drawing = bench.drawings[FORM]
    drawing.error = StorageError("storage.busy", Text("The database is busy."))
    dialog = bench.open()
    assert dialog.view.pages == 0
    assert not dialog.actions_by_name["preview.save"].isEnabled()
    notice = dialog.bar.notice
    assert notice is not None
    assert (notice.code, notice.retry is not None) == ("storage.busy", True)
    drawing.error = None
    assert notice.retry is not None
    notice.retry()
    assert dialog.view.pages == 1
    close(dialog)


def test_an_older_drawing_never_stands_under_a_newer_choice(bench: Bench, dialog: PreviewDialog) -> None:
    bench.drawings[FORM].error = StorageError("storage.busy", Text("The database is busy."))
    choose(dialog.size_box, 1)
    press(dialog, Qt.Key.Key_P)
    assert (dialog.view.pages, bench.spooler.jobs) == (0, [])


def test_a_locked_screen_shows_nobodys_form(bench: Bench, desk: Desk, qtbot: QtBot) -> None:
    pages = QStackedWidget()
    qtbot.addWidget(pages)
    work, sign_in = QWidget(), QWidget()
    pages.addWidget(work)
    pages.addWidget(sign_in)
    with qtbot.waitExposed(pages):
        pages.show()
    shown = Preview(FORM, FORMS[FORM].title, FORMS[FORM].sizes, renderer(FORM), CODE)
    dialog = PreviewDialog(bench.desk, Printing(bench.desk, bench.spooler), [shown], work)
    dialog.open()
    pages.setCurrentWidget(sign_in)
    assert not dialog.isVisible()


# in real threads


class Slow:
    """Draws when it is let."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def render(self, size: str, language: str) -> bytes:
        assert self.go.wait(20)
        return form_pdf(FORM, size, language)


@pytest.fixture
def busy(desk: Desk, qtbot: QtBot) -> Iterator[Callable[[Slow], tuple[Bench, PreviewDialog]]]:
    """Open a preview of a form that is being drawn in another thread."""
    root = QObject()
    runner = TaskRunner(desk.messages.route, desk.hub.post, root)

    def open_(slow: Slow) -> tuple[Bench, PreviewDialog]:
        bench = Bench(replace(desk, runner=runner), qtbot)
        shown = Preview(FORM, FORMS[FORM].title, FORMS[FORM].sizes, slow.render, CODE)
        return bench, bench.show([shown])

    yield open_
    assert runner.drain()
    root.deleteLater()


def test_a_key_pressed_too_early_prints_as_soon_as_the_form_is_drawn(
    busy: Callable[[Slow], tuple[Bench, PreviewDialog]], qtbot: QtBot
) -> None:
    slow = Slow()
    bench, dialog = busy(slow)
    assert dialog.page_words.text() == "Drawing"
    press(dialog, Qt.Key.Key_P)
    press(dialog, Qt.Key.Key_P)
    assert bench.spooler.jobs == []
    slow.go.set()
    qtbot.waitUntil(lambda: bool(bench.left), timeout=20_000)
    assert [job[1] for job in bench.spooler.jobs] == [form_pdf(FORM, "A4", "en")]


def test_a_drawing_that_comes_after_the_preview_was_closed_is_dropped(
    busy: Callable[[Slow], tuple[Bench, PreviewDialog]], qtbot: QtBot
) -> None:
    slow = Slow()
    bench, dialog = busy(slow)
    dialog.close()
    qtbot.waitUntil(partial(deleted, dialog))
    runner = bench.desk.runner
    assert isinstance(runner, TaskRunner)
    with qtbot.waitSignal(runner.running, check_params_cb=over):
        slow.go.set()
    assert bench.left == []


def over(under_way: int) -> bool:
    return under_way == 0


def test_previews_can_be_closed_while_their_pages_are_being_painted(bench: Bench, qtbot: QtBot) -> None:
    for _ in range(15):
        dialog = bench.open()
        dialog.close()
        qtbot.waitUntil(partial(deleted, dialog))


def deleted(dialog: PreviewDialog) -> bool:
    return not isValid(dialog)


# words and looks


def test_every_control_has_a_name_for_a_screen_reader(dialog: PreviewDialog) -> None:
    named = [dialog.form_box, dialog.size_box, dialog.language_box, dialog.printer_box]
    assert [box.accessibleName() for box in named] == ["Form", "Paper", "Language of the form", "Printer"]
    assert all(button.accessibleName() for button in dialog.findChildren(QPushButton) if button.isVisible())
    assert dialog.view.focusProxy().accessibleName() == "Registration form"


@pytest.mark.parametrize("scheme", board.SCHEMES)
@pytest.mark.parametrize("language", ["zh", "en", "mn"])
def test_nothing_is_cut_in_any_language_and_scheme(
    bench: Bench, qtbot: QtBot, language: str, scheme: str
) -> None:
    style.look().take(scheme, board.Sizes(), language)
    bench.desk.language.set(language)
    dialog = bench.open()
    dialog.resize(960, 700)
    qtbot.waitUntil(Painted(dialog), timeout=20_000)
    for widget in dialog.findChildren(QWidget):
        if (
            isinstance(widget, QPushButton | ChoiceBox)
            and widget.isVisible()
            and widget is not dialog.printer_box
        ):
            assert widget.width() >= widget.sizeHint().width(), widget.accessibleName()
    OUTPUT.mkdir(exist_ok=True)
    assert dialog.grab().save(str(OUTPUT / f"preview-{scheme}-{language}.png"))
    close(dialog)
    bench.desk.language.set("en")


class Painted:
    """Whether the pages have ink and no longer change: a thread of their own paints them, coarse ones first."""

    def __init__(self, dialog: PreviewDialog) -> None:
        self._dialog = dialog
        self._before = QImage()
        self._same = 0

    def __call__(self) -> bool:
        picture = self._dialog.view.grab().toImage()
        self._same = self._same + 1 if picture == self._before else 0
        self._before = picture
        inside = range(60, picture.height() - 60)
        ink = sum(picture.pixelColor(picture.width() // 4, line).lightness() < 150 for line in inside)
        return ink > 10 and self._same >= 10
