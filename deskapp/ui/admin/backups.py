"""Backups: which there are, how old the last good one is, where and when they are made, making and restoring one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QVBoxLayout

from deskapp.domain.changes import Changes
from deskapp.domain.text import N_, Text
from deskapp.i18n import Translator
from deskapp.services.backups import BackupPlan, BackupState, BackupView
from deskapp.services.base import new_request
from deskapp.services.restoring import Open
from deskapp.ui.access.restore import KIND, SIZE, WHEN, WHERE, RestoreDialog
from deskapp.ui.base_tab import BaseView
from deskapp.ui.keys import Action
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import EmptyState, Icon, Panel, label
from deskapp.ui.widgets.editors import TIME, Field
from deskapp.ui.widgets.form import Form
from deskapp.ui.widgets.record_model import Column, RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable

DAILY: Final = Field("time", N_("Every day at"), TIME, required=True)


class BackupsPage(BaseView):
    """What there is, and what can be done about it."""

    subjects = frozenset({"backup"})

    def build(self) -> None:
        """Make the head with the state, the plan and the list."""
        self._state: BackupState | None = None
        self._plan: BackupPlan | None = None
        self._icon = Icon("database-backup", "good", large=True)
        self._last, self._told = label("", "value", wrap=True), label("", "secondary", wrap=True)
        self._folder = label("", "secondary", wrap=True)
        self.form = Form((DAILY,), self.desk.tr, columns=1)
        self.form.submitted.connect(self.store_time)
        self._keys = self.desk.keys.install(self, self._own_actions())
        self.make, self.restore, self.choose, self.no_second, self.store, self.take_over = (
            ActionButton(action) for action in self._keys.values()
        )
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.hide()
        self.model: RecordTableModel[BackupView] = RecordTableModel(COLUMNS, self.desk.tr, self)
        self.table = RecordTable(self.model)
        self._empty = EmptyState("database-backup")
        self.table.set_empty(self._empty)
        self._lay_out()

    def _own_actions(self) -> Sequence[Action]:
        return (
            Action("backups.make", N_("Back up now"), self.back_up, "F9", "database-backup", primary=True),
            Action("backups.restore", N_("Restore…"), self.show_restore, "F8", "rotate-ccw"),
            Action("backups.second", N_("Second folder…"), self.choose_folder, "F6", "folder-open"),
            Action("backups.one", N_("No second folder"), self.forget_folder, "F7", "x"),
            Action("backups.store", N_("Store"), self.store_time, "Ctrl+Return", "save"),
            Action("backups.here", N_("This computer makes the backups"), self.take_machine, "F4", "monitor"),
        )

    def _lay_out(self) -> None:
        now, plan = Panel(), Panel()
        head = QHBoxLayout()
        head.addWidget(self._icon)
        words = QVBoxLayout()
        words.addWidget(self._last)
        words.addWidget(self._told)
        head.addLayout(words, 1)
        head.addWidget(self.restore)
        head.addWidget(self.make)
        now.body.addLayout(head)
        now.body.addWidget(self.progress)
        row = QHBoxLayout()
        row.addWidget(self.form)
        row.addWidget(self.store)
        row.addWidget(self._folder, 1)
        for button in (self.choose, self.no_second, self.take_over):
            row.addWidget(button)
        plan.body.addLayout(row)
        self.body.addWidget(now)
        self.body.addWidget(plan)
        self.body.addWidget(self.table, 1)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.form.retranslate(tr)
        self.model.retranslate(tr)
        self.table.setAccessibleName(tr(N_("Backups")))
        self._empty.show_text(tr(N_("There is no backup yet. Make one now.")))
        self._tell(tr)

    def refresh(self, changes: Changes) -> None:  # noqa: ARG002
        """Ask for everything again."""
        service, actor, run = self.desk.services.backups, self.desk.actor(), self.desk.runner.run
        run(service.state, actor, done=self._show_state, owner=self, latest="state")
        run(service.plan, actor, done=self._show_plan, owner=self, latest="plan")
        run(service.listed, actor, done=self.model.apply, owner=self, latest="listed")

    def _show_state(self, state: BackupState) -> None:
        self._state = state
        self._tell(self.desk.tr)

    def _show_plan(self, plan: BackupPlan) -> None:
        self._plan = plan
        self.form.set_values({"time": plan.time})
        self._tell(self.desk.tr)

    def _tell(self, tr: Translator) -> None:
        if self._state is not None:
            self._tell_state(self._state, tr)
        if self._plan is not None:
            self._tell_plan(self._plan, tr)

    def _tell_state(self, state: BackupState, tr: Translator) -> None:
        bad = state.is_old or state.warning is not None
        self._icon.show_icon("triangle-alert" if bad else "circle-check", "warning" if bad else "good")
        if state.last is None:
            self._last.setText(tr(N_("There is no good backup yet.")))
        else:
            self._last.setText(tr(N_("The last good backup is of {when}."), when=state.last))
        if state.warning is not None:
            self._told.setText(tr(state.warning))
        elif state.due is not None:
            self._told.setText(tr(N_("The next one is made by itself: {when}."), when=state.due))
        else:
            self._told.setText(tr(N_("This computer makes none by itself.")))

    def _tell_plan(self, plan: BackupPlan, tr: Translator) -> None:
        second = plan.second_folder
        said = tr(N_("Kept in {folder}."), folder=str(plan.folder))
        copied = (
            N_("A copy goes to {second}.") if second else N_("No second folder: choose a drive or a share.")
        )
        self._folder.setText(f"{said}\n{tr(copied, second=second)}")
        self._keys["backups.one"].setVisible(bool(second))
        self._keys["backups.restore"].setVisible(not plan.on_server)
        self._keys["backups.here"].setVisible(plan.on_server and plan.machine != plan.here)

    # --- Doing ------------------------------------------------------------------------------------------------

    @Slot()
    def back_up(self) -> None:
        """Make a backup now; people go on working meanwhile."""
        self.run(self.desk.services.backups.make, self.desk.actor(), done=self._made, busy=self._set_busy)

    def _set_busy(self, busy: bool) -> None:
        self.progress.setVisible(busy)
        self._keys["backups.make"].setEnabled(not busy)

    def _made(self, _done: Any) -> None:
        self.desk.messages.did(Text(N_("Backed up and checked")))

    @Slot()
    def store_time(self) -> None:
        """Store the time of the daily backup."""
        if self.form.check():
            self._change(self.desk.services.backups.choose_time, f"{self.form.value(DAILY.name):%H:%M}")

    @Slot()
    def choose_folder(self) -> None:
        """Choose where the copies go."""
        folder = QFileDialog.getExistingDirectory(self, self.desk.tr(N_("Choose the second folder")))
        if folder:
            self._change(self.desk.services.backups.choose_second, folder)

    @Slot()
    def forget_folder(self) -> None:
        """Make no copies any more."""
        self._change(self.desk.services.backups.choose_second, "")

    @Slot()
    def take_machine(self) -> None:
        """Let this computer back up the server's database."""
        self._change(self.desk.services.backups.choose_machine)

    def _change(self, method: Any, *values: object) -> None:
        self.run(method, self.desk.actor(), new_request(), *values, done=self._changed)

    def _changed(self, _done: Any) -> None:
        self.desk.messages.did(Text(N_("Stored")))

    @Slot()
    def show_restore(self) -> None:
        """Begin to restore one."""
        way = Open(self.desk.services.backups, self.desk.actor())
        RestoreDialog(self.desk, way, self).open()


def _good(view: BackupView, tr: Translator) -> str:
    return tr(N_("checked")) if view.good else tr(N_("not good"))


def _tone(view: BackupView) -> str:
    return "" if view.good else "warning"


COLUMNS: Final = (
    WHEN,
    KIND,
    SIZE,
    Column("good", N_("State"), _good, width=110, tone=_tone),
    WHERE,
)
