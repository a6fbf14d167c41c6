"""A hospital of up to a million visitors with three visits each, made once and kept in a cache folder.

The visitors come from `people`, their keys from the program itself, everything else through its services
(`hospital`). Loading by hand is allowed to be unsafe (`synchronous = OFF`): a load that did not end is
thrown away. Whatever is measured afterwards opens the file as the program does.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import multiprocessing
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from benchmarks import hospital
from benchmarks.people import PART, Person, people
from deskapp.db import migrate, models, search, search_bulk
from deskapp.db.base import Base, table_of
from deskapp.db.engine import DATABASE_FILE, Store
from deskapp.db.keys import KEY_FILE
from deskapp.db.models.intake import DuplicateKey, SearchKey, Visit, Visitor
from deskapp.domain.codes import VISIT, VISITOR, make_code
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import DocumentKind, Identity, MediaSource, Payment, VisitKind
from deskapp.services.intake.keys import blocking_keys, candidate_of, draft_keys

GENERATION: Final = 1
"""Raise it when what is loaded changes in a way that `_fingerprint` does not see."""

SEED: Final = 7
VISITS_EACH: Final = 3
YEARS_BACK: Final = 3
READY: Final = "ready.json"

_VISIT_COUNTS: Final = (1, 1, 1, 2, 2, 3, 3, 4, 5, 8)
_CACHE_KIB: Final = 1_500_000
_DAY_MICROSECONDS: Final = 86_400_000_000
_VISITOR_VARIES: Final = (
    "id",
    "code",
    "name",
    "sex",
    "birth_date",
    "phone",
    "document_kind",
    "document_number",
    "identity",
    "division",
    "language",
    "nationality",
    "address",
    "first_seen",
    "last_visit",
    "visits",
)
_VISIT_VARIES: Final = (
    "id",
    "code",
    "visitor_id",
    "day",
    "opened_at",
    "first_visit",
    "complaint",
    "urgency",
    "department_id",
    "checked_in",
)
_NATIONALITIES: Final = {"zh": "156", "mn": "496", "en": "826"}

Say = Callable[[str], None]
Row = tuple[Any, ...]


class Part(NamedTuple):
    """Rows of some thousand people, ready to be inserted."""

    visitors: list[Row]
    visits: list[Row]
    keys: list[Row]
    blocks: list[Row]


def prepared(cache: Path, visitors: int, say: Say) -> Path:
    """Return the data folder of a hospital with `visitors`, loading it unless the cache has it.

    Today's visits are added when the cached ones are of an earlier day.
    """
    folder = cache / f"{visitors}-{_fingerprint()}"
    if not (folder / READY).exists():
        _load(folder, visitors, say)
    hospital.receive_today(folder)
    return folder


def _fingerprint() -> str:
    """Return what must not change for a cached load to be right: tables, keys of people, this module."""
    assert models
    ddl = [str(CreateTable(table).compile(dialect=sqlite.dialect())) for table in Base.metadata.sorted_tables]
    keys = [sorted(draft_keys(draft_of(person)).items()) for person in people(0, 200, SEED)]
    blocks = [sorted(blocking_keys(candidate_of(1, draft_of(person)))) for person in people(0, 200, SEED)]
    kept = (search.HOT_OVER, search.HOT_KEPT, search.LONGEST_PREFIX)
    told = json.dumps([GENERATION, migrate.HEAD, kept, ddl, keys, blocks])
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _load(folder: Path, visitors: int, say: Say) -> None:
    began = time.monotonic()
    say(f"Loading {visitors:,} visitors into the cache, once ...")
    shutil.rmtree(folder, ignore_errors=True)
    departments = hospital.begin(folder)
    with _unsafe_connection(folder) as connection:
        _fill(connection, visitors, departments, say)
    say(f"  {_minutes(began)}  the best of every crowded prefix")
    store = Store.in_folder(folder)
    try:
        search_bulk.rebuild(store)
    finally:
        store.close()
    ready = {"visitors": visitors, "visits": visitors * VISITS_EACH, "seconds": time.monotonic() - began}
    (folder / READY).write_text(json.dumps(ready), "utf-8")
    say(f"  {_minutes(began)}  done, {(folder / DATABASE_FILE).stat().st_size / 1e6:,.0f} MB")


def _minutes(began: float) -> str:
    minutes, seconds = divmod(round(time.monotonic() - began), 60)
    return f"{minutes:3}:{seconds:02}"


@contextmanager
def _unsafe_connection(folder: Path) -> Iterator[Any]:
    """Give a connection that is fast and would not survive a power cut."""
    import sqlcipher3.dbapi2 as driver  # type: ignore[import-untyped]

    key = (folder / KEY_FILE).read_text("ascii").strip()
    connection = driver.connect(str(folder / DATABASE_FILE), isolation_level=None)
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key}'\"")
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        yield connection
    finally:
        connection.close()


def _fill(connection: Any, visitors: int, departments: list[int], say: Say) -> None:
    began = time.monotonic()
    indexes = _without_indexes(connection, ("visit", "visitor"))
    inserts = (
        _insert(table_of(Visitor), _VISITOR_VARIES, _visitor_constants()),
        _insert(table_of(Visit), _VISIT_VARIES, _visit_constants()),
        _insert(table_of(SearchKey), ("key", "visitor_id", "grade"), {}),
        _insert(table_of(DuplicateKey), ("key", "visitor_id"), {}),
    )
    today = dt.datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [(start, min(PART, visitors - start)) for start in range(0, visitors, PART)]
    make = partial(_part, departments=departments, today=today)
    connection.execute("BEGIN")
    for done, part in enumerate(_made(make, starts), 1):
        for statement, rows in zip(inserts, part, strict=True):
            connection.executemany(statement, rows)
        if done % 10 == 0:
            say(f"  {_minutes(began)}  {min(done * PART, visitors):,} visitors")
    for definition in indexes:
        connection.execute(definition)
    connection.execute("COMMIT")


def _made(make: Callable[[tuple[int, int]], Part], starts: list[tuple[int, int]]) -> Iterator[Part]:
    """Yield the parts in order; more than one are made by two processes."""
    if len(starts) == 1:
        yield make(starts[0])
        return
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        yield from pool.imap(make, starts)


def _without_indexes(connection: Any, tables: Iterable[str]) -> list[str]:
    """Drop the tables' indexes and return what makes them anew: sorting once is faster."""
    asked = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
    found = [row for table in tables for row in connection.execute(asked, (table,)).fetchall()]
    for name, _sql in found:
        connection.execute(f'DROP INDEX "{name}"')
    return [sql for _name, sql in found]


def _insert(table: Table, varying: tuple[str, ...], constants: dict[str, Any]) -> str:
    """Return the statement that inserts rows of the `varying` columns; the others are the same in each."""
    rest = [column.name for column in table.columns if column.name not in varying]
    literals = [_literal(constants.get(name)) for name in rest]
    values = ", ".join(["?"] * len(varying) + literals)
    return f"INSERT INTO {table.name} ({', '.join((*varying, *rest))}) VALUES ({values})"


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    return f"'{value}'" if isinstance(value, str) else str(int(value))  # type: ignore[call-overload]


def _visitor_constants() -> dict[str, Any]:
    draft = VisitorDraft()
    constants = {name: getattr(draft, name) for name in VisitorDraft.__dataclass_fields__}
    return constants | {"version": 1}


def _visit_constants() -> dict[str, Any]:
    return {
        "version": 1,
        "kind": VisitKind.GENERAL,
        "pregnant": False,
        "override_reason": "",
        "media_source": MediaSource.FRIEND,
        "media_text": "",
        "payment": Payment.PAID,
        "payment_reason": "",
        "end_note": "",
    }


def _part(place: tuple[int, int], departments: list[int], today: dt.datetime) -> Part:
    """Make the rows of the people at `place` (start and count); runs in a process of its own."""
    start, count = place
    random = Random(f"{SEED}:visits:{start}")
    part = Part([], [], [], [])
    midnight = round(today.timestamp()) * 1_000_000
    for number, person in enumerate(people(start, count, SEED), start + 1):
        draft = draft_of(person)
        moments = _moments(random, _VISIT_COUNTS[number % len(_VISIT_COUNTS)], midnight)
        part.visitors.append(_visitor_row(random, number, person, moments))
        part.visits.extend(_visit_rows(random, number, moments, departments, today))
        part.keys.extend((key, number, grade) for key, grade in draft_keys(draft).items())
        part.blocks.extend((key, number) for key in blocking_keys(candidate_of(number, draft)))
    part.keys.sort()
    part.blocks.sort()
    return part


def draft_of(person: Person) -> VisitorDraft:
    """Return what the desk would type of a person."""
    return VisitorDraft(
        name=person.name,
        sex=person.sex,
        birth_date=person.born,
        phone=person.phone,
        document_kind=person.kind,
        document_number=person.number,
    )


def _moments(random: Random, count: int, midnight: int) -> list[int]:
    """Return when somebody came, in microseconds since 1970: in office hours of the last years."""
    return sorted(
        midnight
        - random.randrange(1, 365 * YEARS_BACK) * _DAY_MICROSECONDS
        + random.randrange(8 * 3600, 18 * 3600) * 1_000_000
        for _ in range(count)
    )


def _visitor_row(random: Random, number: int, person: Person, moments: list[int]) -> Row:
    known = person.kind is not DocumentKind.NONE
    return (
        number,
        make_code(VISITOR, random.randbytes(7)),
        person.name,
        int(person.sex),
        person.born.isoformat(),
        person.phone,
        person.kind.value,
        person.number,
        (Identity.DOCUMENT if known else Identity.STATED).value,
        person.number[:6] if person.kind is DocumentKind.RESIDENT_ID else "",
        person.language,
        _NATIONALITIES[person.language],
        f"{random.choice('东西南北中')}{random.choice('山湖河江城')}路{random.randrange(1, 900)}号",
        moments[0],
        moments[-1],
        len(moments),
    )


def _visit_rows(
    random: Random, number: int, moments: list[int], departments: list[int], today: dt.datetime
) -> Iterator[Row]:
    offset = today.utcoffset() or dt.timedelta()
    for place, moment in enumerate(moments):
        day = dt.datetime.fromtimestamp(moment / 1e6, dt.timezone(offset)).date()
        yield (
            None,
            make_code(VISIT, random.randbytes(7)),
            number,
            day.isoformat(),
            moment,
            place == 0,
            random.choice(("头疼两天", "发烧咳嗽", "胸口闷", "腰疼", "皮肤痒", "толгой өвдөж байна", "复查")),
            random.choice((3, 4, 4, 4)),
            random.choice(departments),
            moment + random.randrange(5, 60) * 60_000_000,
        )
