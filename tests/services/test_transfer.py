"""Imports and exports as people use them, on both databases."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
import xlsxwriter
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from deskapp.db import audit
from deskapp.db.base import Base, table_of
from deskapp.db.engine import Store
from deskapp.db.models.access import AuditBody, AuditEntry
from deskapp.db.models.directory import Department, Doctor, DutyTime, PriceItem, Staff
from deskapp.db.models.intake import DuplicateKey, HotHit, HotPrefix, SearchKey, Visit, Visitor
from deskapp.domain.access import Actor, Role
from deskapp.domain.directory import DepartmentDraft
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import Allergy, DocumentKind, Sex, VisitKind
from deskapp.domain.text import Words
from deskapp.errors import ConflictError, InputError, PermissionDenied, StorageError
from deskapp.i18n import translator
from deskapp.services.base import new_request
from deskapp.services.directory import DirectoryService
from deskapp.services.intake.visitors import VisitorService
from deskapp.services.transfer.columns import Kind
from deskapp.services.transfer.plan import Plan
from deskapp.services.transfer.report import ImportReport, Outcome
from deskapp.services.transfer.service import TransferService
from deskapp.services.transfer.upsert import UpsertImport
from deskapp.services.transfer.writers import write_template

HEAD = Actor(0, "head", frozenset({Role.SUPERVISOR}))
OPERATOR = Actor(0, "operator", frozenset({Role.OPERATOR}))
NOW = dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC)
SURGERY = DepartmentDraft("surgery", Words("外科", "Surgery", "Мэс засал"), "A301", "8301", "B")
ZHANG = "张伟,1,1990-03-07,13800138000,110101199003078873"
VISITORS = f"姓名,性别,出生日期,电话,证件号码\n{ZHANG}\n单冰,女,,13900139000,\nЦэцэг,2,1988-01-05,99112233,\n"

Import = Callable[..., ImportReport]


@pytest.fixture
def transfer(store: Store) -> TransferService:
    return TransferService(store, lambda: NOW)


@pytest.fixture
def run(transfer: TransferService, store: Store, tmp_path: Path) -> Import:
    directory = DirectoryService(store, lambda: NOW)
    directory.save_department(HEAD, new_request(), SURGERY)

    def import_text(kind: Kind, text: str, **options: Any) -> ImportReport:
        path = tmp_path / "in.csv"
        path.write_text(text, "utf-8")
        return transfer.import_file(HEAD, new_request(), kind, path, **options).value

    return import_text


@pytest.fixture
def stored(store: Store) -> Callable[[type[Base]], int]:
    def count(mapped: type[Base]) -> int:
        with store.reading() as session:
            return session.scalars(select(func.count()).select_from(mapped)).one()

    return count


def rows_of(store: Store, mapped: type[Base], *leave_out: str) -> list[dict[str, Any]]:
    with store.reading() as session:
        rows = [dict(row) for row in session.execute(select(table_of(mapped))).mappings()]
    return sorted(({k: v for k, v in row.items() if k not in leave_out} for row in rows), key=str)


def test_visitors_are_stored_and_found(run: Import, store: Store) -> None:
    report = run(Kind.VISITORS, VISITORS)
    assert report.written
    assert report.counts[Outcome.ADDED] == 3
    found = VisitorService(store, lambda: NOW).find
    assert [hit.name for hit in found(OPERATOR, "shanb")] == ["单冰"]
    assert [hit.name for hit in found(OPERATOR, "tsetseg")] == ["Цэцэг"]
    [zhang] = found(OPERATOR, "8873")
    assert (zhang.name, zhang.sex, zhang.birth_date) == ("张伟", Sex.MALE, dt.date(1990, 3, 7))


def test_an_imported_visitor_has_the_very_rows_of_a_registered_one(run: Import, store: Store) -> None:
    draft = VisitorDraft(
        name="曾𠮷",
        sex=Sex.MALE,
        birth_date=dt.date(1990, 3, 7),
        phone="13800138000",
        document_kind=DocumentKind.RESIDENT_ID,
        document_number="110101199003078873",
        allergy=Allergy.YES,
        allergy_text="青霉素",
    )
    VisitorService(store, lambda: NOW).register(HEAD, new_request(), draft)
    tables = (Visitor, SearchKey, DuplicateKey)
    apart = ("id", "code", "visitor_id")
    registered = [rows_of(store, table, *apart) for table in tables]
    with store.writing() as session:
        for table in reversed(tables):
            session.execute(table_of(table).delete())
        session.commit()
    header = "name,sex,birth_date,phone,document_kind,document_number,allergy,allergy_text"
    run(
        Kind.VISITORS,
        f"{header}\n曾𠮷,1,1990-03-07,13800138000,1,110101199003078873,2,青霉素\n".replace(
            ",1,1101", ",resident-id,1101"
        ),
    )
    assert [rows_of(store, table, *apart) for table in tables] == registered


def test_a_kind_of_document_without_a_number_says_nothing(run: Import, store: Store) -> None:
    run(Kind.VISITORS, "name,document_kind,document_number\n张伟,resident-id,\n")
    [row] = rows_of(store, Visitor)
    assert (row["document_kind"], row["document_number"]) == (DocumentKind.NONE, "")


def test_a_document_fills_birth_sex_and_kind(run: Import, store: Store) -> None:
    run(Kind.VISITORS, "姓名,身份证号\n张伟,11010519491231002x\n")
    [row] = rows_of(store, Visitor)
    assert (row["document_number"], row["sex"], row["birth_date"]) == (
        "11010519491231002X",
        Sex.FEMALE,
        dt.date(1949, 12, 31),
    )
    assert (row["document_kind"], row["division"]) == (DocumentKind.RESIDENT_ID, "110105")


def test_importing_again_adds_nobody_and_says_so(run: Import, stored: Callable[[type[Base]], int]) -> None:
    run(Kind.VISITORS, VISITORS)
    again = run(Kind.VISITORS, VISITORS)
    assert again.counts[Outcome.KNOWN] == 3
    assert [note.row for note in again.notes] == [2, 3, 4]
    assert "张伟" in str(again.notes[0].text)
    assert stored(Visitor) == 3


def test_the_same_document_under_another_name_is_the_same_visitor(
    run: Import, stored: Callable[[type[Base]], int]
) -> None:
    run(Kind.VISITORS, VISITORS)
    report = run(Kind.VISITORS, "name,document_number\n张玮,110101199003078873\n")
    assert report.counts[Outcome.KNOWN] == 1
    assert stored(Visitor) == 3


def test_a_family_that_shares_a_phone_is_several_people(run: Import) -> None:
    text = "name,phone,birth_date\n张伟,13800138000,1990-03-07\n张小明,13800138000,2015-01-01\n"
    assert run(Kind.VISITORS, text).counts[Outcome.ADDED] == 2
    assert run(Kind.VISITORS, text).counts[Outcome.KNOWN] == 2


def test_people_of_whom_only_the_name_is_known_are_never_taken_for_one_another(run: Import) -> None:
    run(Kind.VISITORS, "name\n王伟\n")
    assert run(Kind.VISITORS, "name\n王伟\n").counts[Outcome.ADDED] == 1


def test_twice_in_one_file_is_once_in_the_database(run: Import, stored: Callable[[type[Base]], int]) -> None:
    report = run(Kind.VISITORS, f"姓名,性别,出生日期,电话,证件号码\n{ZHANG}\n{ZHANG}\n")
    assert (report.counts[Outcome.ADDED], report.counts[Outcome.KNOWN]) == (1, 1)
    assert "row 2" in str(report.notes[0].text)
    assert stored(Visitor) == 1


BAD = "姓名,出生日期,证件号码\n张伟,2990-01-01,\n李娜,1990-01-01,110101199003078873\n王芳,,110105194912310021\n赵敏,,\n"


def test_one_bad_row_stops_everything(run: Import, stored: Callable[[type[Base]], int]) -> None:
    report = run(Kind.VISITORS, BAD)
    assert not report.written
    assert [(note.row, note.field) for note in report.problems] == [
        (2, "birth_date"),
        (3, "birth_date"),
        (4, "document_number"),
    ]
    assert report.counts == {Outcome.ADDED: 1, Outcome.CHANGED: 0, Outcome.KNOWN: 0, Outcome.REFUSED: 3}
    assert stored(Visitor) == 0


def test_unless_asked_otherwise(run: Import, stored: Callable[[type[Base]], int]) -> None:
    report = run(Kind.VISITORS, BAD, partial=True)
    assert report.written
    assert stored(Visitor) == 1


def test_a_dry_run_says_the_same_and_writes_nothing(run: Import, stored: Callable[[type[Base]], int]) -> None:
    report = run(Kind.VISITORS, VISITORS, dry_run=True)
    assert (report.counts[Outcome.ADDED], report.written) == (3, False)
    assert stored(Visitor) == 0
    assert stored(AuditEntry) == 1


def test_wrong_columns_are_said_and_nothing_is_stored(
    run: Import, stored: Callable[[type[Base]], int]
) -> None:
    report = run(Kind.VISITORS, "姓名,星座\n张伟,白羊座\n")
    assert "星座" in str(report.problems[0].text)
    assert (report.written, stored(Visitor)) == (False, 0)
    with pytest.raises(InputError, match="columns are missing"):
        run(Kind.VISITORS, "编码,价格\n1,2\n")


def test_crowded_prefixes_are_ready_and_hold_the_newcomers(
    run: Import, transfer: TransferService, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deskapp.db.search.HOT_OVER", 2)
    monkeypatch.setattr("deskapp.db.search.HOT_KEPT", 3)
    lines = [f"王{chr(0x4E00 + count)},1{count:010}" for count in range(4)]
    run(Kind.VISITORS, "姓名,电话\n" + "\n".join(lines[:3]))
    assert "王" in {row["prefix"] for row in rows_of(store, HotPrefix)}
    transfer.clock = lambda: NOW + dt.timedelta(1)
    run(Kind.VISITORS, f"姓名,电话\n{lines[3]}\n")
    best = [row["visitor_id"] for row in rows_of(store, HotHit) if row["prefix"] == "王"]
    newest = max(row["id"] for row in rows_of(store, Visitor))
    assert (len(best), newest in best) == (3, True)


PRICES = "code,name_zh,name_en,price,valid_to\nCT-01,头部CT,Head CT,180,2026-12-31\nLAB-01,血常规,Blood count,25,\n"


def test_prices_are_added_then_changed_then_known(run: Import, store: Store) -> None:
    assert run(Kind.PRICES, PRICES).counts[Outcome.ADDED] == 2
    dearer = run(Kind.PRICES, PRICES.replace(",25,", ",30,"))
    assert (dearer.counts[Outcome.CHANGED], dearer.counts[Outcome.KNOWN]) == (1, 1)
    item = next(row for row in rows_of(store, PriceItem) if row["code"] == "LAB-01")
    assert (item["fen"], item["version"], item["name_en"]) == (3000, 2, "Blood count")
    assert run(Kind.PRICES, PRICES.replace(",25,", ",30,")).counts[Outcome.KNOWN] == 2


def test_columns_that_the_file_does_not_have_are_left_as_they_are(run: Import, store: Store) -> None:
    run(Kind.PRICES, PRICES)
    run(Kind.PRICES, "code,name_zh,price\nCT-01,头部CT平扫,190\n")
    item = next(row for row in rows_of(store, PriceItem) if row["code"] == "CT-01")
    assert (item["name_zh"], item["name_en"], item["valid_to"]) == (
        "头部CT平扫",
        "Head CT",
        dt.date(2026, 12, 31),
    )


def test_prices_that_can_not_be_and_codes_that_come_twice(run: Import) -> None:
    report = run(Kind.PRICES, "code,name_zh,price\nA,甲,-1\nB,乙,2\nB,丙,3\n")
    assert [(note.row, note.field) for note in report.problems] == [(2, "price"), (4, "code")]


DOCTORS = "工号,姓名,科室,语言,出诊时间\nD1,李静,外科,zh mn,1-5 08:00-12:00\nD2,王强,Surgery,,\n"


def test_doctors_come_with_department_and_duty_times(
    run: Import, store: Store, stored: Callable[[type[Base]], int]
) -> None:
    assert run(Kind.DOCTORS, DOCTORS).counts[Outcome.ADDED] == 2
    doctors = DirectoryService(store, lambda: NOW).doctors(OPERATOR)
    assert [(doctor.number, doctor.department.en, doctor.languages) for doctor in doctors] == [
        ("D1", "Surgery", ("zh", "mn")),
        ("D2", "Surgery", ("zh",)),
    ]
    assert stored(DutyTime) == 5
    assert run(Kind.DOCTORS, DOCTORS).counts[Outcome.KNOWN] == 2
    changed = run(Kind.DOCTORS, DOCTORS.replace("1-5 ", "1-2 "))
    assert (changed.counts[Outcome.CHANGED], stored(DutyTime)) == (1, 2)


QUEUES = "number,name,department,prefix,own_queue\nD1,李静,surgery,{},1\nD2,王强,surgery,{},1\n"


def test_a_doctor_without_letters_waits_in_the_departments_queue(run: Import, store: Store) -> None:
    text = "number,name,department,prefix\nD1,李静,surgery,\nD2,王强,surgery,w\n"
    assert run(Kind.DOCTORS, text).written
    found = {row["number"]: (row["prefix"], row["own_queue"]) for row in rows_of(store, Doctor)}
    assert found == {"D1": ("", False), "D2": ("W", True)}


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [("", "W", [2]), ("B", "W", [2]), ("L", "b", [3]), ("L", "l", [3]), ("B", "B", [2, 3])],
)
def test_letters_that_another_queue_has_are_refused(
    run: Import, stored: Callable[[type[Base]], int], first: str, second: str, refused: list[int]
) -> None:
    report = run(Kind.DOCTORS, QUEUES.format(first, second))
    assert [(note.row, note.field) for note in report.problems] == [(row, "prefix") for row in refused]
    assert stored(Doctor) == 0


def test_doctors_may_swap_their_letters_but_not_with_somebody_refused(run: Import, store: Store) -> None:
    assert run(Kind.DOCTORS, QUEUES.format("L", "W")).written
    assert run(Kind.DOCTORS, QUEUES.format("W", "L")).counts[Outcome.CHANGED] == 2
    report = run(Kind.DOCTORS, QUEUES.format("B", "W"), partial=True)
    assert [note.row for note in report.problems] == [2, 3]
    assert {row["number"]: row["prefix"] for row in rows_of(store, Doctor)} == {"D1": "W", "D2": "L"}


def test_an_unknown_department_is_said(run: Import, stored: Callable[[type[Base]], int]) -> None:
    report = run(Kind.DOCTORS, DOCTORS.replace("外科", "魔法科"))
    assert [(note.row, note.field) for note in report.problems] == [(2, "department")]
    assert stored(Doctor) == 0


def test_staff(run: Import, store: Store) -> None:
    text = "number,name,department,hired,languages,typing_speed\nS1,王芳,surgery,2021-03-01,zh mn,85\n"
    assert run(Kind.STAFF, text).counts[Outcome.ADDED] == 1
    [row] = rows_of(store, Staff)
    assert (row["name"], row["languages"], row["typing_speed"]) == ("王芳", "zh mn", 85)
    left = run(Kind.STAFF, "number,name,left\nS1,王芳,2020-01-01\n")
    assert left.problems[0].field == "left"


def test_every_imported_record_is_in_the_audit_trail(run: Import, store: Store) -> None:
    run(Kind.DOCTORS, DOCTORS)
    run(Kind.VISITORS, VISITORS)
    with store.reading() as session:
        lines = session.execute(select(AuditEntry.action, AuditEntry.record_id).order_by(AuditEntry.id)).all()
    assert [action for action, _record in lines[1:]] == [
        *["doctor.add"] * 2,
        "doctor.duty",
        "import",
        *["visitor.register"] * 3,
        "import",
    ]
    assert all(record is not None for action, record in lines if action != "import")


def test_a_retry_under_the_same_request_gives_the_first_report(
    transfer: TransferService, tmp_path: Path, stored: Callable[[type[Base]], int]
) -> None:
    path = tmp_path / "visitors.csv"
    path.write_text("name\n王伟\n", "utf-8")
    request = new_request()
    first = transfer.import_file(HEAD, request, Kind.VISITORS, path)
    assert transfer.import_file(HEAD, request, Kind.VISITORS, path).value == first.value
    assert stored(Visitor) == 1


def test_importing_and_exporting_need_permission(transfer: TransferService, tmp_path: Path) -> None:
    with pytest.raises(PermissionDenied):
        transfer.import_file(OPERATOR, new_request(), Kind.PRICES, tmp_path / "x.csv")
    with pytest.raises(PermissionDenied):
        transfer.export_visits(OPERATOR, new_request(), tmp_path / "x.csv", translator("en"))


def test_the_template_is_a_file_that_can_be_imported(run: Import, tmp_path: Path) -> None:
    path = tmp_path / "template.csv"
    write_template(Kind.VISITORS, path, "mn")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert run(Kind.VISITORS, path.read_text("utf-8-sig")).counts[Outcome.ADDED] == 1
    with pytest.raises(StorageError):
        write_template(Kind.VISITORS, tmp_path / "no" / "where.csv", "en")


@pytest.fixture
def visits(store: Store) -> None:
    """Three visits on two days: a whole one, one whose complaint is a formula, one of nobody yet."""
    from tests.services.visits import add_visits

    add_visits(store, NOW)


def exported(transfer: TransferService, path: Path, language: str = "en", **span: dt.date) -> bytes:
    transfer.export_visits(HEAD, new_request(), path, translator(language), **span)
    return path.read_bytes()


@pytest.mark.usefixtures("visits")
def test_visits_as_csv_open_in_a_spreadsheet_and_run_nothing(
    transfer: TransferService, tmp_path: Path
) -> None:
    data = exported(transfer, tmp_path / "visits.csv")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [row["Complaint"] for row in rows] == ["头痛", '\'=HYPERLINK("http://x")', ""]
    whole = rows[0]
    assert (whole["Name"], whole["Department"], whole["Doctor"], whole["Number"]) == (
        "'+张伟",
        "Surgery",
        "李静",
        "B001",
    )
    assert (whole["Total in yuan"], whole["Escort"]) == ("205.00", "")
    assert whole["Number issued"].endswith(f"{(NOW + dt.timedelta(minutes=9)).astimezone():%H:%M}")


@pytest.mark.usefixtures("visits")
def test_visits_as_json_keep_codes(transfer: TransferService, tmp_path: Path) -> None:
    rows = msgspec.json.decode(exported(transfer, tmp_path / "visits.json"))
    assert rows[0]["total_fen"] == 20500
    assert rows[0]["department"] == {"zh": "外科", "en": "Surgery", "mn": "Мэс засал"}
    assert (rows[0]["payment"], rows[0]["name"]) == ("unpaid", "+张伟")
    assert dt.datetime.fromisoformat(rows[0]["opened_at"]) == NOW


@pytest.mark.usefixtures("visits")
def test_visits_as_a_spreadsheet_are_read_back(transfer: TransferService, tmp_path: Path) -> None:
    from python_calamine import load_workbook

    path = tmp_path / "visits.xlsx"
    exported(transfer, path, "zh")
    header, first, *_rest = load_workbook(path).get_sheet_by_index(0).to_python()
    row = dict(zip(header, first, strict=True))
    assert (row["姓名"], row["金额（元）"]) == ("+张伟", 205.0)
    assert row["到院时间"] == NOW.astimezone().replace(tzinfo=None)


@pytest.mark.usefixtures("visits")
@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
def test_the_same_visits_give_the_same_bytes(transfer: TransferService, tmp_path: Path, suffix: str) -> None:
    transfer.entropy = bytes
    first = exported(transfer, tmp_path / f"one.{suffix}")
    assert exported(transfer, tmp_path / f"two.{suffix}") == first


@pytest.mark.usefixtures("visits")
@pytest.mark.parametrize(
    ("first", "last", "count"), [(0, 0, 2), (1, 1, 1), (0, 1, 3), (2, 9, 0), (None, 0, 2), (1, None, 1)]
)
def test_days_are_both_included(
    transfer: TransferService, tmp_path: Path, first: int | None, last: int | None, count: int
) -> None:
    day = NOW.astimezone().date()
    span = {"first": first, "last": last}
    days = {name: day + dt.timedelta(offset) for name, offset in span.items() if offset is not None}
    done = transfer.export_visits(HEAD, new_request(), tmp_path / "v.json", translator("en"), **days)
    assert done.value == count
    assert len(msgspec.json.decode((tmp_path / "v.json").read_bytes())) == count


@pytest.mark.usefixtures("visits")
@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
def test_an_export_carries_the_number_under_which_the_audit_trail_has_it(
    transfer: TransferService, tmp_path: Path, store: Store, suffix: str
) -> None:
    exported(transfer, tmp_path / f"v.{suffix}")
    asked = select(AuditBody.body).join(AuditEntry, AuditEntry.id == AuditBody.entry_id)
    with store.reading() as session:
        (body,) = session.scalars(asked.where(AuditEntry.action == "export.visits"))
    noted = msgspec.json.decode(body)["after"]
    assert (noted["by"], noted["format"]) == ("head", f".{suffix}")
    assert [row[-1] for row in rows_in(tmp_path / f"v.{suffix}")] == [noted["number"]] * 3


def rows_in(path: Path) -> list[list[Any]]:
    """Return the rows of an export, without its header."""
    from python_calamine import load_workbook

    if path.suffix == ".json":
        return [list(row.values()) for row in msgspec.json.decode(path.read_bytes())]
    if path.suffix == ".csv":
        return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))[1:]
    return load_workbook(path).get_sheet_by_index(0).to_python()[1:]


@pytest.mark.usefixtures("visits")
def test_a_spreadsheet_says_who_wrote_it_when_and_that_it_is_personal(
    transfer: TransferService, tmp_path: Path
) -> None:
    from python_calamine import load_workbook

    day = NOW.astimezone().date()
    exported(transfer, tmp_path / "v.xlsx", first=day, last=day)
    book = load_workbook(tmp_path / "v.xlsx")
    assert book.sheet_names[1] == "About this file"
    told = "\n".join(str(cell) for row in book.get_sheet_by_index(1).to_python() for cell in row)
    for said in ("head", f"{NOW.astimezone():%Y-%m-%d %H:%M}", translator("en").date(day), "personal data"):
        assert said in told
    with zipfile.ZipFile(tmp_path / "v.xlsx") as archive:
        assert b"personal data" in archive.read("docProps/core.xml")


def test_two_exports_have_two_numbers(transfer: TransferService, tmp_path: Path, store: Store) -> None:
    for name in ("a.json", "b.json"):
        exported(transfer, tmp_path / name)
    with store.reading() as session:
        asked = select(AuditBody.body).join(AuditEntry, AuditEntry.id == AuditBody.entry_id)
        bodies = session.scalars(asked.where(AuditEntry.action == "export.visits")).all()
    assert len({msgspec.json.decode(body)["after"]["number"] for body in bodies}) == 2


def test_an_export_that_can_not_be_written_leaves_no_file(transfer: TransferService, tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        exported(transfer, tmp_path / "missing" / "v.csv")
    with pytest.raises(InputError, match="has to end in"):
        exported(transfer, tmp_path / "v.pdf")
    (tmp_path / "v.xlsx").mkdir()
    with pytest.raises(StorageError):
        exported(transfer, tmp_path / "v.xlsx")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


# --- Larger files, other formats, others at work --------------------------------------------------------------


def many_visitors(count: int) -> str:
    lines = [f"王{chr(0x4E00 + place)},{place % 2 + 1},13{place:09},慢性病随访" for place in range(count)]
    return "姓名,性别,电话,备注\n" + "\n".join(lines) + "\n"


def test_more_rows_than_one_statement_takes(
    run: Import, stored: Callable[[type[Base]], int], store: Store
) -> None:
    done: list[tuple[int, int]] = []
    report = run(Kind.VISITORS, many_visitors(1_203), progress=lambda *step: done.append(step))
    assert report.counts[Outcome.ADDED] == stored(Visitor) == 1_203
    assert done[-1] == (1_203, 1_203)
    assert len({row["code"] for row in rows_of(store, Visitor)}) == 1_203
    with store.reading() as session:
        assert list(audit.broken_lines(session)) == []


def test_a_spreadsheet_and_a_file_in_gbk_are_the_same_visitors(
    transfer: TransferService, tmp_path: Path, stored: Callable[[type[Base]], int]
) -> None:
    text = many_visitors(20)
    gbk, sheet = tmp_path / "a.csv", tmp_path / "a.xlsx"
    gbk.write_bytes(text.replace(",", ";").encode("gb18030"))
    with xlsxwriter.Workbook(sheet) as book:
        page = book.add_worksheet()
        for number, line in enumerate(text.splitlines()):
            for column, cell in enumerate(line.split(",")):
                page.write(number, column, int(cell) if cell.isdigit() else cell)
    first = transfer.import_file(HEAD, new_request(), Kind.VISITORS, gbk).value
    second = transfer.import_file(HEAD, new_request(), Kind.VISITORS, sheet).value
    assert (first.counts[Outcome.ADDED], second.counts[Outcome.KNOWN]) == (20, 20)
    assert stored(Visitor) == 20


def test_a_formula_in_a_spreadsheet_is_refused_with_its_row(
    transfer: TransferService, tmp_path: Path
) -> None:
    path = tmp_path / "prices.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["code", "name_zh", "price"])
        page.write_row(1, 0, ["A", "甲", 1])
        page.write_row(2, 0, ["B", "乙"])
        page.write_formula(2, 2, "=C2*2", None, 2)
    report = transfer.import_file(HEAD, new_request(), Kind.PRICES, path).value
    assert [(note.row, note.field) for note in report.problems] == [(3, "price")]
    assert not report.written


def test_long_reports_are_cut_and_counted(run: Import) -> None:
    rows = "\n".join(f"N{place},,x" for place in range(1_100))
    report = run(Kind.PRICES, f"code,name_zh,price\n{rows}\n")
    assert (len(report.problems), report.more_problems) == (1_000, 1_200)


def test_somebody_registered_between_reading_and_writing_is_not_doubled(
    transfer: TransferService,
    store: Store,
    tmp_path: Path,
    stored: Callable[[type[Base]], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "in.csv"
    path.write_text(VISITORS, "utf-8")
    compare = TransferService._compare

    def meanwhile(self: TransferService, actor: Actor, importer: Any) -> Any:
        plan = compare(self, actor, importer)
        draft = VisitorDraft(
            name="张伟", document_kind=DocumentKind.RESIDENT_ID, document_number="110101199003078873"
        )
        VisitorService(store, lambda: NOW).register(HEAD, new_request(), draft)
        return plan

    monkeypatch.setattr(TransferService, "_compare", meanwhile)
    report = transfer.import_file(HEAD, new_request(), Kind.VISITORS, path).value
    assert (report.counts[Outcome.ADDED], report.counts[Outcome.KNOWN]) == (2, 1)
    assert stored(Visitor) == 3


def test_an_import_that_breaks_leaves_nothing(
    run: Import, stored: Callable[[type[Base]], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(Kind.VISITORS, many_visitors(30), progress=break_off)
    assert (stored(Visitor), stored(SearchKey), stored(DuplicateKey)) == (0, 0, 0)


@pytest.mark.parametrize("name", ["  ", "a\0b", "x" * 201])
def test_names_that_can_not_be_stored_are_refused_with_their_row(run: Import, name: str) -> None:
    text = f'name,phone\n王伟,1\n"{name}",2\n'
    report = run(Kind.VISITORS, text)
    assert [(note.row, note.field) for note in report.problems] == [(3, "name")]


@pytest.mark.parametrize(
    "name", ["<b>王</b> & 伟", "مريم", "👩‍⚕️ 李", "z\u200bw", "O'Brien; DROP TABLE visitor", "㛃𠮷𬭎"]
)
def test_any_other_name_is_stored_exactly(run: Import, store: Store, name: str) -> None:
    run(Kind.VISITORS, f'name,phone\n"{name}",13800138000\n')
    assert [row["name"] for row in rows_of(store, Visitor)] == [name]


@pytest.mark.usefixtures("visits")
def test_more_visits_than_one_part_keep_their_order(
    transfer: TransferService, store: Store, tmp_path: Path
) -> None:
    day = NOW.astimezone().date()
    with store.writing() as session:
        rows = [
            {
                "id": 10 + place,
                "code": f"VX{place:04}",
                "day": day,
                "opened_at": NOW + dt.timedelta(seconds=place),
                "kind": VisitKind.GENERAL,
            }
            for place in range(1_100)
        ]
        session.execute(insert(Visit), rows)
        session.commit()
    found = msgspec.json.decode(exported(transfer, tmp_path / "v.json", first=day, last=day))
    moments = [row["opened_at"] for row in found]
    assert len(found) == 1_102
    assert moments == sorted(moments)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_what_another_desk_adds_at_the_same_moment_is_told_as_a_conflict(
    run: Import, store: Store, stored: Callable[[type[Base]], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = UpsertImport.plan
    plans: list[Plan] = []

    def plan(self: UpsertImport, session: Session) -> Plan:
        plans.append(planned(self, session))
        if len(plans) == 2:  # The one of the transaction that writes.
            eyes = replace(SURGERY, code="eyes", prefix="E")
            DirectoryService(store, lambda: NOW).save_department(HEAD, new_request(), eyes)
        return plans[-1]

    monkeypatch.setattr(UpsertImport, "plan", plan)
    with pytest.raises(ConflictError):
        run(Kind.DEPARTMENTS, "编码,中文名称,号码前缀\nears,耳科,R\neyes,眼科,Y\n")
    assert stored(Department) == 2
