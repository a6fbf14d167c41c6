"""What the window offers for later: to undo, to try again. Whoever is to do it may be gone by then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shiboken6 import isValid


@dataclass(frozen=True, init=False)
class Later:
    """Calls a method of a widget, or of what works for one, with values that are known now; does nothing once it is gone."""

    method: Callable[..., object]
    values: tuple[object, ...]

    def __init__(self, method: Callable[..., object], *values: object) -> None:
        object.__setattr__(self, "method", method)
        object.__setattr__(self, "values", values)

    def __call__(self) -> None:
        if isValid(getattr(self.method, "__self__", None)):
            self.method(*self.values)
