"""Runs one server for a test run and stops it when the run ends, however it ends. Standard library only."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

_PATIENCE = 20


def main(plan: dict[str, Any]) -> int:
    """Start the command and wait: for the server's own end, a request to stop, or the run's death."""
    server = subprocess.Popen(plan["command"], stdin=subprocess.DEVNULL)
    asked = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked.set())
    while server.poll() is None and not asked.wait(0.5) and _alive(plan["watch"]):
        pass
    if server.poll() is None:
        _stop(server, plan["stop"])
    for path in plan["remove"]:
        with contextlib.suppress(OSError):
            Path(path).unlink()
    if not _alive(plan["watch"]):
        shutil.rmtree(plan["folder"], ignore_errors=True)
    return server.returncode or 0


def _stop(server: subprocess.Popen[bytes], command: object) -> None:
    if command:
        subprocess.run(command, check=False, timeout=_PATIENCE)  # type: ignore[call-overload]
    else:
        server.terminate()
    try:
        server.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
