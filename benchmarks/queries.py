"""What operators type into the search field: every kind of fragment, key by key, of people who are stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Final

from benchmarks.load import SEED
from benchmarks.people import Person, people
from deskapp.domain import names
from deskapp.names_table import load

Typing = list[str]
"""What stands in the field after each key: "w", "wa", "wan", "wang"."""

_LOOKED_AT: Final = 10_000


def typings(visitors: int) -> Iterator[tuple[str, Typing]]:
    """Yield kinds of query and what is typed for each, without end, the same at every run."""
    random = Random(f"{SEED}:queries")
    known = list(people(0, min(visitors, _LOOKED_AT), SEED))
    chinese = [person for person in known if person.language == "zh"]
    others = {
        language: [person for person in known if person.language == language] for language in ("mn", "en")
    }
    while True:
        for kind, fragment in _KINDS.items():
            whom = others.get(_LANGUAGES.get(kind, ""), chinese)
            text = fragment(random, random.choice(whom))
            if text:
                yield kind, [text[:end] for end in range(1, len(text) + 1)]


def _character(random: Random, person: Person) -> str:
    return random.choice(person.name)


def _letter(_random: Random, person: Person) -> str:
    return _syllables(person)[0][0]


def _digit(random: Random, person: Person) -> str:
    return random.choice(person.phone)


def _name(_random: Random, person: Person) -> str:
    return person.name


def _given_name(_random: Random, person: Person) -> str:
    return person.name[1:]


def _pinyin(_random: Random, person: Person) -> str:
    return "".join(_syllables(person))


def _given_pinyin(_random: Random, person: Person) -> str:
    return "".join(_syllables(person)[1:])


def _initials(_random: Random, person: Person) -> str:
    return "".join(syllable[0] for syllable in _syllables(person))


def _words(_random: Random, person: Person) -> str:
    surname, *given = _syllables(person)
    return f"{surname} {''.join(given)}"


def _phone(random: Random, person: Person) -> str:
    first = random.randrange(len(person.phone) - 3)
    return person.phone[first : first + random.randrange(4, 12)]


def _last_four(_random: Random, person: Person) -> str:
    return person.phone[-4:]


def _document(_random: Random, person: Person) -> str:
    return person.number


def _document_end(_random: Random, person: Person) -> str:
    return person.number[-6:]


def _born(_random: Random, person: Person) -> str:
    return f"{person.born:%Y%m%d}"


def _cyrillic(_random: Random, person: Person) -> str:
    return person.name.rpartition(" ")[2].lower()


def _latin_spelling(_random: Random, person: Person) -> str:
    return _syllables(person)[-1]


def _latin(random: Random, person: Person) -> str:
    return random.choice(person.name.split()).lower()


def _nobody(random: Random, _person: Person) -> str:
    return "".join(random.choice("qxzvj") for _ in range(4))


def _syllables(person: Person) -> list[str]:
    spelled = names.name_forms(person.name, load()).spelled
    return list(spelled[0]) if spelled else [person.name]


_KINDS: Final[Mapping[str, Callable[[Random, Person], str]]] = {
    "one character": _character,
    "one letter": _letter,
    "one digit": _digit,
    "name": _name,
    "given name": _given_name,
    "pinyin": _pinyin,
    "pinyin of the given name": _given_pinyin,
    "initials": _initials,
    "two words": _words,
    "part of a phone": _phone,
    "last four of a phone": _last_four,
    "document": _document,
    "end of a document": _document_end,
    "birth date": _born,
    "Cyrillic": _cyrillic,
    "Latin spelling of Cyrillic": _latin_spelling,
    "Latin name": _latin,
    "nobody": _nobody,
}
_LANGUAGES: Final = {"Cyrillic": "mn", "Latin spelling of Cyrillic": "mn", "Latin name": "en"}
