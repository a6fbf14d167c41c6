"""The shipped tables: complete, in step with the lists kept by hand, and read correctly."""

from __future__ import annotations

import pytest
from reportlab.pdfbase.ttfonts import TTFontFile

from deskapp import names_table, paths

TABLES = names_table.load()


def test_the_tables_are_read_once() -> None:
    assert names_table.load() is names_table.load()


@pytest.mark.parametrize(
    ("char", "inside", "surname"),
    [
        ("单", {"dan", "shan"}, {"shan", "dan", "chan"}),
        ("行", {"xing", "hang"}, {"xing", "hang", "heng"}),
        ("吕", {"lv", "lu", "lyu"}, {"lv", "lu", "lyu"}),
        ("略", {"lve", "lue", "lyue"}, {"lve", "lue", "lyue"}),
        ("黑", {"hei", "he"}, {"he", "hei"}),
        ("𠮷", {"ji"}, {"ji"}),
        ("區", {"qu", "ou"}, {"ou", "qu", "gou", "qiu"}),
        ("王", {"wang"}, {"wang"}),
    ],
)
def test_readings(char: str, inside: set[str], surname: set[str]) -> None:
    assert set(TABLES.inside[char]) == inside
    assert set(TABLES.surname.get(char, TABLES.inside[char])) == surname


def test_the_usual_reading_of_a_surname_is_first_and_also_known_inside_a_name() -> None:
    for char, reading in (("单", "shan"), ("曾", "zeng"), ("查", "zha"), ("朴", "piao"), ("樂", "yue")):
        assert TABLES.surname[char][0] == reading
        assert reading in TABLES.inside[char]


def test_every_reading_is_plain_letters() -> None:
    readings = {way for table in (TABLES.inside, TABLES.surname) for ways in table.values() for way in ways}
    assert all(way.isascii() and way.isalpha() and way.islower() for way in readings)
    assert 400 < len(readings) < 600


def test_every_common_character_that_prints_has_a_reading() -> None:
    font = TTFontFile(str(paths.resource("fonts", "NotoSansSC_400Regular.ttf")))
    printable = [chr(code) for code in font.charToGlyph if 0x4E00 <= code <= 0x9FA5]
    assert len(printable) > 20_000
    made_in_japan = set("兙兡嗧桛烪瓧瓰瓱瓼甅")
    assert {char for char in printable if char not in TABLES.inside} <= made_in_japan


def test_compound_surnames_have_a_syllable_for_each_character() -> None:
    assert TABLES.compounds["尉迟"] == ("yu", "chi")
    assert TABLES.compounds["万俟"] == ("mo", "qi")
    assert all(len(name) == len(syllables) == 2 for name, syllables in TABLES.compounds.items())


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("鍾鐘锺", "钟钟钟"),
        ("蕭萧閻阎傅", "肖肖闫闫付"),
        ("陳龍吳呂", "陈龙吴吕"),
        ("éüñłđ", "eunld"),
        ("өүё", "оуе"),
    ],
)
def test_folds(text: str, folded: str) -> None:
    assert text.translate(TABLES.folds) == folded


def test_folding_twice_changes_nothing_more() -> None:
    everything = "".join(map(chr, TABLES.folds))
    once = everything.translate(TABLES.folds)
    assert once.translate(TABLES.folds) == once
