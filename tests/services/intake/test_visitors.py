"""Visitors: found by whatever is typed, registered under the rules, edited, compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

from deskapp.db import search
from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.models.intake import Consent, DuplicateKey, HotPrefix, SearchKey, Visitor
from deskapp.domain.access import Actor
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import (
    Allergy,
    ConsentKind,
    ContactRelation,
    DocumentKind,
    Identity,
    MaritalStatus,
    Sex,
)
from deskapp.errors import ConflictError, InputError
from deskapp.services.all import Services
from deskapp.services.base import new_request
from deskapp.services.intake.keys import visitor_keys
from deskapp.services.transfer.bulk import prepare, store_visitors
from tests.services.conftest import Desk, WallClock, audit_bodies

ID = "11010519491231002X"

WHOLE = VisitorDraft(
    name="欧阳\u00b7娜 𠮷",
    sex=Sex.FEMALE,
    birth_date=dt.date(1949, 12, 31),
    phone="+86 138-0013 8000",
    document_kind=DocumentKind.RESIDENT_ID,
    document_number=ID,
    address="北京市 <b>&</b>\n" * 20,
    allergy=Allergy.YES,
    allergy_text="青霉素\u200d🙂",
    identity=Identity.DOCUMENT,
    preferred_name="Nana",
    birth_time=dt.time(4, 5),
    nationality="156",
    ethnicity="汉",
    marital=MaritalStatus.MARRIED,
    occupation="教师",
    employer="\u202eكلية",
    contact_name="欧阳勇",
    contact_relation=ContactRelation.SPOUSE,
    contact_phone="13900139000",
    guardian_name="",
    guardian_phone="",
    mother_code="",
    insurer="职工医保",
    language="zh",
    interpreter=True,
    note="x" * 10_000,
    consents={ConsentKind.MEDICAL_DATA: True, ConsentKind.COMMUNICATION: False},
)


# --- Find: every way of typing --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("王建国", ["王", "王建", "建国", "国", "王建国", "王 建国"]),
        ("王建国", ["wangjianguo", "wang jian guo", "Wang Jianguo", "WANGJ", "wangjiang", "jianguo", "guo"]),
        ("王建国", ["wjg", "WJG", "wj", "jg", "ｗｊｇ", "w j g"]),
        ("单雄信", ["shan", "shanxiong", "dan", "sxx", "dxx", "单"]),
        ("仇和", ["qiuhe", "chouhe", "qh"]),
        ("解晓东", ["xiexiaodong", "jiexiaodong", "xxd", "jxd"]),
        ("曾志伟", ["zeng", "cengzhiwei"]),
        ("吕布", ["lv", "lvbu", "lubu", "lyubu", "lb"]),
        ("尉迟恭", ["yuchi", "yuchigong", "ycg", "尉迟", "恭"]),
        ("張學友", ["张", "张学友", "張", "学友", "zhangxueyou", "zxy"]),
        ("刘德华", ["劉德華", "劉", "德华", "ldh"]),
        ("万俟卨", ["moqi", "万俟"]),
        ("锺楚红", ["钟楚红", "鍾", "zhong"]),
        ("Бат-Эрдэнэ", ["бат", "эрдэнэ", "БАТ", "bat", "erdene", "bat erdene", "Erdene"]),
        ("Өнөрбаяр", ["өнөр", "unur", "onor", "баяр"]),
        ("Жавхлан", ["жав", "jav", "zhav", "Javkhlan"]),
        ("O’Brien, Anna", ["obrien", "o'brien", "anna", "ANNA", "anna obrien", "brien"]),
        ("古丽·米热", ["古丽米热", "古丽•米热", "米热", "guli"]),
        ("𠮷田", ["𠮷", "田"]),
        ("㛃然", ["㛃", "然"]),
    ],
    ids=str,
)
def test_a_name_is_found_by_any_fragment_reading_script_or_spelling(
    desk: Desk, stored: str, typed: list[str]
) -> None:
    desk.register(stored)
    desk.register("Somebody Else")
    missed = [fragment for fragment in typed if desk.found(fragment) != [stored]]
    assert missed == []


@pytest.mark.parametrize(
    "typed",
    [
        *("138", "0013", "8000", "13800138000", "138 0013 8000", "138-0013", "１３８００"),
        *(ID, ID.lower(), "110105", "19491231", "002x", "002X", "31002X", "1101051949"),
    ],
)
def test_a_number_is_found_by_its_parts(desk: Desk, typed: str) -> None:
    document = {"document_kind": DocumentKind.RESIDENT_ID, "document_number": ID}
    desk.register("甲", phone="13800138000", sex=Sex.FEMALE, **document)
    desk.register(
        "乙", phone="+97699112233", document_kind=DocumentKind.PASSPORT, document_number="E12345678"
    )
    assert desk.found(typed) == ["甲"]


def test_codes_of_visitors_and_visits_are_found_as_scanned_or_typed(desk: Desk) -> None:
    desk.register("别人")
    visitor = desk.register("本人")
    visit = desk.open(visitor.id)
    other = desk.open()
    for code in (visitor.code, visit.code):
        spaced = f" {code[:4]}-{code[4:8]} {code[8:]} "
        assert [desk.found(typed) for typed in (code, code.lower(), spaced)] == [["本人"]] * 3
    assert desk.found(other.code) == []


@pytest.mark.parametrize(
    "typed", ["", " ", "\t", "·", "…", "\0", "\u200b", "\ud800", "%", "_", "'", "x" * 10_000, "🙂"]
)
def test_whatever_is_typed_a_search_answers(desk: Desk, typed: str) -> None:
    desk.register("王建国")
    assert desk.found(typed) == []


@given(typed=st.text(st.characters(), max_size=20))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_breaks_a_search(desk: Desk, typed: str) -> None:
    assert isinstance(desk.found(typed), list)


def test_several_words_narrow_down_whatever_they_are(desk: Desk) -> None:
    desk.register("王建国", phone="13800138000")
    desk.register("王建军", phone="13900139000")
    desk.register("李建国", phone="13900138000")
    assert desk.found("王 8000") == ["王建国"]
    assert desk.found("jianguo li") == ["李建国"]
    assert desk.found("139 wang") == ["王建军"]
    assert desk.found("王 李") == []


def test_words_that_many_share_narrow_down_beyond_the_kept_best(
    desk: Desk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One word's list is complete; the other's holds the best only, and the wanted one is not among them."""
    monkeypatch.setattr(search, "HOT_KEPT", 3)
    wanted = desk.register("王建国", phone="13800138001")
    for number in range(6):
        desk.register(f"王建{number}", phone=f"1390013900{number}")
    with store.writing() as session:
        search.keep_best(session, ["wang", "王", "13"])
        session.commit()
    found = [hit.id for hit in desk.services.visitors.find(desk.actor, "wang 8001")]
    assert found == [wanted.id]


def test_the_best_come_first_and_whoever_was_here_last(desk: Desk, clock: WallClock) -> None:
    first = desk.register("李")
    for name in ("李伟", "王李", "李娜"):
        clock.forward(minutes=1)
        desk.register(name)
    assert desk.found("李") == ["李", "李娜", "李伟", "王李"]
    clock.forward(minutes=1)
    [wei] = desk.services.visitors.find(desk.actor, "李伟")
    desk.open(wei.id)
    assert desk.found("李") == ["李", "李伟", "李娜", "王李"]
    assert desk.services.visitors.find(desk.actor, "李", 1)[0].id == first.id


def test_a_hit_tells_two_people_of_one_name_apart(desk: Desk, clock: WallClock) -> None:
    one = desk.register("王伟", phone="13800138000", birth_date=dt.date(1980, 1, 2), allergy=Allergy.NONE)
    desk.register("王伟", phone="13900139999", birth_date=dt.date(1990, 1, 2))
    came = clock.forward(hours=1)
    desk.open(one.id)
    hits = {hit.id: hit for hit in desk.services.visitors.find(desk.actor, "王伟")}
    known = hits.pop(one.id)
    [other] = hits.values()
    assert (known.phone_masked, known.birth_date, known.last_visit, known.visits, known.allergy) == (
        "138****8000",
        dt.date(1980, 1, 2),
        came,
        1,
        Allergy.NONE,
    )
    assert (other.phone_masked, other.last_visit, other.visits) == ("139****9999", None, 0)


def test_the_part_that_was_found_is_shown(desk: Desk) -> None:
    desk.register(
        "王建国", phone="13800138000", document_kind=DocumentKind.OTHER, document_number="AB-778899"
    )
    hit = {
        typed: desk.services.visitors.find(desk.actor, typed)[0] for typed in ("建国", "jg", "8000", "8899")
    }
    assert [hit["建国"].name_match, hit["jg"].name_match] == [(1, 3), (1, 3)]
    assert (hit["8000"].name_match, hit["8000"].phone_match) == (None, (7, 11))
    shown, match = hit["8899"].document_masked, hit["8899"].document_match
    assert match is not None
    assert shown[slice(*match)] == "8899"


def test_more_people_than_fit_are_cut_at_the_limit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        desk.register(f"王{number}")
    assert len(desk.services.visitors.find(desk.actor, "王", 3)) == 3


# --- Register -------------------------------------------------------------------------------------------------


def test_a_record_comes_back_exactly_as_it_was_typed(desk: Desk, services: Services, operator: Actor) -> None:
    ref = services.visitors.register(operator, new_request(), WHOLE).value
    view = services.visitors.visitor(operator, ref.id)
    assert view.draft == WHOLE
    assert (view.code, view.version, view.division, view.visits) == (ref.code, 1, "110105", 0)


def test_a_minimal_record_is_enough(desk: Desk) -> None:
    ref = desk.register("王")
    assert desk.services.visitors.visitor(desk.actor, ref.id).draft == VisitorDraft(name="王", sex=Sex.MALE)


@pytest.mark.parametrize(
    "values",
    [
        {"identity": Identity.UNKNOWN},
        {"identity": Identity.NEWBORN, "document_kind": DocumentKind.NEWBORN, "birth_time": dt.time(3)},
        {"name": "自称张三", "identity": Identity.STATED, "document_kind": DocumentKind.NONE},
    ],
)
def test_somebody_without_document_or_name_is_registered_all_the_same(
    desk: Desk, values: Mapping[str, object]
) -> None:
    ref = desk.services.visitors.register(desk.actor, new_request(), VisitorDraft(**values))  # type: ignore[arg-type]
    assert ref.value.id


@pytest.mark.parametrize(
    ("field", "values", "code"),
    [
        ("name", {"name": "  "}, "name.empty"),
        ("name", {"name": "王\0"}, "text.nul"),
        ("name", {"name": "王" * 201}, "text.long"),
        ("note", {"note": "x" * 10_001}, "text.long"),
        ("address", {"address": "\ud83d"}, "text.broken"),
        ("birth_date", {"birth_date": dt.date(2026, 11, 17)}, "birth.future"),
        ("birth_date", {"birth_date": dt.date(1800, 1, 1)}, "birth.old"),
        ("allergy_text", {"allergy": Allergy.YES}, "allergy.which"),
        ("document_number", {"document_kind": DocumentKind.RESIDENT_ID, "document_number": "1"}, None),
        ("document_number", {"document_kind": DocumentKind.RESIDENT_ID}, "document.missing"),
    ],
)
def test_what_can_not_be_is_refused_at_its_field_and_nothing_is_stored(
    desk: Desk, store: Store, field: str, values: Mapping[str, object], code: str | None
) -> None:
    draft = replace(VisitorDraft(name="王"), **values)  # type: ignore[arg-type]
    with pytest.raises(InputError) as caught:
        desk.services.visitors.register(desk.actor, new_request(), draft)
    assert caught.value.field == field
    assert code is None or caught.value.code == code
    with store.reading() as session:
        assert session.scalars(select(func.count()).select_from(Visitor)).one() == 0
        assert session.scalars(select(func.count()).select_from(SearchKey)).one() == 0


def test_what_reality_can_be_like_is_stored_when_the_operator_says_so(desk: Desk) -> None:
    draft = VisitorDraft(name="王", birth_date=dt.date(1899, 1, 1))
    with pytest.raises(InputError) as caught:
        desk.services.visitors.register(desk.actor, new_request(), draft)
    assert caught.value.overridable
    insisted = replace(draft, overrides=(caught.value.code,))
    ref = desk.services.visitors.register(desk.actor, new_request(), insisted).value
    assert desk.services.visitors.visitor(desk.actor, ref.id).draft.birth_date == dt.date(1899, 1, 1)


def test_an_override_is_kept_in_the_trail(desk: Desk, store: Store) -> None:
    draft = VisitorDraft(name="王", birth_date=dt.date(1899, 1, 1), overrides=("birth.old",))
    ref = desk.services.visitors.register(desk.actor, new_request(), draft).value
    body = audit_bodies(store, "visitor", ref.id)[-1]
    assert '"overrides":["birth.old"]' in body


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (DocumentKind.RESIDENT_ID, "511702800222130", "511702198002221308"),
        (DocumentKind.RESIDENT_ID, " 11010519491231002x ", ID),
        (DocumentKind.RESIDENT_ID, "１１０１０５ 19491231 002X", ID),
        (DocumentKind.MONGOLIAN, "ук03271614", "УК03271614"),
    ],
)
def test_a_document_is_stored_in_one_form_and_found_by_it_and_as_typed(
    desk: Desk, store: Store, kind: DocumentKind, typed: str, kept: str
) -> None:
    ref = desk.register("甲", sex=Sex.UNKNOWN, document_kind=kind, document_number=typed)
    assert desk.services.visitors.visitor(desk.actor, ref.id).draft.document_number == kept
    assert desk.found(kept) == ["甲"]
    assert_indexed(store, ref.id)
    [hit] = [desk.services.visitors.by_document(desk.actor, kind, number) for number in {typed}]
    assert hit is not None
    assert hit.id == ref.id


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        (
            {"document_kind": DocumentKind.RESIDENT_ID, "document_number": "511702198002221308"},
            ["511702800222130", "511702 800222 130"],
        ),
        ({"phone": "13800138000"}, ["+8613800138000", "+86 138 0013 8000", "0086 138-0013-8000"]),
        ({"phone": "99112233"}, ["+97699112233", "+976 9911 2233"]),
        (
            {"document_kind": DocumentKind.MONGOLIAN, "document_number": "УК03271614"},
            ["YK03271614", "yk032716", "УK03271614"],
        ),
    ],
)
def test_a_number_written_in_another_way_is_found_too(
    desk: Desk, stored: Mapping[str, object], typed: list[str]
) -> None:
    desk.register("甲", sex=Sex.UNKNOWN, **stored)
    desk.register("乙", sex=Sex.UNKNOWN, phone="13912345678")
    assert [desk.found(one) for one in typed] == [["甲"]] * len(typed)


def test_another_way_of_writing_is_tried_only_when_nothing_was_found(desk: Desk) -> None:
    desk.register("甲", sex=Sex.UNKNOWN, document_kind=DocumentKind.OTHER, document_number="YK03271614")
    desk.register("乙", sex=Sex.UNKNOWN, document_kind=DocumentKind.MONGOLIAN, document_number="УК03271614")
    assert desk.found("YK03271614") == ["甲"]
    [hit] = desk.services.visitors.find(desk.actor, "yk0327161")
    assert hit.name == "甲"


def test_the_part_found_by_another_way_of_writing_is_shown(desk: Desk) -> None:
    desk.register("甲", phone="13800138000")
    [hit] = desk.services.visitors.find(desk.actor, "+86 13800138000")
    assert hit.phone_match == (0, 11)


def test_the_number_says_which_document_it_is(desk: Desk) -> None:
    permit = {"document_kind": DocumentKind.RESIDENT_ID, "document_number": "810000199408230021"}
    ref = desk.register("甲", sex=Sex.UNKNOWN, **permit)
    assert (
        desk.services.visitors.visitor(desk.actor, ref.id).draft.document_kind
        is DocumentKind.RESIDENCE_PERMIT
    )
    assert likely(desk, name="乙", **permit) == [("甲", True)]


def assert_indexed(store: Store, visitor_id: int) -> None:
    """The keys in the index are those of the record as it is stored, no more and no fewer."""
    keys = table_of(SearchKey)
    with store.reading() as session:
        found = session.execute(select(keys.c.key, keys.c.grade).where(keys.c.visitor_id == visitor_id)).all()
        assert dict(found) == visitor_keys(session.get_one(Visitor, visitor_id))


def test_the_document_shown_before_is_found_with_whoever_came_last(desk: Desk, clock: WallClock) -> None:
    document = {"sex": Sex.UNKNOWN, "document_kind": DocumentKind.RESIDENT_ID, "document_number": ID}
    first, second, third = (desk.register(name, **document) for name in ("甲", "乙", "丙"))
    clock.forward(minutes=1)
    desk.open(second.id)
    found = desk.services.visitors.by_document(desk.actor, DocumentKind.RESIDENT_ID, ID)
    assert found is not None
    assert found.id == second.id
    assert first.id != third.id
    assert (
        desk.services.visitors.by_document(desk.actor, DocumentKind.RESIDENT_ID, "440524188001010014") is None
    )


@pytest.mark.parametrize(
    ("birth", "by"), [(dt.date(2020, 1, 1), "妈妈"), (dt.date(2012, 11, 16), "小王"), (None, "小王")]
)
def test_consent_is_the_guardians_to_give_for_a_child(
    desk: Desk, store: Store, birth: dt.date | None, by: str
) -> None:
    desk.register("小王", birth_date=birth, guardian_name="妈妈", consents={ConsentKind.MEDICAL_DATA: True})
    with store.reading() as session:
        consent = session.scalars(select(Consent)).one()
    assert (consent.given_by, consent.given, consent.account_id) == (by, True, desk.actor.account_id)


def test_a_childs_consent_without_a_guardian_is_asked_about(desk: Desk) -> None:
    child = {"birth_date": dt.date(2020, 1, 1), "consents": {ConsentKind.MEDICAL_DATA: True}}
    with pytest.raises(InputError) as caught:
        desk.register("小王", **child)
    assert (caught.value.field, caught.value.code) == ("guardian_name", "consent.guardian")
    assert desk.register("小王", **child, overrides=("consent.guardian",)).id


def given_by(store: Store) -> list[tuple[ConsentKind, bool, str]]:
    asked = select(Consent.kind, Consent.given, Consent.given_by).order_by(Consent.id)
    with store.reading() as session:
        return [tuple(row) for row in session.execute(asked)]


def test_another_guardian_agrees_anew(desk: Desk, store: Store) -> None:
    asked = {ConsentKind.MEDICAL_DATA: True, ConsentKind.COMMUNICATION: False}
    child = VisitorDraft(
        name="小王", birth_date=dt.date(2020, 1, 1), guardian_name="妈妈", guardian_phone="1", consents=asked
    )
    ref = desk.services.visitors.register(desk.actor, new_request(), child).value
    first = given_by(store)
    for version, changed in enumerate(
        (
            replace(child, guardian_phone="13800138000"),
            replace(child, guardian_name="爸爸"),
            replace(child, guardian_name="", overrides=("consent.guardian",)),
            replace(child, guardian_name="爸爸"),
        ),
        1,
    ):
        edit(desk, ref.id, version, changed)
    assert given_by(store) == [*first, (ConsentKind.MEDICAL_DATA, True, "爸爸")]


def test_a_grown_up_with_another_contact_agrees_to_nothing_anew(desk: Desk, store: Store) -> None:
    grown = VisitorDraft(name="甲", guardian_name="妈妈", consents={ConsentKind.MEDICAL_DATA: True})
    ref = desk.services.visitors.register(desk.actor, new_request(), grown).value
    edit(desk, ref.id, 1, replace(grown, guardian_name="爸爸"))
    assert given_by(store) == [(ConsentKind.MEDICAL_DATA, True, "甲")]


# --- Edit -----------------------------------------------------------------------------------------------------


def edit(desk: Desk, visitor: int, version: int, draft: VisitorDraft) -> int:
    return desk.services.visitors.edit(desk.actor, new_request(), visitor, version, draft).value.version


def test_an_edit_changes_the_record_and_how_it_is_found(desk: Desk, store: Store) -> None:
    ref = desk.register("王建国", phone="13800138000")
    assert edit(desk, ref.id, 1, VisitorDraft(name="李建国", phone="13900139000")) == 2
    assert [desk.found(typed) for typed in ("王", "李", "建国", "138", "9000")] == [
        [],
        ["李建国"],
        ["李建国"],
        [],
        ["李建国"],
    ]
    assert_indexed(store, ref.id)
    assert desk.services.visitors.visitor(desk.actor, ref.id).code == ref.code


def test_an_edit_of_what_somebody_else_changed_meanwhile_is_a_conflict(desk: Desk) -> None:
    ref = desk.register("王建国")
    edit(desk, ref.id, 1, VisitorDraft(name="王建军"))
    with pytest.raises(ConflictError):
        edit(desk, ref.id, 1, VisitorDraft(name="王建民"))
    assert desk.found("王") == ["王建军"]
    assert edit(desk, ref.id, 2, VisitorDraft(name="王建民")) == 3


def test_a_conflict_leaves_the_trail_alone(desk: Desk, store: Store) -> None:
    ref = desk.register("王建国")
    with pytest.raises(ConflictError):
        edit(desk, ref.id, 7, VisitorDraft(name="王建军"))
    assert len(audit_bodies(store, "visitor", ref.id)) == 1


def test_an_edit_that_can_not_be_is_refused_like_a_registration(desk: Desk) -> None:
    ref = desk.register("王建国")
    with pytest.raises(InputError) as caught:
        edit(desk, ref.id, 1, VisitorDraft(name=""))
    assert caught.value.field == "name"
    assert desk.found("王建国") == ["王建国"]


def test_an_edit_keeps_before_and_after(desk: Desk, store: Store) -> None:
    ref = desk.register("王建国")
    edit(desk, ref.id, 1, VisitorDraft(name="李建国"))
    body = audit_bodies(store, "visitor", ref.id)[-1]
    assert body.index("李建国") < body.index('"before"') < body.index("王建国")


def test_a_document_taken_away_takes_the_division_along(desk: Desk) -> None:
    document = {"sex": Sex.UNKNOWN, "document_kind": DocumentKind.RESIDENT_ID, "document_number": ID}
    ref = desk.register("甲", **document)
    edit(desk, ref.id, 1, VisitorDraft(name="甲"))
    view = desk.services.visitors.visitor(desk.actor, ref.id)
    assert (view.division, view.draft.document_number) == ("", "")


def test_only_answers_that_changed_are_entered_and_the_latest_counts(desk: Desk, store: Store) -> None:
    asked = {ConsentKind.MEDICAL_DATA: True, ConsentKind.COMMUNICATION: True}
    ref = desk.register("甲", consents=asked)
    withdrawn = asked | {ConsentKind.COMMUNICATION: False}
    edit(desk, ref.id, 1, VisitorDraft(name="甲", consents=withdrawn))
    assert desk.services.visitors.visitor(desk.actor, ref.id).draft.consents == withdrawn
    with store.reading() as session:
        assert session.scalars(select(func.count()).select_from(Consent)).one() == 3


EDITS = st.builds(
    VisitorDraft,
    name=st.text("王建国wang ·", min_size=1, max_size=6).filter(str.strip),
    phone=st.text("0123456789", max_size=11),
    preferred_name=st.text("abж", max_size=4),
)


@given(drafts=st.lists(EDITS, min_size=2, max_size=4))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_any_edits_the_index_is_that_of_the_record(
    desk: Desk, store: Store, drafts: list[VisitorDraft]
) -> None:
    ref = desk.services.visitors.register(desk.actor, new_request(), drafts[0]).value
    for version, draft in enumerate(drafts[1:], 1):
        edit(desk, ref.id, version, draft)
    assert_indexed(store, ref.id)


# --- Likely duplicates ----------------------------------------------------------------------------------------


def likely(desk: Desk, **values: object) -> list[tuple[str, bool]]:
    draft = VisitorDraft(**values)  # type: ignore[arg-type]
    return [(d.hit.name, d.certain) for d in desk.services.visitors.likely_duplicates(desk.actor, draft)]


def test_the_same_document_is_certainly_the_same_person(desk: Desk) -> None:
    document = {"sex": Sex.UNKNOWN, "document_kind": DocumentKind.RESIDENT_ID}
    desk.register("王建国", document_number=ID, **document)
    assert likely(desk, name="王健国", document_number=ID.lower(), **document) == [("王建国", True)]


def test_a_document_that_is_insisted_on_is_asked_about_and_not_certain(desk: Desk) -> None:
    wrong = {
        "sex": Sex.UNKNOWN,
        "document_kind": DocumentKind.RESIDENT_ID,
        "document_number": "110105194912310021",
        "overrides": ("document.check",),
    }
    desk.register("王建国", **wrong)
    spaced = wrong | {"document_number": "110105 19491231 0021"}
    assert likely(desk, **spaced) == [("王建国", False)]
    assert likely(desk, name="王建国", **spaced) == [("王建国", True)]


def test_the_one_looked_for_is_found_among_many_of_one_surname_and_year(
    desk: Desk, store: Store, clock: WallClock
) -> None:
    document = {"document_kind": DocumentKind.RESIDENT_ID, "document_number": ID}
    desk.register("王秀兰", sex=Sex.UNKNOWN, birth_date=dt.date(1949, 12, 31), **document)
    born = dt.date(1949, 3, 4)
    desk.register("王建国", birth_date=born)
    crowd = [
        prepare(VisitorDraft(name=f"王{name}", birth_date=born + dt.timedelta(day)), clock.moment.date())
        for day, name in enumerate("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉" * 11, 10)
    ][:258]
    seen = {"first_seen": clock(), "last_visit": None, "visits": 0}
    with store.writing() as session:
        store_visitors(session, crowd, [{"code": f"P{n}", **seen} for n in range(len(crowd))])
        session.commit()
    assert len(crowd) == 258
    assert likely(desk, name="王秀英", birth_date=dt.date(1949, 12, 31), **document) == [("王秀兰", True)]
    found = likely(desk, name="王建国", birth_date=born + dt.timedelta(1), sex=Sex.MALE)
    assert ("王建国", False) in found


def test_a_likely_duplicate_is_shown_with_why_and_never_blocks(desk: Desk) -> None:
    known = {"name": "王建国", "birth_date": dt.date(1980, 1, 2), "phone": "13800138000"}
    desk.register(**known)
    [found] = desk.services.visitors.likely_duplicates(desk.actor, VisitorDraft(**known))  # type: ignore[arg-type]
    assert found.hit.name == "王建国"
    assert found.reasons
    assert desk.register(**known).id != found.hit.id


def test_families_share_a_phone_without_being_one_person(desk: Desk) -> None:
    desk.register("王建国", phone="13800138000", birth_date=dt.date(1980, 1, 2))
    assert likely(desk, name="李娜", phone="13800138000", birth_date=dt.date(1985, 5, 6)) == []


def test_a_record_being_edited_is_no_duplicate_of_itself(desk: Desk) -> None:
    ref = desk.register("王建国", birth_date=dt.date(1980, 1, 2), phone="13800138000")
    draft = desk.services.visitors.visitor(desk.actor, ref.id).draft
    assert desk.services.visitors.likely_duplicates(desk.actor, draft, ref.id) == []


def test_nothing_typed_yet_resembles_nobody(desk: Desk) -> None:
    desk.register("王建国")
    assert likely(desk) == []


def test_a_changed_record_is_compared_as_it_is_now(desk: Desk, store: Store) -> None:
    old = {"name": "王建国", "birth_date": dt.date(1980, 1, 2), "phone": "13800138000"}
    ref = desk.register(**old)
    edit(desk, ref.id, 1, VisitorDraft(name="李娜", birth_date=dt.date(1999, 9, 9)))
    assert likely(desk, **old) == []
    assert [name for name, _certain in likely(desk, name="李娜", birth_date=dt.date(1999, 9, 9))] == ["李娜"]
    with store.reading() as session:
        assert session.scalars(select(func.count()).select_from(DuplicateKey)).one() > 0


# --- Appointments ---------------------------------------------------------------------------------------------


def test_only_booked_appointments_of_today_are_shown(desk: Desk, store: Store, clock: WallClock) -> None:
    from deskapp.db.models.intake import Appointment
    from deskapp.domain.registration import AppointmentState

    ref = desk.register("王建国")
    times = {"10:00": 0, "23:59": 0, "00:00": 0, "12:00": 1, "13:00": -1}
    with store.writing() as session:
        for text, days in times.items():
            starts = clock.set(text) + dt.timedelta(days=days)
            values = {
                "visitor_id": ref.id,
                "department_id": desk.house.surgery,
                "starts_at": starts,
                "version": 1,
            }
            session.execute(insert(Appointment).values(state=AppointmentState.BOOKED, **values))
        cancelled = {**values, "starts_at": clock.set("11:00"), "doctor_id": desk.house.li}
        session.execute(insert(Appointment).values(state=AppointmentState.CANCELLED, **cancelled))
        session.commit()
    clock.set("09:00")
    shown = desk.services.visitors.appointments(desk.actor, ref.id)
    assert [one.starts_at for one in shown] == [clock.set(text) for text in ("00:00", "10:00", "23:59")]
    assert shown[0].department.en == "General surgery"


# --- Keeping the search fast ----------------------------------------------------------------------------------


def test_a_crowded_search_is_noted_and_kept_fast_from_then_on(
    desk: Desk, store: Store, clock: WallClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "HOT_OVER", 8)
    monkeypatch.setattr(search, "HOT_KEPT", 6)
    monkeypatch.setattr(search, "KEPT_AT_LEAST", 4)
    for number in range(9):
        desk.register(f"王{number}")
    visitors = desk.services.visitors
    before = [hit.id for hit in visitors.find(desk.actor, "wang", 5)]
    visitors.find(desk.actor, "nobody", 5)
    assert visitors.crowded == {"wang"}
    assert visitors.keep_search_fast(desk.actor, new_request()).value == 1
    assert visitors.crowded == frozenset()
    with store.reading() as session:
        assert session.scalars(select(HotPrefix.prefix)).all() == ["wang"]
    assert [hit.id for hit in visitors.find(desk.actor, "wang", 5)] == before
    clock.forward(seconds=1)
    newest = desk.register("王新")
    assert [hit.id for hit in visitors.find(desk.actor, "wang", 5)] == [newest.id, *before[:4]]
    assert visitors.crowded == frozenset()
