"""What the keys of the desk page do, and which of them can do something now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from deskapp.domain.intake import VisitView
from deskapp.domain.text import N_
from deskapp.ui.intake.visit_keys import is_numbered
from deskapp.ui.intake.visit_page import APPOINTMENT_KEY
from deskapp.ui.keys import Action

if TYPE_CHECKING:
    from deskapp.ui.intake.desk_page import DeskPage

UNDER_WAY: Final = (
    "doctor.absent",
    "visit.triage",
    "visit.vitals",
    "visit.other",
    "visit.pay",
    "visit.next",
    "visit.number",
)
"""What goes on only with a visit that has not ended."""


def desk_actions(page: DeskPage) -> Sequence[Action]:
    """Return every action of the desk, in the order of the bar below."""
    work = page.work
    return (
        Action("visitor.new", N_("New"), page.arrival.new_visitor, "F2", "user-plus"),
        # Before all that can wait: where the bar is short, it is the end that is left out.
        Action("visit.emergency", N_("Emergency"), work.emergency, "F12", "ambulance"),
        Action(
            "visitor.store",
            N_("Store the record"),
            page.store_record,
            "Ctrl+Return",
            "check",
            primary=True,
        ),
        Action("visitor.discard", N_("Discard"), page.discard_record, "Shift+F2", "trash-2"),
        Action("visitor.edit", N_("Record"), page.edit_record, "F3", "id-card"),
        # Early: in a narrow window, where the bar is short, nothing else tells of it.
        Action("beside.phrases", N_("All phrases"), page.fold.phrases, "Ctrl+J", "scroll-text", in_bar=False),
        Action("visit.triage", N_("Triage"), page.to_triage, "F4", "stethoscope"),
        Action("visit.vitals", N_("Vital signs"), page.to_vitals, "F5", "heart-pulse"),
        Action("visit.other", N_("Other doctor"), page.choose_other, "F6", "split"),
        Action("visit.pay", N_("Price"), page.to_pay, "F7", "coins"),
        Action("visit.next", N_("Next step"), work.next_step, "F8", "footprints"),
        Action("visit.number", N_("Number, print"), work.issue, "F9", "ticket", primary=True),
        Action("visit.end", N_("End early"), work.end_early, "F10", "door-open"),
        Action("visit.booked", N_("Appointment"), page.confirm_appointment, APPOINTMENT_KEY, "calendar"),
        Action("visit.print", N_("Print form"), work.print_form, "Ctrl+P", "printer", in_bar=False),
        Action("visit.preview", N_("Preview"), work.preview, "Ctrl+Shift+P", "eye", in_bar=False),
        Action("number.reprint", N_("Print slip again"), work.reprint, "Ctrl+R", "ticket", in_bar=False),
        Action("number.void", N_("Void number"), work.void_number, "Ctrl+Delete", "ban", in_bar=False),
        Action(
            "number.paper", N_("Paper numbers"), work.paper_numbers, "Ctrl+Shift+N", "sheet", in_bar=False
        ),
        Action("doctor.absent", N_("Doctor absent"), work.mark_absent, "Ctrl+Shift+A", in_bar=False),
        Action("visit.again", N_("Another visit"), page.another_visit, "Ctrl+Shift+V", in_bar=False),
        Action(
            "beside.ask",
            N_("Nobody knows"),
            page.fold.ask,
            "Ctrl+Shift+K",
            "circle-help",
            in_bar=False,
            hint=N_("Keep a question that nobody can answer now"),
        ),
        Action("visitor.find", N_("Find"), page.to_search, "Ctrl+F", "search", in_bar=False),
        Action("page.back", N_("Back"), page.back, "Esc", in_bar=False),
        Action("greeting.take", N_("Take over"), page.taking.take, "Ctrl+G", "handshake"),
        Action(
            "greeting.release", N_("Give back"), page.taking.release, "Ctrl+Shift+G", "undo-2", in_bar=False
        ),
        Action(
            "escort.back", N_("I am back"), page.escorting.back, "Shift+F8", "corner-down-left", in_bar=False
        ),
    )


def able(page: DeskPage, visit: VisitView | None) -> dict[str, bool]:
    """Return for each action that depends on what is in front whether it can be done; `visit` is the one looked at."""
    has_visitor = visit is not None and visit.visitor is not None
    under_way = (visit is not None and visit.ended is None) or page.is_opening()
    numbered = is_numbered(visit)
    states = {
        "visitor.store": page.at_visitor(),
        "visitor.discard": page.at_visitor(),
        "visitor.edit": has_visitor,
        "visit.again": has_visitor,
        "beside.phrases": visit is not None,
        "beside.ask": visit is not None,
        "visit.end": visit is not None,
        "visit.booked": visit is not None and page.visit_page.is_booked(),
        "visit.print": visit is not None,
        "number.reprint": numbered,
        "number.void": numbered,
        **dict.fromkeys(UNDER_WAY, under_way),
    }
    states["visit.next"] = _may_go_on(page, visit) if visit is not None else _may_come_back(page)
    return states


def _may_go_on(page: DeskPage, visit: VisitView) -> bool:
    on_the_way = page.escorting.is_on_the_way(visit)
    return visit.ended is None and (visit.next_step is not None or on_the_way)


def _may_come_back(page: DeskPage) -> bool:
    return page.is_opening() or page.escorting.mine() is not None
