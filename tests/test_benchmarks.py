"""The benchmarks run: a tiny hospital, a few searches, registrations and starts; no figure is judged here."""

from __future__ import annotations

import datetime as dt
import itertools
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from benchmarks import hospital, load, registering, searching
from benchmarks.__main__ import main
from benchmarks.by_hand import bare_connection
from benchmarks.people import PART, people
from benchmarks.queries import typings
from benchmarks.starts import rows as start_rows
from benchmarks.table import Row, percentile, render
from benchmarks.watchdog import Watchdog, without_processor
from deskapp.domain.identity import read_document

VISITORS = 300


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Load a tiny hospital."""
    monkeypatch.setattr(hospital, "TODAY", 4)
    return load.prepared(tmp_path, VISITORS, lambda _words: None)


def test_people_are_the_same_every_time_and_their_documents_valid() -> None:
    some = list(people(0, 2000))
    assert some == list(people(0, 2000))
    assert some[:10] != list(people(PART, 10))
    for person in some:
        read_document(person.kind, person.number, dt.date(2026, 11, 22))
    surnames = Counter(person.name[0] for person in some if person.language == "zh")
    assert {name for name, _count in surnames.most_common(3)} == {"王", "李", "张"}
    assert {person.language for person in some} == {"zh", "mn", "en"}


def test_a_part_of_people_begins_at_its_place() -> None:
    with pytest.raises(ValueError, match="multiple"):
        next(people(5, 1))


def test_every_kind_of_query_is_typed_key_by_key() -> None:
    typed = list(itertools.islice(typings(500), 18))
    assert len({kind for kind, _texts in typed}) == 18
    for _kind, texts in typed:
        assert [len(text) for text in texts] == list(range(1, len(texts[-1]) + 1))


def test_a_hospital_is_loaded_once_and_found_again(house: Path) -> None:
    begun = (house / load.READY).stat().st_mtime_ns
    assert load.prepared(house.parent, VISITORS, pytest.fail) == house
    assert (house / load.READY).stat().st_mtime_ns == begun
    with hospital.opened(house) as opened:
        assert len(opened.services.visits.day_list(opened.actor)) == 4
        someone = next(person for person in people(0, VISITORS, load.SEED) if person.number)
        hits = opened.services.visitors.find(opened.actor, someone.number)
        assert someone.name in [hit.name for hit in hits]
    with bare_connection(house) as connection:
        counts = {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("visitor", "visit")
        }
        assert counts == {"visitor": VISITORS, "visit": 3 * VISITORS + 4}
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_a_service_and_its_sql_by_hand_are_compared(house: Path) -> None:
    served = searching.served(house, VISITORS, 20)
    assert len(served.service) == len(served.by_hand) == 20
    assert min(served.service + served.by_hand) > 0
    small = searching.Typed({"name": [1.0, 2.0]}, block=3.0)
    large = searching.Typed({"name": [2.0, 5.0]}, block=60.0)
    rows = searching.rows(large, small, served, VISITORS)
    assert [row.met for row in rows[:3]] == [True, False, False]


def test_the_same_rows_are_written_by_hand(house: Path) -> None:
    found = registering.measure(house, 3)
    assert len(found.service) == len(found.by_hand) == 3
    [row] = registering.rows(found, VISITORS)
    assert row.figure > 0
    with bare_connection(house) as connection:
        # Copies were written to, not the hospital itself.
        assert connection.execute("SELECT count(*) FROM visitor").fetchone()[0] == VISITORS


def test_a_block_of_the_event_loop_is_measured_and_named(qtbot: QtBot) -> None:
    watchdog = Watchdog(limit_ms=30)
    again = QTimer()
    again.timeout.connect(dawdle)
    watchdog.start()
    # Again and again: on a busy machine something else can be the first to keep the loop waiting.
    again.start(150)
    qtbot.waitUntil(lambda: any("dawdle" in call for block in watchdog.blocks for call in block.where))
    again.stop()
    assert watchdog.stop() >= 60
    watchdog.start()
    assert watchdog.stop() < 60


@pytest.mark.parametrize("fair", [False, True])
def test_time_without_a_processor_is_no_block_to_a_fair_watchdog(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, fair: bool
) -> None:
    """As if other programs had had all processors the whole time, while this thread waited, and while it worked."""
    monkeypatch.setattr(
        "benchmarks.watchdog.without_processor", lambda: {"1": 0.0, "2": time.perf_counter() * 1000}
    )
    assert (longest(qtbot, lambda: time.sleep(0.1), fair) < 60) is fair
    assert longest(qtbot, work, fair) >= 30


def longest(qtbot: QtBot, act: Callable[[], object], fair: bool) -> float:
    """Return the longest block that a watchdog finds while something is done once on the event loop."""
    watchdog, done = Watchdog(fair=fair), []
    watchdog.start()
    QTimer.singleShot(20, lambda: done.append(act()))
    qtbot.waitUntil(lambda: bool(done))
    qtbot.wait(50)
    return watchdog.stop()


def work() -> None:
    """Keep a processor busy for a while."""
    until = time.thread_time() + 0.06
    while time.thread_time() < until:
        pass


def test_the_system_tells_how_long_threads_had_no_processor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.watchdog._THREADS", tmp_path)
    assert without_processor() == {}
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "schedstat").write_text("253525772 752388629 18\n", "ascii")
    (tmp_path / "8").mkdir()
    assert without_processor() == {"7": 752.388629}
    monkeypatch.setattr("benchmarks.watchdog._THREADS", tmp_path / "none")
    assert without_processor() == {}


def dawdle() -> None:
    """Keep the event loop from turning, on purpose."""
    until = time.perf_counter() + 0.1
    while time.perf_counter() < until:
        pass


def test_the_table_says_what_was_missed() -> None:
    met, missed = Row("first", "1 ms", "2 ms", 0.5, 1.6), Row("搜索", "20 ms", "", 20.0, 16.0, "ms")
    lines = render([met, missed]).splitlines()
    assert len(lines) == 3
    assert "0.50 x" in lines[1]
    assert not lines[1].endswith("MISSED")
    assert lines[2].endswith("MISSED")
    assert percentile(range(1, 101), 0.99) == 99
    assert percentile([7], 0.99) == 7


def test_starts_are_compared_by_their_medians() -> None:
    bare, orm = {"window": [100.0, 110.0], "memory": [59.0]}, {"window": [300.0], "memory": [86.0]}
    desk = {"window": [160.0, 168.0], "usable": [430.0], "memory": [130.0]}
    assert [row.met for row in start_rows({"bare": bare, "orm": orm, "desk": desk})] == [True, False, False]


def test_unknown_parts_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "coffee"])
    assert "coffee" in capsys.readouterr().err
