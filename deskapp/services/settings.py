"""Reading and changing options; each change is audited with before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from deskapp.db.models.access import Logo, Setting
from deskapp.db.unit_of_work import Work
from deskapp.domain import house_figures
from deskapp.domain.access import Permission
from deskapp.domain.text import N_, Text
from deskapp.errors import ConflictError, InputError
from deskapp.services.base import Service, reads, writes
from deskapp.settings import OPTIONS, Option, Scope

T = TypeVar("T")
MAX_LOGO_BYTES = 1_000_000
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


class SettingsService(Service):
    """The options of the site and of one workstation."""

    @reads(Permission.ANYONE)
    def values(self, session: Session, workstation: str) -> dict[str, object]:
        """Return every option's value for `workstation`, by name; defaults filled in.

        Anyone may read them: the sign-in page needs the hospital's name and language.
        """
        found = {name: option.default for name, option in OPTIONS.items()}
        scopes = (Scope.SITE.value, _workstation_scope(workstation))
        for row in session.execute(select(Setting.name, Setting.value).where(Setting.scope.in_(scopes))):
            found[row.name] = msgspec.json.decode(row.value)
        return found

    @reads(Permission.ANYONE)
    def logo(self, session: Session) -> bytes | None:
        """Return the hospital's logo as PNG."""
        return session.scalar(select(Logo.png))

    @writes(Permission.SETTINGS_WRITE)
    def change(self, work: Work, name: str, value: object) -> None:
        """Set a site option; `InputError` with its name as the field for a value that it can't have."""
        _put_figure(work, name, value)

    @writes(Permission.SETTINGS_WRITE)
    def change_figures(self, work: Work, values: Mapping[str, object], seen: Mapping[str, object]) -> None:
        """Set several site options in one transaction.

        `seen` is what each was when it was typed over: `ConflictError` where somebody set another value since.
        """
        for name in sorted(values):
            before = _site_value_locked(work.session, OPTIONS[name])
            if name in seen and before not in (seen[name], values[name]):
                raise ConflictError
            if before != values[name]:
                _put_figure(work, name, values[name])

    @writes(Permission.SIGNED_IN)
    def change_here(self, work: Work, name: str, value: object, workstation: str) -> None:
        """Set an option of this workstation: look, scale, printer of a form."""
        option = OPTIONS.get(name) or Option(name, "", Scope.WORKSTATION)
        if option.scope is not Scope.WORKSTATION:
            raise ValueError(f"{name} is no option of a workstation")
        put(work, option, value, workstation)

    @writes(Permission.SETTINGS_WRITE)
    def change_logo(self, work: Work, png: bytes) -> None:
        """Replace the hospital's logo."""
        put_logo(work, png)


def put(work: Work, option: Option[T], value: T, workstation: str) -> None:
    """Store an option inside a transaction that is already open."""
    if type(value) is not type(option.default):
        raise TypeError(f"{option.name} takes {type(option.default).__name__}")
    scope = Scope.SITE.value if option.scope is Scope.SITE else _workstation_scope(workstation)
    row = work.session.get(Setting, (scope, option.name))
    before = msgspec.json.decode(row.value) if row else option.default
    encoded = msgspec.json.encode(value).decode()
    if row is None:
        work.session.add(Setting(scope=scope, name=option.name, value=encoded))
    else:
        row.value = encoded
    work.record("setting.change", "setting", None, before={option.name: before}, after={option.name: value})
    work.touch("setting")


def _put_figure(work: Work, name: str, value: object) -> None:
    option = OPTIONS[name]
    if type(value) is type(option.default):
        house_figures.check(name, value)
    put(work, option, value, "")


def _site_value_locked(session: Session, option: Option[T]) -> T:
    key = (Scope.SITE.value, option.name)
    row = session.get(Setting, key, with_for_update=True, populate_existing=True)
    return msgspec.json.decode(row.value, type=type(option.default)) if row else option.default


def site_value(session: Session, option: Option[T]) -> T:
    """Return a site option's value, its default where nobody ever set it."""
    row = session.get(Setting, (Scope.SITE.value, option.name))
    return msgspec.json.decode(row.value, type=type(option.default)) if row else option.default


def workstation_value(session: Session, option: Option[T], workstation: str) -> T:
    """Return an option's value at one workstation, its default where nobody ever set it there."""
    row = session.get(Setting, (_workstation_scope(workstation), option.name))
    return msgspec.json.decode(row.value, type=type(option.default)) if row else option.default


def check_logo(png: bytes) -> None:
    """Raise `InputError` for what can't be the hospital's logo."""
    if not png.startswith(PNG_SIGNATURE):
        raise InputError("logo", "logo.format", Text(N_("The logo has to be a PNG picture.")))
    if len(png) > MAX_LOGO_BYTES:
        raise InputError(
            "logo", "logo.size", Text(N_("The logo is larger than 1 MB. Choose a smaller picture."))
        )


def put_logo(work: Work, png: bytes) -> None:
    """Store the logo inside a transaction that is already open."""
    check_logo(png)
    row = work.session.get(Logo, 1)
    if row is None:
        work.session.add(Logo(id=1, png=png))
    else:
        row.png = png
    work.record("logo.change", "setting", None)
    work.touch("setting")


def _workstation_scope(workstation: str) -> str:
    return f"{Scope.WORKSTATION.value}:{workstation}"
