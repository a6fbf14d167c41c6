"""Bits flip on the disk: each one is found, and no row is ever served that is not as it was written.

Flipped in the file itself, the page can't be authenticated any more, whichever byte it was. Flipped in the
journal of a desk that was killed, SQLite takes the rest of the journal for never written: that is found too,
because what is behind was complete.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deskapp.db import cipher, integrity
from deskapp.errors import StorageError
from tests.support.at_work import KEY, DeskAtWork, Place, fill, opened
from tests.support.counts import Counts

pytestmark = [pytest.mark.safety, pytest.mark.timeout(600)]
Rows = dict[str, set[tuple[Any, ...]]]
FLIPS = 200
IN_JOURNAL = 50


@pytest.fixture
def file(sqlite_template: Path, tmp_path: Path) -> Path:
    made = Path(shutil.copyfile(sqlite_template, tmp_path / "truth.sqlite"))
    fill(made, 40)
    return made


def rows_of(connection: Any) -> Rows:
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {table: set(connection.execute(f'SELECT * FROM "{table}"')) for table in tables}


def flip(file: Path, pick: random.Random) -> int:
    """Flip one bit; return the byte in which it is."""
    at = pick.randrange(file.stat().st_size)
    with file.open("r+b") as stream:
        stream.seek(at)
        byte = stream.read(1)[0]
        stream.seek(at)
        stream.write(bytes([byte ^ 1 << pick.randrange(8)]))
    return at


def looked_at(file: Path, look: Callable[[Any], list[str]]) -> list[str]:
    """Return the findings of opening and looking; what opening refuses is one."""
    try:
        store = opened(file)
    except StorageError as error:
        return [error.code]
    try:
        return look(store)
    finally:
        store.close()


def served(file: Path, truth: Rows) -> tuple[int, int]:
    """Return how many tables could be read whole, and how many rows were not as written."""
    whole = wrong = 0
    for table, rows in truth.items():
        try:
            with cipher.opened(file, KEY) as connection:
                found = connection.execute(f'SELECT * FROM "{table}" NOT INDEXED')
                for row in found:
                    wrong += row not in rows
            whole += 1
        except StorageError:
            continue
    return whole, wrong


def test_every_flipped_bit_of_the_file_is_found_and_none_is_served(
    file: Path, tmp_path: Path, counts: Counts
) -> None:
    pick = random.Random(17)
    with cipher.opened(file, KEY) as connection:
        truth = rows_of(connection)
    quick = full = read_whole = wrong = 0
    for _ in range(FLIPS):
        hit = Path(shutil.copyfile(file, tmp_path / "hit.sqlite"))
        flip(hit, pick)
        whole, strange = served(hit, truth)
        wrong += strange
        read_whole += whole == len(truth)
        quick += bool(looked_at(hit, integrity.quick))
        full += bool(looked_at(hit, integrity.full))
        cipher.remove(hit)
    counts.add("bits flipped", "database file", FLIPS)
    counts.add("bits found", "database file", quick)
    counts.add("bits flipped outside of rows (indexes, free pages)", "database file", read_whole)
    counts.add("wrong rows served", "database file", wrong)
    assert (quick, full, wrong) == (FLIPS, FLIPS, 0)


def test_a_flipped_bit_of_a_journal_serves_nothing_wrong(file: Path, tmp_path: Path, counts: Counts) -> None:
    """What follows the bit in the journal is gone then; what was in the file before is not."""
    pick = random.Random(18)
    store = opened(file)
    before = tmp_path / "before.sqlite"
    shutil.copyfile(file, before)
    desk = DeskAtWork(store, Place(1, 1), 4)
    for _ in range(4):
        desk.one()
    journal = tmp_path / "journal"
    shutil.copyfile(file.with_name(f"{file.name}-wal"), journal)
    shutil.copyfile(file, before)
    with store.reading() as session:
        truth = rows_of(session.connection().connection.driver_connection)
    store.close()
    found = lost = silent = 0
    for _ in range(IN_JOURNAL):
        hit = Path(shutil.copyfile(before, tmp_path / "hit.sqlite"))
        flip(Path(shutil.copyfile(journal, tmp_path / "hit.sqlite-wal")), pick)
        findings = looked_at(hit, integrity.quick)
        missing = len(truth["request"]) - _transactions(hit)
        # In the very last transaction a flipped bit looks like a power cut.
        silent += missing > 1 and not findings
        found += bool(findings)
        lost += missing > 0
        cipher.remove(hit)
    counts.add("bits flipped", "journal", IN_JOURNAL)
    counts.add("bits found", "journal", found)
    counts.add("journals shortened by a bit", "journal", lost)
    assert silent == 0


def _transactions(file: Path) -> int:
    with cipher.opened(file, KEY) as connection:
        return int(connection.execute("SELECT count(*) FROM request").fetchone()[0])
