"""Protecting a hospital from the command line, as an administrator or a script does it."""

from __future__ import annotations

import getpass
import io
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader

from deskapp.bootstrap import open_hospital
from deskapp.cli.call import NEW_PASSPHRASE, PASSPHRASE
from deskapp.db.keys import protection
from deskapp.domain.recovery import Kept
from tests.test_cli import Run, run

__all__ = ["run"]

PHRASE = "four or five words"


class FromSheet(io.StringIO):
    """A script at the other end of the pipe that reads the code off the sheet when it is asked."""

    def __init__(self, sheet: Path) -> None:
        super().__init__()
        self._sheet = sheet

    def readline(self, _size: int = -1) -> str:
        return code_on(self._sheet) + "\n"


def code_on(sheet: Path) -> str:
    words = PdfReader(sheet).pages[0].extract_text()
    return " ".join(re.findall(r"^[0-9A-HJKMNP-TV-Z]{4}$", words, re.MULTILINE))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    open_hospital(tmp_path / "data").close()
    return tmp_path / "data"


@pytest.fixture
def encrypt(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    def call(*words: str) -> tuple[int, str, str]:
        sheet = tmp_path / "sheet.pdf"
        monkeypatch.setattr(sys, "stdin", FromSheet(sheet))
        return run("encrypt", "--data", str(folder), "--sheet", str(sheet), *words)

    return call


def test_a_script_protects_opens_and_unprotects(
    run: Run,
    encrypt: Callable[..., tuple[int, str, str]],
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(PASSPHRASE, PHRASE)
    code, said, complaint = encrypt()
    assert (code, complaint) == (0, "")
    assert protection(folder).key_id in said
    assert protection(folder).kept is Kept.PASSPHRASE
    assert (tmp_path / "sheet.pdf").stat().st_mode & 0o077 == 0
    assert run("migrate", "--data", str(folder))[0] == 0
    monkeypatch.setenv(PASSPHRASE, code_on(tmp_path / "sheet.pdf").lower())
    assert run("migrate", "--data", str(folder))[0] == 0
    monkeypatch.setenv(PASSPHRASE, "not the passphrase")
    code, _said, complaint = run("migrate", "--data", str(folder))
    assert (code, complaint.count("\n")) == (1, 1)
    monkeypatch.delenv(PASSPHRASE)
    code, _said, complaint = run("decrypt", "--data", str(folder))
    assert code == 1
    assert PASSPHRASE in complaint
    monkeypatch.setenv(PASSPHRASE, PHRASE)
    assert run("decrypt", "--data", str(folder))[0] == 0
    assert not protection(folder).is_on


def test_what_is_protected_is_protected_anew_only_when_that_is_said(
    encrypt: Callable[..., tuple[int, str, str]], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSPHRASE, PHRASE)
    encrypt()
    before = protection(folder)
    code, _said, complaint = encrypt()
    assert code == 1
    assert "--new-key" in complaint
    assert protection(folder) == before
    assert encrypt("--new-key")[0] == 0
    assert protection(folder).key_id != before.key_id


def test_another_passphrase_only(
    run: Run,
    encrypt: Callable[..., tuple[int, str, str]],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(PASSPHRASE, PHRASE)
    encrypt()
    before = protection(folder)
    monkeypatch.setenv(NEW_PASSPHRASE, "other four or five")
    assert run("encrypt", "--new-passphrase", "--data", str(folder))[0] == 0
    assert protection(folder) == before
    assert run("migrate", "--data", str(folder))[0] == 1
    monkeypatch.setenv(PASSPHRASE, "other four or five")
    assert run("migrate", "--data", str(folder))[0] == 0


def test_nothing_typed_back_changes_nothing(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSPHRASE, PHRASE)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    code, _said, complaint = run("encrypt", "--data", str(folder), "--sheet", str(tmp_path / "sheet.pdf"))
    assert (code, complaint.count("\n")) == (1, 1)
    assert not protection(folder).is_on


def test_at_a_terminal_everything_is_asked(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    sheet = tmp_path / "sheet.pdf"
    asked: list[str] = []

    def typed(prompt: str) -> str:
        asked.append(prompt)
        return PHRASE

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", typed)
    monkeypatch.setattr("builtins.input", lambda _prompt: code_on(sheet))
    assert run("encrypt", "--data", str(folder), "--sheet", str(sheet))[0] == 0
    assert asked == ["New passphrase: ", "Once more: "]
    assert run("migrate", "--data", str(folder))[0] == 0
    assert asked[2:] == ["Passphrase, or recovery code: "]


def test_no_passphrase_and_nobody_there(encrypt: Callable[..., tuple[int, str, str]], folder: Path) -> None:
    code, _said, complaint = encrypt()
    assert code == 1
    assert NEW_PASSPHRASE in complaint
    assert not protection(folder).is_on


def test_wrong_usage_is_told(run: Run, folder: Path) -> None:
    assert run("encrypt", "--data", str(folder))[0] == 2
    assert run("decrypt", "--url", "postgresql://h/d")[0] == 2


def test_the_blank_sheet_is_printed_like_any_form(run: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "blank.pdf"
    assert run("print", "recovery-sheet", "--blank", "--out", str(sheet), "--data", str(tmp_path))[0] == 0
    assert code_on(sheet) == ""
    assert "recovery-sheet" in run("print", "--list")[1]
    assert run("print", "recovery-sheet", "--id", "V1", "--out", str(sheet), "--data", str(tmp_path))[0] == 2
