"""The disk fails at every call of the work, one after the other: full, broken, read-only.

Each failure is told in words, nothing is half stored, and the same program does the work as soon as the fault
is gone.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from deskapp.db.engine import DATABASE_FILE
from tests.safety import shim
from tests.support.at_work import KEY, fill
from tests.support.counts import Counts

pytestmark = [pytest.mark.safety, pytest.mark.timeout(600)]
ALL = (
    "full",
    "full after half a write",
    "I/O error at a write",
    "I/O error at synchronising",
    "read-only",
    "not allowed",
)
MOST = {
    "registration": 1000,
    "reading": 40,
    "draft": 40,
    "opening": 40,
    "beginning": 25,
    "backup": 30,
    "migration": 30,
}
"""How many calls of each work fail; of more than that, so many spread over all."""
NEVER_MET = {
    # A second program that opens a hospital writes nothing.
    ("opening", "full after half a write"),
    ("opening", "I/O error at a write"),
    ("opening", "I/O error at synchronising"),
    # What is open already is not opened again.
    ("registration", "not allowed"),
    ("reading", "not allowed"),
    ("draft", "not allowed"),
}
TRIALS = [(work, fault) for work in MOST for fault in ALL if (work, fault) not in NEVER_MET]


@pytest.fixture
def hospital(sqlite_template: Path, tmp_path: Path) -> Path:
    """Return a data folder in which a desk has worked already."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copyfile(sqlite_template, folder / DATABASE_FILE)
    (folder / "deskapp.key").write_text(KEY.hex())
    fill(folder / DATABASE_FILE, 3)
    return folder


@pytest.mark.parametrize(("work", "fault"), TRIALS)
def test_a_failing_disk_is_told_and_costs_nothing(
    run_folder: Path, hospital: Path, counts: Counts, work: str, fault: str
) -> None:
    library = shim.built(run_folder)
    figures = shim.run(library, "tests.safety.faulty", hospital, work, fault, str(MOST[work]))
    counts.add("faults", work, figures["faults"])
    counts.add("faults told in words", work, sum(figures["told"].values()))
    counts.add("faults that stopped nothing", work, figures["survived"])
    if work == "registration":
        counts.add("visits acknowledged", "failing disk", figures["acknowledged"])
        counts.add("visits lost", "failing disk", figures["lost"])
    assert figures["wrong"] == []
    assert figures["faults"] > 0
    assert all(code.startswith(("storage.", "backup.")) for code in figures["told"])
