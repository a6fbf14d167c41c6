"""The directory out to files and back, on both databases."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from deskapp.db.engine import Store
from deskapp.db.models.access import AuditEntry
from deskapp.domain.access import Actor, Role
from deskapp.domain.directory import (
    DepartmentDraft,
    DoctorDraft,
    NoticeDraft,
    PhraseDraft,
    PlaceDraft,
    PriceDraft,
    Seen,
)
from deskapp.domain.directory import Kind as DirectoryKind
from deskapp.domain.duty import Duty
from deskapp.domain.promotions import PromotionDraft
from deskapp.domain.registration import Sex
from deskapp.domain.text import Words
from deskapp.errors import InputError, PermissionDenied
from deskapp.i18n import translator
from deskapp.services.base import new_request
from deskapp.services.directory import DirectoryService
from deskapp.services.transfer.columns import Kind
from deskapp.services.transfer.directory_out import SHEETS
from deskapp.services.transfer.report import ImportReport, Outcome
from deskapp.services.transfer.service import TransferService
from deskapp.services.transfer.writers import write_template
from tests.support.databases import KEY

HEAD = Actor(0, "head", frozenset({Role.SUPERVISOR}))
OPERATOR = Actor(0, "operator", frozenset({Role.OPERATOR}))
NOW = dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC)
DAY = dt.date(2026, 12, 1)


@pytest.fixture
def transfer(store: Store) -> TransferService:
    return TransferService(store, lambda: NOW)


@pytest.fixture
def directory(store: Store) -> DirectoryService:
    return DirectoryService(store, lambda: NOW)


@pytest.fixture
def filled(directory: DirectoryService) -> DirectoryService:
    """One of each kind, with everything that can be filled in."""
    surgery = DepartmentDraft(
        "surgery", Words("外科", "Surgery", "Мэс засал"), "A301", "8301", "B", valid_from=DAY
    )
    place = directory.save_department(HEAD, new_request(), surgery).value.id
    doctor = DoctorDraft(
        *("D1", "李静", place, "主任医师", "高血压", "从医二十年。", ("zh", "mn"), "A305", "L"),
        *(True, True, 20, DAY, DAY),
    )
    times = [
        Duty(dt.time(8), dt.time(12), weekday=0),
        Duty(dt.time(8), dt.time(9), day=DAY),
        Duty(dt.time(0), dt.time(0), day=DAY + dt.timedelta(1), absent=True),
    ]
    directory.save_doctor(HEAD, new_request(), doctor, None, times)
    directory.save_price_item(
        HEAD, new_request(), PriceDraft("CT", Words("CT", "CT", "КТ"), 18050, "检查", DAY)
    )
    dearer = PriceDraft("CT", Words("CT", "CT", "КТ"), 20000, "检查", DAY + dt.timedelta(9))
    (price,) = directory.prices(HEAD, on=DAY)
    directory.follow_price(HEAD, new_request(), dearer, Seen(price.id, price.version))
    cashier = PlaceDraft(
        "cashier", Words("收费处", "Cashier", "Касс"), place, "101", "1", "8001", "=1+1", DAY, DAY
    )
    directory.save_place(HEAD, new_request(), cashier)
    offer = PromotionDraft(
        *("women", Words("体检", "Check", ""), Words("八折", "", ""), place, Sex.FEMALE, 40, 60),
        *(("乳房", "体检"), DAY, None),
    )
    directory.save_promotion(HEAD, new_request(), offer)
    news = NoticeDraft(
        "lift", Words("电梯", "Lift", "Лифт"), Words("停用", "Out", ""), on_board=True, valid_to=DAY
    )
    directory.save_notice(HEAD, new_request(), news)
    phrase = PhraseDraft("offer-help", "greet", Words("您好！", "Hello!", "Сайн байна уу!"))
    directory.save_phrase(HEAD, new_request(), phrase)
    return directory


@pytest.mark.parametrize("language", ["zh", "en", "mn"])
def test_the_whole_directory_comes_back_from_its_workbook_unchanged(
    filled: DirectoryService, transfer: TransferService, tmp_path: Path, language: str
) -> None:
    assert filled.places(OPERATOR)
    path = tmp_path / "directory.xlsx"
    count = transfer.export_directory(HEAD, new_request(), path, translator(language)).value
    assert count > len(SHEETS)
    for kind in SHEETS:
        report = transfer.import_file(HEAD, new_request(), kind, path).value
        assert not report.problems, (kind, report.problems)
        assert report.counts[Outcome.KNOWN] == report.rows > 0, kind


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("kind", SHEETS)
def test_each_kind_comes_back_from_a_csv_of_its_own(
    transfer: TransferService, tmp_path: Path, kind: Kind
) -> None:
    path = tmp_path / "kind.csv"
    transfer.export_directory(HEAD, new_request(), path, translator("zh"), kind)
    report = transfer.import_file(HEAD, new_request(), kind, path).value
    assert (report.counts[Outcome.KNOWN], report.problems) == (report.rows, [])


@pytest.fixture
def elsewhere(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    """Another hospital, in which nothing is yet."""
    file = tmp_path / "elsewhere.sqlite"
    shutil.copyfile(sqlite_template, file)
    opened = Store.open(f"sqlite:///{file}", KEY)
    yield opened
    opened.close()


def told(directory: DirectoryService) -> dict[str, list[dict[str, object]]]:
    """Return all that a directory says, without the numbers that only its own database knows."""
    doctors = directory.doctors(OPERATOR, inactive=True)
    views: dict[str, Sequence[object]] = {
        "departments": directory.departments(OPERATOR, inactive=True),
        "doctors": doctors,
        "prices": directory.prices(OPERATOR, on=DAY),
        "prices to come": directory.prices(OPERATOR, on=DAY + dt.timedelta(9)),
        "places": directory.places(OPERATOR, over=True),
        "promotions": directory.promotions(OPERATOR, over=True),
        "notices": directory.notices(OPERATOR, over=True),
        "phrases": directory.phrases(OPERATOR),
    }
    own = {"id", "version", "department_id"}
    said = {
        kind: [{name: value for name, value in vars(view).items() if name not in own} for view in several]
        for kind, several in views.items()
    }
    for line, doctor in zip(said["doctors"], doctors, strict=True):
        line["times"] = set(directory.duty_times(OPERATOR, doctor.id))
    return said


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_another_hospital_takes_over_all_that_a_directory_says(
    filled: DirectoryService, transfer: TransferService, elsewhere: Store, tmp_path: Path, suffix: str
) -> None:
    other, there = TransferService(elsewhere, lambda: NOW), DirectoryService(elsewhere, lambda: NOW)
    for kind in SHEETS:
        path = tmp_path / f"{kind}{suffix}"
        transfer.export_directory(HEAD, new_request(), path, translator("mn"), kind)
        report = other.import_file(HEAD, new_request(), kind, path).value
        assert (report.problems, report.written) == ([], True), kind
    assert told(there) == told(filled)


def read_prices(transfer: TransferService, folder: Path, text: str) -> ImportReport:
    path = folder / "prices.csv"
    path.write_text(f"code,name_zh,price,valid_from,valid_to\n{text}", "utf-8")
    return transfer.import_file(HEAD, new_request(), Kind.PRICES, path, partial=True).value


def test_a_price_list_changes_each_price_by_code_and_first_day(
    transfer: TransferService, directory: DirectoryService, tmp_path: Path
) -> None:
    read_prices(transfer, tmp_path, "XR,胸片,80,,2026-12-31\nXR,胸片,90,2027-01-01,\nBL,血,25,,\n")
    report = read_prices(transfer, tmp_path, "XR,胸片,95,2027-01-01,\nBL,血,30,,\n")
    assert (report.counts[Outcome.CHANGED], report.problems) == (2, [])
    for year, fen in ((2026, [3000, 8000]), (2027, [3000, 9500])):
        assert [item.fen for item in directory.prices(OPERATOR, on=dt.date(year, 6, 1))] == fen


def test_a_row_without_a_first_day_is_the_price_that_the_item_has(
    transfer: TransferService, directory: DirectoryService, tmp_path: Path
) -> None:
    read_prices(transfer, tmp_path, "XR,胸片,80,2026-01-01,\n")
    report = read_prices(transfer, tmp_path, "XR,胸片,85,,\n")
    assert report.counts[Outcome.CHANGED] == 1
    (item,) = directory.prices(OPERATOR)
    assert (item.fen, item.valid_from) == (8500, dt.date(2026, 1, 1))


def test_rows_that_would_give_an_item_two_prices_on_a_day_are_refused(
    transfer: TransferService, directory: DirectoryService, tmp_path: Path
) -> None:
    read_prices(transfer, tmp_path, "XR,胸片,80,,\n")
    rows = "XR,胸片,90,2027-01-01,\nBL,血,25,,2026-12-31\nBL,血,26,2026-12-31,\nBL,血,27,2027-01-01,\n"
    report = read_prices(transfer, tmp_path, rows)
    assert [(note.row, note.field) for note in report.problems] == [(2, "valid_from"), (4, "valid_from")]
    assert [item.fen for item in directory.prices(OPERATOR, on=dt.date(2027, 1, 1))] == [2700, 8000]


def test_an_empty_hospital_takes_the_directory_of_another(
    store: Store, transfer: TransferService, directory: DirectoryService, tmp_path: Path
) -> None:
    path = tmp_path / "places.csv"
    path.write_text("编码,中文名称,电话,楼层\ncashier,收费处,8001,1\npharmacy,药房,8005,\n", "utf-8")
    report = transfer.import_file(HEAD, new_request(), Kind.PLACES, path).value
    assert report.counts[Outcome.ADDED] == 2
    assert [(one.name.zh, one.phone, one.floor) for one in directory.places(OPERATOR)] == [
        ("收费处", "8001", "1"),
        ("药房", "8005", ""),
    ]
    with store.reading() as session:
        assert "place.add" in session.scalars(select(AuditEntry.action)).all()


def test_a_dry_run_says_what_would_happen_and_writes_nothing(
    transfer: TransferService, directory: DirectoryService, tmp_path: Path
) -> None:
    path = tmp_path / "notices.csv"
    path.write_text("code,name_zh,text_zh,on_board\nn1,停电,周一,yes\nn2,放假,,maybe\n", "utf-8")
    report = transfer.import_file(HEAD, new_request(), Kind.NOTICES, path, dry_run=True).value
    assert (report.counts[Outcome.ADDED], report.counts[Outcome.REFUSED], report.written) == (1, 1, False)
    assert directory.notices(OPERATOR) == []


def test_a_phrase_as_it_is_shipped_needs_no_text_of_the_sites_own(
    transfer: TransferService, directory: DirectoryService, tmp_path: Path
) -> None:
    shipped = directory.house.shipped["see-off"].words
    path = tmp_path / "phrases.csv"
    path.write_text(
        f'code,zh,en,mn\nsee-off,{shipped.zh},"{shipped.en}","{shipped.mn}"\ndecline,不行,,\n', "utf-8"
    )
    report = transfer.import_file(HEAD, new_request(), Kind.PHRASES, path).value
    assert (report.counts[Outcome.KNOWN], report.counts[Outcome.ADDED]) == (1, 1)
    own = [one.code for one in directory.phrases(OPERATOR) if one.own]
    assert own == ["decline"]


def test_departments_with_the_letters_of_another_queue_are_refused(
    filled: DirectoryService, transfer: TransferService, tmp_path: Path
) -> None:
    assert filled.house is not None
    path = tmp_path / "departments.csv"
    path.write_text("code,name_zh,prefix\neyes,眼科,C\near,耳科,B\nskin,皮肤科,C\n", "utf-8")
    report = transfer.import_file(HEAD, new_request(), Kind.DEPARTMENTS, path, partial=True).value
    assert [(note.row, note.field) for note in report.problems] == [(3, "prefix"), (4, "prefix")]
    assert report.counts[Outcome.ADDED] == 1


def test_several_kinds_need_a_workbook_and_somebody_who_may(
    transfer: TransferService, tmp_path: Path
) -> None:
    with pytest.raises(InputError):
        transfer.export_directory(HEAD, new_request(), tmp_path / "all.csv", translator("en"))
    with pytest.raises(InputError):
        transfer.export_directory(HEAD, new_request(), tmp_path / "a.csv", translator("en"), Kind.VISITORS)
    with pytest.raises(PermissionDenied):
        transfer.export_directory(OPERATOR, new_request(), tmp_path / "all.xlsx", translator("en"))
    assert not {"all.csv", "a.csv", "all.xlsx"} & {file.name for file in tmp_path.iterdir()}


def test_an_export_is_in_the_trail(transfer: TransferService, store: Store, tmp_path: Path) -> None:
    transfer.export_directory(HEAD, new_request(), tmp_path / "p.csv", translator("en"), Kind.PLACES)
    with store.reading() as session:
        assert "export.directory" in session.scalars(select(AuditEntry.action)).all()


@pytest.mark.parametrize("kind", [kind for kind in SHEETS if kind is not Kind.DOCTORS])
@pytest.mark.parametrize("language", ["zh", "en", "mn"])
def test_each_template_can_be_imported(
    transfer: TransferService, tmp_path: Path, kind: Kind, language: str
) -> None:
    path = tmp_path / "template.csv"
    write_template(kind, path, language)
    report = transfer.import_file(HEAD, new_request(), kind, path).value
    assert (report.counts[Outcome.ADDED], report.problems) == (1, [])


HOSTILE = (
    "=1+1",
    "'=1+1",
    "''=1",
    "+86",
    "@x",
    "a\nb",
    'say "hi", twice',
    ";,\t|",
    "'quoted'",
    "0123",
    "1e5",
    "是",
    "_x0041_",
)


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_whatever_a_text_looks_like_it_comes_back_as_it_was(
    directory: DirectoryService, transfer: TransferService, tmp_path: Path, suffix: str
) -> None:
    for place, text in enumerate(HOSTILE):
        draft = PlaceDraft(f"{text} {place}", Words(text, text, text), None, text, text, text, text)
        directory.save_place(HEAD, new_request(), draft)
    path = tmp_path / f"places{suffix}"
    transfer.export_directory(HEAD, new_request(), path, translator("zh"), Kind.PLACES)
    report = transfer.import_file(HEAD, new_request(), Kind.PLACES, path).value
    assert (report.counts[Outcome.KNOWN], report.problems) == (len(HOSTILE), [])


def test_an_empty_hospital_takes_all_of_a_doctors_duty(
    filled: DirectoryService, transfer: TransferService, tmp_path: Path, store: Store
) -> None:
    (doctor,) = filled.doctors(OPERATOR, inactive=True)
    times = {
        Duty(dt.time(8), dt.time(12), weekday=0),
        Duty(dt.time(20), dt.time(0), weekday=4),
        Duty(dt.time(9), dt.time(10), day=DAY),
        Duty(dt.time(0), dt.time(0), day=DAY + dt.timedelta(1), absent=True),
        Duty(dt.time(14), dt.time(16), day=DAY + dt.timedelta(2), absent=True),
    }
    filled.save_duty_times(HEAD, new_request(), doctor.id, sorted(times, key=repr))
    path = tmp_path / "doctors.csv"
    transfer.export_directory(HEAD, new_request(), path, translator("zh"), Kind.DOCTORS)
    filled.save_duty_times(HEAD, new_request(), doctor.id, [])
    assert transfer.import_file(HEAD, new_request(), Kind.DOCTORS, path).value.counts[Outcome.CHANGED] == 1
    assert set(filled.duty_times(OPERATOR, doctor.id)) == times
    assert transfer.import_file(HEAD, new_request(), Kind.DOCTORS, path).value.counts[Outcome.KNOWN] == 1


def test_either_column_of_duty_leaves_the_other_kind_as_it_is(
    filled: DirectoryService, transfer: TransferService, tmp_path: Path
) -> None:
    (doctor,) = filled.doctors(OPERATOR, inactive=True)
    away = Duty(dt.time(0), dt.time(0), day=DAY, absent=True)
    monday, tuesday = (Duty(dt.time(8), dt.time(12), weekday=day) for day in (0, 1))
    filled.save_duty_times(HEAD, new_request(), doctor.id, [monday, away])
    path = tmp_path / "doctors.csv"
    for column, cell, expected in (
        ("duty", "2 08:00-12:00", {tuesday, away}),
        (
            "exceptions",
            "2026-12-01 停诊 14:00-15:00",
            {tuesday, Duty(dt.time(14), dt.time(15), day=DAY, absent=True)},
        ),
    ):
        path.write_text(f"number,name,department,{column}\nD1,李静,surgery,{cell}\n", "utf-8")
        transfer.import_file(HEAD, new_request(), Kind.DOCTORS, path)
        assert set(filled.duty_times(OPERATOR, doctor.id)) == expected
    path.write_text("number,name,department,exceptions\nD1,李静,surgery,someday off\n", "utf-8")
    (problem,) = transfer.import_file(HEAD, new_request(), Kind.DOCTORS, path).value.problems
    assert (problem.field, "someday off" in str(problem.text)) == ("exceptions", True)


def test_a_sentence_that_went_back_to_the_shipped_one_keeps_the_sites_text(
    filled: DirectoryService, transfer: TransferService, tmp_path: Path
) -> None:
    (own,) = [one for one in filled.phrases(OPERATOR) if one.own]
    off = PhraseDraft(own.code, own.situation, own.words, active=False)
    filled.save_phrase(HEAD, new_request(), off, Seen(own.id, own.version))
    path = tmp_path / "phrases.csv"
    transfer.export_directory(HEAD, new_request(), path, translator("en"), Kind.PHRASES)
    assert own.words.zh in path.read_text("utf-8-sig")
    report = transfer.import_file(HEAD, new_request(), Kind.PHRASES, path).value
    assert (report.counts[Outcome.KNOWN], report.problems) == (report.rows, [])


def test_the_page_reads_the_good_rows_of_a_kind_and_writes_them_out(
    directory: DirectoryService, tmp_path: Path
) -> None:
    """The page's own way to files: it stores what is good, after having looked."""
    path = tmp_path / "prices.csv"
    path.write_text("Code,Name in Chinese,Price\nP1,彩超,80\n,化验,20\n", encoding="utf-8")
    looked = directory.import_file(HEAD, new_request(), DirectoryKind.PRICE, path, dry_run=True).value
    assert (looked.counts[Outcome.ADDED], looked.counts[Outcome.REFUSED]) == (1, 1)
    assert directory.prices(HEAD) == []
    order = new_request()
    for _ in range(2):
        directory.import_file(HEAD, order, DirectoryKind.PRICE, path)
    assert [price.code for price in directory.prices(HEAD)] == ["P1"]
    out = tmp_path / "out.csv"
    assert directory.export_file(HEAD, new_request(), out, "en", DirectoryKind.PRICE).value == 1
    assert "P1" in out.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("kind", [DirectoryKind.STAFF, DirectoryKind.QUESTION])
def test_what_no_file_of_the_directory_holds_is_refused(
    directory: DirectoryService, tmp_path: Path, kind: DirectoryKind
) -> None:
    for call in (
        lambda: directory.import_file(HEAD, new_request(), kind, tmp_path / "a.csv"),
        lambda: directory.export_file(HEAD, new_request(), tmp_path / "a.csv", "en", kind),
    ):
        with pytest.raises(InputError) as caught:
            call()
        assert caught.value.field == "kind"


def test_who_may_not_reads_and_writes_no_file_from_the_page(
    directory: DirectoryService, tmp_path: Path
) -> None:
    with pytest.raises(PermissionDenied):
        directory.import_file(OPERATOR, new_request(), DirectoryKind.PRICE, tmp_path / "a.csv")
    with pytest.raises(PermissionDenied):
        directory.export_file(OPERATOR, new_request(), tmp_path / "a.xlsx", "en")
