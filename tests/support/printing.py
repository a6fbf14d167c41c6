"""A real print server for tests: Debian's CUPS with a cups-pdf queue, on a socket of its own, without systemd."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.ports import wait_until
from tests.support.run import keep_alive

_DRIVER = Path("/usr/share/ppd/cups-pdf/CUPS-PDF_noopt.ppd")
_PASS_THROUGH = '*cupsFilter2: "application/vnd.cups-pdf application/pdf 0 -"\n'
_FIXED_FOLDER = Path("/etc/cups")
_SECONDS = 60


class Queue:
    """One printer of the test's server; whatever is printed arrives as a PDF file."""

    def __init__(self, name: str, folder: Path, server: Path) -> None:
        self.name = name
        self.folder = folder
        self._server = server
        self._taken = 0

    def wait_for_pdf(self) -> Path:
        """Return the file of the next finished job; fail when nothing comes out within a minute."""
        wait_until(lambda: self._new() and self._idle(), _SECONDS, f"nothing came out of {self.name}", 0.1)
        self._taken += 1
        first = self._new()[0]
        return first.rename(first.with_name(f"{self._taken}-{first.name}.taken"))

    def pause(self) -> None:
        """Let jobs pile up, as with an empty paper tray."""
        self._run("cupsdisable", self.name)

    def remove(self) -> None:
        """Take the printer away."""
        self._run("lpadmin", "-x", self.name)

    def _new(self) -> list[Path]:
        found = [path for path in self.folder.glob("*.pdf") if path.stat().st_size]
        return sorted(found, key=lambda path: path.stat().st_mtime_ns)

    def _idle(self) -> bool:
        return not self._run("lpstat", "-o", self.name)

    def _run(self, *command: str) -> str:
        return _client(self._server, *command)


def _client(server: Path, *command: str) -> str:
    environment = {**os.environ, "CUPS_SERVER": str(server), "LANG": "C.UTF-8"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(autouse=True)
def no_printers(home: Path, print_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the developer's own printers; libcups remembers the first server it hears of, so it's always this."""
    monkeypatch.setenv("CUPS_SERVER", str(print_folder / "socket"))


@pytest.fixture(scope="session")
def print_folder(run_folder: Path, worker: str) -> Path:
    """Return the folder of this worker's print server, whether it runs or not."""
    folder = run_folder / f"cups-{worker}"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def printer(print_server: Path) -> Iterator[Queue]:
    """Show the program one printer, the default one: cups-pdf (PostScript; letters become shapes, codes stay)."""
    if not _root():
        _unavailable("cups-pdf runs as root only")
    yield from _shown(print_server, "desk", f"cups-pdf:/{_instance(print_server)}", _DRIVER)


@pytest.fixture
def plain_printer(print_server: Path) -> Iterator[Queue]:
    """Show the program one printer, the default one, that keeps what it is sent: text can be read back."""
    driver = print_server / "plain.ppd"
    driver.write_text(_DRIVER.read_text("utf-8").replace("*% cupsFilter:", f"{_PASS_THROUGH}*%", 1), "utf-8")
    out = print_server / "plain-out"
    out.mkdir(exist_ok=True)
    yield from _shown(print_server, "plain", f"file://{out / 'printed.pdf'}", driver)


@contextmanager
def plain_queue(server_folder: Path, name: str) -> Iterator[Queue]:
    """Add another printer that keeps what it is sent, beside the one that is shown."""
    server, out = server_folder / "server", server_folder / f"{name}-out"
    out.mkdir(exist_ok=True)
    device, driver = f"file://{out / 'printed.pdf'}", server_folder / "plain.ppd"
    _client(server, "lpadmin", "-p", name, "-E", "-v", device, "-P", str(driver))
    yield Queue(name, out, server)
    subprocess.run(["lpadmin", "-h", str(server), "-x", name], check=False, capture_output=True)
    shutil.rmtree(out)


def _shown(folder: Path, name: str, device: str, driver: Path) -> Iterator[Queue]:
    server = folder / "server"
    _client(server, "lpadmin", "-p", name, "-E", "-v", device, "-P", str(driver))
    _client(server, "lpadmin", "-d", name)
    out = folder / ("plain-out" if name == "plain" else "out")
    for old in out.glob("*"):
        old.unlink()
    visible = folder / "socket"
    visible.symlink_to(server)
    yield Queue(name, out, server)
    visible.unlink()
    subprocess.run(["cancel", "-h", str(server), "-a", "-x"], check=False, capture_output=True)
    subprocess.run(["lpadmin", "-h", str(server), "-x", name], check=False, capture_output=True)


@pytest.fixture(scope="session")
def print_server(print_folder: Path) -> Path:
    """Start the print server; skipped where there is none, but never in CI."""
    program = shutil.which("cupsd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None or not _DRIVER.exists():
        _unavailable("CUPS with cups-pdf is not installed")
    _configure(print_folder)
    private = _FIXED_FOLDER / f"cups-pdf-{_instance(print_folder)}.conf"
    if _root():
        # The one file that cups-pdf reads from a fixed place; the keeper removes it even if the run is killed.
        private.write_text(_cups_pdf(print_folder))
    command = [
        str(program),
        "-f",
        "-c",
        str(print_folder / "cupsd.conf"),
        "-s",
        str(print_folder / "cups-files.conf"),
    ]
    keep_alive(print_folder.parent, print_folder.name, command, remove=[private])
    server = print_folder / "server"
    wait_until(lambda: _answers(server), _SECONDS, f"CUPS did not start ({print_folder}.log)")
    return print_folder


def _configure(folder: Path) -> None:
    for name in ("state/certs", "cache", "spool/tmp", "out"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "cupsd.conf").write_text(_CUPSD.format(folder=folder))
    account = "User lp\nGroup lp\n" if _root() else ""
    (folder / "cups-files.conf").write_text(_CUPS_FILES.format(folder=folder) + account)


_CUPSD = """
Listen {folder}/server
LogLevel warn
Browsing No
WebInterface No
KeepAlive No
DefaultAuthType None
<Location />
Allow all
</Location>
<Policy default>
<Limit All>
Allow all
</Limit>
</Policy>
"""
_CUPS_FILES = """
ServerRoot {folder}
StateDir {folder}/state
CacheDir {folder}/cache
RequestRoot {folder}/spool
TempDir {folder}/spool/tmp
ErrorLog {folder}/error.log
AccessLog {folder}/access.log
PageLog {folder}/page.log
FileDevice Yes
Sandboxing relaxed
"""


def _cups_pdf(folder: Path) -> str:
    return f"Out {folder}/out\nSpool {folder}/pdf-spool\nLog {folder}\nLabel 1\nUserUMask 0022\n"


def _instance(folder: Path) -> str:
    return f"{folder.parent.name}-{folder.name}".replace("_", "-")


def _answers(server: Path) -> bool:
    return server.exists() and "is running" in _client(server, "lpstat", "-r")


def _root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _unavailable(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"CI must print for real: {reason}", pytrace=False)
    pytest.skip(reason)
