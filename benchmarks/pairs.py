"""The search for likely pairs through the whole hospital, in a process of its own, stopped once and gone on with.

Some people are registered a second time with the slips of a desk, so that it is known what has to be found. A desk
registers ten times a second meanwhile: nobody may feel the search. The yardstick of the blocking is how many pairs
there are at all.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

from sqlalchemy import select

from benchmarks import hospital
from benchmarks.by_hand import copied
from benchmarks.load import SEED, draft_of
from benchmarks.people import PART, people
from benchmarks.table import Row, percentile
from deskapp.db.models.people import LikelyPair
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.people import ScanState
from deskapp.domain.registration import DocumentKind
from deskapp.services.base import new_request
from deskapp.services.intake.pairs import ScanView

PLANTED: Final = 300
EVERY_SECONDS: Final = 0.1
STOP_AT: Final = 0.3
MICROSECONDS_EACH: Final = 900.0
"""The most that the search may take for each visitor: a quarter of an hour for a million."""
P99_MS: Final = 150.0
RECALL: Final = 0.95
_FAR_AWAY: Final = 800 * PART
_LAST: Final = 27


@dataclass(frozen=True)
class Searched:
    """What came of it: the search as the program shows it, the share of planted pairs that it found, milliseconds of
    each registering meanwhile, seconds by the wall clock, and how often it was stopped and gone on with."""

    scan: ScanView
    recall: float
    took: list[float]
    seconds: float
    stops: int


def measure(folder: Path) -> Searched:
    """Search a copy of the hospital in `folder`."""
    with copied(folder, 1) as (ours,), hospital.opened(ours) as house:
        planted = _plant(house)
        service, actor = house.services.people, house.actor
        coming = iter(people(_FAR_AWAY, PART, SEED))
        took: list[float] = []
        stops, began = 0, time.monotonic()
        service.start_scan(actor, new_request())
        while (scan := service.scan_state(actor)) is not None and scan.state is ScanState.RUNNING:
            took.append(_register(house, draft_of(next(coming))))
            if stops == 0 and (scan.share or 0) > STOP_AT:
                service.stop_scan(actor)
                service.start_scan(actor, new_request())
                stops += 1
        seconds = time.monotonic() - began
        assert scan is not None
        return Searched(scan, _found(house, planted), took, seconds, stops)


def _register(house: hospital.Open, draft: VisitorDraft) -> float:
    began = time.perf_counter()
    house.services.visitors.register(house.actor, new_request(), draft)
    took = time.perf_counter() - began
    time.sleep(max(0.0, EVERY_SECONDS - took))
    return took * 1000


def _plant(house: hospital.Open) -> list[tuple[int, int]]:
    """Register some people again with slips; return whose records belong together."""
    random, pairs = Random(SEED), []
    for place, original in enumerate(itertools.islice(people(0, PART, SEED), PLANTED), start=1):
        draft = _slipped(random, draft_of(original))
        ref = house.services.visitors.register(house.actor, new_request(), draft).value
        pairs.append((place, ref.id))
    return pairs


def _slipped(random: Random, draft: VisitorDraft) -> VisitorDraft:
    """Return the record as somebody in a hurry types it: without the document, and one more thing wrong."""
    draft = replace(draft, document_kind=DocumentKind.NONE, document_number="", address="")
    born, phone = draft.birth_date, draft.phone
    assert born is not None
    slips = (
        {"birth_date": born.replace(day=1 + born.day % _LAST)},
        {"birth_date": born.replace(month=born.day, day=born.month)} if born.day <= 12 else {},
        {"phone": phone[:-1] + str((int(phone[-1]) + 1) % 10)},
        {"phone": ""},
    )
    return replace(draft, **random.choice(slips))


def _found(house: hospital.Open, planted: list[tuple[int, int]]) -> float:
    with house.store.reading() as session:
        found = {
            (one, other) for one, other in session.execute(select(LikelyPair.one_id, LikelyPair.other_id))
        }
    return sum(pair in found for pair in planted) / len(planted)


def rows(found: Searched, visitors: int) -> list[Row]:
    """Return the table's rows."""
    return list(_rows(found, visitors))


def _rows(found: Searched, visitors: int) -> Iterator[Row]:
    scan, all_pairs = found.scan, visitors * (visitors - 1) // 2
    told = f"{scan.compared:,} pairs in {scan.blocks:,} blocks, {scan.found:,} likely, {found.seconds:.0f} s"
    each = 1_000_000 * scan.seconds / visitors
    stopped = f"{all_pairs:,} pairs at all; stopped {found.stops} x"
    what = f"likely pairs, {visitors:,} visitors, for each"
    yield Row(what, told, stopped, each, MICROSECONDS_EACH, "us")
    recall = f"{found.recall:.1%} of {PLANTED} registered again with a slip, without a document"
    yield Row("likely pairs that were known", recall, "", found.recall, RECALL, "", at_least=True)
    slowest = percentile(found.took, 0.99)
    yield Row("registering meanwhile", f"p99 {slowest:.0f} ms", "", slowest, P99_MS, "ms")
