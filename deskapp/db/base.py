"""What every mapped table shares: typed columns that are honest about what they hold."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Enum,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Time,
    TypeDecorator,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# Prefix ranges on keys compare bytes, whatever collation the server was set up with.
KeyText = Text().with_variant(Text(collation="C"), "postgresql")
BigId = BigInteger().with_variant(Integer, "sqlite")


class UtcTime(TypeDecorator[dt.datetime]):
    """A timezone-aware moment, stored as microseconds since 1970 UTC: exact and sortable everywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a timezone")
        delta = value - _EPOCH
        return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        return None if value is None else _EPOCH + dt.timedelta(microseconds=value)


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def coded(kind: type[enum.Enum]) -> Enum:
    """Return a column type for an enum stored by value; its CHECK comes with the table."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        validate_strings=True,
        length=32,
        name=kind.__name__.lower(),
        values_callable=lambda members: [str(member.value) for member in members],
    )


class Coded(TypeDecorator[enum.IntEnum]):
    """An `IntEnum` stored as its standard's number."""

    impl = Integer
    cache_ok = True

    def __init__(self, kind: type[enum.IntEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: enum.IntEnum | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else int(self.kind(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> enum.IntEnum | None:  # noqa: ARG002
        return None if value is None else self.kind(value)


def _codes(column: Column[Any]) -> list[str]:
    if isinstance(column.type, Coded):
        return [str(int(member)) for member in column.type.kind]
    if isinstance(column.type, Enum):
        return [f"'{value}'" for value in column.type.enums]
    return []


class Base(DeclarativeBase):
    """Base of all mapped classes."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        int: BigId,
        bytes: LargeBinary(),
        dt.datetime: UtcTime(),
        dt.date: Date(),
        dt.time: Time(),
    }

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give every coded column of the new table a CHECK constraint."""
        super().__init_subclass__(**kwargs)
        table = table_of(cls)
        for column in table.columns:
            if codes := _codes(column):
                condition = f"{column.name} IN ({', '.join(codes)})"
                table.append_constraint(CheckConstraint(condition, name=f"{column.name}_codes"))


def table_of(mapped: type[Base]) -> Table:
    """Return the table of a mapped class, for statements that do without the ORM."""
    table = mapped.__table__
    assert isinstance(table, Table)
    return table


class Identified:
    """A row with a number of its own."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True)


class Editable(Identified):
    """A row that people edit: an edit must name the version it saw."""

    version: Mapped[int] = mapped_column(Integer, default=1)
