"""Looking at a form before it is printed: size, language and printer at hand, print or save by key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QObject, QStandardPaths, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QDialog, QFileDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from deskapp.domain.text import N_, Text
from deskapp.errors import DeskError
from deskapp.i18n import LANGUAGES, NATIVE_NAMES, Translator
from deskapp.ui import style
from deskapp.ui.base_tab import Desk
from deskapp.ui.keys import Action
from deskapp.ui.messages import GOOD, INFO, Notice, Retry, notice
from deskapp.ui.printing import Habit, Printers, Printing, Sent, file_name, save_pdf
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import label
from deskapp.ui.widgets.editors import ChoiceBox
from deskapp.ui.widgets.message_bar import MessageBar
from deskapp.ui.widgets.pdf_view import PdfView

_SIZE_NAMES: Final = {"roll80": N_("80 mm roll")}


@dataclass(frozen=True)
class Preview:
    """A form that can be looked at.

    Attributes:
        form: its name, "registration-form"; printer and size are remembered by it.
        title: message id, as `FormSpec.title`.
        sizes: of paper, the usual one first.
        render: called in a worker with one of the sizes and "zh", "en" or "mn"; returns the PDF.
        code: opaque number of the record, for the names of file and job.
    """

    form: str
    title: str
    sizes: tuple[str, ...]
    render: Callable[[str, str], bytes]
    code: str = ""


@dataclass(frozen=True)
class Printed:
    """What left the dialog: which form, and the printer, or the file that it was saved to."""

    form: str
    printer: str = ""
    file: Path | None = None


class PreviewDialog(QDialog):
    """Shows one of several forms. Show it with `open()`; it deletes itself when it is closed."""

    printed = Signal(object)
    """A `Printed`, after the spooler has accepted the job or the file is on the disk."""

    def __init__(
        self, desk: Desk, printing: Printing, previews: Sequence[Preview], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk = desk
        self._printing = printing
        self._previews = tuple(previews)
        self.preview = self._previews[0]
        self._pdf = b""
        self._printers: Printers | None = None
        self._sending = False
        self._print_when_ready = False
        self._whole = False
        self.bar = MessageBar(desk.tr)
        self.view = PdfView()
        self.form_box, self.size_box, self.language_box, self.printer_box = (ChoiceBox() for _ in range(4))
        self._labels = [label("", "label") for _ in range(4)]
        self.page_words = label("", "secondary")
        self.actions_by_name = desk.keys.install(self, self._actions())
        self._build()
        self._connect()
        self.retranslate(desk.tr)
        self._begin_form()
        self._send.setFocus(Qt.FocusReason.OtherFocusReason)
        if parent is not None:
            parent.installEventFilter(self)

    # what it is made of

    def _actions(self) -> list[Action]:
        return [
            Action("preview.whole", N_("Whole page"), self.toggle_whole, "Ctrl+0", "maximize-2"),
            Action("preview.close", N_("Close"), self.reject, "Esc", "x"),
            Action("preview.save", N_("Save as PDF"), self.save, "Ctrl+S", "download"),
            Action("preview.print", N_("Print"), self.print_now, "Ctrl+P", "printer", primary=True),
        ]

    def _build(self) -> None:
        self._choices = QGridLayout()
        for column, (words, box) in enumerate(zip(self._labels, self._boxes(), strict=True)):
            words.setBuddy(box)
            self._choices.addWidget(words, 0, column)
            self._choices.addWidget(box, 1, column)
            if box is not self.printer_box:
                box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._choices.setColumnStretch(len(self._labels) - 1, 1)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._choices)
        self._column.addWidget(self.bar)
        self._column.addWidget(self.view, 1)
        self._column.addLayout(self._button_row())
        self._fill_languages()
        self._space()

    def _button_row(self) -> QHBoxLayout:
        self._buttons = QHBoxLayout()
        whole, close, save, self._send = (ActionButton(action) for action in self.actions_by_name.values())
        self._buttons.addWidget(self.page_words)
        self._buttons.addWidget(whole)
        self._buttons.addStretch(1)
        for button in (close, save, self._send):
            self._buttons.addWidget(button)
        return self._buttons

    def _boxes(self) -> tuple[ChoiceBox, ...]:
        return self.form_box, self.size_box, self.language_box, self.printer_box

    def _connect(self) -> None:
        self.form_box.activated.connect(self._on_form)
        self.size_box.activated.connect(self._draw)
        self.language_box.activated.connect(self._draw)
        self.view.page_changed.connect(self._show_page)
        self._desk.language.changed.connect(self.retranslate)
        style.look().changed.connect(self._space)

    def _fill_languages(self) -> None:
        for language in LANGUAGES:
            self.language_box.addItem(NATIVE_NAMES[language], language)
        self.language_box.setCurrentIndex(LANGUAGES.index(self._desk.tr.language))

    @Slot()
    def _space(self) -> None:
        sizes = style.tokens().sizes
        margin = sizes.margin
        self._column.setContentsMargins(margin, margin, margin, margin)
        self._column.setSpacing(sizes.field_gap)
        self._choices.setHorizontalSpacing(sizes.field_gap)
        self._choices.setVerticalSpacing(sizes.px(4))
        self._buttons.setSpacing(sizes.gap)
        room = self.screen().availableGeometry()
        self.resize(min(sizes.px(960), room.width()), min(sizes.px(720), room.height()))

    # words

    @Slot(object)
    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language; the form keeps its own."""
        names = (tr(N_("Form")), tr(N_("Paper")), tr(N_("Language of the form")), tr(N_("Printer")))
        for words, box, name in zip(self._labels, self._boxes(), names, strict=True):
            words.setText(name)
            box.setAccessibleName(name)
        self.form_box.clear()
        self.form_box.addItems([tr(preview.title) for preview in self._previews])
        self.form_box.setCurrentIndex(self._previews.index(self.preview))
        for index in range(self.size_box.count()):
            self.size_box.setItemText(index, _size_name(tr, self.size_box.itemData(index)))
        for action in self.actions_by_name.values():
            action.retranslate(tr)
        self._name_zoom(tr)
        self.bar.retranslate(tr)
        self._name_window(tr)
        self._fill_printers()
        self._show_page(self.view.page, self.view.pages)

    def _name_zoom(self, tr: Translator) -> None:
        words = tr(N_("Page width")) if self._whole else tr(N_("Whole page"))
        self.actions_by_name["preview.whole"].setText(words)

    def _name_window(self, tr: Translator) -> None:
        title = tr(self.preview.title)
        self.setWindowTitle(tr(N_("Preview: {form}"), form=title))
        self.view.say(title)

    @Slot(object, object)
    def _show_page(self, page: int, pages: int) -> None:
        tr = self._desk.tr
        if self._sending:
            self.page_words.setText(tr(N_("Sending")))
        elif pages:
            self.page_words.setText(tr(N_("Page {page} of {pages}"), page=page, pages=pages))
        else:
            self.page_words.setText(tr(N_("Drawing")))

    # the form

    @property
    def size_chosen(self) -> str:
        """The size of paper that is chosen."""
        return str(self.size_box.currentData())

    @property
    def language_chosen(self) -> str:
        """The language of the form."""
        return str(self.language_box.currentData())

    @Slot()
    def _on_form(self) -> None:
        self._keep_habit()
        self.preview = self._previews[self.form_box.currentIndex()]
        self._begin_form()

    def _begin_form(self) -> None:
        """Show the form and find out how it is printed here."""
        self._printers = None
        self._print_when_ready = False
        several = len(self._previews) > 1
        for widget in (self._labels[0], self.form_box):
            widget.setVisible(several)
        self._fill_sizes("")
        self._name_window(self._desk.tr)
        self._fill_printers()
        self._draw()
        self._find_printers(self._on_printers)

    def _find_printers(self, then: Callable[[Printers], object]) -> None:
        self._printing.find_printers(self.preview.form, then, self._on_no_list, owner=self)

    def _fill_sizes(self, chosen: str) -> None:
        self.size_box.clear()
        for size in self.preview.sizes:
            self.size_box.addItem(_size_name(self._desk.tr, size), size)
        self.size_box.setCurrentIndex(max(0, self.size_box.findData(chosen)))
        self.size_box.setEnabled(len(self.preview.sizes) > 1)

    @Slot()
    def _draw(self) -> None:
        """Draw the form in a worker; what is on screen never is another size or language than the boxes say."""
        self._show(b"")
        self.bar.clear()
        self._desk.runner.run(
            self.preview.render,
            self.size_chosen,
            self.language_chosen,
            done=self._on_drawn,
            failed=self._on_not_drawn,
            owner=self,
            latest="draw",
        )

    def _show(self, pdf: bytes) -> None:
        self._pdf = pdf
        self.view.show_pdf(pdf)
        self.actions_by_name["preview.save"].setEnabled(bool(pdf))

    def _on_drawn(self, pdf: bytes) -> None:
        self._show(pdf)
        self._print_if_wanted()

    def _on_not_drawn(self, error: Exception) -> None:
        self._print_when_ready = False
        self.page_words.clear()
        self._desk.messages.route(error, self, self._draw)

    def toggle_whole(self) -> None:
        """Show whole pages, or pages as wide as the room."""
        self._whole = not self._whole
        self._name_zoom(self._desk.tr)
        self.view.show_whole(self._whole)

    # printers

    def _on_printers(self, found: Printers) -> None:
        self._take_printers(found)
        if found.habit.size not in ("", self.size_chosen) and found.habit.size in self.preview.sizes:
            self._fill_sizes(found.habit.size)
            self._draw()
        if not found.choices:
            self._tell(Text(N_("No printer is installed here. You can save the form as PDF.")))
        elif found.missing:
            gone = {"printer": found.missing}
            self._tell(Text(N_("The printer {printer} is no longer there. Choose another one."), gone))
        self._print_if_wanted()

    def _take_printers(self, found: Printers) -> None:
        self._printers = found
        self._fill_printers()

    def _on_no_list(self, error: Exception) -> None:
        self._take_printers(Printers((), "", Habit()))
        self._desk.messages.route(error, self, self._begin_form)

    def _tell(self, text: Text) -> None:
        self.bar.show_notice(Notice(INFO, text))

    def _fill_printers(self) -> None:
        """List the printers; while they are looked for and where there is none, say so in the box."""
        tr, found = self._desk.tr, self._printers
        chosen = self.printer_box.currentData()
        self.printer_box.clear()
        choices = found.choices if found else ()
        for choice in choices:
            words = choice.label if choice.ready else tr(N_("{printer} (paused)"), printer=choice.label)
            self.printer_box.addItem(words, choice.name)
        self.printer_box.setEnabled(bool(choices))
        if choices:
            there = chosen if chosen in {choice.name for choice in choices} else self._proposed()
            self.printer_box.setCurrentIndex(self.printer_box.findData(there))
        else:
            self.printer_box.addItem(tr(N_("No printer")) if found else tr(N_("Looking for printers")), "")
        self._allow_printing()

    def _proposed(self) -> str:
        return self._printers.chosen if self._printers is not None else ""

    def _allow_printing(self) -> None:
        there = self._printers is None or bool(self._printers.choices)
        self.actions_by_name["preview.print"].setEnabled(there)

    def _keep_habit(self, *, printed: bool = False) -> None:
        """Remember what was chosen by hand; what was only proposed is not, unless it replaced a lost printer."""
        found = self._printers
        if found is None or not found.choices:
            return
        printer, size = str(self.printer_box.currentData() or ""), self.size_chosen
        chosen = printer != found.chosen or (printed and bool(found.missing))
        other_size = size != (found.habit.size or self.preview.sizes[0])
        self._printing.remember(
            self.preview.form, Habit(printer if chosen else "", size if other_size else "")
        )
        self._printers = replace(found, chosen=printer, habit=Habit(printer, size))

    # out

    @Slot()
    def print_now(self) -> None:
        """Send the form to the chosen printer, once it is drawn; the dialog closes when the spooler has it."""
        if self._sending or not self.actions_by_name["preview.print"].isEnabled():
            return
        self._print_when_ready = True
        self._print_if_wanted()

    def _print_if_wanted(self) -> None:
        if not self._print_when_ready or not self._pdf or self._printers is None:
            return
        self._print_when_ready = False
        self.bar.clear()
        shown = self.preview
        self._printing.print_form(
            shown.form,
            self._pdf,
            self._on_sent,
            self._on_not_sent,
            printer=str(self.printer_box.currentData() or ""),
            title=file_name(shown.form, shown.code).removesuffix(".pdf"),
            owner=self,
            busy=self._on_busy,
        )

    def _on_busy(self, sending: bool) -> None:
        self._sending = sending
        self._show_page(self.view.page, self.view.pages)

    def _on_sent(self, sent: Sent) -> None:
        self._keep_habit(printed=True)
        told = {"form": Text(self.preview.title), "printer": sent.printer}
        self._desk.messages.did(Text(N_("{form}: sent to {printer}."), told))
        self.printed.emit(Printed(self.preview.form, sent.printer))
        self.accept()

    def _on_not_sent(self, error: Exception) -> None:
        """Say why, and look again which printers there are."""
        self._desk.messages.route(error, self, self.print_now)
        self._find_printers(self._take_printers)

    @Slot()
    def save(self) -> None:
        """Ask where to, then save the form as PDF."""
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        tr = self._desk.tr
        chooser = QFileDialog(self, tr(N_("Save as PDF")), folder, tr(N_("PDF files")) + " (*.pdf)")
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix("pdf")
        chooser.selectFile(file_name(self.preview.form, self.preview.code))
        chooser.fileSelected.connect(self.save_to)
        chooser.open()

    @Slot(str)
    def save_to(self, path: str) -> None:
        """Save the form in a file."""
        self.bar.clear()
        self._desk.runner.run(save_pdf, Path(path), self._pdf, done=self._on_saved, owner=self)

    def _on_saved(self, file: Path) -> None:
        self.bar.show_notice(Notice(GOOD, Text(N_("Saved as {file}."), {"file": file.name})))
        self.printed.emit(Printed(self.preview.form, file=file))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn the pages wherever the focus is."""
        if event.key() in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self.view.turn(1 if event.key() == Qt.Key.Key_PageDown else -1)
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Close with the page below: when the screen is locked, nobody's form may stay in front of it."""
        if event.type() == QEvent.Type.Hide and not event.spontaneous() and watched is self.parent():
            self.reject()
        return super().eventFilter(watched, event)

    def take_error(self, error: DeskError, retry: Retry | None = None) -> bool:
        """Show an error in the bar; see `ErrorPlace`."""
        self.bar.show_notice(notice(error, retry))
        return True

    def done(self, result: int) -> None:
        """Remember what was chosen."""
        self._keep_habit()
        super().done(result)


def _size_name(tr: Translator, size: str) -> str:
    return tr(_SIZE_NAMES[size]) if size in _SIZE_NAMES else size
