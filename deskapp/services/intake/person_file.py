"""All that is stored of one person, as plain values for a file that the person gets: rows as they are, with names for
the numbers of people, departments and doctors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec
from sqlalchemy import Column, Table, select
from sqlalchemy.orm import Session

from deskapp.db.base import Base, table_of
from deskapp.db.models.access import Account
from deskapp.db.models.directory import Department, Doctor, Question
from deskapp.db.models.intake import (
    Appointment,
    AppointmentEvent,
    Charge,
    Consent,
    QueueNumber,
    SlipEvent,
    Visit,
    Visitor,
    VisitStep,
    Vitals,
)
from deskapp.db.models.people import Merge
from deskapp.db.models.waiting import Care, Escort, Greeting, QueueEntry, QueueEvent
from deskapp.domain.trail import FieldLine
from deskapp.services.intake.cards import MERGES, MOST, EditLine, edits
from deskapp.services.intake.keys import merged_records, standing_id

_NAMED: Final[Mapping[str, tuple[type[Base], str]]] = {
    "account": (Account, "name"),
    "department": (Department, "name_zh"),
    "doctor": (Doctor, "name"),
}
_OURS: Final = frozenset({"version", "moved"})
"""Columns that say nothing of the person."""


def person_data(session: Session, visitor_id: int) -> dict[str, Any]:
    """Return everything of one person, by kind; the values go into JSON as they are."""
    root = standing_id(session, visitor_id)
    ids = [root, *(record.id for record in merged_records(session, root))]
    rows = _Rows(session)
    visits = rows.of(Visit, "visitor_id", ids)
    visit_ids = [row["id"] for row in visits]
    appointments = rows.of(Appointment, "visitor_id", ids)
    numbers, entries = (rows.of(kind, "visit_id", visit_ids) for kind in (QueueNumber, QueueEntry))
    booked = [row["id"] for row in appointments]
    return {
        "records": rows.of(Visitor, "id", ids),
        "consents": rows.of(Consent, "visitor_id", ids),
        "visits": visits,
        "steps": rows.of(VisitStep, "visit_id", visit_ids),
        "vital_signs": rows.of(Vitals, "visit_id", visit_ids),
        "charges": rows.of(Charge, "visit_id", visit_ids),
        "queue_numbers": numbers,
        "slips": rows.of(SlipEvent, "queue_number_id", [row["id"] for row in numbers]),
        "waiting": entries,
        "waiting_events": rows.of(QueueEvent, "entry_id", [row["id"] for row in entries]),
        "care": rows.of(Care, "visit_id", visit_ids),
        "greetings": rows.of(Greeting, "visit_id", visit_ids),
        "escorts": rows.of(Escort, "visit_id", visit_ids),
        "appointments": appointments,
        "appointment_events": rows.of(AppointmentEvent, "appointment_id", booked),
        "questions": rows.of(Question, "visitor_id", ids),
        "merged_records": [row for row in rows.of(Merge, "kept_id", ids) if row["undone_at"] is None],
        "changes": msgspec.to_builtins(_own(session, ids, edits(session, root, MOST, masked=False))),
    }


def _own(session: Session, ids: Sequence[int], lines: Sequence[EditLine]) -> list[EditLine]:
    """Return the history without what was taken for the person's by mistake: a merge that was taken back.

    What it had filled in is somebody else's, also where a later change names it as what was there before.
    """
    asked = select(Merge.at, Merge.undone_at).where(Merge.kept_id.in_(ids), Merge.undone_at.is_not(None))
    moments = {moment for pair in session.execute(asked) for moment in pair}
    mistaken = {line.id for line in lines if line.action in MERGES and line.at in moments}
    foreign = {
        (one.id, one.after if line.action == "visitor.merge" else one.before)
        for line in lines
        if line.id in mistaken
        for one in line.fields
    }

    def own(line: EditLine) -> tuple[FieldLine, ...]:
        if line.id in mistaken:
            return ()
        return tuple(
            replace(one, before=None) if (one.id, one.before) in foreign else one for one in line.fields
        )

    return [replace(line, fields=own(line)) for line in lines]


class _Rows:
    """Reads rows of tables as plain values."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._names: dict[str, dict[int, str]] = {}

    def of(self, mapped: type[Base], column: str, ids: Sequence[int]) -> list[dict[str, Any]]:
        """Return the rows of a table whose `column` is one of `ids`, in the order of their numbers."""
        table = table_of(mapped)
        if not ids:
            return []
        asked = select(table).where(table.c[column].in_(ids)).order_by(table.c.id)
        shown = [one for one in table.columns if one.name not in _OURS]
        told = [(one.name, self._teller(one)) for one in shown]
        return [
            {name: tell(row[name]) for name, tell in told} for row in self._session.execute(asked).mappings()
        ]

    def _teller(self, column: Column[Any]) -> Callable[[Any], Any]:
        target = next((key.column.table for key in column.foreign_keys), None)
        if isinstance(target, Table) and target.name in _NAMED:
            return self._known(target.name).get
        return msgspec.to_builtins

    def _known(self, table: str) -> dict[int, str]:
        if table not in self._names:
            mapped, name = _NAMED[table]
            columns = table_of(mapped).c
            rows: Iterable[Any] = self._session.execute(select(columns.id, columns[name]))
            self._names[table] = {row[0]: row[1] for row in rows}
        return self._names[table]
