"""Which values the figures of the house may have: one rule per option, and the error at its field.

Where the regulations set a figure it may be made stricter, not laxer (records are kept 15 years at least). The
other limits are the product's own: wide enough for any house, narrow enough that a slip of the finger is noticed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from deskapp.domain.fields import storable
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError

LONGEST_NAME: Final = 100


@dataclass(frozen=True)
class Limits:
    """The least and the most that a figure may be, both included."""

    least: int
    most: int


FIGURES: Final[Mapping[str, Limits]] = {
    "lock.minutes": Limits(1, 120),
    "clipboard.seconds": Limits(5, 600),
    "door.guides": Limits(0, 20),
    "wait.apology-minutes": Limits(1, 240),
    "wait.target-minutes": Limits(1, 480),
    "queue.no-show-minutes": Limits(1, 120),
    "queue.appointments-each": Limits(1, 10),
    "queue.walk-ins-each": Limits(1, 10),
    "queue.ageing-minutes": Limits(5, 480),
    "appointment.early-minutes": Limits(0, 240),
    "appointment.late-minutes": Limits(0, 240),
    "appointment.minutes": Limits(5, 240),
    "question.hours": Limits(1, 168),
    "number.paper-block-size": Limits(1, 200),
    "retention.years": Limits(15, 100),
}
"""Whole numbers, by the option's name."""

CHOICES: Final[Mapping[str, frozenset[str]]] = {"conduct.deductions": frozenset({"points", "money"})}
NAMES: Final = frozenset({"hospital.name"})


def check(name: str, value: object) -> None:
    """Raise `InputError`, with the option's name as its field, for a value that the option can't have.

    An option of which nothing is said here may have any.
    """
    if name in FIGURES:
        _check_figure(name, value, FIGURES[name])
    elif name in CHOICES and value not in CHOICES[name]:
        raise InputError(name, "figure.choice", Text(N_("Choose one of these.")))
    elif name in NAMES:
        _check_name(name, value)


def _check_figure(name: str, value: object, limits: Limits) -> None:
    if isinstance(value, int) and not isinstance(value, bool) and limits.least <= value <= limits.most:
        return
    if name == "retention.years" and isinstance(value, int) and value < limits.least:
        message = N_("The regulations ask for {least} years at least.")
        raise InputError(name, "figure.regulation", Text(message, {"least": limits.least}))
    message = N_("A whole number from {least} to {most}.")
    raise InputError(name, "figure.limits", Text(message, {"least": limits.least, "most": limits.most}))


def _check_name(name: str, value: object) -> None:
    if not isinstance(value, str) or not value.strip():
        raise InputError(name, "figure.empty", Text(N_("Fill this in.")))
    storable(name, value, LONGEST_NAME)
