"""Prints the table: `python -m benchmarks [--quick] [--cache DIR] [--only PART ...]`."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import (
    backing_up,
    desks,
    forms,
    overview,
    pairs,
    registering,
    safety,
    searching,
    starts,
    visiting,
    waiting,
)
from benchmarks.load import prepared
from benchmarks.table import Row, percentile, render

FEW, MANY = 10_000, 1_000_000
DESK_SECONDS: Final = 3.0
PARTS: Final = (
    "start",
    "search",
    "visits",
    "register",
    "forms",
    "safety",
    "backup",
    "pairs",
    "desks",
    "waiting",
    "overview",
)
HOMELESS: Final = frozenset({"forms", "desks", "waiting"})
"""What needs no loaded hospital."""


@dataclass(frozen=True)
class Size:
    """How much is measured: visitors stored, starts of each kind, keys typed, visits, visitors registered,
    rounds of eight desks."""

    visitors: int
    starts: int
    keys: int
    visits: int
    registered: int
    rounds: int


FULL: Final = Size(MANY, 9, 2000, 20, 300, 5)
QUICK: Final = Size(FEW, 3, 300, 5, 60, 2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code is 1 when a target was missed."""
    options = _parser().parse_args(arguments)
    size = QUICK if options.quick else FULL
    began = time.monotonic()
    starts.compile_all()
    only = {part for word in options.only for part in word}
    house = prepared(options.cache, size.visitors, _say) if only - HOMELESS else options.cache
    small = None if options.quick or "search" not in only else prepared(options.cache, FEW, _say)
    rows = measure(house, small, size, only)
    print(render(rows))
    _say(f"{time.monotonic() - began:.0f} s")
    return 0 if all(row.met for row in rows) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"with {FEW:,} visitors only")
    parser.add_argument("--cache", type=Path, default=_default_cache(), help="where the hospitals are kept")
    parser.add_argument(
        "--only", nargs="+", type=_parts, default=[PARTS], metavar="PART", help=f"of {', '.join(PARTS)}"
    )
    return parser


def _parts(text: str) -> list[str]:
    """Return the parts in a word such as "safety,desks"."""
    parts = text.split(",")
    if unknown := set(parts) - set(PARTS):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: there are {', '.join(PARTS)}")
    return parts


def _default_cache() -> Path:
    from platformdirs import PlatformDirs

    return Path(PlatformDirs("deskapp-benchmarks", appauthor=False).user_cache_dir)


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def measure(house: Path, small: Path | None, size: Size, parts: Collection[str]) -> list[Row]:
    """Return the rows of the named parts, in the order of the table."""
    measures: dict[str, Callable[[], list[Row]]] = {
        "start": lambda: _starts(house, size),
        "search": lambda: _search(house, small, size),
        "visits": lambda: _visits(house, size),
        "register": lambda: registering.rows(registering.measure(house, size.registered), size.visitors),
        "forms": forms.measure,
        "safety": lambda: safety.measure(house, size.registered, size.visitors),
        "backup": lambda: backing_up.rows(backing_up.measure(house), size.visitors),
        "pairs": lambda: pairs.rows(pairs.measure(house), size.visitors),
        "desks": lambda: _desks(size),
        "waiting": _waiting,
        "overview": lambda: overview.rows(overview.measure(house, _say)),
    }
    rows: list[Row] = []
    for part in PARTS:
        if part in parts:
            _say(f"measuring: {part}")
            rows += measures[part]()
    return rows


def _starts(house: Path, size: Size) -> list[Row]:
    found = starts.measure(house, size.starts)
    for kind, figures in found.items():
        medians = (f"{name} {statistics.median(values):.0f}" for name, values in figures.items())
        _say(f"  {kind}: {', '.join(medians)} (ms; memory in MB; cpu: processor time until then)")
    return starts.rows(found)


def _search(house: Path, small: Path | None, size: Size) -> list[Row]:
    large = searching.typed(house, size.visitors, size.keys)
    few = searching.typed(small, FEW, size.keys) if small is not None else None
    served = searching.served(house, size.visitors, size.keys)
    for milliseconds, text in large.slowest:
        _say(f"  slowest: {milliseconds:.1f} ms for {text!r}")
    _tell_blocks(large.blocked_by)
    return searching.rows(large, few, served, size.visitors)


def _visits(house: Path, size: Size) -> list[Row]:
    found = visiting.worked(house, size.visits)
    _tell_blocks(found.blocked_by)
    return visiting.rows(found)


def _desks(size: Size) -> list[Row]:
    found = desks.measure(DESK_SECONDS, size.rounds)
    for way, worked in found.items():
        took = f"median {statistics.median(worked.took):.0f} ms, p99 {percentile(worked.took, 0.99):.0f} ms"
        _say(f"  {way}: {statistics.median(worked.rates):.0f} registrations a second, {took}")
    return desks.rows(found)


def _waiting() -> list[Row]:
    found = waiting.measure()
    _tell_blocks(found.blocked_by)
    return waiting.rows(found)


def _tell_blocks(blocks: Sequence[tuple[float, Sequence[str]]]) -> None:
    for milliseconds, where in blocks:
        _say(f"  event loop blocked for {milliseconds:.0f} ms in {' < '.join(reversed(where))}")


if __name__ == "__main__":
    sys.exit(main())
