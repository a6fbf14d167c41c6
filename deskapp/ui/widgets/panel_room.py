"""How a page divides its width between a list and the panel beside it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from deskapp.ui import style


@dataclass(frozen=True)
class PanelRoom:
    """Lengths of the drawing board.

    Attributes:
        wide: width of the panel in a roomy page.
        narrow: its width in any other.
        roomy_from: width of the page from which it is roomy.
    """

    wide: int
    narrow: int
    roomy_from: int

    def share(self, panel: QWidget, page_width: int) -> bool:
        """Give the panel its width in a page of so many pixels; return whether the list is left with room for everything."""
        sizes = style.tokens().sizes
        roomy = page_width >= sizes.px(self.roomy_from)
        panel.setFixedWidth(sizes.px(self.wide if roomy else self.narrow))
        return roomy
