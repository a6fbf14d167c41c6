"""What stays on this computer: its name, its secret, and drafts that outlive a crash."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.db.workstation import DRAFTS_FILE, SECRET_FILE, DraftBox, Workstation
from deskapp.errors import StorageError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def test_a_workstation_is_the_same_after_a_restart(tmp_path: Path) -> None:
    first, again = (Workstation.in_folder(tmp_path / "data") for _ in range(2))
    assert (first.name, first.pepper) == (again.name, again.pepper)


def test_workstations_differ_in_name_and_pepper(tmp_path: Path) -> None:
    one, other = (Workstation.in_folder(tmp_path / name) for name in ("a", "b"))
    assert one.name != other.name
    assert one.pepper != other.pepper


def test_the_secret_is_no_part_of_what_is_derived_from_it(tmp_path: Path) -> None:
    desk = Workstation.in_folder(tmp_path)
    secret = (tmp_path / SECRET_FILE).read_text()
    assert bytes.fromhex(secret) != desk.pepper
    assert desk.name.rsplit("-", 1)[-1] not in secret


@pytest.mark.parametrize("content", [b"", b"12", b"xy" * 32, b"\xff" * 64])
def test_a_damaged_secret_is_told_and_kept(tmp_path: Path, content: bytes) -> None:
    (tmp_path / SECRET_FILE).write_bytes(content)
    with pytest.raises(StorageError) as caught:
        Workstation.in_folder(tmp_path)
    assert caught.value.code == "storage.secret-damaged"
    assert (tmp_path / SECRET_FILE).read_bytes() == content


def test_a_draft_survives_a_program_that_never_closed(tmp_path: Path) -> None:
    typed = {"name": "欧阳\u200d🙂", "lines": ["<b>&", "\u202eabc"], "count": 2, "none": None}
    crashed = Workstation.in_folder(tmp_path)
    crashed.drafts.save(1, "visitor", typed)
    reopened = Workstation.in_folder(tmp_path)
    assert reopened.drafts.load(1, "visitor") == typed
    for desk in (crashed, reopened):
        desk.drafts.close()


@pytest.fixture
def box(tmp_path: Path) -> DraftBox:
    return DraftBox(tmp_path / DRAFTS_FILE, bytes(32))


def test_drafts_are_kept_apart_by_person_and_form(box: DraftBox) -> None:
    box.save(1, "visitor", {"name": "甲"})
    box.save(1, "visitor", {"name": "乙"})
    box.save(1, "price", {})
    box.save(2, "visitor", {"name": "丙"})
    assert box.forms(1) == ["price", "visitor"]
    assert (box.load(1, "visitor"), box.load(2, "visitor")) == ({"name": "乙"}, {"name": "丙"})
    assert box.load(3, "visitor") is None
    box.drop(1, "visitor")
    box.drop(1, "never there")
    assert (box.forms(1), box.forms(2)) == (["price"], ["visitor"])
    box.close()


@given(typed=st.dictionaries(st.text(), JSON, max_size=4))
def test_whatever_was_typed_comes_back(
    typed: dict[str, object], tmp_path_factory: pytest.TempPathFactory
) -> None:
    box = DraftBox(tmp_path_factory.getbasetemp() / "drafts-any.sqlite", bytes(32))
    box.save(1, "any", typed)
    box.close()
    assert box.load(1, "any") == typed
    box.close()


def test_half_a_character_is_kept_too(box: DraftBox) -> None:
    """An input method that breaks off leaves one; the draft must not be the one to lose the rest."""
    box.save(1, "visitor", {"name": "王\ud83d"})
    assert box.load(1, "visitor") == {"name": "王\ud83d"}
    box.close()


def test_drafts_are_encrypted(box: DraftBox, tmp_path: Path) -> None:
    box.save(1, "visitor", {"name": "一个认得出来的名字"})
    box.close()
    content = b"".join(path.read_bytes() for path in tmp_path.glob(f"{DRAFTS_FILE}*"))
    assert "认得出来".encode() not in content
    plain = sqlite3.connect(tmp_path / DRAFTS_FILE)
    with pytest.raises(sqlite3.DatabaseError):
        plain.execute("SELECT * FROM draft")
    plain.close()


def test_drafts_are_durable(box: DraftBox) -> None:
    box.save(1, "visitor", {})
    found = {
        name: box._open.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
    }
    assert found == {"journal_mode": "wal", "synchronous": 2}
    box.close()


def test_another_workstations_drafts_are_told_plainly(box: DraftBox, tmp_path: Path) -> None:
    box.save(1, "visitor", {})
    box.close()
    other = DraftBox(tmp_path / DRAFTS_FILE, bytes([1]) * 32)
    for _ in range(2):
        with pytest.raises(StorageError) as caught:
            other.load(1, "visitor")
        assert caught.value.code == "storage.not-a-database"
    other.close()


def test_a_draft_can_be_saved_from_any_thread(box: DraftBox) -> None:
    def typing(account: int) -> None:
        for number in range(20):
            box.save(account, "visitor", {"n": number})

    threads = [threading.Thread(target=typing, args=(account,)) for account in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [box.load(account, "visitor") for account in range(4)] == [{"n": 19}] * 4
    box.close()


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    box = DraftBox(tmp_path / "gone" / DRAFTS_FILE, bytes(32))
    with pytest.raises(StorageError) as caught:
        box.save(1, "visitor", {})
    assert caught.value.code == "storage.read-only"


def test_drafts_need_the_database_s_key_too(tmp_path: Path) -> None:
    desk = Workstation.in_folder(tmp_path, bytes(32))
    desk.drafts.save(1, "visitor", {"name": "王"})
    desk.drafts.close()
    for other in (None, bytes([1]) * 32):
        thief = Workstation.in_folder(tmp_path, other)
        with pytest.raises(StorageError):
            thief.drafts.load(1, "visitor")
        thief.drafts.close()


def test_drafts_of_an_earlier_version_are_brought_under_the_database_s_key(tmp_path: Path) -> None:
    earlier = Workstation.in_folder(tmp_path)
    earlier.drafts.save(1, "visitor", {"name": "王"})
    earlier.drafts.close()
    desk = Workstation.in_folder(tmp_path, bytes(32))
    assert desk.drafts.load(1, "visitor") == {"name": "王"}
    desk.drafts.close()
    with pytest.raises(StorageError):
        earlier.drafts.load(1, "visitor")
    earlier.drafts.close()
