"""Which backups are kept, when one is due, and when somebody is warned."""

from __future__ import annotations

import datetime as dt
import itertools

from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain import backup, retention
from deskapp.domain.backup import Backup, BackupKind

NOW = dt.datetime(2026, 11, 25, 10, 0, tzinfo=dt.UTC)
MOMENTS = st.timedeltas(dt.timedelta(hours=1), dt.timedelta(days=1059)).map(lambda ago: NOW - ago)
_count = itertools.count()
BACKUPS = st.lists(
    st.builds(
        Backup,
        name=st.builds(lambda: f"b{next(_count)}"),
        made=MOMENTS,
        kind=st.sampled_from(BackupKind),
        good=st.booleans(),
    ),
    max_size=60,
)


def made(ago: dt.timedelta, kind: BackupKind = BackupKind.DAILY, good: bool = True) -> Backup:
    return Backup(f"{ago}", NOW - ago, kind, good)


@given(BACKUPS)
def test_the_newest_good_one_always_stays(backups: list[Backup]) -> None:
    good = [each for each in backups if each.good]
    staying = backup.kept(backups, NOW)
    if good:
        newest = max(each.made for each in good)
        assert any(each.made == newest and each.name in staying for each in good)


@given(BACKUPS)
def test_no_good_day_of_the_last_seven_that_have_one_loses_its_backup(backups: list[Backup]) -> None:
    staying = backup.kept(backups, NOW)
    days = sorted({each.made.date() for each in backups if each.good and months_old(each) < 12}, reverse=True)
    for day in days[:7]:
        assert any(each.name in staying and each.made.date() == day for each in backups if each.good)


@given(BACKUPS)
def test_keeping_twice_is_keeping_once(backups: list[Backup]) -> None:
    staying = backup.kept(backups, NOW)
    left = [each for each in backups if each.name in staying]
    assert backup.kept(left, NOW) == staying


@given(BACKUPS)
def test_few_stay(backups: list[Backup]) -> None:
    old = [each for each in backups if NOW - each.made >= backup.LEAST_KEPT]
    staying = backup.kept(backups, NOW)
    assert sum(each.name in staying for each in old) <= 7 + 4 + 12 + 1


@given(BACKUPS)
def test_only_the_newest_good_one_is_older_than_what_is_said_of_erased_data(backups: list[Backup]) -> None:
    staying = [each for each in backups if each.name in backup.kept(backups, NOW)]
    gone_by = [each for each in staying if retention.backups_until(each.made.date()) < NOW.date()]
    assert len(gone_by) <= 1


def months_old(each: Backup) -> int:
    return (NOW.year - each.made.year) * 12 + NOW.month - each.made.month


def test_a_year_of_daily_backups_comes_down_to_days_weeks_and_months() -> None:
    backups = [made(dt.timedelta(days=day)) for day in range(400)]
    staying = [each.made.date() for each in backups if each.name in backup.kept(backups, NOW)]
    assert staying[:7] == [NOW.date() - dt.timedelta(days=day) for day in range(7)]
    assert len({day.isocalendar()[:2] for day in staying}) >= 4
    assert len({(day.year, day.month) for day in staying}) == 12


def test_a_backup_before_an_update_stays_a_month_beside_newer_ones() -> None:
    old, newer = made(dt.timedelta(days=20), BackupKind.BEFORE_MIGRATION), made(dt.timedelta(days=19))
    same_day = made(dt.timedelta(days=20, hours=-1))
    many = [made(dt.timedelta(days=day, hours=3)) for day in range(19)]
    assert old.name in backup.kept([old, newer, same_day, *many], NOW)
    assert old.name not in backup.kept([old, newer, same_day, *many], NOW + dt.timedelta(days=15))


def test_a_bad_one_takes_no_good_ones_place() -> None:
    good, bad = made(dt.timedelta(hours=30)), made(dt.timedelta(hours=29), good=False)
    assert backup.kept([good, bad], NOW) == {good.name, bad.name}


def test_a_missed_backup_is_made_up_for() -> None:
    at, now = dt.time(3), NOW
    assert backup.is_due(None, at, now)
    assert backup.is_due(now - dt.timedelta(days=2), at, now)
    assert not backup.is_due(now.replace(hour=3, minute=1), at, now)
    assert backup.next_due(now.replace(hour=4), at, now) == now.replace(hour=3) + dt.timedelta(days=1)
    assert not backup.is_due(now.replace(hour=4), dt.time(23), now)


@given(MOMENTS, st.times())
def test_after_a_backup_none_is_due_until_the_next_time_comes(last: dt.datetime, at: dt.time) -> None:
    due = backup.next_due(last, at, last)
    assert dt.timedelta(0) < due - last <= dt.timedelta(days=1)
    assert backup.is_due(last, at, due)


def test_four_hours_one_day_three_times() -> None:
    hour = dt.timedelta(hours=1)
    assert [backup.is_due_at_exit(last, NOW) for last in (None, NOW - 5 * hour, NOW - 3 * hour)] == [1, 1, 0]
    assert [backup.is_old(last, NOW) for last in (None, NOW - 25 * hour, NOW - 23 * hour)] == [1, 1, 0]
    assert backup.has_room(300, 100)
    assert not backup.has_room(299, 100)
