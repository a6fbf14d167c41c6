"""The field into which a recovery code is typed: it says group by group what is right so far."""

from __future__ import annotations

from typing import Final

from deskapp.domain.recovery import GROUP, GROUPS, typed_groups, wrong_groups
from deskapp.domain.text import N_, Text
from deskapp.ui.widgets.editors import MULTILINE, Field
from deskapp.ui.widgets.form import Form

CODE: Final = "code"
CODE_FIELD: Final = Field(
    CODE, N_("Recovery code from the sheet"), MULTILINE, required=True, width=2, lines=2, large=True
)


def tell_groups(form: Form) -> None:
    """Say under the code's field how many groups are right, and which are mistyped. The last may be unfinished."""
    typed = str(form.value(CODE) or "")
    groups, wrong = typed_groups(typed), set(wrong_groups(typed))
    if groups and len(groups[-1]) < GROUP:
        wrong.discard(len(groups))
    named = ", ".join(str(number) for number in sorted(wrong))
    complete = min(GROUPS, sum(len(group) >= GROUP for group in groups))
    if wrong:
        form.set_note(CODE, Text(N_("Look again at group {groups}."), {"groups": named}), "warning")
    elif complete:
        counts = {"right": complete, "count": GROUPS}
        tone = "good" if complete == GROUPS else "secondary"
        form.set_note(CODE, Text(N_("{right} of {count} groups are right."), counts), tone)
    else:
        form.set_note(CODE, "")
