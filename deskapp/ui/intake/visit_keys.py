"""What the keys of a visit are called now, and which of them leads on: no button offers what is done already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from deskapp.domain.intake import VisitView
from deskapp.domain.registration import SlipState, Step, label
from deskapp.domain.text import N_
from deskapp.ui.keys import KeyAction
from deskapp.ui.widgets.action_button import ActionButton

BUTTONS: Final = ("number.reprint", "visit.pay", "visit.next", "visit.number")
BY_F9: Final = (Step.TRIAGE, Step.NUMBER)


def is_numbered(visit: VisitView | None) -> bool:
    """Return whether a visit has a number that is valid."""
    return visit is not None and visit.number is not None and visit.number.state is not SlipState.VOID


def name_keys(keys: Mapping[str, KeyAction], visit: VisitView | None, on_the_way: str = "") -> None:
    """Call the keys by what they do to this visit; what usually comes next stands out.

    `on_the_way` is the word for the next step while the visitor is being brought to the doctor.
    """
    numbered = is_numbered(visit)
    step = visit.next_step if visit is not None else None
    ended = visit is not None and visit.ended is not None
    usual = label(step) if step and step not in BY_F9 else N_("Next step")
    keys["visit.next"].call(on_the_way or usual)
    keys["visit.end"].call(N_("Take the end back") if ended else N_("End early"))
    keys["visit.number"].lead(not numbered)
    keys["visit.pay"].lead(numbered and step is Step.PAY)
    keys["visit.next"].lead(bool(on_the_way) or (numbered and step in (Step.ESCORT, Step.RETURN)))


def show_buttons(buttons: Mapping[str, ActionButton], visit: VisitView | None) -> None:
    """Offer the number until it is given, the slip from then on."""
    numbered = is_numbered(visit)
    buttons["visit.number"].setVisible(not numbered)
    buttons["number.reprint"].setVisible(numbered)
