"""Where and when somebody signed in: the list, and one's own in a dialog."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout, QWidget

from deskapp.domain.accounts import OUTCOME_LABELS, Outcome
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.services.access import Try
from deskapp.ui.base_tab import Desk
from deskapp.ui.widgets.basics import EmptyState, label, pad_dialog
from deskapp.ui.widgets.record_model import Column, RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable

_ICONS: Final = {
    Outcome.PASSWORD: "circle-check",
    Outcome.PIN: "circle-check",
    Outcome.WRONG: "circle-x",
    Outcome.WAITED: "hourglass",
    Outcome.SHUT: "ban",
}
_GOOD: Final = (Outcome.PASSWORD, Outcome.PIN)


class HistoryTable(RecordTable):
    """The last tries of one account, newest first."""

    def __init__(self, tr: Translator) -> None:
        self._tries: RecordTableModel[Try] = RecordTableModel(COLUMNS, tr)
        super().__init__(self._tries)
        self._tries.setParent(self)
        self._none = EmptyState("history")
        self.set_empty(self._none)
        self.retranslate(tr)

    def show_tries(self, tries: Sequence[Try]) -> None:
        """Show these."""
        self._tries.apply(tries)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._tries.retranslate(tr)
        self._none.show_text(tr(N_("Nobody has signed in with this account yet.")))
        self.setAccessibleName(tr(N_("Sign-ins")))


class HistoryDialog(QDialog):
    """Where I signed in: who sees a try that was not theirs can tell."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        tr = desk.tr
        self.setWindowTitle(tr(N_("Where I signed in")))
        self.resize(620, 460)
        rows = QVBoxLayout(self)
        pad_dialog(rows)
        self.table = HistoryTable(tr)
        close = QPushButton(tr(N_("Close")))
        close.clicked.connect(self.reject)
        rows.addWidget(label(tr(N_("Where I signed in")), "title"))
        advice = N_(
            "If there is a try here that was not yours, change your password and tell an administrator."
        )
        rows.addWidget(label(tr(advice), "secondary", wrap=True))
        rows.addWidget(self.table, 1)
        rows.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        actor = desk.actor()
        mine = desk.services.access.sign_ins
        desk.runner.run(mine, actor, actor.account_id, done=self.table.show_tries, owner=self)


def _when(one: Try, tr: Translator) -> str:
    return str(tr.value(one.at))


def _where(one: Try, _tr: Translator) -> str:
    return one.desk


def _how(one: Try, tr: Translator) -> str:
    return tr(OUTCOME_LABELS[one.outcome])


def _tone(one: Try) -> str:
    return "" if one.outcome in _GOOD else "warning"


def _icon(one: Try) -> str:
    return _ICONS[one.outcome]


COLUMNS: Final[Sequence[Column[Try]]] = (
    Column("when", N_("When"), _when, width=130, wrap=True),
    Column("where", N_("Where"), _where, width=110, stretch=1, wrap=True),
    Column("how", N_("How"), _how, width=120, stretch=2, wrap=True, tone=_tone, icon=_icon),
)
