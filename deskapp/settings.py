"""Declared, typed options with their defaults.

Figures with `regulation=True` are the regulations' own; the others are the product's choice and are
shown as such. Each option belongs to the site or to one workstation.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")


class Scope(enum.StrEnum):
    """Whom a setting holds for."""

    SITE = "site"
    WORKSTATION = "workstation"


class Deductions(enum.StrEnum):
    """How a breach of conduct is counted."""

    POINTS = "points"
    MONEY = "money"


@dataclass(frozen=True)
class Option(Generic[T]):
    """One option: its stored name, its default (which also gives its type) and whom it holds for."""

    name: str
    default: T
    scope: Scope = Scope.SITE
    regulation: bool = False


HOSPITAL_NAME: Final = Option("hospital.name", "")
LANGUAGE: Final = Option("language", "zh")
DEDUCTIONS: Final = Option("conduct.deductions", Deductions.POINTS.value)
LOCK_MINUTES: Final = Option("lock.minutes", 5)
DOOR_GUIDES: Final = Option("door.guides", 2, regulation=True)
WAIT_APOLOGY_MINUTES: Final = Option("wait.apology-minutes", 15)
NO_SHOW_MINUTES: Final = Option("queue.no-show-minutes", 5)
"""From a call on; whoever has not come by then goes back into the line once."""
APPOINTMENTS_EACH: Final = Option("queue.appointments-each", 1)
WALK_INS_EACH: Final = Option("queue.walk-ins-each", 2)
"""Of so many appointments and so many others in turn a line of one urgency is made."""
AGEING_MINUTES: Final = Option("queue.ageing-minutes", 60)
"""Whoever waits longer with urgency IV counts as III."""
EARLY_MINUTES: Final = Option("appointment.early-minutes", 15)
LATE_MINUTES: Final = Option("appointment.late-minutes", 15)
APPOINTMENT_MINUTES: Final = Option("appointment.minutes", 15)
WAIT_TARGET_MINUTES: Final = Option("wait.target-minutes", 30)
"""Service level: the share of visitors who waited no longer."""
QUESTION_HOURS: Final = Option("question.hours", 4)
BOARD_ON: Final = Option("board.on", False, Scope.WORKSTATION)
BOARD_SCREEN: Final = Option("board.screen", "", Scope.WORKSTATION)
BOARD_DEPARTMENTS: Final = Option("board.departments", "", Scope.WORKSTATION)
"""Codes of the departments that this board shows, with commas between; none shows all."""
BOARD_LANGUAGES: Final = Option("board.languages", "zh,en,mn", Scope.WORKSTATION)
VOICE_ON: Final = Option("voice.on", False, Scope.WORKSTATION)
VOICE_VOLUME: Final = Option("voice.volume", 70, Scope.WORKSTATION)
VOICE_QUIET: Final = Option("voice.quiet", "", Scope.WORKSTATION)
"""Hours without voice and chime, as "21:00-07:00"; "" for none."""
RING_ON: Final = Option("ring.on", True, Scope.WORKSTATION)
PAPER_BLOCK_SIZE: Final = Option("number.paper-block-size", 20)
SCHEME: Final = Option("look.scheme", "auto", Scope.WORKSTATION)
SCALE: Final = Option("look.scale", 100, Scope.WORKSTATION)
DEMO: Final = Option("demo", False)
BACKUP_TIME: Final = Option("backup.time", "03:00")
BACKUP_SECOND_FOLDER: Final = Option("backup.second-folder", "", Scope.WORKSTATION)
BACKUP_MACHINE: Final = Option("backup.machine", "")
"""Name of the workstation that backs up a server's database."""
FULL_CHECK_ON: Final = Option("check.full-on", "", Scope.WORKSTATION)
"""Day of the last full look at the database from here, as ISO text."""
CLIPBOARD_SECONDS: Final = Option("clipboard.seconds", 60)
RETENTION_YEARS: Final = Option("retention.years", 15, regulation=True)

OPTIONS: Final[dict[str, Option[Any]]] = {
    option.name: option
    for option in (
        HOSPITAL_NAME,
        LANGUAGE,
        DEDUCTIONS,
        LOCK_MINUTES,
        DOOR_GUIDES,
        WAIT_APOLOGY_MINUTES,
        NO_SHOW_MINUTES,
        APPOINTMENTS_EACH,
        WALK_INS_EACH,
        AGEING_MINUTES,
        EARLY_MINUTES,
        LATE_MINUTES,
        APPOINTMENT_MINUTES,
        WAIT_TARGET_MINUTES,
        QUESTION_HOURS,
        BOARD_ON,
        BOARD_SCREEN,
        BOARD_DEPARTMENTS,
        BOARD_LANGUAGES,
        VOICE_ON,
        VOICE_VOLUME,
        VOICE_QUIET,
        RING_ON,
        PAPER_BLOCK_SIZE,
        SCHEME,
        SCALE,
        DEMO,
        BACKUP_TIME,
        BACKUP_SECOND_FOLDER,
        BACKUP_MACHINE,
        FULL_CHECK_ON,
        CLIPBOARD_SECONDS,
        RETENTION_YEARS,
    )
}


def printer_option(form: str) -> Option[str]:
    """Return the option that remembers which printer a form goes to from this workstation."""
    return Option(f"printer.{form}", "", Scope.WORKSTATION)
