"""The page “Door”: who is expected, the two questions, the hand-over to the desk, and who was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from deskapp.domain.changes import Changes
from deskapp.domain.door import Coming, ExpectedRow, GreetingDraft, GreetingView
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError
from deskapp.i18n import Translator
from deskapp.services.base import Done, new_request
from deskapp.ui import style
from deskapp.ui.base_tab import BaseView
from deskapp.ui.intake.door.answers import BigButton
from deskapp.ui.intake.door.form import DoorForm
from deskapp.ui.intake.door.kept import KEY, Kept, from_json, to_json
from deskapp.ui.intake.door.lists import EXPECTED_COLUMNS, SENT_COLUMNS, SentRow, matching, sent_row
from deskapp.ui.intake.greeting_words import who
from deskapp.ui.intake.shown_name import shown_name
from deskapp.ui.intake.strips import OfferButton
from deskapp.ui.keys import Action
from deskapp.ui.messages import INFO, RULE, Notice
from deskapp.ui.widgets.basics import EmptyState, label, scrolled
from deskapp.ui.widgets.flow import FlowLayout
from deskapp.ui.widgets.record_model import RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable
from deskapp.ui.widgets.search_field import SearchField

LEFT_WIDTH: Final = 404
LEFT_LEAST: Final = 260
LOW: Final = 630
"""Below this height of the page, in pixels of the drawing board, the answers are as low as a thumb allows."""
LOOK_EVERY_MS: Final = 30_000
KEEP_AFTER_MS: Final = 400


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
        self._rows: Sequence[ExpectedRow] = ()
        self._views: Sequence[GreetingView] = ()
        self._sending: dict[str, GreetingDraft] = {}
        self._unsent: dict[str, GreetingDraft] = {}
        self._correcting: SentRow | None = None
        self._account = self.desk.actor().account_id
        self._known = False
        self._day = self.desk.today()
        self.form = DoorForm(self.desk)
        self.hand_over_button = BigButton("Enter", "send")
        self.hand_over_button.lead()
        self._make_lists()
        self._lay_out()
        self._timers()
        self.form.submitted.connect(self.hand_over)
        self.form.changed.connect(self._on_typed)
        self.hand_over_button.clicked.connect(self.hand_over)
        self.search.edited.connect(self._on_searched)
        self.search.stepped.connect(self._on_stepped)
        self.search.confirmed.connect(self._on_confirmed)
        self.expected.chosen.connect(self._on_expected)
        self.expected.clicked.connect(self._on_expected_clicked)
        self.sent.current.connect(self._on_sent)

    def _make_lists(self) -> None:
        self.search = SearchField()
        self._expected: RecordTableModel[ExpectedRow] = RecordTableModel(EXPECTED_COLUMNS, self.desk.tr, self)
        self.expected = RecordTable(self._expected)
        self._none_expected = EmptyState("calendar")
        self.expected.set_empty(self._none_expected)
        self._sent: RecordTableModel[SentRow] = RecordTableModel(SENT_COLUMNS, self.desk.tr, self)
        self.sent = RecordTable(self._sent)
        self._none_sent = EmptyState("door-open")
        self.sent.set_empty(self._none_sent)
        self._left_title, self._sent_title = label("", "strong"), label("", "strong")

    def _lay_out(self) -> None:
        self._left = QWidget()
        left = QVBoxLayout(self._left)
        left.setContentsMargins(0, 0, 0, 0)
        for widget in (self._left_title, self.search):
            left.addWidget(widget)
        left.addWidget(self.expected, 3)
        left.addWidget(self._sent_title)
        left.addWidget(self.sent, 2)
        self._below = FlowLayout()
        left.addLayout(self._below)
        right = QVBoxLayout()
        right.addWidget(scrolled(self.form), 1)
        right.addWidget(self.hand_over_button)
        self._columns = QHBoxLayout()
        self._columns.addWidget(self._left)
        self._columns.addLayout(right, 1)
        self.body.addLayout(self._columns)
        self._space()

    def _timers(self) -> None:
        self._tick, self._keep = QTimer(self), QTimer(self)
        self._tick.setInterval(LOOK_EVERY_MS)
        self._tick.timeout.connect(self._on_tick)
        self._tick.start()
        self._keep.setSingleShot(True)
        self._keep.setInterval(KEEP_AFTER_MS)
        self._keep.timeout.connect(self.keep_now)

    def _space(self) -> None:
        super()._space()
        if hasattr(self, "_columns"):
            self._columns.setSpacing(style.tokens().sizes.margin)
            self._share_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the questions their room before the list of who is expected."""
        super().resizeEvent(event)
        if hasattr(self, "_columns"):
            self._share_room()

    def _share_room(self) -> None:
        sizes = style.tokens().sizes
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
            Action("door.find", N_("Expected visitors"), self.to_search, "Ctrl+F", "search"),
            Action("door.correct", N_("Correct"), self.correct, "F3", "pencil"),
            Action("door.again", N_("Send again"), self.send_again, "F5", "refresh-cw"),
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
            self._enable()
            QTimer.singleShot(0, self.form, self.form.setFocus)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._left_title.setText(tr(N_("Expected today")))
        self._sent_title.setText(tr(N_("Sent to the desk")))
        self.search.say(tr, N_("Find an expected visitor"), N_("Name or time"))
        self.expected.setAccessibleName(tr(N_("Expected today")))
        self.sent.setAccessibleName(tr(N_("Sent to the desk")))
        self._none_sent.show_text(tr(N_("Nobody was sent to the desk yet.")))
        self._say_button()
        self.form.retranslate(tr)
        self._expected.retranslate(tr)
        self._sent.retranslate(tr)
        self._show_expected()
        self._share_room()

    def _say_button(self) -> None:
        words = N_("Store the correction") if self._correcting else N_("Hand over to the desk")
        self.hand_over_button.setText(self.desk.tr(words))
        self.hand_over_button.setAccessibleName(self.desk.tr(words))
        self.hand_over_button.updateGeometry()
        if self.key_actions:
            self.key_actions["door.hand-over"].call(N_("Store") if self._correcting else N_("Hand over"))

    def refresh(self, changes: Changes) -> None:
        """Ask for both lists again; at the first showing also for what was kept."""
        door, actor, run = self.desk.services.door, self.desk.actor(), self.desk.runner.run
        run(door.expected, actor, done=self._take_expected, owner=self, latest="expected")
        run(door.coming, actor, done=self._take_sent, owner=self, latest="coming")
        if not changes:
            run(self.desk.services.drafts.load, self._account, KEY, done=self._take_kept, owner=self)

    # who is expected

    def _take_expected(self, rows: Sequence[ExpectedRow]) -> None:
        self._rows = rows
        self._show_expected()

    def _show_expected(self) -> None:
        typed = self.search.query().strip()
        self._expected.apply(matching(self._rows, typed))
        none = N_("Nobody of that name is expected.") if typed else N_("Nobody is booked for today.")
        self._none_expected.show_text(self.desk.tr(none))

    @Slot(str)
    def _on_searched(self, _typed: str) -> None:
        self._show_expected()
        if self._expected.records:
            self.expected.select(self._expected.records[0].id)

    @Slot(object)
    def _on_stepped(self, rows: int) -> None:
        now = self._expected.row_of(getattr(self.expected.current_record(), "id", None))
        last = len(self._expected.records) - 1
        if last >= 0:
            self.expected.select(self._expected.records[min(max(0, now + rows), last)].id)

    @Slot()
    def _on_confirmed(self) -> None:
        if self.search.query().strip():
            self._on_expected(self.expected.current_record())

    @Slot()
    def _on_expected_clicked(self) -> None:
        self._on_expected(self.expected.current_record())

    @Slot(object)
    def _on_expected(self, row: ExpectedRow | None) -> None:
        if row is None:
            return
        self.search.clear()
        self.form.choose(row, self._expected_words(row))

    def _expected_words(self, row: ExpectedRow) -> str:
        tr = self.desk.tr
        parts = (shown_name(row.name, tr), tr.time(row.starts_at), row.doctor or tr(row.department), row.room)
        words = " · ".join(part for part in parts if part)
        return tr(N_("Expected: {who}"), who=words)

    @Slot()
    def to_search(self) -> None:
        """Go to the search for somebody expected."""
        self.search.setFocus()
        self.search.selectAll()

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
        correcting, self._correcting = self._correcting, None
        self._say_button()
        self.form.clear()
        if correcting is not None and correcting.state is not None:
            self._store_correction(correcting, draft)
        else:
            self._send(new_request(), draft)

    def _send(self, request: str, draft: GreetingDraft) -> None:
        self._sending[request] = draft
        self._unsent.pop(request, None)
        self.keep_now()
        self._show_sent()
        sent = _Sent(self, request, draft)
        greet = self.desk.services.door.greet
        self.run(greet, self.desk.actor(), request, draft, done=sent.done, failed=sent.failed)

    def take_sent(self, sent: _Sent, greeting_id: int) -> None:
        """Say whom the desk expects now, and how to take that back."""
        self._sending.pop(sent.request, None)
        self.keep_now()
        name = who(sent.draft.address, sent.draft.name, self.desk.tr)
        message = Text(N_("Handed over to the desk: {who}"), {"who": name})
        self.desk.messages.did(message, _TakeBack(self, greeting_id))

    def take_refusal(self, sent: _Sent, error: Exception) -> None:
        """Keep who was not sent: on the empty page, else in the list; F5 sends once more."""
        self._sending.pop(sent.request, None)
        if self.form.is_empty() and self._correcting is None and not isinstance(error, StorageError):
            self.form.put(sent.draft)
        else:
            self._unsent[sent.request] = sent.draft
        self.keep_now()
        self._show_sent()
        self._enable()
        self.desk.messages.route(error, self, self.send_again)

    @Slot()
    def send_again(self) -> None:
        """Send once more whoever could not be sent; whoever was and nobody heard of it is not sent twice."""
        for request, draft in dict(self._unsent).items():
            self._send(request, draft)

    # who was sent

    @Slot()
    def _on_tick(self) -> None:
        """Let the minutes go on; after midnight others are expected."""
        today = self.desk.today()
        if today != self._day:
            self._day = today
            self.refresh(Changes.of("appointment"))
        self._show_sent()

    def _take_sent(self, views: Sequence[GreetingView]) -> None:
        self._views = views
        self._show_sent()

    @Slot()
    def _show_sent(self) -> None:
        now = self.desk.services.door.now()
        rows = [sent_row(view, now) for view in self._views]
        coming = [row for row in rows if row.state is Coming.COMING]
        over = [row for row in rows if row.state is not Coming.COMING]
        waiting = [
            SentRow(-place, 0, now, draft, draft.name, None, None, "", 0)
            for place, draft in enumerate(self._unsent.values(), 1)
        ]
        self._sent.apply([*waiting, *coming, *reversed(over)], highlight=True)
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
        if row.state is None:
            request = list(self._unsent)[-row.id - 1]
            self.form.put(self._unsent.pop(request))
            self._show_sent()
        else:
            self._correcting = row
            self.form.put(row.draft, self._booked_words(row))
        self._say_button()
        self.form.setFocus()
        self.keep_now()

    def _booked_words(self, row: SentRow) -> str:
        booked = next((one for one in self._rows if one.id == row.draft.appointment_id), None)
        return self._expected_words(booked) if booked is not None else ""

    def _store_correction(self, row: SentRow, draft: GreetingDraft) -> None:
        correct, corrected = self.desk.services.door.correct, _Corrected(self, row, draft)
        args = (self.desk.actor(), new_request(), row.id, row.version, draft)
        self.run(correct, *args, done=corrected.done, failed=corrected.failed)

    def take_corrected(self) -> None:
        """Say so."""
        self.desk.messages.did(Text(N_("Corrected; the desk sees it so.")))

    def take_uncorrected(self, corrected: _Corrected, error: Exception) -> None:
        """Put the correction back where it was typed, unless somebody else stands there by now."""
        if self.form.is_empty():
            self._correcting = corrected.row
            self.form.put(corrected.draft, self._booked_words(corrected.row))
            self._say_button()
        self.refresh(Changes.of("greeting"))
        self.desk.messages.route(error, self)

    @Slot()
    def went(self) -> None:
        """Say that the chosen visitor went again, or came back."""
        row = self._chosen()
        if row is None or row.state not in (Coming.COMING, Coming.GONE):
            return
        gone = row.state is Coming.COMING
        self.record_move(row.id, row.version, gone=gone)

    def record_move(self, greeting_id: int, version: int, *, gone: bool) -> None:
        """Record that somebody went again, or came back."""
        door = self.desk.services.door
        moved = _Moved(self, greeting_id, version + 1, gone)
        method = door.went if gone else door.came_back
        self.run(method, self.desk.actor(), new_request(), greeting_id, version, done=moved)

    def take_moved(self, moved: _Moved) -> None:
        """Say so, and how to take it back."""
        message = N_("Noted: went again") if moved.gone else N_("Noted: on the way to the desk")
        self.desk.messages.did(Text(message), moved.undo)

    def take_back(self, greeting_id: int) -> None:
        """Undo a hand-over: nobody comes."""
        view = next((view for view in self._views if view.id == greeting_id), None)
        if view is not None:
            self.record_move(view.id, view.version, gone=True)

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
        keys["door.again"].setEnabled(bool(self._unsent))

    @Slot()
    def back(self) -> None:
        """Leave the search, a field or a correction; empty the page when the cursor is on it already."""
        if self.search.hasFocus() and self.search.query():
            self.search.clear()
        elif not self.form.hasFocus():
            self.form.setFocus()
        else:
            self._correcting = None
            self._say_button()
            self._give_up(self.form.draft())

    def _give_up(self, draft: GreetingDraft) -> None:
        """Empty the page; what stood there can be brought back."""
        self.form.clear()
        self.keep_now()
        if draft != GreetingDraft():
            self.desk.messages.did(Text(N_("The page was emptied")), _BringBack(self, draft))

    def bring_back(self, draft: GreetingDraft) -> None:
        """Undo the emptying, unless somebody else is being asked."""
        if self.form.is_empty():
            self.form.put(draft)
            self.keep_now()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let an answer's key work while the cursor is in a list."""
        if self.sent.hasFocus() or self.expected.hasFocus():
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
        self._share_room()
        if not self._keep.isActive():
            self._keep.start()

    @Slot()
    def keep_now(self) -> None:
        """Keep what was answered, and whoever is not sent yet; it outlives a crash."""
        self._keep.stop()
        if not self._known:
            return
        now = Kept(self.form.draft(), {**self._unsent, **self._sending})
        drafts, run = self.desk.services.drafts, self.desk.runner.run
        # Without an owner: it is done even if this page is gone before a worker is free.
        if now == Kept(GreetingDraft(), {}):
            run(drafts.drop, self._account, KEY, latest=f"draft.{KEY}")
        else:
            run(drafts.save, self._account, KEY, to_json(now), latest=f"draft.{KEY}")

    def _take_kept(self, found: dict[str, Any] | None) -> None:
        self._known = True
        kept = from_json(found)
        if kept is None:
            return
        self._unsent.update(
            {request: draft for request, draft in kept.unsent.items() if request not in self._sending}
        )
        if self.form.is_empty() and kept.form != GreetingDraft():
            self.form.put(kept.form)
        self._show_sent()
        self.bar.show_notice(Notice(INFO, Text(N_("What was typed here and not stored is back."))))

    def may_leave(self) -> bool:
        """Keep what stands there."""
        if self._built:
            self.keep_now()
        return True

    def show_example(self) -> None:
        """Show an answered page."""
        row = next((row for row in self._rows if not row.arrived), None)
        if row is not None:
            self.form.choose(row, self._expected_words(row))
        else:
            self.form.put(replace(GreetingDraft(), has_appointment=False, first_visit=True))


@dataclass(frozen=True)
class _Sent:
    """Somebody who is being sent, whoever stands at the door by the time of the answer."""

    page: DoorPage
    request: str
    draft: GreetingDraft

    def done(self, done: Done[int]) -> None:
        self.page.take_sent(self, done.value)

    def failed(self, error: Exception) -> None:
        self.page.take_refusal(self, error)


@dataclass(frozen=True)
class _TakeBack:
    """Undoes a hand-over."""

    page: DoorPage
    greeting_id: int

    def __call__(self) -> None:
        if isValid(self.page):
            self.page.take_back(self.greeting_id)


@dataclass(frozen=True)
class _BringBack:
    """Undoes the emptying of the page."""

    page: DoorPage
    draft: GreetingDraft

    def __call__(self) -> None:
        if isValid(self.page):
            self.page.bring_back(self.draft)


@dataclass(frozen=True)
class _Corrected:
    """A correction under way."""

    page: DoorPage
    row: SentRow
    draft: GreetingDraft

    def done(self, _done: object) -> None:
        self.page.take_corrected()

    def failed(self, error: Exception) -> None:
        self.page.take_uncorrected(self, error)


@dataclass(frozen=True)
class _Moved:
    """Somebody who went again, or came back; `version` is that after it."""

    page: DoorPage
    greeting_id: int
    version: int
    gone: bool

    def __call__(self, _done: object) -> None:
        self.page.take_moved(self)

    def undo(self) -> None:
        if isValid(self.page):
            self.page.record_move(self.greeting_id, self.version, gone=not self.gone)
