"""What the tests write lies in memory where there is plenty of it: thousands of small databases wait for no disk."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

import psutil

SHARED: Final = Path("/dev/shm")
NEEDED: Final = 6 << 30
"""Bytes that have to be free there, and twice as many in the machine: a full disk is no test's business."""


def prefer() -> None:
    """Put temporary files there, unless somebody has said where they go."""
    if "TMPDIR" not in os.environ and _is_roomy():
        os.environ["TMPDIR"] = str(SHARED)
        # Somebody may have asked already, and the answer is kept.
        tempfile.tempdir = None


def _is_roomy() -> bool:
    if not os.access(SHARED, os.W_OK):
        return False
    return shutil.disk_usage(SHARED).free >= NEEDED and psutil.virtual_memory().available >= 2 * NEEDED
