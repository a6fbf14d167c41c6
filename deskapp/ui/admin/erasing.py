"""Erasing: whose records are due, until when a record is kept, erasing with a proof, what is kept how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from deskapp.domain.changes import Changes
from deskapp.domain.retention import Span
from deskapp.domain.text import N_, Text
from deskapp.i18n import Translator
from deskapp.services.base import Done, new_request
from deskapp.services.retention import ErasedRef, KeptVisitor, Overview, Proof, ProofRow
from deskapp.ui import style
from deskapp.ui.admin.erasing_panel import ErasePanel, ProofPanel, visitor_name
from deskapp.ui.base_tab import BaseView
from deskapp.ui.keys import Action
from deskapp.ui.messages import GOOD, Notice
from deskapp.ui.widgets.basics import EmptyState, scrolled
from deskapp.ui.widgets.panel_room import PanelRoom
from deskapp.ui.widgets.progress import ProgressStrip
from deskapp.ui.widgets.record_model import Column, RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable
from deskapp.ui.widgets.search_field import SearchField

ROOM: Final = PanelRoom(wide=440, narrow=340, roomy_from=1040)
NARROW: Final = 820
"""Below this width of the page, in pixels of the drawing board, the lists have only what tells their lines apart."""
SHOWN: Final = (
    (("name", "phone", "last", "kept"), ("name", "last", "kept")),
    (("code", "when", "by", "why"), ("code", "when")),
)
"""Columns of records and proofs with little room, and with less; the panel says the rest."""
AT_ONCE: Final = 100
"""Lines asked for at a time."""
RECORDS, PROOFS, SPANS = range(3)


@dataclass(frozen=True)
class SpanRow:
    """One line of what is kept how long."""

    id: str
    span: Span


class ErasingPage(BaseView):
    """Records on the left, one of them or all that are due beside; proofs and spans behind their tabs."""

    subjects = frozenset({"visitor", "setting"})

    def build(self) -> None:
        """Make search, lists and what stands beside."""
        self._request = new_request()
        self._busy = False
        self._typed = ""
        self._wanted = self._sent = ""
        self._keys = self.desk.keys.install(self, self._own_actions())
        self.views = QTabBar()
        self.views.setDrawBase(False)
        for _place in range(3):
            self.views.addTab("")
        self.views.currentChanged.connect(self._on_view)
        self.search = SearchField()
        self.search.edited.connect(self._on_typed)
        self.search.stepped.connect(self._on_stepped)
        self._make_lists()
        self.panel, self.proof = ErasePanel(self.desk.tr), ProofPanel(self.desk.tr)
        keys = self._keys
        self.panel.add_buttons([keys["erasing.erase"], keys["erasing.all"]])
        self.panel.form.submitted.connect(self.erase)
        self.proof.add_buttons([keys["erasing.copy"]])
        self.progress = ProgressStrip(self.desk.tr)
        self._lay_out()
        self._enable()

    def _own_actions(self) -> Sequence[Action]:
        return (
            Action("erasing.find", N_("Find"), self.to_search, "Ctrl+F", "search"),
            Action("erasing.erase", N_("Erase"), self.erase, "Ctrl+Return", "eraser", primary=True),
            Action("erasing.all", N_("All that are due"), self.choose_all, "F4", "users"),
            Action("erasing.more", N_("Show more"), self.show_more, "F6", "chevron-down"),
            Action("erasing.copy", N_("Copy the proof"), self.copy_proof, "F8", "copy"),
        )

    def _make_lists(self) -> None:
        tr = self.desk.tr
        self.visitors: RecordTableModel[KeptVisitor] = RecordTableModel(VISITOR_COLUMNS, tr, self)
        self.proofs: RecordTableModel[ProofRow] = RecordTableModel(PROOF_COLUMNS, tr, self)
        self.spans: RecordTableModel[SpanRow] = RecordTableModel(SPAN_COLUMNS, tr, self)
        self.tables = [RecordTable(model) for model in (self.visitors, self.proofs, self.spans)]
        self._empty = [EmptyState("circle-check"), EmptyState("scroll-text")]
        for table, empty in zip(self.tables, self._empty, strict=False):
            table.set_empty(empty)
        self.tables[RECORDS].current.connect(self._on_visitor)
        self.tables[PROOFS].current.connect(self._on_proof)

    def _lay_out(self) -> None:
        self._stack = QStackedWidget()
        for table in self.tables:
            self._stack.addWidget(table)
        self._beside = QStackedWidget()
        for panel in (scrolled(self.panel), scrolled(self.proof)):
            self._beside.addWidget(panel)
        left = QVBoxLayout()
        for widget in (self.views, self.search, self._stack, self.progress):
            left.addWidget(widget, 1 if widget is self._stack else 0)
        row = QHBoxLayout()
        row.addLayout(left, 1)
        row.addWidget(self._beside)
        self.body.addLayout(row)
        QWidget.setTabOrder(self.views, self.search)

    def share_room(self) -> None:
        """Leave out of the lists what stands beside them anyway, where both have little room."""
        roomy = ROOM.share(self._beside, self.width())
        narrow = self.width() < style.tokens().sizes.px(NARROW)
        for table, (some, few) in zip(self.tables, SHOWN, strict=False):
            table.show_columns(EVERY if roomy else few if narrow else some)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        for place, words in enumerate(VIEWS):
            self.views.setTabText(place, tr(words))
            self.tables[place].setAccessibleName(tr(words))
        self.views.setAccessibleName(tr(N_("Erasing personal data")))
        self.search.say(tr, N_("Find a visitor"), N_("Until when is a record kept? Name, phone or number"))
        self._empty[PROOFS].show_text(tr(N_("Nothing has been erased yet.")))
        self._say_empty(tr)
        for part in (self.visitors, self.proofs, self.spans, self.panel, self.proof, self.progress):
            part.retranslate(tr)

    def _say_empty(self, tr: Translator) -> None:
        nobody = N_("Nobody is due. Records are kept for {years} years from the last visit.")
        words = tr(N_("Nobody was found.")) if self._typed else tr(nobody, years=self._years)
        self._empty[RECORDS].show_text(words)

    _years = 15

    # asking

    def open_record(self, topic: str, record: object) -> None:
        """Look for a visitor by the number of the record, and choose that one."""
        if topic == "visitor":
            self.ensure_built()
            self.views.setCurrentIndex(RECORDS)
            self._sent = str(record)
            self.search.setText(self._sent)
            self._ask()

    def refresh(self, changes: Changes) -> None:  # noqa: ARG002
        """Ask for everything again."""
        service, run = self.desk.services.retention, self.desk.runner.run
        actor = self.desk.actor()
        run(service.overview, actor, done=self._take_overview, owner=self, latest="erasing.overview")
        run(service.proofs, actor, 0, AT_ONCE, done=self._take_proofs, owner=self, latest="erasing.proofs")
        self._ask()

    def _ask(self, offset: int = 0) -> None:
        service, actor, run = self.desk.services.retention, self.desk.actor(), self.desk.runner.run
        if self._typed:
            run(service.find, actor, self._typed, done=self._take, owner=self, latest="erasing.list")
        else:
            done = self._take_more if offset else self._take
            run(service.due, actor, offset, AT_ONCE, done=done, owner=self, latest="erasing.list")

    def _take_overview(self, found: Overview) -> None:
        self._years = found.years
        self.panel.show_due(found.due)
        self.spans.apply([SpanRow(span.code, span) for span in found.spans])
        self._say_empty(self.desk.tr)
        self._enable()

    def _take(self, visitors: Sequence[KeptVisitor]) -> None:
        self.visitors.apply(visitors)
        self._say_empty(self.desk.tr)
        shown = self.panel.visitor
        now = next((one for one in visitors if shown is not None and one.id == shown.id), None)
        if shown is not None and now != shown:
            self.panel.show_visitor(now)
        self._choose_sent(visitors)
        self._enable()

    def _choose_sent(self, visitors: Sequence[KeptVisitor]) -> None:
        """Choose whom another page sent here: whoever came for one person is told at once what holds for them."""
        # A record that was merged is found under the number of the one that was kept.
        if self._sent and self._sent == self._typed and len(visitors) == 1:
            self.tables[RECORDS].select(visitors[0].id)
        self._sent = ""

    def _take_more(self, visitors: Sequence[KeptVisitor]) -> None:
        self.visitors.apply([*self.visitors.records, *visitors])
        self._enable()

    def _take_proofs(self, proofs: Sequence[ProofRow]) -> None:
        self.proofs.apply(proofs)
        wanted, self._wanted = self._wanted, ""
        found = next((row.id for row in proofs if row.code == wanted), None)
        if found is not None:
            self.tables[PROOFS].select(found)

    def _enable(self, busy: bool | None = None) -> None:
        self._busy = self._busy if busy is None else busy
        keys, at = self._keys, self.views.currentIndex()
        keys["erasing.erase"].setEnabled(at == RECORDS and self.panel.may_erase(busy=self._busy))
        keys["erasing.all"].setEnabled(at == RECORDS and self.panel.visitor is not None and not self._busy)
        rest = not self._typed and len(self.visitors.records) < self.panel.due
        keys["erasing.more"].setEnabled(at == RECORDS and rest)
        keys["erasing.copy"].setEnabled(at == PROOFS and self.proof.proof is not None)

    # looking

    @Slot(int)
    def _on_view(self, place: int) -> None:
        self._stack.setCurrentIndex(place)
        self._beside.setVisible(place != SPANS)
        self._beside.setCurrentIndex(min(place, PROOFS))
        self.search.setVisible(place == RECORDS)
        self._enable()

    @Slot(str)
    def _on_typed(self, typed: str) -> None:
        self._typed = typed.strip()
        self._ask()

    @Slot(object)
    def _on_stepped(self, _rows: int) -> None:
        self.tables[RECORDS].setFocus()

    @Slot(object)
    def _on_visitor(self, visitor: KeptVisitor | None) -> None:
        if visitor is not None:
            self._choose(visitor)

    def _choose(self, visitor: KeptVisitor | None) -> None:
        self.panel.show_visitor(visitor)
        # A lost answer is given again under the same request; another record is another request.
        self._request = new_request()
        self._enable()

    @Slot(object)
    def _on_proof(self, row: ProofRow | None) -> None:
        if row is not None:
            proof = self.desk.services.retention.proof
            run = self.desk.runner.run
            run(proof, self.desk.actor(), row.code, done=self._show_proof, owner=self, latest="erasing.proof")

    def _show_proof(self, proof: Proof | None) -> None:
        self.proof.show_proof(proof)
        self._enable()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back to the list."""
        if event.key() == Qt.Key.Key_Escape:
            self.tables[self.views.currentIndex()].setFocus()
        else:
            super().keyPressEvent(event)

    # doing

    @Slot()
    def to_search(self) -> None:
        """Go to the search field."""
        self.views.setCurrentIndex(RECORDS)
        self.search.setFocus()
        self.search.selectAll()

    @Slot()
    def choose_all(self) -> None:
        """Show what erasing all that are due asks for."""
        table = self.tables[RECORDS]
        table.clearSelection()
        table.setCurrentIndex(table.rootIndex())
        self._choose(None)

    @Slot()
    def show_more(self) -> None:
        """Show the next ones who are due."""
        self._ask(len(self.visitors.records))

    @Slot()
    def copy_proof(self) -> None:
        """Copy the proof shown."""
        self.proof.copy()
        self.desk.messages.did(Text(N_("Proof copied")))

    @Slot()
    def erase(self) -> None:
        """Erase the record chosen, or all that are due, when reason and confirmation are right."""
        reason = self.panel.reason() if self._keys["erasing.erase"].isEnabled() else None
        if reason is None:
            return
        service, actor = self.desk.services.retention, self.desk.actor()
        if self.panel.visitor is not None:
            one = (service.erase, actor, self._request, self.panel.visitor.id, reason)
            self.run(*one, done=self._erased, busy=self._enable)
            return
        strip = self.progress
        everybody = (service.erase_due, actor, self._request, reason)
        task = self.run(*everybody, done=self._erased_all, busy=self._on_busy, progress=strip.progress)
        strip.watch(task)

    def _on_busy(self, busy: bool) -> None:
        self._enable(busy)
        self.progress.busy(busy)
        if not busy:
            # Also where it was stopped or failed on the way: what is erased by then is erased.
            self.refresh(Changes())

    def _erased(self, done: Done[ErasedRef]) -> None:
        self._wanted = done.value.code
        self._choose(None)
        self.views.setCurrentIndex(PROOFS)
        self.refresh(Changes())
        words = Text(N_("Erased. The proof is {code}."), {"code": done.value.code})
        self.bar.show_notice(Notice(GOOD, words))

    def _erased_all(self, done: Done[int]) -> None:
        self._choose(None)
        self.views.setCurrentIndex(PROOFS)
        told = self.desk.tr.n("{count} record erased.", "{count} records erased.", done.value)
        self.bar.show_notice(Notice(GOOD, told))


VIEWS: Final = (N_("Records"), N_("Proofs"), N_("What is kept how long"))


def _last(visitor: KeptVisitor, tr: Translator) -> str:
    return tr.date(visitor.last_visit) if visitor.last_visit else tr(N_("never came"))


def _born(visitor: KeptVisitor, tr: Translator) -> str:
    return tr.date(visitor.birth_date) if visitor.birth_date else ""


def _phone(visitor: KeptVisitor, _tr: Translator) -> str:
    return visitor.phone or visitor.document


def _kept(visitor: KeptVisitor, tr: Translator) -> str:
    if visitor.erased:
        return tr(N_("erased"))
    if visitor.erasable or visitor.keeping.since is None:
        return tr(N_("may be erased"))
    return tr(N_("until {day}"), day=visitor.keeping.since)


def _kept_tone(visitor: KeptVisitor) -> str:
    return "secondary" if visitor.erased else "warning" if visitor.erasable else "good"


def _code(proof: ProofRow, _tr: Translator) -> str:
    return proof.code


def _when(proof: ProofRow, tr: Translator) -> str:
    return str(tr.value(proof.at))


def _by(proof: ProofRow, tr: Translator) -> str:
    return proof.by or tr(N_("command line"))


def _why(proof: ProofRow, _tr: Translator) -> str:
    return proof.reason


def _what(row: SpanRow, tr: Translator) -> str:
    return tr(row.span.what)


def _how_long(row: SpanRow, tr: Translator) -> str:
    return tr(row.span.how_long)


def _then(row: SpanRow, tr: Translator) -> str:
    return tr(row.span.then)


VISITOR_COLUMNS: Final[Sequence[Column[KeptVisitor]]] = (
    Column("name", N_("Name"), visitor_name, width=110, stretch=2, wrap=True),
    Column("born", N_("Birth date"), _born, width=90),
    Column("phone", N_("Phone or document"), _phone, width=132, wrap=True),
    Column("last", N_("Last visit"), _last, width=100, wrap=True),
    Column("kept", N_("Kept"), _kept, width=120, stretch=1, wrap=True, tone=_kept_tone),
)
PROOF_COLUMNS: Final[Sequence[Column[ProofRow]]] = (
    Column("code", N_("Proof"), _code, width=116),
    Column("when", N_("Erased at"), _when, width=130, wrap=True),
    Column("by", N_("Erased by"), _by, width=90, stretch=1, wrap=True),
    Column("why", N_("Reason"), _why, width=120, stretch=2, wrap=True),
)
SPAN_COLUMNS: Final[Sequence[Column[SpanRow]]] = (
    Column("what", N_("What"), _what, width=200, stretch=3, wrap=True),
    Column("how-long", N_("How long"), _how_long, width=160, stretch=2, wrap=True),
    Column("then", N_("Then"), _then, width=200, stretch=4, wrap=True),
)
EVERY: Final = {column.name for column in VISITOR_COLUMNS} | {column.name for column in PROOF_COLUMNS}
