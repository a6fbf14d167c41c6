"""Registering a visitor or changing the record: the form, and who it may be already."""

from __future__ import annotations

import datetime as dt
import enum
import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from deskapp.domain.identity import DocumentReading, Scan, kind_of, read_document
from deskapp.domain.intake import LikelyDuplicate, Ref, VisitorDraft, VisitorView
from deskapp.domain.registration import DocumentKind, Identity, Sex
from deskapp.domain.registration import label as label_of
from deskapp.domain.text import N_, Text
from deskapp.domain.visitor_rules import needs_guardian, problems
from deskapp.errors import ConflictError, InputError
from deskapp.i18n import Translator
from deskapp.services.base import Done, new_request
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.kept import Kept, edit_key, new_key, request_of
from deskapp.ui.intake.search_pane import hit_row
from deskapp.ui.intake.visitor_fields import VISITOR_FIELDS, draft_of, values_of
from deskapp.ui.widgets.basics import label, scrolled
from deskapp.ui.widgets.form import Form
from deskapp.ui.widgets.result_list import ResultList, ResultRow

LOOK_AFTER_MS: Final = 250
KEEP_AFTER_MS: Final = 400
MOST_LIKELY: Final = 3
COMPARED: Final = frozenset({"name", "sex", "birth_date", "phone", "document_kind", "document_number"})


class VisitorPage(QWidget):
    """One visitor's form. Likely duplicates are shown while typing and never block.

    What is typed is kept as a draft of its own, under the request that will store it.
    """

    registered = Signal(object)
    """The `Ref` of a new visitor who was stored."""

    edited = Signal(object)
    """The `Ref` of a visitor whose record was changed."""

    same_person = Signal(object)
    """The `VisitorHit` whom the person at the desk took for the one being typed."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._key = ""
        self._account = 0
        self._request = new_request()
        self._is_new = True
        self._seen: VisitorView | None = None
        self._sent: VisitorDraft | None = None
        self._first_sent: VisitorDraft | None = None
        self._storing = False
        self._likely: Sequence[LikelyDuplicate] = ()
        self._title = label("", "title")
        self.form = Form(VISITOR_FIELDS, desk.tr)
        self._likely_title = label("", "warning", wrap=True)
        self.likely = ResultList(desk.tr)
        self.likely.fit(MOST_LIKELY)
        self.form.set_values(values_of(VisitorDraft()))
        self.form.take_as_usual()
        self._look = _timer(self, LOOK_AFTER_MS, self._look_for_likely)
        self._keep = _timer(self, KEEP_AFTER_MS, self.keep_now)
        self._lay_out()
        self.form.changed.connect(self._on_changed)
        self.form.submitted.connect(self.store)
        self.likely.chosen.connect(self._on_same)
        self._show_likely(())

    def _lay_out(self) -> None:
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self._title)
        rows.addWidget(scrolled(self.form), 1)
        # Below the fields: what comes up while somebody types does not push away what is typed into.
        rows.addWidget(self._likely_title)
        rows.addWidget(self.likely)
        self.buttons = QHBoxLayout()
        self.buttons.addStretch(1)
        rows.addLayout(self.buttons)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language; what was typed stays."""
        self._title.setText(tr(N_("New visitor")) if self._is_new else tr(N_("Change the record")))
        self._likely_title.setText(
            tr(N_("Perhaps here already. Enter or a click takes that record instead."))
        )
        self.likely.setAccessibleName(tr(N_("Perhaps here already")))
        self.form.retranslate(tr)
        self._show_likely(self._likely)

    def begin(self, draft: VisitorDraft) -> None:
        """Start a new record with what is known; what was being typed is kept."""
        self.keep_now()
        self._take_over(new_key(), None)
        self._show(draft)
        self.form.focus("name" if not draft.name else "sex" if draft.sex is Sex.UNKNOWN else "phone")

    def take_scan(self, scan: Scan, *, in_hand: bool) -> None:
        """Take a document that nobody has shown before: into the record in hand if it has none yet."""
        number = str(self.form.value("document_number") or "").strip()
        if not (in_hand and self._key) or number not in ("", scan.value):
            self._begin_scanned(scan)
            return
        found = {"name": scan.name, "address": scan.address, "document_number": scan.value}
        for name, text in found.items():
            if text and not str(self.form.value(name) or "").strip():
                self.form.fill(name, text)
        self.form.fill("document_kind", scan.document or DocumentKind.OTHER)

    def _begin_scanned(self, scan: Scan) -> None:
        kind = scan.document or DocumentKind.OTHER
        name, address = scan.name, scan.address
        self.begin(VisitorDraft(name=name, document_kind=kind, document_number=scan.value, address=address))
        self.form.focus("phone" if name else "name")

    def resume(self, kept: Kept) -> None:
        """Go on with a new record that was begun and kept."""
        self.keep_now()
        self._take_over(kept.key, None)
        self._show(VisitorDraft())
        self.form.restore(kept.fields)
        self.form.focus_first()

    def edit(self, visitor: VisitorView, kept: Kept | None = None) -> None:
        """Change a stored record, going on with the changes that were kept."""
        self.keep_now()
        self._take_over(edit_key(visitor.id), visitor)
        self._show(visitor.draft)
        if kept is not None:
            self.form.restore(kept.fields)
        self.form.focus_first()

    def _take_over(self, key: str, seen: VisitorView | None) -> None:
        self._key, self._seen, self._is_new = key, seen, seen is None
        # Kept for whoever types it, also if a timer rings after another person has signed in.
        self._account = self._desk.actor().account_id
        self._request = request_of(key)
        self._sent = self._first_sent = None

    def _show(self, draft: VisitorDraft) -> None:
        self.form.set_values(values_of(draft))
        self._read_document()
        self.form.clear_errors()
        self.retranslate(self._desk.tr)
        self._show_likely(())
        self._look.start()

    @property
    def is_new(self) -> bool:
        """Whether a new record is in hand, not a stored one."""
        return bool(self._key) and self._is_new

    def is_typed(self) -> bool:
        """Return whether something would be lost."""
        return bool(self._key) and self.form.is_changed()

    @Slot()
    def discard(self) -> None:
        """Give up the new record in hand, or the changes to a stored one; undoing brings them back."""
        if not self.is_typed():
            return
        undo, seen = _Resume(self, self._in_hand(), self._seen), self._seen
        self._put_away()
        if seen is None:
            self.begin(VisitorDraft())
        else:
            self.edit(seen)
        self._desk.messages.did(Text(N_("Discarded")), undo)

    def _in_hand(self) -> Kept:
        return Kept(self._key, self.form.draft() if self._is_new else self.form.typed())

    def _put_away(self) -> None:
        """Empty the form; its draft is stored or given up on purpose."""
        drop = self._desk.services.drafts.drop
        # Without an owner: it is done even if this page is gone before a worker is free.
        self._desk.runner.run(drop, self._account, self._key, latest=f"draft.{self._key}")
        self._key = ""
        self.form.set_values(values_of(VisitorDraft()))
        self._keep.stop()

    # storing

    @Slot()
    def store(self) -> None:
        """Store what was typed, if every field can be; else go to the first that can't."""
        if self._storing or not self._key or not self.form.check():
            return
        draft = self._draft()
        found = problems(draft, self._desk.today())
        for problem in reversed(found):
            self.form.take_error(problem)
        if not found:
            self._sent = draft
            self._first_sent = self._first_sent or draft
            self._send(self._request, self._seen)

    def _send(self, request: str, seen: VisitorView | Ref | None) -> None:
        visitors, actor = self._desk.services.visitors, self._desk.actor()
        run = functools.partial(
            self._desk.runner.run, done=self._stored, failed=self._refused, busy=self._set_storing, owner=self
        )
        if seen is None:
            run(visitors.register, actor, request, self._sent)
        else:
            run(visitors.edit, actor, request, seen.id, seen.version, self._sent)

    def _set_storing(self, busy: bool) -> None:
        self._storing = busy

    def _stored(self, done: Done[Ref]) -> None:
        if not done.changes and self._sent != self._first_sent:
            # An earlier try had been stored although its answer was lost; what was corrected since has not.
            self._first_sent = self._sent
            self._send(new_request(), done.value)
        elif self._draft() != self._sent:
            self._go_on_with(done.value.id)
            self._desk.messages.info(Text(N_("Stored. What you typed since then is not stored yet.")))
        else:
            self._put_away()
            (self.registered if self._is_new else self.edited).emit(done.value)

    def _refused(self, error: Exception) -> None:
        self.keep_now()
        self._desk.messages.route(error, self, self.store)
        if isinstance(error, ConflictError) and self._seen is not None:
            self._go_on_with(self._seen.id)

    def _go_on_with(self, visitor_id: int) -> None:
        """Read the record as it is stored now; what was typed over it stays."""
        read = self._desk.services.visitors.visitor
        self._desk.runner.run(read, self._desk.actor(), visitor_id, done=self._take_stored, owner=self)

    def _take_stored(self, visitor: VisitorView) -> None:
        self._seen, self._request, self._first_sent = visitor, new_request(), None
        for name, value in self.form.follow(values_of(visitor.draft)).items():
            told = Text(label_of(value)) if isinstance(value, enum.Enum) else value
            self.form.set_note(name, Text(N_("Another desk wrote: {value}"), {"value": told}), "warning")

    def _draft(self) -> VisitorDraft:
        draft = draft_of(self.form.values(), self.form.overrides())
        if draft.document_kind is DocumentKind.NONE and draft.document_number.strip():
            draft = replace(draft, document_kind=kind_of(draft.document_number))
        if draft.document_kind is not DocumentKind.NONE and draft.identity is Identity.STATED:
            seen = draft.document_kind is not DocumentKind.NEWBORN
            return replace(draft, identity=Identity.DOCUMENT if seen else Identity.NEWBORN)
        return draft

    @Slot(object)
    def _on_changed(self, name: str) -> None:
        if name in ("document_number", "document_kind"):
            self._read_document()
        if name == "birth_date":
            self._ask_for_guardian()
        if name in COMPARED:
            self._look.start()
        if not self._keep.isActive():
            # Not begun anew at every letter: somebody who types without a pause is kept too.
            self._keep.start()

    def _read_document(self) -> None:
        """Fill birth date and sex from the number; what the person typed themselves is not overwritten."""
        kind = self.form.value("document_kind")
        typed = str(self.form.value("document_number") or "").strip()
        reading = _reading(kind if isinstance(kind, DocumentKind) else None, typed, self._desk.today())
        self.form.set_note("document_number", "")
        if reading is None:
            return
        if kind in (None, DocumentKind.NONE) and reading.kind is not DocumentKind.OTHER:
            self._fill("document_kind", reading.kind)
        if reading.birth_date and self.form.value("birth_date") is None:
            self._fill("birth_date", reading.birth_date)
        if reading.sex and self.form.value("sex") in (None, Sex.UNKNOWN):
            self._fill("sex", reading.sex)
        if reading.warnings:
            self.form.set_note("document_number", reading.warnings[0], "warning")

    def _fill(self, name: str, value: object) -> None:
        self.form.blockSignals(True)
        self.form.fill(name, value)
        self.form.blockSignals(False)

    def _ask_for_guardian(self) -> None:
        birth = self.form.value("birth_date")
        child = isinstance(birth, dt.date) and needs_guardian(birth, self._desk.today())
        self.form.set_note(
            "birth_date", N_("A child: the guardian agrees and signs.") if child else "", "accent"
        )

    @Slot()
    def _look_for_likely(self) -> None:
        draft = draft_of(self.form.values())
        except_id = self._seen.id if self._seen else None
        find = self._desk.services.visitors.likely_duplicates
        self._desk.runner.run(
            find, self._desk.actor(), draft, except_id, done=self._show_likely, owner=self, latest="likely"
        )

    def _show_likely(self, likely: Sequence[LikelyDuplicate]) -> None:
        self._likely = likely
        tr, today = self._desk.tr, self._desk.today()
        rows = []
        for one in likely:
            row = hit_row(one.hit, tr, today)
            why = " · ".join(tr(reason) for reason in one.reasons)
            certain = tr(N_("same document")) if one.certain else row.aside
            rows.append(replace(row, second=why or row.second, second_marks=(), aside=certain, data=one.hit))
        self.likely.apply(rows)
        self._likely_title.setVisible(bool(rows))
        self.likely.setVisible(bool(rows))

    @Slot(object)
    def _on_same(self, row: ResultRow) -> None:
        if self.is_new:
            undo = _Resume(self, self._in_hand(), None)
            self._put_away()
            self._desk.messages.did(Text(N_("Took the record that was there")), undo)
        self.same_person.emit(row.data)

    @Slot()
    def keep_now(self) -> None:
        """Keep what is typed as a draft that outlives a crash."""
        if not self.is_typed():
            return
        kept, save = self._in_hand(), self._desk.services.drafts.save
        self._desk.runner.run(save, self._account, kept.key, kept.fields, latest=f"draft.{kept.key}")


@dataclass(frozen=True)
class _Resume:
    """Takes up again what was given up."""

    page: VisitorPage
    kept: Kept
    seen: VisitorView | None

    def __call__(self) -> None:
        if not isValid(self.page):
            return
        if self.seen is None:
            self.page.resume(self.kept)
        else:
            self.page.edit(self.seen, self.kept)
        self.page.keep_now()


def _reading(kind: DocumentKind | None, typed: str, today: dt.date) -> DocumentReading | None:
    if not typed:
        return None
    try:
        return read_document(None if kind is DocumentKind.NONE else kind, typed, today)
    except InputError:
        # Half a number is no mistake yet; storing says what is wrong with a whole one.
        return None


def _timer(owner: QWidget, milliseconds: int, then: object) -> QTimer:
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(then)
    return timer
