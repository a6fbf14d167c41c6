"""start.py on a fresh machine: what it fetches, what it hands over, what it says when it can't."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import start
from tests.support.source import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in for uv is a shell script")

_STAND_IN = """#!{python}
import json, os, sys
with open({log!r}, "a") as stream:
    stream.write(json.dumps([os.getcwd(), *sys.argv[1:]]) + "\\n")
sys.exit(int(os.environ.get("STAND_IN_CODE_" + sys.argv[4], "0")))
"""


class Checkout:
    """A copy of start.py with a stand-in for uv that writes down what it is asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "calls"
        shutil.copy(ROOT / "start.py", folder)
        uv = folder / ".uv" / start.UV / "bin" / "uv"
        uv.parent.mkdir(parents=True)
        uv.write_text(_STAND_IN.format(python=sys.executable, log=str(self.log)))
        uv.chmod(0o755)

    def run(self, *words: str, cwd: Path, **variables: str) -> int:
        command = [sys.executable, str(self.folder / "start.py"), *words]
        return subprocess.run(command, cwd=cwd, env={**os.environ, **variables}, check=False).returncode

    @property
    def calls(self) -> list[list[str]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    folder = tmp_path / "a folder with spaces"
    folder.mkdir()
    return Checkout(folder)


def test_demo_runs_the_program_where_the_user_stands(checkout: Checkout, tmp_path: Path) -> None:
    assert checkout.run("demo", "--out", "OUT", cwd=tmp_path) == 0
    *_prepared, last = checkout.calls
    assert last[0] == str(tmp_path), "OUT is meant from here"
    assert last[-4:] == ["deskapp", "demo", "--out", "OUT"]
    assert last[1:4] == ["run", "--project", str(checkout.folder)]


def test_no_word_opens_the_desk(checkout: Checkout, tmp_path: Path) -> None:
    checkout.run(cwd=tmp_path)
    assert checkout.calls[-1][-1] == "deskapp"


def test_test_runs_the_tests_of_the_project(checkout: Checkout, tmp_path: Path) -> None:
    assert checkout.run("test", "-k", "names", cwd=tmp_path) == 0
    last = checkout.calls[-1]
    assert last[0] == str(checkout.folder)
    assert last[-3:] == ["pytest", "-k", "names"]


def test_our_own_package_is_compiled_first(checkout: Checkout, tmp_path: Path) -> None:
    """Where PYTHONDONTWRITEBYTECODE is set, nothing else would ever do it."""
    checkout.run("demo", cwd=tmp_path)
    first, second = checkout.calls
    assert first[-2:] == ["-q", str(checkout.folder / "deskapp")]
    assert "compileall" in first
    assert "--no-sync" in second


def test_exit_code_is_the_programs(checkout: Checkout, tmp_path: Path) -> None:
    assert checkout.run("demo", cwd=tmp_path, **{"STAND_IN_CODE_--no-sync": "2"}) == 2


def test_failed_preparation_ends_it(checkout: Checkout, tmp_path: Path) -> None:
    assert checkout.run("demo", cwd=tmp_path, STAND_IN_CODE_python="3") == 3
    assert len(checkout.calls) == 1


def test_missing_system_libraries_are_named_with_the_words_to_type() -> None:
    with pytest.raises(SystemExit) as stopped:
        start.require("c.so.6=libc6 no-such-thing.so.9=libnothing9")
    said = str(stopped.value)
    assert "apt install libnothing9\n" in said
    assert "dnf install 'libno-such-thing.so.9()(64bit)'" in said
    assert "libc6" not in said


@pytest.mark.skipif(sys.platform != "linux", reason="asks the system's own loader")
def test_libraries_that_are_there_are_fine() -> None:
    start.require("c.so.6=libc6 m.so.6=libc6")


def test_python_without_venv_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "PROGRAMS", tmp_path / "uv" / "bin")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(SystemExit, match="apt install python3-venv"):
        start.uv()
    assert not (tmp_path / "uv").exists()


@pytest.fixture
def fetching(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Let the environment be made in a moment; return what pip is asked."""
    monkeypatch.setattr(start, "PROGRAMS", tmp_path / "uv" / "bin")
    monkeypatch.setattr(
        start.venv, "create", lambda folder, **_options: Path(folder, "bin").mkdir(parents=True)
    )
    asked: list[list[str]] = []

    def pretend(command: list[str]) -> int:
        asked.append(command)
        start.PROGRAMS.joinpath("uv").touch()
        return 0

    monkeypatch.setattr(start.subprocess, "call", pretend)
    return asked


def test_uv_is_fetched_once_into_a_private_environment(fetching: list[list[str]]) -> None:
    assert start.uv() == start.uv() == str(start.PROGRAMS / "uv")
    assert fetching == [[str(start.PROGRAMS / "python"), "-m", "pip", "install", "--quiet", start.UV]]


def test_without_the_network_it_says_so(fetching: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start.subprocess, "call", lambda _command: 1)
    with pytest.raises(SystemExit, match="online"):
        start.uv()


def test_it_stays_small_and_needs_nothing() -> None:
    source = (ROOT / "start.py").read_text("utf-8")
    assert len(source.splitlines()) < 60
    imported = {
        line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import", "from"))
    }
    assert imported <= sys.stdlib_module_names
