"""What was done: the audit trail, newest first, narrowed by person, kind, record and days; details beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout

from deskapp.domain.access import Permission
from deskapp.domain.changes import Changes
from deskapp.domain.text import N_
from deskapp.domain.trail import ACTION_LABELS, KIND_LABELS, FieldLine, Kind, field_label, readable
from deskapp.i18n import Translator
from deskapp.services.base import Done, new_request
from deskapp.services.trail import Person, TrailDetails, TrailFilter, TrailLine, TrailPart
from deskapp.ui import style
from deskapp.ui.base_tab import BaseView
from deskapp.ui.keys import Action
from deskapp.ui.messages import GOOD, Notice
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import EmptyState, Panel, label
from deskapp.ui.widgets.editors import CHOICE, DATE, Choice, Field
from deskapp.ui.widgets.flow import FlowLayout
from deskapp.ui.widgets.form import Form
from deskapp.ui.widgets.panel_room import PanelRoom
from deskapp.ui.widgets.progress import ProgressStrip
from deskapp.ui.widgets.record_model import Column, RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable

ROOM: Final = PanelRoom(wide=400, narrow=320, roomy_from=1040)
NARROW: Final = 820
"""Below this width of the page, in pixels of the drawing board, the list has only who did what when."""
FILES: Final = "CSV (*.csv);;XLSX (*.xlsx);;JSON (*.json)"


class TrailPage(BaseView):
    """Nothing here can be changed, only looked at and written to a file; both are in the trail too."""

    def build(self) -> None:
        """Make the filters, the list and what stands beside it."""
        self._wanted = TrailFilter()
        self._more = False
        self._keys = self.desk.keys.install(self, self._own_actions())
        self.form = Form(_fields(), self.desk.tr, columns=3, now=self.desk.today)
        self.form.submitted.connect(self.search)
        self._model: RecordTableModel[TrailLine] = RecordTableModel(COLUMNS, self.desk.tr, self)
        self.table = RecordTable(self._model)
        self._empty = EmptyState("scroll-text")
        self.table.set_empty(self._empty)
        self.table.current.connect(self._on_current)
        self.details = DetailsPanel(self.desk.tr)
        self.progress = ProgressStrip(self.desk.tr)
        self._lay_out()
        self._enable()

    def _own_actions(self) -> Sequence[Action]:
        return (
            Action("trail.find", N_("Find"), self.search, "Ctrl+Return", "search", primary=True),
            Action("trail.all", N_("Show all"), self.show_all, "F4", "circle-x"),
            Action("trail.more", N_("Show older"), self.show_more, "F6", "chevron-down"),
            Action("trail.export", N_("Write to a file"), self.export, "F8", "download"),
        )

    def _lay_out(self) -> None:
        buttons = FlowLayout()
        for action in self._keys.values():
            buttons.addWidget(ActionButton(action))
        left = QVBoxLayout()
        left.addWidget(self.form)
        left.addLayout(buttons)
        left.addWidget(self.table, 1)
        left.addWidget(self.progress)
        row = QHBoxLayout()
        row.addLayout(left, 1)
        row.addWidget(self.details)
        self.body.addLayout(row)

    def share_room(self) -> None:
        """Leave out of the list what stands beside it anyway, where both have little room."""
        names = [column.name for column in COLUMNS]
        if not ROOM.share(self.details, self.width()):
            names = names[: 3 if self.width() < style.tokens().sizes.px(NARROW) else 4]
        self.table.show_columns(names)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.table.setAccessibleName(tr(N_("What was done")))
        self._empty.show_text(tr(N_("Nothing of that kind was done.")))
        for part in (self.form, self._model, self.details, self.progress):
            part.retranslate(tr)

    # asking

    def refresh(self, changes: Changes) -> None:  # noqa: ARG002
        """Ask for the people to choose from, and for the newest lines."""
        trail, run = self.desk.services.trail, self.desk.runner.run
        run(trail.people, self.desk.actor(), done=self._take_people, owner=self, latest="trail.people")
        self._ask()

    def _take_people(self, people: Sequence[Person]) -> None:
        self.form.set_choices("account_id", [Choice(person.id, person.name) for person in people])

    def _ask(self, before: TrailLine | None = None) -> None:
        asked = _Asked(self, self._wanted, before)
        arguments = (self.desk.actor(), self._wanted, before)
        page = self.desk.services.trail.page
        self.run(page, *arguments, done=asked.take, busy=self.progress.busy, latest="trail.page")

    def take(self, asked: _Asked, part: TrailPart) -> None:
        """Show lines that were asked for, below those that are there or instead of them."""
        if asked.wanted != self._wanted:
            return
        shown = self._model.records if asked.before is not None else ()
        self._model.apply([*shown, *part.lines])
        self._more = part.more
        if asked.before is None:
            self.table.scrollToTop()
            self.details.show_line(None)
        self._enable()

    def _enable(self) -> None:
        self._keys["trail.more"].setEnabled(self._more)
        self._keys["trail.export"].setEnabled(self.desk.actor().may(Permission.EXPORT))

    @Slot()
    def search(self) -> None:
        """Show what the filters leave."""
        if self.form.check():
            typed: dict[str, Any] = self.form.values()
            self._wanted = TrailFilter(**typed)
            self._ask()

    @Slot()
    def show_all(self) -> None:
        """Take every filter away."""
        self.form.clear()
        self.form.clear_errors()
        self._wanted = TrailFilter()
        self._ask()

    @Slot()
    def show_more(self) -> None:
        """Show the lines before those that are shown."""
        if self._more:
            self._ask(self._model.records[-1])

    # one line

    @Slot(object)
    def _on_current(self, line: TrailLine | None) -> None:
        self.details.show_line(line)
        if line is not None:
            asked = _OfLine(self, line)
            read, run = self.desk.services.trail.details, self.desk.runner.run
            run(read, self.desk.actor(), line.id, done=asked.take, owner=self, latest="trail.details")

    def take_details(self, line: TrailLine, details: TrailDetails) -> None:
        """Show the details if their line is still the one beside."""
        if self.details.line == line:
            self.details.show_details(details)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back to the list."""
        if event.key() == Qt.Key.Key_Escape:
            self.table.setFocus()
        else:
            super().keyPressEvent(event)

    # a file

    @Slot()
    def export(self) -> None:
        """Ask where to, and write all lines that the filters leave."""
        tr = self.desk.tr
        path, _kind = QFileDialog.getSaveFileName(self, tr(N_("Write the audit trail to a file")), "", FILES)
        if path:
            self.export_to(Path(path))

    def export_to(self, path: Path) -> None:
        """Write all lines that the filters leave to `path`."""
        write = self.desk.services.trail.export
        arguments = (self.desk.actor(), new_request(), path, self.desk.tr, self._wanted)
        self.run(write, *arguments, done=self._exported, busy=self.progress.busy)

    def _exported(self, done: Done[int]) -> None:
        told = self.desk.tr.n("{count} line written.", "{count} lines written.", done.value)
        self.bar.show_notice(Notice(GOOD, told))


@dataclass(frozen=True)
class _Asked:
    """What a part of the trail was asked with."""

    page: TrailPage
    wanted: TrailFilter
    before: TrailLine | None

    def take(self, part: TrailPart) -> None:
        self.page.take(self, part)


@dataclass(frozen=True)
class _OfLine:
    """Which line details were asked for."""

    page: TrailPage
    line: TrailLine

    def take(self, details: TrailDetails) -> None:
        self.page.take_details(self.line, details)


class DetailsPanel(Panel):
    """One line: who did what when, and each field before and after."""

    def __init__(self, tr: Translator) -> None:
        super().__init__()
        self._tr = tr
        self.line: TrailLine | None = None
        self._erased = False
        self._what = label("", "title", wrap=True)
        self._who = label("", "secondary", wrap=True)
        self.words = label("", "", wrap=True)
        self._model: RecordTableModel[FieldLine] = RecordTableModel(FIELD_COLUMNS, tr, self)
        self.table = RecordTable(self._model)
        for widget in (self._what, self._who, self.words):
            self.body.addWidget(widget)
        self.body.addWidget(self.table, 100)
        # Without a table the words stay on top.
        self.body.addStretch(1)
        self.show_line(None)

    def show_line(self, line: TrailLine | None) -> None:
        """Show whose details are going to come."""
        self.line, self._erased = line, False
        self._model.apply(())
        self._say()

    def show_details(self, details: TrailDetails) -> None:
        """Show the fields, or that they were erased."""
        self._erased = details.erased
        self._model.apply(details.fields)
        self._say()

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._tr = tr
        self._model.retranslate(tr)
        self.table.setAccessibleName(tr(N_("Before and after")))
        self._say()

    def _say(self) -> None:
        tr, line = self._tr, self.line
        self._what.setText(_what(line, tr) if line else tr(N_("Before and after")))
        self.table.setVisible(bool(self._model.records))
        if line is None:
            self._who.setText(tr(N_("Choose a line to see what it changed.")))
            self.words.setText("")
            return
        said = N_("{who}, {at}, line {sequence} of {desk}")
        self._who.setText(tr(said, who=_who(line, tr), at=line.at, sequence=line.sequence, desk=line.desk))
        erased = N_("The details were erased lawfully. That it happened stays in the trail.")
        self.words.setText(tr(erased) if self._erased else line.record)


def _fields() -> tuple[Field, ...]:
    kinds = tuple(Choice(kind, KIND_LABELS[kind]) for kind in Kind)
    return (
        Field("account_id", N_("Person"), CHOICE),
        Field("kind", N_("Kind"), CHOICE, kinds),
        Field("record", N_("Number of a visit or person"), help=N_("as printed, for example V7K2M…")),
        Field("first", N_("First day"), DATE),
        Field("last", N_("Last day"), DATE),
    )


def _at(line: TrailLine, tr: Translator) -> str:
    local = line.at.astimezone()
    return f"{tr.date(local.date())} {local:%H:%M:%S}"


def _who(line: TrailLine, tr: Translator) -> str:
    return line.person or tr(N_("the program"))


def _what(line: TrailLine, tr: Translator) -> str:
    return tr(ACTION_LABELS.get(line.action, line.action))


def _record(line: TrailLine, _tr: Translator) -> str:
    return line.record


def _desk(line: TrailLine, _tr: Translator) -> str:
    return line.desk


COLUMNS: Final[Sequence[Column[TrailLine]]] = (
    Column("at", N_("Time"), _at, width=152),
    Column("person", N_("Person"), _who, width=88, stretch=1, wrap=True),
    Column("what", N_("What was done"), _what, width=140, stretch=3, wrap=True),
    Column("record", N_("Record"), _record, width=108, stretch=1, wrap=True),
    Column("desk", N_("Workstation"), _desk, width=80, stretch=1),
)


def _field(field: FieldLine, tr: Translator) -> str:
    return tr(field_label(field.id))


def _said(name: str, value: object, tr: Translator) -> str:
    if value is None:
        return "–"
    if name.rpartition(".")[2] == "fen" and isinstance(value, int):
        return tr.money(value)
    return str(tr.value(readable(name, value)))


def _before(field: FieldLine, tr: Translator) -> str:
    return _said(field.id, field.before, tr)


def _after(field: FieldLine, tr: Translator) -> str:
    return _said(field.id, field.after, tr)


FIELD_COLUMNS: Final[Sequence[Column[FieldLine]]] = (
    Column("field", N_("Field"), _field, width=100, stretch=2, wrap=True),
    Column("before", N_("Before"), _before, width=100, stretch=3, wrap=True),
    Column("after", N_("After"), _after, width=100, stretch=3, wrap=True),
)
