"""A strip that tells how far a task is, once it takes longer than half a second, and lets it be cancelled."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QWidget

from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.tasks import Progress, Task
from deskapp.ui.widgets.basics import label

PATIENCE_MS = 500


class ProgressStrip(QFrame):
    """Hand its `busy` and `progress` to `Runner.run`, then `watch` the task that it returned.

    `strip.watch(view.run(service.export, day, done=view.exported, busy=strip.busy, progress=strip.progress))`
    """

    def __init__(self, tr: Translator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tr = tr
        self._task: Task | None = None
        self._words = label("", "secondary")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._cancel = QPushButton()
        self._cancel.clicked.connect(self._on_cancel)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self._words)
        self._row.addWidget(self._bar, 1)
        self._row.addWidget(self._cancel)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self.show)
        style.look().changed.connect(self._space)
        self._space()
        self.retranslate(tr)
        self.hide()

    def watch(self, task: Task) -> Task:
        """Let this task be cancelled; return it."""
        self._task = task
        return task

    @Slot(bool)
    def busy(self, under_way: bool) -> None:
        """Wait half a second before anything is shown; hide when all is over."""
        if under_way:
            self._bar.setRange(0, 0)
            self._words.setText(self._tr(N_("Working")))
            self._cancel.setEnabled(True)
            self._patience.start()
        else:
            self._patience.stop()
            self.hide()

    def progress(self, progress: Progress) -> None:
        """Show how far it is."""
        self._bar.setRange(0, progress.total)
        self._bar.setValue(progress.done)
        told = f"{progress.done} / {progress.total}" if progress.total else f"{progress.done}"
        self._words.setText(f"{self._tr(progress.note)}  {told}" if progress.note else told)

    def retranslate(self, tr: Translator) -> None:
        """Say it in another language."""
        self._tr = tr
        self._cancel.setText(tr(N_("Cancel")))

    @Slot()
    def _on_cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._cancel.setEnabled(False)
            self._words.setText(self._tr(N_("Stopping")))

    @Slot()
    def _space(self) -> None:
        self._row.setSpacing(style.tokens().sizes.field_gap)
