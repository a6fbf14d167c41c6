"""Document numbers, scans, telephone numbers and masks as the desk meets them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from deskapp.domain import codes, identity
from deskapp.domain.identity import ScanKind, read_document, recognise_scan
from deskapp.domain.registration import DocumentKind, Sex
from deskapp.errors import InputError

TODAY = date(2026, 11, 22)
PASSPORT_LINE = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
VALID = [
    "11010519491231002X",
    "440524188001010014",
    "34052419800101001X",
    "360426199101010071",
    "110101199003078873",
]
PERMITS = ["810000199408230021", "830000199201300022"]


@st.composite
def resident_ids(draw: st.DrawFn) -> tuple[str, date, Sex]:
    born = draw(st.dates(date(1912, 1, 1), TODAY))
    sequence = draw(st.integers(0, 999))
    division = draw(st.sampled_from(sorted(code for code in identity.PROVINCES if code < "81"))) + "0102"
    body = f"{division}{born:%Y%m%d}{sequence:03}"
    return body + identity.check_character(body), born, Sex.MALE if sequence % 2 else Sex.FEMALE


def refusal(kind: DocumentKind | None, text: str) -> InputError:
    with pytest.raises(InputError) as caught:
        read_document(kind, text, TODAY)
    assert caught.value.field == "document_number"
    return caught.value


@pytest.mark.parametrize("number", VALID)
@pytest.mark.parametrize("kind", [None, DocumentKind.RESIDENT_ID])
def test_resident_ids(kind: DocumentKind | None, number: str) -> None:
    reading = read_document(kind, number, TODAY)
    assert (reading.kind, reading.number) == (DocumentKind.RESIDENT_ID, number)
    assert f"{reading.birth_date:%Y%m%d}" == number[6:14]
    assert reading.sex is (Sex.MALE if int(number[16]) % 2 else Sex.FEMALE)
    assert reading.division == number[:6]


@given(resident_ids(), st.sampled_from(["", " ", "-", "\u200b"]))
def test_a_resident_id_gives_birth_and_sex_however_it_is_typed(made: tuple[str, date, Sex], gap: str) -> None:
    number, born, sex = made
    typed = gap.join((number[:6], number[6:14], number[14:].lower()))
    reading = read_document(DocumentKind.RESIDENT_ID, typed, TODAY)
    assert (reading.number, reading.birth_date, reading.sex) == (number, born, sex)


@given(resident_ids(), st.integers(0, 16), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_refused(made: tuple[str, date, Sex], place: int, wrong: str) -> None:
    number = made[0]
    assume(number[place] != wrong)
    error = refusal(DocumentKind.RESIDENT_ID, number[:place] + wrong + number[place + 1 :])
    assert error.code in ("document.check", "document.date")


@given(resident_ids(), st.integers(0, 15))
def test_two_swapped_digits_are_always_refused(made: tuple[str, date, Sex], place: int) -> None:
    number = made[0]
    assume(number[place] != number[place + 1])
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert refusal(None, swapped).code in ("document.check", "document.date")


@pytest.mark.parametrize(
    ("old", "number"),
    [("511702800222130", "511702198002221308"), ("610104620927690", "610104196209276908")],
)
def test_an_old_number_is_completed_and_said_so(old: str, number: str) -> None:
    reading = read_document(DocumentKind.RESIDENT_ID, old, TODAY)
    assert reading.number == number
    assert len(reading.warnings) == 1


@pytest.mark.parametrize("number", PERMITS)
@pytest.mark.parametrize("kind", [None, DocumentKind.RESIDENCE_PERMIT, DocumentKind.RESIDENT_ID])
def test_residence_permits(kind: DocumentKind | None, number: str) -> None:
    reading = read_document(kind, number, TODAY)
    assert reading.kind is DocumentKind.RESIDENCE_PERMIT
    assert reading.birth_date is not None
    assert bool(reading.warnings) == (kind is DocumentKind.RESIDENT_ID)


def test_foreign_permanent_residents_new_and_old() -> None:
    body = "93184019900307001"
    new = read_document(None, body + identity.check_character(body), TODAY)
    assert (new.kind, new.birth_date) == (DocumentKind.FOREIGN_RESIDENT, date(1990, 3, 7))
    assert (new.sex, new.division, new.warnings) == (Sex.MALE, "310000", ())
    old = read_document(DocumentKind.FOREIGN_RESIDENT, "usa 310578010112", TODAY)
    assert (old.number, old.birth_date) == ("USA310578010112", None)


def test_an_unknown_division_is_only_a_warning() -> None:
    body = "99010119900307001"
    assert read_document(None, body + identity.check_character(body), TODAY).warnings
    body = "66010119900307001"
    reading = read_document(DocumentKind.RESIDENT_ID, body + identity.check_character(body), TODAY)
    assert len(reading.warnings) == 1
    assert reading.division == "660101"


def test_births_that_can_not_be_are_refused_and_great_age_is_doubted() -> None:
    assert refusal(DocumentKind.RESIDENT_ID, "110105194912310021").code == "document.check"
    assert refusal(DocumentKind.RESIDENT_ID, "110105194912310021").overridable
    assert refusal(DocumentKind.RESIDENT_ID, "11010519490229002X").code == "document.date"
    body = "11010120261123001"
    assert refusal(None, body + identity.check_character(body)).code == "document.future"
    assert not refusal(None, body + identity.check_character(body)).overridable
    assert len(read_document(None, "440524188001010014", TODAY).warnings) == 1


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (DocumentKind.HK_MACAU, "H12345678"),
        (DocumentKind.HK_MACAU, "M1234567801"),
        (DocumentKind.TAIWAN, "12345678"),
        (DocumentKind.PASSPORT, "E12345678"),
        (DocumentKind.PASSPORT, "987654321"),
        (DocumentKind.MILITARY, "军字第2001988号"),
        (DocumentKind.OTHER, "ABC/12"),
        (DocumentKind.NEWBORN, ""),
        (DocumentKind.NONE, " "),
    ],
)
def test_other_documents_are_taken_as_they_are(kind: DocumentKind, text: str) -> None:
    reading = read_document(kind, f" {text.lower()} ", TODAY)
    assert (reading.kind, reading.number, reading.warnings) == (kind, text.strip(), ())


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        (DocumentKind.RESIDENT_ID, "1101051949123100", "form"),
        (DocumentKind.RESIDENT_ID, "", "missing"),
        (DocumentKind.HK_MACAU, "A12345678", "form"),
        (DocumentKind.TAIWAN, "1234567", "form"),
        (DocumentKind.PASSPORT, "王建国王建国", "form"),
        (DocumentKind.FOREIGN_RESIDENT, "US310578010112", "form"),
        (DocumentKind.MONGOLIAN, "УК0327161", "form"),
        (DocumentKind.MONGOLIAN, "УК03141614", "date"),
        (DocumentKind.MONGOLIAN, "УК26321614", "future"),
        (DocumentKind.MONGOLIAN, "ZZ03271614", "form"),
        (DocumentKind.MILITARY, "\x00123", "form"),
        (DocumentKind.OTHER, "1" * 10_000, "form"),
        (DocumentKind.OTHER, "😀😀", "form"),
        (DocumentKind.NONE, "123", "kind"),
        (DocumentKind.PASSPORT, PASSPORT_LINE[:-1] + "9", "mrz"),
    ],
)
def test_what_can_not_be_a_number_of_its_kind_is_refused(kind: DocumentKind, text: str, code: str) -> None:
    assert refusal(kind, text).code == f"document.{code}"


@pytest.mark.parametrize(
    ("number", "born", "sex"),
    [
        ("УК03271614", date(2003, 7, 16), Sex.MALE),
        ("ӨҮ65010223", date(1965, 1, 2), Sex.FEMALE),
        ("аё99123150", date(1999, 12, 31), Sex.MALE),
    ],
)
def test_mongolian_numbers(number: str, born: date, sex: Sex) -> None:
    for kind in (None, DocumentKind.MONGOLIAN):
        reading = read_document(kind, number, TODAY)
        assert (reading.kind, reading.number) == (DocumentKind.MONGOLIAN, number.upper())
        assert (reading.birth_date, reading.sex, reading.warnings) == (born, sex, ())


def test_latin_lookalikes_are_read_as_cyrillic_and_said_so() -> None:
    reading = read_document(DocumentKind.MONGOLIAN, "yk03271614", TODAY)
    assert reading.number == "УК03271614"
    assert len(reading.warnings) == 1


def test_a_passport_by_its_machine_readable_line() -> None:
    reading = read_document(DocumentKind.PASSPORT, PASSPORT_LINE, TODAY)
    assert (reading.number, reading.nationality) == ("L898902C3", "UTO")
    assert (reading.birth_date, reading.sex) == (date(1974, 8, 12), Sex.FEMALE)
    assert "2012-04-15" in str(reading.warnings[0])
    assert read_document(None, PASSPORT_LINE, date(2012, 4, 15)).warnings == ()


@given(
    st.sampled_from([None, *DocumentKind]),
    st.one_of(st.text(max_size=45), st.text("0123456789XHM<", max_size=45)),
)
def test_any_text_is_read_or_refused_at_its_field(kind: DocumentKind | None, text: str) -> None:
    try:
        reading = read_document(kind, text, TODAY)
    except InputError as error:
        refused: InputError | None = error
    else:
        refused = None
        assert len(reading.number) <= identity.NUMBER_MAX
        assert reading.birth_date is None or reading.birth_date <= TODAY
    assert refused is None or refused.field == "document_number"


@pytest.mark.parametrize(
    ("text", "document", "value"),
    [
        *((number, DocumentKind.RESIDENT_ID, number) for number in VALID),
        (PERMITS[0], DocumentKind.RESIDENCE_PERMIT, PERMITS[0]),
        ("511702800222130", DocumentKind.RESIDENT_ID, "511702800222130"),
        ("h12345678", DocumentKind.HK_MACAU, "H12345678"),
        ("УК03271614", DocumentKind.MONGOLIAN, "УК03271614"),
        ("E12345678", DocumentKind.PASSPORT, "E12345678"),
        ("USA310578010112", DocumentKind.FOREIGN_RESIDENT, "USA310578010112"),
        (PASSPORT_LINE, DocumentKind.PASSPORT, PASSPORT_LINE),
    ],
)
def test_a_scanned_document_is_recognised(text: str, document: DocumentKind, value: str) -> None:
    scan = recognise_scan(text)
    assert (scan.kind, scan.document, scan.value) == (ScanKind.DOCUMENT, document, value)


@given(st.binary(min_size=7, max_size=7))
def test_our_own_codes_are_recognised(entropy: bytes) -> None:
    visit, visitor = codes.make_code("V", entropy), codes.make_code("P", entropy)
    assert recognise_scan(visit.lower()) == identity.Scan(ScanKind.VISIT, visit)
    assert recognise_scan(visitor) == identity.Scan(ScanKind.VISITOR, visitor)


def test_what_a_card_reader_types_gives_number_name_and_address() -> None:
    typed = "张三丰|男|汉|1949年12月31日|北京市朝阳区幸福路1号|11010519491231002X|北京市公安局朝阳分局建国门公安局"
    scan = recognise_scan(typed)
    assert (scan.document, scan.value) == (DocumentKind.RESIDENT_ID, "11010519491231002X")
    assert (scan.name, scan.address) == ("张三丰", "北京市朝阳区幸福路1号")


@pytest.mark.parametrize(
    "text",
    ["", "  ", "12345678", "110105194912310021", "https://example.org/?q=1", "王建国", "a|b|c", "X" * 10_000],
)
def test_other_scans_are_left_to_the_search(text: str) -> None:
    assert recognise_scan(text) == identity.Scan(ScanKind.UNKNOWN, text.strip())


def test_divisions_have_names_in_three_languages() -> None:
    beijing = identity.province("110105")
    assert beijing is not None
    assert (beijing.zh, beijing.en, beijing.mn) == ("北京市", "Beijing", "Бээжин")
    assert identity.province("990000") is identity.province(None) is None
    assert all(name.zh and name.en and name.mn for name in identity.PROVINCES.values())


@pytest.mark.parametrize(
    ("text", "region", "number", "mobile"),
    [
        ("13800138000", "CN", "+8613800138000", True),
        ("138 0013-8000", "CN", "+8613800138000", True),
        ("010-62345678", "CN", "+861062345678", False),
        ("99112233", "MN", "+97699112233", True),
        ("70112233", "MN", "+97670112233", False),
        ("+976 99112233", "CN", "+97699112233", True),
    ],
)
def test_phones(text: str, region: str, number: str, mobile: bool) -> None:
    reading = identity.read_phone(text, region)
    assert (reading.number, reading.valid, reading.mobile) == (number, True, mobile)
    assert reading.warnings == ()
    assert reading.shown.startswith("+976" if region == "CN" and "+976" in text else text[0])


@pytest.mark.parametrize("text", ["14100000000", "123", "no phone", "1" * 10_000, "<b>", "138\x00"])
def test_a_doubtful_phone_is_kept_as_typed_with_a_warning(text: str) -> None:
    reading = identity.read_phone(f" {text} ", "CN")
    assert (reading.number, reading.valid, len(reading.warnings)) == (text, False, 1)


def test_no_phone_is_no_reason_to_warn() -> None:
    assert identity.read_phone(" ", "CN").warnings == ()


@pytest.mark.parametrize(
    ("phone", "mask"),
    [
        ("13800138000", "138****8000"),
        ("+8613800138000", "138****8000"),
        ("+97699112233", "99****33"),
        ("99112233", "99****33"),
        ("1234", "***4"),
        ("7", "*"),
        ("", ""),
    ],
)
def test_phone_masks(phone: str, mask: str) -> None:
    assert identity.mask_phone(phone) == mask


@pytest.mark.parametrize(
    ("name", "mask"),
    [
        ("张伟", "张*"),
        ("王建国", "王*国"),
        ("欧阳娜娜", "欧**娜"),
        ("艾合买提·买买提", "艾***·**提"),
        ("𠮷田", "𠮷*"),
        ("王", "*"),
        ("王 建国", "王*国"),
        ("张\u3000伟", "张*"),
        ("王 Smith", "* S****"),
        ("Бат Дорж", "Б** Д***"),
        ("John Smith", "J*** S****"),
        ("", ""),
    ],
)
def test_name_masks(name: str, mask: str) -> None:
    assert identity.mask_name(name) == mask


@given(st.text("0123456789+", max_size=16), st.text(max_size=20))
def test_masks_never_show_everything(phone: str, name: str) -> None:
    digits = phone.replace("+", "")
    assert not digits or identity.mask_phone(phone) != digits
    assert not name.strip() or "*" in identity.mask_name(name)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("511702800222130", "511702198002221308"),
        ("511702 800222 130", "511702198002221308"),
        ("+86 138-0013 8000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("（＋976）9911 2233", "99112233"),
        ("YK03271614", "УК03271614"),
        ("yk0327", "УК0327"),
        ("УK03271614", "УК03271614"),
    ],
)
def test_a_number_is_looked_for_as_it_would_be_stored(typed: str, stored: str) -> None:
    assert identity.other_writing(typed) == stored


@pytest.mark.parametrize(
    "typed",
    ["", "王建国", "13800138000", "УК03271614", "QZ03271614", "YK", "+1 202 555 0100", "11010519491231"],
)
def test_most_of_what_is_typed_is_written_in_one_way_only(typed: str) -> None:
    assert identity.other_writing(typed) is None


@pytest.mark.parametrize(
    ("kind", "number", "fails"),
    [
        (DocumentKind.RESIDENT_ID, "110105194912310021", True),
        (DocumentKind.RESIDENT_ID, "11010519491231002X", False),
        (DocumentKind.FOREIGN_RESIDENT, "110105194912310021", True),
        (DocumentKind.FOREIGN_RESIDENT, "CHN310062020213", False),
        (DocumentKind.PASSPORT, "110105194912310021", False),
        (DocumentKind.RESIDENT_ID, "1", False),
    ],
)
def test_a_check_character_that_does_not_fit(kind: DocumentKind, number: str, fails: bool) -> None:
    assert identity.check_fails(kind, number) is fails


def test_document_masks() -> None:
    assert identity.mask_document("11010519491231002X") == "****002X"
    assert identity.mask_document("1234") == "****"
    assert identity.mask_document("") == ""
