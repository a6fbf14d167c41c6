"""The only place that finds what the program ships with and where it keeps its data."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

APP = "deskapp"


@cache
def resources() -> Path:
    """Return the folder of shipped resources: frozen bundle, installed wheel or source tree."""
    package = Path(__file__).resolve().parent
    bundled = Path(getattr(sys, "_MEIPASS", package)) / "resources"
    for candidate in (bundled, package / "_resources", package.parent / "resources"):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError("resources")


def resource(*parts: str) -> Path:
    """Return the path of one shipped resource."""
    return resources().joinpath(*parts)


def default_data_folder() -> Path:
    """Return the machine-wide data folder, or the one that DESKAPP_DATA names.

    Machine-wide, because a per-user folder would show the next shift an empty hospital. Where there is
    none and none can be made (no installer ran), the user's own is the way out.
    """
    from platformdirs import PlatformDirs

    if chosen := os.environ.get("DESKAPP_DATA"):
        return Path(chosen).expanduser().absolute()
    folders = PlatformDirs(APP, appauthor=False)
    shared = Path("/var/lib") / APP if sys.platform.startswith("linux") else Path(folders.site_data_dir)
    if shared.exists() or _writable(shared):
        return shared
    return Path(folders.user_data_dir)


def demo_data_folder() -> Path:
    """Return the folder that `demo` uses by default: per user, never the hospital's own."""
    from platformdirs import PlatformDirs

    return Path(PlatformDirs(f"{APP}-demo", appauthor=False).user_data_dir)


def _writable(folder: Path) -> bool:
    probe = folder
    while not probe.exists():
        probe = probe.parent
    return os.access(probe, os.W_OK)
