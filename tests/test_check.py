"""`deskapp check` says in plain lines whether the data is as it was written, and changes nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text, update

from deskapp.cli import main
from deskapp.db import anchors, audit, migrate
from deskapp.db.audit import ENTRY, AuditLine
from deskapp.db.engine import Store
from deskapp.db.keys import KEY_FILE
from deskapp.db.workstation import Workstation
from tests.support.databases import KEY
from tests.support.tampering import cut_tail, recompute, tampering

NOW = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
NAME = "王建国"


@pytest.fixture
def folder(tmp_path: Path, sqlite_template: Path) -> Path:
    """Return a data folder with six lines, an anchor of four of them, and names in their bodies."""
    folder = tmp_path / "hospital"
    folder.mkdir()
    (folder / KEY_FILE).write_text(KEY.hex())
    shutil.copyfile(sqlite_template, folder / "deskapp.sqlite")
    store, workstation = Store.in_folder(folder), Workstation.in_folder(folder)
    for count in (4, 2):
        with store.writing() as session:
            lines = [AuditLine("visitor.register", "visitor", 1, None, {"name": NAME})] * count
            audit.append(session, "desk-1", 7, NOW, lines)
            session.commit()
        if count == 4:
            anchors.anchor_now(store, workstation, NOW)
    workstation.drafts.close()
    store.close()
    return folder


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def check(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: str, where: Path = folder) -> tuple[int, str, str]:
        code = main(["check", "--data", str(where), "--lang", "en", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def tamper(folder: Path, how: Callable[[Store], None]) -> None:
    store = Store.in_folder(folder)
    how(store)
    store.close()


def state_of(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("words", [(), ("--full",)])
def test_a_sound_hospital_is_told_line_by_line_and_left_as_it_was(
    folder: Path, check: Run, words: tuple[str, ...]
) -> None:
    before = state_of(folder)
    code, said, complaint = check(*words)
    assert (code, complaint) == (0, "")
    lines = said.splitlines()
    assert lines[0].startswith("deskapp ")
    assert str(folder / "deskapp.sqlite") in lines[1]
    for told in (
        f"encrypted file, revision {migrate.HEAD}",
        "Tables: up to date",
        "sound",
        "all 6 lines of 1 chains",
        "Anchors: the newest is of",
        "Backup: there is no good one",
        "Free space: ",
        "Key: in the open",
    ):
        assert told in said, told
    assert NAME not in said
    assert state_of(folder) == before


def test_the_facts_come_as_json_too(check: Run) -> None:
    code, said, _complaint = check("--json")
    facts = {fact["fact"]: fact["state"] for fact in json.loads(said)}
    assert code == 0
    assert (facts["integrity"], facts["chain"], facts["anchor"], facts["key"]) == (
        "good",
        "good",
        "good",
        "note",
    )


def _change(store: Store) -> None:
    with tampering(store) as session:
        session.execute(update(ENTRY).where(ENTRY.c.sequence == 3).values(action="visit.end"))


def _recompute(store: Store) -> None:
    _change(store)
    with tampering(store) as session:
        recompute(session, "desk-1")


def _cut(store: Store) -> None:
    with tampering(store) as session:
        cut_tail(session, "desk-1", 2)


def _drop_triggers(store: Store) -> None:
    with store.writing() as session:
        session.execute(text("DROP TRIGGER keep_audit_entry_delete"))
        session.commit()


@pytest.mark.parametrize(
    ("how", "told"),
    [
        (_change, "chain desk-1, line 3: the line was changed"),
        (_recompute, "chain desk-1, line 4: the line is not the one that was anchored"),
        (_cut, "chain desk-1, line 3: lines are missing at the end"),
        (_drop_triggers, "trigger missing: keep_audit_entry_delete"),
    ],
)
def test_tampering_is_named_in_one_line(
    folder: Path, check: Run, how: Callable[[Store], None], told: str
) -> None:
    tamper(folder, how)
    code, said, complaint = check()
    assert code == 1
    assert complaint.count("\n") == 1
    assert told in complaint
    assert complaint in said


def _truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    for at in range(4096 + 100, len(data), 4096):
        data[at] ^= 1
    file.write_bytes(data)


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _foreign(file: Path) -> None:
    file.write_bytes(b"SQLite format 3\0" + bytes(8000))


def _missing(file: Path) -> None:
    file.unlink()


def _other_key(file: Path) -> None:
    (file.parent / KEY_FILE).write_text(bytes(32).hex())


def _no_key(file: Path) -> None:
    (file.parent / KEY_FILE).unlink()


def _bad_key(file: Path) -> None:
    (file.parent / KEY_FILE).write_text("{")


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (_truncate, "damaged"),
        (_flip, "damaged"),
        (_empty, "is empty"),
        (_foreign, "no database of ours, or its key does not fit"),
        (_missing, "There is no hospital in"),
        (_other_key, "no database of ours, or its key does not fit"),
        (_no_key, "key"),
        (_bad_key, "key file"),
    ],
)
def test_what_can_not_be_opened_is_said_in_one_line_and_left_as_it_is(
    folder: Path, check: Run, damage: Callable[[Path], None], told: str
) -> None:
    damage(folder / "deskapp.sqlite")
    before = state_of(folder)
    code, said, complaint = check()
    assert code == 1
    assert told in complaint
    assert complaint.count("\n") == 1
    assert "Traceback" not in said + complaint
    assert state_of(folder) == before


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path, check: Run) -> None:
    code, _said, complaint = check(where=tmp_path / "nowhere")
    assert (code, "There is no hospital" in complaint) == (1, True)
    assert not (tmp_path / "nowhere").exists()


def test_a_newer_database_is_said(folder: Path, check: Run) -> None:
    def age(store: Store) -> None:
        with store.writing() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
            session.commit()

    tamper(folder, age)
    code, _said, complaint = check()
    assert code == 1
    assert "A newer version of this program has used this database (9999)" in complaint


def test_an_older_database_is_said_and_stays_so(
    folder: Path, check: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "HEAD", "9998")
    before = state_of(folder)
    code, said, _complaint = check()
    assert code == 0
    assert "older than this program" in said
    assert state_of(folder) == before


def test_a_hospital_without_anchors_says_so(folder: Path, check: Run) -> None:
    def forget(store: Store) -> None:
        with tampering(store) as session:
            session.execute(anchors.ANCHOR.delete())

    tamper(folder, forget)
    (folder / "anchors.log").unlink()
    code, said, _complaint = check()
    assert (code, "Anchors: no anchor exists yet" in said) == (0, True)


def test_a_computer_whose_secret_is_gone_gets_no_new_one_by_looking(folder: Path, check: Run) -> None:
    (folder / "workstation.key").unlink()
    code, said, _complaint = check()
    assert (code, "None is of this computer" in said) == (0, True)
    assert not (folder / "workstation.key").exists()
