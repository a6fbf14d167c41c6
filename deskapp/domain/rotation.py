"""The doctors' rotation: whose turn it is, worked out from the list of turns already taken.

A round gives every doctor of a department one turn, in a fixed order. A visitor who is sent to a
doctor by name uses up that doctor's next turn; a doctor who is absent when the turn comes round is
passed over and gets no make-up turn when back. Nothing is stored but the turns themselves, append
only: whoever holds the list can work out the same answer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

FIRST_ROUND: Final = 1


@dataclass(frozen=True)
class Turn:
    """One turn taken: `doctor` is an id, `round` counts from 1.

    `named` marks a turn used up out of order: a visitor who asked for the doctor, came back to the
    doctor, or was sent there because of what the doctor knows or speaks.
    """

    doctor: int
    round: int
    named: bool = False


def next_turn(order: Sequence[int], on_duty: Collection[int], turns: Sequence[Turn]) -> Turn | None:
    """Return the turn of the doctor whose turn it is; None when nobody in `order` is on duty.

    `order` is the fixed order of the department's doctors, absent ones included; `turns` are those
    taken so far, oldest first. With no turns at all the rotation begins with the first in `order`.
    """
    upcoming = upcoming_turns(order, on_duty, turns)
    return upcoming[0] if upcoming else None


def upcoming_turns(order: Sequence[int], on_duty: Collection[int], turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """Return the next turn of every doctor in `order` who is on duty, soonest first."""
    spent = _named_rounds(turns)
    reached = _reached(order, turns)
    due = [_due(order, doctor, reached, spent) for doctor in dict.fromkeys(order) if doctor in on_duty]
    return tuple(sorted(due, key=lambda turn: (turn.round, order.index(turn.doctor))))


def turn_for_referral(order: Sequence[int], doctor: int, turns: Sequence[Turn]) -> Turn:
    """Return the turn that a visitor sent to `doctor` by name uses up: the doctor's next one.

    A doctor outside `order` counts as standing behind everybody else.
    """
    due = _due(order, doctor, _reached(order, turns), _named_rounds(turns))
    return Turn(doctor, due.round, named=True)


def turn_for_choice(
    order: Sequence[int], on_duty: Collection[int], doctor: int, turns: Sequence[Turn], *, named: bool = False
) -> Turn:
    """Return the turn to append when a visitor goes to `doctor`, however the choice was made.

    The doctor whose turn it is takes a plain turn; anybody else, or anybody when `named` says that
    the visitor asked for the doctor, has the next turn used up.
    """
    due = next_turn(order, on_duty, turns)
    if due is not None and due.doctor == doctor and not named:
        return due
    return turn_for_referral(order, doctor, turns)


def _named_rounds(turns: Sequence[Turn]) -> dict[int, set[int]]:
    rounds: dict[int, set[int]] = {}
    for turn in turns:
        if turn.named:
            rounds.setdefault(turn.doctor, set()).add(turn.round)
    return rounds


def _reached(order: Sequence[int], turns: Sequence[Turn]) -> tuple[int, int]:
    """Return how far the rotation has come: the round, and the place in `order` served last.

    Only plain turns move it on. A doctor who has left `order` since leaves the place to whoever was
    served before in that round.
    """
    plain = [turn for turn in turns if not turn.named]
    if not plain:
        return FIRST_ROUND, -1
    current = max(turn.round for turn in plain)
    places = [order.index(t.doctor) for t in plain if t.round == current and t.doctor in order]
    return current, max(places, default=-1)


def _due(order: Sequence[int], doctor: int, reached: tuple[int, int], spent: dict[int, set[int]]) -> Turn:
    current, place = reached
    own = order.index(doctor) if doctor in order else len(order)
    number = current if own > place else current + 1
    while number in spent.get(doctor, ()):
        number += 1
    return Turn(doctor, number)
