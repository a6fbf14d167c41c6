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
PAPER_BLOCK_SIZE: Final = Option("number.paper-block-size", 20)
SCHEME: Final = Option("look.scheme", "auto", Scope.WORKSTATION)
SCALE: Final = Option("look.scale", 100, Scope.WORKSTATION)
DEMO: Final = Option("demo", False)
BACKUP_TIME: Final = Option("backup.time", "03:00")
BACKUP_SECOND_FOLDER: Final = Option("backup.second-folder", "", Scope.WORKSTATION)
BACKUP_MACHINE: Final = Option("backup.machine", "")
FULL_CHECK_ON: Final = Option("check.full-on", "", Scope.WORKSTATION)
"""Day of the last full look at the database from here, as ISO text."""
"""Name of the workstation that backs up a server's database."""
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
