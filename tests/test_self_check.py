"""The check of an installation: says what it looked at, and notices what is missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from deskapp import paths, self_check
from deskapp.errors import StorageError
from deskapp.forms.catalog import FORMS
from deskapp.i18n import translator


@pytest.mark.e2e
def test_a_whole_installation_passes_and_says_what_was_looked_at() -> None:
    command = [sys.executable, "-m", "deskapp", "self-check", "--lang", "en"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=paths.resources().parent)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    lines = done.stdout.splitlines()
    assert sum(line.startswith("Form: ") for line in lines) == len(FORMS)
    assert sum(line.startswith("Language: ") for line in lines) == 3
    assert any(line.startswith("Window: ") for line in lines)
    assert any(line.startswith("Icons: ") for line in lines)
    assert any(line.startswith("Parts: ") for line in lines)
    assert lines[-1] == "Everything works."


def test_a_missing_catalogue_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    translator.cache_clear()
    monkeypatch.setattr(paths, "resource", tmp_path.joinpath)
    with pytest.raises(StorageError, match="not whole"):
        list(self_check._languages())
    translator.cache_clear()


def test_missing_icons_are_noticed(monkeypatch: pytest.MonkeyPatch, qapp: object) -> None:
    monkeypatch.setattr("deskapp.ui.icons.names", list)
    with pytest.raises(StorageError, match="not whole"):
        self_check._icons()


def test_a_form_that_prints_nothing_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("deskapp.forms.catalog.render", lambda *_form: b"")
    with pytest.raises(StorageError, match="registration-form"):
        list(self_check._demo(tmp_path / "demo"))


def test_a_library_that_was_forgotten_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_check, "LATE", ("deskapp.ui.widgets.charts", "deskapp.forgotten"))
    with pytest.raises(StorageError, match="forgotten"):
        self_check._late()
