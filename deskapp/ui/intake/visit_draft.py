"""What is typed into a visit's forms and not stored yet: kept, and brought back with the visit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from deskapp.domain.access import Actor
from deskapp.domain.text import N_, Text
from deskapp.errors import DeskError
from deskapp.services.base import Done, new_request
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.kept import Kept, ahead_key, of_visit, visit_key
from deskapp.ui.messages import Messages
from deskapp.ui.widgets.form import OVER, Form

KEEP_AFTER_MS: Final = 400
COMPLAINT: Final = "said.complaint"


class VisitKeeper(QObject):
    """Follows one visit at a time. It outlives a crash, a lock, and another visit coming to the front."""

    restored = Signal()
    """Something typed earlier is in the forms again."""

    def __init__(self, desk: Desk, forms: Mapping[str, Form], parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._forms = dict(forms)
        self._visit_id: int | None = None
        self._account = 0
        self._ready = False
        self._has = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_AFTER_MS)
        self._timer.timeout.connect(self.keep_now)
        for form in self._forms.values():
            form.changed.connect(self._on_changed)

    def leave(self) -> None:
        """Keep what is typed, and follow no visit."""
        self.keep_now()
        self._timer.stop()
        self._visit_id = None

    def follow(self, visit_id: int, visitor_id: int | None = None) -> None:
        """Follow a visit that is now in the forms; bring back what was typed into it, or ahead of it, before."""
        self._visit_id, self._ready, self._has = visit_id, False, False
        # Kept for whoever types it, also if a timer rings after another person has signed in.
        self._account = self._desk.actor().account_id
        drafts, account = self._desk.services.drafts, self._account
        self._desk.runner.run(
            kept_of,
            drafts,
            account,
            visit_id,
            visitor_id,
            done=self._bring_back,
            failed=self._without,
            owner=self,
            latest="kept",
        )

    def _without(self, _error: Exception) -> None:
        self._ready = True

    def _bring_back(self, kept: Kept | None) -> None:
        self._ready = True
        if kept is not None and kept.key == visit_key(self._visit_id or 0):
            self._has = True
            self._restore(kept.fields)
            if self._typed():
                self.restored.emit()
        # What was typed before this was known is not kept yet, and what is stored by now is no draft.
        self.keep_now()

    def _restore(self, fields: Mapping[str, str]) -> None:
        typed = self._typed()
        for name, text in fields.items():
            part, _, field = name.partition(".")
            if part not in self._forms or field.startswith(OVER):
                continue
            over = {f"{OVER}{field}": fields.get(f"{part}.{OVER}{field}", self._forms[part].base(field))}
            if name not in typed:
                self._forms[part].restore({field: text, **over})
            elif name == COMPLAINT and typed[name] not in text:
                self._forms[part].restore({field: f"{text}\n{typed[name]}", **over})

    def _typed(self) -> dict[str, str]:
        return {
            f"{part}.{name}": text
            for part, form in self._forms.items()
            for name, text in form.typed_over().items()
        }

    @Slot(object)
    def _on_changed(self, _name: str) -> None:
        if self._visit_id is not None and not self._timer.isActive():
            self._timer.start()

    @Slot()
    def keep_now(self) -> None:
        """Keep what is typed and not stored; forget it once there is no such thing."""
        if self._visit_id is None:
            return
        drafts, typed = self._desk.services.drafts, self._typed()
        account, key = self._account, visit_key(self._visit_id)
        if not self._ready:
            # What was kept before is not known yet, and must not be written over.
            if typed:
                self._desk.runner.run(add_to_kept, drafts, account, key, typed)
            return
        # Without an owner: it is done even if this page is gone before a worker is free.
        if typed:
            self._desk.runner.run(drafts.save, account, key, typed, latest=f"draft.{key}")
        elif self._has:
            self._desk.runner.run(drafts.drop, account, key, latest=f"draft.{key}")
        self._has = bool(typed)


def kept_of(drafts: Any, account_id: int, visit_id: int, visitor_id: int | None) -> Kept | None:
    """Return what was typed into a visit, or said before it was there, and not stored. For a worker."""
    ahead = ahead_key(visitor_id or 0)
    said = drafts.load(account_id, ahead)
    if said:
        keep_ahead(drafts, account_id, visit_key(visit_id), said[COMPLAINT])
        drafts.drop(account_id, ahead)
    return of_visit(drafts, account_id, visit_id)


def keep_ahead(drafts: Any, account_id: int, key: str, said: str) -> None:
    """Keep what was said before the visit was there, after what is kept of it already. For a worker."""
    before = drafts.load(account_id, key) or {}
    both = "\n".join(part for part in (before.get(COMPLAINT, ""), said) if part)
    drafts.save(account_id, key, {**before, COMPLAINT: both})


def add_to_kept(drafts: Any, account_id: int, key: str, typed: Mapping[str, str]) -> None:
    """Keep what is typed along with what was kept before. For a worker."""
    before = drafts.load(account_id, key) or {}
    old, new = before.get(COMPLAINT, ""), typed.get(COMPLAINT, "")
    both = {**before, **typed}
    if old and new and old not in new:
        both[COMPLAINT] = f"{old}\n{new}"
    drafts.save(account_id, key, both)


def note_and_forget(services: Any, actor: Actor, visit_id: int, complaint: str, pregnant: bool) -> Done[None]:
    """Store the complaint of a visit that was left, then take it out of what is kept. For a worker."""
    note = services.visits.note_complaint
    done: Done[None] = note(actor, new_request(), visit_id, complaint, pregnant)
    _forget(services.drafts, actor, visit_id, {COMPLAINT: complaint})
    return done


def store_and_forget(
    use_case: Callable[..., Any],
    drafts: Any,
    actor: Actor,
    visit_id: int,
    sent: Mapping[str, str],
    *args: object,
) -> Done[None]:
    """Store something said of a visit, then take the fields that were sent out of what is kept. For a worker."""
    done: Done[None] = use_case(actor, new_request(), visit_id, *args)
    _forget(drafts, actor, visit_id, sent)
    return done


def _forget(drafts: Any, actor: Actor, visit_id: int, stored: Mapping[str, str]) -> None:
    """Take out of what is kept of a visit what is stored by now; what was typed since stays."""
    key = visit_key(visit_id)
    fields = drafts.load(actor.account_id, key) or {}
    same = {name for name, text in stored.items() if fields.get(name) == text}
    gone = same | {f"{part}.{OVER}{field}" for part, _, field in (name.partition(".") for name in same)}
    left = {name: text for name, text in fields.items() if name not in gone}
    if not same:
        return
    if left:
        drafts.save(actor.account_id, key, left)
    else:
        drafts.drop(actor.account_id, key)


note_and_forget.__lane__ = "writes"  # type: ignore[attr-defined]
store_and_forget.__lane__ = "writes"  # type: ignore[attr-defined]
add_to_kept.__lane__ = "drafts"  # type: ignore[attr-defined]
kept_of.__lane__ = "drafts"  # type: ignore[attr-defined]
keep_ahead.__lane__ = "drafts"  # type: ignore[attr-defined]


@dataclass(frozen=True)
class NotNoted:
    """Says whose complaint could not be stored after another visit came to the front."""

    messages: Messages
    name: str

    def __call__(self, error: Exception) -> None:
        if not isinstance(error, DeskError):
            self.messages.bug(error)
            return
        message = N_("The complaint of {name} could not be stored. It is kept and comes back with the visit.")
        self.messages.info(Text(message, {"name": self.name}))
