"""Restoring a backup: choose one, see what it holds and what would be lost, confirm by typing, restart.

The same page stands in the window when the database can't be opened, and in a dialog of the administration.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from deskapp.domain.backup import KIND_LABELS
from deskapp.domain.changes import Changes
from deskapp.domain.text import N_, Text
from deskapp.errors import DeskError, InputError
from deskapp.i18n import Translator
from deskapp.services import restoring
from deskapp.services.backups import BackupView, RestoreOrder
from deskapp.services.restoring import Holding, Salvage, Way
from deskapp.ui import style
from deskapp.ui.base_tab import BaseView, Desk, Report
from deskapp.ui.messages import Retry
from deskapp.ui.widgets.basics import EmptyState, Icon, Panel, label
from deskapp.ui.widgets.editors import Field
from deskapp.ui.widgets.form import Form
from deskapp.ui.widgets.record_model import Column, RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable
from deskapp.ui.widgets.recovery_field import CODE, CODE_FIELD, tell_groups

WIDTH: Final = 760
DIALOG_HEIGHT: Final = 660
FILES: Final = "*.sqlite"
LIST_HEIGHT: Final = 180
CONFIRM: Final = Field("confirm", N_("Type the day of the backup to confirm, eight figures"), required=True)


class RestorePage(BaseView):
    """Emits what was chosen and confirmed; restoring itself is for whoever can close the hospital."""

    ordered = Signal(object)
    """The `RestoreOrder`."""

    def __init__(self, desk: Desk, way: Way, why: Text, save_in: Path | None = None) -> None:
        """Offer what `way` finds; with `save_in`, a data folder, what is intact of a damaged database can be saved."""
        super().__init__(desk)
        self._way, self._text, self._save_in = way, why, save_in
        self._places: dict[str, Path] = {}
        self._file: Path | None = None
        self._holding: Holding | None = None

    def build(self) -> None:
        """Make the list, what is said of the chosen one, and the confirmation."""
        tr = self.desk.tr
        self._icon = Icon("archive-restore", "warning", large=True)
        self._title, self._why = label("", "title", wrap=True), label("", "", wrap=True)
        self.model: RecordTableModel[BackupView] = RecordTableModel(COLUMNS, tr, self)
        self.table = RecordTable(self.model)
        self._empty = EmptyState("database-backup")
        self.table.set_empty(self._empty)
        self.table.setMinimumHeight(style.tokens().sizes.px(LIST_HEIGHT))
        self.table.current.connect(self._on_current)
        self.other, self.save, self.go = QPushButton(), QPushButton(), QPushButton()
        self.other.clicked.connect(self.choose_file)
        self.save.clicked.connect(self.save_intact)
        self.save.setVisible(self._save_in is not None)
        self.go.setProperty("primary", True)
        self.go.clicked.connect(self.order)
        self.code = Form((CODE_FIELD,), tr)
        self.code.changed.connect(self._on_code)
        self.code.submitted.connect(self.look)
        self.code.hide()
        self._says = label("", "value", wrap=True)
        self.confirm = Form((CONFIRM,), tr, columns=1)
        self.confirm.submitted.connect(self.order)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.hide()
        self._lay_out()
        self._show_holding(None)

    def _lay_out(self) -> None:
        self._panel = panel = Panel()
        head = QHBoxLayout()
        head.addWidget(self._icon)
        head.addWidget(self._title, 1)
        panel.body.addLayout(head)
        panel.body.addWidget(self._why)
        panel.body.addWidget(self.table, 1)
        ways = QHBoxLayout()
        ways.addWidget(self.other)
        ways.addWidget(self.save)
        ways.addStretch(1)
        panel.body.addLayout(ways)
        for widget in (self.code, self._says, self.confirm, self.progress, self.bar):
            panel.body.addWidget(widget)
        last = QHBoxLayout()
        last.addStretch(1)
        last.addWidget(self.go)
        panel.body.addLayout(last)
        self.body.addWidget(panel, 1, Qt.AlignmentFlag.AlignHCenter)
        self._space()

    def _space(self) -> None:
        super()._space()
        if hasattr(self, "_panel"):
            self._panel.setFixedWidth(style.tokens().sizes.px(WIDTH))

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._title.setText(tr(N_("Restore a backup")))
        self._why.setText(tr(self._text))
        self.table.setAccessibleName(tr(N_("Backups that are good")))
        self._empty.show_text(
            tr(N_("No good backup was found here. Choose its file, on a drive or a share."))
        )
        self.other.setText(tr(N_("Another file…")))
        self.save.setText(tr(N_("Save what is intact")))
        self.go.setText(tr(N_("Restore this backup")))
        for part in (self.model, self.code, self.confirm):
            part.retranslate(tr)
        self._tell(tr)

    def refresh(self, changes: Changes) -> None:  # noqa: ARG002
        """Look for good backups."""
        self.run(self._way.offered, done=self._show_offered, busy=self._set_busy)

    def _show_offered(self, found: tuple[tuple[BackupView, Path], ...]) -> None:
        self._places = {view.id: path for view, path in found}
        self.model.apply([view for view, _path in found])

    def _set_busy(self, busy: bool) -> None:
        self.progress.setVisible(busy)
        for button in (self.other, self.save):
            button.setEnabled(not busy)
        self.go.setEnabled(not busy and self._holding is not None)

    # choosing

    @Slot(object)
    def _on_current(self, view: BackupView | None) -> None:
        if view is not None:
            self.take_file(self._places[view.id])

    @Slot()
    def choose_file(self) -> None:
        """Take a file that lies elsewhere."""
        tr = self.desk.tr
        path, _kind = QFileDialog.getOpenFileName(self, tr(N_("Choose a backup")), "", FILES)
        if path:
            self.table.clearSelection()
            self.take_file(Path(path))

    def take_file(self, file: Path) -> None:
        """Look into a backup."""
        self._file = file
        self.code.clear()
        self.code.hide()
        self.look()

    @Slot()
    def look(self) -> None:
        """Say what the chosen file holds, or what is wrong with it."""
        self._show_holding(None)
        if self._file is not None:
            typed = str(self.code.value(CODE) or "")
            self.run(
                restoring.look,
                self._way,
                self._file,
                typed,
                done=self._show_holding,
                busy=self._set_busy,
                latest="look",
            )

    @Slot(object)
    def _on_code(self, _name: str) -> None:
        tell_groups(self.code)

    def take_error(self, error: DeskError, retry: Retry | None = None) -> bool:
        """Show an error, and the field for the recovery code where that is what is missing."""
        if error.code == "restore.key":
            self.code.show()
        return super().take_error(error, retry)

    @Slot()
    def save_intact(self) -> None:
        """Save what can be read of the damaged database into a file of its own, then look into that."""
        assert self._save_in is not None
        now = dt.datetime.now(dt.UTC)
        self.run(restoring.save_intact, self._save_in, now, done=self._saved, busy=self._set_busy)

    def _saved(self, saved: Salvage) -> None:
        self.take_file(saved.file)

    # what it holds

    def _show_holding(self, holding: Holding | None) -> None:
        self._holding = holding
        for widget in (self._says, self.confirm):
            widget.setVisible(holding is not None)
        self.go.setEnabled(holding is not None)
        self.confirm.clear()
        self._tell(self.desk.tr)

    def _tell(self, tr: Translator) -> None:
        holding = self._holding
        if holding is None:
            return
        said = [tr(N_("It holds {visitors} people and {visits} visits."), **_counts(holding))]
        if holding.since is not None:
            lost = N_("Since then {visitors} people and {visits} visits were entered: they would be missing.")
            said.append(tr(lost, visitors=holding.since.visitors, visits=holding.since.visits))
        elif holding.made is not None:
            said.append(tr(N_("What was entered after {when} would be missing."), when=holding.made))
        said.append(tr(N_("The database that is there now is put aside, never deleted.")))
        said.append(tr(N_("To confirm: {word}"), word=word_of(holding)))
        self._says.setText("\n".join(said))

    @Slot()
    def order(self) -> None:
        """Order it, if it was confirmed."""
        holding = self._holding
        if holding is None or not self.confirm.check():
            return
        if str(self.confirm.value(CONFIRM.name)).strip() != word_of(holding):
            message = Text(N_("Type {word}, then it is restored."), {"word": word_of(holding)})
            self.confirm.take_error(InputError(CONFIRM.name, "restore.confirm", message))
            return
        self.ordered.emit(holding.order)


def word_of(holding: Holding) -> str:
    """Return what has to be typed: the day of the backup, today's for a file that does not tell."""
    moment = holding.made or dt.datetime.now(dt.UTC)
    return f"{moment.astimezone():%Y%m%d}"


def _counts(holding: Holding) -> dict[str, int]:
    return {"visitors": holding.visitors, "visits": holding.visits}


class RestoreWork:
    """What is done while the hospital is closed; see `Desk.while_closed`."""

    def __init__(self, order: RestoreOrder, now: dt.datetime) -> None:
        self.order = order
        self._now = now

    def __call__(self, *, report: Report) -> Text:
        """Restore, and return what to say."""
        report(0, 1)
        return restoring.told(restoring.carry_out(self.order, self._now))


class RestoreDialog(QDialog):
    """The page over an open desk; what was confirmed is done as soon as the hospital is closed."""

    def __init__(self, desk: Desk, way: Way, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.desk = desk
        self.setWindowTitle(desk.tr(N_("Restore a backup")))
        why = N_(
            "The hospital is closed for it: every other desk has to be closed first. Then it opens again with what the backup holds."
        )
        self.page = RestorePage(desk, way, Text(why))
        self.page.ordered.connect(self.take)
        # Before it is shown, so that the dialog knows how large it is and comes up in the middle.
        self.page.ensure_built()
        back = QPushButton(desk.tr(N_("Back")))
        back.setAutoDefault(False)
        back.clicked.connect(self.reject)
        rows = QVBoxLayout(self)
        rows.addWidget(self.page)
        rows.addWidget(back, 0, Qt.AlignmentFlag.AlignRight)
        self._make_room()
        self.finished.connect(self._on_finished)

    def _make_room(self) -> None:
        """Be high enough for what is said of a backup once it is chosen."""
        sizes = style.tokens().sizes
        most = self.screen().availableGeometry().height() * 95 // 100
        self.resize(self.sizeHint().width(), min(sizes.px(DIALOG_HEIGHT), most))

    @Slot(object)
    def take(self, order: RestoreOrder) -> None:
        """Close the dialog, then the hospital, and restore."""
        desk = self.desk
        now = desk.services.backups.now()
        self.accept()
        if desk.while_closed is not None:
            desk.while_closed(RestoreWork(order, now))

    @Slot(int)
    def _on_finished(self, _result: int) -> None:
        self.page.close_view()


def _when(view: BackupView, tr: Translator) -> str:
    return f"{tr.date(view.made.astimezone().date())} {tr.time(view.made)}"


def _kind(view: BackupView, tr: Translator) -> str:
    return tr(KIND_LABELS[view.kind])


def size_of(view: Any, _tr: Translator) -> str:
    """Return a size in megabytes as people read it."""
    return f"{view.size / 1_000_000:,.1f} MB"


def where(view: BackupView, tr: Translator) -> str:
    """Return in which folders a backup lies."""
    if view.here and view.second:
        return tr(N_("here and in the second folder"))
    return tr(N_("here")) if view.here else tr(N_("in the second folder"))


def _made(view: BackupView) -> dt.datetime:
    return view.made


WHEN: Final = Column("when", N_("Made"), _when, sort=_made, width=150, stretch=1)
KIND: Final = Column("kind", N_("Why"), _kind, width=130, stretch=1)
SIZE: Final = Column("size", N_("Size"), size_of, width=90, number=True)
WHERE: Final = Column("where", N_("Where"), where, width=180, stretch=2)
COLUMNS: Final = (WHEN, KIND, SIZE, WHERE)
