"""Writing the made-up days into the tables, many rows at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from deskapp.db.base import Base, table_of
from deskapp.db.models.intake import (
    Appointment,
    AppointmentEvent,
    Charge,
    Consent,
    QueueCounter,
    QueueNumber,
    SlipEvent,
    Turn,
    Visit,
    Visitor,
    VisitStep,
)
from deskapp.db.models.waiting import QueueEntry, QueueEvent
from deskapp.db.unit_of_work import Work
from deskapp.demo.days import DayRows, Person, Rows
from deskapp.demo.line import events
from deskapp.domain.appointments import AppointmentAct
from deskapp.domain.registration import AppointmentState
from deskapp.domain.visitor_rules import needs_guardian
from deskapp.services.transfer.bulk import insert_rows, new_ids, prepare, store_visitors, update_rows

BOOKED_BEFORE: Final = dt.timedelta(days=4)
BECAME: Final = {
    AppointmentState.FULFILLED: AppointmentAct.FULFILLED,
    AppointmentState.MISSED: AppointmentAct.MISSED,
}


class DayStore:
    """Stores day after day in one open transaction; the ids of persons are kept between them."""

    def __init__(self, work: Work, account: int) -> None:
        self.session = work.session
        self.today = work.day
        self.now = work.now
        self.account = account
        self.ids: dict[int, int] = {}
        self.booked_at: dict[int | None, dt.datetime] = {}

    def add(self, rows: DayRows) -> None:
        """Insert one day."""
        self._newcomers(rows.newcomers)
        appointments = self.book(rows.appointments)
        visits = self._identified(Visit, rows.visits)
        for visit in rows.visits:
            visit["visitor_id"] = self.ids[visit.pop("person")]
            booked = visit.pop("appointment")
            visit["appointment_id"] = None if booked is None else appointments[booked]
        self._insert(Visit, rows.visits)
        numbers = self._identified(QueueNumber, rows.numbers)
        for name, mapped in (
            ("steps", VisitStep),
            ("numbers", QueueNumber),
            ("charges", Charge),
            ("turns", Turn),
        ):
            found: Rows = getattr(rows, name)
            self._insert(mapped, self._with(found, "visit", "visit_id", visits, rows.first_visit))
        self._insert(
            SlipEvent, self._with(rows.slips, "number", "queue_number_id", numbers, rows.first_number)
        )
        self._line(rows, visits, numbers)
        counters = [{"queue": queue, "day": rows.day, "last": last} for queue, last in rows.counters.items()]
        self._insert(QueueCounter, counters)

    def _line(self, rows: DayRows, visits: Sequence[int], numbers: Sequence[int]) -> None:
        """Insert the places in the line with their history."""
        accounts = [place.pop("account_id") for place in rows.places]
        booked = {visit["id"]: visit["appointment_id"] for visit in rows.visits}
        places = self._with(rows.places, "visit", "visit_id", visits, rows.first_visit)
        self._with(places, "number", "number_id", numbers, rows.first_number)
        history: Rows = []
        for place, account, identity in zip(
            places, accounts, self._identified(QueueEntry, places), strict=True
        ):
            place["appointment_at"] = self.booked_at.get(booked[place["visit_id"]])
            common = {"entry_id": identity, "account_id": account}
            history += [{**event, **common} for event in events(place)]
        self._insert(QueueEntry, places)
        self._insert(QueueEvent, history)

    def book(self, appointments: Rows) -> list[int]:
        """Insert appointments; return their ids."""
        ids = self._identified(Appointment, appointments)
        for booked in appointments:
            booked["visitor_id"] = self.ids[booked.pop("person")]
            self.booked_at[booked["id"]] = booked["starts_at"]
        self._insert(Appointment, appointments)
        self._insert(AppointmentEvent, [event for booked in appointments for event in self._acts(booked)])
        return ids

    def _acts(self, booked: Mapping[str, Any]) -> Rows:
        """Return the history of an appointment: booked some days before, and what became of it."""
        common = {"appointment_id": booked["id"], "account_id": self.account, "reason": ""}
        common |= {"starts_at": booked["starts_at"], "doctor_id": booked["doctor_id"]}
        at = min(booked["starts_at"] - BOOKED_BEFORE, self.now)
        rows = [{**common, "act": AppointmentAct.BOOKED, "at": at}]
        if booked["state"] in BECAME:
            rows.append({**common, "act": BECAME[booked["state"]], "at": booked["starts_at"]})
        return rows

    def finish(self, people: Sequence[Person]) -> None:
        """Say of everybody when they were there last, how often, and with whom."""
        rows = [
            {
                "id": self.ids[person.index],
                "last_visit": person.last_visit,
                "visits": person.visits,
                "responsible_doctor_id": person.doctor_id,
            }
            for person in people
        ]
        update_rows(self.session, table_of(Visitor), rows)

    def _newcomers(self, people: Sequence[Person]) -> None:
        prepared = [prepare(person.draft, self.today) for person in people]
        columns: list[Mapping[str, Any]] = [
            {"code": person.code, "first_seen": person.first_seen, "last_visit": None, "visits": 0}
            for person in people
        ]
        for person, who in zip(people, store_visitors(self.session, prepared, columns), strict=True):
            self.ids[person.index] = who
        self._insert(Consent, [row for person in people for row in self._consents(person)])

    def _consents(self, person: Person) -> Rows:
        draft = person.draft
        by = draft.guardian_name if needs_guardian(draft.birth_date, self.today) else draft.name
        common = {"visitor_id": self.ids[person.index], "given_by": by, "account_id": self.account}
        return [
            {**common, "kind": kind, "given": given, "at": person.first_seen}
            for kind, given in draft.consents.items()
        ]

    def _identified(self, mapped: type[Base], rows: Rows) -> list[int]:
        ids = new_ids(self.session, table_of(mapped), len(rows))
        for row, identity in zip(rows, ids, strict=True):
            row["id"] = identity
        return ids

    def _with(self, rows: Rows, index: str, column: str, ids: Sequence[int], first: int) -> Rows:
        for row in rows:
            row[column] = ids[row.pop(index) - first]
        return rows

    def _insert(self, mapped: type[Base], rows: Rows) -> None:
        insert_rows(self.session, table_of(mapped), rows)
