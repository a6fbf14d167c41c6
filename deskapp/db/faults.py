"""What went wrong around us, recognised and said plainly: what happened, what is safe, what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy.exc import DataError, IntegrityError

from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError

DISK_REPORTS_ERROR: Final = N_(
    "The disk reports an error. What you typed is kept; call the administrator before going on."
)
AWAY: Final = "storage.server-away"
FAULTS: Final[tuple[tuple[tuple[str, ...], str, str], ...]] = (
    (
        ("no password supplied", "password authentication failed"),
        "storage.password",
        N_(
            "The database server did not get the right password. What you typed is kept; "
            "“deskapp migrate --store-password” asks for it and keeps it on this computer."
        ),
    ),
    (
        (
            "certificate verify failed",
            "does not match host name",
            "root certificate file",
            "server does not support ssl",
        ),
        "storage.certificate",
        N_(
            "The database server could not prove that it is the right one. What you typed is kept and was not "
            "sent; the administrator names the right certificate in the address (sslrootcert=FILE)."
        ),
    ),
    (
        ("invalid connection option", "invalid port number", 'invalid value for parameter "ssl'),
        "storage.address",
        N_(
            "The address of the database can't be understood. Nothing was sent; look at what stands behind the question mark."
        ),
    ),
    (
        ("no pg_hba.conf entry", 'fatal:  role "', 'fatal:  database "', "permission denied for"),
        "storage.not-admitted",
        N_(
            "The database server does not let this login in, or not far enough. What you typed is kept; "
            "the administrator runs “deskapp migrate” and makes the login a member of deskapp_desk."
        ),
    ),
    (
        (
            "database is locked",
            "database table is locked",
            "queuepool limit",
            "lock timeout",
            "statement timeout",
            "deadlock detected",
            "too many clients",
            "remaining connection slots",
        ),
        "storage.busy",
        N_("The database is busy. What you typed is kept; try again in a moment."),
    ),
    (
        ("database or disk is full", "no space left", "disk quota", "errno 28"),
        "storage.full",
        N_("The disk is full. What you typed is kept; free some space, then try again."),
    ),
    (
        (
            "readonly database",
            "read-only",
            "permission denied",
            "unable to open database",
            "errno 13",
            "errno 30",
        ),
        "storage.read-only",
        N_(
            "The database can't be written here. What you typed is kept; ask the administrator to check the data folder."
        ),
    ),
    (
        ("file is not a database", "file is encrypted", "hmac check failed"),
        "storage.not-a-database",
        N_(
            "This file is no database of ours, or its key does not fit. Nothing was changed; restore a backup."
        ),
    ),
    (
        ("malformed", "disk image", "corrupt"),
        "storage.damaged",
        N_("The database is damaged. Nothing more is written; restore the latest backup."),
    ),
    (
        ("disk i/o error", "input/output error", "errno 5"),
        "storage.io",
        DISK_REPORTS_ERROR,
    ),
    (
        (
            "connection refused",
            "could not connect",
            "server closed the connection",
            "connection timeout",
            "connection timed out",
            "no route to host",
            "network is unreachable",
            "terminating connection",
            # So psycopg says it where the server left in the middle of many rows.
            "exit pipeline mode while busy",
            "the database system is",
            "ssl connection has been closed",
            "ssl syscall error",
            "the connection is lost",
            "connection failed",
            "could not translate host",
            "failed to resolve host",
            "consuming input failed",
        ),
        AWAY,
        N_("The database server does not answer. What you typed is kept; check the network, then try again."),
    ),
)


def storage_error(error: BaseException) -> StorageError | None:
    """Return what to tell a person about `error`, or None when it is a bug and not the surroundings."""
    if isinstance(error, IntegrityError | DataError):
        # These quote what was to be stored, and that may say anything.
        return None
    said = str(getattr(error, "orig", None) or error).casefold()
    for signs, code, message in FAULTS:
        if any(sign in said for sign in signs):
            return StorageError(code, Text(message))
    return None


def disk_error(error: OSError) -> StorageError:
    """Return what to tell a person about a file that can't be read or written."""
    if isinstance(error, FileNotFoundError) and error.filename:
        return _missing(Path(str(error.filename)))
    return storage_error(error) or StorageError("storage.io", Text(DISK_REPORTS_ERROR))


def _missing(path: Path) -> StorageError:
    # Not among the faults: a file of our own that is missing is a bug wherever it is not a person's.
    if path.parent.is_dir():
        return StorageError("storage.no-file", Text(N_("There is no file {file}."), {"file": str(path)}))
    message = N_("There is no folder {folder}. Make it first, or choose another one.")
    return StorageError("storage.no-folder", Text(message, {"folder": str(path.parent)}))
