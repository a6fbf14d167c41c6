"""What was typed as what the services take, and what is stored as what the fields show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final

from deskapp.domain import duty_text
from deskapp.domain.directory import (
    DepartmentDraft,
    DoctorDraft,
    Kind,
    NoticeDraft,
    PhraseDraft,
    PlaceDraft,
    PriceDraft,
)
from deskapp.domain.duty import Duty
from deskapp.domain.promotions import PromotionDraft, read_words
from deskapp.domain.text import N_, Text, Words
from deskapp.errors import InputError

Values = Mapping[str, Any]
_NO_SPANS: Final = N_("Write the times like 08:00-12:00, 14:00-17:30.")
_NO_EXCEPTION: Final = N_("This line can't be read: {line}. Write 2026-12-01 08:00-12:00, or 2026-12-02 off.")


def draft_of(kind: Kind, values: Values) -> Any:
    """Return the draft that the service of a kind takes. Raises `InputError` at a field that can't be read."""
    return _DRAFTS[kind](values)


def times_of(values: Values) -> list[Duty]:
    """Return a doctor's duty times as typed. Raises `InputError` at the day that can't be read."""
    times: list[Duty] = []
    for weekday in range(7):
        field = f"day{weekday}"
        try:
            spans = duty_text.read_spans(_text(values, field))
        except ValueError:
            raise InputError(field, "duty.unreadable", Text(_NO_SPANS)) from None
        times += (Duty(begins, ends, weekday=weekday) for begins, ends in spans)
    try:
        times += duty_text.read_exceptions(_text(values, "exceptions"))
    except ValueError as error:
        words = Text(_NO_EXCEPTION, {"line": str(error)})
        raise InputError("exceptions", "duty.unreadable", words) from None
    return list(dict.fromkeys(times))


def values_of(kind: Kind, view: Any, times: tuple[Duty, ...] = (), language: str = "en") -> dict[str, object]:
    """Return what the fields show of a stored record."""
    values: dict[str, object] = {**vars(view)}
    if kind is Kind.DOCTOR:
        values |= {"room": view.own_room, "languages": " ".join(view.languages)}
        values |= {f"day{day}": duty_text.weekday_text(times, day) for day in range(7)}
        values["exceptions"] = duty_text.exceptions_text(times, language)
    elif kind is Kind.PHRASE:
        values |= vars(view.words)
    elif isinstance(view.name, Words):
        values |= {"name": view.name.zh, "name_en": view.name.en, "name_mn": view.name.mn}
    if kind is Kind.PRICE:
        values["price"] = view.fen
    if kind in (Kind.PROMOTION, Kind.NOTICE):
        values |= {f"text_{language}": text for language, text in vars(view.text).items()}
    if kind is Kind.PROMOTION:
        values["words"] = ", ".join(view.words)
    if hasattr(view, "department_id"):
        values["department"] = view.department_id
    return values


def following_values(view: Any, today: dt.date) -> dict[str, object]:
    """Return what the fields show of the price that follows another: from tomorrow on, or the day after it begins."""
    earliest = max(today, view.valid_from or today)
    return {**values_of(Kind.PRICE, view), "valid_from": earliest + dt.timedelta(days=1)}


def new_values(kind: Kind) -> dict[str, object]:
    """Return what the fields of a new record show."""
    usual: dict[Kind, dict[str, object]] = {
        Kind.DEPARTMENT: {"active": True},
        Kind.DOCTOR: {"active": True, "own_queue": True, "languages": "zh"},
    }
    return usual.get(kind, {})


def _text(values: Values, name: str) -> str:
    return str(values.get(name) or "")


def _name(values: Values) -> Words:
    return Words(*(_text(values, name) for name in ("name", "name_en", "name_mn")))


def _body(values: Values) -> Words:
    return Words(*(_text(values, f"text_{language}") for language in ("zh", "en", "mn")))


def _days(values: Values) -> dict[str, Any]:
    return {"valid_from": values.get("valid_from"), "valid_to": values.get("valid_to")}


def _department(values: Values) -> DepartmentDraft:
    places: Values = {name: _text(values, name) for name in ("code", "room", "phone", "prefix")}
    return DepartmentDraft(name=_name(values), active=bool(values.get("active")), **places, **_days(values))


def _doctor(values: Values) -> DoctorDraft:
    if values.get("department") is None:
        raise InputError("department", "department.missing", Text(N_("Choose a department.")))
    names = ("number", "name", "title", "room", "prefix", "speciality", "introduction")
    texts: Values = {name: _text(values, name) for name in names}
    return DoctorDraft(
        department_id=values["department"],
        languages=tuple(_text(values, "languages").replace(",", " ").split()) or ("zh",),
        own_queue=bool(values.get("own_queue")),
        active=bool(values.get("active")),
        slot_minutes=values.get("slot_minutes"),
        **texts,
        **_days(values),
    )


def _price(values: Values) -> PriceDraft:
    category, fen = _text(values, "category"), int(values.get("price") or 0)
    return PriceDraft(_text(values, "code"), _name(values), fen, category, **_days(values))


def _place(values: Values) -> PlaceDraft:
    parts: Values = {name: _text(values, name) for name in ("code", "room", "floor", "phone", "note")}
    return PlaceDraft(name=_name(values), department_id=values.get("department"), **parts, **_days(values))


def _promotion(values: Values) -> PromotionDraft:
    who: Values = {name: values.get(name) for name in ("sex", "age_from", "age_to")}
    return PromotionDraft(
        code=_text(values, "code"),
        name=_name(values),
        text=_body(values),
        department_id=values.get("department"),
        words=read_words(_text(values, "words")),
        **who,
        **_days(values),
    )


def _notice(values: Values) -> NoticeDraft:
    on_board = bool(values.get("on_board"))
    return NoticeDraft(_text(values, "code"), _name(values), _body(values), on_board, **_days(values))


def _phrase(values: Values) -> PhraseDraft:
    if values.get("situation") is None:
        raise InputError("situation", "situation.missing", Text(N_("Choose a situation.")))
    words = Words(*(_text(values, language) for language in ("zh", "en", "mn")))
    return PhraseDraft(_text(values, "code"), str(values["situation"]), words)


_DRAFTS: Final[Mapping[Kind, Callable[[Values], Any]]] = {
    Kind.DEPARTMENT: _department,
    Kind.DOCTOR: _doctor,
    Kind.PRICE: _price,
    Kind.PLACE: _place,
    Kind.PROMOTION: _promotion,
    Kind.NOTICE: _notice,
    Kind.PHRASE: _phrase,
}
