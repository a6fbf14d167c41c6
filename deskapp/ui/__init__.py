"""The window. Importing this package makes PySide6 6.12 safe on Python 3.10 and 3.11, see `_keep_singletons`."""

from __future__ import annotations

import sys


def _keep_singletons() -> None:
    """Give None, True, False and NotImplemented more references than PySide6 can lose.

    PySide6 6.12.0 returns them without taking a reference, which is right only where they are immortal
    (Python 3.12 on). Before that every `signal.emit()` costs True one reference and every Qt method without a
    result costs None one: measured on 3.11.7, 577 emits or some 5,000 calls end the process with "bool_dealloc"
    or "none_dealloc".
    """
    if sys.version_info >= (3, 12):
        return
    import ctypes

    plenty = 1 << (8 * ctypes.sizeof(ctypes.c_ssize_t) - 4)
    for singleton in (None, True, False, NotImplemented):
        count = ctypes.c_ssize_t.from_address(id(singleton))
        if count.value < plenty:
            count.value += plenty


_keep_singletons()
