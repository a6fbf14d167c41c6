"""Damaged, strange and hostile files: a report or a refusal in words, never a traceback, nothing half stored."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import io
import random
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import xlsxwriter
from sqlalchemy import func, select

from deskapp.db import audit
from deskapp.db.base import Base, table_of
from deskapp.db.engine import Store
from deskapp.db.models.directory import (
    Department,
    Doctor,
    DutyTime,
    Notice,
    PhraseText,
    Place,
    PriceItem,
    Promotion,
    Staff,
)
from deskapp.db.models.intake import Appointment, AppointmentEvent, DuplicateKey, SearchKey, Visitor
from deskapp.domain.access import Actor, Role
from deskapp.domain.directory import DepartmentDraft, DoctorDraft
from deskapp.domain.duty import Duty
from deskapp.domain.text import Words
from deskapp.errors import DeskError
from deskapp.services.base import new_request
from deskapp.services.directory import DirectoryService
from deskapp.services.transfer.columns import COLUMNS, Kind, template
from deskapp.services.transfer.report import Outcome
from deskapp.services.transfer.service import TransferService
from tests.support.counts import Counts
from tests.support.naughty import NAUGHTY

HEAD: Final = Actor(0, "head", frozenset({Role.SUPERVISOR}))
MAIN: Final[dict[Kind, type[Base]]] = {
    Kind.VISITORS: Visitor,
    Kind.STAFF: Staff,
    Kind.DOCTORS: Doctor,
    Kind.PRICES: PriceItem,
    Kind.DEPARTMENTS: Department,
    Kind.PLACES: Place,
    Kind.PROMOTIONS: Promotion,
    Kind.NOTICES: Notice,
    Kind.PHRASES: PhraseText,
    Kind.APPOINTMENTS: Appointment,
}
STORED: Final[tuple[type[Base], ...]] = (*MAIN.values(), SearchKey, DuplicateKey, DutyTime, AppointmentEvent)
BOOKABLE: Final = "D900"
"""Whom the appointments are with: another one than the example of a file of doctors, which adds one."""
WORKDAYS: Final = [Duty(dt.time(8), dt.time(18), weekday) for weekday in range(5)]
Table = list[list[str]]
Damage = Callable[[bytes, random.Random], bytes]


def monday() -> dt.datetime:
    """Return the Monday before the day of the example's appointment."""
    return dt.datetime(2026, 11, 16, 9).astimezone().astimezone(dt.UTC)


@pytest.fixture
def transfer(store: Store) -> TransferService:
    directory = DirectoryService(store, monday)
    places = (("cardiology", "心内科", "B"), ("internal", "内科", "N"))
    for code, name, prefix in places:
        draft = DepartmentDraft(code, Words(name, code, code), prefix=prefix)
        department = directory.save_department(HEAD, new_request(), draft).value.id
    doctor = DoctorDraft(BOOKABLE, "赵敏", department, own_queue=False)
    directory.save_doctor(HEAD, new_request(), doctor, times=WORKDAYS)
    return TransferService(store, monday)


def stored_rows(store: Store) -> dict[str, int]:
    with store.reading() as session:
        asked = {
            mapped: session.scalar(select(func.count()).select_from(table_of(mapped))) for mapped in STORED
        }
    return {mapped.__tablename__: count or 0 for mapped, count in asked.items()}


def take(transfer: TransferService, kind: Kind, path: Path, *, partial: bool = False) -> str:
    """Import a file; return what became of it, having checked that what is stored is what was reported."""
    before = stored_rows(transfer.store)
    try:
        report = transfer.import_file(HEAD, new_request(), kind, path, partial=partial).value
    except DeskError as refused:
        code = refused.code
    else:
        code = "written" if report.written else "not written"
    after = stored_rows(transfer.store)
    if code == "written":
        grown = {table: after[table] - before[table] for table in after}
        added = report.counts[Outcome.ADDED]
        assert grown[MAIN[kind].__tablename__] == added
        if kind is Kind.APPOINTMENTS:
            assert grown[AppointmentEvent.__tablename__] == added + report.counts[Outcome.CHANGED]
            assert grown[Visitor.__tablename__] <= added
    else:
        assert after == before
    return code


# --- files ---------------------------------------------------------------------------------------------------------


def example(kind: Kind, rows: int = 3) -> Table:
    """Return a header and some rows that could be imported."""
    header, row = template(kind, "zh")[:2]
    made = [list(header), *([*map(str, row)] for _ in range(rows))]
    if kind is Kind.APPOINTMENTS:
        for place, cells in enumerate(made[1:]):
            cells[place_of("doctor")], cells[place_of("department")] = BOOKABLE, ""
            cells[place_of("time")], cells[place_of("uid")] = f"1{place}:30", f"2026-00012{place}"
    return made


def place_of(field: str) -> int:
    """Return the place of a column in a file of appointments."""
    return [column.field for column in COLUMNS[Kind.APPOINTMENTS]].index(field)


def ics_bytes(table: Table) -> bytes:
    """Return a table of appointments as a calendar file; what cells hold is not made harmless."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x"]
    for cells in table[1:]:
        start = f"{cells[place_of('date')]}T{cells[place_of('time')]}00".replace("-", "").replace(":", "")
        lines += ["BEGIN:VEVENT", f"UID:{cells[place_of('uid')]}", f"DTSTART:{start}", "DURATION:PT15M"]
        lines += [f"SUMMARY:{cells[place_of('name')]}", f"DESCRIPTION:{cells[place_of('phone')]}"]
        lines += [f"ATTENDEE;CN={cells[place_of('name')]}:tel:{cells[place_of('phone')]}"]
        lines += [f"LOCATION:{cells[place_of('doctor')]}", f"COMMENT:{cells[place_of('note')]}", "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode("utf-8", "surrogatepass")


def files(kind: Kind, table: Table, encoding: str = "utf-8-sig") -> list[tuple[str, bytes]]:
    """Return a table in every format that files of its kind may have, each with its suffix."""
    calendar = [(".ics", ics_bytes(table))] if kind is Kind.APPOINTMENTS else []
    return [(".csv", csv_bytes(table, encoding)), (".xlsx", _xlsx_or_none(table)), *calendar]


def csv_bytes(table: Table, encoding: str = "utf-8-sig") -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(table)
    return stream.getvalue().encode(encoding, "surrogatepass" if encoding.startswith("utf") else "replace")


def xlsx_bytes(table: Table, dress: Callable[[Any, Any], None] | None = None) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"strings_to_numbers": False, "in_memory": True})
    sheet = book.add_worksheet()
    for row, cells in enumerate(table):
        for column, text in enumerate(cells):
            sheet.write_string(row, column, text[:32_000])
    if dress is not None:
        dress(book, sheet)
    book.close()
    return stream.getvalue()


def flipped(data: bytes, rng: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(rng.randrange(1, 9)):
        made[rng.randrange(len(made))] ^= 1 << rng.randrange(8)
    return bytes(made)


def cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def holed(data: bytes, rng: random.Random) -> bytes:
    at, length = rng.randrange(len(data)), rng.randrange(1, 400)
    return data[:at] + data[at + length :]


def doubled(data: bytes, rng: random.Random) -> bytes:
    at, length = rng.randrange(len(data)), rng.randrange(1, 400)
    return data[:at] + data[at : at + length] * rng.randrange(2, 5) + data[at:]


def noised(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + rng.randbytes(rng.randrange(1, 200)) + data[at:]


def repacked(data: bytes, rng: random.Random) -> bytes:
    """Damage what lies inside a spreadsheet's archive, which itself stays whole."""
    if not data.startswith(b"PK"):
        return flipped(data, rng)
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        names = old.namelist()
        hurt = rng.choice([name for name in names if name.endswith((".xml", ".rels"))])
        for name in names:
            if name == hurt and rng.random() < 0.2:
                continue
            inside = old.read(name)
            new.writestr(
                name, rng.choice((flipped, cut, holed, doubled))(inside, rng) if name == hurt else inside
            )
    return stream.getvalue()


DAMAGES: Final[tuple[Damage, ...]] = (flipped, cut, holed, doubled, noised, repacked)


def damaged(transfer: TransferService, kind: Kind, folder: Path, tries: int, seed: int) -> Counter[str]:
    rng = random.Random(seed)
    outcomes: Counter[str] = Counter()
    failures = []
    for suffix, whole in files(kind, example(kind)):
        for _ in range(tries):
            damage = rng.choice(DAMAGES)
            path = folder / f"in{suffix}"
            path.write_bytes(damage(whole, rng))
            try:
                outcomes[take(transfer, kind, path, partial=rng.random() < 0.5)] += 1
            except Exception as error:  # every failure is told at once
                failures.append(f"{suffix} {damage.__name__}: {type(error).__name__}: {error}"[:200])
    assert not failures, "\n".join([f"{len(failures)} failed", *sorted(set(failures))[:40]])
    return outcomes


def hostile(table: Table, rng: random.Random) -> Table:
    """Put naughty texts into some cells."""
    made = [list(row) for row in table]
    for row in made[1:] if rng.random() < 0.8 else made:
        for at in rng.sample(range(len(row)), rng.randrange(1, len(row) + 1)):
            row[at] = rng.choice(NAUGHTY)[:150_000]
    return made


def typed_in(transfer: TransferService, kind: Kind, folder: Path, tries: int, seed: int) -> Counter[str]:
    rng = random.Random(seed)
    outcomes: Counter[str] = Counter()
    failures = []
    for _ in range(tries):
        table = hostile(example(kind), rng)
        encoding = rng.choice(("utf-8", "utf-8-sig", "utf-16", "gb18030", "utf-16-le", "latin-1", "utf-32"))
        suffix, data = rng.choice(files(kind, table, encoding))
        path = folder / f"in{suffix}"
        path.write_bytes(data)
        try:
            outcomes[take(transfer, kind, path, partial=True)] += 1
        except Exception as error:  # every failure is told at once
            failures.append(f"{suffix} {encoding}: {type(error).__name__}: {error}"[:200])
    assert not failures, "\n".join([f"{len(failures)} of {tries}", *sorted(set(failures))[:40]])
    return outcomes


def _xlsx_or_none(table: Table) -> bytes:
    clean = [[cell.encode(errors="ignore").decode() for cell in row] for row in table]
    return xlsx_bytes(clean)


@pytest.fixture
def whole_afterwards(store: Store) -> Iterator[None]:
    yield
    with store.reading() as session:
        assert list(audit.broken_lines(session)) == []


pytestmark = pytest.mark.usefixtures("whole_afterwards")


@pytest.mark.parametrize("kind", Kind)
def test_a_whole_example_is_stored(transfer: TransferService, kind: Kind, tmp_path: Path) -> None:
    for suffix, data in files(kind, example(kind, 1)):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(data)
        assert take(transfer, kind, path) == "written"
    assert stored_rows(transfer.store)[MAIN[kind].__tablename__] > 0


@pytest.mark.parametrize("kind", Kind)
def test_a_few_damaged_files_are_refused_in_words(
    transfer: TransferService, kind: Kind, tmp_path: Path
) -> None:
    damaged(transfer, kind, tmp_path, 12, seed=1)
    typed_in(transfer, kind, tmp_path, 8, seed=1)


@pytest.mark.safety
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", Kind)
def test_no_damaged_file_is_half_stored(
    transfer: TransferService, kind: Kind, tmp_path: Path, counts: Counts
) -> None:
    outcomes = damaged(transfer, kind, tmp_path, 1000, seed=2)
    outcomes += typed_in(transfer, kind, tmp_path, 400, seed=2)
    counts.add("hostile files imported", kind.value, outcomes.total())
    counts.add("files half stored", kind.value, 0)


# --- one strange thing at a time ---------------------------------------------------------------------------------------


def visitors(*rows: str, header: str = "姓名,性别,出生日期,电话") -> bytes:
    return "\n".join([header, *rows]).encode()


STRANGE: Final = {
    "nothing": b"",
    "one byte": b"\xff",
    "only marks": b"\xef\xbb\xbf",
    "ten thousand columns": visitors(header=",".join(f"c{place}" for place in range(10_000)) + ",姓名"),
    "ten thousand names alike": visitors(header=",".join(["姓名"] * 10_000)),
    "a field without end": visitors('"王,1,1990-01-01,'),
    "a field of a megabyte": visitors("王" * 350_000 + ",1,1990-01-01,"),
    "NUL": visitors("王\0建国,1,1990-01-01,1"),
    "only delimiters": b",,,,\n,,,,\n",
    "thirty thousand lines of nothing": b"\n" * 30_000,
    "carriage returns": b"\xe5\xa7\x93\xe5\x90\x8d\r\xe7\x8e\x8b\r",
    "UTF-16 cut in half": "姓名\n王".encode("utf-16")[:-1],
    "UTF-16 without a mark": "姓名\n王".encode("utf-16-le"),
    "UTF-7": "姓名\n王".encode("utf-7"),
    "Big5": "姓名\n張".encode("big5"),
    "a lone surrogate": "姓名\n".encode() + b"\xed\xa0\x80\n",
    "another program": b"MZ\x90\0" + bytes(200),
    "a page": b"<html><table><tr><td>\xe5\xa7\x93\xe5\x90\x8d</td></tr></table></html>",
}


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_strange_file_is_said_to_be_one(
    transfer: TransferService, name: str, suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"in{suffix}"
    path.write_bytes(STRANGE[name])
    assert take(transfer, Kind.VISITORS, path, partial=True) != ""


@functools.cache
def bomb() -> bytes:
    """Return a small file that would be a large one."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for place in range(21):
            archive.writestr(f"xl/worksheets/sheet{place}.xml", b" " * 50_000_000)
    return stream.getvalue()


def test_a_file_that_unpacks_to_gigabytes_is_not_unpacked(transfer: TransferService, tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(bomb())
    assert path.stat().st_size < 5_000_000
    assert take(transfer, Kind.VISITORS, path) == "file.large"


def test_an_entity_that_grows_without_end_is_refused(transfer: TransferService, tmp_path: Path) -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "haha">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12)
    )
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx_bytes(example(Kind.VISITORS)))) as old,
        zipfile.ZipFile(stream, "w") as new,
    ):
        for name in old.namelist():
            inside = old.read(name)
            if name == "xl/workbook.xml":
                inside = inside.replace(b"<workbook", laughs.encode() + b"]><workbook", 1)
                inside = inside.replace(b"Sheet1", b"&m;")
            new.writestr(name, inside)
    path = tmp_path / "laughs.xlsx"
    path.write_bytes(stream.getvalue())
    assert take(transfer, Kind.VISITORS, path) in {"file.xlsx", "written", "not written"}


def _merge(book: Any, sheet: Any) -> None:
    sheet.merge_range(1, 0, 3, 2, "王", book.add_format())


def _formulas(_book: Any, sheet: Any) -> None:
    sheet.write_formula(1, 0, '=CONCAT("王","建国")', value="王建国")


def _numbers(book: Any, sheet: Any) -> None:
    for row in (1, 2):
        for column in range(6):
            sheet.write_number(row, column, 43_900.5)
    sheet.write_number(3, 0, 1e300)
    sheet.write_boolean(3, 1, True)
    sheet.write_datetime(3, 2, dt.datetime(1990, 1, 1), book.add_format({"num_format": "d"}))  # noqa: DTZ001


def _many_columns(_book: Any, sheet: Any) -> None:
    for column in range(10_000):
        sheet.write_string(0, column + 40, f"c{column}")


def _far_away(_book: Any, sheet: Any) -> None:
    sheet.write_string(1_048_575, 16_383, "last cell")


@pytest.mark.parametrize("dress", [_merge, _formulas, _numbers, _many_columns], ids=lambda one: one.__name__)
@pytest.mark.parametrize("kind", Kind)
def test_a_strange_spreadsheet_is_read_or_refused_in_words(
    transfer: TransferService, kind: Kind, dress: Any, tmp_path: Path
) -> None:
    path = tmp_path / "in.xlsx"
    path.write_bytes(xlsx_bytes(example(kind), dress))
    assert take(transfer, kind, path, partial=True) != ""


def test_a_cell_at_the_end_of_the_sheet_does_not_fill_the_memory(
    transfer: TransferService, tmp_path: Path
) -> None:
    path = tmp_path / "in.xlsx"
    path.write_bytes(xlsx_bytes(example(Kind.VISITORS), _far_away))
    assert take(transfer, Kind.VISITORS, path, partial=True) == "file.wide"


# --- appointments at the edges -----------------------------------------------------------------------------------------

EDGES: Final = {
    "the first day there is": {"date": "0001-01-01", "time": "00:00"},
    "the last day there is": {"date": "9999-12-31", "time": "23:59"},
    "longer than anybody lives": {"minutes": "999999999"},
    "the last day, for ever": {"date": "9999-12-31", "minutes": "999999999"},
    "a night in summer that is not there": {"date": "2027-03-14", "time": "02:30"},
    "cancelled on the first day": {"date": "0001-01-01", "cancelled": "1"},
}


def appointment(**cells: str) -> Table:
    table = example(Kind.APPOINTMENTS, 1)
    for field, cell in cells.items():
        table[1][place_of(field)] = cell
    return table


@pytest.mark.parametrize("name", EDGES)
@pytest.mark.parametrize("doctor", [BOOKABLE, ""])
def test_an_appointment_at_the_edge_is_refused_in_words(
    transfer: TransferService, name: str, doctor: str, tmp_path: Path
) -> None:
    table = appointment(doctor=doctor, department="" if doctor else "cardiology", **EDGES[name])
    for suffix, data in files(Kind.APPOINTMENTS, table):
        path = tmp_path / f"in{suffix}"
        path.write_bytes(data)
        assert take(transfer, Kind.APPOINTMENTS, path, partial=True) in {"written", "file.empty"}
    if "minutes" not in EDGES[name]:
        assert stored_rows(transfer.store)["appointment"] == 0


def test_one_number_twice_in_a_file_books_once(transfer: TransferService, tmp_path: Path) -> None:
    table = [*appointment(uid="one"), appointment(uid="one", time="15:30")[1]]
    for suffix, data in files(Kind.APPOINTMENTS, table):
        path = tmp_path / f"in{suffix}"
        path.write_bytes(data)
        assert take(transfer, Kind.APPOINTMENTS, path) == "not written"
        take(transfer, Kind.APPOINTMENTS, path, partial=True)
    assert stored_rows(transfer.store)["appointment"] == 1


CALENDARS: Final = {
    "the first day": "DTSTART:00010101T000000Z",
    "the last day": "DTSTART:99991231T235900Z",
    "a folder for a zone": "DTSTART;TZID=America:20261120T103000",
    "a way out for a zone": "DTSTART;TZID=../../etc/passwd:20261120T103000",
    "a zone without end": f"DTSTART;TZID={'a' * 5000}:20261120T103000",
    "a zone of nothing": 'DTSTART;TZID="":20261120T103000',
    "NUL for a zone": "DTSTART;TZID=a\0b:20261120T103000",
    "two beginnings": "DTSTART:20261120T103000\r\nDTSTART:20261120T113000",
    "an end before time": "DTSTART:20261120T103000\r\nDTEND:00010101T000000Z",
    "for ever": "DTSTART:20261120T103000\r\nDURATION:P999999999D",
    "longer than for ever": "DTSTART:20261120T103000\r\nDURATION:P99999999999999999999D",
    "a day alone": "DTSTART;VALUE=DATE:20261120",
    "a span": "DTSTART;VALUE=PERIOD:20261120T103000/PT1H",
    "one of none": "DTSTART:20261120T103000\r\nRECURRENCE-ID:never",
    "events in events": "DTSTART:20261120T103000\r\n"
    + "BEGIN:VEVENT\r\n" * 3000
    + "END:VEVENT\r\n" * 2999
    + "END:VEVENT",
    "no end": "DTSTART:20261120T103000\r\n" + "BEGIN:VEVENT\r\n" * 3000,
}
ZONE: Final = """BEGIN:VTIMEZONE\r\nTZID:Hospital\r\nBEGIN:STANDARD\r\nDTSTART:{start}\r\nRRULE:{rule}\r
TZOFFSETFROM:{offset}\r\nTZOFFSETTO:{offset}\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"""
ZONES: Final = {
    "every second": ("00010101T000000", "FREQ=SECONDLY", "+0800"),
    "every second since long": (
        "19700101T000000",
        "FREQ=SECONDLY;INTERVAL=1;UNTIL=99991231T000000Z",
        "+0800",
    ),
    "never": ("19700101T000000", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", "+0800"),
    "no rule": ("19700101T000000", "FREQ=WHEN", "+0800"),
    "a year away": ("19700101T000000", "FREQ=YEARLY", "+9999"),
    "no offset": ("19700101T000000", "FREQ=YEARLY", "x"),
    "no start": ("x", "FREQ=YEARLY", "+0800"),
}


def calendar(start: str, zone: str = "") -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *([zone.rstrip()] if zone else [])]
    lines += [
        "BEGIN:VEVENT",
        "UID:one",
        start,
        "SUMMARY:王芳",
        "DESCRIPTION:13800138000",
        f"LOCATION:{BOOKABLE}",
    ]
    return "\r\n".join([*lines, "END:VEVENT", "END:VCALENDAR", ""]).encode()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", CALENDARS)
def test_a_strange_calendar_is_read_or_refused_in_words(
    transfer: TransferService, name: str, tmp_path: Path
) -> None:
    path = tmp_path / "in.ics"
    path.write_bytes(calendar(CALENDARS[name]))
    assert take(transfer, Kind.APPOINTMENTS, path, partial=True) != ""


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", ZONES)
def test_a_strange_zone_is_read_or_refused_in_words(
    transfer: TransferService, name: str, tmp_path: Path
) -> None:
    start, rule, offset = ZONES[name]
    path = tmp_path / "in.ics"
    zone = ZONE.format(start=start, rule=rule, offset=offset)
    path.write_bytes(calendar("DTSTART;TZID=Hospital:20261120T103000", zone))
    assert take(transfer, Kind.APPOINTMENTS, path, partial=True) != ""
