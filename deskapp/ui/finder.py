"""Ctrl+K: one field over the window that finds visitors, the house, forms and commands, and goes there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from deskapp import names_table
from deskapp.domain.access import Permission
from deskapp.domain.directory import Standing
from deskapp.domain.finding import GROUP_LABELS, Found, Group, best
from deskapp.domain.names import matched_part
from deskapp.domain.text import N_, Text
from deskapp.forms.catalog import FORMS
from deskapp.i18n import Translator
from deskapp.services.base import new_request
from deskapp.ui import style
from deskapp.ui.base_tab import Desk
from deskapp.ui.clipboard import copy_freely
from deskapp.ui.found import ICONS, said
from deskapp.ui.keys import Action, KeyAction
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import EmptyState, label
from deskapp.ui.widgets.result_list import ResultList, ResultRow
from deskapp.ui.widgets.search_field import SearchField

WIDTH: Final = 720
HEIGHT: Final = 520
TOP: Final = 48
"""Distance from the top of the window, in pixels of the drawing board."""
PRINT: Final = "visit.print"
LONGEST_MARKED: Final = 40
"""In longer titles nothing is marked: working out how a whole sentence is spelled takes too long."""


@dataclass(frozen=True)
class Place:
    """A page that one can go to: its tab, its name, its title (message id)."""

    tab: str
    page: str
    title: str


@dataclass(frozen=True)
class InFront:
    """Whom the desk looks at: a question that nobody can answer is theirs."""

    visit_id: int | None = None
    visitor_id: int | None = None


class Finder(QDialog):
    """The field, what it finds, and the keys for it. Made for each use, and gone afterwards."""

    wanted = Signal(object)
    """The `KeyAction` or the `Place` that was chosen: the frame does it once the finder is gone."""

    def __init__(self, desk: Desk, parent: QWidget, places: Sequence[Place], in_front: InFront) -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.desk = desk
        self._places = tuple(places)
        self._in_front = in_front
        now = [action for action in desk.keys.now() if action.action.name != "find.anything"]
        # What the page in front can do comes before what can be done everywhere.
        self._commands = sorted(now, key=_is_everywhere(parent))
        self._typed = ""
        self._pending = self._choosing = False
        self._found: list[Found] = []
        self.setModal(True)
        self.setProperty("role", "finder")
        self.field = SearchField()
        self.results = ResultList(desk.tr)
        self._empty = EmptyState("search")
        self.results.set_empty(self._empty)
        self._keys = desk.keys.install(self, self._own_actions())
        self._lay_out()
        self.field.installEventFilter(self)
        self.field.edited.connect(self._on_edited)
        self.field.stepped.connect(self.results.step)
        self.field.confirmed.connect(self._on_confirmed)
        self.results.chosen.connect(self._on_chosen)
        self.results.current.connect(self._on_current)
        self.retranslate(desk.tr)
        self._show([])

    def _own_actions(self) -> Sequence[Action]:
        return (
            Action("finder.ask", N_("Nobody knows"), self.ask, "F4", "circle-help"),
            Action("finder.copy", N_("Copy"), self.copy, "Ctrl+C", "copy"),
        )

    def _lay_out(self) -> None:
        sizes = style.tokens().sizes
        foot = QHBoxLayout()
        self._hint = label("", "secondary", wrap=True)
        foot.addWidget(self._hint, 1)
        for action in self._keys.values():
            button = ActionButton(action)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            foot.addWidget(button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(sizes.margin, sizes.margin, sizes.margin, sizes.margin)
        rows.setSpacing(sizes.field_gap)
        rows.addWidget(self.field)
        rows.addWidget(self.results, 1)
        rows.addLayout(foot)
        self.results.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def open_over(self, window: QWidget) -> None:
        """Show it near the top of a window, with the cursor in the field."""
        sizes = style.tokens().sizes
        room = window.size()
        width = min(sizes.px(WIDTH), room.width() - 2 * sizes.margin)
        height = min(sizes.px(HEIGHT), room.height() - 2 * sizes.margin)
        self.resize(width, height)
        top = min(sizes.px(TOP), room.height() - height)
        self.move(window.mapToGlobal(QPoint((room.width() - width) // 2, top)))
        self.open()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in its language; it is never open while that changes."""
        self.setWindowTitle(tr(N_("Find anything")))
        self.field.say(
            tr, N_("Find anything"), N_("Visitor, doctor, department, price, place, phrase, form, command")
        )
        self.results.setAccessibleName(tr(N_("Found")))
        self._hint.setText(tr(N_("Enter goes there, Esc goes back.")))

    # finding

    @Slot(str)
    def _on_edited(self, typed: str) -> None:
        self._typed, self._choosing = typed.strip(), False
        self._pending = bool(self._typed)
        if not self._typed:
            self._show([])
            return
        find, run = self.desk.services.finding.find, self.desk.runner.run
        take = partial(self.take, self._typed)
        run(find, self.desk.actor(), self._typed, done=take, owner=self, latest="find")

    def take(self, typed: str, found: Iterable[Found]) -> None:
        """Show what was found if that is still what is typed."""
        if typed != self._typed:
            return
        self._pending = False
        self._show([*found, *self._here(typed)])
        if self._choosing:
            self.results.choose()

    @Slot()
    def _on_confirmed(self) -> None:
        if self._pending:
            # Enter faster than the answer: what is listed still is of fewer letters.
            self._choosing = True
        else:
            self.results.choose()

    def _show(self, found: Sequence[Found]) -> None:
        tr = self.desk.tr
        self._found = best(found) if self._typed else self._own("")
        tables = names_table.load()
        rows = []
        for one in self._found:
            title = said(one.title, tr).replace("\n", " ")
            marks = self._typed and len(title) <= LONGEST_MARKED
            part = matched_part(title, self._typed, tables) if marks else None
            rows.append(_row(one, title, (part,) if part else (), tr))
        self.results.apply(rows)
        self._empty.show_text(tr(self._nothing()))
        self._on_current(self.results.current_row())

    def _nothing(self) -> str:
        if self._may_ask():
            return N_("Nothing found. Nobody knows? F4 makes an open question of it.")
        return N_("Nothing found. Try fewer letters.")

    def _here(self, typed: str) -> list[Found]:
        """Return the commands, pages and forms that answer what is typed."""
        return [*self._own(typed), *self._forms(typed)]

    def _own(self, typed: str) -> list[Found]:
        tr = self.desk.tr
        found = []
        for action in self._commands:
            grade = _grade(action.text(), typed)
            if grade is not None:
                name = action.action.name
                found.append(
                    Found(Group.COMMAND, name, action.text(), (), action.key_text, grade=grade, data=action)
                )
        for place in self._places:
            grade = _grade(tr(place.title), typed)
            if grade is not None:
                name = f"{place.tab}.{place.page}"
                title = Text(N_("Go to {page}"), {"page": Text(place.title)})
                found.append(Found(Group.COMMAND, name, title, grade=grade, data=place))
        return sorted(found, key=_by_grade)

    def _forms(self, typed: str) -> list[Found]:
        tr = self.desk.tr
        graded = [(spec, _grade(tr(spec.title), typed)) for spec in FORMS.values()]
        return [
            Found(Group.FORM, spec.name, Text(spec.title), (spec.sizes[0],), grade=grade)
            for spec, grade in graded
            if grade is not None
        ]

    @Slot(object)
    def _on_current(self, row: ResultRow | None) -> None:
        found: Found | None = row.data if row is not None else None
        self._keys["finder.copy"].setEnabled(found is not None and bool(self._copied(found)))
        self._keys["finder.ask"].setEnabled(bool(self._typed) and self._may_ask())

    def _may_ask(self) -> bool:
        return bool(self.desk.actor().may(Permission.VISIT_WRITE))

    # doing

    @Slot(object)
    def _on_chosen(self, row: ResultRow) -> None:
        found: Found = row.data
        self.accept()
        match found.group:
            case Group.VISITOR:
                self.desk.ways.go("intake", "desk", "visitor", found.record)
            case Group.COMMAND:
                self.wanted.emit(found.data)
            case Group.FORM:
                self._print()
            case group:
                self.desk.ways.go("intake", "directory", group.value, found.record)

    def _print(self) -> None:
        printing = next((action for action in self._commands if action.action.name == PRINT), None)
        if printing is not None:
            self.wanted.emit(printing)
        else:
            message = N_("Forms are printed from a visit: open one at the desk, then Ctrl+P.")
            self.desk.messages.info(Text(message))

    def _copied(self, found: Found) -> str:
        return said(found.copied, self.desk.tr)

    @Slot()
    def copy(self) -> None:
        """Copy what the cursor is on: a phone, a price, a sentence."""
        row = self.results.current_row()
        text = self._copied(row.data) if row is not None else ""
        if text:
            copy_freely(text)
            self.accept()
            self.desk.messages.did(Text(N_("Copied: {text}"), {"text": text}))

    @Slot()
    def ask(self) -> None:
        """Make an open question of what is typed, of whom the desk looks at."""
        if not self._typed or not self._may_ask():
            return
        front = self._in_front
        ask, run = self.desk.services.questions.ask, self.desk.runner.run
        # The finder is gone when the answer comes.
        noted = partial(_say_noted, self.desk)
        args = (self.desk.actor(), new_request(), self._typed, front.visit_id, front.visitor_id)
        run(ask, *args, done=noted, owner=self.parent())
        self.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Ctrl+C copy what is found, unless letters are marked in the field."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            copies = event.matches(QKeySequence.StandardKey.Copy)
            if copies and isinstance(watched, QLineEdit) and not watched.hasSelectedText():
                event.ignore()
                return True
        return super().eventFilter(watched, event)


def _say_noted(desk: Desk, _done: object) -> None:
    desk.messages.did(Text(N_("Question noted. It is in the directory, under open questions.")))


def _row(found: Found, title: str, marks: tuple[tuple[int, int], ...], tr: Translator) -> ResultRow:
    second = [tr(GROUP_LABELS[found.group]), *(said(part, tr) for part in found.second)]
    aside, tone = said(found.aside, tr), "secondary"
    if found.standing is Standing.COMING:
        aside, tone = tr(N_("from {day}"), day=found.data), "accent"
    elif found.standing is Standing.OVER:
        aside = tr(N_("over"))
    line = " · ".join(part.replace("\n", " ") for part in second if part)
    return ResultRow(found.id, title, marks, aside, line, icon=ICONS[found.group], tone=tone, data=found)


def _grade(title: str, typed: str) -> int | None:
    words, inside = typed.casefold().split(), title.casefold()
    if not all(word in inside for word in words):
        return None
    return 1 if inside.startswith(" ".join(words)) else 2


def _is_everywhere(frame: QWidget) -> Callable[[KeyAction], bool]:
    def answer(action: KeyAction) -> bool:
        # The bar below is the frame's too: its undo must not be what a mere Enter does.
        return frame in (action.owner, action.owner.parentWidget())

    return answer


def _by_grade(found: Found) -> int:
    return found.grade
