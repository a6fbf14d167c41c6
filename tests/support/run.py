"""One folder for the whole run, shared by all workers, and servers that live exactly as long as the run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_FOLDER = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the run's folder in the main process; workers are told its name."""
    shared = getattr(config, "workerinput", {}).get("run_folder")
    # Short, and under the system's own temporary folder: sockets lie in it (107 characters at most).
    config.stash[_FOLDER] = Path(shared) if shared else Path(tempfile.mkdtemp(prefix="desk-"))
    if not shared:
        config.stash[_FOLDER].chmod(0o755)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a starting worker where the run's folder is."""
    node.workerinput["run_folder"] = str(node.config.stash[_FOLDER])  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the run started and remove its folder."""
    folder = config.stash.get(_FOLDER, None)
    if folder is None or hasattr(config, "workerinput"):
        return
    for note in sorted(folder.glob("*.keeper")):
        _stop(int(note.read_text()))
    shutil.rmtree(folder, ignore_errors=True)


def _stop(process: int) -> None:
    import psutil

    try:
        keeper = psutil.Process(process)
        keeper.terminate()
        keeper.wait(30)
    except psutil.NoSuchProcess:
        pass


@pytest.fixture(scope="session")
def run_folder(pytestconfig: pytest.Config) -> Path:
    """Return the folder that all workers of this run share."""
    return pytestconfig.stash[_FOLDER]


@pytest.fixture(scope="session")
def worker(pytestconfig: pytest.Config) -> str:
    """Return the name of this worker: gw0, gw1, ... or main."""
    return str(getattr(pytestconfig, "workerinput", {}).get("workerid", "main"))


def once_per_run(folder: Path, name: str, make: Callable[[], dict[str, str]]) -> dict[str, str]:
    """Return what `make` returned in whichever worker came first; the others wait for it."""
    note = folder / f"{name}.json"
    with _locked(folder / f"{name}.lock"):
        if not note.exists():
            note.write_text(json.dumps(make()))
    return dict(json.loads(note.read_text()))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as stream:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def main_process() -> int:
    """Return the process id of the run's main process, seen from a worker or from itself."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def keep_alive(
    folder: Path,
    name: str,
    command: list[str],
    *,
    stop: list[str] | None = None,
    remove: Sequence[Path] = (),
) -> None:
    """Run a server until the run ends, also when the run is killed: a keeper watches both.

    `stop` is the command that ends it (else it is told to terminate); `remove` names what it leaves elsewhere.
    """
    plan = json.dumps(
        {
            "watch": main_process(),
            "folder": str(folder),
            "command": command,
            "stop": stop,
            "remove": [str(path) for path in remove],
        }
    )
    with (folder / f"{name}.log").open("wb") as log:
        keeper = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "support" / "keeper.py"), plan],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    (folder / f"{name}.keeper").write_text(str(keeper.pid))
    # The keeper outlives this worker on purpose.
    keeper.returncode = 0
