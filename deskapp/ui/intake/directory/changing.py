"""Changing the directory from its page: forms opened, what is typed kept, records and answers stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from deskapp.domain.changes import Changes
from deskapp.domain.directory import Following, Kind, PhraseDraft, Seen
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError
from deskapp.services.base import Done
from deskapp.services.directory import Detail
from deskapp.ui.intake.directory import drafts
from deskapp.ui.intake.directory.panel import identity
from deskapp.ui.intake.kept import forget_stored
from deskapp.ui.later import Later
from deskapp.ui.messages import INFO, Notice
from deskapp.ui.orders import Orders

if TYPE_CHECKING:
    from deskapp.ui.intake.directory.page import DirectoryPage

KEEP_AFTER_MS: Final = 500
CHOOSE_FIRST: Final = Notice(
    INFO, Text(N_("Choose first what to add, at the left or with Ctrl+PgDown; then F2 again."))
)
SAVES: Final[Mapping[Kind, str]] = {
    Kind.DEPARTMENT: "save_department",
    Kind.DOCTOR: "save_doctor",
    Kind.PRICE: "save_price_item",
    Kind.PLACE: "save_place",
    Kind.PROMOTION: "save_promotion",
    Kind.NOTICE: "save_notice",
    Kind.PHRASE: "save_phrase",
}


class Changing(QObject):
    """What is typed into the form beside the list, until it is stored. It survives a crash as a draft."""

    def __init__(self, page: DirectoryPage) -> None:
        super().__init__(page)
        self._page = page
        self._desk = page.desk
        self._panel = page.panel
        self._orders = Orders()
        self._awaited = ""
        self._keep = QTimer(self)
        self._keep.setSingleShot(True)
        self._keep.setInterval(KEEP_AFTER_MS)
        self._keep.timeout.connect(self._keep_typed)
        self._panel.typed.connect(self._keep.start)

    # forms

    @Slot()
    def begin_new(self) -> None:
        """Begin a new record of the kind that is listed."""
        kind = self._page.kinds.kind()
        if kind is Kind.QUESTION:
            self.begin_question()
        elif kind is not None:
            self._begin(kind, {})
        else:
            self._page.bar.show_notice(CHOOSE_FIRST)

    def take_kind(self) -> None:
        """Say no more that a kind has to be chosen."""
        if self._page.bar.notice == CHOOSE_FIRST:
            self._page.bar.clear()

    @Slot()
    def begin_question(self) -> None:
        """Begin a question that nobody can answer, with what was searched for."""
        typed = self._page.search.query().strip()
        self._begin(Kind.QUESTION, {"text": typed} if typed else {})

    def _begin(self, kind: Kind, typed: Mapping[str, str]) -> None:
        self.leave_form()
        self._page.table.clearSelection()
        self._page.table.setCurrentIndex(self._page.table.rootIndex())
        self._take_kept(_new_key(kind), partial(self._show_new, kind, typed))

    def _show_new(self, kind: Kind, typed: Mapping[str, str], kept: Mapping[str, str]) -> None:
        self._panel.begin_new(kind, {**kept, **typed})

    @Slot()
    def begin_change(self) -> None:
        """Open the form of the record beside."""
        key = self._key()
        if key is not None:
            self._take_kept(key, self._panel.begin_change)

    @Slot()
    def begin_following(self) -> None:
        """Begin the price that follows the one beside: that one holds until the day before."""
        before = self._panel.detail
        if before is not None and before.kind is Kind.PRICE:
            self._take_kept(_after_key(before), partial(self._panel.begin_following, before))

    def leave_form(self) -> None:
        """Put the form away; what was typed is kept, and the keys go on in the list."""
        self._awaited = ""
        self.keep_now()
        form, at = self._panel.form, QApplication.focusWidget()
        if form is not None and at is not None and form.isAncestorOf(at):
            # Before the form goes: Qt would hand the cursor on to whatever comes next, the tabs of the window.
            self._page.table.setFocus()
        self._panel.stop_changing()
        self._page.enable()

    # keeping what is typed

    def _take_kept(self, key: str, show: Callable[[Mapping[str, str]], None]) -> None:
        self._awaited = key
        box, account, run = self._desk.services.drafts, self._desk.actor().account_id, self._desk.runner.run
        done = partial(self._open, key, show)
        run(box.load, account, key, done=done, owner=self._page, latest="directory.kept")

    def _open(
        self, key: str, show: Callable[[Mapping[str, str]], None], kept: Mapping[str, str] | None
    ) -> None:
        """Show a form with what was kept of it, unless the person went elsewhere meanwhile."""
        if self._awaited == key:
            self._awaited = ""
            self._orders.over()
            show(kept or {})
            self._page.enable()

    def _key(self) -> str | None:
        """Return the name under which what is typed into the form is kept."""
        panel = self._panel
        if panel.follows is not None:
            return _after_key(panel.follows)
        if panel.is_new and panel.kind is not None:
            return _new_key(panel.kind)
        if panel.detail is not None:
            return f"directory.{panel.detail.kind.value}.{identity(panel.detail)}"
        return f"directory.question.{panel.question.id}" if panel.question is not None else None

    def keep_now(self) -> None:
        """Keep what was typed without waiting for a pause."""
        if self._keep.isActive():
            self._keep.stop()
            self._keep_typed()

    @Slot()
    def _keep_typed(self) -> None:
        key, form = self._key(), self._panel.form
        if key is None or form is None:
            return
        typed, box, run = form.typed_over(), self._desk.services.drafts, self._desk.runner.run
        account = self._desk.actor().account_id
        if typed:
            run(box.save, account, key, typed, latest=f"draft.{key}")
        else:
            run(box.drop, account, key, latest=f"draft.{key}")

    # storing

    @Slot()
    def store(self) -> None:
        """Store what was typed."""
        form, kind = self._panel.form, self._panel.kind
        if form is None or kind is None or not self._page.can("store") or not form.check():
            return
        form.know(form.values())
        if kind is Kind.QUESTION:
            self._store_question(form.values())
            return
        try:
            draft = drafts.draft_of(kind, form.values())
            times = [drafts.times_of(form.values())] if kind is Kind.DOCTOR else []
        except InputError as error:
            form.take_error(error)
            return
        directory, before = self._desk.services.directory, self._panel.follows
        if before is not None:
            self._send_form(directory.follow_price, draft, _seen(before))
            return
        self._send_form(getattr(directory, SAVES[kind]), draft, _seen(self._panel.detail), *times)

    def _store_question(self, values: Mapping[str, Any]) -> None:
        questions, question = self._desk.services.questions, self._panel.question
        if question is None:
            self._send_form(questions.ask, str(values["text"]), None, None, values["department"])
        else:
            seen = Seen(question.id, question.version)
            self._send_form(questions.answer, seen, str(values["answer"]))

    def _send_form(self, write: Any, *values: Any) -> None:
        key, kind, form = self._key(), self._panel.kind, self._panel.form
        assert key is not None
        assert kind is not None
        assert form is not None
        sent = _Sent(key, kind, self._panel.is_new, form.draft(), form.typed_over())
        self._send(write, *values, done=partial(self._take_stored, sent))

    def _send(self, write: Any, *values: Any, done: Callable[[Done[Any]], None]) -> None:
        page = self._page
        page.run(
            *(write, self._desk.actor(), self._orders.request(write, *values), *values),
            done=done,
            busy=page.enable,
            latest=f"store.{self._key()}",
        )

    def _take_stored(self, sent: _Sent, done: Done[Any]) -> None:
        """Show what was stored if its form is still in front; what was typed since it was sent stays."""
        here = self._key() == sent.key
        form = self._panel.form if here else None
        if form is not None and (sent.is_new or not form.is_changed() or form.draft() == sent.draft):
            self.leave_form()
        box, account = self._desk.services.drafts, self._desk.actor().account_id
        self._desk.runner.run(forget_stored, box, account, sent.key, sent.typed)
        if here and sent.is_new:
            self._page.show_new(sent.kind, _record(sent.kind, done.value))
        undo = Later(self._unfollow, done.value) if isinstance(done.value, Following) else None
        is_asked = sent.is_new and sent.kind is Kind.QUESTION
        self._say_stored(N_("Question noted") if is_asked else N_("Stored"), undo)

    def _say_stored(self, message: str, undo: Later | None = None) -> None:
        self._orders.over()
        self._desk.messages.did(Text(message), undo)
        self._page.refresh(Changes())

    def _unfollow(self, following: Following) -> None:
        """Take back a price that follows another."""
        page, write = self._page, self._desk.services.directory.unfollow_price
        request = self._orders.request(write, following)
        done = partial(self._take_unfollowed, following)
        page.run(write, self._desk.actor(), request, following, done=done, latest=f"unfollow.{following.id}")

    def _take_unfollowed(self, following: Following, _done: object) -> None:
        """Show the price before again, if the one that went is still in front."""
        detail = self._panel.detail
        if detail is not None and (detail.kind, detail.view.id) == (Kind.PRICE, following.id):
            self._panel.show_nothing()
            self._page.show_new(Kind.PRICE, following.before.id)
        self._say_stored(N_("Taken back"))

    @Slot()
    def back_to_shipped(self) -> None:
        """Use the sentence as it came with the program again; the site's text stays in the trail."""
        detail = self._panel.detail
        if detail is not None and detail.kind is Kind.PHRASE and detail.view.own:
            view = detail.view
            draft = PhraseDraft(view.code, view.situation, view.words, active=False)
            self._send(self._desk.services.directory.save_phrase, draft, _seen(detail), done=self._take_step)

    @Slot()
    def told(self) -> None:
        """Note that the visitor was told the answer."""
        self._step(self._desk.services.questions.told)

    @Slot()
    def reopen(self) -> None:
        """Open the question again."""
        self._step(self._desk.services.questions.reopen)

    def _step(self, step: Any) -> None:
        question = self._panel.question
        if question is not None:
            self._send(step, Seen(question.id, question.version), done=self._take_step)

    def _take_step(self, _done: object) -> None:
        self._say_stored(N_("Stored"))


@dataclass(frozen=True)
class _Sent:
    """What was sent to be stored, from which form, and what stood in it: all of it, and what was typed over."""

    key: str
    kind: Kind
    is_new: bool
    draft: Mapping[str, str]
    typed: Mapping[str, str]


def _record(kind: Kind, value: Any) -> int | str:
    """Return what names a record in the list: its id, of a phrase its code."""
    if isinstance(value, int):
        return value
    record: int | str = value.code if kind is Kind.PHRASE else value.id
    return record


def _seen(detail: Detail | None) -> Seen | None:
    """Return which version was seen; a shipped sentence has none of the site's own yet."""
    return Seen(detail.view.id, detail.view.version) if detail is not None and detail.view.id else None


def _after_key(before: Detail) -> str:
    return f"directory.{before.kind.value}.after.{identity(before)}"


def _new_key(kind: Kind) -> str:
    return f"directory.{kind.value}.new"
