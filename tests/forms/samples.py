"""Papers as a busy day brings them."""

from __future__ import annotations

import datetime as dt
from typing import Final

from deskapp.domain.papers import (
    ConsentLine,
    PriceLine,
    RecordPagePaper,
    RecoveryPaper,
    RegistrationPaper,
    SlipPaper,
    VitalSigns,
)
from deskapp.domain.people import PersonList, PersonPaper
from deskapp.domain.registration import (
    Allergy,
    ConsentKind,
    ContactRelation,
    DocumentKind,
    Identity,
    MaritalStatus,
    MediaSource,
    Payment,
    Sex,
    VisitKind,
)
from deskapp.domain.statistics_tables import OverviewPaper, tables, tiles
from deskapp.domain.text import Text, Words
from tests.domain.test_statistics_tables import DAY as MONDAY
from tests.domain.test_statistics_tables import NAMES, SUMMARY
from tests.forms.reading import NOW

CODE: Final = "V2611220017"
DAY: Final = dt.date(2026, 11, 22)
CARDIOLOGY: Final = Words("心血管内科", "Cardiology", "Зүрх судасны тасаг")

REGISTRATION: Final = RegistrationPaper(
    code=CODE,
    visitor_number="P00123456",
    visit_number="2026-0017",
    day=DAY,
    name="王𠮷㛃",
    preferred_name="老王",
    identity=Identity.DOCUMENT,
    sex=Sex.MALE,
    birth_date=dt.date(1958, 3, 4),
    ethnicity="汉族",
    nationality=Words("中国", "China", "Хятад"),
    marital=MaritalStatus.WIDOWED,
    occupation="退休教师",
    employer="康宁市第二中学",
    address="康宁市解放路128号3栋2单元501室",
    phone="13800138000",
    document_kind=DocumentKind.RESIDENT_ID,
    document_number="11010519491231002X",
    contact_name="Өлзийсайхан",
    contact_relation=ContactRelation.DAUGHTER,
    contact_phone="13900139000",
    allergy=Allergy.YES,
    allergy_text="青霉素",
    insurer="城镇职工基本医疗保险",
    language=Words("中文", "Chinese", "Хятад хэл"),
    interpreter=False,
    consents=(
        ConsentLine(ConsentKind.MEDICAL_DATA, True, "王𠮷㛃", NOW),
        ConsentLine(ConsentKind.COMMUNICATION, False, "王𠮷㛃", NOW),
    ),
    kind=VisitKind.SPECIAL,
    first_visit=False,
    media_source=MediaSource.FRIEND,
    media_text="邻居介绍",
    appointment_at=NOW + dt.timedelta(minutes=50),
    complaint="胸口疼痛三天，夜里加重。",
    urgency=3,
    department=CARDIOLOGY,
    doctor="李明远",
    room="305",
    queue_number="A012",
    prices=(PriceLine(Words("诊察费", "Consultation", "Үзлэг"), 2500), PriceLine("ECG", 3000, 2)),
    payment=Payment.PAID,
    number_issued=NOW,
    checked_in=NOW + dt.timedelta(minutes=6),
    doctor_began=NOW + dt.timedelta(minutes=21),
)

RECORD: Final = RecordPagePaper(
    code=CODE,
    visitor_number="P00123456",
    visit_number="2026-0017",
    day=DAY,
    name="王𠮷㛃",
    sex=Sex.FEMALE,
    birth_date=dt.date(1958, 3, 4),
    phone="13800138000",
    allergy=Allergy.YES,
    allergy_text="青霉素",
    department=CARDIOLOGY,
    doctor="李明远",
    room="305",
    queue_number="A012",
    complaint="胸口疼痛三天",
    vitals=VitalSigns(NOW, "李娜", 21, 93, False, 138, 86, 95, "A", 37.5, 5, 2),
)

SLIP: Final = SlipPaper(
    code=CODE,
    number="A012",
    department=CARDIOLOGY,
    doctor="李明远",
    room="305",
    day=DAY,
    issued_at=NOW,
    masked_name="王*国",
    waiting_before=3,
    next_step=Words(
        "请到305诊室门口等候。", "Please wait outside room 305.", "305 тоот өрөөний үүдэнд хүлээнэ үү."
    ),
)

RECOVERY: Final = RecoveryPaper(
    code=("C3SW FNBF 4SQX 7YYP G7TM FT4D BX2G YB1A 2KE8 M9N5 1QBT 362B 4NZ7 776J SFQK 3TEQ 11A4 J9SP"),
    key_id="1f0c93ab",
    day=DAY,
)

OVERVIEW: Final = OverviewPaper(
    MONDAY - dt.timedelta(days=1),
    MONDAY,
    30,
    tuple(tiles(SUMMARY, SUMMARY, 30)),
    tuple(tables(SUMMARY, NAMES, 30)),
)

PERSON: Final = PersonPaper(
    "E2611220001",
    DAY,
    Text(
        "Last visit on {day}; records are kept for {years} years from then.",
        {"day": DAY, "years": 15},
    ),
    (REGISTRATION,),
    (
        PersonList(
            "Visits",
            ("Date", "Visit no.", "Kind", "Department", "Doctor", "Complaint", "Ended"),
            (
                (
                    *(Text("{day}", {"day": DAY}), CODE, Text("general outpatient"), CARDIOLOGY, "李明远"),
                    *("胸口疼痛三天，夜里加重。", Text("left without being seen")),
                ),
            ),
        ),
        PersonList("Questions asked", ("Time", "Question", "Answer", "State"), ()),
    ),
)

PAPERS: Final = {
    "registration-form": REGISTRATION,
    "record-page": RECORD,
    "number-slip": SLIP,
    "recovery-sheet": RECOVERY,
    "intake-overview": OVERVIEW,
    "person-data": PERSON,
}
