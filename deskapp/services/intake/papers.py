"""What the desk's forms show of a visit, gathered for `deskapp.forms`. Each gathering is audited as a print."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deskapp import settings
from deskapp.db.models.access import Logo, Setting
from deskapp.db.models.intake import SlipEvent, Visit
from deskapp.db.unit_of_work import Work
from deskapp.domain.access import Permission
from deskapp.domain.identity import mask_name
from deskapp.domain.intake import NumberView, VisitorView, VisitView
from deskapp.domain.papers import (
    ConsentLine,
    Letterhead,
    PriceLine,
    RecordPagePaper,
    RegistrationPaper,
    SlipPaper,
    VitalSigns,
)
from deskapp.domain.registration import SlipState
from deskapp.domain.retention import erased_error, is_erased
from deskapp.domain.text import N_, Text, Words
from deskapp.domain.urgency import vitals_from_text
from deskapp.errors import RuleError
from deskapp.services.base import Service, reads, writes
from deskapp.services.checks import storable_name
from deskapp.services.intake import views
from deskapp.settings import Scope

LANGUAGE_NAMES = {
    "zh": Words("汉语", "Chinese", "Хятад хэл"),
    "en": Words("英语", "English", "Англи хэл"),
    "mn": Words("蒙古语", "Mongolian", "Монгол хэл"),
}
NATIONALITY_NAMES = {
    "156": Words("中国", "China", "Хятад"),
    "496": Words("蒙古", "Mongolia", "Монгол"),
    "643": Words("俄罗斯", "Russia", "Орос"),
    "410": Words("韩国", "South Korea", "Өмнөд Солонгос"),
    "392": Words("日本", "Japan", "Япон"),
    "840": Words("美国", "United States", "АНУ"),
    "826": Words("英国", "United Kingdom", "Их Британи"),
}
Paper = RegistrationPaper | RecordPagePaper | SlipPaper


@dataclass(frozen=True)
class Sheet:
    """A form ready to be drawn: its name, what it shows and who prints. `paper` None is the blank one."""

    form: str
    code: str
    paper: Paper | None
    letterhead: Letterhead


class PaperService(Service):
    """Gathers what a form shows."""

    @reads(Permission.PRINT)
    def sheet(self, session: Session, form: str, visit_id: int, printed_by: str) -> Sheet:
        """Return a visit's form. Raises `RuleError` for a slip where there is no number, and for an erased visitor."""
        visit = session.get_one(Visit, visit_id)
        view = views.visit_view(session, visit)
        if view.visitor is not None and is_erased(view.visitor.name):
            raise erased_error()
        paper = _MAKERS[form](session, view)
        return Sheet(form, view.code, paper, letterhead(session, printed_by, self.now()))

    @reads(Permission.PRINT)
    def blank(self, session: Session, form: str, printed_by: str) -> Sheet:
        """Return a form to be filled in by hand."""
        return Sheet(form, form, None, letterhead(session, printed_by, self.now()))

    @writes(Permission.PRINT)
    def printed(self, work: Work, form: str, visit_id: int | None, printer: str) -> None:
        """Record that a form with somebody's data went to a printer or into a file."""
        after = {"form": storable_name(form), "printer": storable_name(printer)}
        work.record("form.print", "print", visit_id, after=after)


def letterhead(session: Session, printed_by: str, now: dt.datetime) -> Letterhead:
    """Return the hospital's letterhead."""
    asked = select(Setting.value).where(
        Setting.scope == Scope.SITE.value, Setting.name == settings.HOSPITAL_NAME.name
    )
    stored = session.scalar(asked)
    name = msgspec.json.decode(stored, type=str) if stored else ""
    return Letterhead(name, session.scalar(select(Logo.png)), printed_by, now)


def _registration(session: Session, visit: VisitView) -> RegistrationPaper:
    visitor = visit.visitor
    number = _valid_number(visit)
    return RegistrationPaper(
        code=visit.code,
        visit_number=visit.code,
        day=visit.day,
        kind=visit.kind,
        first_visit=visit.first_visit,
        media_source=visit.media_source,
        media_text=visit.media_text,
        appointment_at=visit.appointment_at,
        complaint=visit.complaint,
        urgency=visit.urgency,
        department=visit.department or "",
        doctor=visit.doctor,
        room=visit.room,
        queue_number=number.label if number else "",
        prices=tuple(PriceLine(line.name, line.fen, line.quantity) for line in visit.charges),
        payment=visit.payment,
        payment_reason=visit.payment_reason,
        number_issued=number.issued_at if number else None,
        checked_in=visit.checked_in,
        doctor_began=visit.doctor_began,
        **(_person(session, visitor) if visitor else {}),
    )


def _valid_number(visit: VisitView) -> NumberView | None:
    number = visit.number
    return None if number is None or number.state is SlipState.VOID else number


def _person(session: Session, visitor: VisitorView) -> dict[str, Any]:
    draft = visitor.draft
    same = (
        "name preferred_name identity sex birth_date birth_time ethnicity marital occupation employer address"
        " phone document_kind document_number contact_name contact_relation contact_phone guardian_name"
        " guardian_phone allergy allergy_text insurer interpreter"
    )
    answers = views.consent_answers(session, visitor.id).values()
    return {
        **{name: getattr(draft, name) for name in same.split()},
        "visitor_number": visitor.code,
        "nationality": NATIONALITY_NAMES.get(draft.nationality, draft.nationality),
        "language": LANGUAGE_NAMES.get(draft.language, draft.language),
        "consents": tuple(ConsentLine(row.kind, row.given, row.given_by, row.at) for row in answers),
    }


def _record_page(_session: Session, visit: VisitView) -> RecordPagePaper:
    visitor = visit.visitor
    number = _valid_number(visit)
    same = ["name", "sex", "birth_date", "phone", "allergy", "allergy_text"]
    person: dict[str, Any] = {name: getattr(visitor.draft, name) for name in same} if visitor else {}
    return RecordPagePaper(
        code=visit.code,
        visitor_number=visitor.code if visitor else "",
        visit_number=visit.code,
        day=visit.day,
        kind=visit.kind,
        first_visit=visit.first_visit,
        department=visit.department or "",
        doctor=visit.doctor,
        room=visit.room,
        queue_number=number.label if number else "",
        complaint=visit.complaint,
        vitals=_vitals(visit),
        **person,
    )


def _vitals(visit: VisitView) -> VitalSigns:
    taken = visit.vitals
    if taken is None:
        return VitalSigns()
    signs = vitals_from_text(taken.values)
    return VitalSigns(
        taken_at=taken.taken_at,
        by=taken.by,
        respiration=signs.respiration,
        saturation=signs.spo2,
        oxygen=signs.on_oxygen,
        systolic=signs.systolic,
        pulse=signs.pulse,
        consciousness=signs.consciousness or "",
        temperature=float(signs.temperature) if signs.temperature is not None else None,
        news2=taken.news2,
        level=taken.level,
    )


def _slip(session: Session, visit: VisitView) -> SlipPaper:
    number = visit.number
    if number is None:
        raise RuleError("number.none", Text(N_("This visit has no number yet.")))
    prints = session.scalar(
        select(func.count()).where(
            SlipEvent.queue_number_id == number.id,
            SlipEvent.state.in_((SlipState.SENT, SlipState.REPRINTED)),
        )
    )
    room = Text(N_("Please wait at {room}; you will be called."), {"room": visit.room})
    return SlipPaper(
        code=visit.code,
        number=number.label,
        department=visit.department or "",
        doctor=visit.doctor,
        room=visit.room,
        day=number.day,
        issued_at=number.issued_at,
        masked_name=mask_name(visit.visitor.name) if visit.visitor else "",
        waiting_before=number.waiting_before,
        next_step=room if visit.room else "",
        reprint=prints or 0,
        void=number.state is SlipState.VOID,
    )


_MAKERS: dict[str, Callable[[Session, VisitView], Paper]] = {
    "registration-form": _registration,
    "record-page": _record_page,
    "number-slip": _slip,
}
