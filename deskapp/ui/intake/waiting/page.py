"""The page “Waiting”: who stands where and why, calling and moving, and care for those who wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from deskapp import settings
from deskapp.domain.changes import NOTHING, Changes
from deskapp.domain.directory import DoctorView
from deskapp.domain.text import N_, Text
from deskapp.domain.waiting import QueueEventView, WaitingRow, WaitingView
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.base_tab import BaseView
from deskapp.ui.intake.waiting import shown
from deskapp.ui.intake.waiting.acts import Acts
from deskapp.ui.intake.waiting.asking import AskPanel
from deskapp.ui.intake.waiting.columns import (
    ALL_LINES,
    COLUMNS,
    LINE_COLUMNS,
    NARROW,
    ONE_LINE,
    ROOMY,
    SPARE,
    WaitingDelegate,
)
from deskapp.ui.intake.waiting.keys import BESIDE, CARE_KEYS, UNDER, WORDS, WaitingKeys
from deskapp.ui.intake.waiting.notices import Notices
from deskapp.ui.intake.waiting.panel import WaitingPanel
from deskapp.ui.intake.waiting.reading import Reading
from deskapp.ui.intake.waiting.telling import Telling
from deskapp.ui.keys import Action
from deskapp.ui.messages import INFO, Notice
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import EmptyState
from deskapp.ui.widgets.flow import FlowLayout
from deskapp.ui.widgets.record_model import RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable

LINES_WIDTH: Final = 184
BESIDE_WIDTH: Final = 248
LINES_ROOMY: Final = 240
BESIDE_ROOMY: Final = 300
BESIDE_FROM: Final = 1200
"""Width of the window, in pixels of the drawing board, from which who and why stand beside the list."""
ROOMY_FROM: Final = 1600
WHOLE_FROM: Final = 720
"""Width of the list from which it has all its columns; with less the order alone says whose turn it is."""
NARROW_BELOW: Final = 640
"""Width of the list below which it leaves out what stands beside anyway."""
LEAST_BELOW: Final = 580
"""Width of the list below which the longest words of how it stands would be cut, did the turn not give way too."""


class WaitingPage(BaseView):
    """Everybody who waits, in the order in which they are called."""

    title: ClassVar[str] = N_("Waiting")
    icon: ClassVar[str] = "hourglass"
    help: ClassVar[str] = N_(
        "Everybody who waits, in the order in which they are called; beside the list stands why. F9 calls who is"
        " next, Enter the one chosen. What is overdue comes to the top by itself. Ctrl+Z takes back what was done"
        " last with a number."
    )
    subjects: ClassVar[frozenset[str]] = frozenset(
        {"queue", "visit", "number", "doctor", "department", "care"}
    )

    # the page

    def build(self) -> None:
        """Make the lines, the list and what stands beside; nothing is asked before it can be seen."""
        self.answer: shown.Answer | None = None
        self._line = shown.ALL
        self._wanted: int | None = None
        self._left_at = 0
        self.unlisted: frozenset[int] = frozenset()
        """Departments in which somebody waits and no doctor is entered yet."""
        self._doctors: Sequence[DoctorView] | None = None
        self._late_after = settings.WAIT_APOLOGY_MINUTES.default
        self._wish: bool | None = None
        self._buttons: dict[str, ActionButton] = {}
        self.reading, self.telling = Reading(self), Telling(self)
        self.acts = Acts(self, self.telling)
        self.does = WaitingKeys(self)
        self.lines_model: RecordTableModel[shown.LineItem] = RecordTableModel(
            LINE_COLUMNS, self.desk.tr, self
        )
        self.model: RecordTableModel[WaitingRow] = RecordTableModel(COLUMNS, self.desk.tr, self)
        self.lines, self.table = RecordTable(self.lines_model), RecordTable(self.model)
        self.panel, self.ask = WaitingPanel(self.desk), AskPanel(self.desk.tr)
        self.lines.horizontalHeader().hide()
        self._empty = EmptyState("hourglass")
        self.table.set_empty(self._empty)
        self._drawn = WaitingDelegate(self.table)
        self.table.setItemDelegate(self._drawn)
        self.table_keys = self.desk.keys.install(self.table, self.does.table_actions())
        for action in self.table_keys.values():
            # A letter is a word's beginning everywhere else on the page.
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.notices = Notices(self)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        middle = QVBoxLayout()
        middle.addWidget(self.table, 1)
        middle.addWidget(self.ask)
        self._under = FlowLayout()
        middle.addLayout(self._under)
        self._columns = row = QHBoxLayout()
        row.addWidget(self.lines)
        row.addLayout(middle, 1)
        row.addWidget(self.panel)
        self.body.addWidget(self.notices.strips)
        self.body.addLayout(row, 1)

    def _connect(self) -> None:
        self.lines.current.connect(self._on_line)
        self.table.selectionModel().selectionChanged.connect(self._on_selection)
        self.table.installEventFilter(self)
        self.table.chosen.connect(self.does.call_chosen)

    def actions_here(self) -> Sequence[Action]:
        """Return the keys that hold wherever the cursor is."""
        return self.does.actions()

    def ensure_built(self) -> None:
        """Build, and put the buttons where their keys are told."""
        if self._built:
            return
        super().ensure_built()
        every = self.key_actions | self.table_keys
        self._buttons = {name: ActionButton(every[name]) for name in UNDER}
        for button in self._buttons.values():
            self._under.addWidget(button)
        self.panel.add_buttons(every[name] for name in (*CARE_KEYS, *BESIDE))
        self.panel.add_phrases_button(every["waiting.phrases"])
        self.does.enable()
        self.share_room()

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.lines.setAccessibleName(tr(N_("Lines")))
        self.table.setAccessibleName(tr(N_("People who wait")))
        self.panel.setAccessibleName(tr(N_("The person chosen")))
        self._drawn.forget()
        self.lines_model.retranslate(tr)
        self.model.retranslate(tr)
        self.panel.retranslate(tr)
        self.ask.retranslate(tr)
        self._say_empty(tr)
        self.notices.tell()

    def _say_empty(self, tr: Translator) -> None:
        if self.view is None:
            self._empty.show_text(tr(N_("The line is being read.")))
        elif self._line == shown.ALL:
            self._empty.show_text(tr(N_("Nobody waits. Whoever gets a number at the desk appears here.")))
        else:
            self._empty.show_text(tr(N_("Nobody waits in this line.")))

    def share_room(self) -> None:
        """Fold what stands beside away where there is no room for it, and leave out columns that the list can spare."""
        sizes = style.tokens().sizes
        width = self.window().width()
        beside, roomy = width >= sizes.px(BESIDE_FROM), width >= sizes.px(ROOMY_FROM)
        self.panel.setVisible(self._wish if self._wish is not None else beside)
        for list_or_panel, wide in (
            (self.panel, BESIDE_ROOMY if roomy else BESIDE_WIDTH),
            (self.lines, LINES_ROOMY if roomy else LINES_WIDTH),
        ):
            list_or_panel.setFixedWidth(sizes.px(wide))
            list_or_panel.resize(sizes.px(wide), list_or_panel.height())
        self._columns.setSpacing(sizes.field_gap)
        self._keep_widths()
        names = ONE_LINE if shown.is_one_line(self._line) else ALL_LINES
        if roomy:
            names = ROOMY
        taken = 0 if self.panel.isHidden() else self.panel.width() + sizes.field_gap
        room = self.width() - taken - self.lines.width() - sizes.field_gap
        if room < sizes.px(NARROW_BELOW):
            names -= NARROW if room >= sizes.px(LEAST_BELOW) else NARROW | SPARE
        elif room < sizes.px(WHOLE_FROM):
            names -= SPARE
        self.table.show_columns(names)

    def _keep_widths(self) -> None:
        """Let no button grow with another word: a second line of them would move the list under the cursor."""
        for name in WORDS.keys() & self._buttons.keys():
            button = self._buttons[name]
            button.setMinimumWidth(0)
            wide = button.fontMetrics().horizontalAdvance
            words = max(wide(self.desk.tr(word)) for word in WORDS[name])
            button.setMinimumWidth(button.sizeHint().width() - wide(button.text()) + words)

    @Slot()
    def toggle_beside(self) -> None:
        """Show who and why, or fold it away."""
        self._wish = self.panel.isHidden()
        self.share_room()

    @Slot()
    def toggle_phrases(self) -> None:
        """Show all phrases beside the list, or the person chosen again."""
        if self.panel.isHidden():
            self.toggle_beside()
            self.panel.show_phrases(True)
        else:
            self.panel.show_phrases(not self.panel.shows_phrases)
        words = N_("Fewer phrases") if self.panel.shows_phrases else N_("All phrases")
        self.key_actions["waiting.phrases"].call(words)

    def showEvent(self, event: QShowEvent) -> None:
        """Look again: minutes went by while nobody saw the page."""
        was_built = self._built
        super().showEvent(event)
        self.reading.clock.start()
        # Later: what is not on the screen yet would not have the cursor when the window is activated.
        QTimer.singleShot(0, self, self._take_cursor)
        if was_built and not self.reading.under_way:
            self.look()

    def hideEvent(self, event: QHideEvent) -> None:
        """Ask nothing while nobody sees the page."""
        super().hideEvent(event)
        if self._built:
            self.reading.clock.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes to the list."""
        if event.key() == Qt.Key.Key_Escape:
            self.to_list()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _take_cursor(self) -> None:
        if self.isVisible() and not self.ask.isVisible():
            self.table.setFocus()

    def to_list(self) -> None:
        """Take a question back, and put the cursor into the list."""
        self.ask.put_away()
        self.table.setFocus()

    def show_example(self) -> None:
        """Choose the first who waits."""
        first = self.model.record(0)
        if first is not None:
            self.table.select(first.id)

    def open_record(self, topic: str, record: object) -> None:
        """Show a visit's place, now or when the line has been read."""
        if topic == "visit" and isinstance(record, int):
            self._wanted = record
            self._show_wanted()

    # asking

    @property
    def view(self) -> WaitingView | None:
        """What the service answered last."""
        return self.answer.view if self.answer is not None else None

    def place(self, entry_id: int) -> WaitingRow | None:
        """Return a place of any line, None when it is not there."""
        return self.answer.by_id.get(entry_id) if self.answer is not None else None

    def is_left_over(self, row: WaitingRow | None) -> bool:
        """Say whether a place is one of an earlier day that nobody carried over."""
        return self.view is not None and any(row is one for one in self.view.left_over)

    def refresh(self, changes: Changes) -> None:
        """Ask again for what changed and, at first, what the page has to know."""
        self.reading.ask(changes)
        services, actor = self.desk.services, self.desk.actor()
        if not changes or changes.concerns("doctor", "department"):
            run = self.desk.runner.run
            done = self._take_doctors
            run(_every_doctor, services.directory, actor, done=done, owner=self, latest="doctors")
        if not changes:
            self.desk.runner.run(
                services.settings.values,
                actor,
                getattr(actor, "desk", ""),
                done=self._take_settings,
                owner=self,
            )
        row = self.panel.row
        if row is not None and (changes.touches("queue", row.id) or changes.touches("care", row.visit_id)):
            self._ask_history(row)

    def _take_doctors(self, doctors: Sequence[DoctorView]) -> None:
        """Know who works where, and what they are good at."""
        self._doctors = doctors
        self.panel.take_doctors({doctor.id: doctor for doctor in doctors})
        if self.answer is not None:
            self._know_unlisted(self.answer)
            self._show_lines(self.answer.view, first=False)
            self.notices.tell()

    def _know_unlisted(self, answer: shown.Answer) -> None:
        staffed = {doctor.department_id for doctor in self._doctors or ()}
        known = self._doctors is not None
        unlisted = frozenset(answer.departments) - staffed if known else frozenset()
        if unlisted != self.unlisted:
            self.unlisted = unlisted
            self.panel.take_unlisted(unlisted)
            self._drawn.take_unlisted(unlisted)

    def _take_settings(self, values: Mapping[str, Any]) -> None:
        self._late_after = int(values.get(settings.WAIT_APOLOGY_MINUTES.name, self._late_after))

    @Slot()
    def look(self) -> None:
        """Ask for all of it."""
        self.reading.ask(NOTHING)

    def miss(self, changes: Changes) -> None:
        """Keep what changed until the page can be seen."""
        self._missed |= changes

    def take_answer(self, answer: shown.Answer) -> None:
        """Show what the service answered, as differences."""
        first, self.answer = self.answer is None, answer
        chosen = self.chosen()
        at = self.model.row_of(chosen.id) if chosen is not None else 0
        self.reading.set_pace(len(answer.departments))
        self.acts.look_again()
        self._know_unlisted(answer)
        self._show_lines(answer.view, first)
        self._apply()
        self.notices.take(answer.due)
        if first:
            self._say_empty(self.desk.tr)
        self._follow(chosen, at)
        self._show_wanted()
        self.telling.take_answer()

    def _show_lines(self, view: WaitingView, first: bool) -> None:
        items = shown.line_items(view, self._late_after, self._line, self.unlisted)
        if not first and self._line not in [item.id for item in items]:
            # Before it goes: Qt would put the cursor on whatever line stands beside it.
            self.lines.select(shown.ALL)
        self.lines_model.apply(items, highlight=shown_stir)
        if first:
            self.lines.select(self._line)

    def _apply(self) -> None:
        if self.view is not None:
            self.model.apply(shown.chosen(self.view, self._line), highlight=shown.stirred)

    def _follow(self, before: WaitingRow | None, at: int) -> None:
        """Keep to the place that was chosen, in row `at` until now; nobody else is chosen by its going."""
        if before is None:
            return
        row = self.model.row_of(before.id)
        if row < 0:
            self._choose_nobody()
            self._left_at = at
            if not self.telling.went(before.id):
                self.bar.show_notice(
                    Notice(INFO, Text(N_("{number} is not here any more."), {"number": before.label}))
                )
            return
        now = self.model.record(row)
        if now is not before:
            self.panel.show_row(now)
            self.does.enable()

    def _choose_nobody(self) -> None:
        self.table.clearSelection()
        self.table.setCurrentIndex(QModelIndex())
        self._on_selection()

    def _show_wanted(self) -> None:
        if self._wanted is None or self.answer is None:
            return
        rows = [row for row in self.answer.by_id.values() if row.visit_id == self._wanted]
        if not rows:
            return
        self._wanted = None
        if self.model.row_of(rows[0].id) < 0:
            self.lines.select(shown.LEFT_OVER if self.is_left_over(rows[0]) else shown.ALL)
        self.table.select(rows[0].id)
        self.table.setFocus()

    # choosing

    @property
    def line(self) -> str:
        """The entry of the list of lines that is shown."""
        return self._line

    def chosen(self) -> WaitingRow | None:
        """Return the place that is chosen.

        Not where Qt has its cursor: that goes to a neighbour by itself when a place leaves the line, and nobody
        may be called in the place of somebody else.
        """
        rows = self.table.selectionModel().selectedRows()
        return self.model.record(rows[0].row()) if rows else None

    def show_place(self, row: WaitingRow) -> None:
        """Put the cursor on a place, in whatever line it is."""
        self._wanted = row.visit_id
        self._show_wanted()

    @Slot(object)
    def _on_line(self, item: shown.LineItem | None) -> None:
        if item is None or item.id == self._line:
            return
        before = self.chosen()
        self._line = item.id
        self._apply()
        if before is not None and self.model.row_of(before.id) < 0:
            self._choose_nobody()
        self.share_room()
        self._say_empty(self.desk.tr)
        self.does.enable()

    @Slot()
    def _on_selection(self) -> None:
        row = self.chosen()
        self.panel.show_row(row)
        self.does.enable()
        if row is not None:
            self._ask_history(row)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Begin with the first arrow key where the cursor was last, at first at the top; Home and End go to the ends.

        Qt would pass over the first place, and with Home and End only look for another column.
        """
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self.model.records:
            last = len(self.model.records) - 1
            wanted = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}.get(Qt.Key(event.key()))
            if wanted is None and self.chosen() is None and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                wanted = min(self._left_at, last)
            if wanted is not None:
                self.table.select(self.model.records[wanted].id)
                return True
        return super().eventFilter(watched, event)

    def _ask_history(self, row: WaitingRow) -> None:
        asked = _History(self, row.id)
        history = self.desk.services.waiting.history
        self.desk.runner.run(
            history, self.desk.actor(), row.id, done=asked.take, owner=self, latest="waiting.history"
        )


@dataclass(frozen=True)
class _History:
    """Whose history was asked for."""

    page: WaitingPage
    entry_id: int

    def take(self, events: Sequence[QueueEventView]) -> None:
        self.page.panel.show_history(self.entry_id, events)


def _every_doctor(directory: Any, actor: Any) -> Sequence[DoctorView]:
    """Return all doctors, also those that take no visitors today: they have been entered. For a worker."""
    found: Sequence[DoctorView] = directory.doctors(actor, inactive=True)
    return found


def shown_stir(before: shown.LineItem, now: shown.LineItem) -> bool:
    """Say whether a line began to need somebody."""
    return (before.unattended, before.late) != (now.unattended, now.late)
