"""Places, offers and news of the demo hospital, as written in `resources/demo/directory.toml`."""

from __future__ import annotations

import datetime as dt

import msgspec

from deskapp.db.unit_of_work import Work
from deskapp.demo.content import read
from deskapp.domain.directory import NoticeDraft, PlaceDraft
from deskapp.domain.promotions import PromotionDraft
from deskapp.domain.registration import Sex
from deskapp.domain.text import Words
from deskapp.services.directory.more import put_notice, put_place, put_promotion


class Timed(msgspec.Struct, rename={"first": "from", "last": "to"}):
    """Something with a code, names in three languages, and its days counted from the day of the demo."""

    code: str
    name: dict[str, str]
    text: dict[str, str] = msgspec.field(default_factory=dict)
    first: int | None = None
    last: int | None = None

    def days(self, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
        """Return from when to when it is valid."""
        return _day(today, self.first), _day(today, self.last)


class PlaceContent(Timed):
    """A place to send visitors to."""

    room: str = ""
    floor: str = ""
    phone: str = ""
    note: str = ""


class PromotionContent(Timed):
    """An offer and whom it fits; `department` is a code."""

    department: str = ""
    sex: int | None = None
    age_from: int | None = None
    age_to: int | None = None
    words: tuple[str, ...] = ()


class NoticeContent(Timed):
    """News of the house."""

    on_board: bool = False


class DirectoryContent(msgspec.Struct):
    """The whole file."""

    place: list[PlaceContent]
    promotion: list[PromotionContent]
    notice: list[NoticeContent]


def fill_directory(work: Work, departments: dict[str, int]) -> None:
    """Put everything of the file in; `departments` are ids by code."""
    content: DirectoryContent = read("directory.toml", DirectoryContent)
    for place in content.place:
        where = (None, place.room, place.floor, place.phone, place.note)
        put_place(work, PlaceDraft(place.code, _words(place.name), *where, *place.days(work.day)))
    for offer in content.promotion:
        put_promotion(work, _promotion(offer, departments, work.day))
    for news in content.notice:
        told = (_words(news.name), _words(news.text), news.on_board)
        put_notice(work, NoticeDraft(news.code, *told, *news.days(work.day)))


def _promotion(offer: PromotionContent, departments: dict[str, int], today: dt.date) -> PromotionDraft:
    begins, ends = offer.days(today)
    return PromotionDraft(
        code=offer.code,
        name=_words(offer.name),
        text=_words(offer.text),
        department_id=departments.get(offer.department),
        sex=Sex(offer.sex) if offer.sex is not None else None,
        age_from=offer.age_from,
        age_to=offer.age_to,
        words=offer.words,
        valid_from=begins,
        valid_to=ends,
    )


def _words(texts: dict[str, str]) -> Words:
    return Words(texts["zh"], texts["en"], texts["mn"])


def _day(today: dt.date, offset: int | None) -> dt.date | None:
    return today + dt.timedelta(offset) if offset is not None else None
