"""Nothing typed is lost on paper, nothing is a box, nothing runs out of its room."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.forms.text import split_lines, typesetter
from tests.forms import reading

HOSTILE = st.text(st.characters(codec=None), max_size=60)  # lone surrogates too


def lines(words: str, width: float = 100, size: float = 10, language: str = "en") -> list[str]:
    return [line.text for line in typesetter(language).wrap(words, width, size)]


def faces(words: str, language: str) -> list[tuple[str, str]]:
    return [(run.font.fontName.split("-")[0], run.text) for run in typesetter(language).line(words).runs]


@given(HOSTILE, st.sampled_from(["zh", "en", "mn"]))
def test_every_character_is_on_paper_in_order(words: str, language: str) -> None:
    assert reading.squeezed("".join(lines(words, language=language))) == reading.visible(words)


@given(HOSTILE, st.floats(20, 300))
def test_no_line_is_wider_than_its_room(words: str, width: float) -> None:
    setter = typesetter("zh")
    for line in setter.wrap(words, width, 10):
        assert line.width(10) <= width + 0.01 or len(line.text.strip()) == 1 or _one_cluster(line.text)


def _one_cluster(words: str) -> bool:
    import unicodedata

    return all(unicodedata.category(char)[0] == "M" for char in words.strip()[1:])


@pytest.mark.parametrize(
    ("char", "shown"),
    [
        ("\0", "[U+0000]"),
        ("\x07", "[U+0007]"),
        ("😀", "[U+1F600]"),
        ("م", "[U+0645]"),
        ("\ud800", "[U+D800]"),
        ("\u202e", "[U+202E]"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en", "mn"])
def test_what_no_font_shows_is_its_code_point(char: str, shown: str, language: str) -> None:
    assert lines(f"a{char}b", language=language) == [f"a{shown}b"]


def test_markup_is_text() -> None:
    assert lines("<b>&amp;</b>", 200) == ["<b>&amp;</b>"]


def test_words_are_kept_whole_where_they_fit() -> None:
    assert lines("drug allergy card", 45) == ["drug", "allergy", "card"]


def test_a_word_longer_than_a_line_is_broken() -> None:
    broken = lines("W" * 30, 50)
    assert "".join(broken) == "W" * 30
    assert len(broken) > 5


def test_chinese_breaks_between_characters_but_not_before_a_full_stop() -> None:
    assert lines("胸口疼痛。夜里", 40, language="zh") == ["胸口疼", "痛。夜里"]


def test_an_opening_quote_is_not_left_behind() -> None:
    assert lines("患者说“疼”", 40, language="zh") == ["患者说", "“疼”"]


def test_code_points_are_not_torn_while_a_line_has_room_for_one() -> None:
    assert lines("😀😀", 60) == ["[U+1F600]", "[U+1F600]"]


def test_a_mark_stays_with_its_letter_and_in_its_font() -> None:
    assert all(not line.startswith("\u0301") for line in lines("e\u0301" * 40, 30))
    assert len(faces("e\u0301x", "zh")) == 1


def test_every_kind_of_line_end_ends_a_line() -> None:
    assert split_lines("a\r\nb\rc\nd\u2028e\u2029f\x85g") == list("abcdefg")
    assert lines("a\n\nb") == ["a", "", "b"]


def test_a_single_line_turns_line_ends_into_spaces() -> None:
    assert typesetter("en").line("a\r\nb\nc").text == "a b c"


@pytest.mark.parametrize("space", ["\t", "\u1680"])
def test_a_space_that_no_font_has_is_a_space(space: str) -> None:
    assert lines(f"a{space}b") == ["a b"]


def test_no_text_is_no_line() -> None:
    assert lines("") == []


def test_spaces_at_the_end_take_no_room() -> None:
    setter = typesetter("en")
    assert setter.line("a   ").advance == setter.line("a").advance


def test_chinese_form_takes_latin_from_the_chinese_face() -> None:
    assert faces("王abc", "zh") == [("NotoSansSC", "王abc")]


def test_english_and_mongolian_forms_take_latin_and_cyrillic_from_noto_sans() -> None:
    assert faces("Dr 王", "mn") == [("NotoSans", "Dr "), ("NotoSansSC", "王")]


@pytest.mark.parametrize("language", ["zh", "en", "mn"])
def test_a_mongolian_word_is_one_run_in_every_language(language: str) -> None:
    assert ("NotoSans", "Өвгөнхүү") in faces("王Өвгөнхүү王", language)


def test_rare_name_characters_are_drawn_not_described() -> None:
    assert typesetter("zh").line("𠮷㛃𬭎").text == "𠮷㛃𬭎"


def test_bold_is_wider() -> None:
    assert typesetter("en", True).line("Harbour").advance > typesetter("en").line("Harbour").advance


def test_ten_thousand_characters_are_all_there() -> None:
    words = "疼痛 pain өвдөлт " * 700
    assert reading.squeezed("".join(lines(words, 300))) == reading.squeezed(words)
