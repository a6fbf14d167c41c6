"""A screen of its own for tests that drive the real window from outside, with keys only."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.ports import wait_until

_TOOLS = ("Xvfb", "xdotool", "import")
_SECONDS = 60
_RETURN = 0xFF0D
"""The X symbol of Enter; those of digits are their characters."""


def _x_libraries() -> tuple[ctypes.CDLL, ctypes.CDLL]:
    """Return the libraries that xdotool works with: of the X server, and of its faked keys."""
    x11, keys = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XOpenDisplay.argtypes = [ctypes.c_char_p]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    x11.XKeysymToKeycode.restype = ctypes.c_ubyte
    x11.XKeysymToKeycode.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
    keys.XTestFakeKeyEvent.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_ulong]
    return x11, keys


class Screen:
    """A virtual X server; `keyboard` types into whatever window has the focus."""

    def __init__(self, display: str, folder: Path) -> None:
        self.display = display
        self.folder = folder
        self.pressed: list[str] = []
        self._program: Running | None = None

    def environment(self) -> dict[str, str]:
        """Return what a program needs to appear on this screen."""
        return {**os.environ, "DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb"}

    def type(self, text: str, gap: int = 0) -> None:
        """Type characters as a person does; any script, since X maps what is missing on the fly.

        `gap` is the milliseconds between two keys, by default as many as the script needs.
        """
        usual = 12 if text.isascii() else 60
        # A pause per key: the server remaps keys for characters the keyboard lacks, and clients must notice.
        self._tool("type", "--delay", str(gap or usual), "--", text)

    def scan(self, code: str) -> None:
        """Type a code of digits and Enter as a reader does.

        All keys go to the server in one piece: a tool that is kept waiting between two of them on a busy machine
        is no reader, and the program would judge the machine.
        """
        assert code.isdigit(), code
        x11, keys = _x_libraries()
        display = x11.XOpenDisplay(self.display.encode())
        assert display, f"no display {self.display}"
        for symbol in (*map(ord, code), _RETURN):
            for pressed in (1, 0):
                keys.XTestFakeKeyEvent(display, x11.XKeysymToKeycode(display, symbol), pressed, 0)
        x11.XCloseDisplay(display)

    def key(self, *names: str) -> None:
        """Press keys by their X names: "Return", "F9", "ctrl+k", "alt+1"."""
        self.pressed.extend(names)
        self._tool("key", "--delay", "30", *names)

    def titles(self) -> list[str]:
        """Return the titles of all visible windows."""
        found = self._tool("search", "--onlyvisible", "--name", ".", check=False).split()
        return [self._tool("getwindowname", window, check=False).strip() for window in found]

    def wait_for_window(self, part: str, seconds: float = _SECONDS) -> None:
        """Wait until a window whose title holds `part` is there, and give it the keys."""

        def there() -> bool:
            if self._program is not None:
                self._program.require_alive()
            found = self._tool("search", "--onlyvisible", "--name", part, check=False).split()
            # Without a window manager nobody hands out the focus.
            return bool(found) and self._tool("windowfocus", "--sync", found[-1], check=False) is not None

        wait_until(there, seconds, f"no window {part!r} but {self.titles()}", 0.1)

    def screenshot(self, name: str) -> Path:
        """Save what is on the screen; return the PNG."""
        file = self.folder / f"{name}.png"
        subprocess.run(
            ["import", "-silent", "-window", "root", str(file)], env=self.environment(), check=True
        )
        return file

    def _tool(self, *words: str, check: bool = True) -> str:
        command = ["xdotool", *words]
        done = subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=check)
        return done.stdout

    @contextmanager
    def running(self, *command: str, **variables: str) -> Iterator[Running]:
        """Run a program on this screen; it is asked to end, then killed, when the block is left."""
        log = self.folder / "program.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                command,
                env={**self.environment(), **variables},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
        self._program = Running(process, log)
        try:
            yield self._program
        finally:
            self._program = None
            _end(process)


class Running:
    """A program under test."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def output(self) -> str:
        """What the program has written so far."""
        return self._log.read_text("utf-8", "replace")

    def wait_for_output(self, text: str, seconds: float = _SECONDS) -> None:
        """Wait until the program has written `text`; fail at once when it ends before."""

        def written() -> bool:
            if text in self.output:
                return True
            self.require_alive()
            return False

        wait_until(written, seconds, f"the program never wrote {text!r}:\n{self.output}", 0.05)

    def require_alive(self) -> None:
        """Fail when the program has ended."""
        code = self.process.poll()
        assert code is None, f"the program ended with {code}:\n{self.output}"

    def wait_for_end(self, seconds: float = _SECONDS) -> int:
        """Return the exit code once the program has ended by itself."""
        return self.process.wait(seconds)


def deskapp_command(*words: str) -> list[str]:
    """Return the command that runs the program of this source tree."""
    return [sys.executable, "-m", "deskapp", *words]


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    """Start a screen of 1366 x 768, the smallest a desk has; skipped where there is none, but never in CI."""
    _require_tools()
    yield from started_screen(tmp_path)


def started_screen(folder: Path, size: Sequence[int] = (1366, 768)) -> Iterator[Screen]:
    """Start an X server on a free display, and stop it afterwards."""
    reader, writer = os.pipe()
    geometry = "x".join(str(number) for number in (*size, 24))
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", geometry, "-nolisten", "tcp", "-noreset"]
    with (folder / "screen.log").open("wb") as log:
        server = subprocess.Popen(command, pass_fds=[writer], stdout=log, stderr=log)
    os.close(writer)
    try:
        # The server writes the number of the display it found free once it is ready.
        with os.fdopen(reader) as stream:
            number = stream.readline().strip()
        assert number, (folder / "screen.log").read_text("utf-8", "replace")
        yield Screen(f":{number}", folder)
    finally:
        _end(server)


def _require_tools() -> None:
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing and os.environ.get("CI"):
        pytest.fail(f"CI must drive the real window; missing: {missing}", pytrace=False)
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
