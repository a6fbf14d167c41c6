"""What the number on a document, a scan or a telephone number says about a person.

A number that can't be one of its kind raises; what is merely unusual is a warning, because the person stands
at the desk whatever the number says. Structures: GB 11643 (resident IDs and residence permits) and the
registration number of Mongolia; machine-readable zones are read in `mrz`.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from deskapp.domain import codes, mrz
from deskapp.domain.registration import DocumentKind, Sex, label
from deskapp.domain.text import N_, Text, Words
from deskapp.errors import InputError

FIELD: Final = "document_number"
NUMBER_MAX: Final = 40
"""Characters of a free document number."""
AGE_UNUSUAL: Final = 115
"""Years of age from which the desk is asked to look again."""

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"

_RESIDENT_18: Final = re.compile(r"[0-9]{17}[0-9X]")
_RESIDENT_15: Final = re.compile(r"[0-9]{15}")
_HK_MACAU: Final = re.compile(r"[HM][0-9]{8}([0-9]{2})?")
_TAIWAN: Final = re.compile(r"[0-9]{8}")
_FOREIGN_OLD: Final = re.compile(r"[A-Z]{3}[0-9]{12}")
_PASSPORT: Final = re.compile(r"[A-Z0-9]{5,20}")
_PASSPORT_SEEN: Final = re.compile(r"[A-Z]{1,2}[0-9]{6,8}")
_MONGOLIAN: Final = re.compile(r"[А-ЯЁӨҮ]{2}[0-9]{8}")
_MONGOLIAN_PART: Final = re.compile(r"[А-ЯЁӨҮ]{2}[0-9]{2,8}")
_MONGOLIAN_TYPED: Final = re.compile(r"[А-ЯЁӨҮA-Z]{2}[0-9]{8}")
_CYRILLIC_LOOKALIKES: Final = str.maketrans("ABCEHKMOPTXY", "АВСЕНКМОРТХУ")
_HAS_ALPHANUMERIC: Final = re.compile(r"[^\W_]")
_UNSEEN: Final = re.compile("[\\s\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\\-‐‑–—]")
_MACHINE_READ: Final = (
    DocumentKind.PASSPORT,
    DocumentKind.HK_MACAU,
    DocumentKind.TAIWAN,
    DocumentKind.FOREIGN_RESIDENT,
    DocumentKind.OTHER,
)
_HAN_NAME: Final = re.compile("[\u3400-\u9fff\U00020000-\U000323af·]{2,20}")
_ABROAD: Final = re.compile(r"(?:\+|00)(?:86|976)([0-9]{3,})")
_NOT_DIALLED: Final = re.compile(r"[().]")

PROVINCES: Final[Mapping[str, Words]] = {
    code: Words(*names.split("|"))
    for code, names in (
        ("11", "北京市|Beijing|Бээжин"),
        ("12", "天津市|Tianjin|Тяньжинь"),
        ("13", "河北省|Hebei|Хэбэй"),
        ("14", "山西省|Shanxi|Шаньси"),
        ("15", "内蒙古自治区|Inner Mongolia|Өвөр Монгол"),
        ("21", "辽宁省|Liaoning|Ляонин"),
        ("22", "吉林省|Jilin|Гирин"),
        ("23", "黑龙江省|Heilongjiang|Хармөрөн"),
        ("31", "上海市|Shanghai|Шанхай"),
        ("32", "江苏省|Jiangsu|Жянсу"),
        ("33", "浙江省|Zhejiang|Жэжян"),
        ("34", "安徽省|Anhui|Аньхуй"),
        ("35", "福建省|Fujian|Фужянь"),
        ("36", "江西省|Jiangxi|Жянси"),
        ("37", "山东省|Shandong|Шаньдун"),
        ("41", "河南省|Henan|Хэнань"),
        ("42", "湖北省|Hubei|Хубэй"),
        ("43", "湖南省|Hunan|Хунань"),
        ("44", "广东省|Guangdong|Гуандун"),
        ("45", "广西壮族自治区|Guangxi|Гуанси"),
        ("46", "海南省|Hainan|Хайнань"),
        ("50", "重庆市|Chongqing|Чунцин"),
        ("51", "四川省|Sichuan|Сычуань"),
        ("52", "贵州省|Guizhou|Гуйжоу"),
        ("53", "云南省|Yunnan|Юньнань"),
        ("54", "西藏自治区|Tibet|Төвд"),
        ("61", "陕西省|Shaanxi|Шэньси"),
        ("62", "甘肃省|Gansu|Ганьсу"),
        ("63", "青海省|Qinghai|Хөхнуур"),
        ("64", "宁夏回族自治区|Ningxia|Нинся"),
        ("65", "新疆维吾尔自治区|Xinjiang|Шинжян"),
        ("71", "台湾省|Taiwan|Тайвань"),
        ("81", "香港特别行政区|Hong Kong|Хонконг"),
        ("82", "澳门特别行政区|Macau|Макао"),
        ("83", "台湾|Taiwan|Тайвань"),
    )
}


@dataclass(frozen=True)
class DocumentReading:
    """What a document number says; `division` is the six-digit code of the place of registration.

    `number` is the form to store: one width, upper case, no spaces, old resident IDs with 18 digits.
    `nationality` is the three-letter code of a machine-readable zone.
    """

    kind: DocumentKind
    number: str
    birth_date: date | None = None
    sex: Sex | None = None
    division: str | None = None
    warnings: tuple[Text, ...] = ()
    nationality: str | None = None


class ScanKind(enum.StrEnum):
    """What a scanner typed."""

    DOCUMENT = "document"
    VISIT = "visit"
    VISITOR = "visitor"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Scan:
    """A classified scan; `value` is what `read_document` (with `document`) or the search takes."""

    kind: ScanKind
    value: str
    document: DocumentKind | None = None
    name: str = ""
    address: str = ""


@dataclass(frozen=True)
class PhoneReading:
    """A telephone number: `number` to store (E.164 when valid, else as typed), `shown` for people."""

    number: str
    shown: str
    valid: bool
    mobile: bool = False
    warnings: tuple[Text, ...] = ()


def read_document(kind: DocumentKind | None, text: str, today: date) -> DocumentReading:
    """Read a typed or scanned document number; without `kind` the form of the number decides.

    Raises InputError on `document_number` when it can't be a number of its kind: wrong form, wrong check
    character (overridable: such cards exist), impossible or future birth date.
    """
    number = compact(text)
    lines = mrz.zone_lines(text)
    if lines and (kind is None or kind in _MACHINE_READ):
        return _checked_age(_read_zone(kind, lines, today), today)
    if kind is None:
        kind = _guess(number)
    elif not number and kind not in (DocumentKind.NONE, DocumentKind.NEWBORN):
        raise _refused("missing", N_("The number of the document is missing."))
    return _checked_age(_READERS[kind](kind, number, today), today)


def kind_of(text: str) -> DocumentKind:
    """Return the kind of document that a typed number looks like, valid or not; OTHER when it says nothing."""
    return _guess(compact(text))


def compact(text: str) -> str:
    """Return a number in one width and case, without spaces and hyphens."""
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).upper()


def check_fails(kind: DocumentKind, number: str) -> bool:
    """Return whether a number has the form of a resident ID, but its check character does not fit."""
    checked = _READERS[kind] in (_read_resident, _read_foreign_resident)
    return checked and bool(_RESIDENT_18.fullmatch(number)) and check_character(number[:17]) != number[17]


def other_writing(text: str) -> str | None:
    """Return how else the number that is typed may be stored, None when there is no other way.

    An old resident ID with 18 digits, a telephone number without the country code, the letters of a
    Mongolian registration number in Cyrillic.
    """
    number = compact(text)
    abroad = _ABROAD.fullmatch(_NOT_DIALLED.sub("", number))
    if abroad:
        return abroad[1]
    if _RESIDENT_15.fullmatch(number):
        return _completed(number)
    cyrillic = number[:2].translate(_CYRILLIC_LOOKALIKES) + number[2:]
    return cyrillic if cyrillic != number and _MONGOLIAN_PART.fullmatch(cyrillic) else None


def recognise_scan(text: str) -> Scan:
    """Say what a scanner typed, without its final Enter; text of no known kind is UNKNOWN."""
    code = codes.check_code(text)
    if code:
        return Scan(ScanKind.VISIT if code[0] == codes.VISIT else ScanKind.VISITOR, code)
    if lines := mrz.zone_lines(text):
        return Scan(ScanKind.DOCUMENT, "\n".join(lines), _zone_kind(None, lines), mrz.zone_name(lines))
    number = compact(text)
    kind = _scanned_kind(number)
    if kind:
        return Scan(ScanKind.DOCUMENT, number, kind)
    return _card_fields(text) or Scan(ScanKind.UNKNOWN, text.strip())


def province(division: str | None) -> Words | None:
    """Return the name of the province that a division code begins with, or None."""
    return PROVINCES.get((division or "")[:2])


def check_character(body: str) -> str:
    """Return the 18th character for the first 17 digits of a resident ID (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECKS[total % 11]


def read_phone(text: str, region: str) -> PhoneReading:
    """Read a telephone number as dialled in `region` ("CN", "MN"); a doubtful one is a warning, never refused."""
    import phonenumbers

    typed = text.strip()
    if not typed:
        return PhoneReading("", "", valid=False)
    try:
        parsed = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return _doubtful_phone(typed)
    if not phonenumbers.is_valid_number(parsed):
        return _doubtful_phone(typed)
    home = phonenumbers.region_code_for_number(parsed) == region
    forms = phonenumbers.PhoneNumberFormat
    return PhoneReading(
        number=phonenumbers.format_number(parsed, forms.E164),
        shown=phonenumbers.format_number(parsed, forms.NATIONAL if home else forms.INTERNATIONAL),
        valid=True,
        mobile=phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE,
    )


def phone_doubt(text: str) -> Text | None:
    """Return a warning for a number that is none in China nor in Mongolia, and none with its country's code."""
    readings = [read_phone(text, region) for region in ("CN", "MN")]
    doubtful = text.strip() and not any(reading.valid for reading in readings)
    return readings[0].warnings[0] if doubtful else None


def mask_phone(phone: str) -> str:
    """Return the phone for a public place: 138****8000, 99****33; the country code of home is dropped."""
    number = phone if phone.isalnum() else "".join(char for char in phone if char.isalnum())
    if phone.startswith("+"):
        number = number.removeprefix("86") if len(number) == 13 else number
        number = number.removeprefix("976") if len(number) == 11 and number.startswith("976") else number
    before, after = (3, 4) if len(number) >= 11 else (2, 2) if len(number) >= 7 else (0, 1)
    hidden = max(len(number) - before - after, min(len(number), 1))
    return number[:before] + "*" * hidden + (number[before + hidden :])


def mask_name(name: str) -> str:
    """Return the name for a public place: 张*, 王*国, B***** S****."""
    words = unicodedata.normalize("NFC", name).split()
    # A space between surname and given name would show how long each is.
    if _HAN_NAME.fullmatch("".join(words)):
        return _mask_han("".join(words))
    return " ".join(word[0] + "*" * (len(word) - 1) if len(word) > 1 else "*" for word in words)


def mask_document(number: str) -> str:
    """Return the document number for a public place: its last 4 characters, none of a short one."""
    return "****" + (number[-4:] if len(number) > 4 else "") if number else ""


def _mask_han(name: str) -> str:
    last = name[-1] if len(name) > 2 else "*"
    inner = "·".join("*" * len(part) for part in name[1:-1].split("·"))
    return name[0] + inner + last


def _doubtful_phone(typed: str) -> PhoneReading:
    warning = Text(N_("This telephone number looks wrong; please check it."))
    return PhoneReading(typed, typed, valid=False, warnings=(warning,))


def _refused(code: str, message: str, *, overridable: bool = False, **params: object) -> InputError:
    return InputError(FIELD, f"document.{code}", Text(message, params), overridable=overridable)


def _wrong_form(kind: DocumentKind) -> InputError:
    message = N_("This can't be the number of this kind of document: {kind}.")
    return _refused("form", message, kind=Text(label(kind)))


def _checked_age(reading: DocumentReading, today: date) -> DocumentReading:
    """Refuse a birth in the future, doubt a very old age."""
    born = reading.birth_date
    if born is None:
        return reading
    if born > today:
        raise _refused("future", N_("By this number the person is not born yet: {date}."), date=born)
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if years < AGE_UNUSUAL:
        return reading
    doubt = Text(N_("By this number the person is {years} years old; please check."), {"years": years})
    return replace(reading, warnings=(*reading.warnings, doubt))


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise _refused("date", N_("The birth date in this number does not exist.")) from None


def _sex(digit: str) -> Sex:
    return Sex.MALE if int(digit) % 2 else Sex.FEMALE


# Resident IDs and what shares their form


def _read_resident(kind: DocumentKind, number: str, _today: date) -> DocumentReading:
    """Read a number of 18 characters, or an old one of 15; its first digits decide the kind."""
    warnings = []
    if _RESIDENT_15.fullmatch(number):
        number = _completed(number)
        warnings.append(Text(N_("Old number of 15 digits, completed to 18.")))
    if not _RESIDENT_18.fullmatch(number):
        raise _wrong_form(kind)
    born = _date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    if check_character(number[:17]) != number[17]:
        message = N_("The check character does not fit; please compare the number with the card.")
        raise _refused("check", message, overridable=True)
    actual = _resident_kind(number)
    if actual is not kind:
        other = Text(N_("By its number the document is another one: {kind}."), {"kind": Text(label(actual))})
        warnings.append(other)
    division = number[1:3] + "0000" if actual is DocumentKind.FOREIGN_RESIDENT else number[:6]
    if province(division) is None:
        warnings.append(Text(N_("The first digits name no known region; please check the card.")))
    return DocumentReading(actual, number, born, _sex(number[16]), division, tuple(warnings))


def _completed(number: str) -> str:
    """Return the 18 characters of an old resident ID of 15 digits."""
    body = f"{number[:6]}19{number[6:]}"
    return body + check_character(body)


def _resident_kind(number: str) -> DocumentKind:
    if number[:2] in ("81", "82", "83"):
        return DocumentKind.RESIDENCE_PERMIT
    return DocumentKind.FOREIGN_RESIDENT if number[0] == "9" else DocumentKind.RESIDENT_ID


def _read_foreign_resident(kind: DocumentKind, number: str, today: date) -> DocumentReading:
    if _FOREIGN_OLD.fullmatch(number):
        return DocumentReading(kind, number)
    return _read_resident(kind, number, today)


# Other documents


def _read_permit(kind: DocumentKind, number: str, _today: date) -> DocumentReading:
    form = _HK_MACAU if kind is DocumentKind.HK_MACAU else _TAIWAN
    if not form.fullmatch(number):
        raise _wrong_form(kind)
    return DocumentReading(kind, number)


def _read_mongolian(kind: DocumentKind, number: str, _today: date) -> DocumentReading:
    """Read two letters, YYMMDD (month + 20 from the year 2000 on), sex digit and control digit."""
    if not _MONGOLIAN_TYPED.fullmatch(number):
        raise _wrong_form(kind)
    letters = number[:2].translate(_CYRILLIC_LOOKALIKES)
    changed = letters != number[:2]
    number = letters + number[2:]
    if not _MONGOLIAN.fullmatch(number):
        raise _wrong_form(kind)
    century, month = (2000, -20) if int(number[4:6]) > 20 else (1900, 0)
    born = _date(century + int(number[2:4]), int(number[4:6]) + month, int(number[6:8]))
    doubt = Text(N_("Latin letters were read as Cyrillic ones; please check: {number}."), {"number": number})
    return DocumentReading(kind, number, born, _sex(number[8]), warnings=(doubt,) if changed else ())


def _read_passport(kind: DocumentKind, number: str, _today: date) -> DocumentReading:
    if not _PASSPORT.fullmatch(number):
        raise _wrong_form(kind)
    return DocumentReading(kind, number)


def _read_free(kind: DocumentKind, number: str, _today: date) -> DocumentReading:
    """Take military and other numbers as they are: something readable, not a whole text."""
    if len(number) > NUMBER_MAX or (number and not _HAS_ALPHANUMERIC.search(number)):
        raise _wrong_form(kind)
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in number):
        raise _wrong_form(kind)
    return DocumentReading(kind, number)


def _read_none(kind: DocumentKind, number: str, _today: date) -> DocumentReading:
    if number:
        raise _refused("kind", N_("Choose the kind of document that this number is from."))
    return DocumentReading(kind, "")


_Reader = Callable[[DocumentKind, str, date], DocumentReading]
_READERS: Final[Mapping[DocumentKind, _Reader]] = {
    DocumentKind.RESIDENT_ID: _read_resident,
    DocumentKind.RESIDENCE_PERMIT: _read_resident,
    DocumentKind.FOREIGN_RESIDENT: _read_foreign_resident,
    DocumentKind.HK_MACAU: _read_permit,
    DocumentKind.TAIWAN: _read_permit,
    DocumentKind.PASSPORT: _read_passport,
    DocumentKind.MONGOLIAN: _read_mongolian,
    DocumentKind.MILITARY: _read_free,
    DocumentKind.ARMED_POLICE: _read_free,
    DocumentKind.NEWBORN: _read_free,
    DocumentKind.OTHER: _read_free,
    DocumentKind.NONE: _read_none,
}


def _guess(number: str) -> DocumentKind:
    """Return the kind whose form `number` has; eight digits alone could be anything."""
    if not number:
        return DocumentKind.NONE
    if _RESIDENT_18.fullmatch(number):
        return _resident_kind(number)
    return _scanned_kind(number) or DocumentKind.OTHER


def _scanned_kind(number: str) -> DocumentKind | None:
    """Return the kind of document that a scan surely is; a resident ID must have the right check."""
    if _RESIDENT_18.fullmatch(number) and check_character(number[:17]) == number[17]:
        return _resident_kind(number)
    forms = (
        (_RESIDENT_15, DocumentKind.RESIDENT_ID),
        (_FOREIGN_OLD, DocumentKind.FOREIGN_RESIDENT),
        (_MONGOLIAN, DocumentKind.MONGOLIAN),
        (_HK_MACAU, DocumentKind.HK_MACAU),
        (_PASSPORT_SEEN, DocumentKind.PASSPORT),
    )
    return next((kind for form, kind in forms if form.fullmatch(number)), None)


def _card_fields(text: str) -> Scan | None:
    """Read what ID card readers type: fields between bars, commas or tabs, the number among them."""
    fields = [part.strip() for part in re.split(r"[|,;#\t\n]", unicodedata.normalize("NFKC", text))]
    number = next((compact(part) for part in fields if _RESIDENT_18.fullmatch(compact(part))), "")
    kind = _scanned_kind(number)
    if kind is None:
        return None
    name = fields[0] if _HAN_NAME.fullmatch(fields[0]) else ""
    places = (part for part in fields[1:] if _HAN_NAME.match(part) and not part.endswith("局"))
    address = max(places, key=len, default="")
    return Scan(ScanKind.DOCUMENT, number, kind, name, address if len(address) > 5 else "")


# Machine-readable zones


def _read_zone(kind: DocumentKind | None, lines: tuple[str, ...], today: date) -> DocumentReading:
    zone = mrz.read_zone(lines, today)
    if zone is None:
        message = N_("The machine-readable lines do not fit together; please scan again or type the number.")
        raise _refused("mrz", message)
    doubt = Text(N_("This document expired on {date}."), {"date": zone.expires})
    return DocumentReading(
        _zone_kind(kind, lines),
        zone.number,
        zone.birth_date,
        zone.sex,
        warnings=(doubt,) if zone.expires and zone.expires < today else (),
        nationality=zone.nationality,
    )


def _zone_kind(kind: DocumentKind | None, lines: tuple[str, ...]) -> DocumentKind:
    if len(lines[-1]) == 44:
        return DocumentKind.PASSPORT
    if len(lines) == 3 and _HK_MACAU.fullmatch(lines[0][5:14].rstrip("<")):
        return DocumentKind.HK_MACAU
    return kind or DocumentKind.OTHER
