"""Anchors show what the chains alone can't: a chain computed anew, a tail cut with its head, anchors removed."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from deskapp.db import anchors, audit
from deskapp.db.anchors import ANCHOR, Anchor, Finding
from deskapp.db.audit import ENTRY, AuditLine
from deskapp.db.engine import Store
from deskapp.db.workstation import Workstation
from deskapp.domain.trail import Broken
from deskapp.errors import StorageError
from tests.support.databases import KEY
from tests.support.tampering import cut_tail, recompute, tampering

NOW = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def workstation(tmp_path: Path) -> Iterator[Workstation]:
    desk = Workstation.in_folder(tmp_path / "workstation")
    yield desk
    desk.drafts.close()


def write(store: Store, lines: int = 2, chain: str = "desk-1") -> None:
    with store.writing() as session:
        added = [AuditLine("visit.step", "visit", 5, None, {"step": place}) for place in range(lines)]
        audit.append(session, chain, 7, NOW, added)
        session.commit()


@pytest.fixture
def anchored(store: Store, workstation: Workstation) -> Store:
    """Four hours with two lines of two desks each, and an anchor after each hour."""
    for hour in range(4):
        write(store)
        write(store, chain="desk-2")
        assert anchors.anchor_if_due(store, workstation, NOW + hour * HOUR)
    return store


def found(store: Store, workstation: Workstation | None, copy_in: Path | None = None) -> list[Finding]:
    return list(anchors.findings(store, workstation, copy_in))


def signs(store: Store, workstation: Workstation, copy_in: Path | None = None) -> list[tuple[int, str]]:
    return [(finding.sequence, finding.what.value) for finding in found(store, workstation, copy_in)]


def rows(store: Store) -> list[Anchor]:
    with store.reading() as session:
        return [anchors._of_row(row) for row in session.execute(anchors._ANCHORS.order_by(ANCHOR.c.id))]


# --- When there is one --------------------------------------------------------------------------------------


def test_an_anchor_is_due_after_an_hour_in_which_something_was_written(
    store: Store, workstation: Workstation
) -> None:
    assert not anchors.anchor_if_due(store, workstation, NOW)
    write(store)
    assert anchors.anchor_if_due(store, workstation, NOW)
    write(store)
    assert not anchors.anchor_if_due(store, workstation, NOW + HOUR - dt.timedelta(seconds=1))
    assert anchors.anchor_if_due(store, workstation, NOW + HOUR)
    assert not anchors.anchor_if_due(store, workstation, NOW + 3 * HOUR)
    assert [anchor.sequence for anchor in rows(store)] == [1, 2]


def test_the_desk_that_closes_anchors_what_was_written_and_nothing_twice(
    store: Store, workstation: Workstation
) -> None:
    write(store)
    assert anchors.anchor_now(store, workstation, NOW)
    write(store)
    assert anchors.anchor_now(store, workstation, NOW + dt.timedelta(seconds=1))
    assert not anchors.anchor_now(store, workstation, NOW + dt.timedelta(seconds=2))
    assert signs(store, workstation) == []


def test_a_clock_that_was_set_back_does_not_stop_the_anchors(store: Store, workstation: Workstation) -> None:
    write(store)
    anchors.anchor_if_due(store, workstation, NOW)
    write(store)
    assert anchors.anchor_if_due(store, workstation, NOW - 100 * HOUR)
    assert signs(store, workstation) == []


def test_without_an_anchor_that_is_said_and_is_no_break(store: Store, workstation: Workstation) -> None:
    write(store)
    (finding,) = found(store, workstation)
    assert finding.what is Broken.NO_ANCHOR
    assert not finding.is_break


def test_an_untouched_trail_and_its_anchors_are_whole(anchored: Store, workstation: Workstation) -> None:
    assert found(anchored, workstation) == []


def test_another_computer_compares_the_anchors_it_can_not_check(anchored: Store, tmp_path: Path) -> None:
    other = Workstation.in_folder(tmp_path / "other")
    assert signs(anchored, other) == [(0, "no anchor")]
    assert [finding.what for finding in found(anchored, None)] == [Broken.NO_ANCHOR]
    with tampering(anchored) as session:
        _compute_anew(session)
    assert signs(anchored, other) == [
        (4, "recomputed"),
        (6, "recomputed"),
        (8, "recomputed"),
        (0, "no anchor"),
    ]


def test_two_computers_anchor_the_same_trail(
    anchored: Store, workstation: Workstation, tmp_path: Path
) -> None:
    other = Workstation.in_folder(tmp_path / "other")
    write(anchored)
    anchors.anchor_now(anchored, other, NOW)
    assert found(anchored, other) == []
    assert found(anchored, workstation) == []


# --- Tampering ----------------------------------------------------------------------------------------------


def _change(session: Session, sequence: int = 3) -> None:
    line = (ENTRY.c.chain == "desk-1") & (ENTRY.c.sequence == sequence)
    session.execute(update(ENTRY).where(line).values(action="visit.end"))


def _compute_anew(session: Session) -> None:
    """Change a line and compute every hash after it, the head too: the chain looks whole."""
    _change(session)
    recompute(session, "desk-1")


def _cut_consistently(session: Session) -> None:
    cut_tail(session, "desk-1", 5)


def _cut_all(session: Session) -> None:
    cut_tail(session, "desk-1", 0)


def _reorder(session: Session) -> None:
    for before, after in ((3, 100), (4, 3), (100, 4)):
        line = (ENTRY.c.chain == "desk-1") & (ENTRY.c.sequence == before)
        session.execute(update(ENTRY).where(line).values(sequence=after))
    recompute(session, "desk-1")


def _make_anchors_fit(session: Session) -> None:
    """Give every anchor the heads that the trail has now; the key is not at hand."""
    _compute_anew(session)
    for row in session.execute(anchors._ANCHORS).all():
        anchor = anchors._of_row(row)
        ends = {}
        for chain, (sequence, _line) in anchor.ends().items():
            asked = audit.ENTRY.select().where(ENTRY.c.chain == chain, ENTRY.c.sequence == sequence)
            ends[chain] = (sequence, session.execute(asked).one().hash.hex())
        fitting = audit.canonical(ends).decode()
        session.execute(update(ANCHOR).where(ANCHOR.c.sequence == anchor.sequence).values(heads=fitting))


def _delete_anchors(session: Session) -> None:
    session.execute(ANCHOR.delete())


def _delete_newest_anchor(session: Session) -> None:
    session.execute(ANCHOR.delete().where(ANCHOR.c.sequence == 4))


def _delete_an_anchor(session: Session) -> None:
    session.execute(ANCHOR.delete().where(ANCHOR.c.sequence == 2))


def _anchors_and_a_cut(session: Session) -> None:
    session.execute(ANCHOR.delete().where(ANCHOR.c.sequence > 2))
    cut_tail(session, "desk-1", 4)


@pytest.mark.parametrize(
    ("tamper", "first"),
    [
        (_change, (3, "changed")),
        (_compute_anew, (4, "recomputed")),
        (_cut_consistently, (6, "cut")),
        (_cut_all, (1, "cut")),
        (_reorder, (4, "recomputed")),
        (_make_anchors_fit, (4, "recomputed")),
        (_delete_anchors, (1, "anchor deleted")),
        (_delete_newest_anchor, (4, "anchor deleted")),
        (_delete_an_anchor, (3, "anchor gap")),
        (_anchors_and_a_cut, (5, "cut")),
    ],
)
def test_tampering_is_found_where_it_happened(
    anchored: Store, workstation: Workstation, tamper: Callable[[Session], None], first: tuple[int, str]
) -> None:
    with tampering(anchored) as session:
        tamper(session)
    assert signs(anchored, workstation)[0] == first


@pytest.mark.parametrize("tamper", [_change, _cut_consistently, _make_anchors_fit, _delete_anchors])
def test_the_database_refuses_tampering(
    anchored: Store, workstation: Workstation, tamper: Callable[[Session], None]
) -> None:
    with anchored.writing() as session, pytest.raises(DBAPIError, match="append-only"):
        tamper(session)
    assert found(anchored, workstation) == []


def test_an_anchor_made_without_the_key_is_found(
    anchored: Store, workstation: Workstation, tmp_path: Path
) -> None:
    """The log is rewritten too, so that only the signature gives it away."""
    with tampering(anchored) as session:
        _make_anchors_fit(session)
    anchors.log_of(anchored, workstation).unlink()
    anchors._append(anchors.log_of(anchored, workstation), workstation, rows(anchored))
    assert (2, "anchor forged") in signs(anchored, workstation)
    assert (4, "log changed") in signs(anchored, workstation)


def test_lines_newer_than_the_newest_anchor_can_be_cut_unseen(
    anchored: Store, workstation: Workstation
) -> None:
    """This is the limit of the method, and why the desk anchors every hour and when it closes."""
    write(anchored)
    with tampering(anchored) as session:
        cut_tail(session, "desk-1", 8)
    assert found(anchored, workstation) == []


# --- The log ------------------------------------------------------------------------------------------------


def test_a_log_that_is_gone_is_said(anchored: Store, workstation: Workstation) -> None:
    anchors.log_of(anchored, workstation).unlink()
    assert signs(anchored, workstation) == [(0, "log missing")]


@pytest.mark.parametrize("left", [0, 1, 2])
def test_a_log_that_was_cut_is_found(anchored: Store, workstation: Workstation, left: int) -> None:
    log = anchors.log_of(anchored, workstation)
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:left]))
    assert signs(anchored, workstation)[0] == ((left + 1, "log cut") if left else (0, "log missing"))
    write(anchored)
    anchors.anchor_now(anchored, workstation, NOW + 9 * HOUR)
    assert signs(anchored, workstation)[0] == (left + 1, "log cut")


def test_a_line_of_the_log_that_was_changed_is_found(anchored: Store, workstation: Workstation) -> None:
    log = anchors.log_of(anchored, workstation)
    log.write_bytes(log.read_bytes().replace(b'"sequence":2', b'"sequence":7'))
    assert signs(anchored, workstation) == [(7, "log changed")]


def test_a_power_cut_between_the_row_and_its_line_is_made_good(
    anchored: Store, workstation: Workstation
) -> None:
    log = anchors.log_of(anchored, workstation)
    log.write_bytes(log.read_bytes()[:-40])
    assert found(anchored, workstation) == []
    write(anchored)
    anchors.anchor_now(anchored, workstation, NOW + 9 * HOUR)
    assert found(anchored, workstation) == []
    assert log.read_text().count('"sequence":4') == 1 + 1  # The half line stays, the whole one follows it.


def test_the_copy_in_the_second_folder_finds_what_log_and_database_lost(
    store: Store, workstation: Workstation, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    write(store)
    anchors.anchor_now(store, workstation, NOW, stick)
    assert not stick.exists()
    stick.mkdir()
    for hour in range(1, 4):
        write(store)
        anchors.anchor_now(store, workstation, NOW + hour * HOUR, stick)
    log = anchors.log_of(store, workstation)
    assert anchors.copy_of(log, workstation, stick).read_bytes() == log.read_bytes()

    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:2]))
    with tampering(store) as session:
        _anchors_and_a_cut(session)
    assert found(store, workstation) == []
    assert signs(store, workstation, stick) == [(5, "cut"), (3, "anchor deleted"), (4, "anchor deleted")]


def test_a_log_that_can_not_be_written_is_said(store: Store, workstation: Workstation) -> None:
    anchors.log_of(store, workstation).mkdir()
    write(store)
    with pytest.raises(StorageError):
        anchors.anchor_now(store, workstation, NOW)


# --- Going back in time -------------------------------------------------------------------------------------


@pytest.fixture
def restored(tmp_path: Path, workstation: Workstation, sqlite_template: Path) -> Iterator[Store]:
    """A backup of after the second anchor, restored after the fourth; each anchor is of two lines."""
    file, copy = tmp_path / "deskapp.sqlite", tmp_path / "backup.sqlite"
    shutil.copyfile(sqlite_template, file)
    for hour in range(4):
        store = Store.open(f"sqlite:///{file}", KEY)
        write(store)
        anchors.anchor_now(store, workstation, NOW + hour * HOUR)
        if hour == 1:
            write(store)
        store.close()
        if hour == 1:
            shutil.copyfile(file, copy)
    shutil.copyfile(copy, file)
    store = Store.open(f"sqlite:///{file}", KEY)
    yield store
    store.close()


def test_a_backup_put_back_in_secret_is_found(restored: Store, workstation: Workstation) -> None:
    what = {finding.what for finding in found(restored, workstation)}
    assert what == {Broken.ANCHOR_DELETED, Broken.CUT}


def test_a_restored_backup_begins_an_epoch(restored: Store, workstation: Workstation) -> None:
    anchors.write_epoch(restored, workstation, NOW + 5 * HOUR)
    assert found(restored, workstation) == []
    for hour in range(6, 8):
        write(restored, lines=5)
        anchors.anchor_now(restored, workstation, NOW + hour * HOUR)
    assert found(restored, workstation) == []
    assert [(anchor.kind, anchor.sequence) for anchor in rows(restored)] == [
        ("heads", 1),
        ("heads", 2),
        ("epoch", 5),
        ("heads", 6),
        ("heads", 7),
    ]


def test_after_an_epoch_tampering_is_found_as_before(restored: Store, workstation: Workstation) -> None:
    anchors.write_epoch(restored, workstation, NOW + 5 * HOUR)
    write(restored)
    anchors.anchor_now(restored, workstation, NOW + 6 * HOUR)
    with tampering(restored) as session:
        session.execute(ANCHOR.delete().where(ANCHOR.c.kind == "epoch"))
    assert (6, "anchor gap") in signs(restored, workstation)
    assert (5, "anchor deleted") in signs(restored, workstation)


def test_a_database_that_moved_begins_a_log_of_its_own(anchored: Store, workstation: Workstation) -> None:
    """As after copying a hospital to a server: the rows came along, the log begins with the epoch."""
    anchors.log_of(anchored, workstation).unlink()
    anchors.write_epoch(anchored, workstation, NOW + 5 * HOUR)
    assert found(anchored, workstation) == []
    write(anchored)
    anchors.anchor_now(anchored, workstation, NOW + 6 * HOUR)
    assert found(anchored, workstation) == []


def test_anchors_that_came_along_need_no_line_in_a_log_that_begins_with_an_epoch(
    anchored: Store, workstation: Workstation
) -> None:
    """Without the epoch the log would lack the older ones: this is what the epoch after a move is for."""
    anchors.log_of(anchored, workstation).unlink()
    write(anchored)
    anchors.anchor_now(anchored, workstation, NOW + 5 * HOUR)
    assert {finding.what for finding in found(anchored, workstation)} == {Broken.LOG_CUT}
