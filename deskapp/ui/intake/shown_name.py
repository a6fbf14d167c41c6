"""How lists and heads show a visitor's name."""

from __future__ import annotations

from deskapp.domain.retention import is_erased
from deskapp.domain.text import N_
from deskapp.i18n import Translator


def shown_name(name: str, tr: Translator) -> str:
    """Return the name; words where there is none, or none any more."""
    if is_erased(name):
        return tr(N_("personal data erased"))
    return name or tr(N_("name unknown"))
