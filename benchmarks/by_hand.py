"""The same SQL without SQLAlchemy: what a use case sent is written down and sent again by hand."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, event

from deskapp.db.engine import DATABASE_FILE
from deskapp.db.keys import KEY_FILE

_WRITES: Final = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True)
class Statement:
    """One statement as the driver got it."""

    sql: str
    values: Any
    many: bool

    @property
    def writes(self) -> bool:
        """Whether it changes rows."""
        return self.sql.startswith(_WRITES)


@dataclass
class Notebook:
    """What an engine sent since `take` was called last."""

    statements: list[Statement] = field(default_factory=list)

    def take(self) -> list[Statement]:
        """Return what was written down, and begin a new page."""
        taken, self.statements = self.statements, []
        return taken

    def write_down(
        self, _connection: object, _cursor: object, sql: str, values: Any, _context: object, many: bool
    ) -> None:
        """Take a statement from SQLAlchemy's `before_cursor_execute`."""
        # Inserts that give back their ids are announced as many and sent one by one.
        self.statements.append(Statement(sql, values, many and isinstance(values, list)))


@contextmanager
def writing_down(engine: Engine) -> Iterator[Notebook]:
    """Write down what `engine` sends; BEGIN and COMMIT go another way."""
    notebook = Notebook()
    event.listen(engine, "before_cursor_execute", notebook.write_down)
    try:
        yield notebook
    finally:
        event.remove(engine, "before_cursor_execute", notebook.write_down)


@contextmanager
def copied(folder: Path, count: int) -> Iterator[list[Path]]:
    """Give copies of a closed hospital, beside it: on the same disk, and thrown away afterwards."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="copy-") as place:
        copies = [Path(place, str(number)) for number in range(count)]
        for copy in copies:
            copy.mkdir()
            for name in (DATABASE_FILE, KEY_FILE):
                shutil.copyfile(folder / name, copy / name)
        yield copies


@contextmanager
def bare_connection(folder: Path) -> Iterator[Any]:
    """Open the keyed file as the program does, with the driver alone."""
    import sqlcipher3.dbapi2 as driver  # type: ignore[import-untyped]

    key = (folder / KEY_FILE).read_text("ascii").strip()
    connection = driver.connect(str(folder / DATABASE_FILE), isolation_level=None)
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key}'\"")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        yield connection
    finally:
        connection.close()


def read_by_hand(connection: Any, statements: list[Statement]) -> None:
    """Send one read's statements in one transaction and fetch every row."""
    connection.execute("BEGIN")
    for statement in statements:
        if not statement.sql.startswith("BEGIN"):
            connection.execute(statement.sql, statement.values).fetchall()
    connection.execute("ROLLBACK")


def write_by_hand(connection: Any, statements: list[Statement]) -> None:
    """Send what changes rows in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    for statement in statements:
        if statement.many:
            connection.executemany(statement.sql, statement.values)
        else:
            connection.execute(statement.sql, statement.values).fetchall()
    connection.execute("COMMIT")
