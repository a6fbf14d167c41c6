#!/usr/bin/env python3
"""Set everything up on a fresh machine and go: `demo`, `test`, or any command of deskapp.

Needs Python with its venv module and nothing else. uv goes into a private environment below .uv/, because
systems that manage their own Python refuse to install it there; uv then provides everything that is pinned.
"""

import ctypes
import importlib.util
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
UV = "uv==0.13.9"
PROGRAMS = HERE / ".uv" / UV / ("Scripts" if os.name == "nt" else "bin")
# What Qt loads from the system, as library=package of Debian: always, and for a window under X11.
QT = "EGL.so.1=libegl1 GL.so.1=libgl1 X11.so.6=libx11-6 xkbcommon.so.0=libxkbcommon0 dbus-1.so.3=libdbus-1-3"
QT += " fontconfig.so.1=libfontconfig1 glib-2.0.so.0=libglib2.0-0"
X11 = " xcb-cursor.so.0=libxcb-cursor0 xcb-icccm.so.4=libxcb-icccm4 xcb-keysyms.so.1=libxcb-keysyms1"
X11 += " xcb-image.so.0=libxcb-image0 xcb-shape.so.0=libxcb-shape0 xkbcommon-x11.so.0=libxkbcommon-x11-0"


def uv() -> str:
    """Return the private uv, fetched the first time."""
    if not any((PROGRAMS / name).exists() for name in ("uv", "uv.exe")):
        if importlib.util.find_spec("ensurepip") is None:
            sys.exit("This Python can't make environments. On Debian and Ubuntu: apt install python3-venv")
        print("Fetching the tools, once ...", flush=True)
        venv.create(PROGRAMS.parent, with_pip=True, clear=True)
        if subprocess.call([str(PROGRAMS / "python"), "-m", "pip", "install", "--quiet", UV]):
            sys.exit(f"{UV} could not be fetched: see above. Is this computer online?")
    return str(PROGRAMS / "uv")


def require(libraries: str) -> None:
    """Leave with the words to type where Qt could not even be loaded: bare servers lack much."""
    missing = {}
    for library, package in (pair.split("=") for pair in libraries.split()):
        try:
            ctypes.CDLL(f"lib{library}")
        except OSError:
            missing[package] = f"'lib{library}()(64bit)'"
    if missing:
        debian, fedora = " ".join(missing), " ".join(missing.values())
        sys.exit(f"Qt needs from the system: apt install {debian}\nor, on Fedora: dnf install {fedora}")


if __name__ == "__main__":
    if sys.platform == "linux":
        require(QT + X11 * bool(os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY")))
    run = [uv(), "run", "--project", str(HERE)]
    # uv compiles the packages; ours is used in place, and not every machine may write bytecode by itself.
    prepare = [*run, "python", "-m", "compileall", "-q", str(HERE / "deskapp")]
    tests = sys.argv[1:2] == ["test"]
    command = [*run, "--no-sync", *(["pytest", *sys.argv[2:]] if tests else ["deskapp", *sys.argv[1:]])]
    sys.exit(subprocess.call(prepare) or subprocess.call(command, cwd=HERE if tests else None))
