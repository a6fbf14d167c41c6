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

from deskapp.domain.identity import DocumentReading, Scan, kind_of, phone_doubt, read_document
from deskapp.domain.intake import LikelyDuplicate, Ref, VisitorDraft, VisitorView
from deskapp.domain.registration import DocumentKind, Identity, Sex
from deskapp.domain.registration import label as label_of
from deskapp.domain.text import N_, Text
from deskapp.domain.visitor_rules import needs_guardian, problems, with_identity
from deskapp.errors import ConflictError, DeskError, InputError, StorageError
from deskapp.i18n import Translator
from deskapp.services.base import Done, new_request
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.kept import Kept, edit_key, forget_stored, new_key, request_of
from deskapp.ui.intake.visitor_fields import VISITOR_FIELDS, draft_of, values_of
from deskapp.ui.intake.visitor_search import hit_row
from deskapp.ui.widgets.basics import label, scrolled
from deskapp.ui.widgets.form import ANOTHER_DESK, Form
from deskapp.ui.widgets.result_list import ResultList, ResultRow

LOOK_AFTER_MS: Final = 250
KEEP_AFTER_MS: Final = 400
MOST_LIKELY: Final = 3
PHONES: Final = frozenset({"phone", "contact_phone", "guardian_phone"})
COMPARED: Final = frozenset({"name", "sex", "birth_date", "phone", "document_kind", "document_number"})


class VisitorPage(QWidget):
    """One visitor's form. Likely duplicates are shown while typing and never block.

    What is typed is kept as a draft of its own, under the request that will store it. A `form` whose
    fields are not made yet is filled in place, which is cheaper than moving them, and then `complete` is called.
    """

    sent = Signal(object)
    """The `Storing` of the record in hand, just before it goes."""

    kept_back = Signal(object, object)
    """The `Storing` of the record in hand that is not stored as it stands, and the error if it was refused."""

    registered = Signal(object, object)
    """The `Ref` of a new visitor who was stored, and the `Storing` that it answers."""

    edited = Signal(object)
    """The `Ref` of a visitor whose record was changed."""

    same_person = Signal(object)
    """The `VisitorHit` whom the person at the desk took for the one being typed."""

    def __init__(self, desk: Desk, form: Form | None = None) -> None:
        super().__init__()
        self._desk = desk
        self._key = ""
        self._account = 0
        self._request = new_request()
        self._is_new = True
        self._resumed = False
        self._first_draft: VisitorDraft | None = None
        self._given: dict[str, str] = {}
        self._proposed = Sex.UNKNOWN
        self._seen: VisitorView | None = None
        self._under_way: set[str] = set()
        self._likely: Sequence[LikelyDuplicate] = ()
        self._title = label("", "title")
        self.form = form or Form(VISITOR_FIELDS, desk.tr)
        self._likely_title = label("", "warning", wrap=True)
        self.likely = ResultList(desk.tr)
        self.likely.fit(MOST_LIKELY)
        self._look = _timer(self, LOOK_AFTER_MS, self._look_for_likely)
        self._keep = _timer(self, KEEP_AFTER_MS, self.keep_now)
        self._lay_out()
        self.form.changed.connect(self._on_changed)
        self.form.left.connect(self._on_left)
        self.form.submitted.connect(self.store)
        self.likely.chosen.connect(self._on_same)
        self._show_likely(())
        if form is None:
            self.complete()

    def complete(self) -> None:
        """Show a new visitor's usual values; called once all fields are made."""
        self.form.set_values(values_of(VisitorDraft()))
        self.form.take_as_usual()

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

    def begin(self, draft: VisitorDraft, sex: Sex = Sex.UNKNOWN, said: str = "") -> None:
        """Start a new record with what is known; what was being typed is kept.

        `sex` is only proposed, with `said` as the reason: a document knows better, and the cursor is there.
        """
        self.keep_now()
        self._take_over(new_key(), None)
        self._show(VisitorDraft())
        # As if it had been typed here: whoever looks elsewhere and comes back finds it again.
        nothing = values_of(VisitorDraft())
        for name, value in values_of(draft).items():
            if value != nothing[name]:
                self.form.fill(name, value)
        self._read_document()
        if sex is not Sex.UNKNOWN and self.form.value("sex") is Sex.UNKNOWN:
            self._proposed = sex
            self._fill("sex", sex)
            self.form.set_note("sex", said, "accent")
        self._given = self.form.typed()
        if len(draft.name) > 1:
            self.form.focus("sex" if draft.sex is Sex.UNKNOWN else "phone")
        else:
            # One character is a family name: the door heard no more of it.
            self.form.focus_end("name")

    def take_scan(self, scan: Scan, *, in_hand: bool) -> None:
        """Take a document that nobody has shown before: into the record in hand if it has none yet."""
        number, name = (str(self.form.value(field) or "").strip() for field in ("document_number", "name"))
        other = number not in ("", scan.value) or (scan.name and name and scan.name != name)
        if other or not (in_hand and self._key):
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
        self._resumed = True
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
        self._resumed, self._first_draft, self._given, self._proposed = False, None, {}, Sex.UNKNOWN

    def _show(self, draft: VisitorDraft) -> None:
        # Field by field the old number would still fill what is empty already.
        self.form.blockSignals(True)
        self.form.set_values(values_of(draft))
        self.form.blockSignals(False)
        self._read_document()
        self.form.clear_errors()
        self.retranslate(self._desk.tr)
        self._show_likely(())
        self._look.start()

    @property
    def key(self) -> str:
        """The name of the record in hand among the drafts, "" for none."""
        return self._key

    @property
    def is_new(self) -> bool:
        """Whether a new record is in hand, not a stored one."""
        return bool(self._key) and self._is_new

    @property
    def is_storing(self) -> bool:
        """Whether the record in hand is on its way to be stored."""
        return self._key in self._under_way

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
        return Kept(self._key, self.form.draft() if self._is_new else self.form.typed_over())

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
        if self._key in self._under_way or not self._key or not self.form.check():
            return
        draft = self._draft()
        found = problems(draft, self._desk.today())
        for problem in reversed(found):
            self.form.take_error(problem)
        if not found:
            self._first_draft = self._first_draft or draft
            storing = Storing(self, self._key, self._request, self._seen, draft, self._in_hand().fields)
            self.sent.emit(storing)
            self.send(storing)

    def send(self, storing: Storing) -> None:
        """Send a record to be stored; its answer is about this record, whichever is in hand by then."""
        visitors, seen = self._desk.services.visitors, storing.seen
        run = functools.partial(
            self._desk.runner.run,
            done=storing.done,
            failed=storing.failed,
            busy=storing.busy,
            owner=self,
        )
        if seen is None:
            run(visitors.register, self._desk.actor(), storing.request, storing.draft)
        else:
            run(visitors.edit, self._desk.actor(), storing.request, seen.id, seen.version, storing.draft)

    def try_again(self, storing: Storing) -> None:
        """Store a record that was refused, as it is typed by now if it still is in hand."""
        if storing.key == self._key:
            self.store()
        else:
            self.send(storing)

    def set_storing(self, key: str, busy: bool) -> None:
        """Take no second order to store the same record while the first is under way."""
        (self._under_way.add if busy else self._under_way.discard)(key)

    def take_stored(self, storing: Storing, done: Done[Ref]) -> None:
        """Go on from a record that was stored, if it still is the one in hand."""
        if storing.key != self._key:
            self._forget(storing, done.value)
        elif not done.changes and self._may_lack(storing):
            # An earlier try had been stored although its answer was lost; what was typed since has not.
            self.send(replace(storing, request=new_request(), seen=done.value))
        elif self._draft() != storing.draft:
            self.kept_back.emit(storing, None)
            self._go_on_with(done.value.id)
            self._desk.messages.info(Text(N_("Stored. What you typed since then is not stored yet.")))
        else:
            self._put_away()
            if self._is_new:
                self.registered.emit(done.value, storing)
            else:
                self.edited.emit(done.value)

    def _may_lack(self, storing: Storing) -> bool:
        return self._resumed or self._first_draft != storing.draft

    def _forget(self, storing: Storing, ref: Ref) -> None:
        """The person went on to another record meanwhile: tell, and keep no draft of what is stored."""
        self._desk.messages.did(Text(N_("Stored as {code}"), {"code": ref.code}))
        drafts = self._desk.services.drafts
        self._desk.runner.run(forget_stored, drafts, self._account, storing.key, storing.fields)

    def take_refusal(self, storing: Storing, error: Exception) -> None:
        """Say why a record was not stored; trying again stores that record and no other."""
        if storing.key != self._key:
            self._desk.messages.route(_about(storing.draft.name, error), self, storing.again)
            return
        self.keep_now()
        self.kept_back.emit(storing, error)
        self._desk.messages.route(error, self, storing.again)
        if isinstance(error, ConflictError) and self._seen is not None:
            self._go_on_with(self._seen.id)

    def _go_on_with(self, visitor_id: int) -> None:
        """Read the record as it is stored now; what was typed over it stays."""
        read, going_on = self._desk.services.visitors.visitor, _GoingOn(self, self._key)
        self._desk.runner.run(read, self._desk.actor(), visitor_id, done=going_on, owner=self)

    def take_as_stored(self, key: str, visitor: VisitorView) -> None:
        """Show what is stored now of the record in hand, below what was typed over it."""
        if key != self._key:
            return
        self._seen, self._request, self._first_draft = visitor, new_request(), None
        for name, value in self.form.follow(values_of(visitor.draft)).items():
            told = Text(label_of(value)) if isinstance(value, enum.Enum) else value
            self.form.set_note(name, Text(ANOTHER_DESK, {"value": told}), "warning")

    def _draft(self) -> VisitorDraft:
        draft = draft_of(self.form.values(), self.form.overrides())
        if draft.document_kind is DocumentKind.NONE and draft.document_number.strip():
            draft = replace(draft, document_kind=kind_of(draft.document_number))
        chosen = draft.identity is Identity.DOCUMENT and "identity" in self.form.typed()
        return draft if chosen else with_identity(draft)

    @Slot(object)
    def _on_changed(self, name: str) -> None:
        if name in ("document_number", "document_kind"):
            self._read_document()
        if name == "birth_date":
            self._ask_for_guardian()
        if name in PHONES or (name == "sex" and self._proposed is not Sex.UNKNOWN):
            self.form.set_note(name, "")
        if name in COMPARED:
            self._look.start()
        if not self._keep.isActive():
            # Not begun anew at every letter: somebody who types without a pause is kept too.
            self._keep.start()

    @Slot(object)
    def _on_left(self, name: str) -> None:
        """Warn of a doubtful phone; the tables of numbers are read in a worker."""
        typed = str(self.form.value(name) or "") if name in PHONES else ""
        if typed.strip():
            told = _PhoneTold(self, name, typed)
            self._desk.runner.run(phone_doubt, typed, done=told, owner=self, latest=f"doubt.{name}")

    def tell_doubt(self, name: str, typed: str, doubt: Text | None) -> None:
        """Show what is doubtful of a phone that still stands there."""
        if doubt is not None and self.form.value(name) == typed:
            self.form.set_note(name, doubt, "warning")

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
        if reading.sex and self.form.value("sex") in (None, Sex.UNKNOWN, self._proposed):
            self._fill("sex", reading.sex)
            if self._proposed is not Sex.UNKNOWN:
                self.form.set_note("sex", "")
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
            certain = tr(N_("surely the same")) if one.certain else row.aside
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
        """Keep what is typed as a draft that outlives a crash; a mere look at the form leaves none behind."""
        if not self.is_typed() or self.form.typed() == self._given:
            return
        kept, save = self._in_hand(), self._desk.services.drafts.save
        self._desk.runner.run(save, self._account, kept.key, kept.fields, latest=f"draft.{kept.key}")


@dataclass(frozen=True)
class Storing:
    """One record on its way to be stored: what was sent, and under which draft it was typed."""

    page: VisitorPage
    key: str
    request: str
    seen: VisitorView | Ref | None
    draft: VisitorDraft
    fields: dict[str, str]

    def done(self, done: Done[Ref]) -> None:
        self.page.take_stored(self, done)

    def failed(self, error: Exception) -> None:
        self.page.take_refusal(self, error)

    def busy(self, busy: bool) -> None:
        self.page.set_storing(self.key, busy)

    def again(self) -> None:
        if isValid(self.page):
            self.page.try_again(self)


@dataclass(frozen=True)
class _PhoneTold:
    """Hands on what is doubtful of a phone as it was typed."""

    page: VisitorPage
    name: str
    typed: str

    def __call__(self, doubt: Text | None) -> None:
        self.page.tell_doubt(self.name, self.typed, doubt)


@dataclass(frozen=True)
class _GoingOn:
    """Hands on what is stored of the record that was in hand then."""

    page: VisitorPage
    key: str

    def __call__(self, visitor: VisitorView) -> None:
        self.page.take_as_stored(self.key, visitor)


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


def _about(name: str, error: Exception) -> Exception:
    """Return the error with the name it is about: another record is in hand by now."""
    if not isinstance(error, DeskError):
        return error
    return StorageError(error.code, Text(N_("{name}: {why}"), {"name": name, "why": error.text}))


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
