"""Calls made up from type hints: every argument of a use case at its edges, every text a naughty one."""

from __future__ import annotations

import collections.abc
import dataclasses
import datetime as dt
import enum
import functools
import inspect
import random
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from deskapp.domain.text import Text, Words
from deskapp.i18n import Translator, translator
from deskapp.services.base import Service

NO_ID: Final = (0, -1, 999_999, 2**62)
NUMBERS: Final = (0, 1, 2, 3, -1, 100, 1000, 2**31 - 1, 2**31, -(2**31), 2**63 - 1)
COUNTED: Final = {"version": (1, 2, 3), "limit": (0, 1, 500), "offset": (0, 1, 500)}
"""Numbers that only the program counts."""
NOT_SAID: Final = ("request", "progress", "report", "take")
"""Arguments that nobody types: who is told how far it is."""
DATES: Final = (dt.date.min, dt.date(1900, 1, 1), dt.date(2024, 2, 29), dt.date(2026, 11, 16), dt.date.max)
TIMES: Final = (dt.time.min, dt.time(12, 30), dt.time.max)
MOMENTS: Final = tuple(
    dt.datetime(*when, tzinfo=dt.UTC)
    for when in ((1900, 1, 1), (1970, 1, 1), (2026, 11, 16, 1), (9000, 12, 31))
)


@dataclass(frozen=True)
class Target:
    """A public use case: the service's name, its method, and its arguments' types in order."""

    service: str
    method: str
    kind: str
    """"write" takes a request id before its arguments, "read" does not."""

    arguments: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.service}.{self.method}"


def targets(services: dict[str, Service]) -> Iterator[Target]:
    """Yield every use case of the services."""
    for service, made in services.items():
        for name, method in inspect.getmembers(type(made), inspect.isfunction):
            if not name.startswith("_") and hasattr(method, "__permission__"):
                yield _target(service, name, method)


def _target(service: str, name: str, method: Callable[..., Any]) -> Target:
    plain = inspect.unwrap(method)
    hints = typing.get_type_hints(plain)
    order = list(inspect.signature(plain).parameters)[1:]
    first = order.pop(0)
    kind = "write" if first == "work" or "request" in order else "read"
    wanted = {argument: hints[argument] for argument in order if argument not in NOT_SAID}
    return Target(service, name, kind, wanted)


class Maker:
    """Makes values for type hints: ids from those there are and those there are not, texts as told."""

    def __init__(self, seed: int, ids: dict[str, tuple[int, ...]], folder: Path) -> None:
        self.random = random.Random(seed)
        self.ids = ids
        self.folder = folder
        self.missing = False
        """Whether one of the ids made since this was last reset is of no record."""

    def value(self, name: str, hint: Any, text: str) -> Any:
        """Return a value of the hinted type for the argument or field `name`; every text in it is `text`."""
        origin, inside = typing.get_origin(hint), typing.get_args(hint)
        if origin in (typing.Union, types.UnionType):
            return self.value(name, self.random.choice(inside), text)
        if origin is not None:
            return self._many(name, origin, inside, text)
        if isinstance(hint, type) and issubclass(hint, enum.Enum):
            return self.random.choice(list(hint))
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            return self._record(hint, text)
        return self._plain(name, hint, text)

    def _plain(self, name: str, hint: Any, text: str) -> Any:
        # What is called a record is the number or the code of one.
        self.missing |= name == "record"
        if hint is int:
            return self._id(name) if name.endswith("id") else self.random.choice(COUNTED.get(name, NUMBERS))
        anything = functools.partial(self.random.choice, (text, 1, True, None, 2.5))
        made: dict[Any, Callable[[], Any]] = {
            str: lambda: text,
            types.NoneType: lambda: None,
            bool: lambda: self.random.random() < 0.5,
            Decimal: lambda: Decimal(self.random.choice(("0", "36.8", "-1", "41.26", "1e9"))),
            float: lambda: self.random.choice((0.0, -1.5, 1e300, float("inf"), float("nan"))),
            bytes: lambda: text.encode(errors="surrogatepass"),
            dt.date: lambda: self.random.choice(DATES),
            dt.time: lambda: self.random.choice(TIMES),
            dt.datetime: lambda: self.random.choice(MOMENTS),
            object: anything,
            Any: anything,
            Path: lambda: self.folder / self.random.choice(("a.csv", "b.xlsx", "c.json", "d.txt")),
            Translator: lambda: translator(self.random.choice(("zh", "en", "mn"))),
        }
        return made[hint]()

    def _id(self, name: str) -> int:
        known = self.ids.get(name, ())
        # Whose number an "id" alone is depends on where it stands.
        self.missing |= name == "id"
        if known and self.random.random() < 0.8:
            return self.random.choice(known)
        self.missing = True
        return self.random.choice(NO_ID)

    def _record(self, hint: type, text: str) -> Any:
        if hint is Words:
            return Words(text, text, text)
        if hint is Text:
            return Text("{said}", {"said": text})
        hints = typing.get_type_hints(hint)
        given = {}
        for field in dataclasses.fields(hint):
            optional = (
                field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
            )
            textual = hints[field.name] is str
            if not optional or textual or self.random.random() < 0.5:
                given[field.name] = self.value(field.name, hints[field.name], text)
        return hint(**given)

    def _many(self, name: str, origin: Any, inside: tuple[Any, ...], text: str) -> Any:
        if issubclass(origin, collections.abc.Mapping):
            count = self.random.randrange(3)
            return {
                self.value("key", inside[0], text): self.value(name, inside[1], text) for _ in range(count)
            }
        if origin is tuple and Ellipsis not in inside:
            return tuple(self.value(name, one, text) for one in inside)
        made = [self.value(name, inside[0], text) for _ in range(self.random.randrange(4))]
        kinds: dict[Any, Callable[[Any], Any]] = {tuple: tuple, frozenset: frozenset, set: set}
        return kinds.get(origin, list)(made)
