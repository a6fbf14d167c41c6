"""The one table of roles and permissions, as the services keep it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from deskapp.domain.access import PERMISSION_LABELS, ROLE_LABELS, ROLE_PERMISSIONS, Permission, Role
from deskapp.domain.changes import Changes
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui.base_tab import BaseView
from deskapp.ui.widgets.basics import label
from deskapp.ui.widgets.record_model import Column, RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable


@dataclass(frozen=True)
class Right:
    """One line of the table: what may be done, and who may do it."""

    id: Permission
    roles: frozenset[Role]


def rights() -> list[Right]:
    """Return the table, permission by permission."""
    return [
        Right(
            permission,
            frozenset(role for role, allowed in ROLE_PERMISSIONS.items() if permission in allowed),
        )
        for permission in PERMISSION_LABELS
    ]


class RightsPage(BaseView):
    """Who may do what: nothing to change here, so that nobody is let in by a slip of the mouse."""

    def build(self) -> None:
        """Make the table."""
        self._why = label("", "secondary", wrap=True)
        self._model: RecordTableModel[Right] = RecordTableModel(_columns(), self.desk.tr, self)
        self.table = RecordTable(self._model)
        self.table.wrap_titles()
        self.body.addWidget(self._why)
        self.body.addWidget(self.table, 1)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._why.setText(
            tr(
                N_(
                    "Whoever has several roles may do what any of them may. A PIN opens nothing of the"
                    " administration. Roles are given to people on the page beside."
                )
            )
        )
        self.table.setAccessibleName(tr(N_("Who may do what")))
        self._model.retranslate(tr)

    def refresh(self, changes: Changes) -> None:  # noqa: ARG002
        """Show the table: it is part of the program."""
        self._model.apply(rights())


def _columns() -> Sequence[Column[Right]]:
    return (
        Column("permission", N_("May"), _permission, width=240, stretch=3, wrap=True),
        *(Column(role.value, ROLE_LABELS[role], _mark(role), width=88, stretch=1) for role in Role),
    )


def _permission(right: Right, tr: Translator) -> str:
    return tr(PERMISSION_LABELS[right.id])


MAY: Final = "✓"


def _mark(role: Role) -> Callable[[Right, Translator], str]:
    def mark(right: Right, _tr: Translator) -> str:
        return MAY if role in right.roles else ""

    return mark
