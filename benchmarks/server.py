"""A PostgreSQL server of the benchmark's own, from the system's packages, safe as a hospital's: fsync is on."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ADMIN: Final = "postgres"
PLACE: Final = "/var/tmp"
"""On the disk: /tmp may be memory."""
_PATIENCE_SECONDS: Final = 60.0
_DEBIAN: Final = Path("/usr/lib/postgresql")


@contextmanager
def running_server() -> Iterator[str]:
    """Start a server and give the address of an empty database; afterwards nothing of it is left.

    Raises RuntimeError where no server is installed.
    """
    programs = _programs()
    with tempfile.TemporaryDirectory(dir=PLACE, prefix="deskapp-bench-") as folder:
        home = Path(folder)
        if os.geteuid() == 0:
            shutil.chown(home, ADMIN)
        _run([str(programs / "initdb"), "-D", f"{home}/data", "-U", ADMIN, "-A", "trust", "-E", "UTF8"], home)
        port = _free_port()
        process = subprocess.Popen(
            _as_server([str(programs / "postgres"), "-D", f"{home}/data", *_settings(home, port)]),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=home,
        )
        try:
            url = f"postgresql+psycopg://{ADMIN}@127.0.0.1:{port}/{ADMIN}"
            _wait(url, process)
            yield url
        finally:
            _run([str(programs / "pg_ctl"), "stop", "-D", f"{home}/data", "-m", "immediate", "-w"], home)
            process.wait(_PATIENCE_SECONDS)


def _programs() -> Path:
    newest = sorted(_DEBIAN.glob("*/bin/initdb"), key=_version)
    found = newest[-1] if newest else shutil.which("initdb")
    if found is None:
        raise RuntimeError("PostgreSQL's server is not installed")
    return Path(found).resolve().parent


def _version(program: Path) -> int:
    return int(program.parts[-3])


def _settings(home: Path, port: int) -> list[str]:
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": home,
        "max_connections": 60,
        "shared_buffers": "256MB",
    }
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _as_server(command: list[str]) -> list[str]:
    # PostgreSQL refuses to run as root.
    return ["runuser", "-u", ADMIN, "--", *command] if os.geteuid() == 0 else command


def _run(command: list[str], home: Path) -> None:
    done = subprocess.run(_as_server(command), capture_output=True, text=True, check=False, cwd=home)
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} ended with {done.returncode}:\n{done.stderr}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    import psycopg

    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            psycopg.connect(url.replace("+psycopg", "")).close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.05)
