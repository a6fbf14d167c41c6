"""Made-up visitors in the proportions of a real town: the same seed gives the same people.

Surnames follow the census (Wang, Li and Zhang are a fifth of everybody), 3 % have Mongolian names in
Cyrillic, 1 % Latin ones; phones and document numbers are well formed.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Iterator
from random import Random
from typing import Final, NamedTuple

from deskapp.domain.identity import check_character
from deskapp.domain.registration import DocumentKind, Sex

PART: Final = 10_000
"""People of one part; a part depends on its place alone, so that parts can be made by several processes."""

MONGOLIAN, LATIN = 0.03, 0.01

# Shares of the thirty commonest surnames of the mainland in tenths of a percent (census of 2020, rounded).
_COMMON: Final = (
    "王75 李73 张70 刘53 陈44 杨33 黄24 赵22 吴21 周20 徐16 孙15 马14 朱13 胡13 郭12 何12 高11 林11 罗10 "
    "郑10 梁9 谢8 宋8 唐7 许7 韩7 邓6 冯6 曹6"
)
_RARER: Final = (
    "彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦傅方白邹孟熊秦邱江尹薛阎段雷侯龙史陶黎贺顾毛郝龚"
    "邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单"
    "季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏"
    "席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
)
_COMPOUND: Final = ("欧阳", "上官", "司马", "诸葛", "尉迟", "皇甫", "长孙", "万俟")

# The commonest first: drawn with falling weight.
_MALE: Final = (
    "伟强军建国文明志华杰勇平波涛海峰飞鹏磊超斌辉刚毅俊浩宇轩子涵博天宏亮东林永春龙成泽晨旭阳凯一家豪"
    "鑫睿嘉瑞皓梓航云松柏世荣德福贵生金宝庆山江立新民光清元庭震良友学祥才发武利康昌晓小少润铭锋翔坤"
)
_FEMALE: Final = (
    "丽敏静芳秀英娟艳霞红玉梅兰婷雪燕玲萍琳慧娜莉洁颖琴云珍淑华月桂凤香春莲佳欣怡雨涵诗梓萱思晓小文嘉"
    "琪瑶倩薇莹雅彤馨蕊妍美爱惠巧翠素青菊芬芝瑞金银花荷冰秋冬夏晴悦露珊珠瑾瑜璐宁安可心子一若语"
)
_MN_FATHERS: Final = (
    "Батбаяр Болд Ганбат Дорж Энхбаяр Мөнхбат Цэрэн Баяр Сүхбат Нямдорж Очир Бат Түмэн Ганзориг Лхагва Пүрэв "
    "Жаргал Содном Чулуун Өлзий Дамдин Гомбо Отгон Хүрэл Шагдар Ёндон Юмжаа Эрдэнэ Алтан Наран"
)
_MN_GIVEN: Final = (
    "Болормаа Оюунчимэг Энхтуяа Сарантуяа Нарантуяа Бат-Эрдэнэ Тэмүүлэн Анужин Номин Мөнхжин Билгүүн Ганболд "
    "Отгонбаяр Эрдэнэчимэг Жавхлан Хулан Цэцэг Сүхбаатар Төмөр Энхжин Өнөрмаа Үүрийнтуяа Ариунаа Баярмаа Дөлгөөн "
    "Зул Итгэл Майдар Наранбаатар Пагма Содгэрэл Тэнгис Уянга Хонгорзул Чингис Шинэцэцэг Ялалт"
)
_LATIN_GIVEN: Final = "John Maria Ivan Olga Ahmed Fatima David Anna Peter Elena Michael Sofia Thomas Laura James Nina Carlos Ingrid"
_LATIN_FAMILY: Final = (
    "Smith Garcia Petrov Müller Ivanova Khan Johnson Rossi Kim Nguyen Brown Novak Silva Tanaka Jensen O'Neill"
)
_DIVISIONS: Final = (
    "110101 110105 110108 120101 130102 150102 150121 150203 150502 210102 220102 310101 310115 320102 330102"
    " 340104 350102 370102 410102 420102 430102 440103 440304 500101 510104 510702 610104 620102"
)
_MOBILE: Final = ("13", "15", "18", "17", "19", "16", "14")
_FIRST_BIRTH, _LAST_BIRTH = dt.date(1932, 1, 1), dt.date(2026, 6, 30)
_BIRTH_DAYS: Final = (_LAST_BIRTH - _FIRST_BIRTH).days


class Person(NamedTuple):
    """What of a visitor's record is told from one to the next."""

    name: str
    sex: Sex
    born: dt.date
    phone: str
    kind: DocumentKind
    number: str
    language: str


def people(first: int, count: int, seed: int = 7) -> Iterator[Person]:
    """Yield `count` people from place `first` (a multiple of `PART`) on."""
    if first % PART:
        raise ValueError("a part begins at a multiple of its size")
    made = itertools.chain.from_iterable(_part(start, seed) for start in range(first, first + count, PART))
    return itertools.islice(made, count)


def _part(start: int, seed: int) -> Iterator[Person]:
    random = Random(f"{seed}:{start}")
    phone = _mobile(random)
    for _ in range(PART):
        # Families come with one telephone.
        if random.random() > 0.12:
            phone = _mobile(random)
        yield _person(random, phone)


def _person(random: Random, phone: str) -> Person:
    born = _FIRST_BIRTH + dt.timedelta(days=int(random.triangular(0, _BIRTH_DAYS, _BIRTH_DAYS * 0.55)))
    sex = Sex.MALE if random.random() < 0.48 else Sex.FEMALE
    drawn = random.random()
    if drawn < MONGOLIAN:
        return _mongolian(random, sex, born)
    if drawn < MONGOLIAN + LATIN:
        name = f"{_pick(random, _LATIN_GIVEN)} {_pick(random, _LATIN_FAMILY)}"
        number = f"{random.choice('ABCEGKLNX')}{random.randrange(10**7, 10**8)}"
        return Person(name, sex, born, phone, DocumentKind.PASSPORT, number, "en")
    name = _surname(random) + _given(random, sex)
    if random.random() < 0.04:
        return Person(name, sex, born, phone, DocumentKind.NONE, "", "zh")
    return Person(name, sex, born, phone, DocumentKind.RESIDENT_ID, _resident(random, sex, born), "zh")


def _mongolian(random: Random, sex: Sex, born: dt.date) -> Person:
    father, given = _pick(random, _MN_FATHERS), _pick(random, _MN_GIVEN)
    name = f"{father[0]}.{given}" if random.random() < 0.3 else f"{father}ын {given}"
    letters = random.choice("АБГДЕЖЗИКЛМНОПРСТУФХЦЧШЭЮЯ") + random.choice("АБГДЕЖЗИКЛМНОПРСТУХЦЧШ")
    month = born.month + (20 if born.year >= 2000 else 0)
    last = random.randrange(5) * 2 + (sex is Sex.MALE)
    number = f"{letters}{born.year % 100:02}{month:02}{born.day:02}{last}{random.randrange(10)}"
    phone = f"{random.choice(('99', '88', '95', '86'))}{random.randrange(10**6):06}"
    return Person(name, sex, born, phone, DocumentKind.MONGOLIAN, number, "mn")


def _resident(random: Random, sex: Sex, born: dt.date) -> str:
    sequence = random.randrange(500) * 2 + (sex is Sex.MALE)
    body = f"{_pick(random, _DIVISIONS)}{born:%Y%m%d}{sequence:03}"
    return body + check_character(body)


def _mobile(random: Random) -> str:
    start = random.choices(_MOBILE, (30, 20, 20, 12, 10, 5, 3))[0]
    return f"{start}{random.randrange(10**9):09}"


def _surname(random: Random) -> str:
    drawn = random.random() * 1000
    for share, name in _SHARES:
        if drawn < share:
            return name
    if random.random() < 0.01:
        return random.choice(_COMPOUND)
    return _falling(random, _RARER)


def _given(random: Random, sex: Sex) -> str:
    letters = _MALE if sex is Sex.MALE else _FEMALE
    first = _falling(random, letters)
    return first if random.random() < 0.14 else first + _falling(random, letters)


def _falling(random: Random, letters: str) -> str:
    """Draw a letter, those at the beginning oftener."""
    return letters[int(len(letters) * random.random() ** 1.6)]


def _pick(random: Random, words: str) -> str:
    return random.choice(_words(words))


def _shares() -> Iterator[tuple[float, str]]:
    total = 0.0
    for entry in _COMMON.split():
        total += float(entry[1:])
        yield total, entry[0]


@functools.cache
def _words(words: str) -> list[str]:
    return words.split()


_SHARES: Final = tuple(_shares())
