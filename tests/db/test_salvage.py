"""What is intact of a damaged file comes out as it was written, into a file that a desk can work with."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from deskapp.db import audit, cipher, integrity
from deskapp.db.salvage import DERIVED, OF_THE_COPY, Salvaged, salvage
from deskapp.domain.trail import Broken
from deskapp.errors import StorageError
from deskapp.services.intake.keys import found_by
from tests.support.at_work import KEY, DeskAtWork, Place, fill, opened, unwell

PAGE = 4096
VISITS = 60
ALONE = ("audit_entry", "change", "request", "setting")
"""Tables whose rows have no parent: exactly what can be read of them is saved."""
Rows = dict[str, set[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def truth(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a desk that worked for a while."""
    file = tmp_path_factory.mktemp("truth") / "desk.sqlite"
    shutil.copyfile(sqlite_template, file)
    fill(file, VISITS)
    return file


@pytest.fixture
def file(truth: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(truth, tmp_path / "desk.sqlite"))


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Path]:
    made = tmp_path / "saved.sqlite"
    yield made
    cipher.remove(made)


def rows_of(file: Path) -> Rows:
    with cipher.opened(file, KEY) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: set(connection.execute(f'SELECT * FROM "{table}"')) for table in tables}


def flip(file: Path, page: int, at: int = 100) -> None:
    with file.open("r+b") as stream:
        stream.seek((page - 1) * PAGE + at)
        byte = stream.read(1)[0]
        stream.seek((page - 1) * PAGE + at)
        stream.write(bytes([byte ^ 1]))


def damage(file: Path, count: int, seed: int) -> list[int]:
    """Flip a bit in some pages, but not where the list of tables stands, and return which."""
    last = file.stat().st_size // PAGE
    there = [page for page in range(2, last + 1) if not _breaks(file, page, "SELECT * FROM sqlite_master")]
    pages = random.Random(seed).sample(there, count)
    for page in pages:
        flip(file, page)
    return pages


def readable(file: Path, truth: Rows) -> dict[str, set[int]]:
    """Return the numbers of the rows of each table that can still be read one by one."""
    import sqlcipher3.dbapi2 as driver

    found: dict[str, set[int]] = {}
    connection = cipher.connect(file, KEY)
    for table in set(truth) - {*DERIVED, *OF_THE_COPY}:
        found[table] = set()
        for number in range(1, 10 + len(truth[table])):
            try:
                asked = f'SELECT * FROM "{table}" NOT INDEXED WHERE rowid = ?'
                found[table] |= {number} if connection.execute(asked, (number,)).fetchall() else set()
            except driver.DatabaseError:
                connection.close()
                connection = cipher.connect(file, KEY)
    connection.close()
    return found


def saved_of(file: Path, target: Path) -> Salvaged:
    return salvage(file, KEY, target, found_by)


def test_a_sound_file_is_copied_whole(file: Path, target: Path) -> None:
    before = rows_of(file)
    told: list[float] = []
    result = salvage(file, KEY, target, found_by, told.append)
    assert result.lost == {}
    assert result.lost_in_all == 0
    assert told == sorted(told)
    assert told[-1] == 1.0
    after = rows_of(target)
    for table in set(before) - {*OF_THE_COPY}:
        assert after[table] == before[table], table
    assert result.read["visit"] == VISITS
    store = opened(target)
    assert integrity.full(store) == []
    store.close()


@pytest.mark.parametrize("seed", range(6))
def test_random_damage_costs_only_what_cannot_be_read(
    file: Path, target: Path, truth: Path, seed: int
) -> None:
    before = rows_of(truth)
    untold = uncounted(file, damage(file, 6, seed))
    result = saved_of(file, target)
    after, there = rows_of(target), readable(file, before)
    for table in ALONE:
        assert after[table] <= before[table]
        assert len(after[table]) == len(there[table])
        assert result.lost.get(table, 0) == len(before[table]) - len(there[table])
    for table, count in result.read.items():
        missing = len(before[table]) - count
        assert result.lost.get(table, 0) >= (min(missing, 1) if table in untold else missing)
    is_a_hospital(target)


def uncounted(file: Path, pages: list[int]) -> set[str]:
    """Return the tables that nothing counts any more: the root is among `pages`, and there is no index."""
    asked = (
        "SELECT name, rootpage FROM sqlite_master AS counted WHERE type = 'table' AND NOT EXISTS"
        " (SELECT 1 FROM sqlite_master WHERE type = 'index' AND tbl_name = counted.name)"
    )
    with cipher.opened(file, KEY) as connection:
        return {name for name, root in connection.execute(asked) if root in pages}


def is_a_hospital(file: Path) -> None:
    """Assert that a desk can open the file, and register somebody."""
    store = opened(file)
    assert integrity.full(store) == []
    with store.reading() as session:
        place = session.execute(text("SELECT account.id, department.id FROM account, department")).first()
    if place is not None:
        DeskAtWork(store, Place(*place), 99).one()
    store.close()


def root_of(file: Path, table: str) -> int:
    with cipher.opened(file, KEY) as connection:
        asked = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        return int(connection.execute(asked, (table,)).fetchone()[0])


def one(file: Path, statement: str) -> Any:
    with cipher.opened(file, KEY) as connection:
        return connection.execute(statement).fetchall()[-1][0]


def test_where_the_end_of_a_table_is_gone_the_rest_is_saved(file: Path, target: Path) -> None:
    """The last page of a table covers all numbers to come; an index knows how many there were."""
    with cipher.opened(file, KEY) as connection:
        highest = connection.execute("SELECT max(rowid) FROM request").fetchone()[0]
    page = next(
        page
        for page in range(2, file.stat().st_size // PAGE + 1)
        if _breaks(file, page, f"SELECT * FROM request NOT INDEXED WHERE rowid = {highest}")
        and not _breaks(file, page, "SELECT * FROM request NOT INDEXED WHERE rowid = 1")
    )
    flip(file, page)
    result = saved_of(file, target)
    assert result.read["request"] + result.lost["request"] == highest
    assert 0 < result.lost["request"] < 40
    is_a_hospital(target)


def _breaks(file: Path, page: int, statement: str) -> bool:
    """Say whether a statement needs a page."""
    flip(file, page)
    try:
        one(file, statement)
    except StorageError:
        return True
    finally:
        flip(file, page)
    return False


def test_lost_accounts_get_stand_ins_and_what_they_did_is_kept(file: Path, target: Path) -> None:
    flip(file, root_of(file, "account"))
    result = saved_of(file, target)
    assert result.read["account"] == 0
    assert result.read["visit_step"] == 5 * VISITS
    assert "visit_step" not in result.lost
    with cipher.opened(target, KEY) as connection:
        rows = connection.execute("SELECT sign_in, password_hash, active FROM account").fetchall()
    assert rows == [("lost-1", "-", 0)]
    is_a_hospital(target)


def test_lost_visitors_leave_their_visits_standing_alone(file: Path, target: Path) -> None:
    flip(file, root_of(file, "visitor"))
    result = saved_of(file, target)
    assert result.lost["visitor"] >= VISITS
    assert result.read["visit"] == VISITS
    assert one(target, "SELECT count(visitor_id) FROM visit") == 0
    assert one(target, "SELECT count(*) FROM search_key") == 0
    is_a_hospital(target)


@pytest.mark.parametrize("table", ["queue_counter", "audit_chain"])
def test_numbers_and_chains_go_on_behind_the_last_there_is(file: Path, target: Path, table: str) -> None:
    flip(file, root_of(file, table))
    assert saved_of(file, target).read[table] == 0
    assert one(target, "SELECT max(last) FROM queue_counter") == VISITS
    store = opened(target)
    said = DeskAtWork(store, Place(1, 1), 99).one()
    assert unwell(store, [said]) == []
    store.close()


def test_a_gap_in_the_trail_is_what_the_check_finds(file: Path, target: Path) -> None:
    page = next(
        page
        for page in range(2, file.stat().st_size // PAGE + 1)
        if _breaks(file, page, "SELECT * FROM audit_entry NOT INDEXED WHERE rowid = 50")
        and not _breaks(file, page, "SELECT * FROM audit_entry NOT INDEXED WHERE rowid = 1")
    )
    flip(file, page)
    lost = saved_of(file, target).lost
    assert lost["audit_entry"] == lost["audit_body"]
    store = opened(target)
    with store.reading() as session:
        assert Broken.MISSING in {what for _chain, _sequence, what in audit.broken_lines(session)}
    store.close()


def test_the_damaged_file_and_its_journal_are_only_read(file: Path, target: Path, tmp_path: Path) -> None:
    """Also when a desk that was killed has left its last writes in the journal: those are saved too."""
    store = opened(file)
    said = DeskAtWork(store, Place(1, 1), 5).one()
    left = tmp_path / "left"
    left.mkdir()
    for name in (file.name, f"{file.name}-wal"):
        shutil.copyfile(file.with_name(name), left / name)
    store.close()
    damage(left / file.name, 2, 3)
    before = {path: hashlib.sha256(path.read_bytes()).digest() for path in left.iterdir()}
    saved_of(left / file.name, target)
    assert {path: hashlib.sha256(path.read_bytes()).digest() for path in before} == before
    assert one(target, f"SELECT code FROM visit WHERE id = {said[2]}") == said[3]


def test_nothing_is_written_over(file: Path, target: Path) -> None:
    target.write_bytes(b"the only copy")
    with pytest.raises(StorageError) as caught:
        saved_of(file, target)
    assert caught.value.code == "storage.exists"
    assert target.read_bytes() == b"the only copy"


@pytest.mark.parametrize("where", ["first page", "other key"])
def test_a_file_of_which_nothing_can_be_read_leaves_no_copy(file: Path, target: Path, where: str) -> None:
    if where == "first page":
        flip(file, 1)
    with pytest.raises(StorageError) as caught:
        salvage(file, KEY if where == "first page" else bytes(32), target, found_by)
    assert caught.value.code == "storage.not-a-database"
    assert not list(target.parent.glob("saved*"))


def test_a_file_of_an_earlier_revision_is_brought_up_to_date(tmp_path: Path, target: Path) -> None:
    earlier = Path(__file__).parents[1] / "fixtures" / "db" / "0001.sqlite"
    file = Path(shutil.copyfile(earlier, tmp_path / "earlier.sqlite"))
    result = saved_of(file, target)
    assert result.lost == {}
    assert result.read["visitor"] == one(file, "SELECT count(*) FROM visitor")
    is_a_hospital(target)


def test_the_keys_of_a_merged_record_lead_to_the_kept_one(file: Path, target: Path) -> None:
    with cipher.opened(file, KEY) as connection:
        kept, middle, gone = (
            row[0] for row in connection.execute("SELECT id FROM visitor ORDER BY id LIMIT 3").fetchall()
        )
        whole = "SELECT DISTINCT key FROM search_key WHERE visitor_id IN (?, ?, ?)"
        keys = set(connection.execute(whole, (kept, middle, gone)))
        connection.execute("UPDATE visitor SET merged_into_id = ? WHERE id = ?", (middle, gone))
        connection.execute("UPDATE visitor SET merged_into_id = ? WHERE id = ?", (kept, middle))
    saved_of(file, target)
    with cipher.opened(target, KEY) as copy:
        for table in ("search_key", "duplicate_key"):
            found = {row[0] for row in copy.execute(f"SELECT DISTINCT visitor_id FROM {table}")}
            assert kept in found
            assert not found & {middle, gone}
        assert set(copy.execute("SELECT key FROM search_key WHERE visitor_id = ?", (kept,))) == keys
