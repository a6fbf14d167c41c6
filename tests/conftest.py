"""Hostile surroundings for every test: alone, offline, in a strange time zone, with warnings as errors."""

from __future__ import annotations

import gc
import os

# Before Qt is loaded for the first time; a test that needs a screen starts its own.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
for _name in ("QT_SCALE_FACTOR", "QT_STYLE_OVERRIDE", "QT_IM_MODULE", "QT_QPA_PLATFORMTHEME"):
    os.environ.pop(_name, None)

import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

pytest_plugins = (
    "tests.support.run",
    "tests.support.logs",
    "tests.support.isolation",
    "tests.support.qt",
    "tests.support.postgres",
    "tests.support.logins",
    "tests.support.databases",
    "tests.support.statements",
    "tests.support.printing",
    "tests.support.screen",
    "tests.support.counts",
)

# Two cores shared with a database server: a deadline would measure the neighbour.
_TOLERATED = [HealthCheck.too_slow]
settings.register_profile("desk", deadline=None, suppress_health_check=_TOLERATED, print_blob=True)
settings.load_profile("desk")


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    """Name the application as the program does, without taking pytest's arguments for Qt's."""
    return ["deskapp"]


def pytest_collection_finish() -> None:
    """Let the collector pass over thousands of tests that live as long as the run."""
    gc.collect()
    gc.freeze()
