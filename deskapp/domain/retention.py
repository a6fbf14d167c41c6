"""What is kept how long, and what may be erased when. Pure: today and the setting are passed in.

Outpatient records are kept for 15 years at least from the last visit (Chinese rules on the management of
medical institutions' records). The other spans are the product's own choice and are shown as such.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from deskapp.domain.text import N_, Text
from deskapp.errors import RuleError

FEWEST_YEARS: Final = 15
REQUEST_DAYS: Final = 30
ERASED_NAME: Final = "⌫"
"""What stands in the place of an erased person's name: no name, and the same in every language."""
BACKUP_MONTHS: Final = 12
"""Backups are rotated out after so many months: until then they hold what was erased since."""


@dataclass(frozen=True)
class Span:
    """How long one kind of data is kept: what it is, how long, and what happens then."""

    code: str
    what: str
    how_long: Text
    then: str


@dataclass(frozen=True)
class Keeping:
    """Until when one visitor's record is kept: erasable from `since` on, and why not earlier.

    `since` is the first day on which the record may be erased, None when it may be erased at any time.
    """

    since: dt.date | None
    why: Text

    def is_over(self, today: dt.date) -> bool:
        """Say whether the record may be erased today."""
        return self.since is None or self.since <= today


def merged_away_error(code: str) -> RuleError:
    """Return the refusal to erase a record that went into another one: `code` is that one's."""
    message = N_("This record was merged into {code}. Erase that one: both go together.")
    return RuleError("retention.merged", Text(message, {"code": code}))


def is_erased(name: str) -> bool:
    """Say whether the record with this name was erased."""
    return name == ERASED_NAME


def erased_error() -> RuleError:
    """Return the refusal of anything that would need the erased person's data, or bring data back."""
    message = N_("The personal data of this visitor was erased. What is left is kept for statistics only.")
    return RuleError("visitor.erased", Text(message))


def years_kept(setting: int) -> int:
    """Return for how many years records are kept: as the site says, never fewer than the rules demand."""
    return max(FEWEST_YEARS, setting)


def years_after(day: dt.date, years: int) -> dt.date:
    """Return the day `years` later; 29 February becomes 1 March, so that no span is a day too short."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        later = day.year + years
        return dt.date.max if later > dt.MAXYEAR else dt.date(later, 3, 1)


def last_day_due(today: dt.date, years: int) -> dt.date:
    """Return the latest day of a last visit whose record may be erased `today`."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return dt.date(today.year - years, 2, 28)


def keeping(last_visit: dt.date | None, booked: dt.date | None, years: int) -> Keeping:
    """Return until when a record is kept, by the last visit or the next appointment, whichever keeps it longer.

    Args:
        last_visit: day of the last visit, None for somebody who never came.
        booked: day of the next appointment that still stands.
        years: what `years_kept` returned.
    """
    since = years_after(last_visit, years) if last_visit is not None else None
    if booked is not None and (since is None or since <= booked):
        message = N_("There is an appointment on {day}. Nobody is erased who is expected.")
        return Keeping(booked + dt.timedelta(days=1), Text(message, {"day": booked}))
    if last_visit is None:
        return Keeping(None, Text(N_("Never came: may be erased on request at any time.")))
    message = N_("Last visit on {day}; records are kept for {years} years from then.")
    return Keeping(since, Text(message, {"day": last_visit, "years": years}))


def refuse_kept(kept: Keeping, today: dt.date) -> None:
    """Raise `RuleError` for a record that has to be kept today, with the day from which it may go."""
    if kept.is_over(today):
        return
    message = N_("This record may not be erased yet. {why} It may be erased from {day} on.")
    raise RuleError("retention.kept", Text(message, {"why": kept.why, "day": kept.since}))


def backups_until(erased: dt.date) -> dt.date:
    """Return until when a backup that was made before `erased` may still be there."""
    month = erased.month - 1 + BACKUP_MONTHS
    year, month = erased.year + month // 12, month % 12 + 1
    return dt.date(year, month, min(erased.day, 28)) + dt.timedelta(days=31)


def spans(years: int) -> tuple[Span, ...]:
    """Return what is kept how long, for the page that tells it."""
    never = N_("Stays for good.")
    return (
        Span(
            "visitor",
            N_("Records of visitors and what was said in their visits"),
            Text(N_("{years} years from the last visit"), {"years": years}),
            N_("May be erased on this page; numbers, times and departments stay as statistics."),
        ),
        Span(
            "never-came",
            N_("Visitors who never came"),
            Text(N_("as long as nobody asks")),
            N_("May be erased on request at any time."),
        ),
        Span(
            "request",
            N_("Answers kept for a retry after a lost connection"),
            Text(N_("{days} days"), {"days": REQUEST_DAYS}),
            N_("Go by themselves."),
        ),
        Span(
            "draft",
            N_("Drafts of what was typed and not stored"),
            Text(N_("until stored or given up")),
            N_("Lie encrypted on the computer where they were typed."),
        ),
        Span(
            "log",
            N_("Log of the program"),
            Text(N_("until its file is full")),
            N_("Holds no personal data; the oldest file goes by itself."),
        ),
        Span(
            "backup",
            N_("Backups"),
            Text(N_("up to {months} months"), {"months": BACKUP_MONTHS}),
            N_("Go by themselves; until then they hold what was erased since."),
        ),
        Span(
            "audit",
            N_("Who did what, when"),
            Text(N_("for good")),
            N_("What a line said of a person goes when that person is erased; the line stays."),
        ),
        Span("erasure", N_("Proofs of erasing"), Text(N_("for good")), never),
    )


ERASED_PARTS: Final[Mapping[str, str]] = {
    "visitor": N_("personal fields of the record"),
    "search_key": N_("keys under which the person was found"),
    "duplicate_key": N_("keys for likely duplicates"),
    "consent": N_("names in answers to questions of consent"),
    "visit": N_("complaints and notes of visits"),
    "visit_step": N_("notes on steps"),
    "vitals": N_("vital signs"),
    "slip_event": N_("reasons on queue numbers"),
    "queue_entry": N_("reasons in the waiting line"),
    "queue_event": N_("history of the waiting line"),
    "care": N_("notes on care while waiting"),
    "greeting": N_("names and notes from the door"),
    "escort": N_("notes on ways to the doctor"),
    "appointment": N_("notes on appointments"),
    "appointment_event": N_("reasons on appointments"),
    "question": N_("questions asked, and their answers"),
    "visitor_merge": N_("what merging records moved"),
    "likely_pair": N_("likely pairs with other records"),
    "request": N_("stored answers that could name the person"),
    "audit_body": N_("what lines of the audit trail said"),
}
"""What a proof counts, in its order; the names are the tables'."""
