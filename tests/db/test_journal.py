"""A journal from which the disk has lost something is told from one that the power cut short."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskapp.db import cipher
from deskapp.db.journal import FRAME_HEADER, HEADER, lost_transactions

KEY = bytes(range(32))
FRAME = FRAME_HEADER + 4096


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a copy of a database whose journal holds ten transactions of one page each."""
    made = tmp_path / "made.sqlite"
    with cipher.opened(made, KEY) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (x)")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for number in range(10):
            connection.execute("INSERT INTO t VALUES (?)", (number,))
        for suffix in ("", "-wal"):
            (tmp_path / f"desk.sqlite{suffix}").write_bytes((tmp_path / f"made.sqlite{suffix}").read_bytes())
    return tmp_path / "desk.sqlite"


def change(file: Path, at: int, data: bytes) -> None:
    with file.with_name(f"{file.name}-wal").open("r+b") as stream:
        stream.seek(at)
        stream.write(data)


def rows(file: Path) -> int:
    with cipher.opened(file, KEY) as connection:
        return int(connection.execute("SELECT count(*) FROM t").fetchone()[0])


def test_a_sound_journal_has_lost_nothing(file: Path) -> None:
    assert lost_transactions(file) == 0
    assert rows(file) == 10


def test_without_a_journal_nothing_is_lost(tmp_path: Path) -> None:
    assert lost_transactions(tmp_path / "desk.sqlite") == 0


@pytest.mark.parametrize("frame", [0, 3, 8])
def test_a_bit_that_flipped_in_the_middle_is_found(file: Path, frame: int) -> None:
    """Nine of ten were followed by another one, and are known to have been confirmed."""
    change(file, HEADER + frame * FRAME + FRAME_HEADER + 50, b"\xff\xfe")
    assert lost_transactions(file) == 9 - frame
    assert rows(file) == frame


def test_a_head_that_was_damaged_is_found(file: Path) -> None:
    change(file, 25, b"\xff\xfe")
    assert lost_transactions(file) == 9
    assert rows(file) == 0


def test_a_last_transaction_cut_off_by_the_power_is_no_damage(file: Path) -> None:
    change(file, HEADER + 9 * FRAME + FRAME_HEADER + 50, b"\xff\xfe")
    assert lost_transactions(file) == 0


def test_what_an_older_journal_left_behind_the_end_is_no_damage(file: Path) -> None:
    with cipher.opened(file, KEY) as connection:
        connection.execute("PRAGMA wal_checkpoint(RESTART)")
        connection.execute("INSERT INTO t VALUES (77)")
        assert lost_transactions(file) == 0


def test_half_a_journal_is_read_without_complaint(file: Path) -> None:
    journal = file.with_name(f"{file.name}-wal")
    for size in (0, 10, HEADER, HEADER + 100, HEADER + FRAME + 9):
        journal.write_bytes(journal.read_bytes()[:size])
        assert lost_transactions(file) == 0
