"""A data folder is shared by desks and had alone by whoever puts the database in place."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from deskapp.db.folder_lock import LOCK_FILE, alone_in, in_turn, share
from deskapp.errors import StorageError

HOLDER = """
import sys
from pathlib import Path
from deskapp.db.folder_lock import share
lock = share(Path(sys.argv[1]))
print("in", flush=True)
sys.stdin.read()
"""


def test_desks_share_a_folder(tmp_path: Path) -> None:
    with closing(share(tmp_path)), closing(share(tmp_path)):
        assert (tmp_path / LOCK_FILE).stat().st_size == 0


def test_nobody_has_it_alone_while_a_desk_is_in_it(tmp_path: Path) -> None:
    desk = share(tmp_path)
    with pytest.raises(StorageError) as refused, alone_in(tmp_path):
        pass
    assert refused.value.code == "storage.open-elsewhere"
    desk.close()
    with alone_in(tmp_path):
        pass


def test_no_desk_comes_in_while_somebody_has_it_alone(tmp_path: Path) -> None:
    with alone_in(tmp_path):
        with pytest.raises(StorageError) as refused:
            share(tmp_path)
        assert refused.value.code == "storage.alone"
    share(tmp_path).close()


def test_only_one_has_it_alone(tmp_path: Path) -> None:
    with alone_in(tmp_path), pytest.raises(StorageError), alone_in(tmp_path):
        pass


def test_a_crash_gives_it_free(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as desk:
        assert desk.stdout is not None
        assert desk.stdout.readline().strip() == b"in"
        with pytest.raises(StorageError), alone_in(tmp_path):
            pass
        desk.kill()
        desk.wait()
        with alone_in(tmp_path):
            pass


def test_whose_turn_it_is_not_is_told_so(tmp_path: Path) -> None:
    with in_turn(tmp_path / "turn", 0), pytest.raises(StorageError) as refused, in_turn(tmp_path / "turn", 0):
        pass
    assert refused.value.code == "storage.turn"


def test_a_folder_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as refused:
        share(tmp_path / "nowhere")
    assert refused.value.code == "storage.read-only"
