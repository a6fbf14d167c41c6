"""The tables of figures: what they say, in which order, and what is behind their lines."""

from __future__ import annotations

import datetime as dt

from deskapp.domain import statistics_tables as made
from deskapp.domain.registration import MediaSource
from deskapp.domain.statistics import (
    Became,
    Behind,
    Counts,
    HouseNames,
    Source,
    Summary,
    WaitStep,
    Worked,
)
from deskapp.domain.statistics_tables import FigureTable, Unit
from deskapp.domain.text import Words
from deskapp.i18n import LANGUAGES, translator

DAY = dt.date(2026, 11, 16)
NAMES = HouseNames(
    {1: Words("外科", "Surgery", "Мэс засал"), 2: Words("眼科", "Eyes", "Нүд")}, {7: "李静"}, {4: "陈晓"}
)
SUMMARY = Summary(
    days={DAY: 3, DAY - dt.timedelta(days=1): 2},
    hours={(0, 8): 3, (6, 10): 2},
    sources={
        Source(1, MediaSource.FRIEND, new=True): Became(2, 2, 1, 2, 1),
        Source(1, MediaSource.FRIEND, new=False): Became(1, 1, 1, 1, 0),
        Source(None, None, new=True): Became(2, 1, 0, 0, 0),
    },
    places={(1, 7): Counts(3, 2, 0, 3), (None, None): Counts(2, 2, 1, 0), (2, None): Counts(9, 0, 0, 0)},
    waits_at={(1, 7): {10: 1, 31: 2}},
    waits={WaitStep.TRIAGE: {10: 1, 11: 3}, WaitStep.DOCTOR: {10: 1, 31: 2}},
    operators={4: Worked(5, 3), 99: Worked(1, 0)},
    desk_times={4: {6: 2, 9: 1}},
)


def labels(table: FigureTable) -> list[str]:
    return [str(row.label) if not isinstance(row.label, Words) else row.label.en for row in table.rows]


def test_days_and_months() -> None:
    table = made.by_day(SUMMARY)
    assert [row.values for row in table.rows] == [(2,), (3,)]
    assert table.rows[1].behind == Behind(day=DAY)
    gap = made.by_day(Summary(days={DAY: 3, DAY - dt.timedelta(days=2): 2}))
    assert [row.values[0] for row in gap.rows] == [2, 0, 3]
    long = made.by_day(Summary(days={DAY: 3, DAY - dt.timedelta(days=120): 2}))
    assert [tr(row.label) for tr in map(translator, LANGUAGES) for row in long.rows] == [
        *("2026-07", "2026-11"),
        *("Jul 2026", "Nov 2026"),
        *("2026.07", "2026.11"),
    ]
    assert long.rows[0].behind == Behind(month=dt.date(2026, 7, 1))


def test_hours_between_the_first_and_the_last_busy_one() -> None:
    assert [(row.id, row.values) for row in made.by_hour(SUMMARY).rows] == [
        ("8", (3,)),
        ("9", (0,)),
        ("10", (2,)),
    ]
    assert made.by_hour(Summary()).rows == ()


def test_weekdays_and_hours() -> None:
    table = made.by_weekday_hour(SUMMARY)
    assert [head.title for head in table.headings] == ["08:00", "09:00", "10:00"]
    assert table.rows[0].values == (3, 0, 0)
    assert table.rows[6].values == (0, 0, 2)
    assert made.by_weekday_hour(Summary()).rows == ()


def test_waits_say_median_p90_and_who_waited_too_long() -> None:
    rows = {row.id: row for row in made.by_wait(SUMMARY, 30).rows}
    assert rows["triage"].values == (11, 11, 4, 3)
    assert rows["triage"].behind == Behind(step=WaitStep.TRIAGE, longer_than=10)
    assert rows["doctor"].values == (31, 31, 3, 2)
    assert rows["called"].values == (None, None, 0, None)


def test_sources_count_new_and_returning_apart() -> None:
    table = made.by_source(SUMMARY)
    assert [row.values for row in table.rows] == [(2, 1, 3, 2, 3, 1), (2, 0, 1, 0, 0, 0)]
    assert labels(table) == ["friend or relative", "not asked"]
    assert table.headings[-1].title == "New visitors who came again", "whoever returned already is not in it"
    assert table.rows[1].behind == Behind(no_source=True)


def test_sources_by_department() -> None:
    table = made.by_department_source(SUMMARY, NAMES)
    assert table.rows[0].behind == Behind(media=MediaSource.FRIEND, department_id=1)
    assert table.rows[1].behind == Behind(no_source=True, no_department=True)


def test_departments_the_busiest_first() -> None:
    table = made.by_department(SUMMARY, NAMES, 30)
    assert labels(table) == ["Eyes", "Surgery", "no department yet"]
    assert table.rows[1].values == (3, 2, 0, 31, 31, 1 / 3)
    assert table.rows[2].values == (2, 2, 1, None, None, None)


def test_doctors_and_operators() -> None:
    assert [row.behind for row in made.by_doctor(SUMMARY, NAMES, 30).rows] == [
        Behind(doctor_id=7, department_id=1)
    ]
    table = made.by_operator(SUMMARY, NAMES)
    assert labels(table) == ["陈晓", "not known"]
    assert table.rows[0].values == (5, 3, 6)


def test_every_table_has_as_many_values_as_headings() -> None:
    for summary in (SUMMARY, Summary()):
        for table in made.tables(summary, NAMES, 30):
            assert all(len(row.values) == len(table.headings) for row in table.rows), table.name
            assert len({row.id for row in table.rows}) == len(table.rows), table.name


def test_the_figures_on_top_are_compared() -> None:
    tiles = {tile.name: tile for tile in made.tiles(SUMMARY, SUMMARY, 30)}
    assert tiles["visits"].value == 14
    assert tiles["visits"].change == 0
    assert (tiles["new"].value, tiles["returning"].value) == (4, 10)
    assert tiles["returning"].behind == Behind(new=False)
    assert tiles["left"].value == 1 / 14
    assert tiles["level"].value == 1 / 3
    assert tiles["triage"].value == 3
    assert tiles["level"].behind == Behind(step=WaitStep.DOCTOR, longer_than=30)
    alone = made.tiles(SUMMARY, None, 30)
    assert all(tile.earlier is None and tile.change is None for tile in alone)


def test_a_change_is_a_share_of_counts_and_a_difference_of_all_else() -> None:
    def tile(unit: Unit, value: float, earlier: float) -> made.Tile:
        return made.Tile("x", "X", unit, value, earlier, 0, Behind())

    assert tile(Unit.COUNT, 15, 10).change == 0.5
    assert tile(Unit.COUNT, 15, 0).change is None
    assert tile(Unit.MINUTES, 15, 10).change == 5
    assert round(tile(Unit.SHARE, 0.1, 0.3).change or 0, 3) == -0.2


def test_of_nothing_nothing_is_said() -> None:
    values = {tile.name: tile.value for tile in made.tiles(Summary(), Summary(), 30)}
    assert values == {
        "visits": 0,
        "new": 0,
        "returning": 0,
        "median": None,
        "p90": None,
        "left": None,
        "level": None,
        "triage": 0,
    }


def test_of_which_figure_on_top_more_is_better() -> None:
    better = {tile.name: tile.better for tile in made.tiles(SUMMARY, SUMMARY, 30)}
    worse_when_more = dict.fromkeys(("median", "p90", "left", "triage"), -1)
    assert better == {"visits": 0, "new": 0, "returning": 0, "level": 1} | worse_when_more
