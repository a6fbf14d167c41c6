"""Forms by name."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import FrozenInstanceError

import pytest

from deskapp.errors import InputError
from deskapp.forms.catalog import FORMS, form, render, warm
from deskapp.i18n import LANGUAGES, translator
from tests.forms import reading
from tests.forms.reading import HEAD
from tests.forms.samples import PAPERS, SLIP

ALL = [(name, size) for name, spec in FORMS.items() for size in spec.sizes]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "size"), ALL)
@pytest.mark.parametrize("blank", [True, False])
def test_every_form_prints_in_every_size_and_language(
    name: str, size: str, language: str, blank: bool
) -> None:
    tr = translator(language)
    pdf = render(name, None if blank else PAPERS[name], HEAD, tr, size)
    words = reading.text(pdf)
    assert reading.visible(tr(FORMS[name].title)) in words
    assert reading.visible(HEAD.hospital) in words
    assert len(pdf) <= 80_000


def test_the_first_size_is_the_usual_one() -> None:
    for name, spec in FORMS.items():
        assert render(name, None, HEAD, translator("en")) == render(
            name, None, HEAD, translator("en"), spec.sizes[0]
        )


def test_sizes_differ() -> None:
    tr = translator("en")
    assert render("registration-form", None, HEAD, tr, "A4") != render(
        "registration-form", None, HEAD, tr, "A5"
    )


def test_an_unknown_form_is_said_with_its_name() -> None:
    with pytest.raises(InputError) as caught:
        form("laundry-list")
    assert caught.value.field == "form"
    assert "laundry-list" in str(caught.value)


def test_an_unknown_size_is_said_with_those_there_are() -> None:
    with pytest.raises(InputError) as caught:
        render("number-slip", SLIP, HEAD, translator("en"), "A4")
    assert caught.value.field == "size"
    assert "roll80, A6" in str(caught.value)


def test_another_forms_paper_is_a_bug() -> None:
    with pytest.raises(TypeError, match="RegistrationPaper"):
        render("registration-form", SLIP, HEAD, translator("en"))


def test_a_spec_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        FORMS["number-slip"].name = "other"  # type: ignore[misc]


def test_listing_the_forms_loads_no_drawing_library() -> None:
    script = "import sys, deskapp.forms.catalog; print([n for n in ('reportlab', 'PIL', 'PySide6') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_warming_loads_what_the_first_form_needs() -> None:
    script = (
        "import sys, deskapp.forms.catalog as c, deskapp.i18n as i; c.warm(i.translator('zh'));"
        "print('reportlab.graphics.barcode.qrencoder' in sys.modules and 'deskapp.forms.intake' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
    warm(translator("mn"))
