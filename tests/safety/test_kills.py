"""The process killed at any moment, a thousand times: everything confirmed is there, and nothing is half there.

What a killed process has written stays with the system, so a kill shows that each step is whole or not
done at all; that it would also survive the power going out is for the power cuts to show.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.counts import Counts
from tests.support.run import ROOT

pytestmark = [
    pytest.mark.safety,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork"),
]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return an empty folder, in memory where there is such a place: a kill does not ask the disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as made:
        yield Path(made)


@pytest.mark.parametrize(
    ("work", "kills", "seed"),
    [
        ("registration", 300, 7),
        ("registration", 300, 8),
        ("migration", 150, 9),
        ("backup", 125, 10),
        ("restore", 125, 11),
    ],
)
def test_a_killed_process_leaves_nothing_half_done(
    sqlite_template: Path, folder: Path, counts: Counts, work: str, kills: int, seed: int
) -> None:
    words = [work, str(kills), str(seed), str(sqlite_template), str(folder)]
    command = [sys.executable, "-W", "error", "-m", "tests.safety.killing", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    figures = json.loads(done.stdout)
    counts.add("kills", work, figures["kills"])
    counts.add("kills in the middle of writing", work, figures["interrupted"])
    if work in {"registration", "backup"}:
        counts.add("visits acknowledged", f"killed in {work}", figures["confirmed"])
        counts.add("visits lost", f"killed in {work}", figures["lost"])
    assert figures["kills"] == kills
    assert figures["broken"] == []
    # The kills fell into the middle of it.
    assert figures["interrupted"] > kills // 5
    if work == "registration":
        assert figures["confirmed"] > kills // 2
        assert figures["visits"] > figures["confirmed"]
