"""Starts of the program in fresh processes, in turns with the bare ones that they are compared with."""

from __future__ import annotations

import compileall
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from benchmarks.table import Row, middle

ROOT: Final = Path(__file__).resolve().parents[1]
KINDS: Final = ("bare", "orm", "desk")
Figures = dict[str, list[float]]


def environment() -> dict[str, str]:
    """Return the variables of a measured process: off-screen, with bytecode, as an installed program."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("QT_", "PYTHON"))}
    return {**kept, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}


def compile_all() -> None:
    """Compile the program as its installation does."""
    for package in ("deskapp", "benchmarks"):
        compileall.compile_dir(ROOT / package, quiet=2)


def started(kind: str, folder: Path) -> dict[str, float]:
    """Start one process and return what it measured."""
    command = [sys.executable, "-m", "benchmarks.child", kind, str(time.perf_counter_ns()), str(folder)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(f"{kind} ended with {done.returncode}:\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(folder: Path, rounds: int) -> dict[str, Figures]:
    """Return figures by kind and name; every kind is started `rounds` times after one that does not count."""
    found: dict[str, Figures] = {kind: {} for kind in KINDS}
    for count in range(rounds + 1):
        for kind in KINDS:
            figures = started(kind, folder)
            for name, value in figures.items() if count else ():
                found[kind].setdefault(name, []).append(value)
    return found


def rows(found: dict[str, Figures]) -> list[Row]:
    """Return the table's rows of what was measured by kind and name."""
    bare, orm, desk = (found[kind] for kind in KINDS)
    memory, plain = (statistics.median(figures["memory"]) for figures in (desk, orm))
    return [
        _time("first visible window", desk["window"], "bare window", bare["window"], 1.6),
        _time("desk usable, signed in", desk["usable"], "sqlalchemy.orm + bare window", orm["window"], 1.4),
        Row(
            "resident memory then",
            f"{memory:.0f} MB",
            f"sqlalchemy.orm + bare window {plain:.0f} MB",
            memory / plain,
            1.4,
        ),
    ]


def _time(what: str, ours: list[float], whose: str, theirs: list[float], target: float) -> Row:
    ratio = statistics.median(ours) / statistics.median(theirs)
    return Row(what, middle(ours), f"{whose} {middle(theirs)}", ratio, target)
