"""How the key is kept: each way leads back to it, and what goes wrong is told and changes nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from deskapp.db import keys
from deskapp.db.keys import KEY_FILE, keep, kept_as, key_id, protection, read_key_file
from deskapp.domain.recovery import Kept
from deskapp.errors import StorageError
from tests.support.isolation import MemoryKeys

KEY = bytes(range(32))
PHRASE = "four or five words"


def said(folder: Path, typed: str | None = None) -> str:
    with pytest.raises(StorageError) as caught:
        read_key_file(folder / KEY_FILE, None if typed is None else (lambda: typed))
    return caught.value.code


def never() -> str:
    raise AssertionError("nobody has to be asked")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder whose key lies in the open."""
    (tmp_path / KEY_FILE).write_text(KEY.hex())
    return tmp_path


def test_a_key_in_the_open_is_read_without_asking(folder: Path) -> None:
    assert read_key_file(folder / KEY_FILE, never) == KEY
    assert protection(folder).kept is Kept.BESIDE
    assert not protection(folder).is_on


def test_behind_a_passphrase_only_the_passphrase_leads_to_it(folder: Path) -> None:
    keep(folder, KEY, Kept.PASSPHRASE, PHRASE)
    assert read_key_file(folder / KEY_FILE, lambda: PHRASE) == KEY
    assert read_key_file(folder / KEY_FILE, lambda: f"  {PHRASE} ") == KEY
    assert (said(folder), said(folder, "four or five w0rds")) == ("storage.locked", "storage.locked")
    assert protection(folder) == keys.Protection(Kept.PASSPHRASE, key_id(KEY))
    assert KEY.hex() not in (folder / KEY_FILE).read_text()
    assert PHRASE not in (folder / KEY_FILE).read_text()


def test_the_same_key_and_passphrase_are_never_sealed_alike(folder: Path) -> None:
    one, other = (json.loads(kept_as(KEY, Kept.PASSPHRASE, PHRASE)) for _ in range(2))
    assert one["key"] == other["key"]
    assert all(one[name] != other[name] for name in ("salt", "nonce", "sealed"))


def test_a_key_sealed_with_other_parameters_still_opens(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "TIME_COST", 1)
    monkeypatch.setattr(keys, "MEMORY_KIB", 1024)
    keep(folder, KEY, Kept.PASSPHRASE, PHRASE)
    monkeypatch.undo()
    assert read_key_file(folder / KEY_FILE, lambda: PHRASE) == KEY


def test_half_a_pair_in_a_passphrase_is_no_crash(folder: Path) -> None:
    keep(folder, KEY, Kept.PASSPHRASE, "王\ud83d four or five")
    assert read_key_file(folder / KEY_FILE, lambda: "王\ud83d four or five") == KEY


def test_the_key_store_keeps_it_and_the_file_only_names_it(folder: Path, keys: MemoryKeys) -> None:
    keep(folder, KEY, Kept.KEY_STORE)
    assert read_key_file(folder / KEY_FILE, never) == KEY
    assert protection(folder) == protection(folder).__class__(Kept.KEY_STORE, key_id(KEY))
    assert KEY.hex() not in (folder / KEY_FILE).read_text()
    assert list(keys.kept.values()) == [KEY.hex()]


def test_putting_the_key_back_takes_it_out_of_the_store(folder: Path, keys: MemoryKeys) -> None:
    keep(folder, KEY, Kept.KEY_STORE)
    keep(folder, KEY, Kept.BESIDE)
    assert read_key_file(folder / KEY_FILE) == KEY
    assert keys.kept == {}


def test_another_account_s_key_store_does_not_have_it(folder: Path, keys: MemoryKeys) -> None:
    keep(folder, KEY, Kept.KEY_STORE)
    keys.kept.clear()
    assert said(folder) == "storage.key-missing"


def test_another_key_in_the_store_is_not_taken_for_it(folder: Path, keys: MemoryKeys) -> None:
    keep(folder, KEY, Kept.KEY_STORE)
    for name in keys.kept:
        keys.kept[name] = bytes(32).hex()
    assert said(folder) == "storage.key-damaged"


def test_without_a_key_store_that_is_said_and_nothing_changes(folder: Path) -> None:
    assert not keys.key_store_works()
    with pytest.raises(StorageError) as caught:
        keep(folder, KEY, Kept.KEY_STORE)
    assert caught.value.code == "storage.key-store"
    assert read_key_file(folder / KEY_FILE) == KEY


def test_a_store_that_forgets_is_found_before_anything_depends_on_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keyring

    monkeypatch.setattr(keyring, "set_password", lambda *_: None)
    monkeypatch.setattr(keyring, "get_password", lambda *_: None)
    with pytest.raises(StorageError):
        keep(folder, KEY, Kept.KEY_STORE)
    assert read_key_file(folder / KEY_FILE) == KEY


def test_trying_the_store_out_leaves_nothing_in_it(keys: MemoryKeys) -> None:
    from deskapp.db.keys import key_store_works

    assert key_store_works()
    assert keys.kept == {}


@pytest.mark.parametrize(
    "change",
    [
        {"sealed": "00"},
        {"salt": "zz"},
        {"nonce": ""},
        {"memory": 1 << 40},
        {"time": 10**9},
        {"lanes": 0},
        {"kept": "elsewhere"},
        {"key": 5},
    ],
)
def test_a_damaged_envelope_is_told(folder: Path, change: dict[str, object]) -> None:
    envelope = json.loads(kept_as(KEY, Kept.PASSPHRASE, PHRASE)) | change
    (folder / KEY_FILE).write_text(json.dumps(envelope))
    assert said(folder, PHRASE) in {"storage.key-damaged", "storage.locked"}


def test_an_envelope_that_was_renamed_to_another_key_does_not_open(folder: Path) -> None:
    envelope = json.loads(kept_as(KEY, Kept.PASSPHRASE, PHRASE)) | {"key": "00000000"}
    (folder / KEY_FILE).write_text(json.dumps(envelope))
    assert said(folder, PHRASE) == "storage.locked"


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"[]", b"\xff\xfe", b"00" * 31])
def test_what_is_no_key_file_is_told(folder: Path, content: bytes) -> None:
    (folder / KEY_FILE).write_bytes(content)
    assert said(folder, PHRASE) == "storage.key-damaged"


def test_a_missing_key_file_is_told(folder: Path) -> None:
    (folder / KEY_FILE).unlink()
    assert said(folder, PHRASE) == "storage.key-missing"


def test_copies_beside_backups_follow(folder: Path) -> None:
    backups, away = folder / "backups", folder / "stick"
    backups.mkdir()
    copy = backups / keys.key_file_name(key_id(KEY))
    copy.write_text(KEY.hex())
    assert keys.open_keys(backups) == {copy: KEY}
    keep(folder, KEY, Kept.PASSPHRASE, PHRASE, beside=(backups, away))
    assert copy.read_text() == (folder / KEY_FILE).read_text()
    assert keys.open_keys(backups) == {}
    assert not away.exists()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="rights of files as on Unix")
def test_nobody_else_of_the_computer_may_read_the_key_file(folder: Path) -> None:
    keep(folder, KEY, Kept.BESIDE)
    assert (folder / KEY_FILE).stat().st_mode & 0o007 == 0
