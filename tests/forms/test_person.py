"""What is held of a person, on paper: read back in three languages, and blank."""

from __future__ import annotations

import dataclasses

import pytest

from deskapp.domain.people import PersonList, PersonPaper
from deskapp.forms.person import person_data
from deskapp.i18n import LANGUAGES, translator
from tests.forms import reading
from tests.forms.reading import HEAD
from tests.forms.samples import PERSON


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_everything_whole(language: str) -> None:
    tr = translator(language)
    words = reading.text(person_data(PERSON, HEAD, tr, "A4"))
    record = PERSON.records[0]
    told = (record.name, record.document_number, record.phone, record.contact_phone, record.address)
    for said in (*told, PERSON.code, tr(PERSON.kept), tr("Visits"), "胸口疼痛"):
        assert reading.visible(said) in words


def test_of_what_there_is_nothing_of_there_is_no_table() -> None:
    words = reading.text(person_data(PERSON, HEAD, translator("en"), "A4"))
    assert reading.visible("Questions asked") not in words


def test_a_long_history_runs_on_over_pages_with_its_headings() -> None:
    rows = tuple((f"2026-01-{day % 28 + 1:02}", f"P{day}") for day in range(150))
    paper = PersonPaper(lists=(PersonList("Changes of the record", ("Time", "Field"), rows),))
    pages = reading.pages(person_data(paper, HEAD, translator("en"), "A4"))
    assert len(pages) > 2
    assert all("Field" in page for page in pages)


def test_blank_it_has_the_fields_of_the_record() -> None:
    words = reading.text(person_data(None, HEAD, translator("en"), "A4"))
    assert reading.visible("Contact's phone") in words


def test_a_merged_record_follows_with_its_own_number() -> None:
    other = dataclasses.replace(PERSON.records[0], visitor_number="P00654321", name="汪健国")
    paper = dataclasses.replace(PERSON, records=(*PERSON.records, other))
    words = reading.text(person_data(paper, HEAD, translator("en"), "A4"))
    for said in ("P00123456", "P00654321", "汪健国"):
        assert said in words
