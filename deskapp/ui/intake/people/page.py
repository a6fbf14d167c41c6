"""The page “People”: search at the left, a person's card at the right; likely pairs are decided here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Final

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from deskapp.domain.access import Permission
from deskapp.domain.changes import Changes
from deskapp.domain.people import PairState, ScanState
from deskapp.domain.registration import ConsentKind, label
from deskapp.domain.text import N_, Text
from deskapp.i18n import Translator
from deskapp.services.base import Done, new_request
from deskapp.services.intake.cards import EditLine, PersonCard
from deskapp.services.intake.pairs import PairRow
from deskapp.ui import style
from deskapp.ui.base_tab import BaseView, Desk
from deskapp.ui.intake.dialogs import Decision
from deskapp.ui.intake.people.card_view import CardView
from deskapp.ui.intake.people.deciding import Deciding, seeking
from deskapp.ui.intake.people.editing import Editing
from deskapp.ui.intake.people.finding import Finding
from deskapp.ui.intake.people.paper import Paper
from deskapp.ui.keys import Action
from deskapp.ui.messages import GOOD, Notice
from deskapp.ui.tasks import Failed, Task, Then
from deskapp.ui.widgets.basics import EmptyState
from deskapp.ui.widgets.editors import CHOICE, Choice, Field

FILES: Final = "PDF (*.pdf);;JSON (*.json)"
SUFFIX: Final = ".pdf"
CARD_KEYS: Final = (
    "person.edit",
    "person.numbers",
    "person.book",
    "person.consent",
    "person.compare",
    "person.unmerge",
    "person.export",
    "person.erase",
)
DECISIONS: Final = ("pair.same", "pair.different", "pair.reopen")
PAIR_KEYS: Final = (*DECISIONS, "pair.swap", "pair.take")
CONSENT_FIELDS: Final = (
    Field(
        "kind",
        N_("Consent"),
        CHOICE,
        tuple(Choice(kind, label(kind), str(place)) for place, kind in enumerate(ConsentKind, 1)),
        width=2,
        required=True,
    ),
    Field(
        "given",
        N_("Answer"),
        CHOICE,
        (Choice(True, N_("agreed"), "1"), Choice(False, N_("declined"), "2")),
        width=2,
        required=True,
    ),
    Field("given_by", N_("Said by"), width=2, help=N_("the visitor, or a child's guardian, if left empty")),
)


class PeoplePage(BaseView):
    """Everything of one person, and two records that may be one person's."""

    title: ClassVar[str] = N_("People")
    icon: ClassVar[str] = "users"
    help: ClassVar[str] = N_(
        "Type any piece of a name, phone or document: Enter opens the person's card. While nothing is typed the"
        " likely pairs are listed: S takes two records for one person, D for two, and either can be taken back."
        " Ctrl+PgDown lists those that were decided as two people: R takes the decision back."
    )
    subjects: ClassVar[frozenset[str]] = frozenset({"visitor", "visit", "appointment", "question", "pair"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._wanted: int | None = None
        self._from: PersonCard | None = None
        self._coming: Task | None = None

    # the page

    def build(self) -> None:
        """Make the search, the card, the comparison and the form."""
        tr = self.desk.tr
        self.deciding = Deciding(self)
        self.pairs, self.compare = self.deciding.pairs, self.deciding.view
        self.finding = Finding(self.desk, self.pairs)
        self.card = CardView(tr)
        self.editing = Editing(self)
        self._idle = EmptyState("users")
        self._stack = QStackedWidget()
        for page in (self._idle, self.card, self.compare, self.editing):
            self._stack.addWidget(page)
        row = QHBoxLayout()
        self._columns = row
        row.addWidget(self.finding)
        right = QVBoxLayout()
        right.addWidget(self._stack)
        row.addLayout(right, 1)
        self.body.addLayout(row)
        self.finding.chosen.connect(self._on_found)
        self.pairs.chosen.connect(self._on_pair)
        self.pairs.looked.connect(self.enable)
        self.pairs.turned.connect(self.enable)
        self.card.visit_chosen.connect(self._on_visit)
        self.card.tabs.currentChanged.connect(self._on_tab)
        self.compare.table.current.connect(self.enable)
        self._to_find()

    def actions_here(self) -> Sequence[Action]:
        """Return what can be done here."""
        decide = self.deciding
        return (
            Action("person.find", N_("Find"), self._to_find, "Ctrl+F", "search"),
            Action("person.edit", N_("Record"), self.edit, "F3", "id-card"),
            Action("person.numbers", N_("Show numbers"), self.show_numbers, "F4", "eye"),
            Action("person.book", N_("Appointment"), self.book, "F5", "calendar"),
            Action("person.consent", N_("Consent"), self.ask_consent, "F6", "square-check"),
            Action("person.compare", N_("Merge with…"), self.begin_compare, "F7", "merge"),
            Action("person.unmerge", N_("Take merge back"), self.unmerge, "F8", "undo-2"),
            Action("person.export", N_("Data out…"), self.export, "F9", "download", in_bar=False),
            Action("person.erase", N_("Erase…"), self.erase, "F10", "eraser", in_bar=False),
            Action("pair.search", N_("Search for pairs"), decide.search, "F11", "scan-line", in_bar=False),
            Action("pair.list", N_("Decided pairs"), decide.switch, "Ctrl+PgDown", "split"),
            Action("pair.same", N_("Same person"), decide.merge, "S", "merge", primary=True),
            Action("pair.different", N_("Two people"), decide.part, "D", "split"),
            Action("pair.reopen", N_("Take decision back"), decide.reopen, "R", "undo-2"),
            Action("pair.swap", N_("Keep the other one"), self.swap, "K", "refresh-cw"),
            Action("pair.take", N_("Take this field"), self.compare.take_over, "T", "arrow-left"),
            Action("pair.undo", N_("Undo"), decide.undo, "Ctrl+Z", "undo-2"),
            Action("person.store", N_("Store"), self.store, "Ctrl+Return", "check", primary=True),
            Action("person.back", N_("Back"), self.back, "Esc", in_bar=False),
        )

    def ensure_built(self) -> None:
        """Build the page, and put the buttons that show the keys into it."""
        first = not self._built
        super().ensure_built()
        if first:
            keys = self.key_actions
            self.card.add_buttons([keys[name] for name in CARD_KEYS])
            self.compare.add_buttons([keys[name] for name in PAIR_KEYS])
            self.editing.add_buttons([keys["person.back"], keys["person.store"]])
            self.pairs.add_button(keys["pair.search"])
            self.enable()
            if self._wanted is not None:
                self.open_record("visitor", self._wanted)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        for part in (self.finding, self.card, self.compare, self.editing):
            part.retranslate(tr)
        self._idle.show_text(
            tr(N_("A person's card shows all visits, papers and changes. Find somebody at the left."))
        )

    def refresh(self, changes: Changes) -> None:
        """Ask again for what is in front."""
        if not changes or changes.concerns("pair", "visitor"):
            self.pairs.ask()
        if not changes:
            return
        if changes.concerns("visitor"):
            self.finding.search_again()
        if self.card.card is not None:
            self._follow(self.card.card.id)
        if self._comparing():
            self.deciding.ask_again()

    def share_room(self) -> None:
        """Share the room between search and card."""
        self._columns.setSpacing(style.tokens().sizes.margin)
        self.finding.fit(self.width())

    def showEvent(self, event: QShowEvent) -> None:
        """Put the cursor into the search, unless it is in the page already: who clicked on the page's name types next."""
        super().showEvent(event)
        # Later: what is not on the screen yet would not have the cursor when the window is activated.
        QTimer.singleShot(0, self, self._take_cursor)

    @Slot()
    def _take_cursor(self) -> None:
        self.finding.offer_cursor(self)

    def close_view(self) -> None:
        """Look no more how far a search is; keep what is typed."""
        if self._built:
            self.pairs.stop()
            self.editing.keep_now()
        super().close_view()

    def may_leave(self) -> bool:
        """What is typed is kept as a draft."""
        return True

    def show_example(self) -> None:
        """Show the first pair, else whoever is found first."""
        self.finding.confirm()

    def take_scan(self, code: str) -> None:
        """Look for what was scanned."""
        self.finding.show_typed(code)
        self.finding.confirm()

    def open_record(self, topic: str, record: object) -> None:
        """Open somebody's card."""
        if topic == "visitor" and isinstance(record, int):
            if not self._built:
                self._wanted = record
                return
            self._wanted = None
            self._seek(None)
            self._read(record)

    # the card

    @Slot(object)
    def _on_found(self, visitor_id: int) -> None:
        if self._from is not None and visitor_id != self._from.id:
            self.deciding.ask(self._from.id, visitor_id)
        else:
            self._read(visitor_id)

    def _read(self, visitor_id: int) -> None:
        self.bring(self.desk.services.people.card, visitor_id, done=self._take_card)

    def _take_card(self, card: PersonCard) -> None:
        self.card.show_card(card)
        self._show(self.card)
        self.card.tables["visits"].setFocus()
        self._ask_edits()

    def _follow(self, visitor_id: int) -> None:
        """Read the card in front again. Not as `_read` does, which somebody else may be waiting for."""
        read, take = self.desk.services.people.card, partial(self.take_changed, visitor_id)
        run = self.desk.runner.run
        run(read, self.desk.actor(), visitor_id, done=take, owner=self, latest="card.changed")

    def take_changed(self, visitor_id: int, card: PersonCard) -> None:
        """Show what changed of somebody if it is their card that is in front."""
        if self.card.card is not None and self.card.card.id == visitor_id:
            self.card.show_card(card)
            self._ask_edits()
            self.enable()

    @Slot(int)
    def _on_tab(self, _place: int) -> None:
        self._ask_edits()

    def _ask_edits(self) -> None:
        """Read the history once somebody looks at it."""
        card = self.card.card
        if card is not None and self.card.tabs.currentWidget() is self.card.tables["edits"]:
            read, run = self.desk.services.people.edits, self.desk.runner.run
            take = partial(self.take_edits, card.id)
            run(read, self.desk.actor(), card.id, done=take, owner=self, latest="edits")

    def take_edits(self, visitor_id: int, edits: Sequence[EditLine]) -> None:
        """Show somebody's history if it is their card that is in front."""
        if self.card.card is not None and self.card.card.id == visitor_id:
            self.card.show_edits(edits)

    @Slot(object)
    def _on_visit(self, visit_id: int) -> None:
        self.desk.ways.go("intake", "desk", "visit", visit_id)

    @Slot()
    def show_numbers(self) -> None:
        """Show whole phones and documents; that somebody looked is written down."""
        if self.card.card is not None:
            read, show = self.desk.services.people.whole_numbers, self.card.show_numbers
            self.run(read, self.desk.actor(), self.card.card.id, done=show, latest="numbers")

    @Slot()
    def edit(self) -> None:
        """Change the record, in the form of the desk."""
        if self.card.card is not None:
            self.editing.begin(self.card.card.id)

    def show_editing(self) -> None:
        """Bring the form to the front."""
        self._show(self.editing)

    @Slot()
    def store(self) -> None:
        """Store what was typed into the form."""
        self.editing.store()

    def take_stored(self, visitor_id: int) -> None:
        """Go back to the card of a record that was changed, unless the person is elsewhere by now."""
        self.desk.messages.did(Text(N_("Record stored")))
        if self._stack.currentWidget() is self.editing:
            self._read(visitor_id)

    @Slot()
    def book(self) -> None:
        """Book an appointment for the person."""
        if self.card.card is not None:
            self.desk.ways.go("intake", "appointments", "visitor", self.card.card.id)

    @Slot()
    def ask_consent(self) -> None:
        """Ask for an answer to a question of consent."""
        if self.card.card is not None:
            title = (N_("Answer to a question of consent"), N_("Store"))
            dialog = Decision(self, self.desk.tr, self.card.card.id, title, CONSENT_FIELDS)
            dialog.answered.connect(self._on_consent)
            dialog.open()

    @Slot(object)
    def _on_consent(self, dialog: Decision) -> None:
        form, write = dialog.form, self.desk.services.people.answer_consent
        answer = (form.value("kind"), form.value("given"), str(form.value("given_by") or ""))
        self.run(write, self.desk.actor(), new_request(), dialog.about_id, *answer, done=self._on_answered)

    def _on_answered(self, _done: object) -> None:
        self.desk.messages.did(Text(N_("Answer stored")))

    @Slot()
    def export(self) -> None:
        """Ask where to, and write everything about the person to a file."""
        card = self.card.card
        if card is None:
            return
        tr = self.desk.tr
        proposed = str(Path(card.code).with_suffix(SUFFIX))
        title = tr(N_("Write this person's data to a file"))
        path, _kind = QFileDialog.getSaveFileName(self, title, proposed, FILES)
        if path:
            self.export_to(Path(path))

    def export_to(self, path: Path) -> None:
        """Write everything about the person in front to `path`."""
        if self.card.card is not None:
            where = path if path.suffix else path.with_suffix(SUFFIX)
            people = self.desk.services.people
            on_paper = where.suffix.casefold() == ".pdf"
            write = Paper(people, self.desk.tr.language).write if on_paper else people.export_person
            self.run(write, self.desk.actor(), new_request(), self.card.card.id, where, done=self._exported)

    def _exported(self, done: Done[str]) -> None:
        words = N_("Written as export {number}. The file holds everything: hand it to the person only.")
        self.bar.show_notice(Notice(GOOD, Text(words, {"number": done.value})))

    @Slot()
    def erase(self) -> None:
        """Go to where personal data is erased, with this person's number."""
        if self.card.card is not None:
            self.desk.ways.go("admin", "erasing", "visitor", self.card.card.code)

    # two records

    @Slot()
    def begin_compare(self) -> None:
        """Look for the other record to merge with the one in front."""
        card = self.card.card
        if card is not None:
            self._seek(card)
            self.finding.clear()
            self._to_find()

    def _seek(self, card: PersonCard | None) -> None:
        """Say whose other record is looked for, as long as it is; None: of nobody any more."""
        if self._from is not None and self.bar.notice == seeking(self._from):
            self.bar.clear()
        self._from = card
        if card is not None:
            self.bar.show_notice(seeking(card))

    @Slot(object)
    def _on_pair(self, row: PairRow) -> None:
        self.deciding.ask(*row.id)

    def show_comparing(self) -> None:
        """Bring the two records to the front."""
        self._seek(None)
        self._show(self.compare)
        self.compare.to_first_choice()

    @Slot()
    def swap(self) -> None:
        """Keep the other record; what can be taken is another then."""
        self.compare.swap()
        self.enable()

    def leave_comparing(self) -> None:
        """Go on where the person was before: at a card, or at the search."""
        self._seek(None)
        self._show(self.card if self.card.card is not None else self._idle)
        self._to_find()

    @Slot()
    def unmerge(self) -> None:
        """Take back the latest merge into the record in front."""
        line = self.card.last_merge()
        if line is not None:
            self.deciding.take_back(self.desk.services.people.unmerge, line.id, line.version)

    # where one is

    def bring(
        self, read: Callable[..., Any], *what: object, done: Then, failed: Failed | None = None
    ) -> None:
        """Ask for what shall come to the front. What was asked for before it, and before Esc, does not come."""
        self._coming = self.run(read, self.desk.actor(), *what, done=done, failed=failed, latest="front")

    def _comparing(self) -> bool:
        return self._stack.currentWidget() is self.compare and self.compare.comparison is not None

    @Slot()
    def _to_find(self) -> None:
        self.finding.take_focus()

    @Slot()
    def back(self) -> None:
        """Go back: from the form to the card, from a comparison to the list, from the card to the search."""
        self._seek(None)
        if self._coming is not None and not self._coming.finished:
            self._coming.cancel()
        at = self._stack.currentWidget()
        if at is self.editing:
            self.editing.keep_now()
            self._show(self.card)
        elif at is self.compare:
            self.compare.show_comparison(None)
            self.leave_comparing()
        self._to_find()

    def _show(self, page: QWidget) -> None:
        self._stack.setCurrentWidget(page)
        self.enable()

    def set_busy(self, busy: bool) -> None:
        """Take no second decision while one is under way."""
        self.enable()
        for name in DECISIONS:
            self.key_actions[name].setEnabled(not busy and self.key_actions[name].isEnabled())

    @Slot()
    def enable(self) -> None:
        """Enable the keys that do something now."""
        keys, actor = self.key_actions, self.desk.actor()
        if not keys:
            return
        at, card = self._stack.currentWidget(), self.card.card
        here = at is self.card and card is not None and not card.erased
        needs = {
            "person.edit": Permission.VISITOR_WRITE,
            "person.numbers": Permission.VISITOR_READ,
            "person.book": Permission.APPOINTMENT,
            "person.consent": Permission.VISITOR_WRITE,
            "person.compare": Permission.VISITOR_MERGE,
            "person.unmerge": Permission.VISITOR_MERGE,
            "person.export": Permission.EXPORT,
            "person.erase": Permission.ERASE,
        }
        for name, permission in needs.items():
            keys[name].setEnabled(here and actor.may(permission))
            keys[name].setVisible(actor.may(permission))
        if self.card.last_merge() is None:
            keys["person.unmerge"].setEnabled(False)
        self.card.fit_buttons()
        is_decided = self.compare.is_decided
        for name in PAIR_KEYS:
            keys[name].setEnabled(self._comparing())
        can_take = self.compare.can_take
        for name, fits in (
            ("pair.different", not is_decided),
            ("pair.reopen", is_decided),
            ("pair.take", can_take),
        ):
            keys[name].setEnabled(self._comparing() and fits)
        keys["pair.undo"].setEnabled(self.deciding.can_undo)
        keys["person.store"].setEnabled(at is self.editing)
        self._enable_pairs()

    def _enable_pairs(self) -> None:
        key, scan = self.key_actions["pair.search"], self.pairs.scan
        running = scan is not None and scan.state is ScanState.RUNNING
        stopped = scan is not None and scan.state is ScanState.STOPPED
        go_on = N_("Go on searching") if stopped else N_("Search for pairs")
        key.call(N_("Stop searching") if running else go_on)
        key.setEnabled(self.pairs.may and not (running and scan is not None and not scan.here))
        key.setVisible(self.pairs.may)
        other = self.key_actions["pair.list"]
        other.call(N_("Decided pairs") if self.pairs.state is PairState.OPEN else N_("Pairs to decide"))
        other.setEnabled(self.pairs.may)
        other.setVisible(self.pairs.may)
