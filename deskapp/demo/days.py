"""Visits made up day by day: who came when, where they were sent, how far they got.

The rows are those that the services write when somebody works a visit through the desk: steps,
numbers, slips, turns of the doctors, charges. Only the trail of each single write is left out; the
filling is one line of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from deskapp.demo import line
from deskapp.demo.house import DoctorPlace, House, Place
from deskapp.demo.people import Visitors
from deskapp.domain.codes import VISIT, make_code
from deskapp.domain.duty import span_on_duty
from deskapp.domain.intake import VisitorDraft, number_label
from deskapp.domain.registration import (
    AppointmentState,
    EndReason,
    MediaSource,
    Payment,
    SlipState,
    Step,
    VisitKind,
)
from deskapp.domain.rotation import Turn, next_turn, turn_for_choice

Rows = list[dict[str, Any]]
SOURCES: Final = (
    (MediaSource.FRIEND, 26),
    (MediaSource.PASSER_BY, 12),
    (MediaSource.SOCIAL_MEDIA, 14),
    (MediaSource.MAP_APP, 10),
    (MediaSource.WEB_SEARCH, 12),
    (MediaSource.REFERRAL, 9),
    (MediaSource.OUTDOOR, 5),
    (MediaSource.RADIO, 4),
    (MediaSource.TELEVISION, 3),
    (MediaSource.NEWSPAPER, 2),
    (MediaSource.INSURER, 4),
    (MediaSource.OTHER, 1),
    (None, 6),
)
FEES: Final = {"主任医师": "REG-03", "副主任医师": "REG-02"}
PRINTER: Final = "slip"
RETURNS: Final = 0.32
"""Share of visits by somebody who has been there before."""


@dataclass
class Person:
    """A visitor as far as made up: where they were last, and how often. `index` counts from 0."""

    index: int
    draft: VisitorDraft
    code: str
    first_seen: dt.datetime
    last_visit: dt.datetime
    visits: int = 0
    doctor_id: int | None = None


@dataclass
class DayRows:
    """What one day adds to the tables.

    Persons, visits and numbers are counted from 0 over all days; the first of this day are given.
    """

    day: dt.date
    first_visit: int
    first_number: int
    newcomers: list[Person] = field(default_factory=list)
    appointments: Rows = field(default_factory=list)
    visits: Rows = field(default_factory=list)
    steps: Rows = field(default_factory=list)
    numbers: Rows = field(default_factory=list)
    slips: Rows = field(default_factory=list)
    places: Rows = field(default_factory=list)
    charges: Rows = field(default_factory=list)
    turns: Rows = field(default_factory=list)
    counters: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Coming:
    """One visit while it is made up: `at` is the moment of each step, until the visit stops."""

    index: int
    person: Person
    place: Place
    doctor: DoctorPlace | None
    opened: dt.datetime
    account: int


class Days:
    """Makes up the visits of one day after the other."""

    def __init__(self, house: House, rng: Random, now: dt.datetime) -> None:
        self.house = house
        self.rng = rng
        self.line_rng = Random(rng.random())
        self.now = now
        self.visitors = Visitors(rng, now.astimezone().date())
        self.people: list[Person] = []
        self.by_place: dict[int, list[Person]] = {}
        self.visit_count = 0
        self.number_count = 0

    def make(self, day: dt.date, count: int) -> DayRows:
        """Return the rows of a day with `count` visits; of today only what is over by now."""
        rows = DayRows(day, self.visit_count, self.number_count)
        self.turns: dict[int, list[Turn]] = {}
        self.waiting: dict[str, list[dt.datetime]] = {}
        for opened in sorted(self._moment(day) for _visit in range(count)):
            self._visit(rows, opened)
        return rows

    def _moment(self, day: dt.date) -> dt.datetime:
        """Return when somebody comes: most in the morning, few at noon; today many within the last hour."""
        today = day == self.now.astimezone().date()
        midnight = dt.datetime.combine(day, dt.time()).astimezone()
        if today and self.rng.random() < (0.35 if self._open_now() else 0.08):
            return max(midnight, self.now - dt.timedelta(seconds=self.rng.randrange(60, 3600)))
        for _try in range(100):
            early, late = self.rng.triangular(7.7, 11.8, 9), self.rng.triangular(13.7, 17, 14.3)
            hours = self.rng.choices((early, late), (62, 38))[0]
            moment = midnight + dt.timedelta(seconds=int(3600 * hours))
            if moment < self.now:
                return moment
        return midnight + (self.now - midnight) * self.rng.random()

    def _open_now(self) -> bool:
        places = (place for place in self.house.places.values() if not place.content.around_the_clock)
        return any(self._on_duty(place, self.now) for place in places)

    def _visit(self, rows: DayRows, opened: dt.datetime) -> None:
        place = self._place(opened)
        person = self._person(rows, place, opened)
        moments = self._moments(opened)
        doctor = self._doctor(rows, place, person, opened) if Step.TRIAGE in moments else None
        account = self.house.operators[(rows.day.toordinal() + opened.hour) % len(self.house.operators)]
        coming = Coming(self.visit_count, person, place, doctor, opened, account)
        self.visit_count += 1
        visit = self._columns(coming, moments)
        rows.visits.append(visit)
        self._appointment(rows, coming, visit)
        self._steps(rows, coming, moments)
        if Step.NUMBER in moments:
            self._number(rows, coming, moments)
            found = line.place(self.line_rng, self.now, visit, rows.numbers[-1], moments)
            rows.places.append({**found, "number": self.number_count - 1, "account_id": coming.account})
        self._charges(rows, coming, moments, visit)
        person.visits += 1
        person.last_visit = opened
        person.doctor_id = doctor.id if doctor else person.doctor_id

    def _place(self, opened: dt.datetime) -> Place:
        """Return a department that has somebody on duty, emergency when there is none other."""
        places = list(self.house.places.values())
        for place in self.rng.choices(places, [place.content.weight for place in places], k=4):
            if self._on_duty(place, opened):
                return place
        return self.house.places["emergency"]

    def _on_duty(self, place: Place, opened: dt.datetime) -> list[int]:
        # Whoever comes a little before the doctors is seen by those who begin first.
        clock = opened.astimezone().replace(tzinfo=None) + dt.timedelta(minutes=20)
        return [doctor.id for doctor in place.doctors if span_on_duty(doctor.times, clock)]

    def _person(self, rows: DayRows, place: Place, opened: dt.datetime) -> Person:
        known = self.by_place.setdefault(place.id, [])
        before = [person for person in known[-200:] if person.last_visit.date() < opened.date()]
        if before and self.rng.random() < RETURNS:
            return self.rng.choice(before)
        draft = self.visitors.make(place.content)
        code = make_code("P", self.rng.randbytes(16))
        person = Person(len(self.people), draft, code, opened, opened)
        self.people.append(person)
        rows.newcomers.append(person)
        known.append(person)
        return person

    def _doctor(self, rows: DayRows, place: Place, person: Person, opened: dt.datetime) -> DoctorPlace | None:
        """Return whose turn it is, or the visitor's own doctor; the turn is used up."""
        order = [doctor.id for doctor in place.doctors]
        on_duty = self._on_duty(place, opened)
        turns = self.turns.setdefault(place.id, [])
        due = next_turn(order, on_duty, turns)
        if due is None:
            return None
        named = person.doctor_id in on_duty
        chosen = person.doctor_id if named and person.doctor_id is not None else due.doctor
        turn = turn_for_choice(order, on_duty, chosen, turns, named=named)
        turns.append(turn)
        rows.turns.append(
            {
                "department_id": place.id,
                "day": rows.day,
                "doctor_id": turn.doctor,
                "round": turn.round,
                "visit": self.visit_count,
                "named": turn.named,
            }
        )
        return next(doctor for doctor in place.doctors if doctor.id == chosen)

    def _moments(self, opened: dt.datetime) -> dict[Step, dt.datetime]:
        """Return when each step was done, as far as it has been by now and before the visit broke off."""
        waits = {
            Step.TRIAGE: self.rng.uniform(1, 5),
            Step.NUMBER: self.rng.uniform(0.5, 2),
            Step.PAY: self.rng.uniform(2, 9),
            Step.ESCORT: self.rng.triangular(3, 55, 14),
            Step.RETURN: self.rng.uniform(2, 7),
        }
        last = (
            self.rng.choice((Step.TRIAGE, Step.NUMBER, Step.PAY)) if self.rng.random() < 0.04 else Step.RETURN
        )
        moment = opened
        moments = dict.fromkeys((Step.ARRIVE, Step.GREET, Step.REGISTER), moment)
        for step, minutes in waits.items():
            moment += dt.timedelta(seconds=int(60 * minutes))
            if moment > self.now:
                break
            moments[step] = moment
            if step is last:
                break
        return moments

    def _columns(self, coming: Coming, moments: dict[Step, dt.datetime]) -> dict[str, Any]:
        person, about = coming.person, coming.place.content
        urgent = about.around_the_clock
        triaged = Step.TRIAGE in moments
        source, text = self._source(person)
        spoken = about.complaints(person.draft.language)
        escorted = moments.get(Step.ESCORT)
        return {
            "code": make_code(VISIT, self.rng.randbytes(16)),
            "person": person.index,
            "day": coming.opened.astimezone().date(),
            "opened_at": coming.opened,
            "kind": VisitKind.EMERGENCY if urgent else VisitKind.GENERAL,
            "first_visit": person.visits == 0,
            "complaint": self.rng.choice(spoken),
            "urgency": self.rng.choices(
                (1, 2, 3, 4) if urgent else (None, 2, 3, 4), (4, 16, 50, 30) if urgent else (60, 1, 9, 30)
            )[0]
            if triaged
            else None,
            "pregnant": about.pregnant,
            "department_id": coming.place.id if triaged else None,
            "doctor_id": coming.doctor.id if coming.doctor else None,
            "override_reason": "",
            "media_source": source,
            "media_text": text,
            "appointment": None,
            "payment": Payment.PAID if Step.PAY in moments else Payment.UNPAID,
            "payment_reason": "",
            "checked_in": escorted,
            "doctor_began": escorted + dt.timedelta(minutes=1) if escorted else None,
            **self._end(moments),
            "version": len(moments) + 2,
        }

    def _end(self, moments: dict[Step, dt.datetime]) -> dict[str, Any]:
        """Say how a visit that broke off ended; one that merely waits has not."""
        last = max(moments.values())
        if Step.RETURN in moments or self.now - last < dt.timedelta(minutes=70):
            return {"ended": None, "end_note": "", "ended_at": None}
        reason, note = self.rng.choice(
            (
                (EndReason.LEFT_UNSEEN, "等不及，先走了"),
                (EndReason.CANCELLED, "改日再来"),
                (EndReason.OTHER_HOSPITAL, "转上级医院"),
            )
        )
        return {
            "ended": reason,
            "end_note": note,
            "ended_at": last + dt.timedelta(minutes=self.rng.randint(5, 60)),
        }

    def _source(self, person: Person) -> tuple[MediaSource | None, str]:
        if person.visits:
            return MediaSource.RETURNING, ""
        source = self.rng.choices(
            [source for source, _share in SOURCES], [share for _source, share in SOURCES]
        )[0]
        return source, "社区义诊" if source is MediaSource.OTHER else ""

    def _appointment(self, rows: DayRows, coming: Coming, visit: dict[str, Any]) -> None:
        if not coming.person.visits or self.rng.random() > 0.4:
            return
        visit["appointment"] = len(rows.appointments)
        half_hour = coming.opened.replace(minute=coming.opened.minute // 30 * 30, second=0)
        doctor = coming.doctor.id if coming.doctor else None
        booked = appointment(coming.person, coming.place, doctor, half_hour + dt.timedelta(minutes=30))
        rows.appointments.append({**booked, "state": AppointmentState.FULFILLED, "version": 2})

    def _steps(self, rows: DayRows, coming: Coming, moments: dict[Step, dt.datetime]) -> None:
        for step, at in moments.items():
            row = {"visit": coming.index, "step": step, "done": True, "at": at}
            rows.steps.append({**row, "account_id": coming.account, "note": ""})

    def _number(self, rows: DayRows, coming: Coming, moments: dict[Step, dt.datetime]) -> None:
        own = coming.doctor is not None and coming.doctor.own_queue
        queue = f"doctor:{coming.doctor.id}" if own and coming.doctor else f"department:{coming.place.id}"
        prefix = coming.doctor.prefix if own and coming.doctor else coming.place.prefix
        number = rows.counters[queue] = rows.counters.get(queue, 0) + 1
        issued = moments[Step.NUMBER]
        label = number_label(prefix, number)
        called = self.waiting.setdefault(queue, [])
        rows.numbers.append(
            {
                "queue": queue,
                "day": rows.day,
                "number": number,
                "label": label,
                "visit": coming.index,
                "state": SlipState.SENT,
                "issued_at": issued,
                "waiting_before": sum(moment > issued for moment in called),
            }
        )
        called.append(moments.get(Step.ESCORT, self.now))
        for state, seconds, reason in ((SlipState.ISSUED, 0, ""), (SlipState.SENT, 4, PRINTER)):
            at = issued + dt.timedelta(seconds=seconds)
            event = {"number": self.number_count, "state": state, "at": at, "reason": reason}
            rows.slips.append({**event, "account_id": coming.account})
        self.number_count += 1
        next(row for row in reversed(rows.steps) if row["step"] is Step.NUMBER)["note"] = label

    def _charges(
        self, rows: DayRows, coming: Coming, moments: dict[Step, dt.datetime], visit: dict[str, Any]
    ) -> None:
        if Step.NUMBER not in moments:
            return
        about = coming.place.content
        fee = FEES.get(coming.doctor.title, "") if coming.doctor else ""
        extra = self.rng.sample(about.prices[1:], k=min(len(about.prices) - 1, self.rng.choice((0, 1, 1, 2))))
        for code in (fee or about.prices[0], *extra):
            item = self.house.prices[code]
            names = {"name_zh": item.name.zh, "name_en": item.name.en, "name_mn": item.name.mn}
            rows.charges.append(
                {"visit": coming.index, "item_id": item.id, **names, "fen": item.fen, "quantity": 1}
            )
        if Step.PAY in moments and self.rng.random() < 0.02:
            visit["payment"], visit["payment_reason"] = Payment.WAIVED, "低保减免"


def appointment(person: Person, place: Place, doctor: int | None, starts: dt.datetime) -> dict[str, Any]:
    """Return the columns of a booked time, the person by index."""
    booked = {"state": AppointmentState.BOOKED, "version": 1}
    return {
        "person": person.index,
        "department_id": place.id,
        "doctor_id": doctor,
        "starts_at": starts,
        **booked,
    }


def shares(total: int, days: Sequence[dt.date]) -> list[int]:
    """Return how many visits each day has: the last one the most, Sundays fewest."""
    weights = [4 if day.weekday() == 6 else 7 if day.weekday() == 5 else 10 for day in days]
    weights[-1] = 60
    counts = [total * weight // sum(weights) for weight in weights]
    counts[-1] += total - sum(counts)
    return counts
