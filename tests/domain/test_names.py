"""Whatever fragment of a name, phone or document the desk types, the person is found and shown where."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp import names_table
from deskapp.domain import names

TABLES = names_table.load()
COMMON = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
    "建国伟芳秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂"
)
CYRILLIC = "абвгдеёжзийклмноөпрстуүфхцчшыэюя"


def finds(name: str, query: str) -> bool:
    key = names.query_key(query, TABLES)
    return bool(key) and any(stored.startswith(key) for stored in names.search_keys(name, TABLES))


def shown(name: str, query: str) -> str | None:
    part = names.matched_part(name, query, TABLES)
    return name[part[0] : part[1]] if part else None


@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("王建国", "王 建 国 王建 建国 w wang wangj WangJianGuo jianguo guo g wjg jg"),
        ("张伟", "张w 张wei zhangw ｚｈａｎｇ zw zhang'wei zhāng"),
        ("单雄信", "shan dan sxx dxx 单x"),
        ("仇英", "qiu chou qy"),
        ("解缙", "xie jie"),
        ("查良镛", "zha cha zly"),
        ("曾国藩", "zeng ceng zgf 曾g"),
        ("区寄", "ou qu"),
        ("缪荃孙", "miao mou"),
        ("翟让", "zhai di"),
        ("乐毅", "yue le"),
        ("召力", "shao zhao"),
        ("员半千", "yun yuan"),
        ("秘彭祖", "bi mi"),
        ("繁钦", "po fan"),
        ("折可适", "she zhe"),
        ("洗星海", "xian xi"),
        ("朴仁勇", "piao pu pry"),
        ("黑丽", "he hei"),
        ("吕布", "lv lu lyu lü lb 吕b"),
        ("尉迟恭", "yuchi yuchigong ycg weichi 尉迟g"),
        ("万俟咏", "moqi moqiy mqy"),
        ("长孙无忌", "zhangsun zswj 长孙w"),
        ("欧阳娜娜", "ouyang oynn yang 阳娜"),
        ("欧阳娜娜", "欧阳n"),
        ("李行", "lixing lihang"),
        ("张女", "nv nu nyu"),
        ("陳龍", "陈 龙 陳 chenl cl"),
        ("陈龙", "陳 陳龍"),
        ("李乾", "liqian lq 乾 干"),
        ("萧红", "肖 蕭 萧"),
        ("肖红", "萧 蕭"),
        ("钟南山", "锺 鍾"),
        ("锺会", "钟 鍾"),
        ("闫妮", "阎 閻"),
        ("付笛", "傅"),
        ("㛃", "㛃 jie"),
        ("王𠮷", "𠮷 吉 wangji wj"),
        ("张𬭎", "𬭎 hong zh"),
        ("⽟兰", "玉 yulan"),
        ("王　小　明", "王小明 wangxiaoming wxm"),
        ("艾合买提·买买提", "艾合买提买买提 艾合买提•买买提 买买提 maimaiti ahmt"),
        ("王Peter", "王p wangpeter peter wp 王P"),
    ],
)
def test_a_chinese_name_is_found(name: str, queries: str) -> None:
    assert [query for query in queries.split() if not finds(name, query)] == []


@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("Мөнхжаргал Батхүү", ["мөнх", "монх", "жаргал", "хүү", "МБ", "батхүү мөнх", "м.батхүү"]),
        ("Мөнхжаргал Батхүү", ["munkhjargal", "munkhzhargal", "monkh", "munhj", "batkhuu", "bathuu", "mb"]),
        ("Мөнхжаргал Батхүү", ["Batkhuu Munkh", "m.batkhuu"]),
        ("Энхбаяр", ["enkhbayar", "enhbayar", "баяр", "э"]),
        ("Цэрэн", ["tseren", "ts", "ц"]),
        ("Ёндон", ["yondon", "ендон"]),
        (
            "Бат-Эрдэнэ",
            ["baterdene", "erdene", "бат эрдэнэ", "батэрдэнэ"],
        ),
        ("Болд Ганбаатар", ["ganbaatar", "б.ганбаатар", "bg"]),
        ("Оюунбилэг", ["oyuunbileg"]),
        ("Гэрэлтуяа Нямдорж", ["nyamdorj", "nyamdorzh"]),
    ],
)
def test_a_mongolian_name_is_found_in_both_scripts(name: str, queries: list[str]) -> None:
    assert [query for query in queries if not finds(name, query)] == []


@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("John Smith", ["john", "smith", "Smith John", "smith, j", "js", "ohn", "mith", "j smith", "SMITH"]),
        ("José Muñoz", ["jose", "JOSÉ", "munoz", "muñ"]),
        ("Nguyễn Văn Đức", ["nguyen", "van duc", "nvd"]),
        ("O’Neil", ["o'neil", "oneil", "neil"]),
        ("Straße", ["strasse", "STRASSE"]),
        ("محمد علي", ["محمد", "علي"]),
    ],
)
def test_other_names_are_found(name: str, queries: list[str]) -> None:
    assert [query for query in queries if not finds(name, query)] == []


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("王建国", "李"),
        ("王建国", "jianw"),
        ("王建国", "yu"),
        ("王建国", "wg"),
        ("Бат", "dorj"),
        ("Ann", "bob"),
    ],
)
def test_other_people_are_not_found(name: str, query: str) -> None:
    assert not finds(name, query)


@given(st.text(COMMON, min_size=1, max_size=4), st.data())
def test_any_fragment_of_a_chinese_name_finds_it(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))
    assert finds(name, name[start:end])
    assert shown(name, name[start:end]) == name[name.find(name[start:end]) :][: end - start]
    syllables = "".join(TABLES.inside[char][0] for char in name[start:end])
    assert finds(f"林{name}", syllables)
    assert finds(f"林{name}", "".join(TABLES.inside[char][0][0] for char in name[start:end]))


@given(st.text(COMMON, min_size=1, max_size=2), st.text(COMMON, min_size=1, max_size=2))
def test_a_half_converted_input_finds_the_name(before: str, after: str) -> None:
    half = before + TABLES.inside[after[0]][0][:2]
    assert finds(before + after, half)
    assert finds("林" + before + after, half)


@given(st.lists(st.text(CYRILLIC, min_size=2, max_size=10), min_size=1, max_size=3), st.data())
def test_any_fragment_of_a_cyrillic_name_finds_it(words: list[str], data: st.DataObject) -> None:
    name = " ".join(words)
    start = data.draw(st.integers(0, len(name) - 1))
    fragment = name[start : data.draw(st.integers(start + 1, len(name)))]
    assert finds(name, fragment) or not fragment.strip()
    assert finds(name, fragment.upper()) or not fragment.strip()


@given(st.one_of(st.text(COMMON, max_size=4), st.text("abcxyz -", max_size=12), st.text(max_size=12)))
def test_what_is_found_can_be_shown(name: str) -> None:
    for key in names.search_keys(name, TABLES):
        if any(char.isalpha() for char in key):
            part = names.matched_part(name, key, TABLES)
            assert part is None or 0 <= part[0] < part[1] <= len(name)
            assert part is not None or not name.isascii()


@given(st.text(max_size=300))
def test_keys_are_few_short_and_none_begins_another(name: str) -> None:
    keys = sorted(names.search_keys(name, TABLES))
    assert len(keys) <= names.KEYS_MAX
    assert all(0 < len(key) <= names.KEY_MAX for key in keys)
    assert not any(after.startswith(before) for before, after in itertools.pairwise(keys))


@given(st.text(max_size=40))
def test_a_whole_name_finds_itself_whatever_it_is(name: str) -> None:
    assert finds(name, name) or names.query_key(name, TABLES) == ""


def test_a_very_long_name_is_found_by_its_beginning() -> None:
    name = "王" * 10_000
    assert finds(name, name)
    assert finds("Aa" * 5_000, "Aa" * 5_000)


def test_names_of_many_readings_keep_few_keys() -> None:
    assert len(names.search_keys("单乐行单乐行", TABLES)) <= 60
    assert len(names.search_keys("王建国", TABLES)) == 8


def test_invisible_characters_and_dots_do_not_matter() -> None:
    assert names.normalise("王\u200b建\ufe00国", TABLES) == "王建国"
    assert {names.normalise(f"А{dot}Б", TABLES) for dot in "·•・‧･"} == {"а·б"}
    assert names.normalise("  ＷＡＮＧ　Wei ", TABLES) == "wang wei"
    assert names.query_key("\u200b ", TABLES) == ""


@pytest.mark.parametrize(
    ("name", "query", "part"),
    [
        ("王建国", "jg", "建国"),
        ("王建国", "wangj", "王建"),
        ("王 建国", "wjian", None),
        ("王 建国", "王建", "王 建"),
        ("單樂", "shany", "單樂"),
        ("陈龙", "陳", "陈"),
        ("尉迟恭", "yuchi", "尉迟"),
        ("艾合买提·买买提", "mmt", "买买提"),
        ("Мөнхжаргал Батхүү", "bathu", "Батхүү"),
        ("Мөнхжаргал Батхүү", "батхүү мө", "Мөнхжаргал Батхүү"),
        ("Мөнхжаргал Батхүү", "хүү", "хүү"),
        ("John Smith", "smith j", "John Smith"),
        ("John Smith", "OHN S", "ohn S"),
        ("Jose\u0301 M", "jose m", "Jose\u0301 M"),
        ("Straße", "ss", "ß"),
        ("王建国", "李", None),
        ("王建国", "", None),
        ("", "王", None),
    ],
)
def test_the_matched_part_is_shown(name: str, query: str, part: str | None) -> None:
    assert shown(name, query) == part


@pytest.mark.parametrize("query", ["138", "0013", "+86 138-0013", "8000", "８０００", "00138000", "1"])
def test_a_phone_is_found_by_any_part(query: str) -> None:
    keys = names.phone_keys("+86 138 0013 8000", TABLES)
    assert any(key.startswith(names.query_key(query, TABLES)) for key in keys)


@pytest.mark.parametrize(
    ("document", "queries"),
    [
        ("11010519491231002X", "110105 11010519491231002x 19491231 002x 31002X 1949"),
        ("УК03271614", "ук0327 УК03271614 0327 1614 271614"),
        ("ӨҮ03271614", "өү03 ӨҮ"),
        ("E12345678", "e123 1234 345678"),
        ("H12345678", "h12 5678"),
    ],
)
def test_a_document_is_found(document: str, queries: str) -> None:
    keys = names.digit_keys("", document, TABLES)
    for query in queries.split():
        assert any(key.startswith(names.query_key(query, TABLES)) for key in keys), query


def test_no_phone_and_no_document_have_no_keys() -> None:
    assert names.digit_keys("", "", TABLES) == frozenset()
    assert names.phone_keys("12", TABLES) == {"12"}


@pytest.mark.parametrize(
    ("mask", "actual", "query", "part"),
    [
        ("138****8000", "+8613800138000", "0013", "****"),
        ("138****8000", "+8613800138000", "138", "138"),
        ("138****8000", "+8613800138000", "86138", "138"),
        ("138****8000", "+8613800138000", "+86", None),
        ("138 0013 8000", "13800138000", "00138", "0013 8"),
        ("****002X", "11010519491231002X", "1002x", "*002X"),
        ("****002X", "11010519491231002X", "110105", None),
        ("138****8000", "+8613800138000", "999", None),
        ("138****8000", "+8613800138000", "-", None),
    ],
)
def test_the_matched_digits_are_shown_in_the_mask(
    mask: str, actual: str, query: str, part: str | None
) -> None:
    found = names.matched_digits(mask, actual, query)
    assert (mask[found[0] : found[1]] if found else None) == part
