"""What a write touched: the one message by which every view learns that it has to look again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Changes:
    """Topics and the ids touched in each; no id at all means that any record of it may have changed."""

    touched: Mapping[str, frozenset[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, topic: str, *ids: int) -> Changes:
        """Return the change of `ids` in `topic`, or of the whole topic when no id is given."""
        return cls({topic: frozenset(ids)})

    def merged(self, other: Changes) -> Changes:
        """Return both changes as one."""
        touched = dict(self.touched)
        for topic, ids in other.touched.items():
            mine = touched.get(topic)
            touched[topic] = ids if mine is None else _union(mine, ids)
        return Changes(touched)

    def __or__(self, other: Changes) -> Changes:
        return self.merged(other)

    def __bool__(self) -> bool:
        return bool(self.touched)

    def concerns(self, *topics: str) -> bool:
        """Return whether anything in one of `topics` was touched."""
        return not self.touched.keys().isdisjoint(topics)

    def touches(self, topic: str, identity: int) -> bool:
        """Return whether this one record may have changed."""
        ids = self.touched.get(topic)
        return ids is not None and (not ids or identity in ids)


def _union(mine: frozenset[int], theirs: frozenset[int]) -> frozenset[int]:
    return mine | theirs if mine and theirs else frozenset()


NOTHING = Changes()
