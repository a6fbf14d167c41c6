"""Numbers for a power cut: a block reserved beforehand, and those given on paper entered afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from deskapp import settings
from deskapp.domain.access import Permission
from deskapp.domain.directory import DepartmentView
from deskapp.domain.intake import PaperBlockView, VisitView
from deskapp.domain.text import N_
from deskapp.errors import DeskError
from deskapp.i18n import Translator
from deskapp.services.base import new_request
from deskapp.ui import style
from deskapp.ui.base_tab import Desk
from deskapp.ui.messages import Retry, notice
from deskapp.ui.widgets.basics import Panel, fit_height, pad_dialog
from deskapp.ui.widgets.basics import label as words
from deskapp.ui.widgets.editors import CHOICE, INT, TIME, Choice, Field
from deskapp.ui.widgets.form import Form
from deskapp.ui.widgets.message_bar import MessageBar

RESERVE_FIELDS: Final = (
    Field("department", N_("Department"), CHOICE, required=True),
    Field("size", N_("How many numbers"), INT, required=True),
)
ENTER_FIELDS: Final = (
    Field("block", N_("Block"), CHOICE, required=True, width=2),
    Field("number", N_("Number on the paper"), INT, required=True),
    Field("given_at", N_("Given at"), TIME, required=True),
)


class PaperNumbersDialog(QDialog):
    """Left: reserve a block. Right: enter the number that the visit in front was given on paper."""

    def __init__(self, desk: Desk, visit: VisitView | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._visit = visit
        tr = desk.tr
        self._storing = False
        self._begun: dict[int, PaperBlockView] = {}
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(tr(N_("Paper numbers")))
        self.setMinimumWidth(style.tokens().sizes.px(640))
        self.bar = MessageBar(tr)
        self.reserve = Form(RESERVE_FIELDS, tr, columns=1)
        self.reserve.set_values({"size": settings.PAPER_BLOCK_SIZE.default})
        self.enter = Form(ENTER_FIELDS, tr)
        self._blocks = words("", "secondary", wrap=True)
        self._lay_out()
        self.reserve.submitted.connect(self._reserve)
        self.enter.submitted.connect(self._enter)
        self._load()

    def showEvent(self, event: QShowEvent) -> None:
        """Take the height that the words need."""
        super().showEvent(event)
        fit_height(self)

    def _lay_out(self) -> None:
        tr = self._desk.tr
        rows = QVBoxLayout(self)
        pad_dialog(rows)
        rows.addWidget(words(tr(N_("Paper numbers")), "title"))
        why = N_(
            "Reserve numbers before the power fails, write them on slips by hand, and enter them here afterwards."
        )
        rows.addWidget(words(tr(why), "secondary", wrap=True))
        rows.addWidget(self.bar)
        columns = QHBoxLayout()
        may_reserve = self._desk.actor().may(Permission.PAPER_BLOCK)
        if may_reserve:
            columns.addWidget(self._panel(N_("Reserve"), self.reserve, N_("Reserve"), self._reserve), 1)
        if self._visit is not None:
            title = N_("Enter for this visit")
            columns.addWidget(self._panel(title, self.enter, N_("Enter"), self._enter), 1)
        rows.addLayout(columns)
        rows.addWidget(self._blocks)
        close = QPushButton(tr(N_("Close")))
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        rows.addLayout(foot)

    def _panel(self, title: str, form: Form, do: str, then: object) -> Panel:
        tr = self._desk.tr
        panel = Panel(tr(title))
        panel.title.setProperty("role", "strong")
        panel.body.addWidget(form)
        button = QPushButton(tr(do))
        button.setAutoDefault(False)
        button.clicked.connect(then)
        panel.body.addWidget(button)
        panel.body.addStretch(1)
        return panel

    def _load(self) -> None:
        services, actor = self._desk.services, self._desk.actor()
        self._desk.runner.run(services.directory.departments, actor, done=self._take_departments, owner=self)
        self._desk.runner.run(services.numbers.blocks, actor, done=self._take_blocks, owner=self)

    def _take_departments(self, departments: Sequence[DepartmentView]) -> None:
        self.reserve.set_choices("department", tuple(Choice(place.id, place.name) for place in departments))

    def _take_blocks(self, blocks: Sequence[PaperBlockView]) -> None:
        tr = self._desk.tr
        today = self._desk.today()
        self._begun = {block.id: block for block in blocks}
        spans = [(block.id, _span(block, today, tr), len(block.left)) for block in blocks]
        self.enter.set_choices("block", tuple(Choice(block_id, span) for block_id, span, _left in spans))
        if blocks:
            self.enter.set_values({"block": blocks[-1].id})
        lines = [
            tr.n("{span}: {count} not entered", "{span}: {count} not entered", left, span=span)
            for _id, span, left in spans
        ]
        self._blocks.setText("\n".join(lines))

    @Slot()
    def _reserve(self) -> None:
        if self._storing or not self.reserve.check():
            return
        values = self.reserve.values()
        reserve = self._desk.services.numbers.reserve_block
        self._desk.runner.run(
            reserve,
            self._desk.actor(),
            new_request(),
            values["department"],
            None,
            values["size"],
            done=self._reserved,
            busy=self._set_storing,
            owner=self,
        )

    def _set_storing(self, busy: bool) -> None:
        """Take no second Enter while the first is under way: two blocks would be reserved."""
        self._storing = busy

    def _reserved(self, _done: object) -> None:
        self.bar.clear()
        self._load()

    @Slot()
    def _enter(self) -> None:
        if self._storing or not self.enter.check() or self._visit is None:
            return
        values = self.enter.values()
        block, given = values["block"], values["given_at"]
        assert isinstance(block, int)
        assert isinstance(given, dt.time)
        moment = _given(self._begun[block], given, self._desk.today())
        self._desk.runner.run(
            self._desk.services.numbers.enter_paper,
            self._desk.actor(),
            new_request(),
            self._visit.id,
            block,
            values["number"],
            moment,
            done=self._entered,
            busy=self._set_storing,
            owner=self,
        )

    def _entered(self, _done: object) -> None:
        self.accept()

    def take_error(self, error: DeskError, retry: Retry | None = None) -> bool:
        """Show an error at its field, else in the bar."""
        if not (self.enter.take_error(error, retry) or self.reserve.take_error(error, retry)):
            self.bar.show_notice(notice(error, retry))
        return True


def _span(block: PaperBlockView, today: dt.date, tr: Translator) -> str:
    """Return how a block is told: its first and last number, and its day unless that is today."""
    span = f"{block.labels[0]}-{block.labels[-1]}"
    return span if block.day == today else f"{span} · {tr.date(block.day)}"


def _given(block: PaperBlockView, given: dt.time, today: dt.date) -> dt.datetime:
    """Return when a number of the block was given: a time before the block was reserved is one after midnight."""
    moment = dt.datetime.combine(block.day, given).astimezone(dt.UTC)
    if moment < block.reserved_at.replace(second=0, microsecond=0) and block.day < today:
        moment += dt.timedelta(days=1)
    return moment
