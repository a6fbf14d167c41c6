"""The rotation is fair, skips the absent without make-up, and counts named referrals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain.rotation import Turn, next_turn, turn_for_choice, turn_for_referral, upcoming_turns

ORDER = (11, 12, 13)
doctors = st.lists(st.integers(1, 50), min_size=1, max_size=8, unique=True)


def arrive(order: Sequence[int], on_duty: Iterable[int], turns: list[Turn]) -> int | None:
    """Let one visitor without a wish arrive; return who gets the visitor."""
    turn = next_turn(order, set(on_duty), turns)
    if turn is None:
        return None
    turns.append(turn)
    return turn.doctor


def refer(order: Sequence[int], doctor: int, turns: list[Turn]) -> None:
    turns.append(turn_for_referral(order, doctor, turns))


def test_takes_the_doctors_in_order_and_begins_again() -> None:
    turns: list[Turn] = []
    assert [arrive(ORDER, ORDER, turns) for _ in range(5)] == [11, 12, 13, 11, 12]
    assert [turn.round for turn in turns] == [1, 1, 1, 2, 2]


def test_nobody_on_duty_is_nobodys_turn() -> None:
    assert next_turn(ORDER, set(), [Turn(11, 1)]) is None
    assert next_turn((), {11}, []) is None
    assert next_turn(ORDER, {99}, []) is None


def test_named_referral_uses_up_the_turn_in_this_round() -> None:
    turns: list[Turn] = []
    refer(ORDER, 12, turns)
    assert [arrive(ORDER, ORDER, turns) for _ in range(4)] == [11, 13, 11, 12]


def test_named_referral_after_the_own_turn_uses_up_that_of_the_next_round() -> None:
    turns: list[Turn] = []
    assert arrive(ORDER, ORDER, turns) == 11
    refer(ORDER, 11, turns)
    assert turns[-1] == Turn(11, 2, named=True)
    assert [arrive(ORDER, ORDER, turns) for _ in range(5)] == [12, 13, 12, 13, 11]


def test_several_named_referrals_each_use_up_a_turn() -> None:
    turns: list[Turn] = []
    for _ in range(3):
        refer(ORDER, 11, turns)
    assert [arrive(ORDER, ORDER, turns) for _ in range(7)] == [12, 13, 12, 13, 12, 13, 11]


def test_absent_doctor_is_skipped_and_gets_no_make_up_turn() -> None:
    turns: list[Turn] = []
    assert arrive(ORDER, ORDER, turns) == 11
    assert arrive(ORDER, {11, 13}, turns) == 13
    assert [arrive(ORDER, ORDER, turns) for _ in range(3)] == [11, 12, 13]


def test_doctor_back_before_the_turn_came_round_lost_nothing() -> None:
    turns: list[Turn] = []
    assert arrive(ORDER, {11, 13}, turns) == 11
    assert arrive(ORDER, ORDER, turns) == 12


def test_turn_lost_by_absence_is_not_what_a_referral_uses_up() -> None:
    turns: list[Turn] = []
    arrive(ORDER, {12, 13}, turns)
    assert turn_for_referral(ORDER, 11, turns) == Turn(11, 2, named=True)


def test_doctor_who_left_the_department_does_not_stop_the_rotation() -> None:
    turns = [Turn(11, 1), Turn(12, 1)]
    assert next_turn((11, 13), {11, 13}, turns) == Turn(13, 1)


def test_referral_to_a_doctor_of_another_department_is_counted() -> None:
    assert turn_for_referral(ORDER, 77, [Turn(13, 4)]) == Turn(77, 4, named=True)


def test_upcoming_turns_are_listed_soonest_first() -> None:
    turns = [Turn(11, 1), Turn(13, 1, named=True)]
    assert [turn.doctor for turn in upcoming_turns(ORDER, ORDER, turns)] == [12, 11, 13]


def test_choice_of_the_next_doctor_is_a_plain_turn_and_any_other_a_referral() -> None:
    assert turn_for_choice(ORDER, ORDER, 11, []) == Turn(11, 1)
    assert turn_for_choice(ORDER, ORDER, 12, []) == Turn(12, 1, named=True)
    assert turn_for_choice(ORDER, ORDER, 11, [], named=True) == Turn(11, 1, named=True)


@given(doctors, st.data())
def test_with_constant_duty_counts_never_differ_by_more_than_one(
    order: list[int], data: st.DataObject
) -> None:
    on_duty = data.draw(st.sets(st.sampled_from(order), min_size=1))
    turns: list[Turn] = []
    count = Counter(dict.fromkeys(on_duty, 0))
    for _ in range(data.draw(st.integers(1, 30))):
        chosen = arrive(order, on_duty, turns)
        assert chosen in on_duty
        count[chosen] += 1
        assert max(count.values()) - min(count.values()) <= 1


@given(doctors, st.data())
def test_nobody_ever_has_two_turns_in_one_round_nor_a_turn_while_absent(
    order: list[int], data: st.DataObject
) -> None:
    turns: list[Turn] = []
    for _ in range(data.draw(st.integers(1, 30))):
        on_duty = data.draw(st.sets(st.sampled_from(order)))
        if data.draw(st.booleans()):
            refer(order, data.draw(st.sampled_from(order)), turns)
            continue
        chosen = arrive(order, on_duty, turns)
        assert (chosen in on_duty) if on_duty else chosen is None
    assert max(Counter((turn.doctor, turn.round) for turn in turns).values(), default=1) == 1


@given(doctors, st.data())
def test_with_constant_duty_every_finished_round_gave_everybody_exactly_one_turn(
    order: list[int], data: st.DataObject
) -> None:
    turns: list[Turn] = []
    for named in data.draw(st.lists(st.none() | st.sampled_from(order), max_size=40)):
        if named is None:
            arrive(order, order, turns)
        else:
            refer(order, named, turns)
    finished = upcoming_turns(order, order, turns)[0].round
    taken = Counter((turn.doctor, turn.round) for turn in turns)
    assert all(taken[doctor, number] == 1 for doctor in order for number in range(1, finished))


@given(doctors, st.data())
def test_after_an_absence_the_doctor_gets_no_more_than_the_others(
    order: list[int], data: st.DataObject
) -> None:
    back = data.draw(st.sampled_from(order))
    turns: list[Turn] = []
    for _ in range(data.draw(st.integers(0, 30))):
        arrive(order, set(order) - {back}, turns)
    count = Counter(dict.fromkeys(order, 0))
    for _ in range(data.draw(st.integers(1, 30))):
        count[arrive(order, order, turns)] += 1
        assert max(count.values()) - min(count.values()) <= 1
