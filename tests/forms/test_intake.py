"""The registration form and the page of the record booklet, read back from the file."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskapp.domain.papers import RecordPagePaper, RegistrationPaper, VitalSigns
from deskapp.domain.registration import (
    LABELS,
    Allergy,
    ContactRelation,
    DocumentKind,
    MaritalStatus,
    MediaSource,
    Sex,
    VisitKind,
)
from deskapp.forms.grid import TICK
from deskapp.forms.intake import record_page, registration_form
from deskapp.i18n import LANGUAGES, translator
from tests.forms import reading
from tests.forms.reading import HEAD, NOW, visible
from tests.forms.samples import CODE, DAY, RECORD, REGISTRATION

EN = translator("en")
SIZES = ("A4", "A5")


def form(paper: RegistrationPaper | None = REGISTRATION, language: str = "en", size: str = "A4") -> bytes:
    return registration_form(paper, HEAD, translator(language), size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_is_on_the_form(language: str, size: str) -> None:
    words = reading.text(form(language=language, size=size))
    typed = [
        getattr(REGISTRATION, field.name)
        for field in fields(REGISTRATION)
        if isinstance(getattr(REGISTRATION, field.name), str) and field.name not in {"code"}
    ]
    typed = [value for value in typed if value and type(value) is str]
    assert len(typed) > 18
    assert [value for value in typed if visible(value) not in words] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_house_words_are_in_the_forms_own_language(language: str) -> None:
    words = reading.text(form(language=language))
    assert visible(translator(language)(REGISTRATION.department)) in words  # type: ignore[arg-type]
    assert visible(translator(language).money(8500)) in words


def test_two_languages_in_one_process_do_not_mix() -> None:
    first, other, again = form(language="mn"), form(language="zh"), form(language="mn")
    assert first == again != other
    assert "心血管内科" not in reading.text(first)


@pytest.mark.parametrize("size", SIZES)
def test_the_right_boxes_are_ticked(size: str) -> None:
    words = reading.text(form(size=size))
    for label in (
        "male",
        "widowed",
        "residentIDcard",
        "daughter",
        "friendorrelative",
        "documentseen",
        "paid",
    ):
        assert TICK + label in words
    for label in ("female", "single", "married", "unpaid", "waived"):
        assert TICK + label not in words
    assert words.count(TICK) == 10  # and: no interpreter, one consent given, one refused


@pytest.mark.parametrize("size", SIZES)
def test_no_document_is_said_to_be_seen_whose_number_nobody_knows(size: str) -> None:
    """As in records of old: the kind was chosen, and the number never typed."""
    words = reading.text(form(replace(REGISTRATION, document_number=""), size=size))
    assert TICK + "documentseen" not in words
    assert TICK + "residentIDcard" in words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_the_blank_form_names_every_choice_and_ticks_none(language: str, size: str) -> None:
    words = reading.text(form(None, language, size))
    tr = translator(language)
    for kind in (Sex, MaritalStatus, DocumentKind, ContactRelation, MediaSource, VisitKind):
        assert [label for label in LABELS[kind].values() if visible(tr(label)) not in words] == []
    assert TICK not in words


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_usual_form_is_one_a4_page_and_no_size_takes_more_than_two(language: str) -> None:
    assert len(reading.pages(form(language=language))) == 1
    for paper in (REGISTRATION, None):
        assert len(reading.pages(form(paper, language, "A5"))) <= 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_the_file_is_small(language: str, size: str) -> None:
    assert len(form(language=language, size=size)) <= 80_000


def test_every_font_is_an_embedded_subset_with_its_map() -> None:
    found = reading.fonts(form(language="zh"))
    assert {name.split("+")[1].split("-")[0] for name in found} >= {"NotoSansSC", "NotoSansJP"}
    for name, entry in found.items():
        assert "+" in name
        assert "/FontFile2" in entry["/DescendantFonts"][0]["/FontDescriptor"]
        assert "/ToUnicode" in entry


@pytest.mark.parametrize("size", SIZES)
def test_the_qr_code_carries_the_opaque_number_only(size: str, tmp_path: Path) -> None:
    assert reading.codes(form(size=size), tmp_path, dpi=200) == {"QR-Code": CODE}


def test_a_form_without_a_number_has_no_code(tmp_path: Path) -> None:
    assert reading.codes(form(None), tmp_path, dpi=200) == {}


def test_the_three_times_are_apart() -> None:
    words = reading.text(form())
    for moment in (REGISTRATION.number_issued, REGISTRATION.checked_in, REGISTRATION.doctor_began):
        assert moment is not None
        assert EN.time(moment) in words


def test_prices_are_itemised_and_summed() -> None:
    words = reading.text(form())
    for amount in ("¥25.00", "¥30.00", "¥60.00", "¥85.00"):
        assert amount in words


def test_many_prices_run_over_pages_with_their_headings() -> None:
    paper = replace(REGISTRATION, prices=REGISTRATION.prices * 30)
    pages = reading.pages(form(paper))
    assert len(pages) >= 2
    assert all("Quantity" in page for page in pages[:2])
    assert "¥2,550.00" in "".join(pages)


@pytest.mark.parametrize(
    ("allergy", "expected"),
    [
        (Allergy.YES, "青霉素"),
        (Allergy.NONE, "noneknown"),
        (Allergy.UNKNOWN, "notaskedyet"),
        (None, "notaskedyet"),
    ],
)
def test_the_allergy_stands_before_everything_else(allergy: Allergy | None, expected: str) -> None:
    words = reading.text(form(replace(REGISTRATION, allergy=allergy)))
    assert words.index("Drugallergy") < words.index("Queuenumber")
    assert expected in words


def test_a_childs_guardian_is_named_and_asked_even_when_not_known_yet() -> None:
    child = replace(REGISTRATION, birth_date=dt.date(2020, 5, 1))
    adult = reading.text(form(REGISTRATION))
    assert "Guardian'sphone" not in adult
    assert "Guardian'sphone" in reading.text(form(child))
    assert "王大海" in reading.text(form(replace(child, guardian_name="王大海")))


def test_consent_names_who_and_when_and_leaves_room_to_sign() -> None:
    words = reading.text(form())
    assert words.count("王𠮷㛃") == 3  # the name, and who gave each answer
    assert words.count(reading.squeezed(f"{EN.date(NOW.astimezone().date())} {EN.time(NOW)}")) >= 2
    for line in ("Visitor'ssignature,date", "Guardian'ssignature,date", "Deskoperator'ssignature"):
        assert line in words


def test_nothing_known_prints_all_the_same() -> None:
    words = reading.text(form(RegistrationPaper()))
    assert "Registrationform" in words
    assert TICK not in words


def set_aside(words: str, wanted: str) -> list[str]:
    """Return the wanted characters as far as the words hold as many of each."""
    return [char for char in set(wanted) for _ in range(min(wanted.count(char), words.count(char)))]


HOSTILE = st.text(st.characters(codec=None), max_size=40)


@settings(max_examples=15)
@given(HOSTILE, HOSTILE, st.sampled_from(LANGUAGES), st.sampled_from(SIZES))
def test_whatever_is_typed_is_on_paper(name: str, complaint: str, language: str, size: str) -> None:
    paper = replace(REGISTRATION, preferred_name=name, complaint=complaint)
    words = reading.text(form(paper, language, size))
    assert visible(complaint) in words
    assert sorted(visible(name)) == sorted(set_aside(words, visible(name)))


@pytest.mark.parametrize(
    "typed",
    [
        "<b>&amp;</b>",
        "a\0b",
        "مرحبا",
        "\u202egnp.exe",
        "😀👨‍👩‍👧",
        "x" * 10_000,
        "{name} %s",
        "(\\)",
        "e\u0301\u0323",
    ],
)
@pytest.mark.parametrize("size", SIZES)
def test_hostile_text_is_printed_as_it_is(typed: str, size: str) -> None:
    words = reading.text(form(replace(REGISTRATION, complaint=typed), "zh", size))
    if len(typed) < 100:
        assert visible(typed) in words
    else:
        assert words.count("x") >= len(typed)


def record(paper: RecordPagePaper | None = RECORD, language: str = "en") -> bytes:
    return record_page(paper, HEAD, translator(language), "A4")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("paper", [RECORD, None])
def test_the_record_page_is_one_page_in_every_language(paper: RecordPagePaper | None, language: str) -> None:
    assert len(reading.pages(record(paper, language))) == 1


def test_the_record_page_heads_with_what_is_known() -> None:
    words = reading.text(record())
    for known in (
        "王𠮷㛃",
        "female",
        "4Mar1958",
        "68years",
        "青霉素",
        "Cardiology",
        "305",
        "A012",
        "胸口疼痛三天",
    ):
        assert known in words
    assert words.index("青霉素") < words.index("胸口疼痛三天")


def test_vital_signs_stand_with_score_and_level() -> None:
    words = reading.text(record())
    for sign in ("21", "93", "138/86", "95", "37.5", "NEWS2", "II·orange", "李娜"):
        assert sign in words


def test_a_pressure_half_taken_says_so() -> None:
    paper = replace(RECORD, vitals=VitalSigns(systolic=120))
    assert "120/–" in reading.text(record(paper))
    assert "/–" not in reading.text(record(replace(RECORD, vitals=VitalSigns(diastolic=80))))


def test_the_doctor_has_room_for_each_part() -> None:
    words = reading.text(record())
    parts = ["History", "Examination", "Diagnosis", "Treatmentandadvice", "Doctor'ssignature"]
    assert [words.index(part) for part in parts] == sorted(words.index(part) for part in parts)


def test_a_long_complaint_pushes_the_doctors_room_to_the_next_page() -> None:
    pages = reading.pages(record(replace(RECORD, complaint="胸口疼痛三天。" * 300)))
    assert len(pages) == 2
    assert "Diagnosis" in pages[1]
    assert reading.squeezed("".join(pages)).count("胸口疼痛三天。") == 300


def test_the_record_page_carries_its_number(tmp_path: Path) -> None:
    assert reading.codes(record(), tmp_path, dpi=200) == {"QR-Code": CODE}


def test_days_and_ages_are_those_of_the_visit() -> None:
    assert EN.date(DAY).replace(" ", "") in reading.text(record())
