"""Changes add up: nobody misses a record that was touched, and "the whole topic" swallows single ids."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain.changes import NOTHING, Changes

TOPICS = st.sampled_from(["visit", "visitor", "leave"])
SOME = st.builds(Changes, st.dictionaries(TOPICS, st.frozensets(st.integers(1, 5))))


def test_a_record_that_was_touched_is_told() -> None:
    change = Changes.of("visit", 7)
    assert change.touches("visit", 7)
    assert not change.touches("visit", 8)
    assert not change.touches("leave", 7)


def test_without_ids_the_whole_topic_may_have_changed() -> None:
    assert Changes.of("visit").touches("visit", 123)
    assert (Changes.of("visit", 1) | Changes.of("visit")).touches("visit", 123)
    assert (Changes.of("visit") | Changes.of("visit", 1)).touches("visit", 123)


def test_nothing_is_false_and_concerns_nobody() -> None:
    assert not NOTHING
    assert not NOTHING.concerns("visit", "leave")
    assert Changes.of("visit", 1).concerns("leave", "visit")


@given(SOME, SOME)
def test_merging_loses_nothing(one: Changes, other: Changes) -> None:
    both = one.merged(other)
    for part in (one, other):
        for topic, ids in part.touched.items():
            assert both.concerns(topic)
            assert all(both.touches(topic, identity) for identity in ids)


@given(SOME, SOME, SOME)
def test_merging_does_not_depend_on_the_order(one: Changes, two: Changes, three: Changes) -> None:
    assert (one | two) | three == one | (two | three)
    assert one | two == two | one
    assert one | NOTHING == one
