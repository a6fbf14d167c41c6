"""What a disk holds after the power was cut, rebuilt from a record of everything a program wrote.

What was synchronised is there. Of the rest there is, file by file, nothing, all, the beginning, some
writes, or pieces of writes: a disk writes sectors of 512 bytes in whatever order it likes. A new, renamed
or removed name is certain only when its folder was synchronised.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

SECTOR: Final = 512
WAYS: Final = ("none", "all", "beginning", "some", "torn")
_HEAD: Final = struct.Struct("<cQqII")


class Record(NamedTuple):
    """One call: C created, W wrote, T cut or extended, S and D synchronised file or folder, R L U names, A said."""

    op: str
    inode: int
    at: int
    one: bytes
    two: bytes


class Write(NamedTuple):
    """What is under way to the disk; without data a change of size."""

    at: int
    data: bytes | None


Names = dict[str, "File | None"]
"""What names come to mean in one step; None for a name that goes."""


def read(log: Path) -> list[Record]:
    """Return the records of a log, in order."""
    return list(_records(log.read_bytes()))


def _records(data: bytes) -> Iterator[Record]:
    place = 0
    while place < len(data):
        op, inode, at, one, two = _HEAD.unpack_from(data, place)
        place += _HEAD.size
        yield Record(op.decode(), inode, at, data[place : place + one], data[place + one : place + one + two])
        place += one + two


@dataclass(eq=False)
class File:
    """Content on the disk, and writes that may or may not have come there."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[Write] = field(default_factory=list)

    def sync(self) -> None:
        """Put everything on the disk."""
        for write in self.pending:
            _apply(self.durable, write)
        self.pending.clear()

    def after_cut(self, pick: random.Random) -> bytes:
        """Return what may be found when the power is back."""
        content = bytearray(self.durable)
        for write in _survivors(self.pending, pick):
            _apply(content, write)
        return bytes(content)


def _apply(content: bytearray, write: Write) -> None:
    if write.data is None:
        del content[write.at :]
        content.extend(bytes(write.at - len(content)))
        return
    end = write.at + len(write.data)
    content.extend(bytes(max(0, end - len(content))))
    content[write.at : end] = write.data


def _survivors(pending: list[Write], pick: random.Random) -> list[Write]:
    way = pick.choice(WAYS)
    if way == "beginning":
        return pending[: pick.randint(0, len(pending))]
    if way == "some":
        return [write for write in pending if pick.random() < 0.5]
    if way == "torn":
        return [piece for write in pending for piece in _sectors(write) if pick.random() < 0.5]
    return pending if way == "all" else []


def _sectors(write: Write) -> Iterator[Write]:
    if write.data is None:
        yield write
        return
    place = 0
    while place < len(write.data):
        size = min(SECTOR - (write.at + place) % SECTOR, len(write.data) - place)
        yield Write(write.at + place, write.data[place : place + size])
        place += size


class Disk:
    """The disk of one folder while a record is played."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[bytes] = []
        self._files: dict[int, File] = {}
        self._names: dict[str, File] = {}
        """What each name means to the program."""
        self._durable: dict[str, File] = {}
        self._pending: dict[str, list[Names]] = {}
        """Changes of names, by folder, that are not certain yet."""
        for path in folder.rglob("*"):
            if path.is_file():
                file = File(bytearray(path.read_bytes()))
                self._files[path.stat().st_ino] = self._names[str(path)] = self._durable[str(path)] = file

    def play(self, record: Record) -> None:
        """Take one more call."""
        getattr(self, f"_play_{record.op}")(record)

    def cut(self, target: Path, pick: random.Random) -> None:
        """Write into `target` what may be found when the power is back."""
        names = dict(self._durable)
        for changes in self._pending.values():
            for change in changes[: pick.choice((0, len(changes), pick.randint(0, len(changes))))]:
                _rename(names, change)
        for name, file in names.items():
            path = target / Path(name).relative_to(self.folder)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.after_cut(pick))

    def _play_C(self, record: Record) -> None:
        self._files[record.inode] = file = File()
        self._change({record.one.decode(): file})

    def _play_W(self, record: Record) -> None:
        self._files[record.inode].pending.append(Write(record.at, record.one))

    def _play_T(self, record: Record) -> None:
        self._files[record.inode].pending.append(Write(record.at, None))

    def _play_S(self, record: Record) -> None:
        self._files[record.inode].sync()

    def _play_D(self, record: Record) -> None:
        for change in self._pending.pop(record.one.decode(), []):
            _rename(self._durable, change)

    def _play_R(self, record: Record) -> None:
        old, new = record.one.decode(), record.two.decode()
        if old in self._names:
            self._change({old: None, new: self._names[old]})

    def _play_L(self, record: Record) -> None:
        self._change({record.two.decode(): self._names[record.one.decode()]})

    def _play_U(self, record: Record) -> None:
        self._change({record.one.decode(): None})

    def _play_A(self, record: Record) -> None:
        self.said.append(record.one)

    def _change(self, names: Names) -> None:
        _rename(self._names, names)
        # A renaming within a folder is one step; there is none between folders here.
        self._pending.setdefault(str(Path(next(iter(names))).parent), []).append(names)


def _rename(names: dict[str, File], change: Names) -> None:
    for name, file in change.items():
        if file is None:
            names.pop(name, None)
        else:
            names[name] = file
