"""What the site wrote over the shipped sentences, ready for every page that shows what to say."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from deskapp.domain.access import Permission
from deskapp.domain.changes import Changes
from deskapp.ui.base_tab import Desk


class SitePhrases(QObject):
    """Has the directory read them when somebody signs in and whenever one was changed, here or elsewhere."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        desk.hub.changed.connect(self._on_changes)

    def ask(self) -> None:
        """Read them again."""
        actor = self._desk.actor()
        if actor.may(Permission.DIRECTORY_READ):
            read = self._desk.services.directory.phrases
            self._desk.runner.run(read, actor, owner=self, latest="phrases")

    @Slot(object)
    def _on_changes(self, changes: Changes) -> None:
        if changes.concerns("phrase"):
            self.ask()
