"""Whoever comes to the desk: found, scanned or registered, until their visit is in front. The page lends its place."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from deskapp.domain.door import ADDRESS_LABELS, SEX_TOLD
from deskapp.domain.identity import Scan, ScanKind, recognise_scan
from deskapp.domain.intake import Ref, VisitorDraft, VisitorHit, VisitorView
from deskapp.domain.registration import Sex, VisitKind
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError
from deskapp.services.base import Done, new_request
from deskapp.ui.intake import kept
from deskapp.ui.intake.dialogs import WhoDialog
from deskapp.ui.intake.guess import draft_from
from deskapp.ui.intake.kept import Kept, ahead_key
from deskapp.ui.intake.visit_draft import keep_ahead
from deskapp.ui.intake.visitor_page import Storing
from deskapp.ui.later import Later
from deskapp.ui.tasks import Then

if TYPE_CHECKING:
    from deskapp.ui.intake.desk_page import DeskPage


class Arrival(QObject):
    """From a name, a scan or a record to the visit; one visitor at a time."""

    def __init__(self, page: DeskPage) -> None:
        super().__init__(page)
        self._page = page
        self._desk = page.desk
        self._scan = Scan(ScanKind.UNKNOWN, "")
        self._visitor_id: int | None = None
        self._again: tuple[int, str] = (0, "")
        self._failed = False
        self._ahead = False
        self._said: dict[str, str] = {}
        self._storing, self._storing_waits, self._said_before = "", False, ""
        self._request = ""
        self._use_case: Callable[..., Any] = self._desk.services.visits.open_or_join

    # scanned

    def take_scan(self, text: str) -> None:
        """Take what a scanner read, wherever the focus was."""
        scan = recognise_scan(text)
        services, actor = self._desk.services, self._desk.actor()
        self._scan = scan
        run = self._page.run
        if scan.kind is ScanKind.DOCUMENT:
            find = services.visitors.by_document
            run(find, actor, scan.document, scan.value, done=self._on_document, latest="scan")
        elif scan.kind is ScanKind.VISIT:
            run(services.visits.by_code, actor, scan.value, done=self._on_visit_code, latest="scan")
        elif scan.kind is ScanKind.VISITOR:
            run(services.visitors.find, actor, scan.value, done=self._on_visitor_code, latest="scan")
        else:
            self._page.search.show_typed(text)

    @Slot(str)
    def on_code(self, typed: str) -> None:
        """Open the visit whose number was typed into the search; one that nobody knows stands there again."""
        self._page.search.clear()
        self.take_scan(typed)

    def _on_document(self, hit: VisitorHit | None) -> None:
        if hit is not None:
            self.open_hit(hit)
            return
        in_hand = self._page.at_visitor()
        page = self._page.show_visitor_page()
        page.take_scan(self._scan, in_hand=in_hand)

    def _on_visit_code(self, visit_id: int | None) -> None:
        if visit_id is not None:
            self._page.show_visit(visit_id)
        else:
            self._page.search.show_typed(self._scan.value)

    def _on_visitor_code(self, hits: list[VisitorHit]) -> None:
        if len(hits) == 1:
            self.open_hit(hits[0])
        else:
            self._page.search.show_typed(self._scan.value)

    # found

    @Slot(object)
    def open_hit(self, hit: VisitorHit) -> None:
        """Open the visit of somebody who was found."""
        self.open_for(hit.id, hit.name)

    def open_for(self, visitor_id: int, name: str) -> None:
        """Go on with the visitor's visit of today, or begin one; pressing twice begins one.

        Who is in hand from the door is whose visit it is, if that can be.
        """
        if self._visitor_id != visitor_id and not self._ask_who(visitor_id, name):
            self._open_own(visitor_id, name)

    def _open_own(self, visitor_id: int, name: str) -> None:
        self._begin(visitor_id, name)
        self._open(self._desk.services.visits.open_or_join, visitor_id)

    def another_visit(self, visitor_id: int, name: str) -> None:
        """Open a second visit of the same visitor on one day."""
        if self._visitor_id != visitor_id:
            self._begin(visitor_id, name)
            self._open(self._desk.services.visits.open, visitor_id)

    @Slot(object)
    def on_confirming(self, coming: bool) -> None:
        """Enter was pressed before anybody was found: what is typed from now on is the visit's."""
        self._ahead = coming
        if coming:
            self._page.begin_visit("")
            self._storing = ""

    def _begin(self, visitor_id: int, name: str) -> None:
        same = self._ahead or (self._failed and self._again[0] == visitor_id)
        # The visit's page comes to the front before the answer: who types on types into the complaint.
        if same and self._page.is_empty_visit():
            self._page.visit_page.head.begin(name)
        else:
            # First: what stands there yet was said by whoever was being opened until now.
            self._page.begin_visit(name)
        self._failed = self._ahead = False
        self._storing = ""
        self._visitor_id, self._again = visitor_id, (visitor_id, name)
        self._page.search.clear()
        self._page.enable_keys()
        self._request = new_request()

    def _run(self, function: Callable[..., Any], *args: object, done: Then) -> None:
        self._page.run(function, *args, done=done, failed=self._not_opened, latest="open")

    @property
    def under_way(self) -> bool:
        """Whether a visit is being opened."""
        stored_first = bool(self._storing) and self._storing_waits and self._page.visit_id is None
        return self._ahead or stored_first or self._visitor_id is not None

    def stop(self) -> None:
        """Open nothing any more: the person went elsewhere."""
        self._visitor_id, self._ahead, self._failed, self._storing = None, False, False, ""

    @property
    def visitor_id(self) -> int | None:
        """Whose visit is being opened, or could not be; None when that is nobody or not known yet."""
        return self._visitor_id if self._visitor_id is not None or not self._failed else self._again[0]

    def _open(self, use_case: Callable[..., Any], visitor_id: int) -> None:
        self._use_case = use_case
        greeting = self._page.taking.greeting_for(visitor_id)
        another = use_case == self._desk.services.visits.open
        more = (VisitKind.GENERAL, None, greeting) if another else (greeting,)
        self._run(use_case, self._desk.actor(), self._request, visitor_id, *more, done=self._on_opened)

    def _on_opened(self, done: Done[Ref]) -> None:
        if self._visitor_id is not None:
            self._visitor_id = None
            self._page.show_opened(done.value.id)

    def _not_opened(self, error: Exception) -> None:
        self._visitor_id, self._failed = None, True
        self._desk.messages.route(error, self._page, self._try_again)

    def _try_again(self) -> None:
        visitor_id, name = self._again
        if self._use_case == self._desk.services.visits.open:
            # Another visit of the same day whose answer was lost is the one that was asked for.
            request = self._request
            self._begin(visitor_id, name)
            self._request = request
            self._open(self._use_case, visitor_id)
        else:
            # A visit whose answer was lost is joined.
            self.open_for(visitor_id, name)

    def _ask_who(self, visitor_id: int, name: str) -> bool:
        """Ask whether this is the person of the nameless visit in front, or whoever comes next."""
        visit = self._page.current()
        if visit is None or visit.visitor is not None:
            return False
        dialog = WhoDialog(self._page, self._desk.tr, visit, visitor_id, name)
        dialog.answered.connect(self._on_who)
        if not self._page.at_visit():
            # A record that was just stored is not in hand any more.
            self._page.show_visit(visit.id)
        dialog.open()
        return True

    @Slot(object)
    def _on_who(self, dialog: WhoDialog) -> None:
        if not dialog.same:
            self._open_own(dialog.visitor_id, dialog.name)
            return
        attach = self._desk.services.visits.attach
        attached = partial(self._tell_attached, dialog.about_id, dialog.name)
        args = (self._desk.actor(), new_request(), dialog.about_id, dialog.visitor_id)
        self._page.run(attach, *args, done=attached)

    def _tell_attached(self, visit_id: int, name: str, _done: object) -> None:
        """Say whose visit it is now, and how to take that back."""
        message = Text(N_("This visit is {name}'s"), {"name": name})
        self._desk.messages.did(message, Later(self.detach, visit_id))
        self._page.search.clear()
        self._page.show_visit(visit_id)

    def detach(self, visit_id: int) -> None:
        """Take back whose visit it is."""
        detach = self._desk.services.visits.detach
        self._page.run(detach, self._desk.actor(), new_request(), visit_id, done=self._on_detached)

    def _on_detached(self, _done: object) -> None:
        self._desk.messages.did(Text(N_("This visit has no name again")))

    # registered

    @Slot(str)
    def open_new(self, typed: str) -> None:
        """Register somebody new from what was typed into the search."""
        # Typed before it was known that the person is new: said once this very record has its visit.
        said = self._page.visit_page.triage.complaint() if self._ahead else ""
        page = self._page.show_visitor_page()
        page.begin(draft_from(typed), *self._told_at_the_door())
        self._add_said(page.key, said)
        self._page.search.clear()

    def _told_at_the_door(self) -> tuple[Sex, str]:
        """Return the sex that the form of address tells of who is in hand from the door, and that address."""
        mine = self._page.taking.in_hand()
        if mine is None or mine.visitor_id is not None:
            return Sex.UNKNOWN, ""
        address = mine.draft.address
        return SEX_TOLD.get(address, Sex.UNKNOWN), ADDRESS_LABELS[address]

    @Slot()
    def new_visitor(self) -> None:
        """Register somebody new: the record in hand, else what is typed in the search, else a kept draft."""
        page = self._page.visitor_page
        typed = self._page.search.field.query().strip()
        if typed:
            self.open_new(typed)
        elif page.is_storing:
            # What is on its way to be stored is the last visitor's; its draft is no begun record either.
            self._page.show_visitor_page().begin(VisitorDraft())
        elif page.is_new and page.is_typed():
            self._page.show_visitor_page()
        else:
            drafts, actor = self._desk.services.drafts, self._desk.actor()
            self._page.run(
                kept.latest_new, drafts, actor.account_id, done=self._begin_or_resume, latest="record"
            )

    def _begin_or_resume(self, found: Kept | None) -> None:
        page = self._page.show_visitor_page()
        if found is not None:
            page.resume(found)
        else:
            page.begin(VisitorDraft())

    def offer_drafts(self) -> None:
        """Say what was typed and not stored before the window was closed, or fell."""
        forms = self._desk.services.drafts.forms
        self._desk.runner.run(forms, self._desk.actor().account_id, done=self._tell_drafts, owner=self._page)

    def _tell_drafts(self, keys: list[str]) -> None:
        # What other pages keep is told by them.
        keys = [key for key in keys if key.startswith((kept.NEW, kept.EDIT, kept.VISIT, kept.AHEAD))]
        if any(key.startswith(kept.NEW) for key in keys):
            message = Text(N_("A new visitor's record was begun and kept. F2 goes on with it."))
            self._desk.messages.info(message)
        elif keys:
            message = Text(N_("Something was typed and not stored. It comes back with its visit or record."))
            self._desk.messages.info(message)

    # stored

    @Slot(object)
    def on_sent(self, storing: Storing) -> None:
        """Bring the visit to the front as soon as its record is sent: what is typed from now on is its complaint."""
        page, visit = self._page, self._page.current()
        if storing.key == self._storing:
            # Tried again from where the person types already.
            self._storing_waits = True
            page.enable_keys()
        elif page.at_visitor():
            if storing.seen is None and (visit is None or visit.visitor is not None):
                self._storing, self._storing_waits = storing.key, True
                page.begin_visit(storing.draft.name)
            elif visit is not None:
                # A visit without a name may turn out to be this visitor's.
                self._storing = storing.key
                page.to_triage()
            self._said_before = page.visit_page.triage.complaint()

    @Slot(object, object)
    def on_kept_back(self, storing: Storing, error: Exception | None) -> None:
        """Go back to a record that is not stored as it stands, unless the person types on in the visit already."""
        if storing.key != self._storing:
            return
        self._storing_waits = False
        typing = self._page.visit_page.triage.complaint() != self._said_before
        if typing and not isinstance(error, InputError):
            self._page.enable_keys()
        else:
            self._page.show_visitor_page()

    def hold(self, said: str) -> bool:
        """Hold what was said by whose record is not stored yet, until it is; return whether that is so."""
        if self._storing:
            self._add_said(self._storing, said)
        return bool(self._storing)

    def _add_said(self, key: str, said: str) -> None:
        if said.strip():
            self._said[key] = "\n".join(part for part in (self._said.get(key, ""), said) if part)

    @Slot(object, object)
    def on_registered(self, ref: Ref, storing: Storing) -> None:
        """Go on with the visit of the visitor just stored, unless the person went elsewhere meanwhile."""
        self._desk.messages.did(Text(N_("Stored as {code}"), {"code": ref.code}))
        here = storing.key == self._storing
        elsewhere = self._is_elsewhere(here)
        if here and self._page.is_empty_visit():
            self._ahead = True
            if elsewhere:
                self._page.put_away()
        if said := self._said.pop(storing.key, ""):
            drafts, account = self._desk.services.drafts, self._desk.actor().account_id
            self._desk.runner.run(keep_ahead, drafts, account, ahead_key(ref.id), said)
        if not elsewhere:
            self._storing = ""
            self.open_for(ref.id, storing.draft.name)

    def _is_elsewhere(self, waiting: bool = False) -> bool:
        """Return whether somebody else is looked for or shown by now."""
        search = self._page.search.field
        here = waiting or self._page.at_visitor()
        return not here or (search.hasFocus() and bool(search.query().strip()))

    @Slot(object)
    def on_edited(self, ref: Ref) -> None:
        """Go back to where the record was changed from."""
        self._storing = ""
        self._desk.messages.did(Text(N_("Stored as {code}"), {"code": ref.code}))
        if self._is_elsewhere():
            return
        if self._page.visit_id is not None:
            self._page.show_visit(self._page.visit_id)
        else:
            self._page.to_search()

    def edit(self, visitor_id: int) -> None:
        """Change a stored record, going on with changes that were kept."""
        services, actor = self._desk.services, self._desk.actor()
        self._page.run(
            kept.record_to_edit, services, actor, visitor_id, done=self._begin_edit, latest="record"
        )

    def _begin_edit(self, found: tuple[VisitorView, Kept | None]) -> None:
        self._page.show_visitor_page().edit(*found)
