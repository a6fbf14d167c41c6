"""The log tells what happened and never to whom: whatever fails, no name comes into the file."""

from __future__ import annotations

import ast
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskapp import logs
from deskapp.domain.text import Text
from deskapp.errors import InputError, StorageError
from tests.support.logs import LogGuard
from tests.support.source import modules

SECRETS = ("王建国", "Батбаяр", "Smith", "13800138000", "110101195803042231", "penicillin", "hunter2")
_own = logging.getLogger("deskapp.services.somewhere")
_foreign = logging.getLogger("somebodys.library")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    logs.start(tmp_path / "logs")
    yield tmp_path / "logs"
    logs.stop()


def written(folder: Path) -> str:
    return "".join(path.read_text("utf-8") for path in sorted(folder.iterdir())) if folder.exists() else ""


def _fail(secret: str) -> None:
    try:
        raise ValueError(f"no such visitor: {secret}")
    except ValueError as error:
        raise StorageError("storage.io", Text("{name} is away", {"name": secret})) from error


def _log_many_kinds(secret: str) -> None:
    try:
        _fail(secret)
    except StorageError as error:
        _own.exception("%s", error.code)
        _own.error("%s", error)
        _own.warning("kept %s of %s", secret, 3, exc_info=True)
        _own.warning("%(name)s %(count)d", {"name": secret, "count": 2})
        _foreign.exception("could not send %s", secret)
        _foreign.error(secret)
    _own.error("%s", ["list", secret])
    _own.info("%s", {secret: 1})
    _own.error("%s", Path(f"/home/{secret}"))
    logging.getLogger("deskapp.qt").warning("%s: %s", "qt", f"can't draw {secret}")
    try:
        InputError("name", "name.long", Text(secret)).missing  # type: ignore[attr-defined]  # noqa: B018
    except AttributeError:
        _own.warning("%s", "name.long", exc_info=True, stack_info=True)


def test_no_failure_brings_a_name_into_the_file(folder: Path, log_guard: LogGuard) -> None:
    log_guard.expect("deskapp", logging.WARNING)
    log_guard.expect("deskapp", logging.ERROR)
    log_guard.expect("somebodys.library", logging.ERROR)
    for secret in SECRETS:
        _log_many_kinds(secret)
    text = written(folder)
    assert [secret for secret in SECRETS if secret.casefold() in text.casefold()] == []
    assert "no such visitor" not in text
    for kept in ("storage.io", "StorageError storage.io", "ValueError", "kept … of 3", "tests/test_logs.py:"):
        assert kept in text, kept
    assert "ERROR somebodys.library: …" in text


def test_numbers_and_codes_come_through(folder: Path) -> None:
    _own.info("%s: %d of %.1f, %s", "storage.full", 7, 0.5, "OperationalError")
    _foreign.info("not worth a line")
    _own.debug("not worth a line either")
    (line,) = written(folder).splitlines()
    assert line.endswith("INFO deskapp.services.somewhere: storage.full: 7 of 0.5, OperationalError")


def test_a_message_that_does_not_fit_its_values_is_left_out() -> None:
    record = logging.LogRecord("deskapp.x", logging.ERROR, __file__, 1, "%d and %d", (SECRETS[0],), None)
    assert logs.CleanFormatter().format(record).endswith("ERROR deskapp.x: …")


def test_the_log_is_five_files_of_a_megabyte(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (logs.FILES, logs.BYTES) == (5, 1_000_000)
    monkeypatch.setattr(logs, "BYTES", 500)
    logs.start(folder)
    for number in range(100):
        _own.info("line %d", number)
    files = sorted(path.name for path in folder.iterdir())
    assert files == ["deskapp.log", *(f"deskapp.log.{number}" for number in range(1, 5))]
    assert all(path.stat().st_size <= 500 for path in folder.iterdir())
    assert [line.rpartition(" ")[2] for line in logs.last_lines(folder, 7)] == [
        str(n) for n in range(93, 100)
    ]


def test_nothing_is_written_before_there_is_something_to_say(folder: Path) -> None:
    assert not folder.exists()
    assert logs.last_lines(folder, 5) == []


def test_a_log_that_can_not_be_written_stops_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    logs.start(tmp_path / "file" / "logs")
    _own.info("%s", SECRETS[0])
    logs.stop()
    assert capsys.readouterr().err == ""


def test_only_one_place_is_logged_to(tmp_path: Path) -> None:
    logs.start(tmp_path / "one")
    logs.start(tmp_path / "two")
    _own.info("here")
    logs.stop()
    _own.info("nowhere")
    assert [path.name for path in tmp_path.iterdir()] == ["two"]
    assert len(written(tmp_path / "two").splitlines()) == 1


def test_our_own_messages_are_fixed_words_with_values_beside() -> None:
    """A name that is put into the message itself could not be told from the message."""
    methods = {"debug", "info", "warning", "error", "exception", "critical"}
    loose = [
        module.place(node)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in methods
        and "log" in ast.unparse(node.func.value).casefold()
        and not (node.args and isinstance(node.args[0], ast.Constant))
    ]
    assert loose == []
