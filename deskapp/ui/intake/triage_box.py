"""The complaint in the visitor's words, what the product proposes and why, and what the operator decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from deskapp.domain.directory import DepartmentView, DoctorView
from deskapp.domain.intake import SuggestionView, TriageDecision, TriageView, VisitView
from deskapp.domain.registration import MediaSource, SlipState, label
from deskapp.domain.text import N_, Text
from deskapp.domain.urgency import is_milder
from deskapp.errors import DeskError, InputError
from deskapp.i18n import Translator
from deskapp.services.intake.triage import TriageQuestion
from deskapp.ui import style
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.sent_box import SentBox
from deskapp.ui.messages import Retry
from deskapp.ui.widgets.basics import EmptyState
from deskapp.ui.widgets.basics import label as words
from deskapp.ui.widgets.editors import CHECK, CHOICE, MULTILINE, Choice, Field
from deskapp.ui.widgets.form import ANOTHER_DESK, Form
from deskapp.ui.widgets.result_list import ResultList, ResultRow

ASK_AFTER_MS: Final = 150
KEEP_AFTER_MS: Final = 400
URGENCIES: Final = (
    Choice(None, N_("not judged"), "0"),
    Choice(1, N_("I  at once"), "1"),
    Choice(2, N_("II  within 10 minutes"), "2"),
    Choice(3, N_("III  within 30 minutes"), "3"),
    Choice(4, N_("IV  can wait"), "4"),
)
SOURCES: Final = (
    Choice(None, N_("not asked yet"), "0"),
    *(Choice(source, label(source), str(place % 10)) for place, source in enumerate(MediaSource, 1)),
)
SAID_FIELDS: Final = (
    Field(
        "complaint",
        N_("Complaint, in the visitor's words"),
        MULTILINE,
        width=2,
        lines=2,
        max_length=10_000,
        large=True,
    ),
)
MORE_FIELDS: Final = (
    Field("media_source", N_("Heard of us"), CHOICE, SOURCES),
    Field("urgency", N_("Urgency"), CHOICE, URGENCIES),
    Field("media_text", N_("Which source"), width=2),
    Field("urgency_reason", N_("Why less urgent than the vital signs say"), width=2),
)
CHOICE_FIELDS: Final = (
    Field("department", N_("Department"), CHOICE),
    Field("doctor", N_("Doctor"), CHOICE),
    Field("named", N_("The visitor asked for this doctor"), CHECK, width=2),
    Field("override_reason", N_("Why not the first proposal"), width=2),
)


class TriageBox(QWidget):
    """Complaint, proposals, decision. `decision()` is what F9 stores."""

    confirmed = Signal()
    """Enter after the complaint: it is kept, and the cursor goes to the proposals."""

    source_changed = Signal()
    """How the visitor heard of the hospital was said, and stands for a moment: a scan passes through in less."""

    urgency_changed = Signal()
    """The same of the urgency."""

    chosen = Signal()
    """A proposal was opened with Enter or a click."""

    shown = Signal(object)
    """The proposal the cursor is on (`SuggestionView`), or None."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._visit: VisitView | None = None
        self._triage = TriageView((), ())
        self._asked: TriageQuestion | None = None
        self._answered: TriageQuestion | None = None
        self._then: Callable[[], object] | None = None
        self.said = Form(SAID_FIELDS, desk.tr)
        self.more = Form(MORE_FIELDS, desk.tr)
        self._title = words("", "strong")
        self.proposals = ResultList(desk.tr)
        self._nothing = EmptyState("stethoscope")
        self.proposals.set_empty(self._nothing)
        self.proposals.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.sent = SentBox(desk)
        self._rest = QWidget()
        self.choice = Form(CHOICE_FIELDS, desk.tr)
        self._doctors: Sequence[DoctorView] = ()
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(ASK_AFTER_MS)
        self._wait.timeout.connect(self.ask)
        self._said_more = {name: self._keep_timer(name) for name in ("source", "urgency")}
        self._lay_out()
        for form in (self.said, self.more, self.choice):
            form.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.said.changed.connect(self._on_said)
        self.more.changed.connect(self._on_more)
        self.said.submitted.connect(self.confirmed)
        self.more.submitted.connect(self.focus_proposals)
        self.choice.changed.connect(self._on_choice)
        self.choice.submitted.connect(self.chosen)
        self.proposals.chosen.connect(self._on_opened)
        self.proposals.current.connect(self._on_current)
        for name in ("media_text", "urgency_reason"):
            self.more.set_shown(name, False)
        self.choice.hide()
        self._show_middle()

    def _keep_timer(self, what: str) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(KEEP_AFTER_MS)
        timer.timeout.connect(self.source_changed if what == "source" else self.urgency_changed)
        return timer

    def _lay_out(self) -> None:
        """In the order in which it is gone through: what was said, where to, then what else is asked."""
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        middle = (self._title, self.proposals, self.sent, self.choice)
        for widget in (self.said, *middle, self.more):
            rows.addWidget(widget)
        rows.setStretchFactor(self.proposals, 1)
        rows.setStretchFactor(self.sent, 1)
        rows.insertWidget(rows.indexOf(self.more), self._rest, 1)
        self._rows = rows
        style.look().changed.connect(self._space)
        self._space()

    @Slot()
    def _space(self) -> None:
        sizes = style.tokens().sizes
        self._rows.setSpacing(sizes.gap)
        self.proposals.setMinimumHeight(sizes.px(104))

    def _show_middle(self) -> None:
        """Show proposals, the choice by hand in their place, or what was decided."""
        tr, visit = self._desk.tr, self._visit
        number = visit.number if visit is not None else None
        sent = number is not None and number.state is not SlipState.VOID
        over = sent or (visit is not None and visit.ended is not None)
        by_hand = self.choice.isVisibleTo(self) and not over
        self._title.setText(tr(N_("Other doctor")) if by_hand else tr(N_("Proposed, best first")))
        self._title.setVisible(not over)
        self.proposals.setVisible(not over and not by_hand)
        self.choice.setVisible(by_hand)
        self.sent.setVisible(over)
        self._rest.setVisible(by_hand)
        for form in (self.said, self.more):
            # What is typed into a visit that is over would be stored nowhere.
            form.setEnabled(visit is None or visit.ended is None)
        if over and visit is not None:
            self.sent.show_visit(visit)

    def close_choice(self) -> bool:
        """Go back from the choice by hand to the proposals; return whether it was open."""
        if not self.choice.isVisibleTo(self):
            return False
        self._hide_choice()
        self._show_middle()
        self.focus_proposals()
        return True

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.said.retranslate(tr)
        self.more.retranslate(tr)
        self.choice.retranslate(tr)
        self.proposals.setAccessibleName(tr(N_("Proposed, best first")))
        self._offer()
        self._show(self._triage, anew=False)
        self._show_middle()

    def take_places(self, departments: Sequence[DepartmentView], doctors: Sequence[DoctorView]) -> None:
        """Know the departments and doctors that can be chosen by hand."""
        self._doctors = doctors
        self._departments = departments
        self._offer()

    def _offer(self) -> None:
        if not hasattr(self, "_departments"):
            return
        tr = self._desk.tr
        places = tuple(
            Choice(place.id, place.name, "") for place in sorted(self._departments, key=lambda p: tr(p.name))
        )
        self.choice.set_choices("department", places)
        self._offer_doctors()

    def _offer_doctors(self) -> None:
        department = self.choice.value("department")
        tr = self._desk.tr
        found = [doctor for doctor in self._doctors if doctor.department_id == department]
        choices = [Choice(None, N_("any doctor"), "0")]
        for doctor in found:
            on_duty = doctor.duty_until is not None
            note = "" if on_duty else " · " + tr(N_("not on duty"))
            choices.append(Choice(doctor.id, f"{doctor.name} {doctor.title}{note}", ""))
        self.choice.set_choices("doctor", choices)

    def begin(self) -> None:
        """Empty everything for a visit that is being opened; what is typed meanwhile will be its complaint."""
        self._visit = self._answered = self._then = None
        self._wait.stop()
        self.said.clear()
        self.said.set_note("complaint", "")
        self.more.clear()
        self.choice.clear()
        self.choice.hide()
        self._show(TriageView((), ()))
        self._show_middle()

    def show_visit(self, visit: VisitView) -> None:
        """Show what is known of a visit; what is being typed into the same visit stays."""
        same = self._visit is not None and self._visit.id == visit.id
        opening = self._visit is None
        ahead = self.complaint() if opening else ""
        self._visit = visit
        source = visit.media_source
        if source is None and not visit.first_visit:
            source = MediaSource.RETURNING
        known: dict[str, object] = {
            "media_source": source,
            "urgency": visit.urgency,
            "media_text": visit.media_text,
        }
        if same:
            self._follow(visit, known)
        else:
            self._begin_with(visit, ahead)
            if opening:
                # Chosen while the visit was being opened: it is this visit's.
                self.more.follow(known)
            else:
                self.more.set_values(known)
            self.choice.set_values({**_NOT_CHOSEN, "override_reason": visit.override_reason})
            self.choice.hide()
        self.more.set_shown("media_text", self.source()[0] is MediaSource.OTHER)
        self.more.set_shown("urgency_reason", self._is_milder())
        self._show_middle()
        self.ask()

    def _follow(self, visit: VisitView, known: dict[str, object]) -> None:
        self.more.follow(known)
        if self.said.follow({"complaint": visit.complaint}):
            note = Text(ANOTHER_DESK, {"value": visit.complaint})
            self.said.set_note("complaint", note, "warning")
        if visit.number is not None:
            self.choice.follow(self.choice.values())
        if visit.urgency == self.urgency():
            # The reason was stored along with it.
            self.more.follow({"urgency_reason": self.more.value("urgency_reason")})

    def _begin_with(self, visit: VisitView, ahead: str) -> None:
        """Show the complaint; what was typed before the visit was there comes after it."""
        if ahead and not visit.complaint:
            self.said.follow({"complaint": ""})
            return
        self.said.set_values({"complaint": visit.complaint})
        if ahead:
            self.said.fill("complaint", f"{visit.complaint}\n{ahead}")
            self.said.focus_end("complaint")

    def complaint(self) -> str:
        """Return the complaint as typed."""
        return str(self.said.value("complaint") or "")

    def source(self) -> tuple[MediaSource | None, str]:
        """Return the media source and its text."""
        source = self.more.value("media_source")
        return (source if isinstance(source, MediaSource) else None), str(self.more.value("media_text") or "")

    def urgency(self) -> int | None:
        """Return the urgency the operator judged."""
        found = self.more.value("urgency")
        return found if isinstance(found, int) else None

    def urgency_reason(self) -> str:
        """Return why the operator judges it less urgent than the vital signs suggest; "" where that is not so."""
        return str(self.more.value("urgency_reason") or "").strip() if self._is_milder() else ""

    def lacks_reason(self) -> bool:
        """Return whether a judgement milder than the vital signs' stands there without its reason."""
        return self._is_milder() and not self.urgency_reason()

    def _is_milder(self) -> bool:
        vitals = self._visit.vitals if self._visit is not None else None
        return is_milder(self.urgency(), vitals.level if vitals is not None else None)

    def know_complaint(self) -> None:
        """The complaint is sent to be stored as it stands: when it comes back, nobody else wrote it."""
        self.said.know({"complaint": self.complaint()})

    def red_flags(self) -> Sequence[object]:
        """Return the red flags in the complaint."""
        return self._triage.red_flags

    def focus_complaint(self) -> None:
        """Put the cursor into the complaint, behind what stands there."""
        self.said.focus_end("complaint")

    @Slot()
    def focus_proposals(self) -> None:
        """Put the cursor on the first proposal."""
        self.proposals.setFocus()

    def choose_other(self) -> None:
        """Choose department and doctor by hand, beginning with the proposal in focus."""
        row = self.proposals.current_row()
        suggestion: SuggestionView | None = row.data if row is not None else None
        if not self.choice.isVisibleTo(self):
            self._offer_choice(suggestion)
        self.choice.show()
        self._show_middle()
        self.choice.focus("department")

    def _offer_choice(self, suggestion: SuggestionView | None) -> None:
        # Filled, as if it had been typed: a choice under way is kept like everything else.
        self.choice.fill("department", suggestion and suggestion.department_id)
        self._offer_doctors()
        self.choice.fill("doctor", suggestion and suggestion.doctor_id)

    def _hide_choice(self) -> None:
        self.choice.hide()
        self.choice.set_values(_NOT_CHOSEN)

    def show_kept_choice(self) -> None:
        """Show the choice by hand where it was under way and kept."""
        if self.choice.typed():
            self.choice.show()
            self._show_middle()

    def decision(self, judged: str = "") -> TriageDecision:
        """Return what the operator decided.

        `judged` says why a red flag is no emergency: it becomes part of the reason. Raises `InputError`
        when nothing is chosen or a reason lacks.
        """
        if self.choice.isVisibleTo(self) and self.choice.value("department") is not None:
            return self._own_decision(judged)
        row = self.proposals.current_row()
        if row is None or row.data is None:
            raise InputError("complaint", "triage.none", _NOTHING_CHOSEN)
        suggestion: SuggestionView = row.data
        first = self._triage.suggestions and suggestion == self._triage.suggestions[0]
        return TriageDecision(
            complaint=self.complaint(),
            department_id=suggestion.department_id,
            doctor_id=suggestion.doctor_id,
            urgency=self.urgency(),
            named=False,
            overrides=False,
            reason=self._reason("" if first else self._desk.tr(N_("another of the proposals")), judged),
            urgency_reason=self.urgency_reason(),
        )

    def _own_decision(self, judged: str) -> TriageDecision:
        department, doctor = self.choice.value("department"), self.choice.value("doctor")
        named = bool(self.choice.value("named"))
        reason = str(self.choice.value("override_reason") or "").strip()
        proposed = {(s.department_id, s.doctor_id) for s in self._triage.suggestions[:1]}
        overrides = bool(proposed) and (department, doctor) not in proposed
        if overrides and named and not reason:
            reason = self._desk.tr(N_("the visitor asked for this doctor"))
        if overrides and not reason:
            raise InputError("override_reason", "text.empty", Text(N_("Please fill this in.")))
        assert isinstance(department, int)
        return TriageDecision(
            complaint=self.complaint(),
            department_id=department,
            doctor_id=doctor if isinstance(doctor, int) else None,
            urgency=self.urgency(),
            named=named,
            overrides=overrides,
            reason=self._reason(reason, judged),
            urgency_reason=self.urgency_reason(),
        )

    def _reason(self, reason: str, judged: str) -> str:
        if not judged:
            return reason
        flags = self._desk.tr(N_("no emergency: {reason}"), reason=judged)
        return "; ".join(part for part in (reason, flags) if part)

    def take_error(self, error: DeskError, retry: Retry | None = None) -> bool:
        """Show an error at the field it belongs to."""
        if isinstance(error, InputError) and error.field in {field.name for field in CHOICE_FIELDS}:
            self.choice.show()
            self._show_middle()
        if isinstance(error, InputError) and error.field == "urgency_reason":
            self.more.set_shown("urgency_reason", True)
        return any(form.take_error(error, retry) for form in (self.said, self.more, self.choice))

    @Slot(object)
    def _on_said(self, name: str) -> None:
        if name == "complaint":
            self._wait.start()

    @Slot(object)
    def _on_more(self, name: str) -> None:
        if name in ("urgency", "urgency_reason"):
            self.more.set_shown("urgency_reason", self._is_milder())
            self._said_more["urgency"].start()
            return
        self.more.set_shown("media_text", self.source()[0] is MediaSource.OTHER)
        self._said_more["source"].start()

    @Slot(object)
    def _on_choice(self, name: str) -> None:
        if name == "department":
            # A doctor of the department that was chosen before would stand there as a bare number.
            self.choice.fill("doctor", None)
            self._offer_doctors()

    @Slot()
    def ask(self) -> None:
        """Ask what the product proposes for what stands in the complaint now."""
        question = self._question()
        if question is None:
            return
        self._wait.stop()
        self._asked = question
        suggest = self._desk.services.triage.suggest
        self._desk.runner.run(
            suggest,
            self._desk.actor(),
            question,
            done=self._take_answer,
            failed=self._no_answer,
            owner=self,
            latest="triage.suggest",
        )

    def _question(self) -> TriageQuestion | None:
        visit = self._visit
        if visit is None:
            return None
        visitor_id = visit.visitor.id if visit.visitor else None
        return TriageQuestion(
            self.complaint(),
            visitor_id,
            pregnant=visit.pregnant,
            appointment_id=visit.appointment_id,
            visit_id=visit.id,
        )

    def when_answered(self, then: Callable[[], object], *, unless_waiting: bool = False) -> None:
        """Call `then` once the proposals and red flags are those of what stands in the complaint now.

        With `unless_waiting` something asked for before keeps its place: it is worth more.
        """
        if self._answered is not None and self._answered == self._question():
            then()
            return
        if self._then is None or not unless_waiting:
            self._then = then
        self.ask()

    def _take_answer(self, triage: TriageView) -> None:
        anew = self._answered is None or self._asked != self._answered
        self._answered = self._asked
        self._show(triage, anew=anew)
        then, self._then = self._then, None
        if then is not None:
            then()

    def _no_answer(self, error: Exception) -> None:
        self._desk.messages.route(error, self, self.ask)
        then, self._then = self._then, None
        if then is not None and self.choice.isVisibleTo(self):
            # Where nothing can be proposed, what the person chose by hand still counts.
            then()

    def _show(self, triage: TriageView, *, anew: bool = True) -> None:
        self._triage = triage
        tr = self._desk.tr
        rows = [_row(place, found, tr) for place, found in enumerate(triage.suggestions, 1)]
        if not rows:
            said = self.complaint().strip()
            self._nothing.show_text(tr(_NOTHING_FITS if said else _NOTHING_SAID))
        # The same words asked again, because a queue moved: whoever went to another proposal stays there.
        moved = self.proposals.currentIndex().row() > 0 or self.proposals.hasFocus()
        self.proposals.apply(rows, to_first=anew or not moved)

    @Slot(object)
    def _on_opened(self, _row: ResultRow) -> None:
        self._hide_choice()
        self._show_middle()
        self.chosen.emit()

    @Slot(object)
    def _on_current(self, row: ResultRow | None) -> None:
        self.shown.emit(row.data if row is not None else None)


def _row(place: int, found: SuggestionView, tr: Translator) -> ResultRow:
    where = tr(found.department)
    title = f"{place}  {where}" + (f" · {found.doctor}" if found.doctor else "")
    why = " · ".join(tr(reason) for reason in found.reasons)
    waiting = tr.n("{count} waiting", "{count} waiting", found.waiting)
    return ResultRow(
        (found.department_id, found.doctor_id),
        title,
        aside=waiting,
        second=why,
        icon="stethoscope",
        data=found,
    )


_NOT_CHOSEN: Final = {"department": None, "doctor": None, "named": False}
_NOTHING_SAID: Final = N_("Write what brings the visitor here: departments are proposed as you type.")
_NOTHING_FITS: Final = N_("Nothing is proposed for these words. F6 chooses department and doctor.")
_NOTHING_CHOSEN: Final = Text(N_("Say what brings the visitor here, or choose a department with F6."))
