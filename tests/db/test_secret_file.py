"""Secrets on disk: whole or not at all, and never replaced."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from deskapp.db.secret_file import replace_secret, write_secret


def test_a_secret_is_written_whole_and_leaves_nothing_beside(tmp_path: Path) -> None:
    write_secret(tmp_path / "key", "0123")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("key", "0123")]


def test_a_secret_that_is_there_stays(tmp_path: Path) -> None:
    write_secret(tmp_path / "key", "first")
    write_secret(tmp_path / "key", "second")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("key", "first")]


@pytest.mark.skipif(sys.platform == "win32", reason="rights of files are another matter there")
def test_nobody_outside_the_group_can_read_it(tmp_path: Path) -> None:
    write_secret(tmp_path / "key", "0123")
    assert (tmp_path / "key").stat().st_mode & 0o007 == 0


def test_without_hard_links_it_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError("no links on this drive")

    monkeypatch.setattr(os, "link", refuse)
    for text in ("first", "second"):
        write_secret(tmp_path / "key", text)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("key", "first")]


def test_a_disk_that_fails_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="Input/output"):
        write_secret(tmp_path / "key", "0123")
    assert list(tmp_path.iterdir()) == []


def test_a_replaced_secret_is_the_old_or_the_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.key"
    path.write_text("old")
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", _broken_disk)
        with pytest.raises(OSError, match="broken"):
            replace_secret(path, "new")
    assert path.read_text() == "old"
    replace_secret(path, "new")
    assert path.read_text() == "new"
    assert [each.name for each in tmp_path.iterdir()] == ["a.key"]


def _broken_disk(_descriptor: int) -> None:
    raise OSError("broken")
