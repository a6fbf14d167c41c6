"""What a visitor says, stored as it is said: complaint, source, urgency; and what was said ahead of the visit.

Each kind of a visit's sayings has one name among the tasks, so that an older try never follows a newer one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Slot

from deskapp.domain.registration import MediaSource
from deskapp.domain.text import N_, Text
from deskapp.services.base import new_request
from deskapp.ui.intake.kept import ahead_key, visit_key
from deskapp.ui.intake.visit_draft import NotNoted, keep_ahead, note_and_forget, store_and_forget

if TYPE_CHECKING:
    from deskapp.ui.intake.desk_page import DeskPage


FIELDS: Final = {
    "source": frozenset({"media_source", "media_text"}),
    "urgency": frozenset({"urgency", "urgency_reason"}),
}


class Said(QObject):
    """Stores the sayings of the visit in front; the page lends its place."""

    def __init__(self, page: DeskPage) -> None:
        super().__init__(page)
        self._page = page
        self._desk = page.desk

    def leave(self) -> None:
        """Store what was said of the visit in front, or keep what was said before it was there."""
        page, visit = self._page, self._page.current()
        if visit is None:
            self._keep_ahead()
            return
        page.keeper.leave()
        self.keep_source()
        self.keep_urgency()
        shown = page.visit_page
        if page.work.wants_number:
            page.work.wants_number = False
            message = N_("{name} has no number yet: the proposals had not come. Open the visit, then F9.")
            name = visit.visitor.name if visit.visitor else ""
            self._desk.messages.info(Text(message, {"name": name or Text(N_("name unknown"))}))
        if visit.ended is None and "complaint" in shown.triage.said.typed():
            said = (visit.id, shown.triage.complaint(), shown.vitals.pregnant())
            # Without an owner: it is stored even if another person signs in meanwhile.
            self._desk.runner.run(
                note_and_forget,
                self._desk.services,
                self._desk.actor(),
                *said,
                failed=NotNoted(self._desk.messages, visit.visitor.name if visit.visitor else ""),
                latest=f"complaint.{visit.id}",
            )

    def _keep_ahead(self) -> None:
        """Keep what was said before the visit was there: it comes back with the visit, and with no other."""
        page = self._page
        if not page.at_visit():
            return
        triage, visitor_id = page.visit_page.triage, page.arrival.visitor_id
        said = triage.complaint()
        triage.said.clear()
        if page.visit_id is None and page.arrival.hold(said):
            return
        if not said.strip() or (page.visit_id is None and visitor_id is None):
            return
        key = visit_key(page.visit_id) if page.visit_id is not None else ahead_key(visitor_id or 0)
        drafts, account = self._desk.services.drafts, self._desk.actor().account_id
        self._desk.runner.run(keep_ahead, drafts, account, key, said)

    @Slot()
    def keep_complaint(self) -> None:
        """Store the complaint and go on to the proposals: Enter behind it."""
        page = self._page
        if page.is_opening():
            page.when_shown(self.keep_complaint)
            return
        visit = page.current()
        if visit is None or visit.ended is not None:
            return
        triage = page.visit_page.triage
        if "complaint" in triage.said.typed():
            note = self._desk.services.visits.note_complaint
            said = (visit.id, triage.complaint(), page.visit_page.vitals.pregnant())
            triage.know_complaint()
            # Without an owner, as on leaving: the two are one kind.
            self._desk.runner.run(
                note, self._desk.actor(), new_request(), *said, latest=f"complaint.{visit.id}"
            )
        self.keep_source()
        triage.focus_proposals()
        triage.when_answered(page.work.look_for_flags, unless_waiting=True)

    @Slot()
    def keep_source(self) -> None:
        """Store how the visitor heard of the hospital, once that is said in full."""
        visit = self._page.current()
        if visit is None or visit.ended is not None:
            return
        triage = self._page.visit_page.triage
        source, text = triage.source()
        if triage.more.clashing() & FIELDS["source"]:
            return
        typed = triage.more.typed().keys() & FIELDS["source"]
        wanted = bool(typed) or (visit.media_source is None and source is not None)
        if wanted and (source is not MediaSource.OTHER or text.strip()):
            self._store("source", self._desk.services.visits.set_source, visit.id, source, text)

    @Slot()
    def keep_urgency(self) -> None:
        """Store how urgent the operator judges the visit; with a number in hand no F9 would do it any more."""
        visit, triage = self._page.current(), self._page.visit_page.triage
        if visit is None or visit.ended is not None or "urgency" not in triage.more.typed():
            return
        if not triage.lacks_reason() and "urgency" not in triage.more.clashing():
            args = (triage.urgency(), triage.urgency_reason())
            self._store("urgency", self._desk.services.visits.set_urgency, visit.id, *args)

    def _store(self, what: str, use_case: Callable[..., Any], visit_id: int, *args: object) -> None:
        # What is stored is no draft any more: brought back, it would be stored over another desk's word.
        typed = self._page.visit_page.triage.more.typed()
        sent = {f"more.{name}": typed[name] for name in FIELDS[what] if name in typed}
        self._desk.runner.run(
            store_and_forget,
            *(use_case, self._desk.services.drafts, self._desk.actor(), visit_id, sent),
            *args,
            owner=self._page,
            latest=f"{what}.{visit_id}",
        )
