"""One editor per kind of field: what was typed, what it means, and how a value is shown."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QWidget

from deskapp import names_table
from deskapp.domain import choosing
from deskapp.domain.text import N_, Text, Words
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.widgets import reading

TEXT, MULTILINE, PHONE, DATE, TIME = "text", "multiline", "phone", "date", "time"
MONEY, INT, DECIMAL, CHOICE, CHECK, PASSWORD = "money", "int", "decimal", "choice", "check", "password"
Label = str | Text | Words


@dataclass(frozen=True)
class Choice:
    """One entry of a choice; `key` selects it when typed (the code that operators know by heart)."""

    value: object
    label: Label
    key: str = ""


@dataclass(frozen=True)
class Field:
    """A field of a form, as data.

    Attributes:
        name: by which services name it in an `InputError`.
        label: message id or data text.
        kind: TEXT, MULTILINE, PHONE, DATE, TIME, MONEY (value in fen), INT, DECIMAL, CHOICE, CHECK or PASSWORD.
        choices: of a CHOICE.
        width: columns that it takes.
        required: marked, and refused when empty.
        help: shown in the empty field and on hover.
        max_length: characters; more is refused with a word, never cut.
        fold: label of the fold that it lies in; "" is always open.
        lines: height of a MULTILINE.
        past: a DATE without century or year lies in the past.
        read_only: shown, can be copied, can't be changed.
        large: 15 px, for values that are read aloud.
    """

    name: str
    label: Label
    kind: str = TEXT
    choices: tuple[Choice, ...] = ()
    width: int = 1
    required: bool = False
    help: Label = ""
    max_length: int = 200
    fold: Label = ""
    lines: int = 3
    past: bool = False
    read_only: bool = False
    large: bool = False


Today = Callable[[], dt.date]


def today() -> dt.date:
    """Return the day on this computer's wall clock."""
    return dt.datetime.now().astimezone().date()


HINTS = {
    DATE: Text(N_("Write the date like 1958-03-04.")),
    TIME: Text(N_("Write the time like 14:30.")),
    MONEY: Text(N_("Write the amount in yuan, like 12.50.")),
    INT: Text(N_("Write a whole number.")),
    DECIMAL: Text(N_("Write a number, like 36.8.")),
}


NO_SUCH_DAY = Text(N_("There is no such day."))


def hint(kind: str, error: Exception) -> Text:
    """Return what to say of text that can't be read: how to write it, or that there is no such day."""
    return NO_SUCH_DAY if isinstance(error, reading.NoSuchDay) else HINTS[kind]


class Editor(QObject):
    """Common to all kinds; `edited` tells of every change, `left` that the person went on."""

    edited = Signal()
    left = Signal()

    def __init__(self, field: Field, widget: QWidget) -> None:
        super().__init__(widget)
        self.field = field
        self.widget = widget
        if field.large:
            widget.setProperty("role", "value")

    def text(self) -> str:
        """Return what was typed, for the draft and for the length."""
        raise NotImplementedError

    def kept(self) -> str:
        """Return what was typed so that it means the same in every language, to compare and to keep it."""
        return self.text()

    def put_text(self, text: str) -> None:
        """Show again what `text()` or `kept()` returned."""
        raise NotImplementedError

    def words(self, text: str) -> str:
        """Return what `text()` or `kept()` returned as a person reads it."""
        return text

    def value(self) -> object:
        """Return what it means, None or "" when empty; ValueError when it can't be read."""
        raise NotImplementedError

    def put(self, value: object) -> None:
        """Show a value."""
        raise NotImplementedError

    def retranslate(self, tr: Translator) -> None:
        """Show labels and values in another language; what was typed stays."""


class LineEditor(Editor):
    """Everything that is typed in one line."""

    def __init__(self, field: Field, tr: Translator, now: Today) -> None:
        self.line = QLineEdit()
        super().__init__(field, self.line)
        self._tr = tr
        self._today = now
        # Qt cuts pasted text at 32,767 characters without a word.
        self.line.setMaxLength(1 << 30)
        self.line.setReadOnly(field.read_only)
        if field.kind == PASSWORD:
            self.line.setEchoMode(QLineEdit.EchoMode.Password)
        if field.kind in (PHONE, DATE, TIME, MONEY, INT, DECIMAL):
            self.line.setInputMethodHints(Qt.InputMethodHint.ImhPreferLatin)
        self.line.textChanged.connect(self._on_text)
        self.line.editingFinished.connect(self._on_left)

    def text(self) -> str:
        return self.line.text()

    def kept(self) -> str:
        value = _readable(self) if self.field.kind == DATE else None
        return value.isoformat() if isinstance(value, dt.date) else self.text()

    def put_text(self, text: str) -> None:
        self.line.setText(text)

    def value(self) -> object:
        typed = self.line.text()
        if self.field.kind in (TEXT, PHONE, PASSWORD):
            return typed
        if not typed.strip():
            return None
        return self._read(typed)

    def _read(self, typed: str) -> object:
        match self.field.kind:
            case "date":
                return reading.date(typed, self._tr.language, self._today(), past=self.field.past)
            case "time":
                return reading.time(typed)
            case "money":
                return reading.money(typed)
            case "int":
                return reading.whole(typed)
            case _:
                return reading.decimal(typed)

    def put(self, value: object) -> None:
        self.line.setText(self._shown(value))
        self.line.setCursorPosition(0)

    def _shown(self, value: object) -> str:
        if value is None:
            return ""
        if self.field.kind == MONEY and isinstance(value, int):
            sign, (yuan, fen) = "-" if value < 0 else "", divmod(abs(value), 100)
            return f"{sign}{yuan}.{fen:02}"
        if isinstance(value, dt.date | dt.time):
            return str(self._tr.value(value))
        return f"{value:g}" if isinstance(value, float) else str(value)

    def retranslate(self, tr: Translator) -> None:
        shown = None
        if self.field.kind == DATE:
            shown = _readable(self)
        self._tr = tr
        self.line.setPlaceholderText(tr(self.field.help))
        if shown is not None:
            self.line.setText(self._shown(shown))

    @Slot()
    def _on_text(self) -> None:
        self.edited.emit()

    @Slot()
    def _on_left(self) -> None:
        if self.field.kind in (DATE, TIME, MONEY) and not self.field.read_only:
            value = _readable(self)
            if value is not None and self._shown(value) != self.line.text():
                # The same value in the usual writing is no change: an error shown for it still holds.
                blocked = self.line.blockSignals(True)
                self.line.setText(self._shown(value))
                self.line.blockSignals(blocked)
        self.left.emit()


def _readable(editor: Editor) -> object:
    try:
        return editor.value()
    except ValueError:
        return None


class MultilineEditor(Editor):
    """Text of several lines."""

    def __init__(self, field: Field) -> None:
        self.box = QPlainTextEdit()
        super().__init__(field, self.box)
        self.box.setTabChangesFocus(True)
        self.box.setReadOnly(field.read_only)
        self.box.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.box.textChanged.connect(self._on_text)
        self.box.installEventFilter(self)
        style.look().changed.connect(self._set_height)
        self._set_height()

    def text(self) -> str:
        # toPlainText() turns hard spaces into soft ones.
        return self.box.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")

    def put_text(self, text: str) -> None:
        self.box.setPlainText(text)

    def value(self) -> object:
        return self.text()

    def put(self, value: object) -> None:
        self.box.setPlainText("" if value is None else str(value))

    def retranslate(self, tr: Translator) -> None:
        self.box.setPlaceholderText(tr(self.field.help))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell that the person went on when the box loses the focus."""
        if event.type() == QEvent.Type.FocusOut:
            self.left.emit()
        return super().eventFilter(watched, event)

    @Slot()
    def _on_text(self) -> None:
        self.edited.emit()

    @Slot()
    def _set_height(self) -> None:
        line = self.box.fontMetrics().lineSpacing()
        self.box.setFixedHeight(line * self.field.lines + 2 * style.tokens().sizes.gap)


class ChoiceBox(QComboBox):
    """A choice that the wheel can't change in passing and that letters typed select: of a code, of words, of pinyin."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: tuple[str, ...] = ()
        self.words: tuple[tuple[str, ...], ...] = ()
        """What entries are called besides what is shown: in the other languages."""
        self._typed, self._typed_at = "", 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)

    def showPopup(self) -> None:
        """Open the list as wide as its longest entry: none is cut."""
        view = self.view()
        margin = 4 * style.tokens().sizes.gap
        view.installEventFilter(self)
        view.setMinimumWidth(max(self.width(), view.sizeHintForColumn(0) + margin))
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page unless the choice has the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begin a new word."""
        self._typed = ""
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Select the entry that was typed."""
        place = self._meant(event)
        if place is None:
            super().keyPressEvent(event)
            return
        if place != self.currentIndex():
            self.setCurrentIndex(place)
            if self._typed not in self.keys:
                self.activated.emit(place)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go to the entry that was typed in the open list."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            place = self._meant(event)
            if place is not None:
                self.view().setCurrentIndex(
                    self.model().index(place, self.modelColumn(), self.rootModelIndex())
                )
                return True
        return super().eventFilter(watched, event)

    def _meant(self, event: QKeyEvent) -> int | None:
        """Return the place that the letters typed up to this key mean; None leaves the key to the box."""
        letter, typed = event.text(), self._typed
        self._typed = ""
        held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if not letter.isprintable() or not letter or held:
            return None
        before, self._typed_at = self._typed_at, event.timestamp()
        if self._typed_at - before > choosing.TOGETHER_MS:
            typed = ""
        self._typed, place = self._narrowed(typed, letter)
        return place

    def _narrowed(self, typed: str, letter: str) -> tuple[str, int | None]:
        """Return what is typed with one more letter, and the place that it means."""
        now = self.view().currentIndex().row() if self.view().isVisible() else self.currentIndex()
        together = typed + letter
        goes_on = any(key.startswith(together) for key in self.keys)
        if letter in self.keys and typed in self.keys and not goes_on:
            # One code after another: the second corrects the first.
            return letter, self.keys.index(letter)
        if not together.strip():
            return "", None
        place = choosing.meant(together, self._entries(), now, names_table.load)
        if place is None and letter in self.keys:
            return letter, self.keys.index(letter)
        if place is None and not typed:
            return "", None
        # What goes on no word leaves the choice as it is: it was right before.
        return together, now if place is None else place

    def _entries(self) -> list[choosing.Entry]:
        shown = [self.itemText(place) for place in range(self.count())]
        # A box without an editor has no codes.
        known = zip_longest(shown, self.keys[: len(shown)], self.words[: len(shown)])
        return [choosing.Entry(code or "", words, others or ()) for words, code, others in known]


def _languages(label: Label) -> tuple[str, ...]:
    return (label.zh, label.en, label.mn) if isinstance(label, Words) else ()


class ChoiceEditor(Editor):
    """One of several entries; an empty one comes first unless the field is required and has a value."""

    def __init__(self, field: Field, tr: Translator) -> None:
        self.box = ChoiceBox()
        super().__init__(field, self.box)
        self._tr = tr
        self._choices: tuple[Choice, ...] = ()
        self.set_choices(field.choices)
        self.box.setEnabled(not field.read_only)
        self.box.currentIndexChanged.connect(self._on_index)
        self.box.activated.connect(self._on_chosen)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Offer other entries; the value chosen stays when it is among them."""
        before = self.value()
        has_empty = any(choice.value is None for choice in choices)
        self._choices = tuple(choices) if has_empty else (Choice(None, "", ""), *choices)
        self.box.keys = tuple(choice.key for choice in self._choices)
        self.box.words = tuple(_languages(choice.label) for choice in self._choices)
        # The value stays, so nothing was edited: whoever follows this choice must not hear of one.
        blocked = self.box.blockSignals(True)
        self.box.clear()
        self.box.addItems([self._tr(choice.label) for choice in self._choices])
        self.put(before)
        self.box.blockSignals(blocked)
        self._hint()

    def text(self) -> str:
        return _code(self.value())

    def put_text(self, text: str) -> None:
        codes = self._codes()
        self.box.setCurrentIndex(codes.index(text) if text in codes else 0)

    def words(self, text: str) -> str:
        codes = self._codes()
        return self.box.itemText(codes.index(text)) if text in codes else ""

    def _codes(self) -> list[str]:
        return [_code(choice.value) for choice in self._choices]

    def value(self) -> object:
        index = self.box.currentIndex()
        return self._choices[index].value if 0 <= index < len(self._choices) else None

    def put(self, value: object) -> None:
        values = [choice.value for choice in self._choices]
        if value not in values:
            # A code that the list no longer has must not vanish by being shown.
            self._choices += (Choice(value, str(value)),)
            self.box.keys += ("",)
            self.box.words += ((),)
            self.box.addItem(str(value))
            values.append(value)
        self.box.setCurrentIndex(values.index(value))

    def retranslate(self, tr: Translator) -> None:
        self._tr = tr
        for index, choice in enumerate(self._choices):
            self.box.setItemText(index, tr(choice.label))
        self._hint()

    @Slot()
    def _on_index(self) -> None:
        self._hint()
        self.edited.emit()

    def _hint(self) -> None:
        """Say the whole entry on hover: a long one may be cut in the closed box."""
        self.box.setToolTip(self._tr(self.field.help) or self.box.currentText())

    @Slot()
    def _on_chosen(self) -> None:
        self.left.emit()


def _code(value: object) -> str:
    """Return what a chosen value is called in a draft: places in a list change with language and staff.

    Nothing chosen is "", which a value may be too: hence the sign before it.
    """
    if value is None:
        return ""
    return f"={value.value if isinstance(value, enum.Enum) else value}"


class CheckEditor(Editor):
    """Yes or no; the form puts its label beside the box."""

    def __init__(self, field: Field) -> None:
        self.box = QCheckBox()
        super().__init__(field, self.box)
        self.box.setEnabled(not field.read_only)
        self.box.toggled.connect(self._on_toggle)

    def text(self) -> str:
        return "1" if self.box.isChecked() else ""

    def put_text(self, text: str) -> None:
        self.box.setChecked(text == "1")

    def value(self) -> object:
        return self.box.isChecked()

    def put(self, value: object) -> None:
        self.box.setChecked(bool(value))

    @Slot()
    def _on_toggle(self) -> None:
        self.edited.emit()


def editor(field: Field, tr: Translator, now: Today = today) -> Editor:
    """Return the editor for a field."""
    if field.kind == MULTILINE:
        return MultilineEditor(field)
    if field.kind == CHOICE:
        return ChoiceEditor(field, tr)
    if field.kind == CHECK:
        return CheckEditor(field)
    return LineEditor(field, tr, now)
