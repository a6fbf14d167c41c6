"""What is done with the visit in front: number, paper, steps, emergency, end. The page lends its place."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Slot

from deskapp.domain.intake import NumberView, Ref, SuggestionView, TriageDecision, VisitView
from deskapp.domain.registration import EndReason, SlipState, Step, VisitKind, label
from deskapp.domain.text import N_, Text
from deskapp.domain.triage import RedFlag
from deskapp.domain.urgency import URGENCY_NUMERALS, Urgency
from deskapp.errors import InputError
from deskapp.services.base import Done, new_request
from deskapp.ui.intake.dialogs import Decision, RedFlagDialog, end_dialog, void_dialog
from deskapp.ui.intake.papers import DeskPapers
from deskapp.ui.later import Later

if TYPE_CHECKING:
    from deskapp.ui.intake.desk_page import DeskPage

BY_HAND: Final = (Step.ESCORT, Step.RETURN)


class VisitWork(QObject):
    """The actions of one visit."""

    def __init__(self, page: DeskPage) -> None:
        super().__init__(page)
        self._page = page
        self._desk = page.desk
        self._issue_request = new_request()
        self._decided: TriageDecision | None = None
        self._known_number: tuple[int, SlipState] | None = None
        self._issuing = False
        self.wants_number = False
        """F9 waits for the proposals."""
        self._sending = False
        self._settled: dict[int, tuple[frozenset[str], str]] = {}
        self._doing: set[tuple[int, Step]] = set()
        self.papers = DeskPapers(page.desk, page)

    def begin(self) -> None:
        """Another visit is in front: its number will be a request of its own."""
        self._issue_request = new_request()
        self._decided = self._known_number = None
        self._issuing = False

    # red flags

    @Slot()
    def look_for_flags(self) -> None:
        """Interrupt for red flags that nobody judged yet."""
        self._flags_judged(then_issue=False)

    def _flags_judged(self, *, then_issue: bool) -> bool:
        """Return whether no red flag stands in the way; else ask about those not judged yet."""
        visit = self._page.current()
        if visit is None or visit.ended is not None:
            return False
        flags = [flag for flag in self._page.visit_page.triage.red_flags() if isinstance(flag, RedFlag)]
        codes = frozenset(flag.code for flag in flags)
        judged, _reason = self._settled.get(visit.id, (frozenset(), ""))
        if codes <= judged:
            return True
        dialog = RedFlagDialog(self._page, self._desk.tr, visit.id, flags)
        dialog.then_issue = then_issue
        dialog.answered.connect(self._on_flags)
        dialog.open()
        return False

    @Slot(object)
    def _on_flags(self, dialog: RedFlagDialog) -> None:
        if dialog.goes_on:
            codes = frozenset(flag.code for flag in dialog.flags)
            before, reason = self._settled.get(dialog.about_id, (frozenset(), ""))
            both = "; ".join(part for part in (reason, dialog.reason) if part)
            self._settled[dialog.about_id] = (before | codes, both)
            if dialog.then_issue and dialog.about_id == self._page.visit_id:
                self._decide()
        else:
            self._to_emergency(dialog.about_id, min(flag.level for flag in dialog.flags))

    @Slot()
    def emergency(self) -> None:
        """Bring whoever stands there to emergency at once; the record comes after."""
        if self._page.is_opening():
            self._page.when_shown(self.emergency)
            return
        if self._sending:
            return
        visit = self._page.current() if self._page.at_visit() else None
        if visit is not None and visit.ended is None:
            self._to_emergency(visit.id, 1)
        elif visit is not None and visit.ended is EndReason.EMERGENCY:
            self._tell_ended(visit.id, EndReason.EMERGENCY, Text(N_("Already sent to emergency")))
        else:
            begin = self._desk.services.visits.open
            args = (None, VisitKind.GENERAL, None, self._page.taking.greeting_for(None))
            done, busy = self._on_nameless, self._set_sending
            self._page.run(begin, self._desk.actor(), new_request(), *args, done=done, busy=busy)

    def _set_sending(self, busy: bool) -> None:
        self._sending = busy

    def _on_nameless(self, done: Done[Ref]) -> None:
        self._page.show_visit(done.value.id)
        self._to_emergency(done.value.id, 1)

    def _to_emergency(self, visit_id: int, level: int) -> None:
        # Of a visit that is in front no longer, what is stored of it stays.
        same = visit_id == self._page.visit_id
        complaint = self._page.visit_page.triage.complaint() if same else None
        self._desk.runner.supersede(f"complaint.{visit_id}")
        send, args = self._desk.services.visits.to_emergency, (visit_id, complaint, level)
        message = Text(N_("Sent to emergency. Fill in the record when there is time."))
        done = partial(self._tell_ended, visit_id, EndReason.EMERGENCY, message)
        self._page.run(send, self._desk.actor(), new_request(), *args, done=done, busy=self._set_sending)

    def _tell_ended(self, visit_id: int, how: EndReason, message: Text, _done: object = None) -> None:
        """Say that a visit ended, and how to take that back."""
        self._desk.messages.did(message, Later(self.reopen, visit_id, how))

    # the number

    @Slot()
    def issue(self) -> None:
        """Store the decision, give the number, print slip and form: F9. Pressing twice gives and prints once."""
        if self._page.is_opening():
            self._page.when_shown(self.issue)
            return
        visit = self._page.current()
        if visit is None or self._issuing or not self._page.at_visit():
            return
        if visit.number is not None and visit.number.state is not SlipState.VOID:
            self._tell_number(visit.id, visit.number)
        else:
            # F9 faster than the answer: what stands there was proposed for other words.
            self.wants_number = True
            self._page.visit_page.triage.when_answered(self._decide)

    def issue_for(self, visit_id: int) -> None:
        """Give the number of a visit if that is still in front."""
        if visit_id == self._page.visit_id:
            self.issue()

    def _tell_number(self, visit_id: int, number: NumberView) -> None:
        if self.papers.is_printing(number.id):
            return
        if number.state is SlipState.ISSUED and not self.papers.was_sent(number.id):
            # It was given, but no printer took it.
            self.papers.print_number(visit_id, number)
            return
        message = N_("Number {number} was given and printed already. Ctrl+R prints the slip again.")
        self._desk.messages.did(Text(message, {"number": number.label}))

    def _decide(self) -> None:
        self.wants_number = False
        visit = self._page.current()
        if visit is None or self._issuing or not self._flags_judged(then_issue=True):
            return
        _codes, judged = self._settled.get(visit.id, (frozenset(), ""))
        try:
            decision = self._page.visit_page.triage.decision(judged)
        except InputError as error:
            self._page.take_error(error)
            return
        self._page.said.keep_source()
        if decision != self._decided:
            # Another decision than the one whose answer was lost must not be taken for it.
            self._issue_request, self._decided = new_request(), decision
        self._issuing = True
        self._desk.runner.supersede(f"complaint.{visit.id}")
        issue = self._desk.services.numbers.decide_and_issue
        args = (self._desk.actor(), self._issue_request, visit.id, decision)
        done, failed = partial(self._take_number, visit.id), partial(self._take_refusal, visit.id)
        self._page.run(issue, *args, done=done, failed=failed)

    def _take_refusal(self, visit_id: int, error: Exception) -> None:
        """Say why no number was given; trying again gives the one that was given and not heard of."""
        if visit_id == self._page.visit_id:
            self._issuing = False
        self._desk.messages.route(error, self._page, Later(self.issue_for, visit_id))

    def _take_number(self, visit_id: int, done: Done[NumberView]) -> None:
        """Say which number was given, and print it; the next visitor can be looked for meanwhile."""
        number = done.value
        message = Text(N_("Number {number} given"), {"number": number.label})
        self._desk.messages.did(message, Later(self.show_and_void, visit_id))
        if number.state is SlipState.ISSUED and not self.papers.was_sent(number.id):
            self.papers.print_number(visit_id, number)
        if visit_id == self._page.visit_id:
            self._page.load_visit(visit_id)
            if self._page.at_visit():
                self._page.to_search()

    def follow(self, visit: VisitView) -> None:
        """The visit in front was read again; once its number is another, so is the next request for one."""
        number = visit.number
        known = (number.id, number.state) if number is not None else None
        if known != self._known_number:
            self._known_number = known
            self._issue_request, self._decided, self._issuing = new_request(), None, False

    @Slot()
    def reprint(self) -> None:
        """Print the slip once more; the slip says so."""
        visit = self._page.current()
        if visit is not None and visit.number is not None:
            self.papers.print_slip(visit.id, visit.number, again=visit.number.state is not SlipState.ISSUED)

    @Slot()
    def print_form(self) -> None:
        """Print the registration form to its printer."""
        visit = self._page.current()
        if visit is not None:
            self.papers.print_form("registration-form", visit.id)

    @Slot()
    def preview(self) -> None:
        """Look at the forms before printing them; without a visit, at the blank ones."""
        from deskapp.ui.intake.preview import open_preview

        open_preview(self._desk, self.papers, self._page.current(), self._page)

    @Slot()
    def void_number(self) -> None:
        """Take the number back, with a reason."""
        visit = self._page.current()
        if visit is None or visit.number is None or visit.number.state is SlipState.VOID:
            return
        dialog = void_dialog(self._page, self._desk.tr, visit.id, visit.number)
        dialog.answered.connect(self._on_void_wanted)
        dialog.open()

    @Slot(object)
    def _on_void_wanted(self, dialog: Decision) -> None:
        reason = str(dialog.form.value("reason"))
        void = self._desk.services.numbers.void
        self._page.run(void, self._desk.actor(), new_request(), dialog.number_id, reason, done=self._on_void)

    def _on_void(self, _done: object) -> None:
        self._desk.messages.did(Text(N_("Number voided")))

    def show_and_void(self, visit_id: int) -> None:
        """Go back to the visit whose number is to be taken back, and ask why."""
        if visit_id != self._page.visit_id:
            self._page.show_visit(visit_id)
        self._page.when_shown(self.void_number)

    @Slot()
    def paper_numbers(self) -> None:
        """Reserve numbers for a power cut, or enter those given on paper."""
        from deskapp.ui.intake.paper_numbers import PaperNumbersDialog

        PaperNumbersDialog(self._desk, self._page.current(), self._page).open()

    @Slot()
    def mark_absent(self) -> None:
        """Take the doctor of the proposal in focus off duty until the end of the day: nobody else is sent there."""
        row = self._page.visit_page.triage.proposals.current_row()
        proposal: SuggestionView | None = row.data if row is not None else None
        if proposal is None or proposal.doctor_id is None:
            self._desk.messages.info(Text(N_("Go to the proposal of the doctor who is absent first.")))
            return
        mark, told = self._desk.services.directory.mark_absent, partial(self._tell_absent, proposal)
        self._page.run(mark, self._desk.actor(), new_request(), proposal.doctor_id, done=told)

    def _tell_absent(self, proposal: SuggestionView, _done: object) -> None:
        """Say who is absent, and how to take that back."""
        message = Text(N_("{doctor} is absent until the end of today"), {"doctor": proposal.doctor})
        self._desk.messages.did(message, Later(self.mark_back, proposal.doctor_id))

    def mark_back(self, doctor_id: int) -> None:
        """Put a doctor back on duty."""
        back = self._desk.services.directory.mark_back
        self._page.run(back, self._desk.actor(), new_request(), doctor_id, done=self._on_back)

    def _on_back(self, _done: object) -> None:
        self._desk.messages.did(Text(N_("The doctor is on duty again")))

    # steps and ends

    @Slot()
    def next_step(self) -> None:
        """Do the step that comes next: triage, number and price lead to their place."""
        visit = self._page.current()
        if visit is None:
            self._page.escorting.back()
            return
        if visit.ended is not None or self._page.escorting.next(visit):
            return
        step = visit.next_step
        if step in (Step.TRIAGE, Step.NUMBER):
            self._page.to_triage()
        elif step is Step.PAY:
            self._page.to_pay()
        elif step is Step.REGISTER:
            self._page.arrival.new_visitor()
        elif step is not None:
            self._do(visit, step)

    def _do(self, visit: VisitView, step: Step) -> None:
        if (visit.id, step) in self._doing:
            return
        do, args = self._desk.services.visits.do_step, (self._desk.actor(), new_request(), visit.id, step)
        done, busy = partial(self._tell_done, visit.id, step), partial(self._set_doing, visit.id, step)
        self._page.run(do, *args, done=done, busy=busy)

    def _set_doing(self, visit_id: int, step: Step, busy: bool) -> None:
        """Take no second order for a step while the first is under way."""
        (self._doing.add if busy else self._doing.discard)((visit_id, step))

    def _tell_done(self, visit_id: int, step: Step, _done: object) -> None:
        """Say which step is done, and how to undo it."""
        message = Text(N_("Done: {step}"), {"step": Text(label(step))})
        self._desk.messages.did(message, Later(self.undo_step, visit_id, step))

    def undo_step(self, visit_id: int, step: Step) -> None:
        """Undo a step by a correcting entry."""
        undo, undone = self._desk.services.visits.undo_step, partial(self._tell_undone, step)
        self._page.run(undo, self._desk.actor(), new_request(), visit_id, step, done=undone)

    def _tell_undone(self, step: Step, _done: object) -> None:
        """Say which step was undone."""
        self._desk.messages.did(Text(N_("Undone: {step}"), {"step": Text(label(step))}))

    @Slot(object)
    def activate_step(self, name: str) -> None:
        visit = self._page.current()
        if visit is None or visit.ended is not None:
            return
        step = Step(name)
        done = next(view.done for view in visit.steps if view.step is step)
        if step is Step.NUMBER and done:
            self.void_number()
        elif step in BY_HAND and self._page.escorting.is_on_the_way(visit):
            self._page.escorting.activate(visit, done=done)
        elif done:
            self.undo_step(visit.id, step)
        elif step in BY_HAND:
            self._do(visit, step)
        else:
            self.next_step()

    @Slot()
    def end_early(self) -> None:
        """End the visit before its last step, with the reason; or take the end back."""
        visit = self._page.current()
        if visit is None:
            return
        if visit.ended is not None:
            self.reopen(visit.id, visit.ended)
            return
        dialog = end_dialog(self._page, self._desk.tr, visit.id)
        dialog.answered.connect(self._on_end_wanted)
        dialog.open()

    @Slot(object)
    def _on_end_wanted(self, dialog: Decision) -> None:
        values = dialog.form.values()
        reason, note = values["reason"], str(values["note"] or "")
        assert isinstance(reason, EndReason)
        end = self._desk.services.visits.end
        ended = partial(self._tell_ended, dialog.about_id, reason, Text(N_("Visit ended")))
        self._page.run(end, self._desk.actor(), new_request(), dialog.about_id, reason, note, done=ended)

    def reopen(self, visit_id: int, ended: EndReason) -> None:
        """Take back the early end of a visit; `ended` is how it ended."""
        reopen, reason = self._desk.services.visits.reopen, self._desk.tr(N_("ended by mistake"))
        done = partial(self._on_reopened, visit_id, ended)
        self._page.run(reopen, self._desk.actor(), new_request(), visit_id, reason, done=done)

    def _on_reopened(self, visit_id: int, ended: EndReason, _done: object) -> None:
        self._desk.messages.did(Text(N_("The visit goes on")))
        if ended is EndReason.EMERGENCY:
            self._page.run(
                self._desk.services.visits.visit, self._desk.actor(), visit_id, done=self._tell_urgency
            )

    def _tell_urgency(self, visit: VisitView) -> None:
        """Say that the urgency with which somebody was sent to emergency stands: the program lowers none by itself."""
        if visit.urgency is not None:
            message = N_("The visit keeps its urgency {level}. Change it if that is not right.")
            level = URGENCY_NUMERALS[Urgency(visit.urgency)]
            self._desk.messages.info(Text(message, {"level": level}))
