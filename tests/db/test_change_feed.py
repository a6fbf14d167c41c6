"""What other desks wrote reaches this one: all of it, once, however late it was committed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from deskapp.db import change_feed
from deskapp.db.change_feed import ChangeFeed
from deskapp.db.engine import Store
from deskapp.db.unit_of_work import unit_of_work
from deskapp.domain.access import Actor
from deskapp.domain.changes import Changes
from deskapp.errors import StorageError

NOW = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)


@pytest.fixture
def feed(database_url: str, database_key: bytes | None) -> Iterator[ChangeFeed]:
    """Return the feed of a process; `store` is another one's, on the same database."""
    own = Store.open(database_url, database_key)
    opened = ChangeFeed(own)
    yield opened
    opened.close()
    own.close()


def write(store: Store, desk: str, *visits: int) -> None:
    with unit_of_work(store, Actor(1, "x", frozenset(), desk), lambda: NOW) as work:
        for visit in visits:
            work.record("visit.step", "visit", visit)
        work.finish(f"{desk}-{visits}", "x", b"null")


def write_in_vain(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with unit_of_work(store, Actor(1, "x", frozenset(), "here"), lambda: NOW) as work:
        work.record("visit.step", "visit", 5)
        monkeypatch.setattr(work.session, "commit", _fail)
        work.finish("lost", "x", b"null")


def _fail() -> None:
    raise RuntimeError("the commit failed")


def test_what_another_desk_wrote_is_told_once(store: Store, feed: ChangeFeed) -> None:
    feed.start()
    write(store, "there", 5, 6)
    write(store, "elsewhere", 7)
    assert feed.poll() == Changes.of("visit", 5, 6, 7)
    assert not feed.poll()


def test_what_this_process_wrote_is_not_told_again(feed: ChangeFeed) -> None:
    feed.start()
    write(feed.store, "here", 5)
    assert not feed.poll()


def test_a_second_window_of_this_workstation_is_another(store: Store, feed: ChangeFeed) -> None:
    feed.start()
    write(feed.store, "here", 5)
    write(store, "here", 6)
    write(feed.store, "here", 7)
    assert feed.poll() == Changes.of("visit", 6)


def test_what_this_process_failed_to_write_does_not_hide_what_another_did(
    store: Store, feed: ChangeFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other window is given the same number."""
    feed.start()
    with pytest.raises(RuntimeError):
        write_in_vain(feed.store, monkeypatch)
    write(store, "here", 6)
    assert feed.poll() == Changes.of("visit", 6)


def test_what_was_there_before_is_not_told(store: Store, feed: ChangeFeed) -> None:
    write(store, "there", 5)
    feed.start()
    assert not feed.poll()
    write(store, "there", 6)
    assert feed.poll() == Changes.of("visit", 6)


def test_a_desk_that_is_new_is_heard_from_its_first_line(store: Store, feed: ChangeFeed) -> None:
    feed.start()
    assert not feed.poll()
    write(store, "new", 1)
    assert feed.poll() == Changes.of("visit", 1)


def test_a_late_commit_is_not_missed(postgres_database: object) -> None:
    """One desk's transaction stays open while another's, begun later, is committed and read."""
    store, own = (Store.open(postgres_database.url) for _ in range(2))  # type: ignore[attr-defined]
    feed = ChangeFeed(own)
    try:
        feed.start()
        with unit_of_work(store, Actor(1, "x", frozenset(), "slow"), lambda: NOW) as slow:
            slow.record("visit.step", "visit", 1)
            slow.session.flush()
            write(store, "fast", 2)
            assert feed.poll() == Changes.of("visit", 2)
            slow.finish("slow", "x", b"null")
        assert feed.poll() == Changes.of("visit", 1)
    finally:
        feed.close()
        own.close()
        store.close()
        postgres_database.clean()  # type: ignore[attr-defined]


def test_more_changes_than_are_read_at_once_are_all_told(
    store: Store, feed: ChangeFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a pause, or an import on another desk: nobody writes again to wake the reader."""
    monkeypatch.setattr(change_feed, "AT_ONCE", 3)
    feed.start()
    for number in range(10):
        write(store, f"desk-{number % 2}", number)
    assert feed.poll() == Changes.of("visit", *range(10))
    assert not feed.poll()


def test_a_topic_without_an_id_means_any_of_it(store: Store, feed: ChangeFeed) -> None:
    feed.start()
    with unit_of_work(store, Actor(1, "x", frozenset(), "there"), lambda: NOW) as work:
        work.record("setting.change", "setting", None)
        work.touch("setting")
        work.finish("r", "x", b"null")
    assert feed.poll() == Changes.of("setting")


def test_after_an_error_nothing_is_missed(
    store: Store, feed: ChangeFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed.start()
    write(store, "there", 5)

    def away(_connection: object) -> Changes:
        raise StorageError("storage.server-away", None)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(feed, "_read", away)
        with pytest.raises(StorageError):
            feed.poll()
    assert feed.poll() == Changes.of("visit", 5)


def test_a_feed_can_be_closed_and_used_again(store: Store, feed: ChangeFeed) -> None:
    feed.start()
    feed.poll()
    feed.close()
    write(store, "there", 5)
    assert feed.poll() == Changes.of("visit", 5)
