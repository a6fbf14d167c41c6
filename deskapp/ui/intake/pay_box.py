"""The price of a visit: items found in the price list, the sum, and the state of payment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from deskapp.domain.access import Permission
from deskapp.domain.directory import PriceView
from deskapp.domain.intake import ChargeLine, VisitView
from deskapp.domain.registration import Payment, label
from deskapp.domain.text import N_, Text
from deskapp.i18n import Translator
from deskapp.services.base import new_request
from deskapp.ui import style
from deskapp.ui.base_tab import Desk
from deskapp.ui.keys import printed
from deskapp.ui.later import Later
from deskapp.ui.tasks import Then
from deskapp.ui.widgets.basics import EmptyState, Pill
from deskapp.ui.widgets.basics import label as words
from deskapp.ui.widgets.editors import CHOICE, Choice, Field
from deskapp.ui.widgets.form import Form
from deskapp.ui.widgets.record_model import Column, RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable
from deskapp.ui.widgets.result_list import ResultList, ResultRow
from deskapp.ui.widgets.search_field import SearchField

MOST_FOUND: Final = 4
RECORD_KEY: Final = "Ctrl+Return"
TAKE_OFF_KEY: Final = "Delete"
TONES: Final = {Payment.UNPAID: "warning", Payment.PAID: "good", Payment.WAIVED: "secondary"}
STATES: Final = tuple(Choice(state, label(state), str(place)) for place, state in enumerate(Payment, 1))
RECORDED: Final = {
    Payment.UNPAID: N_("Noted as unpaid; this step stays open"),
    Payment.PAID: N_("Payment recorded"),
    Payment.WAIVED: N_("Price waived"),
}
"""What is told once a state is stored (message ids)."""
FIELDS: Final = (
    Field("payment", N_("Payment"), CHOICE, STATES, required=True),
    Field("payment_reason", N_("Reason for waiving")),
)


class PayBox(QWidget):
    """Type a word of the price list, Enter adds it; then say whether it is paid."""

    finished = Signal()
    """The person is through with the price."""

    doubtful = Signal()
    """It is not known what of the price is stored: read the visit again."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._visit: VisitView | None = None
        self._shown_for = ""
        self._storing: set[int] = set()
        self.field = SearchField()
        self.found = ResultList(desk.tr)
        self.found.fit(MOST_FOUND)
        self.found.hide()
        self._none = words("", "secondary", wrap=True)
        self._none.hide()
        self.lines: RecordTableModel[ChargeLine] = RecordTableModel(COLUMNS, desk.tr, self)
        self.table = RecordTable(self.lines)
        self._empty = EmptyState("receipt")
        self.table.set_empty(self._empty)
        self.table.setMinimumHeight(style.tokens().sizes.px(88))
        self.table.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._remove = QPushButton()
        self._record = QPushButton()
        self._record.clicked.connect(self.store)
        self._sum = words("", "number")
        self._state = Pill()
        self.form = Form(FIELDS, desk.tr)
        self._lay_out()
        self.field.edited.connect(self._on_edited)
        self.field.stepped.connect(self.found.step)
        self.field.confirmed.connect(self._on_confirmed)
        self.found.chosen.connect(self._on_found)
        self._remove.clicked.connect(self._on_remove)
        taking_off = QShortcut(QKeySequence(TAKE_OFF_KEY), self.table)
        taking_off.setContext(Qt.ShortcutContext.WidgetShortcut)
        taking_off.activated.connect(self._on_remove)
        # In the form Ctrl+Enter stores already; here it does so from the search and the table too.
        recording = QShortcut(QKeySequence(RECORD_KEY), self)
        recording.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        recording.activated.connect(self.store)
        self.form.submitted.connect(self.store)
        self.form.changed.connect(self._on_changed)
        self.form.set_shown("payment_reason", False)

    def _lay_out(self) -> None:
        below = QHBoxLayout()
        below.addWidget(self._remove)
        below.addStretch(1)
        below.addWidget(self._state)
        below.addWidget(self._sum)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.field)
        rows.addWidget(self.found)
        rows.addWidget(self._none)
        rows.addWidget(self.table, 1)
        rows.addLayout(below)
        paid = QHBoxLayout()
        paid.addWidget(self.form, 1)
        # Level with the fields, whose labels stand above them.
        beside = QVBoxLayout()
        beside.addWidget(words(" ", "label"))
        beside.addWidget(self._record)
        beside.addStretch(1)
        paid.addLayout(beside)
        rows.addLayout(paid)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.field.say(tr, N_("Find a price"), N_("Examination, treatment or code; Enter adds it"))
        self.found.setAccessibleName(tr(N_("Prices found")))
        self.table.setAccessibleName(tr(N_("Items of this visit")))
        self._empty.show_text(tr(N_("Nothing priced yet. Type a word of the price list above.")))
        self._record.setText(_with_key(tr(N_("Record the payment")), RECORD_KEY))
        self._remove.setText(_with_key(tr(N_("Take off the item")), TAKE_OFF_KEY))
        self.lines.retranslate(tr)
        self.form.retranslate(tr)
        if self._visit is not None:
            self._show_sum(self._visit)

    def begin(self) -> None:
        """Empty everything for a visit that is being opened."""
        self._visit = None
        self.field.clear()
        self.lines.apply(())
        self.form.clear()

    def show_visit(self, visit: VisitView) -> None:
        """Show the price of a visit; what is being typed into the same visit stays."""
        same = self._visit is not None and self._visit.id == visit.id
        self._visit = visit
        self.lines.apply(visit.charges)
        self._remove.setEnabled(bool(visit.charges))
        known = {"payment": visit.payment, "payment_reason": visit.payment_reason}
        if same:
            self.form.follow(known)
        else:
            self.form.set_values(known)
        self._on_changed("payment")
        self._show_sum(visit)

    def _show_sum(self, visit: VisitView) -> None:
        tr = self._desk.tr
        self._sum.setText(tr.money(visit.total))
        self._state.show_text(tr(label(visit.payment)), TONES[visit.payment])

    def take_focus(self) -> None:
        """Put the cursor into the search of prices."""
        self.field.setFocus()

    @Slot(str)
    def _on_edited(self, typed: str) -> None:
        if not typed.strip():
            self.found.hide()
            self._none.hide()
            return
        self._ask(self._show_found)

    def _ask(self, done: Then) -> None:
        prices, typed = self._desk.services.directory.prices, self.field.query()
        run = self._desk.runner.run
        run(prices, self._desk.actor(), typed, done=done, owner=self, latest="directory.prices")

    def _show_found(self, prices: Sequence[PriceView]) -> None:
        tr = self._desk.tr
        rows = [
            ResultRow(
                item.id, tr(item.name), aside=tr.money(item.fen), second=item.code, icon="tag", data=item
            )
            for item in prices[:20]
        ]
        self.found.apply(rows)
        self._shown_for = self.field.query()
        typed = self._shown_for.strip()
        self.found.setVisible(bool(rows) and bool(typed))
        self._none.setText(tr(N_("Nothing in the price list answers “{typed}”."), typed=typed))
        self._none.setVisible(bool(typed) and not rows)

    def _show_and_choose(self, prices: Sequence[PriceView]) -> None:
        self._show_found(prices)
        if self.field.query().strip():
            self.found.choose()

    @Slot()
    def _on_confirmed(self) -> None:
        typed = self.field.query()
        if not typed.strip():
            self.form.focus("payment")
        elif typed == self._shown_for:
            self.found.choose()
        else:
            # Enter faster than the answer: what stands in the list is what was looked for before.
            self._ask(self._show_and_choose)

    @Slot(object)
    def _on_found(self, row: ResultRow) -> None:
        if self._visit is None:
            return
        self.field.clear()
        self.field.setFocus()
        self.add((self._desk.actor(), new_request(), self._visit.id, row.data.id))

    def take_refusal(self, args: tuple[Any, ...], error: Exception) -> None:
        """Say why an item was not added. The answer alone may be lost: what is stored is read again."""
        self._desk.messages.route(error, self, Later(self.add, args))
        self.doubtful.emit()

    def add(self, args: tuple[Any, ...]) -> None:
        """Add an item, again under the request that it had: one that was stored is not added twice."""
        add = self._desk.services.visits.add_charge
        self._desk.runner.run(add, *args, owner=self, failed=partial(self.take_refusal, args))

    @Slot()
    def _on_remove(self) -> None:
        line = self.table.current_record()
        if line is not None:
            remove = self._desk.services.visits.remove_charge
            self._desk.runner.run(remove, self._desk.actor(), new_request(), line.id, owner=self)

    @Slot(object)
    def _on_changed(self, name: str) -> None:
        if name == "payment":
            self.form.set_shown("payment_reason", self.form.value("payment") is Payment.WAIVED)

    @Slot()
    def store(self) -> None:
        """Record the state of payment."""
        if self._visit is None or self._visit.id in self._storing or not self.form.check():
            return
        state = self.form.value("payment")
        assert isinstance(state, Payment)
        reason = str(self.form.value("payment_reason") or "") if state is Payment.WAIVED else ""
        before = (self._visit.payment, self._visit.payment_reason)
        paying = _Paying(self, self._visit.id, self.form.values(), before, (state, reason))
        self._desk.runner.run(
            self._desk.services.visits.pay,
            self._desk.actor(),
            new_request(),
            self._visit.id,
            *paying.state,
            done=paying.done,
            busy=paying.busy,
            owner=self,
            latest=f"pay.{self._visit.id}",
        )

    def set_storing(self, visit_id: int, busy: bool) -> None:
        """Take no second order to record the same payment while the first is under way."""
        (self._storing.add if busy else self._storing.discard)(visit_id)

    def take_stored(self, paying: _Paying) -> None:
        """Say what was recorded, and go on from it if its visit still is in front."""
        undo = Later(self.put_back, paying) if self._may_put_back(paying) else None
        self._desk.messages.did(paying.words(), undo)
        if self._visit is None or self._visit.id != paying.visit_id:
            return
        self.form.follow(paying.values)
        if not self.form.is_changed():
            self.finished.emit()

    def _may_put_back(self, paying: _Paying) -> bool:
        waived = paying.before[0] is Payment.WAIVED
        allowed = not waived or self._desk.actor().may(Permission.PRICE_WAIVE)
        return allowed and paying.before != paying.state

    def put_back(self, paying: _Paying) -> None:
        """Record that a price is as it was before: unpaid, paid, or waived with its reason."""
        pay, args = self._desk.services.visits.pay, (paying.visit_id, *paying.before)
        done, latest = partial(self._tell_back, paying), f"pay.{paying.visit_id}"
        self._desk.runner.run(
            pay, self._desk.actor(), new_request(), *args, done=done, owner=self, latest=latest
        )

    def _tell_back(self, paying: _Paying, _done: object) -> None:
        self._desk.messages.did(Text(N_("Undone: {step}"), {"step": paying.words()}))


@dataclass(frozen=True)
class _Paying:
    """A payment on its way to be recorded: of which visit, what was chosen, and what was recorded before."""

    box: PayBox
    visit_id: int
    values: dict[str, object]
    before: tuple[Payment, str]
    state: tuple[Payment, str]

    def words(self) -> Text:
        return Text(RECORDED[self.state[0]])

    def done(self, _done: object) -> None:
        self.box.take_stored(self)

    def busy(self, busy: bool) -> None:
        self.box.set_storing(self.visit_id, busy)


def _with_key(said: str, key: str) -> str:
    return f"{said} ({printed(QKeySequence(key))})"


def _name(line: ChargeLine, tr: Translator) -> str:
    return tr(line.name)


def _quantity(line: ChargeLine, _tr: Translator) -> str:
    return str(line.quantity)


def _total(line: ChargeLine, tr: Translator) -> str:
    return tr.money(line.total)


COLUMNS: Final[tuple[Column[ChargeLine], ...]] = (
    Column("name", N_("Item"), _name, width=160, stretch=1, wrap=True),
    Column("quantity", N_("Quantity"), _quantity, width=96, number=True),
    Column("total", N_("Price"), _total, width=96, number=True),
)
