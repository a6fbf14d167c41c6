"""The three kinds of error that reach a person.

1. The person can fix it: `InputError` (one field) and `RuleError` (a rule of the house).
2. The surroundings failed: `StorageError` and what derives from it. What was typed is kept.
3. Everything else is a bug: logged with its traceback, shown with a report to copy.

Errors carry a stable code and a `Text`; only `ui`, `cli` and `forms` turn it into a language.
"""

from __future__ import annotations

from deskapp.domain.text import N_, Text


class DeskError(Exception):
    """Base of every error that is told to a person in words."""

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


class InputError(DeskError):
    """A value that one field can't take; `field` is the name the form knows it by."""

    def __init__(self, field: str, code: str, text: Text, *, overridable: bool = False) -> None:
        super().__init__(code, text)
        self.field = field
        self.overridable = overridable


class RuleError(DeskError):
    """A rule of the house forbids it; `code` names the rule."""


class PermissionDenied(RuleError):
    """The acting user's roles do not allow the use case."""

    def __init__(self, permission: str) -> None:
        super().__init__(
            "permission.denied",
            Text(N_("You are not allowed to do this. Ask a supervisor or switch user."), {}),
        )
        self.permission = permission


class StorageError(DeskError):
    """The surroundings failed: disk, database, printer, server."""


class ConflictError(StorageError):
    """Somebody else changed the record since it was shown."""

    def __init__(self) -> None:
        super().__init__(
            "storage.conflict",
            Text(
                N_("Somebody else changed this record meanwhile. Look at it again, then repeat your change."),
                {},
            ),
        )
