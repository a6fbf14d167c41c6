"""Classes named in tables, imported when they are first needed: the window opens without what it does not show."""

from __future__ import annotations

import importlib
from typing import Any


def load(place: str) -> Any:
    """Import a module and return what it calls so: "deskapp.ui.intake.tab:IntakeTab"."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)
