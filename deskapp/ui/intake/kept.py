"""Where the desk keeps what was typed and not stored yet: under which names, and how it is found again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from deskapp.domain.access import Actor
from deskapp.domain.intake import VisitorView
from deskapp.domain.retention import erased_error, is_erased
from deskapp.services.base import new_request

NEW: Final = "visitor.new."
EDIT: Final = "visitor.edit."
VISIT: Final = "visit."
AHEAD: Final = "ahead."
"""Said before the visit was there: of a visitor."""


class Drafts(Protocol):
    """What is asked of the drafts of this workstation; `deskapp.db.workstation` has the real ones."""

    def load(self, account_id: int, form: str) -> dict[str, Any] | None:
        """Return a draft, if there is one."""
        ...

    def forms(self, account_id: int) -> list[str]:
        """Return the names of a person's drafts."""
        ...


@dataclass(frozen=True)
class Kept:
    """A draft: its name, and what was typed into which field."""

    key: str
    fields: dict[str, str]


def new_key() -> str:
    """Return the name for the draft of a new record: in order of time, with the request that will store it.

    The request stays the draft's own through a crash: a record that was stored just before is not
    stored a second time when its draft is taken up again.
    """
    return f"{NEW}{dt.datetime.now(dt.UTC):%Y%m%d%H%M%S%f}.{new_request()}"


def edit_key(visitor_id: int) -> str:
    """Return the name for the draft of changes to a stored record."""
    return f"{EDIT}{visitor_id}"


def visit_key(visit_id: int) -> str:
    """Return the name for what was typed into a visit."""
    return f"{VISIT}{visit_id}"


def ahead_key(visitor_id: int) -> str:
    """Return the name for what was said by a visitor whose visit was not there yet."""
    return f"{AHEAD}{visitor_id}"


def request_of(key: str) -> str:
    """Return the request under which a draft is stored: a new record's own, else another each time."""
    return key.rpartition(".")[2] if key.startswith(NEW) else new_request()


def latest_new(drafts: Drafts, account_id: int) -> Kept | None:
    """Return the new record that was begun last and not stored, for a worker to ask."""
    keys = sorted(key for key in drafts.forms(account_id) if key.startswith(NEW))
    return _load(drafts, account_id, keys[-1]) if keys else None


def of_edit(drafts: Drafts, account_id: int, visitor_id: int) -> Kept | None:
    """Return the changes to a stored record that were typed and not stored, for a worker to ask."""
    return _load(drafts, account_id, edit_key(visitor_id))


def record_to_edit(services: Any, actor: Actor, visitor_id: int) -> tuple[VisitorView, Kept | None]:
    """Return a record to be changed, and what was typed into it and not stored, for a worker to ask.

    Raises `RuleError` when its personal data was erased.
    """
    visitor: VisitorView = services.visitors.visitor(actor, visitor_id)
    if is_erased(visitor.name):
        raise erased_error()
    return visitor, of_edit(services.drafts, actor.account_id, visitor.id)


def of_visit(drafts: Drafts, account_id: int, visit_id: int) -> Kept | None:
    """Return what was typed into a visit and not stored, for a worker to ask."""
    return _load(drafts, account_id, visit_key(visit_id))


def forget_stored(drafts: Any, account_id: int, key: str, stored: Mapping[str, str]) -> None:
    """Take a draft out of what is kept unless more was typed into it than was stored. For a worker."""
    if drafts.load(account_id, key) in (None, dict(stored)):
        drafts.drop(account_id, key)


forget_stored.__lane__ = "drafts"  # type: ignore[attr-defined]


def _load(drafts: Drafts, account_id: int, key: str) -> Kept | None:
    fields = drafts.load(account_id, key)
    return Kept(key, fields) if fields else None
