"""The page “Door”: who is expected, the two questions, the hand-over to the desk, and who was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from deskapp.domain.changes import Changes
from deskapp.domain.door import Coming, ExpectedRow, GreetingDraft
from deskapp.domain.text import N_, Text
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.base_tab import BaseView
from deskapp.ui.intake.door.answers import BigButton
from deskapp.ui.intake.door.expected import ExpectedPane
from deskapp.ui.intake.door.form import DoorForm
from deskapp.ui.intake.door.lists import SENT_COLUMNS, SentRow
from deskapp.ui.intake.door.sending import Sending
from deskapp.ui.intake.strips import OfferButton, Strip
from deskapp.ui.keys import Action
from deskapp.ui.later import Later
from deskapp.ui.messages import INFO, RULE, Notice
from deskapp.ui.widgets.basics import EmptyState, label, scrolled
from deskapp.ui.widgets.flow import FlowLayout
from deskapp.ui.widgets.record_model import RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable

LEFT_WIDTH: Final = 404
LEFT_LEAST: Final = 240
LOW: Final = 630
"""Below this height of the page, in pixels of the drawing board, the answers are as low as a thumb allows."""
LOOK_EVERY_MS: Final = 30_000
KEEP_AFTER_MS: Final = 400
BOOKED_KEY: Final = "F11"
"""As at the desk: that it is the appointment which is offered."""


class DoorPage(BaseView):
    """For a guide who stands: answers by touch or digit, one key hands over, and the page is empty again at once."""

    title = N_("Door")
    icon = "door-open"
    help = N_(
        "Ask the two questions: 1 to 3 answer the first, 4 to 6 the second; S, M, Y or V say how to address the"
        " visitor. Enter hands over to the desk, and the page is ready for the next. Ctrl+F finds who is expected:"
        " choosing one fills in name and appointment. Below on the left you see whom the desk has taken over."
    )
    subjects = frozenset({"greeting", "appointment", "visit"})

    def build(self) -> None:
        """Make the two columns."""
        self._day = self.desk.today()
        self.form = DoorForm(self.desk)
        self.expected = ExpectedPane(self.desk)
        self.sending = Sending(self)
        self.proposal = Strip("calendar")
        self._proposed: ExpectedRow | None = None
        self.hand_over_button = BigButton("Enter", "send")
        self.hand_over_button.lead()
        self._make_sent()
        self._lay_out()
        self._timers()
        self.form.submitted.connect(self.hand_over)
        self.form.changed.connect(self._on_typed)
        self.hand_over_button.clicked.connect(self.hand_over)
        self.expected.chosen.connect(self._on_expected)
        self.sent.current.connect(self._on_sent)

    def _make_sent(self) -> None:
        self._sent: RecordTableModel[SentRow] = RecordTableModel(SENT_COLUMNS, self.desk.tr, self)
        self.sent = RecordTable(self._sent)
        self._none_sent = EmptyState("door-open")
        self.sent.set_empty(self._none_sent)
        # What it shows is said above it.
        self.sent.spare_titles()
        self._sent_title = label("", "strong")

    def _lay_out(self) -> None:
        self._left = QWidget()
        left = QVBoxLayout(self._left)
        left.setContentsMargins(0, 0, 0, 0)
        left.addWidget(self.expected, 3)
        left.addWidget(self._sent_title)
        left.addWidget(self.sent, 2)
        self._below = FlowLayout()
        left.addLayout(self._below)
        right = QVBoxLayout()
        right.addWidget(scrolled(self.form), 1)
        right.addWidget(self.proposal)
        right.addWidget(self.hand_over_button)
        self._columns = QHBoxLayout()
        self._columns.addWidget(self._left)
        self._columns.addLayout(right, 1)
        self.body.addLayout(self._columns)

    def _timers(self) -> None:
        self._tick, self._keep = QTimer(self), QTimer(self)
        self._tick.setInterval(LOOK_EVERY_MS)
        self._tick.timeout.connect(self._on_tick)
        self._tick.start()
        self._keep.setSingleShot(True)
        self._keep.setInterval(KEEP_AFTER_MS)
        self._keep.timeout.connect(self.sending.keep_now)

    def share_room(self) -> None:
        """Give the questions their room before the list of who is expected."""
        sizes = style.tokens().sizes
        self._columns.setSpacing(sizes.margin)
        low = self.height() < sizes.px(LOW)
        self.form.be_low(low)
        self.hand_over_button.be_low(low)
        left = self.width() - self.form.minimumSizeHint().width() - 2 * sizes.margin
        left = min(sizes.px(LEFT_WIDTH), self.width() // 3, left)
        self._left.setFixedWidth(max(sizes.px(LEFT_LEAST), left))

    def actions_here(self) -> Sequence[Action]:
        """Return what the guide does besides answering."""
        return (
            Action("door.hand-over", N_("Hand over"), self.hand_over, "Ctrl+Return", "send", primary=True),
            Action("door.find", N_("Expected visitors"), self.expected.to_search, "Ctrl+F", "search"),
            Action("door.booked", N_("This appointment"), self.take_proposed, BOOKED_KEY, "calendar"),
            Action("door.correct", N_("Correct"), self.correct, "F3", "pencil"),
            Action("door.again", N_("Send again"), self.sending.send_again, "F5", "refresh-cw"),
            Action("door.went", N_("Went again"), self.went, "F10", "log-out"),
            Action("door.back", N_("Back"), self.back, "Esc", in_bar=False),
        )

    def ensure_built(self) -> None:
        """Add the buttons once the keys are there."""
        fresh = not self._built
        super().ensure_built()
        if fresh:
            for name in ("door.again", "door.correct", "door.went"):
                self._below.addWidget(OfferButton(self.key_actions[name]))
            self.proposal.add_keys([self.key_actions["door.booked"]])
            self._enable()

    def showEvent(self, event: QShowEvent) -> None:
        """Let the digits answer at once, also when somebody comes back from another page."""
        super().showEvent(event)
        # Later: what is not on the screen yet would not have the cursor when the window is activated.
        QTimer.singleShot(0, self.form, self.form.setFocus)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._sent_title.setText(tr(N_("Sent to the desk")))
        self.sent.setAccessibleName(tr(N_("Sent to the desk")))
        self._none_sent.show_text(tr(N_("Nobody was sent to the desk yet.")))
        self._say_button()
        self.form.retranslate(tr)
        self.expected.retranslate(tr)
        self._propose()
        self._sent.retranslate(tr)
        self.share_room()

    def _say_button(self) -> None:
        words = N_("Store the correction") if self.sending.correcting else N_("Hand over to the desk")
        self.hand_over_button.setText(self.desk.tr(words))
        self.hand_over_button.setAccessibleName(self.desk.tr(words))
        self.hand_over_button.updateGeometry()
        if self.key_actions:
            self.key_actions["door.hand-over"].call(
                N_("Store") if self.sending.correcting else N_("Hand over")
            )

    def refresh(self, changes: Changes) -> None:
        """Ask for both lists again; at the first showing also for what was kept."""
        door, actor, run = self.desk.services.door, self.desk.actor(), self.desk.runner.run
        run(door.expected, actor, done=self._take_expected, owner=self, latest="expected")
        run(door.coming, actor, done=self.sending.take_views, owner=self, latest="coming")
        if not changes:
            self.sending.load_kept()

    def _take_expected(self, rows: Sequence[ExpectedRow]) -> None:
        self.expected.take_rows(rows)
        self._propose()

    # who stands there

    @Slot(object)
    def _on_expected(self, row: ExpectedRow) -> None:
        self.form.choose(row, self.expected.words(row))
        self.expected.mark(row.id)

    def put(self, draft: GreetingDraft) -> None:
        """Show somebody: kept, refused by the desk, or about to be corrected."""
        self.form.put(draft, self.expected.words_of(draft.appointment_id))
        self.expected.mark(draft.appointment_id)
        self._propose()
        self._say_button()

    def _propose(self) -> None:
        """Offer the appointment of somebody with the name that was typed: whether it is theirs, the guide asks."""
        draft = self.form.draft()
        self._proposed = self.expected.named(draft.name) if draft.appointment_id is None else None
        self.proposal.say(self.expected.words(self._proposed) if self._proposed is not None else "")
        self._enable()

    @Slot()
    def take_proposed(self) -> None:
        """It is the appointment that was offered."""
        if self._proposed is not None:
            self._on_expected(self._proposed)

    def is_kept(self) -> None:
        """What stands there is being kept: it need not be once more."""
        self._keep.stop()

    # handing over

    @Slot()
    def hand_over(self) -> None:
        """Send the visitor to the desk and be ready for the next; or store a correction."""
        draft = self.form.draft()
        if draft == GreetingDraft():
            # A second Enter of a hurried hand: nobody stands there.
            message = Text(N_("Answer a question first, or say how to address the visitor."))
            self.bar.show_notice(Notice(RULE, message))
            return
        # Emptied first: whoever is not sent stands there again.
        self._empty()
        self.sending.hand_over(draft)
        self._say_button()

    def _empty(self) -> None:
        self.form.clear()
        self.expected.mark(None)

    # who was sent

    @Slot()
    def _on_tick(self) -> None:
        """Let the minutes go on; after midnight others are expected."""
        today = self.desk.today()
        if today != self._day:
            self._day = today
            self.refresh(Changes.of("appointment"))
        self.sending.show()

    def show_sent(self, rows: Sequence[SentRow]) -> None:
        """Show who was sent."""
        self._sent.apply(rows, highlight=True)
        self._enable()

    @Slot(object)
    def _on_sent(self, _row: SentRow | None) -> None:
        self._enable()

    def _chosen(self) -> SentRow | None:
        row = self.sent.current_record()
        return row if isinstance(row, SentRow) else None

    @Slot()
    def correct(self) -> None:
        """Bring back what was handed over, to correct it; what is being asked meanwhile is sent first."""
        row = self._chosen()
        if row is None or row.state not in (None, Coming.COMING):
            return
        if not self.form.is_empty():
            message = Text(N_("Hand over whoever stands there first, or empty the page with Esc."))
            self.bar.show_notice(Notice(INFO, message))
            return
        self.sending.bring_back(row)
        self._say_button()
        self.form.setFocus()

    @Slot()
    def went(self) -> None:
        """Say that the chosen visitor went again, or came back."""
        row = self._chosen()
        if row is None or row.state not in (Coming.COMING, Coming.GONE):
            return
        gone = row.state is Coming.COMING
        self.sending.record_move(row.id, row.version, gone=gone)

    # going about

    def _enable(self) -> None:
        if not self.key_actions:
            return
        row = self._chosen()
        state = row.state if row is not None else None
        keys = self.key_actions
        keys["door.correct"].setEnabled(row is not None and state in (None, Coming.COMING))
        keys["door.went"].setEnabled(state in (Coming.COMING, Coming.GONE))
        keys["door.went"].call(N_("Came back") if state is Coming.GONE else N_("Went again"))
        keys["door.booked"].setEnabled(self._proposed is not None)
        keys["door.again"].setEnabled(self.sending.has_unsent())

    @Slot()
    def back(self) -> None:
        """Leave the search, a field or a correction; empty the page when the cursor is on it already."""
        search = self.expected.search
        if search.hasFocus() and search.query():
            search.clear()
        elif not self.form.hasFocus():
            self.form.setFocus()
        else:
            self.sending.correcting = None
            self._say_button()
            self._give_up(self.form.draft())

    def _give_up(self, draft: GreetingDraft) -> None:
        """Empty the page; what stood there can be brought back."""
        self._empty()
        self.sending.keep_now()
        if draft != GreetingDraft():
            self.desk.messages.did(Text(N_("The page was emptied")), Later(self.bring_back, draft))

    def bring_back(self, draft: GreetingDraft) -> None:
        """Undo the emptying, unless somebody else is being asked."""
        if self.form.is_empty():
            self.put(draft)
            self.sending.keep_now()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let an answer's key work while the cursor is in a list."""
        if self.sent.hasFocus() or self.expected.table.hasFocus():
            self.form.keyPressEvent(event)
        else:
            super().keyPressEvent(event)

    def take_scan(self, code: str) -> None:  # noqa: ARG002
        """Codes are read at the desk; what its keys answered here is taken back."""
        self.form.forget_burst()
        self.bar.show_notice(Notice(INFO, Text(N_("Codes and documents are read at the desk."))))

    # kept

    @Slot()
    def _on_typed(self) -> None:
        self.bar.clear()
        if self.form.draft().appointment_id is None:
            self.expected.mark(None)
        self._propose()
        self.share_room()
        if not self._keep.isActive():
            self._keep.start()

    def may_leave(self) -> bool:
        """Keep what stands there."""
        if self._built:
            self.sending.keep_now()
        return True

    def show_example(self) -> None:
        """Show an answered page."""
        row = self.expected.example()
        if row is not None:
            self._on_expected(row)
        else:
            self.form.put(replace(GreetingDraft(), has_appointment=False, first_visit=True))
