"""What every service is made of: declared permission, replay, one transaction, a result.

A use case is a method marked `@writes` or `@reads` with the permission it needs. Written as

    @writes(Permission.VISITOR_WRITE)
    def register(self, work: Work, draft: VisitorDraft) -> VisitorView: ...

and called as `service.register(actor, request, draft)`, giving `Done(value, changes)`. A read takes
`(actor, ...)`, gets a read-only session and returns its value.
"""

from __future__ import annotations

import datetime as dt
import functools
import secrets
import typing
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, Final, Generic, ParamSpec, TypeVar

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from deskapp.db.engine import Store
from deskapp.db.unit_of_work import Clock, Entropy, Work, earlier_result, unit_of_work
from deskapp.domain.access import Actor, Permission
from deskapp.domain.changes import Changes
from deskapp.domain.lanes import WRITES, in_lane
from deskapp.errors import ConflictError, DeskError, PermissionDenied
from deskapp.services.readings import Readings

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound="Service")
UNIQUE_VIOLATION: Final = "23505"
"""What PostgreSQL says of a row that is there already (its manual, appendix A)."""


@dataclass(frozen=True)
class Done(Generic[R]):
    """What a write returned, and what it touched."""

    value: R
    changes: Changes


class Service:
    """Base of the services: a store to work on and a clock to read."""

    def __init__(self, store: Store, clock: Clock | None = None) -> None:
        self.store = store
        self.clock = clock
        self.readings = Readings(store)
        self.entropy: Entropy = secrets.token_bytes
        """Where the opaque numbers of records come from; the demo's are made from its seed."""

    def now(self) -> dt.datetime:
        """Return the present moment, UTC."""
        return self.clock() if self.clock is not None else dt.datetime.now(dt.UTC)

    def today(self) -> dt.date:
        """Return the site's calendar day."""
        return self.now().astimezone().date()


def new_request() -> str:
    """Return a request id; one is made with each draft and kept through retries."""
    return uuid.uuid4().hex


def demand(actor: Actor, permission: Permission, today: dt.date) -> None:
    """Raise `PermissionDenied` unless the actor may, today: whoever has left may nothing any more."""
    gone = actor.until is not None and today > actor.until and permission is not Permission.ANYONE
    if gone or not actor.may(permission):
        raise PermissionDenied(permission)


def demand_own(actor: Actor, owner_id: int, otherwise: Permission, today: dt.date) -> None:
    """Raise `PermissionDenied` unless the record is the actor's own, or the actor may see everybody's."""
    if not actor.account_id or actor.account_id != owner_id:
        demand(actor, otherwise, today)


def writes(
    permission: Permission,
) -> Callable[[Callable[Concatenate[S, Work, P], R]], Callable[Concatenate[S, Actor, str, P], Done[R]]]:
    """Make a method a use case that changes something and needs `permission`."""

    def decorate(
        method: Callable[Concatenate[S, Work, P], R],
    ) -> Callable[Concatenate[S, Actor, str, P], Done[R]]:
        name = method.__qualname__
        result_type = functools.cache(lambda: typing.get_type_hints(method)["return"])

        @functools.wraps(method)
        def call(self: S, actor: Actor, request: str, /, *args: P.args, **kwargs: P.kwargs) -> Done[R]:
            demand(actor, permission, self.today())
            try:
                with unit_of_work(self.store, actor, self.clock) as work:
                    work.entropy = self.entropy
                    earlier = earlier_result(work.session, request, name)
                    if earlier is None:
                        value = method(self, work, *args, **kwargs)
                        work.finish(request, name, msgspec.json.encode(value))
                        self.readings.saw(actor, work.changes, work.now)
                        return Done(value, work.changes)
            except (IntegrityError, StaleDataError, DeskError) as error:
                # On a server the first try may have been committed while this one was under way.
                earlier = _committed_meanwhile(self.store, request, name)
                if earlier is None and _was_overtaken(self.store, error):
                    raise ConflictError from error
                if earlier is None:
                    raise
            return Done(_decode(earlier, result_type()), Changes())

        return _declared(in_lane(WRITES)(call), permission)

    return decorate


def reads(
    permission: Permission, sensitive: str | None = None
) -> Callable[[Callable[Concatenate[S, Session, P], R]], Callable[Concatenate[S, Actor, P], R]]:
    """Make a method a use case that only looks and needs `permission`.

    With `sensitive`, a topic, the first argument is the number of a record of that topic, and who read it
    is written into the audit trail.
    """

    def decorate(
        method: Callable[Concatenate[S, Session, P], R],
    ) -> Callable[Concatenate[S, Actor, P], R]:
        @functools.wraps(method)
        def call(self: S, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
            demand(actor, permission, self.today())
            with self.store.reading() as session:
                value = method(self, session, *args, **kwargs)
            if sensitive is not None:
                self.readings.note(actor, sensitive, typing.cast(int, args[0]), self.now())
            return value

        return _declared(call, permission)

    return decorate


def composed(
    permission: Permission,
) -> Callable[[Callable[Concatenate[S, Actor, P], R]], Callable[Concatenate[S, Actor, P], R]]:
    """Mark a use case that is made of several transactions, each with the same permission."""

    def decorate(method: Callable[Concatenate[S, Actor, P], R]) -> Callable[Concatenate[S, Actor, P], R]:
        @functools.wraps(method)
        def call(self: S, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
            demand(actor, permission, self.today())
            return method(self, actor, *args, **kwargs)

        return _declared(call, permission)

    return decorate


def _committed_meanwhile(store: Store, request: str, use_case: str) -> bytes | None:
    if store.is_sqlite:
        return None
    with store.reading() as session:
        return earlier_result(session, request, use_case)


def _was_overtaken(store: Store, error: Exception) -> bool:
    """Say whether another desk stored the same, or changed what was read here, a moment ago.

    With SQLite nobody else writes meanwhile: there, as anything else that a table refuses, it is a bug.
    """
    stored_twice = (
        isinstance(error, IntegrityError) and getattr(error.orig, "sqlstate", "") == UNIQUE_VIOLATION
    )
    return not store.is_sqlite and (stored_twice or isinstance(error, StaleDataError))


def _decode(data: bytes, result_type: Any) -> Any:
    return msgspec.json.decode(data, type=result_type)


def _declared(call: Callable[..., Any], permission: Permission) -> Callable[..., Any]:
    call.__permission__ = permission  # type: ignore[attr-defined]
    return call
