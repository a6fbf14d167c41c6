"""Figures of all visits, part by part, so that the first are there at once.

Each part, a week at most, is one statement in a reading of its own: others go on writing meanwhile, and whoever
does not want to wait any longer stops after the part under way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from deskapp import settings
from deskapp.db.faults import disk_error
from deskapp.db.models.access import Account
from deskapp.db.models.directory import Department, Doctor
from deskapp.db.models.intake import QueueNumber, Visit
from deskapp.db.unit_of_work import Work
from deskapp.domain.access import Actor, Permission
from deskapp.domain.codes import EXPORT
from deskapp.domain.papers import Letterhead
from deskapp.domain.registration import SlipState
from deskapp.domain.statistics import (
    Behind,
    BehindPart,
    BehindRow,
    HouseNames,
    Span,
    Summary,
    merged,
    narrowed,
    parts,
)
from deskapp.domain.text import Words
from deskapp.i18n import Translator
from deskapp.services import statistics_sql as sql
from deskapp.services.base import Done, Service, composed, reads, writes
from deskapp.services.intake.papers import letterhead
from deskapp.services.settings import site_value
from deskapp.services.transfer import writers
from deskapp.services.transfer.writers import Heading

EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
BEHIND_AT_ONCE: Final = 200
EXPORTED: Final = "export.figures"
Report = Callable[[int, int], object]
"""Told how many parts of how many are done; raises when nobody waits any more."""


@dataclass(frozen=True)
class SoFar:
    """The figures of a span as far as they were read: from day `since` on, `done` of `total` parts."""

    summary: Summary
    since: dt.date
    done: int
    total: int

    @property
    def whole(self) -> bool:
        """Whether nothing is missing any more."""
        return self.done == self.total


@dataclass(frozen=True)
class Setting:
    """What the figures are judged by, and how their numbers are called. `now` is local."""

    names: HouseNames
    target: int
    now: dt.datetime


@dataclass(frozen=True)
class FigureRows:
    """Figures for a file: of which days, and rows of table, line, what is counted, value, unit."""

    span: Span
    rows: Sequence[Sequence[Any]]


def _nobody(_done: int, _total: int) -> None:
    """Nobody asked how far it is."""


class StatisticsService(Service):
    """Figures of all visits, part by part, so that the first are there at once."""

    @composed(Permission.STATISTICS)
    def figures(
        self,
        actor: Actor,
        span: Span,
        take: Callable[[SoFar], object] | None = None,
        report: Report = _nobody,
    ) -> Summary:
        """Return the figures of a span, the newest days first; days before and after all visits are not read.

        Args:
            actor: who asks.
            span: which days.
            take: gets what is there after each part, in the thread that reads.
            report: told afterwards how far it is; what it raises ends the reading.
        """
        whole = Summary()
        pieces = parts(self._visited(actor, span))
        for done, piece in enumerate(pieces, 1):
            whole = merged(whole, self.part(actor, piece))
            if take is not None:
                take(SoFar(whole, piece.first, done, len(pieces)))
            report(done, len(pieces))
        return whole

    @reads(Permission.STATISTICS)
    def part(self, session: Session, span: Span) -> Summary:
        """Return the figures of some days in one statement: for a few weeks at most."""
        return sql.summary_of(session.execute(sql.COUNTED, sql.days(span)))

    @reads(Permission.STATISTICS)
    def setting(self, session: Session) -> Setting:
        """Return the names behind the numbers, those of former ones too, and the target of the wait."""
        departments = select(Department.id, Department.name_zh, Department.name_en, Department.name_mn)
        names = HouseNames(
            {row[0]: Words(*row[1:]) for row in session.execute(departments)},
            {row[0]: row[1] for row in session.execute(select(Doctor.id, Doctor.name))},
            {row[0]: row[1] for row in session.execute(select(Account.id, Account.name))},
        )
        return Setting(names, site_value(session, settings.WAIT_TARGET_MINUTES), self.now().astimezone())

    @reads(Permission.STATISTICS)
    def letterhead(self, session: Session, printed_by: str) -> Letterhead:
        """Return the head for the printed figures."""
        return letterhead(session, printed_by, self.now())

    @composed(Permission.STATISTICS)
    def visits_behind(
        self,
        actor: Actor,
        span: Span,
        wanted: Behind,
        after: BehindRow | None = None,
        report: Report = _nobody,
    ) -> BehindPart:
        """Return the newest visits that a figure was made of, or those before one that was shown.

        They carry no name: who opens one reads it, and that is written down as always.
        """
        pieces = list(_narrowed_days(self._visited(actor, span), wanted, after))
        found: list[BehindRow] = []
        for done, piece in enumerate(pieces, 1):
            found += self._behind(actor, piece, wanted, after, BEHIND_AT_ONCE + 1 - len(found))
            report(done, len(pieces))
            if len(found) > BEHIND_AT_ONCE:
                break
        return BehindPart(tuple(found[:BEHIND_AT_ONCE]), more=len(found) > BEHIND_AT_ONCE)

    @composed(Permission.EXPORT)
    def export(
        self, actor: Actor, request: str, path: Path, tr: Translator, figures: FigureRows
    ) -> Done[int]:
        """Write figures to a CSV, XLSX or JSON file; return how many rows.

        The trail has it before the first leaves.
        Raises `InputError` at "out", `StorageError` when it can't be written.
        """
        suffix = writers.check_suffix(path)
        done = self._note_export(actor, request, suffix, figures.span)
        with writers.open_writer(path, HEADINGS, tr, done.value) as writer:
            writer.write(figures.rows)
        return Done(len(figures.rows), done.changes)

    @composed(Permission.EXPORT)
    def export_picture(self, actor: Actor, request: str, path: Path, png: bytes, span: Span) -> Done[int]:
        """Write a picture of the figures; return its bytes. Raises `StorageError` when it can't be written."""
        done = self._note_export(actor, request, ".png", span)
        try:
            path.write_bytes(png)
        except OSError as error:
            raise disk_error(error) from error
        return Done(len(png), done.changes)

    # --- Steps of the above -----------------------------------------------------------------------------------

    @reads(Permission.STATISTICS)
    def _visited(self, session: Session, span: Span) -> Span:
        """Return the span without the days before its first and after its last visit; of none its last day."""
        first, last = session.execute(sql.visited(span)).one()
        return replace(span, first=first or span.last, last=last or span.last)

    @reads(Permission.STATISTICS)
    def _behind(
        self, session: Session, span: Span, wanted: Behind, after: BehindRow | None, limit: int
    ) -> list[BehindRow]:
        # A visit that began at the door before midnight is older than some of the day before: only in the days of
        # the row that was shown last is its moment where to go on.
        begun = after if after is not None and span.first <= after.day <= span.last else None
        found = session.execute(sql.behind(wanted, begun, limit), sql.days(span)).all()
        return list(_rows(session, found))

    @writes(Permission.EXPORT)
    def _note_export(self, work: Work, suffix: str, span: Span) -> writers.Mark:
        mark = writers.Mark(work.new_code(EXPORT), work.actor.name, work.now, span.first, span.last)
        after: dict[str, object] = {"number": mark.number, "format": suffix, "by": mark.by}
        work.record(EXPORTED, "export", None, after=after | {"from": span.first, "to": span.last})
        return mark


HEADINGS: Final = (
    Heading("table", Words("表", "Table", "Хүснэгт")),
    Heading("line", Words("项目", "Line", "Мөр")),
    Heading("figure", Words("指标", "Figure", "Үзүүлэлт")),
    Heading("value", Words("数值", "Value", "Утга")),
    Heading("unit", Words("单位", "Unit", "Нэгж")),
)


def _narrowed_days(span: Span, wanted: Behind, after: BehindRow | None) -> Iterator[Span]:
    """Yield the parts in which such a visit can be, the newest first."""
    within = narrowed(span, wanted.month)
    for piece in parts(within) if within is not None else ():
        if after is not None and piece.first > after.day:
            continue
        if wanted.day is None and wanted.weekday is None:
            yield piece
            continue
        for day in reversed(list(piece.days_in())):
            if wanted.day in {None, day} and wanted.weekday in {None, day.weekday()}:
                yield Span(day, day, span.until)


def _rows(session: Session, found: Sequence[Any]) -> Iterator[BehindRow]:
    shown = {row.id: row for row in session.execute(_SHOWN.where(Visit.id.in_([row[0] for row in found])))}
    for visit_id, day, opened, new, waited in found:
        row = shown[visit_id]
        department = Words(row.name_zh, row.name_en, row.name_mn) if row.name_zh is not None else None
        yield BehindRow(
            id=visit_id,
            code=row.code,
            day=day,
            arrived=EPOCH + dt.timedelta(microseconds=opened),
            number=row.label or "",
            department=department,
            doctor=row.doctor or "",
            new=bool(new),
            urgency=row.urgency,
            waited=waited,
            ended=row.ended,
        )


_NUMBER: Final = (
    select(QueueNumber.label)
    .where(QueueNumber.visit_id == Visit.id, QueueNumber.state != SlipState.VOID)
    .order_by(QueueNumber.id.desc())
    .limit(1)
    .scalar_subquery()
)
_SHOWN: Final = (
    select(
        Visit.id,
        Visit.code,
        Visit.urgency,
        Visit.ended,
        Doctor.name.label("doctor"),
        Department.name_zh,
        Department.name_en,
        Department.name_mn,
        _NUMBER.label("label"),
    )
    .outerjoin(Department, Department.id == Visit.department_id)
    .outerjoin(Doctor, Doctor.id == Visit.doctor_id)
)
