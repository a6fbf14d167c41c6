"""Which of what databases and disks say is the surroundings, and which is a bug."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from deskapp.db.faults import FAULTS, disk_error, storage_error


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("database is locked", "storage.busy"),
        ("deadlock detected\nDETAIL:  Process 1 waits for ShareLock", "storage.busy"),
        ("canceling statement due to lock timeout", "storage.busy"),
        ("database or disk is full", "storage.full"),
        ('could not extend file "base/1/2": No space left on device', "storage.full"),
        ("attempt to write a readonly database", "storage.read-only"),
        ("unable to open database file", "storage.read-only"),
        ("cannot execute INSERT in a read-only transaction", "storage.read-only"),
        ("permission denied for table audit_entry", "storage.not-admitted"),
        ("[Errno 13] Permission denied: 'deskapp.sqlite'", "storage.read-only"),
        ("canceling statement due to statement timeout", "storage.busy"),
        ("connection failed: FATAL:  sorry, too many clients already", "storage.busy"),
        ("connection failed: fe_sendauth: no password supplied", "storage.password"),
        ('connection failed: FATAL:  password authentication failed for user "desk"', "storage.password"),
        ("connection failed: SSL error: certificate verify failed", "storage.certificate"),
        (
            'connection failed: server certificate for "a" does not match host name "b"',
            "storage.certificate",
        ),
        ("connection failed: server does not support SSL, but SSL was required", "storage.certificate"),
        ('connection failed: root certificate file "/x" does not exist', "storage.certificate"),
        ('connection failed: FATAL:  no pg_hba.conf entry for host "10.0.0.9"', "storage.not-admitted"),
        ('connection failed: FATAL:  role "desk" does not exist', "storage.not-admitted"),
        ("connection failed: FATAL:  the database system is shutting down", "storage.server-away"),
        ("connection failed: Connection timed out", "storage.server-away"),
        ("connection failed: No route to host", "storage.server-away"),
        ("file is not a database", "storage.not-a-database"),
        ("database disk image is malformed", "storage.damaged"),
        ("disk I/O error", "storage.io"),
        ("connection failed: Connection refused", "storage.server-away"),
        ("server closed the connection unexpectedly", "storage.server-away"),
        ("terminating connection due to administrator command", "storage.server-away"),
        ("failed to resolve host 'desk-server': Name or service not known", "storage.server-away"),
    ],
)
def test_what_the_surroundings_say_is_known(said: str, code: str) -> None:
    found = storage_error(OperationalError("SELECT 1", {}, Exception(said)))
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("SELECT", {}, Exception("no such column: nmae")),
        IntegrityError("INSERT", {}, Exception("Key (name)=(database is locked) already exists")),
        DataError("INSERT", {}, Exception("invalid input: disk i/o error")),
        KeyError("name"),
    ],
)
def test_a_bug_stays_a_bug(error: Exception) -> None:
    assert storage_error(error) is None


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "storage.full"),
        (errno.EACCES, "storage.read-only"),
        (errno.EROFS, "storage.read-only"),
        (errno.EIO, "storage.io"),
        (errno.ENOTDIR, "storage.io"),
        (errno.EMFILE, "storage.io"),
    ],
)
def test_whatever_happens_to_a_file_is_told(number: int, code: str) -> None:
    assert disk_error(OSError(number, os.strerror(number), "desk.key")).code == code


@pytest.mark.parametrize(
    ("place", "code"), [("none/x.pdf", "storage.no-folder"), ("x.pdf", "storage.no-file")]
)
def test_a_folder_or_file_that_is_not_there_is_named(tmp_path: Path, place: str, code: str) -> None:
    path = tmp_path / place
    with pytest.raises(FileNotFoundError) as caught:
        path.read_bytes()
    found = disk_error(caught.value)
    assert found.code == code
    assert str(path.parent if code == "storage.no-folder" else path) in found.text.params.values()
    assert storage_error(caught.value) is None


def test_every_fault_says_what_to_do_in_a_whole_sentence() -> None:
    for _signs, code, message in FAULTS:
        assert message.endswith("."), code
        assert ";" in message or message.count(".") > 1, code
