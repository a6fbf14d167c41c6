"""The directory as use cases: looking up, and keeping up to date."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from deskapp import names_table
from deskapp.db.engine import Store
from deskapp.db.models.directory import Department, Doctor, DutyTime, PriceItem, Staff
from deskapp.db.unit_of_work import Clock, Work
from deskapp.domain import duty
from deskapp.domain.access import Actor, Permission
from deskapp.domain.directory import (
    FILED,
    DepartmentDraft,
    DepartmentView,
    DoctorDraft,
    DoctorView,
    Following,
    Kind,
    NoticeDraft,
    NoticeView,
    PhraseDraft,
    PhraseView,
    PlaceDraft,
    PlaceView,
    PriceDraft,
    PriceView,
    Seen,
    Standing,
    price_grade,
    standing,
)
from deskapp.domain.duty import Duty
from deskapp.domain.intake import Ref
from deskapp.domain.names import query_key, search_keys
from deskapp.domain.promotions import PromotionDraft, PromotionView
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError, RuleError
from deskapp.i18n import translator
from deskapp.services.base import Done, Service, composed, reads, writes
from deskapp.services.directory import more, phrases
from deskapp.services.directory.reading import (
    department_view,
    doctors_at,
    duty_of,
    duty_row,
    duty_times,
    local,
    price_view,
    staff_view,
    valid_on,
)
from deskapp.services.directory.storing import (
    E,
    follow_price,
    put_department,
    put_doctor,
    put_duty_times,
    put_price,
    unfollow_price,
)
from deskapp.services.house import HouseRules
from deskapp.services.transfer.report import ImportReport


@dataclass(frozen=True)
class Detail:
    """One record of the directory: its view (`DepartmentView` and the like), a doctor's duty times, and today."""

    kind: Kind
    view: Any
    times: tuple[Duty, ...]
    today: dt.date

    @property
    def standing(self) -> Standing:
        """How its days of validity stand; a phrase always holds."""
        if not getattr(self.view, "active", True):
            return Standing.OVER
        return standing(*self.days, self.today)

    @property
    def days(self) -> tuple[dt.date | None, dt.date | None]:
        """First and last day; a member of staff's are those of the employment."""
        if self.kind is Kind.STAFF:
            return self.view.hired, self.view.left
        return getattr(self.view, "valid_from", None), getattr(self.view, "valid_to", None)


def _filed(kind: Kind) -> str:
    if kind not in FILED:
        message = Text(N_("“{kind}” is no part of the directory."), {"kind": kind.value})
        raise InputError("kind", "directory.kind", message)
    return FILED[kind]


class DirectoryService(Service):
    """What the desk knows of the house."""

    def __init__(self, store: Store, clock: Clock | None = None, house: HouseRules | None = None) -> None:
        super().__init__(store, clock)
        self.house = house or HouseRules()

    # --- Files ----------------------------------------------------------------------------------------------

    @composed(Permission.IMPORT)
    def import_file(
        self,
        actor: Actor,
        request: str,
        kind: Kind,
        path: Path,
        *,
        dry_run: bool = False,
        report: Callable[[int, int], None] | None = None,
    ) -> Done[ImportReport]:
        """Read one kind from a CSV or XLSX file, its good rows, see `TransferService.import_file`."""
        # Imported when it is needed: a start has no use for it.
        from deskapp.services.transfer import columns, service

        transfer, filed = (
            service.TransferService(self.store, self.clock, self.house),
            columns.Kind(_filed(kind)),
        )
        options: dict[str, Any] = {"progress": report} if report is not None else {}
        return transfer.import_file(actor, request, filed, path, partial=True, dry_run=dry_run, **options)

    @composed(Permission.EXPORT)
    def export_file(
        self, actor: Actor, request: str, path: Path, language: str, kind: Kind | None = None
    ) -> Done[int]:
        """Write one kind, or all to a workbook, see `TransferService.export_directory`."""
        from deskapp.services.transfer import columns, service

        transfer = service.TransferService(self.store, self.clock, self.house)
        filed = columns.Kind(_filed(kind)) if kind is not None else None
        return transfer.export_directory(actor, request, path, translator(language), filed)

    # --- Looking up -----------------------------------------------------------------------------------------

    @reads(Permission.DIRECTORY_READ)
    def departments(self, session: Session, *, inactive: bool = False) -> list[DepartmentView]:
        """Return the departments by code, each with how many of its doctors are on duty now.

        Those that take no visitors today are left out unless `inactive`.
        """
        return self._departments(session, inactive=inactive)

    @reads(Permission.DIRECTORY_READ)
    def doctors(
        self, session: Session, department_id: int | None = None, *, inactive: bool = False
    ) -> list[DoctorView]:
        """Return the doctors of one department, or all, by number, with their duty now.

        Those that take no visitors today are left out unless `inactive`.
        """
        return doctors_at(session, self.now(), department_id, inactive=inactive)

    @reads(Permission.DIRECTORY_READ)
    def on_duty(self, session: Session, moment: dt.datetime) -> list[DoctorView]:
        """Return the doctors on duty at `moment` (UTC), by number."""
        return [doctor for doctor in doctors_at(session, moment, None) if doctor.on_duty]

    @reads(Permission.DIRECTORY_READ)
    def duty_times(self, session: Session, doctor_id: int) -> list[Duty]:
        """Return a doctor's duty times: weekdays first, then dates."""
        return duty_times(session, (doctor_id,)).get(doctor_id, [])

    @reads(Permission.DIRECTORY_READ)
    def prices(self, session: Session, query: str = "", on: dt.date | None = None) -> list[PriceView]:
        """Return the items valid on a day (today) whose code or name answers `query`, best first."""
        asked = select(PriceItem).where(valid_on(PriceItem, on or self.today()))
        spelled = _spelled_by(query)
        graded = [
            (price_grade(query, item, spelled), item) for item in map(price_view, session.scalars(asked))
        ]
        found = [(grade, item.code, item) for grade, item in graded if grade is not None]
        return [item for _grade, _code, item in sorted(found, key=lambda entry: entry[:2])]

    @reads(Permission.DIRECTORY_READ)
    def places(self, session: Session, *, over: bool = False) -> list[PlaceView]:
        """Return the places and phones by code; those that are over only with `over`."""
        return [one for one in more.places(session) if over or self._standing(one) is not Standing.OVER]

    @reads(Permission.DIRECTORY_READ)
    def promotions(self, session: Session, *, over: bool = False) -> list[PromotionView]:
        """Return the promotions by code, those that are yet to come too; those that are over only with `over`."""
        return [one for one in more.promotions(session) if over or self._standing(one) is not Standing.OVER]

    @reads(Permission.DIRECTORY_READ)
    def notices(self, session: Session, *, over: bool = False) -> list[NoticeView]:
        """Return the news, the latest to begin first; what is over only with `over`."""
        return [one for one in more.notices(session) if over or self._standing(one) is not Standing.OVER]

    @reads(Permission.DIRECTORY_READ)
    def board_notices(self, session: Session) -> list[NoticeView]:
        """Return the news for the waiting room that hold today."""
        return [
            one for one in more.notices(session) if one.on_board and self._standing(one) is Standing.VALID
        ]

    @reads(Permission.DIRECTORY_READ)
    def phrases(self, session: Session) -> list[PhraseView]:
        """Return the sentences to say in the order of a visit, the site's own over the shipped ones."""
        self.house.take_site(phrases.own_sentences(session, self.house.shipped))
        return phrases.phrases(session, self.house.shipped)

    @reads(Permission.DIRECTORY_READ)
    def record(self, session: Session, kind: Kind, record: int | str) -> Detail:
        """Return one record whole, whether it holds today or not. Raises `RuleError` where it is gone."""
        views: dict[Kind, Callable[[], Iterable[Any]]] = {
            Kind.DEPARTMENT: lambda: self._departments(session, inactive=True),
            Kind.DOCTOR: lambda: doctors_at(session, self.now(), None, inactive=True),
            Kind.PRICE: lambda: map(price_view, _numbered(session, PriceItem, record)),
            Kind.PLACE: lambda: more.places(session),
            Kind.PROMOTION: lambda: more.promotions(session),
            Kind.NOTICE: lambda: more.notices(session),
            Kind.PHRASE: lambda: phrases.phrases(session, self.house.shipped),
            Kind.STAFF: lambda: [staff_view(session, row) for row in _numbered(session, Staff, record)],
        }
        found = [one for one in views.get(kind, tuple)() if record in (one.id, getattr(one, "code", None))]
        if not found:
            raise RuleError("directory.gone", Text(N_("This is not in the directory any more.")))
        times = duty_times(session, (found[0].id,)).get(found[0].id, []) if kind is Kind.DOCTOR else []
        return Detail(kind, found[0], tuple(times), self.today())

    @writes(Permission.DIRECTORY_WRITE)
    def save_department(self, work: Work, draft: DepartmentDraft, seen: Seen | None = None) -> DepartmentView:
        """Add a department, or change the one that was `seen`."""
        row = put_department(work, draft, seen)
        return department_view(row, 0, 0)

    @writes(Permission.DIRECTORY_WRITE)
    def save_doctor(
        self,
        work: Work,
        draft: DoctorDraft,
        seen: Seen | None = None,
        times: Sequence[Duty] | None = None,
    ) -> int:
        """Add a doctor, or change the one that was `seen`; return the id. `times` replace all duty times."""
        row = put_doctor(work, draft, seen)
        if times is not None and set(times) != set(duty_times(work.session, (row.id,)).get(row.id, ())):
            put_duty_times(work, row.id, times)
        return row.id

    @writes(Permission.DIRECTORY_WRITE)
    def save_duty_times(self, work: Work, doctor_id: int, times: Sequence[Duty]) -> None:
        """Replace all duty times of a doctor."""
        put_duty_times(work, doctor_id, times)

    @writes(Permission.DIRECTORY_WRITE)
    def save_price_item(self, work: Work, draft: PriceDraft, seen: Seen | None = None) -> PriceView:
        """Add a price of an item, or change the one that was `seen`; no two of an item hold on one day."""
        return price_view(put_price(work, draft, seen))

    @writes(Permission.DIRECTORY_WRITE)
    def follow_price(self, work: Work, draft: PriceDraft, before: Seen) -> Following:
        """Let a new price follow another of the same item: that one holds until the day before."""
        return follow_price(work, draft, before)

    @writes(Permission.DIRECTORY_WRITE)
    def unfollow_price(self, work: Work, following: Following) -> None:
        """Take back a price that follows another, while nothing was charged at it."""
        unfollow_price(work, following)

    @writes(Permission.DIRECTORY_WRITE)
    def save_place(self, work: Work, draft: PlaceDraft, seen: Seen | None = None) -> Ref:
        """Add a place or phone, or change the one that was `seen`."""
        row = more.put_place(work, draft, seen)
        return Ref(row.id, row.code, row.version)

    @writes(Permission.DIRECTORY_WRITE)
    def save_promotion(self, work: Work, draft: PromotionDraft, seen: Seen | None = None) -> Ref:
        """Add a promotion, or change the one that was `seen`."""
        row = more.put_promotion(work, draft, seen)
        return Ref(row.id, row.code, row.version)

    @writes(Permission.DIRECTORY_WRITE)
    def save_notice(self, work: Work, draft: NoticeDraft, seen: Seen | None = None) -> Ref:
        """Add a notice, or change the one that was `seen`."""
        row = more.put_notice(work, draft, seen)
        return Ref(row.id, row.code, row.version)

    @composed(Permission.DIRECTORY_WRITE)
    def save_phrase(
        self, actor: Actor, request: str, draft: PhraseDraft, seen: Seen | None = None
    ) -> Done[Ref]:
        """Give a sentence the site's own text, or add one; `active` off goes back to the shipped text."""
        done = self._save_phrase(actor, request, draft, seen)
        self._learn(actor)
        return done

    @writes(Permission.DIRECTORY_WRITE)
    def _save_phrase(self, work: Work, draft: PhraseDraft, seen: Seen | None) -> Ref:
        row = phrases.put_phrase(work, draft, self.house.shipped, seen)
        return Ref(row.id, row.code, row.version)

    @reads(Permission.DIRECTORY_WRITE)
    def _learn(self, session: Session) -> None:
        self.house.take_site(phrases.own_sentences(session, self.house.shipped))

    @writes(Permission.VISIT_WRITE)
    def mark_absent(self, work: Work, doctor_id: int) -> None:
        """Take a doctor off duty from now to the end of today, a night that begins today included.

        Whoever triages may do so: nobody may be sent to a doctor who is not there.
        """
        doctor = work.session.get_one(Doctor, doctor_id, with_for_update=True)
        times = duty_times(work.session, (doctor_id,)).get(doctor_id, [])
        if duty.span_on_duty(times, local(work.now)) is None:
            raise RuleError("doctor.off-duty", Text(N_("{name} is not on duty now."), {"name": doctor.name}))
        absence = duty.absence_from(times, local(work.now))
        work.session.execute(insert(DutyTime).values(duty_row(doctor_id, absence)))
        # Duty times that somebody is typing meanwhile would put the doctor back unseen.
        doctor.version += 1
        work.record("doctor.absent", "doctor", doctor_id, after=absence)

    @writes(Permission.VISIT_WRITE)
    def mark_back(self, work: Work, doctor_id: int) -> None:
        """Put a doctor who is marked absent now back on duty; what was missed stays missed."""
        # Locked first: duty times that are stored meanwhile would be gone from under what was read.
        doctor = work.session.get_one(Doctor, doctor_id, with_for_update=True)
        now = local(work.now)
        rows = work.session.scalars(select(DutyTime).where(DutyTime.doctor_id == doctor_id, DutyTime.absent))
        running = [row for row in rows if duty.absence_holds(duty_of(row), now)]
        if not running:
            raise RuleError("doctor.not-absent", Text(N_("This doctor is not marked absent now.")))
        for row in running:
            _shorten(work, row, now)
        doctor.version += 1
        work.record("doctor.back", "doctor", doctor_id, before=[duty_of(row) for row in running])

    def _departments(self, session: Session, *, inactive: bool) -> list[DepartmentView]:
        day = self.today()
        asked = select(Department).order_by(Department.code)
        if not inactive:
            asked = asked.where(Department.active, valid_on(Department, day))
        placed = session.execute(
            select(Doctor.id, Doctor.department_id).where(Doctor.active, valid_on(Doctor, day))
        )
        homes = dict(placed.all())
        present = duty.on_duty(duty_times(session, homes), local(self.now()))
        doctors, on_duty = list(homes.values()), [homes[doctor] for doctor in present]
        return [
            department_view(row, doctors.count(row.id), on_duty.count(row.id))
            for row in session.scalars(asked)
        ]

    def _standing(self, one: PlaceView | PromotionView | NoticeView) -> Standing:
        return standing(one.valid_from, one.valid_to, self.today())


def _numbered(session: Session, table: type[E], record: int | str) -> Sequence[E]:
    """Return the row that has this number, if there is one; a text is no number."""
    return session.scalars(select(table).where(table.id == record)).all() if isinstance(record, int) else ()


def _shorten(work: Work, row: DutyTime, now: dt.datetime) -> None:
    kept = duty.back_at(duty_of(row), now)
    if kept is None:
        work.session.delete(row)
    else:
        row.ends = kept.ends


def _spelled_by(query: str) -> Callable[[str], bool]:
    """Return what says whether `query` spells a Chinese name: its pinyin from any syllable on, or initials."""
    # Letters alone: of anything else a key keeps only part.
    key = query_key(query, names_table.load()) if query.replace(" ", "").isalnum() else ""
    return lambda name: bool(key) and any(known.startswith(key) for known in spellings(name))


@functools.lru_cache(maxsize=20_000)
def spellings(name: str) -> frozenset[str]:
    """Return the spellings of a name that a query may begin."""
    return search_keys(name, names_table.load())
