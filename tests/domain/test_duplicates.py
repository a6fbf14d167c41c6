"""The same person entered twice is noticed whatever went wrong, and other people are left in peace."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp import names_table
from deskapp.domain.duplicates import Band, Candidate, blocks, compare, document_key
from deskapp.domain.registration import DocumentKind, Sex

TABLES = names_table.load()
ID = document_key(DocumentKind.RESIDENT_ID, "11010519491231002X") or ""
OTHER_ID = document_key(DocumentKind.RESIDENT_ID, "110101199003078873") or ""
WANG = Candidate(
    1, "王建国", date(1958, 3, 4), Sex.MALE, frozenset({"+8613800138000"}), address="北京市朝阳区幸福路1号"
)
BATKHUU = Candidate(2, "Мөнхжаргал Батхүү", date(1990, 11, 2), Sex.MALE, frozenset({"+97699112233"}))
SMITH = Candidate(3, "Madeleine Paterson", date(1930, 3, 2), Sex.FEMALE)
NOTHING: frozenset[str] = frozenset()


def meet(a: Candidate, b: Candidate) -> bool:
    return not blocks(a, TABLES).isdisjoint(blocks(b, TABLES))


def why(a: Candidate, b: Candidate) -> list[str]:
    return [str(reason) for reason in compare(a, b, TABLES).reasons]


def test_the_same_document_is_certain_and_contradictions_are_named() -> None:
    a = replace(WANG, documents=frozenset({ID}))
    b = Candidate(None, "李明", date(1990, 1, 2), documents=frozenset({ID}))
    likeness = compare(a, b, TABLES)
    assert meet(a, b)
    assert (likeness.band, likeness.score) == (Band.SAME, 1.0)
    assert why(a, b)[0] == "same document number"
    assert {"different name", "different birth date"} < set(why(a, b))


def test_a_number_with_a_wrong_check_is_no_certain_sign() -> None:
    typed = frozenset({document_key(DocumentKind.RESIDENT_ID, "110105194912310021") or ""})
    a = Candidate(1, "王建国", documents=typed)
    b = Candidate(None, "李明", documents=typed)
    assert meet(a, b)
    assert compare(a, replace(b, name="王建国"), TABLES).band is Band.SAME
    assert compare(a, replace(b, name=""), TABLES).band is Band.ASK
    assert compare(a, replace(b, birth_date=None), TABLES).band is Band.NEW
    assert why(a, replace(b, name=""))[0].startswith("same document number, with")


def test_no_document_is_nothing_in_common() -> None:
    assert document_key(DocumentKind.NONE, "") is document_key(DocumentKind.RESIDENT_ID, "") is None
    assert document_key(DocumentKind.PASSPORT, "E1") != document_key(DocumentKind.OTHER, "E1")


def test_name_birth_and_phone_are_the_same_person() -> None:
    assert compare(WANG, replace(WANG, visitor_id=None), TABLES).band is Band.SAME
    assert why(WANG, WANG)[:2] == ["same birth date", "same name"]


@pytest.mark.parametrize(
    ("slip", "reason"),
    [
        ({"birth_date": date(1958, 4, 3)}, "birth date with day and month swapped"),
        ({"birth_date": date(1958, 3, 14)}, "birth date differs by one slip"),
        ({"birth_date": date(1985, 3, 4)}, "birth date differs by one slip"),
        ({"birth_date": None}, "same phone (families share phones)"),
        ({"birth_date": date(1960, 7, 1)}, "different birth date"),
        ({"name": "王建囯"}, "the names sound the same"),
        ({"name": "王健国"}, "the names sound the same"),
        ({"name": "王國建"}, "almost the same name"),
        ({"name": "王建"}, "almost the same name"),
        ({"name": "王金国"}, "almost the same name"),
        ({"name": "王建军"}, "part of the name is the same"),
        ({"name": "Jianguo WANG"}, "the names sound the same"),
        ({"name": "王 建國"}, "same name"),
        ({"phones": frozenset({"13800138001"})}, "phone differs by one digit"),
        ({"phones": frozenset({"1380013800"})}, "phone differs by one digit"),
        ({"phones": frozenset({"13800130800"})}, "phone differs by one digit"),
        ({"phones": NOTHING, "address": "北京朝阳区幸福路1号"}, "same address"),
        ({"sex": Sex.FEMALE}, "different sex"),
        ({"sex": Sex.UNSTATED}, "same name"),
    ],
)
def test_one_slip_in_a_chinese_record_is_asked_about(slip: dict[str, object], reason: str) -> None:
    other = replace(WANG, visitor_id=None, **slip)  # type: ignore[arg-type]
    assert meet(WANG, other)
    assert compare(WANG, other, TABLES).band is not Band.NEW
    assert reason in why(WANG, other)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Мөнхжаргал Батхүү", "same name"),
        ("Батхүү Мөнхжаргал", "same name"),
        ("Монхжаргал Батхуу", "same name"),
        ("Munkhjargal Batkhuu", "the names sound the same"),
        ("Monhzhargal Bathuu", "the names sound the same"),
        ("BATKHUU Munkhjargal", "the names sound the same"),
        ("М.Батхүү", "almost the same name"),
        ("Мөнхжаргал Батхү", "the names sound the same"),
        ("Мөнхжарагл Батхүү", "almost the same name"),
        ("Мөнх жаргал Батхүү", "same name"),
        ("Мөнхжагал Батхүү", "almost the same name"),
        ("Мөнхжаргал", "part of the name is the same"),
    ],
)
def test_one_slip_in_a_mongolian_name_is_asked_about(name: str, reason: str) -> None:
    other = replace(BATKHUU, visitor_id=None, name=name)
    assert meet(BATKHUU, replace(other, phones=NOTHING))
    assert compare(BATKHUU, other, TABLES).band is not Band.NEW
    assert reason in why(BATKHUU, other)


@pytest.mark.parametrize(
    "name",
    ["Paterson Madeleine", "Madeliene Paterson", "Madel eine Paterson", "M. Paterson", "Madeleine Patrson"],
)
def test_one_slip_in_another_name_is_asked_about(name: str) -> None:
    other = Candidate(None, name, SMITH.birth_date)
    assert meet(SMITH, other)
    assert compare(SMITH, other, TABLES).band is Band.ASK


@pytest.mark.parametrize(
    "other",
    [
        Candidate(None, "王建国"),
        Candidate(None, "王建国", sex=Sex.MALE),
        Candidate(None, "王建国", date(1991, 11, 20), Sex.MALE),
        Candidate(None, "李秀英", date(1960, 5, 5), Sex.FEMALE, WANG.phones),
        Candidate(None, "王小明", date(1988, 1, 1), Sex.MALE, WANG.phones, address=WANG.address),
        Candidate(None, "李明", WANG.birth_date, Sex.MALE),
        Candidate(None, "王建军", WANG.birth_date, Sex.MALE),
        Candidate(None, "", sex=Sex.MALE),
    ],
)
def test_other_people_are_new(other: Candidate) -> None:
    assert compare(WANG, other, TABLES).band is Band.NEW


def test_another_resident_id_speaks_against_but_a_renewed_passport_hardly() -> None:
    a, b = replace(WANG, documents=frozenset({ID})), replace(WANG, documents=frozenset({OTHER_ID}))
    assert compare(a, b, TABLES).band is Band.ASK
    assert "different document number" in why(a, b)
    assert compare(replace(a, phones=NOTHING), b, TABLES).band is Band.NEW
    renewed = [
        replace(WANG, documents=frozenset({f"passport:{number}"})) for number in ("E1234567", "E9876543")
    ]
    assert compare(replace(renewed[0], phones=NOTHING), renewed[1], TABLES).band is Band.ASK
    slipped = replace(WANG, documents=frozenset({"passport:E1234576"}), name="", phones=NOTHING)
    assert "document number differs by one slip" in why(renewed[0], slipped)


def test_twins_are_asked_about_at_most() -> None:
    twin = replace(WANG, visitor_id=None, name="王建军")
    assert compare(WANG, twin, TABLES).band is Band.ASK
    assert compare(WANG, replace(twin, name="王小明"), TABLES).band is Band.NEW


PEOPLE = st.builds(
    Candidate,
    st.none(),
    st.one_of(st.text("王李建国伟芳乐单", max_size=4), st.text("абвгөү ", max_size=9), st.text(max_size=9)),
    st.one_of(st.none(), st.dates(date(1950, 1, 1), date(1951, 12, 31))),
    st.sampled_from(Sex),
    st.frozensets(st.sampled_from(["13800138000", "13800138001", "x"]), max_size=2),
    st.frozensets(st.sampled_from([ID, OTHER_ID, "passport:E1"]), max_size=2),
)


@given(PEOPLE, PEOPLE)
def test_the_order_does_not_matter(a: Candidate, b: Candidate) -> None:
    one, other = compare(a, b, TABLES), compare(b, a, TABLES)
    assert (one.score, one.band) == (other.score, other.band)
    assert {str(reason) for reason in one.reasons} == {str(reason) for reason in other.reasons}
    assert 0 <= one.score <= 1
    assert (one.band is Band.NEW) or one.score >= 0.5


@given(PEOPLE)
def test_a_copy_meets_its_record(person: Candidate) -> None:
    assert meet(person, person) or not blocks(person, TABLES)
    assert len(blocks(person, TABLES)) <= 60


# A small town, each second person entered twice with one or two slips


def _swap(rng: random.Random, text: str) -> str:
    at = rng.randrange(len(text) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _phone_slip(rng: random.Random, person: Candidate) -> Candidate:
    return replace(person, phones=frozenset(_swap(rng, phone) for phone in person.phones))


def _phone_missing(_rng: random.Random, person: Candidate) -> Candidate:
    return replace(person, phones=NOTHING)


def _birth_slip(rng: random.Random, person: Candidate) -> Candidate:
    born = person.birth_date or date(1970, 1, 1)
    return replace(person, birth_date=born.replace(day=born.day + 10 if born.day <= 18 else born.day - 10))


def _birth_swapped(_rng: random.Random, person: Candidate) -> Candidate:
    born = person.birth_date or date(1970, 1, 1)
    swapped = born.replace(month=born.day, day=born.month) if born.day <= 12 else born
    return replace(person, birth_date=swapped)


def _name_misheard(rng: random.Random, person: Candidate) -> Candidate:
    by_ear = str.maketrans("伟建国芳明丽өү", "玮健囯方铭莉оу")
    return replace(person, name=person.name.translate(by_ear))


def _name_swapped(rng: random.Random, person: Candidate) -> Candidate:
    return replace(
        person, name=person.name[:1] + _swap(rng, person.name[1:]) if len(person.name) > 2 else person.name
    )


SLIPS: list[Callable[[random.Random, Candidate], Candidate]] = [
    _phone_slip,
    _phone_missing,
    _birth_slip,
    _birth_swapped,
    _name_misheard,
    _name_swapped,
]


def _town(rng: random.Random, size: int) -> list[Candidate]:
    people = []
    for number in range(size):
        chinese = rng.choice("王李张刘陈杨黄赵") + "".join(
            rng.choices("伟建国芳明丽军海涛霞", k=rng.choice((1, 2)))
        )
        stems = ("Бат", "Болд", "Мөнх", "Эрдэнэ", "Ганбаатар", "Сүх", "Оюун", "Дорж", "Цэрэн")
        mongolian = f"{''.join(rng.sample(stems, 2))} {''.join(rng.sample(stems, 2)).capitalize()}"
        born = date(1940, 1, 1) + timedelta(days=rng.randrange(28_000))
        phone = f"1{rng.randrange(3_000_000_000, 9_999_999_999)}"
        name = chinese if number % 3 else mongolian
        people.append(Candidate(number, name, born, rng.choice((Sex.MALE, Sex.FEMALE)), frozenset({phone})))
    return people


def test_in_a_town_doubles_are_found_and_strangers_hardly_ever_asked_about() -> None:
    rng = random.Random(7)
    people = _town(rng, 1_000)
    doubles = []
    for person in people[::2]:
        double = replace(person, visitor_id=-1 - (person.visitor_id or 0))
        for slip in rng.sample(SLIPS, rng.choice((1, 2))):
            double = slip(rng, double)
        doubles.append(double)
    by_block = defaultdict(list)
    for candidate in people + doubles:
        for block in blocks(candidate, TABLES):
            by_block[block].append(candidate)
    pairs = {frozenset(pair) for group in by_block.values() for pair in itertools.combinations(group, 2)}
    right = wrong = 0
    for a, b in map(tuple, pairs):
        if compare(a, b, TABLES).band is not Band.NEW:
            is_pair = min(a.visitor_id, b.visitor_id) == -1 - max(a.visitor_id, b.visitor_id)
            right, wrong = right + is_pair, wrong + (not is_pair)
    assert right >= 0.97 * len(doubles)
    assert wrong <= 0.005 * len(people)


def test_a_surname_heard_as_another_meets_by_birth_date_and_initials() -> None:
    lin = Candidate(1, "林芳", date(1990, 4, 3))
    ling = replace(lin, visitor_id=None, name="凌芳")
    assert meet(lin, ling)
    assert meet(lin, replace(ling, birth_date=date(1990, 3, 4)))
    assert not meet(lin, replace(ling, birth_date=date(1990, 4, 4)))
    assert not meet(lin, replace(ling, birth_date=date(1991, 4, 3)))


def test_a_slip_in_day_and_month_meets_by_surname_and_year() -> None:
    lin = Candidate(1, "林芳", date(1990, 4, 3))
    assert meet(lin, replace(lin, visitor_id=None, name="林晓红", birth_date=date(1990, 9, 21)))
    assert not meet(lin, replace(lin, visitor_id=None, name="林晓红", birth_date=date(1989, 4, 3)))


def test_twins_are_asked_about_however_much_else_agrees() -> None:
    number = "110101199003078873"
    one = Candidate(
        1, "王建国", date(1990, 3, 7), Sex.MALE, frozenset({"+8613800138000"}), frozenset({OTHER_ID})
    )
    other_id = document_key(DocumentKind.RESIDENT_ID, number[:-1] + "1") or ""
    other = replace(one, visitor_id=2, name="王建军", documents=frozenset({other_id}))
    assert compare(one, other, TABLES).band is Band.ASK
    assert compare(one, replace(other, name="王建国"), TABLES).band is Band.SAME
