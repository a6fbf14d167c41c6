"""Sentences to say: the site's own over those that came with the program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from deskapp.db.models.directory import PhraseText
from deskapp.db.unit_of_work import Work
from deskapp.domain.directory import SITUATIONS, PhraseDraft, PhraseView, Seen
from deskapp.domain.text import N_, Text, Words
from deskapp.errors import InputError
from deskapp.services.checks import plain_line, plain_text
from deskapp.services.directory.storing import put_row, refuse_taken
from deskapp.triage_rules import Sentence, placeholders


def phrase_values(draft: PhraseDraft, shipped: Mapping[str, Sentence]) -> dict[str, Any]:
    """Return the columns of a sentence, checked. Raises `InputError`.

    What stands in braces has to be known, and the same in every language that is filled in.
    """
    known = shipped.get(draft.code)
    situation = known.situation if known is not None else draft.situation
    if situation not in SITUATIONS:
        raise InputError("situation", "situation.unknown", Text(N_("There is no such situation.")))
    texts = {"zh": draft.words.zh, "en": draft.words.en, "mn": draft.words.mn}
    if not any(text.strip() for text in texts.values()):
        raise InputError("zh", "text.empty", Text(N_("Please fill this in.")))
    _check_placeholders(texts, _stand_ins(shipped))
    stored = {language: plain_text(language, text) for language, text in texts.items()}
    code = plain_line("code", draft.code, required=True)
    return {"code": code, "situation": situation, **stored, "active": draft.active}


def _check_placeholders(texts: Mapping[str, str], known: Mapping[str, Words]) -> None:
    first: set[str] | None = None
    for language, text in texts.items():
        if not text.strip():
            continue
        used = placeholders(text)
        unknown = sorted(used - set(known))
        if unknown:
            words = N_("“{name}” in braces is not known. Known are: {choices}.")
            raise InputError(
                language,
                "phrase.placeholder",
                Text(words, {"name": unknown[0], "choices": ", ".join(sorted(known))}),
            )
        if first is not None and used != first:
            message = N_("What stands in braces has to be the same in every language.")
            raise InputError(language, "phrase.placeholders", Text(message))
        first = used


def _stand_ins(shipped: Mapping[str, Sentence]) -> Mapping[str, Words]:
    return next(iter(shipped.values())).stand_ins if shipped else {}


def put_phrase(
    work: Work, draft: PhraseDraft, shipped: Mapping[str, Sentence], seen: Seen | None = None
) -> PhraseText:
    """Store the site's own text of a sentence inside a transaction that is already open."""
    values = phrase_values(draft, shipped)
    refuse_taken(work, PhraseText, "code", values["code"], seen)
    return put_row(work, PhraseText, "phrase", values, seen)


def own_sentences(session: Session, shipped: Mapping[str, Sentence]) -> dict[str, Sentence]:
    """Return the site's own sentences that are in use, by code."""
    rows = session.scalars(select(PhraseText).where(PhraseText.active).order_by(PhraseText.code))
    stand_ins = _stand_ins(shipped)
    return {row.code: Sentence(row.code, row.situation, _words(row), stand_ins) for row in rows}


def phrases(session: Session, shipped: Mapping[str, Sentence]) -> list[PhraseView]:
    """Return every sentence, in the order of a visit: shipped ones, with the site's text where it has one."""
    rows = {row.code: row for row in session.scalars(select(PhraseText))}
    found = [_view(code, sentence, rows.pop(code, None)) for code, sentence in shipped.items()]
    found += [_view(code, None, row) for code, row in sorted(rows.items())]
    places = list(SITUATIONS)
    return sorted(
        found,
        key=lambda one: places.index(one.situation) if one.situation in places else len(places),
    )


def _view(code: str, shipped: Sentence | None, row: PhraseText | None) -> PhraseView:
    words = shipped.words if shipped is not None else None
    if row is None:
        assert shipped is not None
        return PhraseView(0, 0, code, shipped.situation, shipped.words, own=False, shipped=words)
    own = row.active
    said = _words(row) if own or words is None else words
    situation = shipped.situation if shipped is not None else row.situation
    return PhraseView(row.id, row.version, code, situation, said, own, own or words is not None, words)


def _words(row: PhraseText) -> Words:
    return Words(row.zh, row.en, row.mn)
