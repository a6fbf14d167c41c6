"""Which backups are made, which are kept, and when somebody has to be warned.

Kept are the newest of the last 7 days, 4 weeks and 12 months that have one, everything of the last day, what
was made before the tables were changed for a month, and the newest good one always. Nothing else is older than 12 months:
what was erased lawfully must be gone from the backups too (`retention.backups_until`).
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Final

from deskapp.domain.retention import BACKUP_MONTHS
from deskapp.domain.text import N_

DAYS: Final = 7
WEEKS: Final = 4
MONTHS: Final = BACKUP_MONTHS
LEAST_KEPT: Final = dt.timedelta(days=31)
"""How long a backup stays that was made before something that could go wrong, or that turned out bad."""
OLD_AFTER: Final = dt.timedelta(days=1)
EXIT_AFTER: Final = dt.timedelta(hours=4)
ROOM: Final = 3
"""How many times the database's size has to be free."""


class BackupKind(enum.StrEnum):
    """Why a backup was made."""

    DAILY = "daily"
    BEFORE_MIGRATION = "before-migration"
    EXIT = "exit"
    MANUAL = "manual"


KIND_LABELS: Final = {
    BackupKind.DAILY: N_("daily"),
    BackupKind.BEFORE_MIGRATION: N_("before an update"),
    BackupKind.EXIT: N_("at closing"),
    BackupKind.MANUAL: N_("by hand"),
}


@dataclass(frozen=True)
class Backup:
    """One backup as the rules see it; `good` when nothing speaks against restoring it."""

    name: str
    made: dt.datetime
    kind: BackupKind
    good: bool


def kept(backups: Iterable[Backup], now: dt.datetime) -> frozenset[str]:
    """Return the names of those that stay; days, weeks and months are those of `now`'s time zone."""
    newest_first = sorted(backups, key=lambda backup: (backup.made, backup.name), reverse=True)
    good = [backup for backup in newest_first if backup.good]
    recent = [backup for backup in good if _months_ago(backup, now) < MONTHS]
    staying = set(good[:1])
    for count, period in _PERIODS:
        staying |= _newest_of_each(recent, count, period, now)
    staying |= {backup for backup in newest_first if now - backup.made < _least(backup)}
    return frozenset(backup.name for backup in staying)


def _least(backup: Backup) -> dt.timedelta:
    special = not backup.good or backup.kind is BackupKind.BEFORE_MIGRATION
    return LEAST_KEPT if special else OLD_AFTER


def _newest_of_each(
    newest_first: Iterable[Backup], count: int, period: Callable[[dt.date], Hashable], now: dt.datetime
) -> set[Backup]:
    found: dict[Hashable, Backup] = {}
    for backup in newest_first:
        found.setdefault(period(_day(backup, now)), backup)
    return set(list(found.values())[:count])


def _day(backup: Backup, now: dt.datetime) -> dt.date:
    return backup.made.astimezone(now.tzinfo).date()


def _months_ago(backup: Backup, now: dt.datetime) -> int:
    day = _day(backup, now)
    return (now.year - day.year) * 12 + now.month - day.month


def _same_day(day: dt.date) -> Hashable:
    return day


def _week(day: dt.date) -> Hashable:
    return day.isocalendar()[:2]


def _month(day: dt.date) -> Hashable:
    return day.year, day.month


_PERIODS: Final = ((DAYS, _same_day), (WEEKS, _week), (MONTHS, _month))


def next_due(last_good: dt.datetime | None, at: dt.time, now: dt.datetime) -> dt.datetime:
    """Return when the next daily backup is due; not later than `now` when it is due already.

    `now` is in the site's time zone. A backup that was missed, because the computer was off, is made up for.
    """
    today = dt.datetime.combine(now.date(), at, now.tzinfo)
    latest = today if today <= now else today - dt.timedelta(days=1)
    if last_good is None or last_good < latest:
        return latest
    return latest + dt.timedelta(days=1)


def is_due(last_good: dt.datetime | None, at: dt.time, now: dt.datetime) -> bool:
    """Say whether the daily backup is to be made now; `now` is in the site's time zone."""
    return next_due(last_good, at, now) <= now


def is_due_at_exit(last_good: dt.datetime | None, now: dt.datetime) -> bool:
    """Say whether closing the desk makes a backup: the last good one is older than 4 hours."""
    return last_good is None or now - last_good > EXIT_AFTER


def is_old(last_good: dt.datetime | None, now: dt.datetime) -> bool:
    """Say whether somebody has to be warned: there is no good backup, or none of the last day."""
    return last_good is None or now - last_good > OLD_AFTER


def has_room(free: int, size: int) -> bool:
    """Say whether a backup of a database of `size` bytes may be made where `free` bytes are free."""
    return free >= ROOM * size
