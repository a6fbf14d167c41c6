"""What is found in a complaint, and what the visitor says not to have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain.hearing import denied_places, find, hear, phrase


def words(said: str, *phrases: str) -> list[str]:
    return [hit.word for hit in find(hear(said), [phrase(one) for one in phrases])]


def denied(said: str, *phrases: str) -> list[str]:
    heard = hear(said)
    hits = find(heard, [phrase(one) for one in phrases])
    places = denied_places(heard, hits)
    return [hit.word for hit in hits if hit.place in places]


@pytest.mark.parametrize(
    ("said", "rule", "word"),
    [
        ("我胸痛两天了", "胸痛", "胸痛"),
        ("胸口一直痛", "胸口 痛", "胸口一直痛"),
        ("胸 痛", "胸痛", "胸痛"),
        ("怀孕3个月出血", "怀孕 出血", "怀孕 3 个月出血"),
        ("怀孕１２周肚子疼", "怀孕 疼", "怀孕 12 周肚子疼"),
        ("心口非常疼", "心口 疼", "心口非常疼"),
        ("I am COUGHING a lot", "cough", "COUGHING"),
        ("my back really hurts", "back hurt", "back really hurts"),
        ("Толгой маань өвдөөд байна", "толгой өвд", "Толгой маань өвдөөд"),
        ("уушгинд", "уушги", "уушгинд"),
        ("做过CT检查", "CT.", "CT"),
        ("38.5度", "38 度", "38 5 度"),
        ("I can’t breathe", "can't breathe", "cant breathe"),
        ("ｃｏｕｇｈ", "cough", "cough"),
        ("chest\u200b pain", "chest pain", "chest pain"),
        ("євдєж", "өвд", "өвдөж"),
    ],
)
def test_finds_the_words_of_a_rule_as_they_were_said(said: str, rule: str, word: str) -> None:
    assert words(said, rule) == [word]


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("early", "ear."),
        ("heartburn", "heart."),
        ("unclear", "clear"),
        ("胸口。背痛", "胸口 痛"),
        ("胸口不痛", "胸口 痛"),
        ("胸口并非痛", "胸口 痛"),
        ("my back is fine, the knee hurts", "back hurt"),
        ("my back does not hurt", "back hurt"),
        ("back in the old days it hurt", "back hurt"),
        ("", "胸痛"),
        ("\x00 <b>&", "胸痛"),
    ],
)
def test_does_not_find_what_was_not_said(said: str, rule: str) -> None:
    assert words(said, rule) == []


def test_traditional_characters_meet_simplified_words_and_are_shown_as_said() -> None:
    variants = {ord("悶"): "闷"}
    assert find(hear("胸悶", variants), [phrase("胸闷", 1, variants)])[0].word == "胸悶"


def test_a_longer_phrase_stands_for_what_it_holds_with_the_heavier_weight() -> None:
    hits = find(hear("嗓子疼"), [phrase("嗓子", 3), phrase("嗓子疼")])
    assert [(hit.word, hit.weight) for hit in hits] == [("嗓子疼", 3)]


@pytest.mark.parametrize("text", ["", "  ", "...", "，"])
def test_a_rule_without_anything_to_compare_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        phrase(text)


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("没有胸痛", "胸痛"),
        ("没有明显胸痛", "胸痛"),
        ("无胸痛", "胸痛"),
        ("不是胸痛", "胸痛"),
        ("否认胸痛", "胸痛"),
        ("no chest pain", "chest pain"),
        ("I don't have any chest pain", "chest pain"),
        ("without chest pain", "chest pain"),
        ("цээж өвдөхгүй байна", "цээж өвд"),
        ("цээжний өвдөлт байхгүй", "цээж өвд"),
        ("халуураагүй", "халуур"),
    ],
)
def test_what_is_denied_beside_the_word_does_not_count(said: str, rule: str) -> None:
    assert denied(said, rule) == words(said, rule) != []


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("是不是胸痛", "胸痛"),
        ("有没有胸痛", "胸痛"),
        ("不是没有胸痛", "胸痛"),
        ("没停过的胸痛", "胸痛"),
        ("不过胸痛", "胸痛"),
        ("没有发烧，胸痛", "胸痛"),
        ("没力气胸痛", "胸痛"),
        ("no, chest pain", "chest pain"),
        ("no fever. chest pain", "chest pain"),
        ("no fever and chest pain", "chest pain"),
        ("not only chest pain", "chest pain"),
        ("no idea, but chest pain", "chest pain"),
        ("can't breathe", "can't breathe"),
        ("没有呼吸", "没有呼吸"),
        ("амьсгалж чадахгүй", "амьсгалж чад"),
        ("ухаангүй", "ухаангүй"),
        ("цээж өвдөж, өөр зовуурь байхгүй", "цээж өвд"),
    ],
)
def test_a_doubtful_denial_does_not_silence_a_word(said: str, rule: str) -> None:
    assert words(said, rule)
    assert denied(said, rule) == []


def test_a_denial_goes_on_along_a_list() -> None:
    assert denied("没有发烧、胸痛", "发烧", "胸痛") == ["发烧", "胸痛"]
    assert denied("no fever or chest pain", "fever", "chest pain") == ["fever", "chest pain"]


def test_a_word_said_twice_is_denied_only_where_it_is_denied() -> None:
    assert words("没有胸痛，后来胸痛", "胸痛") == ["胸痛", "胸痛"]
    assert denied("没有胸痛，后来胸痛", "胸痛") == ["胸痛"]


@given(st.text(max_size=200))
def test_any_text_can_be_heard(said: str) -> None:
    heard = hear(said)
    assert len(heard.text) == len(heard.said)
    find(heard, [phrase("胸 痛"), phrase("chest pain"), phrase("цээж өвд")])


@given(st.text(alphabet="胸痛发烧的了我 ", max_size=20), st.text(alphabet="肚子疼今天。， ", max_size=20))
def test_a_chinese_word_is_found_whatever_stands_around_it(before: str, after: str) -> None:
    assert "头晕" in words(f"{before}头晕{after}", "头晕")
