"""The kinds of the directory at the left of the page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem

from deskapp.domain.directory import KIND_LABELS, Kind
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import icons, style
from deskapp.ui.found import ICONS

NARROW_BELOW = 1040
WIDEST = 200


class KindList(QListWidget):
    """Everything, or one kind; stepped through from wherever the cursor is."""

    chosen = Signal(object)
    """The `Kind`, None for everything."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        super().__init__()
        self.kinds: tuple[Kind | None, ...] = (None, *kinds)
        self._waiting = 0
        self._narrow = False
        self.setProperty("role", "pages")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrap(True)
        for kind in self.kinds:
            self.addItem(QListWidgetItem(icons.icon(ICONS[kind] if kind else "list"), ""))
        self.setCurrentRow(0)
        self.currentRowChanged.connect(self._on_row)

    def kind(self) -> Kind | None:
        """Return the kind that is listed, None for everything."""
        return self.kinds[max(0, self.currentRow())]

    def choose(self, kind: Kind | None) -> None:
        """List a kind."""
        if kind in self.kinds:
            self.setCurrentRow(self.kinds.index(kind))

    def step(self, by: int) -> None:
        """Go to the next kind or the one before, round the end."""
        self.setCurrentRow((self.currentRow() + by) % len(self.kinds))

    def show_waiting(self, count: int, tr: Translator) -> None:
        """Say how many questions wait."""
        self._waiting = count
        self.retranslate(tr)

    def fit(self, page_width: int, tr: Translator) -> None:
        """Leave the words out where the page needs the room."""
        self._narrow = page_width < style.tokens().sizes.px(NARROW_BELOW)
        self.retranslate(tr)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        sizes = style.tokens().sizes
        self.setAccessibleName(tr(N_("Kinds of entries")))
        for place, kind in enumerate(self.kinds):
            words = tr(KIND_LABELS[kind]) if kind else tr(N_("Everything"))
            if kind is Kind.QUESTION and self._waiting:
                words = tr(N_("{kind} ({count})"), kind=words, count=self._waiting)
            item = self.item(place)
            item.setToolTip(words)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
            item.setText("" if self._narrow else words)
        widest = max(self.fontMetrics().horizontalAdvance(self.item(at).text()) for at in range(self.count()))
        # A tenth more: the chosen one is bold.
        room = min(widest * 11 // 10 + sizes.icon + 5 * sizes.gap, sizes.px(WIDEST))
        self.setFixedWidth(sizes.icon + 4 * sizes.gap if self._narrow else room)

    @Slot(int)
    def _on_row(self, row: int) -> None:
        if row >= 0:
            self.chosen.emit(self.kinds[row])
