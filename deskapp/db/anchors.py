"""Anchors of the audit trail: what the ends of all chains were at one moment, signed by this computer.

A hash chain alone shows a careless change only: whoever has the database can compute a chain anew from
end to end, or cut it together with its head. So every hour in which something was written, and when the
desk closes, the desk signs the heads of all chains with a key that lies outside the database. Anchors
form a chain of their own, by the signature before; each also stands as a line in a log beside the
database, and in a copy of that log in the second backup folder.

What is found: every line that was changed, removed, inserted, moved or cut up to the newest anchor, a
chain computed anew, anchors that were changed, deleted or made without the key, and a log that was
changed or cut. What is not found: lines newer than the newest anchor (an hour's at most) that were cut
together with their head; anchors that were taken off the end of the database, the log and its copy all
at once; and anything done with this computer's key, which whoever may read its data folder has.

Restoring a backup goes back in time. It is told by an anchor of the kind "epoch", which follows the last
anchor that the backup had: those between were made of lines that are gone, and hold for the others only.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import hmac
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import msgspec
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from deskapp.db import audit
from deskapp.db.audit import canonical
from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.faults import disk_error
from deskapp.db.models.access import AuditAnchor
from deskapp.db.secret_file import sync_folder
from deskapp.db.workstation import Workstation
from deskapp.domain.trail import Broken

EVERY: Final = dt.timedelta(hours=1)
HEADS: Final = "heads"
EPOCH: Final = "epoch"
LOG_FILE: Final = "anchors.log"
ANCHOR: Final = table_of(AuditAnchor)
COLUMNS: Final = ("workstation", "sequence", "at", "kind", "heads", "previous", "mac")


class Anchor(msgspec.Struct, frozen=True):
    """One anchor as it is stored. `heads` is canonical JSON: {chain: [sequence, hash as hex]}."""

    workstation: str
    sequence: int
    at: dt.datetime
    kind: str
    heads: str
    previous: bytes
    mac: bytes = b""

    def signature(self, key: bytes) -> bytes:
        """Return the mac that belongs to all the rest."""
        said = canonical([self.workstation, self.sequence, self.at, self.kind, self.heads])
        return hmac.new(key, self.previous + said, hashlib.sha256).digest()

    def ends(self) -> dict[str, tuple[int, bytes]]:
        """Return sequence and hash of the last line of every chain."""
        said = msgspec.json.decode(self.heads, type=dict[str, tuple[int, str]])
        return {chain: (sequence, bytes.fromhex(line)) for chain, (sequence, line) in said.items()}


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be: the chain (or the anchor's workstation), the place in it, what."""

    chain: str
    sequence: int
    what: Broken

    @property
    def is_break(self) -> bool:
        """Whether somebody must have tampered: a hospital without anchors is only young."""
        return self.what is not Broken.NO_ANCHOR


# --- Writing ------------------------------------------------------------------------------------------------


def anchor_if_due(
    store: Store, workstation: Workstation, now: dt.datetime, copy_in: Path | None = None
) -> bool:
    """Write an anchor when the last one is an hour old and something was written since; say whether.

    `copy_in` is the second backup folder. Raises `StorageError` when database or log can't be written.
    """
    return _anchor(store, workstation, now, copy_in, EVERY)


def anchor_now(store: Store, workstation: Workstation, now: dt.datetime, copy_in: Path | None = None) -> bool:
    """Write an anchor when something was written since the last one; say whether. The desk closes."""
    return _anchor(store, workstation, now, copy_in, dt.timedelta(0))


def write_epoch(
    store: Store, workstation: Workstation, now: dt.datetime, copy_in: Path | None = None
) -> None:
    """Write that this database begins anew from what it holds: a backup was restored, or it was moved here."""
    noted = _own_in(log_of(store, workstation), workstation)
    with store.writing() as session:
        _add(session, workstation, now, EPOCH, after=max((anchor.sequence for anchor in noted), default=0))
        session.commit()
    _write_log(store, workstation, copy_in)


def _anchor(
    store: Store, workstation: Workstation, now: dt.datetime, copy_in: Path | None, least: dt.timedelta
) -> bool:
    try:
        with store.writing() as session:
            if not _is_due(session, _last(session, workstation), now, least):
                return False
            _add(session, workstation, now, HEADS)
            session.commit()
    except IntegrityError:
        # A second program of this workstation, on a server, was faster.
        return False
    _write_log(store, workstation, copy_in)
    return True


def _is_due(session: Session, last: Anchor | None, now: dt.datetime, least: dt.timedelta) -> bool:
    if last is not None and last.at <= now < last.at + least:
        return False
    return _heads(session) != (last.heads if last is not None else "{}")


def _heads(session: Session) -> str:
    ends = audit.heads(session).items()
    return canonical({chain: (sequence, line.hex()) for chain, (sequence, line) in ends}).decode()


def _add(session: Session, workstation: Workstation, now: dt.datetime, kind: str, *, after: int = 0) -> None:
    """Sign and store the heads; the anchor's sequence follows the last one, and `after`."""
    last, name, at = _last(session, workstation), workstation.name, now.astimezone(dt.UTC)
    sequence = max(last.sequence if last else 0, after) + 1
    made = Anchor(name, sequence, at, kind, _heads(session), last.mac if last else b"")
    signed = msgspec.structs.replace(made, mac=made.signature(workstation.anchor_key))
    session.execute(insert(ANCHOR), msgspec.structs.asdict(signed))


def _last(session: Session, workstation: Workstation) -> Anchor | None:
    """Return the newest anchor of the workstation."""
    asked = _ANCHORS.where(ANCHOR.c.workstation == workstation.name).order_by(ANCHOR.c.sequence.desc())
    row = session.execute(asked.limit(1)).first()
    return _of_row(row) if row is not None else None


_ANCHORS: Final = select(*(ANCHOR.c[name] for name in COLUMNS))


def _of_row(row: Any) -> Anchor:
    return Anchor(*row)


def newest_at(session: Session) -> dt.datetime | None:
    """Return when the newest anchor of any computer was made."""
    found: dt.datetime | None = session.scalar(select(func.max(ANCHOR.c.at)))
    return found


# --- The log beside the database ----------------------------------------------------------------------------


def log_of(store: Store, workstation: Workstation) -> Path:
    """Return the log of this computer's anchors; a server's database has one of its own."""
    if store.is_sqlite:
        return workstation.folder / LOG_FILE
    place = store.write_engine.url
    named = hashlib.sha256(f"{place.host}:{place.port}/{place.database}".encode()).hexdigest()[:8]
    return workstation.folder / f"anchors-{named}.log"


def copy_of(log: Path, workstation: Workstation, folder: Path) -> Path:
    """Return the copy of a log in the second backup folder, which several computers may share."""
    return folder / f"{workstation.name}-{log.name}"


def _write_log(store: Store, workstation: Workstation, copy_in: Path | None) -> None:
    log = log_of(store, workstation)
    try:
        _append(log, workstation, _newest(store, workstation, begun=log.exists()))
    except OSError as error:
        raise disk_error(error) from error
    if copy_in is not None:
        # A stick that is not there is told of by the backup; what the copy lacks comes with the next line.
        with contextlib.suppress(OSError):
            _append(copy_of(log, workstation, copy_in), workstation, _own_in(log, workstation))


def _newest(store: Store, workstation: Workstation, *, begun: bool) -> list[Anchor]:
    """Return the newest anchor, after the one before: a power cut may have come before its line.

    A log that is only begun begins with the epoch, if that is what comes.
    """
    asked = _ANCHORS.where(ANCHOR.c.workstation == workstation.name).order_by(ANCHOR.c.sequence.desc())
    with store.reading() as session:
        rows = [_of_row(row) for row in session.execute(asked.limit(2))]
    return rows[:1] if rows[0].kind == EPOCH and not begun else rows[::-1]


def _append(path: Path, workstation: Workstation, anchors: Sequence[Anchor]) -> None:
    """Append those that the log does not have yet, and see them safe on the disk."""
    known = {anchor.mac for anchor in _own_in(path, workstation)}
    is_new = not path.exists()
    with path.open("a+b") as stream:
        if not _ends_a_line(stream):
            stream.write(b"\n")
        stream.write(b"".join(canonical(anchor) + b"\n" for anchor in anchors if anchor.mac not in known))
        stream.flush()
        os.fsync(stream.fileno())
    if is_new:
        sync_folder(path.parent)


def _ends_a_line(stream: IO[bytes]) -> bool:
    """Say whether the last line was written whole: a power cut leaves half of one."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - 1))
    return stream.read(1) in {b"", b"\n"}


def _own_in(path: Path, workstation: Workstation) -> list[Anchor]:
    """Return the workstation's own anchors in a log, whoever signed them; half a line is passed over."""
    found: list[Anchor] = []
    with contextlib.suppress(FileNotFoundError):
        for line in path.read_bytes().splitlines():
            with contextlib.suppress(msgspec.DecodeError):
                found.append(msgspec.json.decode(line, type=Anchor))
    return [anchor for anchor in found if anchor.workstation == workstation.name]


# --- Verifying ----------------------------------------------------------------------------------------------


def findings(store: Store, workstation: Workstation | None, copy_in: Path | None = None) -> Iterator[Finding]:
    """Yield what is broken in the trail: first its lines, chain by chain, then the anchors.

    Without a `workstation` (its key is not here) anchors are compared with the lines, but signatures can't
    be checked. `copy_in` is the second backup folder. Nothing is changed.
    """
    with store.reading() as session:
        rows = [_of_row(row) for row in session.execute(_ANCHORS.order_by(ANCHOR.c.id))]
        own = _Own(store, workstation, rows, copy_in) if workstation is not None else None
        known = _Known(rows)
        if own is not None:
            known.add_noted(own)
        for chain, sequence, what in audit.broken_lines(session, known.lines):
            yield Finding(chain, sequence, what)
    if own is None or not (own.rows or own.noted):
        yield Finding(workstation.name if workstation else "", 0, Broken.NO_ANCHOR)
    else:
        yield from own.findings()


class _Own:
    """The anchors of this computer: rows of the database, and what the log and its copy say."""

    def __init__(
        self, store: Store, workstation: Workstation, rows: Sequence[Anchor], copy_in: Path | None
    ) -> None:
        self.name = workstation.name
        self._key = workstation.anchor_key
        self.rows = sorted(
            (row for row in rows if row.workstation == workstation.name), key=lambda row: row.sequence
        )
        log = log_of(store, workstation)
        self.log = _own_in(log, workstation)
        copied = _own_in(copy_of(log, workstation, copy_in), workstation) if copy_in else []
        self.noted = {anchor.mac: anchor for anchor in (*self.log, *copied) if self.is_signed(anchor)}
        at = {row.mac: row.sequence for row in self.rows}
        self._epochs = [
            (at.get(row.previous, 0), row) for row in self.rows if row.kind == EPOCH and self.is_signed(row)
        ]

    def is_signed(self, anchor: Anchor) -> bool:
        """Say whether the anchor was made with this computer's key."""
        return hmac.compare_digest(anchor.mac, anchor.signature(self._key))

    def epoch_after(self, anchor: Anchor) -> Anchor | None:
        """Return the epoch that took an anchor back: a backup older than it was restored."""
        for before, epoch in self._epochs:
            if before < anchor.sequence < epoch.sequence:
                return epoch
        return None

    def findings(self) -> Iterator[Finding]:
        """Yield what is broken in the anchors themselves, then in their log."""
        for sequence, what in (*self._in_rows(), *self._deleted(), *self._in_log()):
            yield Finding(self.name, sequence, what)

    def _in_rows(self) -> Iterator[tuple[int, Broken]]:
        sequence, previous = 0, b""
        for row in self.rows:
            if not self.is_signed(row):
                yield row.sequence, Broken.ANCHOR_FORGED
            elif row.previous != previous or (row.kind != EPOCH and row.sequence != sequence + 1):
                yield row.sequence, Broken.ANCHOR_GAP
            sequence, previous = row.sequence, row.mac

    def _deleted(self) -> Iterator[tuple[int, Broken]]:
        stored = {row.mac for row in self.rows}
        for mac, anchor in self.noted.items():
            if mac not in stored and self.epoch_after(anchor) is None:
                yield anchor.sequence, Broken.ANCHOR_DELETED

    def _in_log(self) -> Iterator[tuple[int, Broken]]:
        yield from ((line.sequence, Broken.LOG_CHANGED) for line in self.log if not self.is_signed(line))
        if not self.log:
            yield 0, Broken.LOG_MISSING
            return
        # A log may begin with an epoch. And a power cut may have come between the newest row and its line.
        first = self.log[0].sequence if self.log[0].kind == EPOCH else 0
        logged = {line.mac for line in self.log}
        for row in self.rows[:-1]:
            if row.sequence >= first and row.mac not in logged:
                yield row.sequence, Broken.LOG_CUT


class _Known:
    """Which hash each anchored line had."""

    def __init__(self, rows: Sequence[Anchor]) -> None:
        self.lines: dict[str, dict[int, bytes]] = {}
        for row in rows:
            self._add(row.ends())

    def add_noted(self, own: _Own) -> None:
        """Take what the log says too; of an anchor that was taken back only what the epoch left."""
        for anchor in own.noted.values():
            epoch, ends = own.epoch_after(anchor), anchor.ends()
            if epoch is not None:
                left = epoch.ends()
                ends = {chain: end for chain, end in ends.items() if end[0] <= left.get(chain, (0, b""))[0]}
            self._add(ends)

    def _add(self, ends: dict[str, tuple[int, bytes]]) -> None:
        for chain, (sequence, line) in ends.items():
            if sequence:
                lines = self.lines.setdefault(chain, {})
                # Two anchors that contradict each other can't both be right: no line fits.
                lines[sequence] = line if lines.get(sequence, line) == line else b""
