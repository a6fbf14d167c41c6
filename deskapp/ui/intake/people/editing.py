"""Changing the record on its card, in the form of the desk: what is typed is kept under the same draft."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from deskapp.domain.intake import Ref, VisitorHit, VisitorView
from deskapp.i18n import Translator
from deskapp.ui.intake import kept
from deskapp.ui.intake.visitor_page import VisitorPage
from deskapp.ui.keys import KeyAction
from deskapp.ui.widgets.action_button import ActionButton

if TYPE_CHECKING:
    from deskapp.ui.intake.people.page import PeoplePage


class Editing(QWidget):
    """Holds the form, made when somebody first wants it."""

    def __init__(self, page: PeoplePage) -> None:
        super().__init__()
        self._page = page
        self._actions: Sequence[KeyAction] = ()
        self.form: VisitorPage | None = None
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)

    def add_buttons(self, actions: Sequence[KeyAction]) -> None:
        """Show these actions below the form."""
        self._actions = actions

    def begin(self, visitor_id: int) -> None:
        """Read a record and change it, going on with changes that were kept."""
        self._page.bring(partial(kept.record_to_edit, self._page.desk.services), visitor_id, done=self._take)

    def _take(self, found: tuple[VisitorView, kept.Kept | None]) -> None:
        self._made().edit(*found)
        self._page.show_editing()
        self._made().form.focus_first()

    def _made(self) -> VisitorPage:
        if self.form is None:
            self.form = VisitorPage(self._page.desk)
            self.form.retranslate(self._page.desk.tr)
            self.form.edited.connect(self._on_edited)
            self.form.same_person.connect(self._on_same)
            for action in self._actions:
                self.form.buttons.addWidget(ActionButton(action))
            self._rows.addWidget(self.form)
        return self.form

    def store(self) -> None:
        """Store what was typed."""
        if self.form is not None:
            self.form.store()

    def keep_now(self) -> None:
        """Keep what is typed as a draft."""
        if self.form is not None:
            self.form.keep_now()

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language; what was typed stays."""
        if self.form is not None:
            self.form.retranslate(tr)

    @Slot(object)
    def _on_edited(self, ref: Ref) -> None:
        self._page.take_stored(ref.id)

    @Slot(object)
    def _on_same(self, hit: VisitorHit) -> None:
        self.keep_now()
        self._page.open_record("visitor", hit.id)
