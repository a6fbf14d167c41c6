"""Places, promotions and news of the house: their columns checked, and read back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from deskapp.db.models.directory import Department, Notice, Place, Promotion
from deskapp.db.unit_of_work import Work
from deskapp.domain.directory import NoticeDraft, NoticeView, PlaceDraft, PlaceView, Seen
from deskapp.domain.promotions import MAX_AGE, PromotionDraft, PromotionView, read_words
from deskapp.domain.text import N_, Text, Words
from deskapp.errors import InputError
from deskapp.services.checks import plain_line, plain_text
from deskapp.services.directory.storing import name_columns, put_row, refuse_taken, validity

MOST_WORDS: Final = 100


def put_place(work: Work, draft: PlaceDraft, seen: Seen | None = None) -> Place:
    """Store a place inside a transaction that is already open."""
    values = place_values(draft)
    _need_department(work.session, draft.department_id)
    refuse_taken(work, Place, "code", values["code"], seen)
    return put_row(work, Place, "place", values, seen)


def put_promotion(work: Work, draft: PromotionDraft, seen: Seen | None = None) -> Promotion:
    """Store a promotion inside a transaction that is already open."""
    values = promotion_values(draft)
    _need_department(work.session, draft.department_id)
    refuse_taken(work, Promotion, "code", values["code"], seen)
    return put_row(work, Promotion, "promotion", values, seen)


def put_notice(work: Work, draft: NoticeDraft, seen: Seen | None = None) -> Notice:
    """Store a notice inside a transaction that is already open."""
    values = notice_values(draft)
    refuse_taken(work, Notice, "code", values["code"], seen)
    return put_row(work, Notice, "notice", values, seen)


def place_values(draft: PlaceDraft) -> dict[str, Any]:
    """Return the columns of a place, checked. Raises `InputError`."""
    return {
        "code": plain_line("code", draft.code, required=True),
        **name_columns(draft.name),
        "department_id": draft.department_id,
        "room": plain_line("room", draft.room),
        "floor": plain_line("floor", draft.floor),
        "phone": plain_line("phone", draft.phone),
        "note": plain_text("note", draft.note),
        **validity(draft.valid_from, draft.valid_to),
    }


def promotion_values(draft: PromotionDraft) -> dict[str, Any]:
    """Return the columns of a promotion, checked. Raises `InputError`."""
    for field, age in (("age_from", draft.age_from), ("age_to", draft.age_to)):
        if age is not None and not 0 <= age <= MAX_AGE:
            message = Text(N_("An age lies between 0 and {limit}."), {"limit": MAX_AGE})
            raise InputError(field, "age.range", message)
    if draft.age_from is not None and draft.age_to is not None and draft.age_to < draft.age_from:
        raise InputError("age_to", "age.order", Text(N_("The highest age lies below the lowest.")))
    if len(draft.words) > MOST_WORDS:
        message = Text(N_("At most {limit} words."), {"limit": MOST_WORDS})
        raise InputError("words", "words.many", message)
    return {
        "code": plain_line("code", draft.code, required=True),
        **name_columns(draft.name),
        **_texts(draft.text),
        "department_id": draft.department_id,
        "sex": draft.sex,
        "age_from": draft.age_from,
        "age_to": draft.age_to,
        "words": plain_text("words", ", ".join(read_words(",".join(draft.words)))),
        **validity(draft.valid_from, draft.valid_to),
    }


def notice_values(draft: NoticeDraft) -> dict[str, Any]:
    """Return the columns of a notice, checked. Raises `InputError`."""
    return {
        "code": plain_line("code", draft.code, required=True),
        **name_columns(draft.name),
        **_texts(draft.text),
        "on_board": draft.on_board,
        **validity(draft.valid_from, draft.valid_to),
    }


def _texts(text: Words) -> dict[str, str]:
    found = {"text_zh": text.zh, "text_en": text.en, "text_mn": text.mn}
    return {field: plain_text(field, written) for field, written in found.items()}


def _need_department(session: Session, department_id: int | None) -> None:
    if department_id is not None and session.get(Department, department_id) is None:
        raise InputError("department", "department.unknown", Text(N_("There is no such department.")))


def places(session: Session) -> Iterator[PlaceView]:
    """Return every place by code."""
    asked = select(Place, Department).outerjoin(Department, Department.id == Place.department_id)
    for row, department in session.execute(asked.order_by(Place.code)):
        yield PlaceView(
            *(row.id, row.version, row.code, row.name, row.department_id),
            *(department.name if department else None, row.room, row.floor, row.phone, row.note),
            *(row.valid_from, row.valid_to),
        )


def promotions(session: Session) -> Iterator[PromotionView]:
    """Return every promotion by code."""
    asked = select(Promotion, Department).outerjoin(Department, Department.id == Promotion.department_id)
    for row, department in session.execute(asked.order_by(Promotion.code)):
        yield PromotionView(
            *(row.id, row.version, row.code, row.name, row.text, row.department_id),
            *(department.name if department else None, row.sex, row.age_from, row.age_to),
            *(read_words(row.words), row.valid_from, row.valid_to),
        )


def notices(session: Session) -> Iterator[NoticeView]:
    """Return every notice, the latest to begin first."""
    for row in session.scalars(select(Notice).order_by(Notice.valid_from.desc(), Notice.code)):
        yield NoticeView(
            *(row.id, row.version, row.code, row.name, row.text, row.on_board),
            *(row.valid_from, row.valid_to),
        )
