"""What belongs to the person and the house rather than to a page: behind the name at the top right."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QMenu, QWidget

from deskapp.domain.access import Permission
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import icons
from deskapp.ui.base_tab import Desk
from deskapp.ui.session import Session


class UserMenu(QMenu):
    """Switch user, PIN, people, settings, lock; each only for those who may."""

    def __init__(self, desk: Desk, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._window = parent
        self._switch = self.addAction(icons.icon("users"), "", session.switch_user)
        self._pin = self.addAction(icons.icon("key-round"), "", self.choose_pin)
        self.addSeparator()
        self._people = self.addAction(icons.icon("shield"), "", self.show_people)
        self._site = self.addAction(icons.icon("settings"), "", self.show_site)
        self.aboutToShow.connect(self._show_what_may)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._switch.setText(tr(N_("Switch user")) + "\tCtrl+U")
        self._pin.setText(tr(N_("Choose your PIN")))
        self._people.setText(tr(N_("People who sign in")))
        self._site.setText(tr(N_("Settings of the hospital")))

    @Slot()
    def _show_what_may(self) -> None:
        actor = self._desk.actor()
        self._people.setVisible(actor.may(Permission.ACCOUNTS))
        self._site.setVisible(actor.may(Permission.SETTINGS_WRITE))

    @Slot()
    def choose_pin(self) -> None:
        """Choose one's own PIN."""
        from deskapp.ui.access.own_pin import PinDialog

        PinDialog(self._desk, self._window).open()

    @Slot()
    def show_people(self) -> None:
        """Show who can sign in, and add somebody."""
        from deskapp.ui.access.people import PeopleDialog

        PeopleDialog(self._desk, self._window).open()

    @Slot()
    def show_site(self) -> None:
        """Change the hospital's settings."""
        from deskapp.ui.access.site import SiteDialog

        SiteDialog(self._desk, self._window).open()
