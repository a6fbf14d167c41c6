"""What is said of days, cells and appointments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from deskapp.domain.appointments import (
    APPOINTMENT_ACT_LABELS,
    APPOINTMENT_STATE_LABELS,
    PRESENCE_LABELS,
    AppointmentLine,
    AppointmentLog,
    CalendarColumn,
    Presence,
)
from deskapp.domain.duty import WEEKDAYS
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui.intake.appointments.cells import Cell, wall
from deskapp.ui.intake.shown_name import shown_name

SHORT_WEEKDAYS: Final = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))


def day_words(day: dt.date, tr: Translator) -> str:
    """Return a day with its weekday."""
    return tr(N_("{weekday} {date}"), weekday=tr(WEEKDAYS[day.weekday()]), date=day)


def week_words(monday: dt.date, tr: Translator) -> str:
    """Return a week by its first and last day."""
    return tr(N_("{first} to {last}"), first=monday, last=monday + dt.timedelta(6))


def span_words(begins: dt.datetime, minutes: int, tr: Translator) -> str:
    """Return from when to when by the wall clock."""
    until = begins + dt.timedelta(minutes=minutes)
    return tr(N_("{begins} to {until}"), begins=begins.time(), until=until.time())


def whose_words(column: CalendarColumn, tr: Translator) -> str:
    """Return whose column it is: a doctor, or whoever of a department is there."""
    return column.doctor or tr(N_("any doctor"))


def presence_words(column: CalendarColumn, tr: Translator) -> str:
    """Return what a column's day is like: how many times are free, or why none is."""
    if column.presence in (Presence.FREE, Presence.PARTLY) and column.free:
        free = tr.n("{count} free", "{count} free", column.free)
        return free if column.presence is Presence.FREE else tr(N_("{free}, partly absent"), free=free)
    return tr(PRESENCE_LABELS[Presence.FULL if column.presence is Presence.PARTLY else column.presence])


def head_words(column: CalendarColumn, tr: Translator) -> str:
    """Return everything that the head of a column says, with when the doctor is there next."""
    parts = [
        whose_words(column, tr),
        column.title,
        tr(column.department),
        column.room,
        presence_words(column, tr),
    ]
    if column.next_duty is not None:
        parts.append(tr(N_("next {day}"), day=short_day(wall(column.next_duty).date(), tr)))
    return str(tr.value([part for part in parts if part]))


def short_day(day: dt.date, tr: Translator) -> str:
    """Return a day as the head of a column has it."""
    return tr(
        N_("{weekday} {day}/{month}"), weekday=tr(SHORT_WEEKDAYS[day.weekday()]), month=day.month, day=day.day
    )


def state_words(line: AppointmentLine, tr: Translator, *, overdue: bool = False) -> str:
    """Return how an appointment stands."""
    words = tr(N_("overdue")) if overdue else tr(APPOINTMENT_STATE_LABELS[line.state])
    return tr(N_("{state}, beside another one"), state=words) if line.over_booked else words


def cell_words(cell: Cell, column: CalendarColumn, tr: Translator, *, overdue: bool = False) -> str:
    """Return everything that a cell shows, as it is read aloud and stands in its tooltip."""
    parts = [span_words(cell.begins, cell.minutes, tr), whose_words(column, tr)]
    if cell.line is not None:
        parts += [shown_name(cell.line.name, tr), state_words(cell.line, tr, overdue=overdue)]
        if cell.outside:
            parts.append(tr(N_("nobody is on duty then")))
        if cell.line.note:
            parts.append(cell.line.note)
    elif cell.is_free and cell.slot is not None:
        parts.append(free_words(cell, tr))
    else:
        parts.append(tr(N_("over")))
    return str(tr.value(parts))


def free_words(cell: Cell, tr: Translator) -> str:
    """Return that a cell can be booked, and how often."""
    assert cell.slot is not None
    return tr(N_("free")) if cell.slot.room <= 1 else tr.n("{count} free", "{count} free", cell.slot.free)


def late_words(line: AppointmentLine, now: dt.datetime, tr: Translator) -> str:
    """Return since when somebody is expected: "expected 10:30, 25 min ago"."""
    minutes = int((now - line.starts_at).total_seconds() // 60)
    name = shown_name(line.name, tr)
    if wall(line.starts_at).date() == wall(now).date():
        words = N_("{name}: expected {time}, {minutes} min ago")
        return tr(words, name=name, time=wall(line.starts_at).time(), minutes=minutes)
    when = tr.day_time(line.starts_at, wall(now).date())
    return tr(N_("{name}: expected {when}"), name=name, when=when)


def log_words(logs: Sequence[AppointmentLog], today: dt.date, tr: Translator) -> str:
    """Return a history, a line each, the latest first."""
    return "\n".join(_log(log, today, tr) for log in reversed(logs))


def _log(log: AppointmentLog, today: dt.date, tr: Translator) -> str:
    words = tr(
        N_("{at}: {act}, {by}"),
        at=tr.day_time(log.at, today),
        act=tr(APPOINTMENT_ACT_LABELS[log.act]),
        by=log.by or tr(N_("a file")),
    )
    if log.act.value in ("booked", "moved"):
        words = tr(N_("{what} → {when}"), what=words, when=tr.day_time(log.starts_at, today))
    return tr(N_("{what} ({reason})"), what=words, reason=log.reason) if log.reason else words
