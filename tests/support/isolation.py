"""Every test has its own home, its own machine-wide folder, a time zone that bites, and no network."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

# Whole hours east, and half an hour off with summer time: code that forgets the zone fails in one of them.
ZONES = ("Asia/Shanghai", "America/St_Johns")

_FOREIGN = (
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "DBUS_SESSION_BUS_ADDRESS",
    "CUPS_SERVER",
    "LANGUAGE",
    "LC_ALL",
    "LC_MESSAGES",
    "PRINTER",
    "PGHOST",
    "PGUSER",
    "PGDATABASE",
    "PGPASSFILE",
)


class Offline(RuntimeError):
    """A test tried to leave this machine."""


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Path]:
    """Give the test an empty home and machine-wide data folder; return the home."""
    folder = tmp_path_factory.mktemp("home")
    patch = pytest.MonkeyPatch()
    for name in _FOREIGN:
        patch.delenv(name, raising=False)
    for name, value in private_environment(folder).items():
        patch.setenv(name, value)
    patch.setenv("TZ", ZONES[zlib.crc32(request.node.nodeid.encode()) % len(ZONES)])
    _use_zone()
    yield folder
    patch.undo()
    _use_zone()
    shutil.rmtree(folder, ignore_errors=True)


def private_environment(folder: Path) -> dict[str, str]:
    """Return the variables that keep a program's files, settings and keys below `folder`."""
    return {
        "HOME": str(folder),
        "USERPROFILE": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_STATE_HOME": str(folder / "state"),
        "APPDATA": str(folder / "roaming"),
        "LOCALAPPDATA": str(folder / "local"),
        "DESKAPP_DATA": str(folder / "machine"),
        "LANG": "C.UTF-8",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }


def _use_zone() -> None:
    if hasattr(time, "tzset"):
        time.tzset()


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run the test once in every zone; without it each test has one of them, always the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", request.param)
        _use_zone()
        yield request.param
    _use_zone()


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Refuse every connection that leaves this machine, and every name that would have to be asked for."""
    patch = pytest.MonkeyPatch()
    connect, connect_ex, lookup = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: object) -> None:
        _require_local(address)
        connect(self, address)  # type: ignore[arg-type]

    def guarded_connect_ex(self: socket.socket, address: object) -> int:
        _require_local(address)
        return connect_ex(self, address)  # type: ignore[arg-type]

    def guarded_lookup(host: object, *args: object, **options: object) -> object:
        _require_local((host, 0))
        return lookup(host, *args, **options)  # type: ignore[arg-type]

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    patch.setattr(socket, "getaddrinfo", guarded_lookup)
    yield
    patch.undo()


def _require_local(address: object) -> None:
    if not isinstance(address, tuple) or address[0] in (None, "", "localhost"):
        return
    host = os.fsdecode(address[0])
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise Offline(f"a test may not reach {host}")


class MemoryKeys:
    """A key store that forgets everything with the test."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> MemoryKeys:
    """Replace the system's key store by one in memory; without it the store is missing, as on a server."""
    import keyring

    store = MemoryKeys()

    def forget(service: str, name: str) -> None:
        if store.kept.pop((service, name), None) is None:
            raise keyring.errors.PasswordDeleteError(name)

    monkeypatch.setattr(keyring, "get_password", lambda service, name: store.kept.get((service, name)))
    monkeypatch.setattr(
        keyring, "set_password", lambda service, name, value: store.kept.__setitem__((service, name), value)
    )
    monkeypatch.setattr(keyring, "delete_password", forget)
    return store
