"""Starting a child whose writing is recorded or made to fail: builds `shim.c` and preloads it."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.run import ROOT, once_per_run

SOURCE: Final = Path(__file__).with_name("shim.c")
SAID: Final = "said"
"""Name of the file into which a child writes what it was told is stored."""
WRITES, SYNCS, OPENS, NAMES = 1, 2, 4, 8
"""Kinds of calls that can be made to fail, as the shim knows them."""
NEVER: Final = 1 << 40


def built(run_folder: Path) -> Path:
    """Build the shim once per run; return the library. Skips where that can't be done, but never in CI."""
    if shutil.which("gcc") is None or sys.platform != "linux":
        if os.environ.get("CI"):
            pytest.fail("CI must run the power cuts and faults, and there is no gcc", pytrace=False)
        pytest.skip("there is no gcc, or the system has no preloading")

    def build() -> dict[str, str]:
        library = run_folder / "shim.so"
        command = [
            "gcc",
            "-O1",
            "-shared",
            "-fPIC",
            "-Wall",
            "-o",
            str(library),
            str(SOURCE),
            "-ldl",
            "-pthread",
        ]
        subprocess.run(command, check=True, capture_output=True, text=True)
        return {"library": str(library)}

    return Path(once_per_run(run_folder, "shim", build)["library"])


def run(library: Path, module: str, folder: Path, *words: str, log: Path | None = None) -> Any:
    """Run a module of the tests with everything below `folder` shimmed; return what it printed as JSON."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "LD_PRELOAD": str(library),
        "SHIM_FOLDER": str(folder),
        **({"SHIM_LOG": str(log)} if log else {}),
    }
    command = [sys.executable, "-W", "error", "-m", module, str(folder), *words]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return json.loads(done.stdout)


class Faults:
    """The child's own hand on the shim: makes its calls fail."""

    def __init__(self) -> None:
        self._library: Any = ctypes.CDLL(None)
        self._library.shim_hits.restype = ctypes.c_long
        self._library.shim_calls.restype = ctypes.c_long

    def begin(self, kinds: int, at: int, error: int, *, short: bool = False, once: bool = False) -> None:
        """From the `at`-th call of these kinds on (or at that one only) fail with an errno.

        With `short` the first one writes half of what it was given.
        """
        self._library.shim_fail(kinds, ctypes.c_long(at), error, int(short), int(once))

    def watch(self, kinds: int) -> None:
        """Only count."""
        self.begin(kinds, NEVER, 0)

    def calls(self) -> int:
        """Return how many calls of the kinds there were since the beginning."""
        return int(self._library.shim_calls())

    def end(self) -> int:
        """Let all calls pass again; return how many were refused."""
        hits = int(self._library.shim_hits())
        self._library.shim_fail(0, ctypes.c_long(0), 0, 0, 0)
        return hits
