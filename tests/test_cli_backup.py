"""`deskapp backup` and `deskapp restore` as a script calls them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from deskapp.bootstrap import open_hospital
from deskapp.cli import main
from deskapp.db.keys import KEY_FILE, keep, read_key_file
from deskapp.db.models.intake import Visitor
from deskapp.domain.recovery import Kept, recovery_code
from tests.support.hospital import hospital_folder, hospital_template

__all__ = ["hospital_folder", "hospital_template"]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], hospital_folder: Path) -> Run:
    """Run a command on the small hospital; return code, what was said and what was complained of."""

    def call(*words: str) -> tuple[int, str, str]:
        code = main([*words, "--data", str(hospital_folder), "--lang", "en"])
        said, complaint = capsys.readouterr()
        return code, said, complaint

    return call


def backup_in(folder: Path) -> str:
    (found,) = folder.glob("*.sqlite")
    return str(found)


def names(folder: Path) -> set[str]:
    with contextlib.closing(open_hospital(folder)) as opened, opened.store.reading() as session:
        return set(session.scalars(select(Visitor.name)))


def test_back_up_destroy_restore(run: Run, hospital_folder: Path, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    code, said, complaint = run("backup", "--to", str(stick))
    assert (code, complaint) == (0, "")
    assert str(stick) in said
    before = names(hospital_folder)
    (hospital_folder / "deskapp.sqlite").write_bytes(b"rubbish" * 999)
    code, said, complaint = run("restore", backup_in(stick))
    assert (code, complaint) == (0, "")
    assert "restored" in said
    assert "before-restore" in said
    assert names(hospital_folder) == before


def test_a_second_folder_that_is_away_is_exit_code_1_and_the_first_backup_is_there(
    run: Run, hospital_folder: Path, tmp_path: Path
) -> None:
    code, said, complaint = run("backup", "--to", str(tmp_path / "away"))
    assert code == 1
    assert "Backed up" in said
    assert complaint.count("\n") == 1
    assert backup_in(hospital_folder / "backups")


def test_a_file_that_is_no_backup_is_refused_in_one_line(
    run: Run, hospital_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "letter.sqlite").write_bytes(b"no backup" * 999)
    before = (hospital_folder / "deskapp.sqlite").read_bytes()
    code, said, complaint = run("restore", str(tmp_path / "letter.sqlite"))
    assert (code, said) == (1, "")
    assert complaint.count("\n") == 1
    assert (hospital_folder / "deskapp.sqlite").read_bytes() == before


def test_a_backup_comes_back_on_a_new_computer_by_its_recovery_code(
    run: Run,
    hospital_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    key = read_key_file(hospital_folder / KEY_FILE)
    keep(hospital_folder, key, Kept.PASSPHRASE, "four words of the house")
    monkeypatch.setenv("DESKAPP_PASSPHRASE", "four words of the house")
    assert run("backup")[0] == 0
    taken = tmp_path / "taken.sqlite"
    taken.write_bytes(Path(backup_in(hospital_folder / "backups")).read_bytes())
    monkeypatch.setenv("DESKAPP_PASSPHRASE", recovery_code(key))
    fresh = tmp_path / "new"
    assert main(["restore", str(taken), "--data", str(fresh), "--lang", "en"]) == 0
    assert "in the open" in capsys.readouterr().out
    monkeypatch.delenv("DESKAPP_PASSPHRASE")
    assert "单雄信" in names(fresh)
