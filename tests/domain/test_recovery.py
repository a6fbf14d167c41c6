"""The recovery code: typed from paper by somebody who is in a hurry, and told where it is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain.recovery import (
    GROUPS,
    MIN_PASSPHRASE,
    check_passphrase,
    key_of_code,
    plain_passphrase,
    recovery_code,
    typed_groups,
    wrong_groups,
)
from deskapp.errors import InputError

KEYS = st.binary(min_size=32, max_size=32)
KEY = bytes(range(100, 132))
CODE = recovery_code(KEY)


def wrong(text: str) -> InputError:
    with pytest.raises(InputError) as caught:
        key_of_code(text)
    assert caught.value.field == "code"
    return caught.value


@given(key=KEYS)
def test_every_key_comes_back_from_its_code(key: bytes) -> None:
    code = recovery_code(key)
    assert len(code.split()) == GROUPS
    assert all(len(group) == 4 for group in code.split())
    assert key_of_code(code) == key
    assert wrong_groups(code) == ()


@pytest.mark.parametrize(
    "typed",
    [
        CODE.lower(),
        CODE.replace(" ", ""),
        CODE.replace(" ", "-"),
        CODE.replace(" ", "\n"),
        CODE.replace("0", "o").replace("1", "l"),
        CODE.replace("0", "O").replace("1", "I"),
        "  " + CODE.replace(" ", "  ") + "\n",
        "".join(chr(ord(char) + 0xFEE0) if char != " " else "\u3000" for char in CODE),
        "\n".join(CODE.replace(" ", "")[at : at + 12] for at in range(0, 72, 12)),
    ],
)
def test_how_it_is_typed_does_not_matter(typed: str) -> None:
    assert key_of_code(typed) == KEY


@given(key=KEYS, place=st.integers(0, 71), other=st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_one_wrong_character_is_found_and_its_group_named(key: bytes, place: int, other: str) -> None:
    typed = list(recovery_code(key).replace(" ", ""))
    if typed[place] == other:
        return
    typed[place] = other
    assert wrong_groups("".join(typed)) == (place // 4 + 1,)


@given(key=KEYS, one=st.integers(0, 17), other=st.integers(0, 17))
def test_groups_that_changed_places_are_found(key: bytes, one: int, other: int) -> None:
    groups = recovery_code(key).split()
    if groups[one] == groups[other]:
        return
    groups[one], groups[other] = groups[other], groups[one]
    assert wrong_groups(" ".join(groups)) != ()
    wrong(" ".join(groups))


def test_several_wrong_groups_are_all_named() -> None:
    groups = CODE.split()
    for place in (2, 8):
        groups[place] = "Z" + groups[place][1:] if groups[place][0] != "Z" else "Y" + groups[place][1:]
    error = wrong(" ".join(groups))
    assert error.code == "recovery.group"
    assert "3, 9" in str(error)


def test_a_character_left_out_or_too_many_shifts_no_other_group() -> None:
    groups = CODE.split()
    groups[4] = groups[4][:3]
    assert wrong_groups(" ".join(groups)) == (5,)
    groups[4] = CODE.split()[4] + "7"
    assert wrong_groups(" ".join(groups)) == (5,)


@pytest.mark.parametrize("typed", ["", "  ", CODE[:30], CODE + " " + CODE[:4]])
def test_too_few_or_too_many_groups_are_counted(typed: str) -> None:
    error = wrong(typed)
    assert error.code == "recovery.length"
    assert str(len(typed_groups(typed))) in str(error)


def test_groups_that_are_each_right_but_not_together_are_refused() -> None:
    """What the check characters let through, the digest catches: a group of another sheet, say."""
    other = recovery_code(bytes(32))
    error = wrong(" ".join([*CODE.split()[:-1], other.split()[-1]]))
    assert error.code == "recovery.code"


@given(typed=st.text(max_size=120))
def test_whatever_is_typed_is_told_and_never_a_crash(typed: str) -> None:
    wrong_groups(typed)
    wrong(typed)


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33)])
def test_another_length_is_no_key(key: bytes) -> None:
    with pytest.raises(ValueError, match="32"):
        recovery_code(key)


@pytest.mark.parametrize("typed", ["", "short", "aaaaaaaaaaaaaaaa", " " * 40, "x" * (MIN_PASSPHRASE - 1)])
def test_a_passphrase_that_is_soon_guessed_is_refused(typed: str) -> None:
    with pytest.raises(InputError) as caught:
        check_passphrase(typed)
    assert caught.value.field == "passphrase"


@pytest.mark.parametrize("typed", ["correct horse battery", "春眠不觉晓处处闻啼鸟夜来", "Дөрвөн таван үг"])
def test_words_make_a_passphrase(typed: str) -> None:
    assert check_passphrase(typed) == typed


def test_a_passphrase_is_the_same_from_every_keyboard() -> None:
    assert plain_passphrase(" ｃａｆｅ\u0301 №5 ") == plain_passphrase("caf\u00e9 No5")
