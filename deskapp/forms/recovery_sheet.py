"""The recovery sheet: the key of the database on paper, for the day on which nothing else opens it any more."""

from __future__ import annotations

from typing import Final

from deskapp.domain.papers import Letterhead, RecoveryPaper
from deskapp.domain.recovery import GROUPS
from deskapp.domain.text import N_
from deskapp.forms.blocks import Block, Paragraph, Section, Setting, Signatures, Space
from deskapp.forms.grid import Field, Grid
from deskapp.forms.page import Frame, render_pages
from deskapp.forms.poster import Beside, Notice, Qr
from deskapp.forms.style import MM, SIZES
from deskapp.i18n import Translator

RECOVERY_TITLE: Final = N_("Recovery sheet")
ACROSS: Final = 3
QR_SIDE: Final = 42 * MM

WHAT_FOR: Final = (
    N_(
        "The hospital's data on the desk's computer is encrypted. This code is its key: with it the data "
        "can be opened when the passphrase is forgotten, when the computer or its account is gone, or when "
        "a backup is restored on another computer."
    ),
    N_("Without the passphrase and without this sheet nobody can open the data again, the maker included."),
)
HOW: Final = N_(
    "To use it: start the desk, choose “Use the recovery code”, and type the groups in their order, or "
    "scan the square. Capitals or small letters, with or without spaces; there is no letter O, I or L in "
    "it."
)
KEEP: Final = (
    N_(
        "In a sealed envelope in the hospital's safe, with the date and a signature across the flap. A "
        "second copy belongs in another building."
    ),
    N_("Never beside the computer, never photographed, never sent by message or mail."),
    N_(
        "When a new key is made there is a new sheet. Keep the old one as long as there are backups with "
        "the old key id, then shred it."
    ),
)


def recovery_sheet(paper: RecoveryPaper | None, head: Letterhead, tr: Translator, size: str) -> bytes:
    """Return the recovery sheet on A4."""
    known = paper or RecoveryPaper()
    setting = Setting(tr, SIZES[size], blank=paper is None)
    # The code is on the paper only: no property of the file holds it.
    frame = Frame(head, tr(RECOVERY_TITLE), number=((tr(N_("Key id")), known.key_id),))
    return render_pages(_blocks(known, tr), setting, frame)


def _blocks(paper: RecoveryPaper, tr: Translator) -> list[Block]:
    made = tr.date(paper.day) if paper.day else ""
    return [
        Notice(tr(N_("Secret: whoever has this sheet and the files can read every record of the hospital."))),
        Space(6),
        Section(tr(N_("Recovery code"))),
        _code(paper),
        Grid([[Field(tr(N_("Made on")), made), Field(tr(N_("Envelope number")))]]),
        Section(tr(N_("What this sheet is for"))),
        *(Paragraph(tr(words)) for words in WHAT_FOR),
        Space(4),
        Paragraph(tr(HOW)),
        Section(tr(N_("Where to keep it"))),
        *(Paragraph(f"· {tr(words)}") for words in KEEP),
        Space(0, stretch=1),
        Grid([[Field(tr(N_("Put away at")))]]),
        Signatures((tr(N_("Printed and checked by")), tr(N_("Put away by")), tr(N_("Date")))),
    ]


def _code(paper: RecoveryPaper) -> Block:
    groups = paper.code.split() or [""] * GROUPS
    rows = [
        [
            Field(str(at + 1), groups[at], bold=True, size="title")
            for at in range(begin, min(begin + ACROSS, len(groups)))
        ]
        for begin in range(0, len(groups), ACROSS)
    ]
    return Beside([Grid(rows)], [Space(8), Qr(paper.code.replace(" ", ""), QR_SIDE)], share=0.68)
