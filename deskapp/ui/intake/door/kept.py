"""What the door has typed and not sent: one draft per guide, so that a crash loses nobody who came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from deskapp.domain.door import Address, GreetingDraft

KEY: Final = "door"


@dataclass(frozen=True)
class Kept:
    """What stands on the page, and whoever was handed over without an answer, by request."""

    form: GreetingDraft
    unsent: Mapping[str, GreetingDraft]


def to_json(kept: Kept) -> dict[str, object]:
    """Return the draft as plain JSON values."""
    return {
        "form": asdict(kept.form),
        "unsent": {request: asdict(draft) for request, draft in kept.unsent.items()},
    }


def from_json(found: Mapping[str, Any] | None) -> Kept | None:
    """Return the draft; None where there is none, or one that this version can't read."""
    if not found:
        return None
    try:
        unsent = {request: _draft(values) for request, values in found["unsent"].items()}
        return Kept(_draft(found["form"]), unsent)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _draft(values: Mapping[str, Any]) -> GreetingDraft:
    known = {field.name for field in fields(GreetingDraft)}
    plain = {name: value for name, value in values.items() if name in known}
    return GreetingDraft(**{**plain, "address": Address(plain["address"])})
