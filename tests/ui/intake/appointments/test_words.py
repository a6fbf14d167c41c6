"""What is said of days and cells, so that it makes sense without seeing them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from deskapp.domain.appointments import AppointmentAct, AppointmentLog, Presence
from deskapp.domain.registration import AppointmentState
from deskapp.i18n import translator
from deskapp.ui.intake.appointments import words
from deskapp.ui.intake.appointments.cells import cells_of
from tests.ui.intake.appointments.samples import DAY, at, column, line

TR = translator("en")


def said(*lines: object, late: bool = False, **more: object) -> list[str]:
    shown = column(*lines, **more)  # type: ignore[arg-type]
    return [words.cell_words(cell, shown, TR, overdue=late) for cell in cells_of([shown])[0]]


def test_a_cell_says_when_whose_and_how_it_stands() -> None:
    assert said(line())[:2] == ["08:00 to 08:15, 李静, free", "08:15 to 08:30, 李静, 王7, booked"]
    assert said(line(), late=True)[1].endswith("overdue")
    assert said(line(over_booked=True))[1].endswith("booked, beside another one")
    assert said(line(minute=700))[-1].endswith("nobody is on duty then")
    assert said(now=500)[0] == "08:00 to 08:15, 李静, over"


def test_a_departments_cell_says_how_many_are_free() -> None:
    assert said(line(), doctor=None, room=3)[0] == "08:00 to 08:15, any doctor, 3 free"
    assert "08:15 to 08:30, any doctor, 2 free" in said(line(), doctor=None, room=3)


def test_a_day_is_told_in_words() -> None:
    free = column(line())
    assert words.presence_words(free, TR) == "3 free"
    partly = replace(free, presence=Presence.PARTLY)
    assert words.presence_words(partly, TR) == "3 free, partly absent"
    absent = replace(free, presence=Presence.ABSENT, slots=(), next_duty=at(480).astimezone(dt.UTC))
    assert words.presence_words(absent, TR) == "absent"
    assert words.head_words(absent, TR) == "李静, 主治医师, Surgery, A1, absent, next Mon 16/11"


def test_days_and_weeks_have_their_names() -> None:
    assert words.day_words(DAY, TR) == "Monday 16 Nov 2026"
    assert words.week_words(DAY, TR) == "16 Nov 2026 to 22 Nov 2026"
    short = [words.short_day(DAY, translator(language)) for language in ("en", "zh", "mn")]
    assert short == ["Mon 16/11", "11-16 周一", "Да 11.16"]


def test_who_is_late_is_told_by_minutes_today_and_by_date_before() -> None:
    now = at(520).astimezone(dt.UTC)
    assert words.late_words(line(), now, TR) == "王7: expected 08:15, 25 min ago"
    assert words.late_words(line(), now + dt.timedelta(1), TR) == "王7: expected yesterday 08:15"


def test_a_history_is_told_latest_first() -> None:
    moment = at(495).astimezone(dt.UTC)
    logs = [
        AppointmentLog(AppointmentAct.BOOKED, moment, "", moment, "李静", ""),
        AppointmentLog(AppointmentAct.CANCELLED, moment, "李娜", moment, "李静", "不来"),
    ]
    assert words.log_words(logs, DAY, TR) == (
        "today 08:15: cancelled, 李娜 (不来)\ntoday 08:15: booked, a file → today 08:15"
    )


def test_every_state_has_a_word() -> None:
    for state in AppointmentState:
        assert words.state_words(line(state=state), TR)
