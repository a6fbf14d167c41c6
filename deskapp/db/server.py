"""Reaching a database server: whom this computer believes to be the server, and whose password is sent.

A server on another machine has to show a certificate that fits its name (`sslmode=verify-full`): an
address that asks for less is refused, because whoever sits between could read every visitor.

The password stands in no address and in no setting. It comes from the system's key store (service
"deskapp", user "user@host:port/database"), else libpq finds it itself: `.pgpass`, the file that
PGPASSFILE names, or a service file.
"""

from __future__ import annotations

import getpass
import logging
import os
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Engine, ExceptionContext, create_engine, event, make_url

from deskapp.db.faults import AWAY, storage_error
from deskapp.domain.text import N_, Text
from deskapp.errors import StorageError

CONNECT_SECONDS: Final = 10
STATEMENT_SECONDS: Final = 120
"""Longer than any statement of a desk takes; migrating and moving set it aside."""
SILENCE_SECONDS: Final = 30
"""After so long without an answer the other end counts as gone, here and on the server."""
KEY_STORE_SERVICE: Final = "deskapp"
VERIFIED: Final = "verify-full"
_LOCAL: Final = ("localhost", "127.0.0.1", "::1")
_ROOTS: Final = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where Debian, Red Hat, SUSE and macOS keep the certificates that the system trusts."""
_log = logging.getLogger(__name__)


def engines(url: str, busy_seconds: float, password: str | None = None) -> tuple[Engine, Engine]:
    """Return the engines that read and write on a server; neither connects yet.

    Args:
        url: address of the database, without a password.
        busy_seconds: how long to wait for what another desk holds.
        password: what somebody typed; without it the key store is asked.

    Raises `StorageError` for an address that is not safe to use.
    """
    address = make_url(url)
    arguments = _arguments(address, busy_seconds)
    if found := password or kept_password(url):
        arguments["password"] = found
    read, write = (
        create_engine(
            address,
            connect_args=arguments,
            pool_size=4,
            max_overflow=4,
            pool_pre_ping=True,
            pool_timeout=busy_seconds,
        )
        for _ in range(2)
    )
    for engine in (read, write):
        event.listen(engine, "handle_error", _let_go)
    # Otherwise each statement of a read would see another moment of the database.
    read = read.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return read, write


def _let_go(context: ExceptionContext) -> None:
    """Give up a connection whose server took leave.

    The farewell may be read before the end of the line is noticed: the connection then still looks open, and a
    rollback on it hides what happened.
    """
    known = storage_error(context.sqlalchemy_exception or context.original_exception)
    if known is not None and known.code == AWAY:
        context.is_disconnect = True


def _arguments(address: URL, busy_seconds: float) -> dict[str, str | int]:
    on_server = {
        "lock_timeout": f"{round(busy_seconds * 1000)}ms",
        "statement_timeout": f"{STATEMENT_SECONDS}s",
        # A desk whose power was cut must not hold its queue until somebody restarts the server.
        "tcp_keepalives_idle": SILENCE_SECONDS // 2,
        "tcp_keepalives_interval": SILENCE_SECONDS // 6,
        "tcp_keepalives_count": 3,
    }
    ours = " ".join(f"-c {name}={value}" for name, value in on_server.items())
    return {
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": SILENCE_SECONDS // 2,
        "keepalives_interval": SILENCE_SECONDS // 6,
        "keepalives_count": 3,
        "tcp_user_timeout": SILENCE_SECONDS * 1000,
        "options": " ".join((",".join(_asked(address, "options")), ours)),
        **_verifying(address),
    }


def _verifying(address: URL) -> dict[str, str]:
    """Return what makes libpq verify a server on another machine; raise for an address that forbids it."""
    if address.password or "password" in address.query:
        message = N_("A password does not belong into the address: put it into the file .pgpass.")
        raise StorageError("storage.password-in-address", Text(message))
    if is_local(address):
        return {}
    for mode in _asked(address, "sslmode"):
        if mode != VERIFIED:
            message = N_(
                "The address asks for sslmode={mode}: then anybody in the network could pass for the server. "
                "Leave it out, or write sslmode=verify-full. Nothing was sent."
            )
            raise StorageError("storage.unverified", Text(message, {"mode": mode}))
    # An encryption of its own would take the place of TLS, and of what is verified there.
    found = {"sslmode": VERIFIED, "gssencmode": "disable"}
    if not _asked(address, "sslrootcert") and not _has_root_of_its_own():
        found["sslrootcert"] = _system_roots()
    return found


def is_local(address: URL) -> bool:
    """Say whether everything that the address and the surroundings name is this very machine."""
    if _asked(address, "service") or os.environ.get("PGSERVICE"):
        # Where a service file leads is for libpq to know.
        return False
    hosts = [*filter(None, [address.host]), *_asked(address, "host")] or _in_environment("PGHOST")
    places = hosts + (_asked(address, "hostaddr") or _in_environment("PGHOSTADDR"))
    # A socket's folder begins with a slash, an abstract one with an @.
    return all(place in _LOCAL or place.startswith(("/", "@")) for place in places)


def _asked(address: URL, name: str) -> list[str]:
    """Return the values that the address gives an option; several are separated by commas."""
    value = address.query.get(name, ())
    return [part for each in ([value] if isinstance(value, str) else value) for part in each.split(",")]


def _in_environment(name: str) -> list[str]:
    return [part for part in os.environ.get(name, "").split(",") if part]


def _has_root_of_its_own() -> bool:
    return bool(os.environ.get("PGSSLROOTCERT")) or Path("~/.postgresql/root.crt").expanduser().exists()


def _system_roots() -> str:
    """Return the file with what the system trusts.

    libpq's own word for it, "system", finds nothing in the packages that psycopg is installed from: their
    OpenSSL looks in a folder that no system has.
    """
    return next((file for file in _ROOTS if Path(file).exists()), "system")


# --- Passwords ------------------------------------------------------------------------------------------------


def login_of(url: str) -> str:
    """Return under which name the key store knows the password of an address."""
    address = make_url(url)
    user = address.username or os.environ.get("PGUSER") or getpass.getuser()
    host = address.host or next(iter(_asked(address, "host")), "localhost")
    return f"{user}@{host}:{address.port or 5432}/{address.database or user}"


def kept_password(url: str) -> str | None:
    """Return the password that the system's key store has for an address, None where it has none."""
    try:
        import keyring

        return keyring.get_password(KEY_STORE_SERVICE, login_of(url))
    except Exception as error:
        # Stores are of many makers and raise what they like; there is another way to get a password.
        _log.info("the key store can't be asked: %s", type(error).__name__)
        return None


def keep_password(url: str, password: str) -> None:
    """Put the password of an address into the system's key store.

    Raises `StorageError` where there is none, or where it does not take it.
    """
    try:
        import keyring

        keyring.set_password(KEY_STORE_SERVICE, login_of(url), password)
    except Exception as error:
        _log.info("the key store took no password: %s", type(error).__name__)
        message = N_(
            "The password was not kept: this computer's key store does not answer. "
            "Put it into the file .pgpass instead."
        )
        raise StorageError("storage.key-store", Text(message)) from error
