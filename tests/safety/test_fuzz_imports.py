"""Damaged, strange and hostile files: a report or a refusal in words, never a traceback, nothing half stored."""

from __future__ import annotations

import csv
import datetime as dt
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
from deskapp.db.models.directory import Doctor, DutyTime, PriceItem, Staff
from deskapp.db.models.intake import DuplicateKey, SearchKey, Visitor
from deskapp.domain.access import Actor, Role
from deskapp.domain.directory import DepartmentDraft
from deskapp.domain.text import Words
from deskapp.errors import DeskError
from deskapp.services.base import new_request
from deskapp.services.directory import DirectoryService
from deskapp.services.transfer.columns import Kind, template
from deskapp.services.transfer.report import Outcome
from deskapp.services.transfer.service import TransferService
from tests.support.counts import Counts
from tests.support.naughty import NAUGHTY

HEAD: Final = Actor(0, "head", frozenset({Role.SUPERVISOR}))
STORED: Final[tuple[type[Base], ...]] = (Visitor, SearchKey, DuplicateKey, Staff, Doctor, DutyTime, PriceItem)
MAIN: Final = {Kind.VISITORS: Visitor, Kind.STAFF: Staff, Kind.DOCTORS: Doctor, Kind.PRICES: PriceItem}
Table = list[list[str]]
Damage = Callable[[bytes, random.Random], bytes]


@pytest.fixture
def transfer(store: Store) -> TransferService:
    directory = DirectoryService(store)
    places = (("cardiology", "心内科", "B"), ("internal", "内科", "N"))
    for code, name, prefix in places:
        draft = DepartmentDraft(code, Words(name, code, code), prefix=prefix)
        directory.save_department(HEAD, new_request(), draft)
    return TransferService(store)


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
    table = MAIN[kind].__tablename__
    if code == "written":
        assert after[table] - before[table] == report.counts[Outcome.ADDED]
    else:
        assert after == before
    return code


# --- files ---------------------------------------------------------------------------------------------------------


def example(kind: Kind, rows: int = 3) -> Table:
    """Return a header and some rows that could be imported."""
    header, row = template(kind, "zh")[:2]
    return [list(header), *([*map(str, row)] for _ in range(rows))]


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
    for suffix, whole in ((".csv", csv_bytes(example(kind))), (".xlsx", xlsx_bytes(example(kind)))):
        for _ in range(tries):
            damage = rng.choice(DAMAGES)
            path = folder / f"in{suffix}"
            path.write_bytes(damage(whole, rng))
            try:
                outcomes[take(transfer, kind, path, partial=rng.random() < 0.5)] += 1
            except Exception as error:  # every failure is told at once
                failures.append(f"{suffix} {damage.__name__}: {type(error).__name__}: {error}"[:200])
    assert not failures, "\n".join([f"{len(failures)} of {2 * tries}", *sorted(set(failures))[:40]])
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
        suffix, data = rng.choice(((".csv", csv_bytes(table, encoding)), (".xlsx", _xlsx_or_none(table))))
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
    for name, data in (("a.csv", csv_bytes(example(kind, 1))), ("a.xlsx", xlsx_bytes(example(kind, 1)))):
        (tmp_path / name).write_bytes(data)
        assert take(transfer, kind, tmp_path / name) == "written"


@pytest.mark.parametrize("kind", Kind)
def test_a_few_damaged_files_are_refused_in_words(
    transfer: TransferService, kind: Kind, tmp_path: Path
) -> None:
    damaged(transfer, kind, tmp_path, 25, seed=1)
    typed_in(transfer, kind, tmp_path, 15, seed=1)


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


def test_a_file_that_unpacks_to_gigabytes_is_not_unpacked(transfer: TransferService, tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for place in range(21):
            archive.writestr(f"xl/worksheets/sheet{place}.xml", b" " * 50_000_000)
    assert path.stat().st_size < 2_000_000
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
