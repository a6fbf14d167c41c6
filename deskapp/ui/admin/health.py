"""How the program is: the facts of `deskapp check`, the full check, a report to copy, the folder of the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QUrl, Slot
from PySide6.QtGui import QDesktopServices

from deskapp.domain.changes import Changes
from deskapp.domain.text import N_, Text
from deskapp.i18n import Translator
from deskapp.services.health import Fact, State
from deskapp.ui.base_tab import BaseView
from deskapp.ui.clipboard import copy_freely
from deskapp.ui.keys import Action
from deskapp.ui.messages import GOOD, SURROUNDINGS, Notice
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import EmptyState, label
from deskapp.ui.widgets.flow import FlowLayout
from deskapp.ui.widgets.progress import ProgressStrip
from deskapp.ui.widgets.record_model import Column, RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable


@dataclass(frozen=True)
class FactRow:
    """One line of the page."""

    id: str
    fact: Fact


class HealthPage(BaseView):
    """One fact a line, with its sign. Looking changes nothing."""

    def build(self) -> None:
        """Make the list and the buttons."""
        self._facts: Sequence[Fact] = ()
        self._keys = self.desk.keys.install(self, self._own_actions())
        self._why = label("", "secondary", wrap=True)
        self._model: RecordTableModel[FactRow] = RecordTableModel(COLUMNS, self.desk.tr, self)
        self.table = RecordTable(self._model)
        self._empty = EmptyState("heart-pulse")
        self.table.set_empty(self._empty)
        self.progress = ProgressStrip(self.desk.tr)
        buttons = FlowLayout()
        for action in self._keys.values():
            buttons.addWidget(ActionButton(action))
        self.body.addWidget(self._why)
        self.body.addLayout(buttons)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.progress)

    def _own_actions(self) -> Sequence[Action]:
        return (
            Action("health.look", N_("Look again"), self.look, "F5", "rotate-ccw"),
            Action("health.full", N_("Check everything"), self.check_all, "F6", "shield-check", primary=True),
            Action("health.copy", N_("Copy report"), self.copy_report, "F8", "copy"),
            Action("health.log", N_("Open the log folder"), self.open_log, "F9", "folder-open"),
        )

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        why = N_(
            "The report to copy holds no names. Checking everything can take some minutes; work goes on meanwhile."
        )
        self._why.setText(tr(why))
        self.table.setAccessibleName(tr(N_("Health of the program")))
        self._empty.show_text(tr(N_("The program is being looked at.")))
        self._model.retranslate(tr)
        self.progress.retranslate(tr)

    def refresh(self, changes: Changes) -> None:  # noqa: ARG002
        """Look at everything that is quickly looked at."""
        self.look()

    @Slot()
    def look(self) -> None:
        """Look again."""
        self._ask(full=False)

    @Slot()
    def check_all(self) -> None:
        """Look at every index, reference and line."""
        self._ask(full=True)

    def _ask(self, *, full: bool) -> None:
        facts, actor = self.desk.services.health.facts, self.desk.actor()
        done = self._take_all if full else self._take
        self.run(facts, actor, full, done=done, busy=self._busy, latest="health")

    def _busy(self, busy: bool) -> None:
        self.progress.busy(busy)
        for name in ("health.look", "health.full"):
            self._keys[name].setEnabled(not busy)
        self._keys["health.copy"].setEnabled(not busy and bool(self._facts))

    def _take(self, facts: Sequence[Fact]) -> None:
        self._facts = facts
        self._model.apply([FactRow(fact.id, fact) for fact in facts])
        self._keys["health.copy"].setEnabled(True)

    def _take_all(self, facts: Sequence[Fact]) -> None:
        self._take(facts)
        bad = next((fact for fact in facts if fact.state is State.BAD), None)
        sound = Text(N_("Everything was checked and is sound."))
        self.bar.show_notice(Notice(GOOD, sound) if bad is None else Notice(SURROUNDINGS, bad.text))

    # the report and the log

    @Slot()
    def copy_report(self) -> None:
        """Copy a report without names."""
        report = self.desk.services.health.report
        self.run(report, self.desk.actor(), self._facts, done=self._copied)

    def _copied(self, report: str) -> None:
        copy_freely(report)
        self.desk.messages.did(Text(N_("Report copied")))

    @Slot()
    def open_log(self) -> None:
        """Show the folder of the log in the system's own way."""
        self.run(self.desk.services.health.log_folder, self.desk.actor(), done=self._open)

    def _open(self, folder: Path) -> None:
        if not (folder.is_dir() and QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))):
            words = N_("The folder can't be opened here. It is {folder}")
            self.bar.show_notice(Notice(SURROUNDINGS, Text(words, {"folder": str(folder)})))


ICONS: Final = {State.GOOD: "circle-check", State.NOTE: "info", State.BAD: "circle-alert"}
TONES: Final = {State.GOOD: "good", State.NOTE: "warning", State.BAD: "danger"}
WORDS: Final = {State.GOOD: N_("good"), State.NOTE: N_("to note"), State.BAD: N_("broken")}


def _state(row: FactRow, tr: Translator) -> str:
    return tr(WORDS[row.fact.state])


def _icon(row: FactRow) -> str:
    return ICONS[row.fact.state]


def _tone(row: FactRow) -> str:
    return TONES[row.fact.state]


def _text(row: FactRow, tr: Translator) -> str:
    return tr(row.fact.text)


COLUMNS: Final[Sequence[Column[FactRow]]] = (
    Column("state", N_("State"), _state, width=112, tone=_tone, icon=_icon),
    Column("text", N_("Fact"), _text, width=400, stretch=1, wrap=True),
)
