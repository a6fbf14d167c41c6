"""What the benchmark of likely pairs tells: pairs after blocking of all pairs, what was found, and who felt it."""

from __future__ import annotations

import datetime as dt
from random import Random

from benchmarks.load import SEED, draft_of
from benchmarks.pairs import Searched, _slipped, rows
from benchmarks.people import PART, people
from deskapp.domain.people import ScanState
from deskapp.services.intake.pairs import ScanView

AT = dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC)


def test_the_rows_tell_pairs_time_and_recall() -> None:
    scan = ScanView(1, ScanState.FINISHED, AT, 8.0, 500, 4_000, 30, None, False)
    found = rows(Searched(scan, 0.99, [5.0, 7.0], 9.0, 1), 10_000)
    assert "4,000 pairs in 500 blocks" in found[0].measured
    assert "49,995,000 pairs at all" in found[0].against
    assert found[0].figure == 800.0
    assert all(row.met for row in found)


def test_a_slip_leaves_no_document_and_changes_one_thing() -> None:
    for person in list(people(0, PART, SEED))[:50]:
        draft = draft_of(person)
        slipped = _slipped(Random(1), draft)
        assert slipped.document_number == ""
        assert slipped.name == draft.name
