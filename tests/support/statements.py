"""Statements compiled for one test's database serve the next one's: compiling them took a fifth of the run.

SQLAlchemy keeps what it compiled per engine, and every test opens engines of its own. A program opens its own
once, so nothing that users meet is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

KEPT = 3_000


@pytest.fixture(autouse=True, scope="session")
def statements_compiled_once() -> Iterator[None]:
    """Let all engines of a kind share what was compiled."""
    from sqlalchemy import Connection, Engine, event
    from sqlalchemy.engine.default import DefaultDialect
    from sqlalchemy.util import LRUCache

    kept: LRUCache[object, object] = LRUCache(KEPT)

    def share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=kept)

    with pytest.MonkeyPatch.context() as patch:
        # The dialect is a part of the key: those of one class have one configuration here.
        patch.setattr(DefaultDialect, "__eq__", lambda self, other: type(self) is type(other))
        patch.setattr(DefaultDialect, "__hash__", lambda self: hash(type(self)))
        event.listen(Engine, "engine_connect", share)
        yield
        event.remove(Engine, "engine_connect", share)
