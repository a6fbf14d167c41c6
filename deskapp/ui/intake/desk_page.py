"""The desk page: find or register, triage, number, print, price, and the way through the house."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from deskapp.domain.changes import Changes
from deskapp.domain.intake import VisitRow, VisitView
from deskapp.domain.text import N_, Text
from deskapp.errors import DeskError
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.base_tab import BaseView, Desk
from deskapp.ui.intake.arrival import Arrival
from deskapp.ui.intake.beside import Beside
from deskapp.ui.intake.beside_fold import BesideFold
from deskapp.ui.intake.desk_keys import able, desk_actions
from deskapp.ui.intake.escorting import Escorting
from deskapp.ui.intake.house_facts import HouseFacts
from deskapp.ui.intake.said import Said
from deskapp.ui.intake.search_pane import SearchPane
from deskapp.ui.intake.taking import Taking
from deskapp.ui.intake.visit_draft import VisitKeeper
from deskapp.ui.intake.visit_keys import BUTTONS, name_keys, show_buttons
from deskapp.ui.intake.visit_page import PAY, TRIAGE, VITALS, VisitPage
from deskapp.ui.intake.visit_work import VisitWork
from deskapp.ui.intake.visitor_page import VisitorPage
from deskapp.ui.intake.work_area import WorkArea
from deskapp.ui.keys import Action
from deskapp.ui.messages import INFO, Notice
from deskapp.ui.widgets.action_button import ActionButton

TELL_MINUTES_MS: Final = 30_000


class DeskPage(BaseView):
    """What an operator lives in all day."""

    title: ClassVar[str] = N_("Intake")
    icon: ClassVar[str] = "clipboard-list"
    help: ClassVar[str] = N_(
        "Type any piece of a name, phone or document, or scan it: Enter opens the best match. Write the complaint, "
        "Enter, and F9 gives the number and prints. What is typed is kept, also when you go elsewhere."
    )
    subjects: ClassVar[frozenset[str]] = frozenset(
        {"visit", "visitor", "number", "doctor", "department", "appointment", "greeting", "escort"}
    )

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.visit_id: int | None = None
        self._to_begin: int | None = None
        self._then: Callable[[], object] | None = None
        self.house = HouseFacts(self)

    # the page

    def build(self) -> None:
        desk = self.desk
        self.search = SearchPane(desk)
        self.beside = Beside(desk)
        self.work = VisitWork(self)
        self.arrival = Arrival(self)
        self.said = Said(self)
        self.taking = Taking(self)
        self.escorting = Escorting(self)
        self._work = WorkArea(desk)
        self._columns = row = QHBoxLayout()
        row.addWidget(self.search)
        row.addWidget(self._work, 1)
        self.fold = BesideFold(self.beside, row)
        self.body.addWidget(self.taking.strip)
        self.body.addWidget(self.escorting.strip)
        self.body.addLayout(row, 1)
        self._minutes = QTimer(self)
        self._minutes.setInterval(TELL_MINUTES_MS)
        self._minutes.timeout.connect(self.taking.show)
        self._minutes.timeout.connect(self.escorting.show)
        self._minutes.start()
        self.search.confirmed_empty.connect(self.escorting.back)
        self.search.chosen.connect(self.arrival.open_hit)
        self.search.wanted_new.connect(self.arrival.open_new)
        self.search.confirming.connect(self.arrival.on_confirming)
        self.search.visit_chosen.connect(self.show_visit)
        self.search.code_typed.connect(self.arrival.on_code)
        self._work.prepared.connect(self._on_prepared)
        # Later: what is not on the screen yet would not have the cursor when the window is activated.
        QTimer.singleShot(0, self.search, self.search.take_focus)

    @property
    def visit_page(self) -> VisitPage:
        """The page of a visit."""
        return self._work.visit

    @property
    def visitor_page(self) -> VisitorPage:
        """The page of a visitor's record."""
        return self._work.visitor

    @Slot()
    def _on_prepared(self) -> None:
        """Join the pages to the desk, with the buttons that show their keys."""
        self.keeper = VisitKeeper(self.desk, self.visit_page.forms(), self)
        self._connect()
        self._buttons = {name: ActionButton(self.key_actions[name]) for name in BUTTONS}
        for button in self._buttons.values():
            self.visit_page.buttons.addWidget(button)
        for name in ("page.back", "visitor.discard", "visitor.store"):
            self.visitor_page.buttons.addWidget(ActionButton(self.key_actions[name]))
        for page in (self.visitor_page, self.visit_page):
            page.retranslate(self.desk.tr)
        self.house.hand_on()
        self.house.ask_rules()

    def _connect(self) -> None:
        self.visitor_page.sent.connect(self.arrival.on_sent)
        self.visitor_page.kept_back.connect(self.arrival.on_kept_back)
        self.visitor_page.registered.connect(self.arrival.on_registered)
        self.visitor_page.edited.connect(self.arrival.on_edited)
        self.visitor_page.same_person.connect(self.arrival.open_hit)
        self.visit_page.edit_wanted.connect(self.edit_record)
        self.visit_page.step_activated.connect(self.work.activate_step)
        self.visit_page.booked.connect(self.enable_keys)
        triage = self.visit_page.triage
        triage.confirmed.connect(self.said.keep_complaint)
        triage.source_changed.connect(self.said.keep_source)
        triage.urgency_changed.connect(self.said.keep_urgency)
        triage.shown.connect(self.beside.show_proposal)
        triage.chosen.connect(self.work.issue)
        self.visit_page.vitals.stored.connect(self._on_vitals)
        self.visit_page.pay.finished.connect(self._on_paid)
        self.visit_page.pay.doubtful.connect(self.load_again)
        self.keeper.restored.connect(self._on_restored)

    def actions_here(self) -> Sequence[Action]:
        return desk_actions(self)

    def ensure_built(self) -> None:
        """Put the keys of the strips on them, once there are any."""
        fresh = not self._built
        super().ensure_built()
        if fresh:
            keys = self.key_actions
            self.taking.strip.add_keys([keys["greeting.take"], keys["greeting.release"]])
            self.escorting.strip.add_keys([keys["escort.back"]])
            self.beside.add_keys([keys["beside.phrases"], keys["beside.ask"]])
            self.fold.follow_key(keys["beside.phrases"])
            self.taking.show()
            self.escorting.show()

    def open_record(self, topic: str, record: object) -> None:
        """Open a visit, a visitor's visit of today, or take over a greeting of the door."""
        if not isinstance(record, int):
            return
        if topic == "visit":
            self.show_visit(record)
        elif topic == "visitor":
            self.arrival.open_for(record, "")
        elif topic == "greeting":
            self.taking.take_one(record)

    def place(self) -> object:
        """Return where the person is: another place means that something else was begun."""
        return (self.visit_id, self.arrival.visitor_id, self.search.field.query(), self.at_visitor())

    def retranslate(self, tr: Translator) -> None:
        self._work.idle.show_text(tr(N_("Type a name, or scan a document. Enter opens the first one found.")))
        self.search.retranslate(tr)
        self.beside.retranslate(tr)
        self.taking.show()
        self.escorting.show()
        if self._work.is_prepared:
            self.visitor_page.retranslate(tr)
            self.visit_page.retranslate(tr)

    def refresh(self, changes: Changes) -> None:
        services, actor = self.desk.services, self.desk.actor()
        run = self.desk.runner.run
        if not changes or changes.concerns("visit", "visitor", "number"):
            run(services.visits.day_list, actor, done=self._take_today, owner=self, latest="today")
        if not changes or changes.concerns("doctor", "department"):
            self.house.ask_places()
        if not changes or changes.concerns("greeting"):
            self.taking.ask()
        if not changes or changes.concerns("escort"):
            self.escorting.ask()
        if changes.concerns("visitor"):
            self.search.search_again()
        if self.visit_id is not None and changes.concerns("visit", "visitor", "number"):
            self.load_visit(self.visit_id)
        elif self.visit_id is not None and changes.concerns("doctor"):
            self.visit_page.triage.ask()
        if not changes:
            self.arrival.offer_drafts()
            self.enable_keys()

    def _take_today(self, rows: Sequence[VisitRow]) -> None:
        self.search.show_today(rows)
        # The desk can be used from here on; the pages are made while nobody types.
        self._work.prepare()

    def showEvent(self, event: QShowEvent) -> None:
        """Let Enter say “I am back” to whoever comes back to the desk."""
        super().showEvent(event)
        if self.escorting.mine() is not None:
            QTimer.singleShot(0, self.search, self.search.take_focus)

    def share_room(self) -> None:
        """Fold the panel beside away where there is no room for it."""
        sizes = style.tokens().sizes
        self._columns.setSpacing(sizes.margin)
        self.search.fit(self.width())
        self.fold.share_room(self.width(), wanted=self._work.at_visit())

    def take_scan(self, text: str) -> None:
        """Take what a scanner read, wherever the focus was."""
        self.arrival.take_scan(text)

    # records

    @Slot()
    def another_visit(self) -> None:
        """Open a second visit of the same visitor on one day."""
        visit = self.current()
        if visit is not None and visit.visitor is not None:
            self.arrival.another_visit(visit.visitor.id, visit.visitor.name)

    @Slot()
    def store_record(self) -> None:
        """Store the record that is being typed."""
        self.visitor_page.store()

    @Slot()
    def discard_record(self) -> None:
        """Give up the new record that is being typed."""
        self.visitor_page.discard()

    @Slot()
    def edit_record(self) -> None:
        """Change the record of the visitor shown."""
        visit = self.current()
        if visit is not None and visit.visitor is not None:
            self.arrival.edit(visit.visitor.id)

    def show_visitor_page(self) -> VisitorPage:
        """Bring the visitor's record to the front; a visit that is being opened will not push it away."""
        if self.current() is None:
            self.said.leave()
        self.arrival.stop()
        self._then = self._to_begin = None
        self._show(self.visitor_page)
        return self.visitor_page

    def show_example(self) -> None:
        """Show the latest visit that is under way."""
        rows = [row for row in self.search.today.records if row.next_step is not None]
        for row in rows[:1]:
            self.show_visit(row.id)

    # one visit

    def begin_visit(self, name: str) -> None:
        """Show an empty visit of somebody: its page is typed into before the database has answered."""
        self.said.leave()
        self.visit_id = self._then = None
        self.visit_page.begin(name)
        self.beside.clear()
        self._show(self.visit_page)
        self.visit_page.triage.focus_complaint()

    @Slot(object)
    def show_visit(self, visit_id: int) -> None:
        """Show a visit and put the cursor where the work goes on."""
        if visit_id != self.visit_id:
            self.begin_visit("")
        self.arrival.stop()
        self.show_opened(visit_id)

    def show_opened(self, visit_id: int) -> None:
        """Show the visit whose page is in front already; what was typed meanwhile is said in it."""
        if visit_id != self.visit_id:
            self.work.begin()
        self.visit_id = self._to_begin = visit_id
        self.bar.clear()
        self.load_visit(visit_id)
        self.enable_keys()

    @Slot()
    def load_again(self) -> None:
        """Read the visit in front again."""
        if self.visit_id is not None:
            self.load_visit(self.visit_id)

    def load_visit(self, visit_id: int) -> None:
        """Read a visit again."""
        read = self.desk.services.visits.visit
        self.desk.runner.run(
            read, self.desk.actor(), visit_id, done=self._take_visit, owner=self, latest="visit"
        )

    def _take_visit(self, visit: VisitView) -> None:
        if visit.id != self.visit_id:
            return
        other = self.current() is None
        self.visit_page.show_visit(visit)
        self.beside.show_visit(visit)
        self.work.follow(visit)
        self.escorting.show_with(visit)
        if other:
            self.keeper.follow(visit.id, visit.visitor.id if visit.visitor else None)
        if self._to_begin == visit.id:
            self._to_begin = None
            self._show(self.visit_page)
            self.visit_page.triage.focus_complaint()
        self.enable_keys()
        then, self._then = self._then, None
        if then is not None:
            then()

    @Slot()
    def _on_restored(self) -> None:
        triage = self.visit_page.triage
        triage.show_kept_choice()
        if triage.said.widget("complaint").hasFocus():
            triage.focus_complaint()
        message = Text(N_("What was typed here and not stored is back."))
        self.bar.show_notice(Notice(INFO, message))

    def current(self) -> VisitView | None:
        """Return the visit in front; None while it is being opened."""
        if self.visit_id is None:
            return None
        visit = self.visit_page.visit
        return visit if visit is not None and visit.id == self.visit_id else None

    def is_opening(self) -> bool:
        """Return whether a visit's page is in front whose visit has not come yet."""
        coming = self.arrival.under_way or (self.visit_id is not None and self.current() is None)
        return coming and self._work.at_visit()

    def is_empty_visit(self) -> bool:
        """Return whether the page in front is that of a visit that could not be opened; words may stand there."""
        return self.visit_id is None and self._work.at_visit()

    def when_shown(self, then: Callable[[], object]) -> None:
        """Do something with the visit in front as soon as it is there."""
        if self.is_opening():
            self._then = then
        else:
            then()

    def is_prepared(self) -> bool:
        """Return whether the pages of a visit and of a record are there."""
        return self._work.is_prepared

    def at_visitor(self) -> bool:
        """Return whether a record is what the person looks at."""
        return self._work.at_visitor()

    def at_visit(self) -> bool:
        """Return whether the visit is what the person looks at."""
        return self._work.at_visit()

    @Slot(object)
    def _on_vitals(self, level: int | None) -> None:
        self.desk.messages.did(Text(N_("Vital signs kept")))
        judged = self.visit_page.triage.urgency()
        if level is not None and (judged is None or level < judged):
            # Signs make a case more urgent than somebody judged, never less.
            self.visit_page.triage.more.fill("urgency", level)
        self.visit_page.show_part(TRIAGE)
        self.visit_page.triage.focus_proposals()

    @Slot()
    def _on_paid(self) -> None:
        self.visit_page.show_part(TRIAGE)

    # going about

    @Slot()
    def to_triage(self) -> None:
        """Go to the complaint."""
        if self.current() is not None:
            self._show(self.visit_page)
            self.visit_page.show_part(TRIAGE)
            self.visit_page.triage.focus_complaint()

    @Slot()
    def to_vitals(self) -> None:
        """Go to the vital signs."""
        if self.current() is not None:
            self._show(self.visit_page)
            self.visit_page.show_part(VITALS)
            self.visit_page.vitals.take_focus()

    @Slot()
    def to_pay(self) -> None:
        """Go to the price."""
        if self.current() is not None:
            self._show(self.visit_page)
            self.visit_page.show_part(PAY)
            self.visit_page.pay.take_focus()

    @Slot()
    def confirm_appointment(self) -> None:
        """Say that the visit in front is the one that was booked."""
        self.visit_page.confirm_appointment()

    @Slot()
    def choose_other(self) -> None:
        """Choose department and doctor by hand."""
        if self.current() is not None:
            self.to_triage()
            self.visit_page.triage.choose_other()

    @Slot()
    def to_search(self) -> None:
        """Go to the search field."""
        self.search.take_focus()

    @Slot()
    def back(self) -> None:
        """One step back; what is typed is kept."""
        if self.fold.close():
            return
        if self.search.field.hasFocus() and self.search.field.query():
            self.search.clear()
        elif self._work.at_visit() and self.visit_page.part() != TRIAGE:
            self.visit_page.show_part(TRIAGE)
            self.visit_page.triage.focus_complaint()
        elif self._work.at_visit() and self.visit_page.triage.close_choice():
            return
        elif self._work.at_visitor() and self.visit_id is not None:
            self.visitor_page.keep_now()
            self._show(self.visit_page)
            self.visit_page.triage.focus_complaint()
        elif self.is_idle() and self.taking.in_hand() is not None:
            self.taking.release()
        else:
            self.put_away()
            self.search.clear()
            self.search.take_focus()

    def put_away(self) -> None:
        """Have neither a visit nor a record in front; what is typed is kept."""
        self.may_leave()
        self.arrival.stop()
        self.visit_id = None
        self._show(self._work.idle)
        self.beside.clear()

    def is_idle(self) -> bool:
        """Return whether neither a visit nor a record is in front."""
        return not (self.at_visit() or self.at_visitor())

    def may_leave(self) -> bool:
        if self._built and self._work.is_prepared:
            self.visitor_page.keep_now()
            self.said.leave()
        return True

    def take_error(self, error: DeskError, retry: Any = None) -> bool:
        """Show an error at its field; the choice of another doctor opens for its own."""
        if self._work.at_visit() and self.visit_page.triage.take_error(error, retry):
            return True
        return super().take_error(error, retry)

    def _show(self, page: QWidget) -> None:
        self._work.setCurrentWidget(page)
        self.share_room()
        self.enable_keys()

    @Slot()
    def enable_keys(self) -> None:
        """Let the keys do what makes sense now; the bar below tells of no other."""
        visit = self.current() if self._work.at_visit() else None
        for name, enabled in able(self, visit).items():
            self.key_actions[name].setEnabled(enabled)
        name_keys(self.key_actions, visit, self.escorting.word(visit))
        if self._work.is_prepared:
            show_buttons(self._buttons, visit)
