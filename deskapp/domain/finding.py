"""Finding anything from one field: what is compared with what was typed, and what is best."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from deskapp.domain.directory import Kind, Standing
from deskapp.domain.text import N_, Text, Words


class Group(enum.StrEnum):
    """Groups of what is found, in the order in which they are shown."""

    VISITOR = "visitor"
    COMMAND = "command"
    DEPARTMENT = "department"
    DOCTOR = "doctor"
    PLACE = "place"
    PRICE = "price"
    PROMOTION = "promotion"
    NOTICE = "notice"
    PHRASE = "phrase"
    STAFF = "staff"
    QUESTION = "question"
    FORM = "form"


GROUP_LABELS: Final[Mapping[Group, str]] = {
    Group.VISITOR: N_("Visitors"),
    Group.COMMAND: N_("Commands"),
    Group.DEPARTMENT: N_("Departments"),
    Group.DOCTOR: N_("Doctors"),
    Group.PLACE: N_("Places and phones"),
    Group.PRICE: N_("Prices"),
    Group.PROMOTION: N_("Promotions"),
    Group.NOTICE: N_("Notices"),
    Group.PHRASE: N_("Phrases"),
    Group.STAFF: N_("Staff"),
    Group.QUESTION: N_("Open questions"),
    Group.FORM: N_("Forms"),
}
SHORT: Final = 3
MOST: Final = 40
"""So many lines are shown at most."""
A_GROUP: Final = 5
"""So many of one group are shown while there are others."""


@dataclass(frozen=True)
class Fen:
    """An amount of money, to be said in the way of the reader's language."""

    fen: int


Said = Words | Text | str


@dataclass(frozen=True)
class Entry:
    """One thing of the directory as it is listed and found.

    `record` is the row's id, of a phrase its code. `second` says more of it, `aside` is what is read aloud
    (phone, price, room), `copied` what goes to the clipboard. `texts` and `keys` are what is searched: words
    in any language, and spellings of the names, each behind a line break (`as_keys`).
    """

    kind: Kind
    record: int | str
    code: str
    title: Words
    second: tuple[Said, ...] = ()
    aside: Said | Fen = ""
    copied: Words | str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    active: bool = True
    texts: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    keys: str = ""
    everything: str = field(init=False, default="", repr=False)
    """All that is searched in one text: most entries are passed over by one look at it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "everything", "\n".join((*self.texts, *self.more)))

    @property
    def id(self) -> str:
        """Identity among all kinds."""
        return f"{self.kind.value}:{self.record}"


@dataclass(frozen=True)
class Listed:
    """An entry with how its days of validity stand today, and how well it answers what was typed."""

    entry: Entry
    standing: Standing
    grade: int

    @property
    def id(self) -> str:
        """Identity among all kinds."""
        return self.entry.id


@dataclass(frozen=True)
class Found:
    """One line of what was found from one field; `record` is what the page opens, `data` more for the window."""

    group: Group
    record: object
    title: Said
    second: tuple[Said, ...] = ()
    aside: Said | Fen = ""
    copied: Words | str = ""
    grade: int = 2
    standing: Standing = Standing.VALID
    data: object = None

    @property
    def id(self) -> str:
        """Identity among all that is found."""
        return f"{self.group.value}:{self.record}"


def grade(words: Sequence[str], entry: Entry, spelled: Callable[[str], bool]) -> int | None:
    """Return how well an entry answers a query: the lower, the better; None not at all.

    0 its code or a whole name, 1 a name begins so, 2 part of a name, 3 a name as it is spelled (`spelled`,
    by its keys), 4 something else about it, such as its room. `words` are the query's, case folded; each has to occur.
    """
    if not words:
        return 2
    is_spelled = spelled(entry.keys)
    if not is_spelled and not all(word in entry.everything for word in words):
        return None
    whole = " ".join(words)
    names = entry.texts
    if any(whole == name for name in names):
        return 0
    if any(name.startswith(whole) for name in names):
        return 1
    if all(any(occurs(word, name) for name in names) for word in words):
        return 2
    if is_spelled:
        return 3
    everything = (*names, *entry.more)
    return 4 if all(any(occurs(word, text) for text in everything) for word in words) else None


def as_keys(spellings: Iterable[str]) -> str:
    """Return spellings as one text, in which what a spelling begins with is found behind a line break."""
    return "".join(f"\n{spelling}" for spelling in sorted(spellings))


def occurs(word: str, text: str) -> bool:
    """Say whether a word occurs in a text; one or two Latin letters only where a word begins.

    Anything else would find "li" in "police", and initials would find whole sentences.
    """
    at = text.find(word)
    if len(word) >= SHORT or not (word.isascii() and word.isalpha()):
        return at >= 0
    while at > 0 and text[at - 1].isascii() and text[at - 1].isalpha():
        at = text.find(word, at + 1)
    return at >= 0


def best(found: Sequence[Found], most: int = MOST) -> list[Found]:
    """Return what was found by groups, the group with the best answer first, within a group best first.

    Of each group `A_GROUP` are kept while there are several groups.
    """
    groups: dict[Group, list[Found]] = {}
    for one in found:
        groups.setdefault(one.group, []).append(one)
    places = list(Group)
    for members in groups.values():
        members.sort(key=_rank)
    order = sorted(groups.items(), key=lambda item: (_rank(item[1][0]), places.index(item[0])))
    limit = most if len(groups) == 1 else A_GROUP
    return [one for _group, members in order for one in members[:limit]][:most]


def _rank(found: Found) -> tuple[bool, int]:
    return found.standing is Standing.OVER, found.grade
