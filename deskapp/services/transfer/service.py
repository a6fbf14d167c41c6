"""Imports and exports as use cases: who may, what is recorded, all or nothing."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import time
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from deskapp import settings
from deskapp.db import search
from deskapp.db.engine import Store
from deskapp.db.models.access import AuditEntry
from deskapp.db.unit_of_work import Clock, Work
from deskapp.domain.access import Actor, Permission
from deskapp.domain.changes import Changes
from deskapp.domain.codes import EXPORT, make_code
from deskapp.errors import ConflictError
from deskapp.i18n import Translator
from deskapp.services.base import Done, Service, composed, new_request, reads, writes
from deskapp.services.checks import storable_name
from deskapp.services.house import HouseRules
from deskapp.services.intake import ics
from deskapp.services.intake.appointment_import import AppointmentImport
from deskapp.services.settings import site_value
from deskapp.services.transfer import directory_out, exports, writers
from deskapp.services.transfer.columns import Kind, ReadRow, folded, names_of, read_rows
from deskapp.services.transfer.plan import Importer, Plan, Progress, parts, silent
from deskapp.services.transfer.report import ImportReport, Outcome, RowNote, make_report
from deskapp.services.transfer.tables import read_table
from deskapp.services.transfer.upsert import UpsertImport
from deskapp.services.transfer.visitors import VisitorImport

EXPORTED: Final = "export.visits"
KEPT_TOGETHER: Final = 10
"""Crowded prefixes put in order in one transaction, so that nobody waits long."""
PAUSE: Final = 0.1
"""Seconds between two transactions of a long import with SQLite, where whoever waits to write looks ten times a second
whether it may: desks come first."""
TRIES: Final = 3
"""How often a portion of a file is held against what others stored meanwhile, before it is left to the person."""


@dataclass(frozen=True)
class Prepared:
    """A file that has been read: its rows as far as they can be, and what is wrong with the others."""

    kind: Kind
    file: str
    rows: int
    importer: Importer
    unread: list[RowNote]
    partial: bool


@dataclass
class Portion:
    """What became of some rows of a file."""

    outcomes: list[Outcome]
    problems: list[RowNote]
    notes: list[RowNote]

    def add(self, other: Portion, told: Container[int]) -> None:
        """Take in what became of others; what was `told` of a row is not said again."""
        self.outcomes += other.outcomes
        self.problems += other.problems
        self.notes += [note for note in other.notes if note.row not in told]

    @classmethod
    def of(cls, plan: Plan) -> Self:
        """Return what becomes of the rows of a plan."""
        return cls([entry.outcome for entry in plan.entries], plan.problems, plan.notes)


class TransferService(Service):
    """Files in and out."""

    def __init__(self, store: Store, clock: Clock | None = None, house: HouseRules | None = None) -> None:
        super().__init__(store, clock)
        self.house = house or HouseRules()

    @composed(Permission.IMPORT)
    def import_file(
        self,
        actor: Actor,
        request: str,
        kind: Kind,
        path: Path,
        *,
        partial: bool = False,
        dry_run: bool = False,
        progress: Progress = silent,
    ) -> Done[ImportReport]:
        """Read a CSV or XLSX file of one kind and store its rows: all, or none unless `partial`.

        Everything is read and checked before the one transaction that writes. The good ones of a file of
        appointments are written in many short ones: where `progress` ends it by raising, or the surroundings do,
        what was stored stays, and reading the file again goes on from there. Raises `InputError` at
        field "file" when no row can be read, `StorageError` when the file can't.
        """
        file = self._prepared(kind, path, partial, progress)
        plan = self._compare(actor, file.importer)
        if dry_run or not _may_write(file, plan):
            return Done(_report(file, Portion.of(plan), written=False), Changes())
        if isinstance(file.importer, AppointmentImport) and partial:
            done = self._write_portions(actor, request, file, plan, progress)
        else:
            file.importer.ready(plan)
            done = self._write(actor, request, file, progress)
        for part in parts(file.importer.crowds, KEPT_TOGETHER):
            self._give_way()
            self._keep_best(actor, new_request(), part)
        return done

    @composed(Permission.EXPORT)
    def export_directory(
        self, actor: Actor, request: str, path: Path, tr: Translator, kind: Kind | None = None
    ) -> Done[int]:
        """Write the directory to a file that can be imported again; return how many rows.

        XLSX: a sheet for each kind, or for one. CSV and JSON hold one kind, which has to be named. Raises
        `InputError` at "out" or "kind", and `StorageError` when the file can't be written; then there is none.
        """
        kinds = directory_out.kinds_for(writers.check_suffix(path), kind)
        done = self._note_directory(actor, request, writers.check_suffix(path), [one.value for one in kinds])
        rows = {one: self._directory_rows(actor, one) for one in kinds}
        directory_out.write(path, rows, tr)
        return Done(sum(map(len, rows.values())), done.changes)

    @composed(Permission.EXPORT)
    def export_visits(
        self,
        actor: Actor,
        request: str,
        path: Path,
        tr: Translator,
        *,
        first: dt.date | None = None,
        last: dt.date | None = None,
    ) -> Done[int]:
        """Write the visits from `first` to `last` to a CSV, XLSX or JSON file; return how many.

        The audit trail has it before the first row leaves. Raises `StorageError` when the file can't
        be written; then there is none.
        """
        done = self._note_export(actor, request, writers.check_suffix(path), first, last)
        with writers.open_writer(path, exports.VISIT_HEADINGS, tr, done.value) as writer:
            count = self._stream(actor, writer, first, last)
        return Done(count, done.changes)

    def _prepared(self, kind: Kind, path: Path, partial: bool, progress: Progress) -> Prepared:
        if kind is Kind.APPOINTMENTS and path.suffix.lower() == ics.SUFFIX:
            rows, unread, count = ics.read_events(path, progress)
        else:
            known = names_of(kind)
            sheets = directory_out.sheet_names(kind)
            table = read_table(path, lambda name: folded(name) in known, lambda name: folded(name) in sheets)
            (rows, unread), count = read_rows(kind, table), len(table.rows)
        return Prepared(
            kind, storable_name(path.name), count, self._importer(kind, rows, progress), unread, partial
        )

    def _importer(self, kind: Kind, rows: list[ReadRow], progress: Progress) -> Importer:
        if kind is Kind.APPOINTMENTS:
            return AppointmentImport(rows, self.now(), progress)
        if kind is Kind.VISITORS:
            return VisitorImport(rows, self.today(), progress)
        return UpsertImport(kind, rows, self.house.shipped)

    @reads(Permission.IMPORT)
    def _compare(self, session: Session, importer: Importer) -> Plan:
        return importer.plan(session)

    @writes(Permission.IMPORT)
    def _write(self, work: Work, file: Prepared, progress: Progress) -> ImportReport:
        # Compared again: somebody may have registered one of them since.
        plan = file.importer.plan(work.session)
        written = _may_write(file, plan)
        report = _report(file, Portion.of(plan), written=written)
        if written:
            with self._told_as_conflict():
                file.importer.write(work, plan, progress)
            _record(work, file, report)
        return report

    @contextlib.contextmanager
    def _told_as_conflict(self) -> Iterator[None]:
        """Say plainly that another desk stored the same a moment ago: all was free when it was looked at.

        With SQLite nobody else can: there it is a bug.
        """
        try:
            yield
        except IntegrityError as error:
            if self.store.is_sqlite:
                raise
            raise ConflictError from error

    def _write_portions(
        self, actor: Actor, request: str, file: Prepared, plan: Plan, progress: Progress
    ) -> Done[ImportReport]:
        """Write in many short transactions; what is stored when it ends early is in the trail as well."""
        known = [entry.outcome for entry in plan.with_outcome(Outcome.KNOWN)]
        stored, changes = Portion(known, list(plan.problems), list(plan.notes)), Changes()
        total, count, told = len(plan.entries) - len(known), 0, {note.row for note in plan.notes}
        try:
            assert isinstance(file.importer, AppointmentImport)
            for portion in file.importer.portions(plan):
                progress(count, total)
                if count:
                    self._give_way()
                done = self._write_portion(actor, portion)
                stored.add(done.value, told)
                changes, count = changes.merged(done.changes), count + len(portion.rows)
            progress(count, total)
        except BaseException:
            if count:
                self._conclude(actor, new_request(), replace(file, rows=len(stored.outcomes)), stored)
            raise
        whole = self._conclude(actor, request, file, stored)
        return Done(whole.value, changes.merged(whole.changes))

    def _give_way(self) -> None:
        if self.store.is_sqlite:
            time.sleep(PAUSE)

    def _write_portion(self, actor: Actor, portion: AppointmentImport) -> Done[Portion]:
        """Write one portion; where somebody on a server was faster it is held against the rules once more."""
        for _try in range(TRIES):
            with contextlib.suppress(ConflictError):
                return self._store(actor, new_request(), portion)
        raise ConflictError

    @writes(Permission.IMPORT)
    def _store(self, work: Work, portion: AppointmentImport) -> Portion:
        plan = portion.plan(work.session)
        portion.write(work, plan, silent)
        return Portion.of(plan)

    @writes(Permission.IMPORT)
    def _conclude(self, work: Work, file: Prepared, stored: Portion) -> ImportReport:
        report = _report(file, stored, written=True)
        _record(work, file, report)
        return report

    @writes(Permission.IMPORT)
    def _keep_best(self, work: Work, prefixes: Sequence[str]) -> None:
        search.keep_best(work.session, prefixes)

    @writes(Permission.EXPORT)
    def _note_export(
        self, work: Work, suffix: str, first: dt.date | None, last: dt.date | None
    ) -> writers.Mark:
        demo = site_value(work.session, settings.DEMO)
        number = _demo_number(work, suffix, first, last) if demo else work.new_code(EXPORT)
        mark = writers.Mark(number, work.actor.name, None if demo else work.now, first, last)
        after = {"number": mark.number, "format": suffix, "from": first, "to": last, "by": mark.by}
        work.record(EXPORTED, "visit", None, after=after)
        return mark

    @writes(Permission.EXPORT)
    def _note_directory(self, work: Work, suffix: str, kinds: Sequence[str]) -> None:
        after = {"format": suffix, "kinds": list(kinds), "by": work.actor.name}
        work.record("export.directory", "directory", None, after=after)

    @reads(Permission.EXPORT)
    def _directory_rows(self, session: Session, kind: Kind) -> list[tuple[object, ...]]:
        return list(directory_out.rows_of(session, kind, self.house.shipped))

    @reads(Permission.EXPORT)
    def _stream(
        self, session: Session, writer: writers.RowWriter, first: dt.date | None, last: dt.date | None
    ) -> int:
        count = 0
        for day in exports.visit_days(session, first, last):
            for rows in exports.visit_rows(session, day):
                writer.write(rows)
                count += len(rows)
        return count


def _demo_number(work: Work, *asked: object) -> str:
    """Return the number of a demo's export: from what is asked for and how often, so that equal demos export equally."""
    earlier = work.session.scalar(select(func.count()).where(AuditEntry.action == EXPORTED))
    return make_code(EXPORT, hashlib.sha256(repr((*asked, earlier)).encode()).digest())


def _may_write(file: Prepared, plan: Plan) -> bool:
    return file.partial or not (file.unread or plan.problems)


def _report(file: Prepared, became: Portion, *, written: bool) -> ImportReport:
    outcomes = became.outcomes + [Outcome.REFUSED] * (file.rows - len(became.outcomes))
    problems = sorted(file.unread + became.problems, key=lambda note: note.row)
    notes = sorted(became.notes, key=lambda note: note.row)
    return make_report(file.kind, outcomes, problems, notes, written=written)


def _record(work: Work, file: Prepared, report: ImportReport) -> None:
    after: dict[str, object] = {"file": file.file, "rows": report.rows, "by": work.actor.name}
    after |= {outcome.value: count for outcome, count in report.counts.items()}
    work.record("import", file.kind.value, None, after=after)
