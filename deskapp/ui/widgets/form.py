"""Forms described as data: labels, errors at the field, folds, keys and drafts come with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QGridLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from deskapp.domain.text import N_, Text
from deskapp.errors import DeskError, InputError
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.messages import Retry
from deskapp.ui.widgets.editors import CHECK, Choice, ChoiceEditor, Editor, Field, Today, editor, hint, today
from deskapp.ui.widgets.form_cell import Cell
from deskapp.ui.widgets.form_fold import Fold

OVER: Final = "@"
"""Stands before a field's name in a draft: what the field held when it was typed over."""
ANOTHER_DESK: Final = N_("Another desk wrote: {value}")
_REQUIRED = Text(N_("Fill this in."))
_UNSTORABLE = Text(N_("This holds a character that can't be stored. Type it again."))


class Form(QWidget):
    """Fields laid out in columns.

    Args:
        fields: in reading order; fields of one fold stand together.
        tr: words of labels and hints; `retranslate` changes them and keeps what was typed.
        columns: 1 to 4; narrower than 200 px a column, the form falls back to one.
        now: today's date, for dates typed without a year.
        whole: make all fields at once; otherwise `make_some` makes them group by group, in idle moments.
    """

    changed = Signal(object)
    """Name of the field that changed."""

    left = Signal(object)
    """Name of the field that the person went on from."""

    submitted = Signal()
    """Enter in the last field, or Ctrl+Enter in any."""

    def __init__(
        self,
        fields: Sequence[Field],
        tr: Translator,
        *,
        columns: int = 2,
        now: Today = today,
        whole: bool = True,
    ) -> None:
        super().__init__()
        names = [field.name for field in fields]
        if len(set(names)) != len(names):
            raise ValueError(f"two fields have one name: {names}")
        self._tr = tr
        self._columns = columns
        self._cells: dict[str, Cell] = {}
        self._folds: list[Fold] = []
        self._grids: list[tuple[QGridLayout, list[Cell]]] = []
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._clean: dict[str, str] = {}
        self._known: dict[str, object] = {}
        self._clashing: set[str] = set()
        titles = dict.fromkeys(str(field.fold) for field in fields)
        self._to_make = [[field for field in fields if str(field.fold) == title] for title in titles]
        self._today = now
        while whole and self.make_some():
            pass

    def make_some(self) -> bool:
        """Make the next group of fields; return whether there are more to make."""
        if self._to_make:
            self._add_group(self._to_make.pop(0), self._today)
            self._lay_out()
            return True
        self._rows.addStretch(1)
        self._clean = self.draft()
        style.look().changed.connect(self._space)
        self._space()
        self.retranslate(self._tr)
        return False

    def _add_group(self, fields: list[Field], now: Today) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        cells = [self._add_cell(field, now) for field in fields]
        self._grids.append((grid, cells))
        if not fields[0].fold:
            self._rows.addLayout(grid)
            return
        fold = Fold(fields[0].fold, grid, cells)
        self._folds.append(fold)
        self._rows.addWidget(fold)

    def _add_cell(self, field: Field, now: Today) -> Cell:
        cell = Cell(editor(field, self._tr, now))
        self._cells[field.name] = cell
        cell.changed.connect(self._on_changed)
        cell.left.connect(self._on_left)
        cell.editor.widget.installEventFilter(self)
        return cell

    # values

    def values(self) -> dict[str, object]:
        """Return what was typed, by field; None where it can't be read (`check` says so)."""
        return {name: _value(cell.editor) for name, cell in self._cells.items()}

    def value(self, name: str) -> object:
        """Return one value; None where it can't be read."""
        return _value(self._cells[name].editor)

    def set_values(self, values: Mapping[str, object]) -> None:
        """Show values; fields that are not named keep theirs. The form then counts as unchanged."""
        for name, value in values.items():
            self._cells[name].editor.put(value)
            self._cells[name].clear()
        self._known |= values
        self._clashing -= values.keys()
        self._clean = self.draft()
        self._count_folds()

    def follow(self, values: Mapping[str, object]) -> dict[str, object]:
        """Show what is stored now wherever nothing was typed since; what was typed stays.

        Returns the values that became others while the person typed something else into their fields.
        """
        clashes: dict[str, object] = {}
        for name, value in values.items():
            here = self._cells[name].editor
            if here.kept() == self._clean[name] and _value(here) != value:
                here.put(value)
            if here.kept() == self._clean[name] or _value(here) == value:
                self._clean[name] = here.kept()
            elif value != self._known.get(name):
                clashes[name] = value
        self._known |= values
        self._count_folds()
        return clashes

    def fill(self, name: str, value: object) -> None:
        """Put a value into one field as if it had been typed: the form counts as changed."""
        self._cells[name].editor.put(value)
        self._count_folds()

    def clear(self) -> None:
        """Empty every field."""
        self.set_values(dict.fromkeys(self._cells))

    def draft(self) -> dict[str, str]:
        """Return what was typed, readable or not, to keep it: letter by letter, but dates in no language."""
        return {name: cell.editor.kept() for name, cell in self._cells.items()}

    def restore(self, draft: Mapping[str, str]) -> None:
        """Show a kept draft; fields that the form no longer has are passed over.

        Where the draft says what a field held when it was typed over (`typed_over`), and it holds something
        else now, a note tells what: storing the draft would take that away.
        """
        for name, text in draft.items():
            if name not in self._cells:
                continue
            here, now = self._cells[name].editor, self._clean[name]
            here.put_text(text)
            self._clashing.discard(name)
            if draft.get(f"{OVER}{name}", now) not in (now, text) and now != text:
                self._clashing.add(name)
                self.set_note(name, Text(ANOTHER_DESK, {"value": here.words(now)}), "warning")
        self._count_folds()

    def is_changed(self) -> bool:
        """Return whether anything was typed since the values were set."""
        return self.draft() != self._clean

    def typed(self) -> dict[str, str]:
        """Return the fields in which something was typed since the values were set, letter by letter."""
        return {name: text for name, text in self.draft().items() if text != self._clean[name]}

    def typed_over(self) -> dict[str, str]:
        """Return what was typed, and under `OVER` and its name what each such field held before: for a draft."""
        typed = self.typed()
        return typed | {f"{OVER}{name}": self._clean[name] for name in typed}

    def clashing(self) -> frozenset[str]:
        """Return the fields brought back over what another desk wrote, and not touched since."""
        return frozenset(self._clashing)

    def base(self, name: str) -> str:
        """Return what a field held when its value was set last, as `draft` tells it."""
        return self._clean.get(name, "")

    def know(self, values: Mapping[str, object]) -> None:
        """Take note that these values were sent to be stored: when they come back, nobody else wrote them."""
        self._known |= values

    # errors

    def problems(self) -> list[InputError]:
        """Return what the form itself can't take: required, unreadable, too long; in reading order."""
        found = (self._problem(cell, complete=True) for cell in self._cells.values())
        return [problem for problem in found if problem is not None]

    def check(self) -> bool:
        """Show what the form can't take, go to the first such field; return whether all is well."""
        self.clear_errors()
        problems = self.problems()
        for problem in reversed(problems):
            self.take_error(problem)
        return not problems

    def _problem(self, cell: Cell, *, complete: bool) -> InputError | None:
        field, typed = cell.editor.field, cell.editor.text()
        if not cell.isEnabled() or field.read_only:
            return None
        if complete and field.required and not typed.strip():
            return InputError(field.name, "field.required", _REQUIRED)
        if len(typed) > field.max_length and field.kind != CHECK:
            return InputError(field.name, "field.long", _too_long(len(typed), field.max_length))
        if "\0" in typed or (not typed.isascii() and _has_half_a_pair(typed)):
            return InputError(field.name, "field.unstorable", _UNSTORABLE)
        try:
            cell.editor.value()
        except (ValueError, OverflowError) as error:
            return InputError(field.name, "field.unreadable", hint(field.kind, error))
        return None

    def set_error(self, name: str, text: Text | str, code: str = "", *, overridable: bool = False) -> None:
        """Show an error at a field; "" takes it away."""
        self._cells[name].show_error(text, code, overridable=overridable)
        for fold in self._folds:
            if text and self._cells[name] in fold.cells:
                fold.open(True)

    def error(self, name: str) -> str:
        """Return the words at a field that is wrong now, "" for none."""
        return self._tr(self._cells[name].error)

    def set_note(self, name: str, text: Text | str, tone: str = "secondary") -> None:
        """Show a remark under a field ("", "accent", "warning" or "good" as tone); "" takes it away."""
        self._cells[name].show_note(text, tone)

    def clear_errors(self) -> None:
        """Take all errors away."""
        for cell in self._cells.values():
            cell.show_error("")

    def take_error(self, error: DeskError, retry: Retry | None = None) -> bool:  # noqa: ARG002
        """Show the error of one of these fields and go there; see `ErrorPlace`."""
        if not isinstance(error, InputError) or error.field not in self._cells:
            return False
        self.set_error(error.field, error.text, error.code, overridable=error.overridable)
        self.focus(error.field)
        return True

    def overrides(self) -> frozenset[str]:
        """Return the codes of errors that the person declared to be really so."""
        return frozenset().union(*(cell.overrides for cell in self._cells.values()))

    # fields

    def focus(self, name: str) -> None:
        """Go to a field, opening its fold."""
        for fold in self._folds:
            if self._cells[name] in fold.cells:
                fold.open(True)
        self._cells[name].go_to(Qt.FocusReason.OtherFocusReason)

    def focus_end(self, name: str) -> None:
        """Go to a field of text, behind what stands there."""
        self.focus(name)
        box = self._cells[name].editor.widget
        if isinstance(box, QPlainTextEdit):
            box.moveCursor(QTextCursor.MoveOperation.End)
        elif isinstance(box, QLineEdit):
            box.end(False)

    def focus_first(self) -> None:
        """Go to the first field that can be typed into."""
        for name, cell in self._cells.items():
            if cell.isEnabled() and not cell.isHidden() and not cell.editor.field.read_only:
                self.focus(name)
                return

    def widget(self, name: str) -> QWidget:
        """Return the widget of a field."""
        return self._cells[name].editor.widget

    def set_choices(self, name: str, choices: Sequence[Choice]) -> None:
        """Offer other entries in a choice."""
        target = self._cells[name].editor
        assert isinstance(target, ChoiceEditor)
        target.set_choices(choices)

    def set_enabled(self, name: str, enabled: bool) -> None:
        """Let a field be filled in or not."""
        self._cells[name].setEnabled(enabled)

    def set_shown(self, name: str, shown: bool) -> None:
        """Show a field or hide it; a hidden field keeps its value."""
        self._cells[name].setVisible(shown)

    def take_as_usual(self) -> None:
        """Take the values shown now for nothing special: folds tell only of what differs from them."""
        for fold in self._folds:
            fold.take_as_usual()

    def open_folds(self, opened: bool = True) -> None:
        """Open or close all folds."""
        for fold in self._folds:
            fold.open(opened)

    def retranslate(self, tr: Translator) -> None:
        """Show labels, hints and errors in another language; what was typed stays."""
        self._tr = tr
        for cell in self._cells.values():
            cell.retranslate(tr)
        for fold in self._folds:
            fold.retranslate(tr)

    # keys and layout

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter goes to the next field, Shift+Enter breaks the line, Ctrl+Enter submits."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return False
        pressed = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if pressed == Qt.KeyboardModifier.ControlModifier:
            self.submitted.emit()
            return True
        if pressed == Qt.KeyboardModifier.ShiftModifier and isinstance(watched, QPlainTextEdit):
            watched.insertPlainText("\n")
            return True
        if pressed == Qt.KeyboardModifier.NoModifier:
            self._go_on(watched)
            return True
        return False

    def _go_on(self, here: QObject) -> None:
        open_cells = [
            cell
            for cell in self._cells.values()
            if cell.isVisibleTo(self) and cell.isEnabled() and not cell.editor.field.read_only
        ]
        widgets = [cell.editor.widget for cell in open_cells]
        after = next((at for at, widget in enumerate(widgets) if widget is here), len(widgets)) + 1
        if after < len(widgets):
            open_cells[after].go_to(Qt.FocusReason.TabFocusReason)
        else:
            self.submitted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fall back to one column where the form is narrow."""
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        room = max(1, self.width() // style.tokens().sizes.px(200))
        columns = min(self._columns, room) if self.isVisible() else self._columns
        for grid, cells in self._grids:
            if grid.property("columns") != columns:
                _arrange(grid, cells, columns)

    @Slot()
    def _space(self) -> None:
        sizes = style.tokens().sizes
        self._rows.setSpacing(sizes.field_gap)
        for grid, _ in self._grids:
            grid.setHorizontalSpacing(sizes.field_gap)
            grid.setVerticalSpacing(sizes.gap)
        self._lay_out()

    @Slot(object)
    def _on_changed(self, cell: Cell) -> None:
        self._clashing.discard(cell.editor.field.name)
        problem = self._problem(cell, complete=False)
        long = problem is not None and problem.code in {"field.long", "field.unstorable"}
        cell.show_error(problem.text if problem is not None and long else "")
        self.changed.emit(cell.editor.field.name)

    @Slot(object)
    def _on_left(self, cell: Cell) -> None:
        problem = self._problem(cell, complete=False)
        if problem is not None:
            cell.show_error(problem.text, problem.code)
        self._count_folds()
        self.left.emit(cell.editor.field.name)

    def _count_folds(self) -> None:
        for fold in self._folds:
            fold.count()


def _arrange(grid: QGridLayout, cells: list[Cell], columns: int) -> None:
    grid.setProperty("columns", columns)
    row = column = 0
    rows: dict[int, list[Cell]] = {}
    for cell in cells:
        span = min(cell.editor.field.width, columns)
        if column + span > columns:
            row, column = row + 1, 0
        grid.addWidget(cell, row, column, 1, span, Qt.AlignmentFlag.AlignTop)
        rows.setdefault(row, []).append(cell)
        column += span
    for beside in rows.values():
        labelled = any(cell.editor.field.kind != CHECK for cell in beside)
        for cell in beside:
            cell.stand_level(labelled)
    for at in range(grid.columnCount()):
        grid.setColumnStretch(at, 1 if at < columns else 0)


def _value(source: Editor) -> object:
    try:
        return source.value()
    except (ValueError, OverflowError):
        return None


def _too_long(length: int, most: int) -> Text:
    return Text(N_("At most {most} characters; these are {length}."), {"most": most, "length": length})


def _has_half_a_pair(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text)
