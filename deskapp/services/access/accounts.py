"""Accounts as rows: found, listed, written down, and what they let their people do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from deskapp.db.models.access import Account, AccountPin, AccountRole
from deskapp.db.models.directory import Staff
from deskapp.db.unit_of_work import Work
from deskapp.domain import accounts as rules
from deskapp.domain.access import Actor, Role
from deskapp.domain.accounts import Access, AccountDraft, Standing, folded
from deskapp.domain.directory import Seen
from deskapp.domain.text import N_, Text
from deskapp.errors import ConflictError, InputError, RuleError
from deskapp.services.access import secrets
from deskapp.services.checks import plain_line


@dataclass(frozen=True)
class AccountView:
    """An account as the sign-in page lists it, which anybody can see."""

    id: int
    sign_in: str
    name: str
    roles: frozenset[Role]
    has_pin: bool
    """A PIN was chosen at the workstation that asks."""


@dataclass(frozen=True)
class AccountDetails:
    """An account as an administrator sees it.

    `until` is the last day that counts, the earlier of `ends` and of the day on which the person leaves;
    `staff` is their number in the staff list, "" for none; `pins` is at how many workstations they have one.
    """

    id: int
    version: int
    sign_in: str
    name: str
    roles: frozenset[Role]
    standing: Standing
    active: bool
    starts: dt.date | None
    ends: dt.date | None
    until: dt.date | None
    blocked_until: dt.datetime | None
    staff: str
    staff_name: str
    pins: int


def by_name(session: Session, sign_in: str, *, held: bool = False) -> Account | None:
    """Return the account; `held` against another try at the same moment."""
    try:
        wanted = folded(plain_line("sign_in", sign_in))
    except InputError:
        return None
    asked = select(Account).where(Account.sign_in == wanted)
    return session.scalar(asked.with_for_update() if held else asked)


def roles_of(session: Session, account_id: int) -> frozenset[Role]:
    """Return the roles of one account."""
    return frozenset(session.scalars(select(AccountRole.role).where(AccountRole.account_id == account_id)))


def access_of(session: Session, account: Account) -> Access:
    """Return what decides whether the account lets somebody in: its own days, and the staff list."""
    staff = session.get(Staff, account.staff_id) if account.staff_id is not None else None
    return _access(account, staff.left if staff is not None else None)


def _access(account: Account, left: dt.date | None) -> Access:
    until = rules.last_day(account.ends, left)
    return Access(account.active, account.starts, until, account.blocked_until, account.must_change)


def actor_of(session: Session, account: Account, desk: str, *, by_pin: bool) -> Actor:
    """Return the person of an account as who is signed in at a desk."""
    until = access_of(session, account).until
    return Actor(account.id, account.name, roles_of(session, account.id), desk, by_pin, until)


def pin_hash(session: Session, account_id: int, workstation: str) -> str | None:
    """Return the hash of the PIN that was chosen at a workstation.

    A PIN of revision 0001 (`Account.pin_hash`) does not say where it was chosen: it no longer counts, and
    its person signs in by password once and chooses another.
    """
    pin = session.get(AccountPin, (account_id, workstation))
    return pin.pin_hash if pin is not None else None


def listed(session: Session, today: dt.date, workstation: str) -> list[AccountView]:
    """Return the accounts for the sign-in page, by name: none that is switched off or has ended."""
    asked = (
        select(Account, Staff.left, AccountPin.workstation)
        .outerjoin(Staff, Staff.id == Account.staff_id)
        .outerjoin(
            AccountPin, (AccountPin.account_id == Account.id) & (AccountPin.workstation == workstation)
        )
        .order_by(Account.name, Account.id)
    )
    roles = _all_roles(session)
    return [
        AccountView(account.id, account.sign_in, account.name, roles.get(account.id, frozenset()), bool(pin))
        for account, left, pin in session.execute(asked)
        if rules.shut(_access(account, left), today) in (None, Standing.NOT_YET)
    ]


def details(session: Session, now: dt.datetime, today: dt.date) -> list[AccountDetails]:
    """Return all accounts by name; those that are over come last."""
    pins = select(func.count()).where(AccountPin.account_id == Account.id).scalar_subquery()
    asked = select(Account, Staff, pins).outerjoin(Staff, Staff.id == Account.staff_id)
    roles = _all_roles(session)
    found = [
        _details(account, staff, roles.get(account.id, frozenset()), count, (now, today))
        for account, staff, count in session.execute(asked.order_by(Account.name, Account.id))
    ]
    return sorted(found, key=_is_over)


def _details(
    account: Account, staff: Staff | None, roles: frozenset[Role], pins: int, now: tuple[dt.datetime, dt.date]
) -> AccountDetails:
    access = _access(account, staff.left if staff is not None else None)
    return AccountDetails(
        id=account.id,
        version=account.version,
        sign_in=account.sign_in,
        name=account.name,
        roles=roles,
        standing=rules.standing(access, *now),
        active=account.active,
        starts=account.starts,
        ends=account.ends,
        until=access.until,
        blocked_until=account.blocked_until,
        staff=staff.number if staff is not None else "",
        staff_name=staff.name if staff is not None else "",
        pins=pins,
    )


def _is_over(account: AccountDetails) -> bool:
    return account.standing in (Standing.OFF, Standing.ENDED)


def _all_roles(session: Session) -> dict[int, frozenset[Role]]:
    found: dict[int, frozenset[Role]] = {}
    for account_id, role in session.execute(select(AccountRole.account_id, AccountRole.role)):
        found[account_id] = found.get(account_id, frozenset()) | {role}
    return found


# --- Writing ----------------------------------------------------------------------------------------------------


def put_new(work: Work, draft: AccountDraft, password: str, *, must_change: bool) -> Account:
    """Add an account inside a transaction that is already open."""
    sign_in = folded(plain_line("sign_in", draft.sign_in, required=True))
    rules.check_password("password", password, sign_in)
    if by_name(work.session, sign_in) is not None:
        raise InputError("sign_in", "sign-in.taken", Text(N_("Somebody signs in with this name already.")))
    values = _values(work.session, draft)
    account = Account(
        sign_in=sign_in, password_hash=secrets.hashed(password), must_change=must_change, **values
    )
    work.session.add(account)
    work.session.flush()
    _put_roles(work.session, account.id, draft.roles)
    after = {"sign_in": sign_in, "roles": sorted(draft.roles), **values}
    work.record("account.add", "account", account.id, after=after)
    return account


def put_changed(work: Work, draft: AccountDraft, seen: Seen) -> Account:
    """Change the account that was `seen`; its sign-in name stays."""
    hold_administrators(work)
    account = work.session.get_one(Account, seen.id)
    kept = keeps_the_house(work, account)
    values = _values(work.session, draft)
    before = {name: getattr(account, name) for name in values}
    before["roles"] = sorted(roles_of(work.session, account.id))
    take_version(work, seen)
    for name, value in values.items():
        setattr(account, name, value)
    work.session.execute(delete(AccountRole).where(AccountRole.account_id == account.id))
    _put_roles(work.session, account.id, draft.roles)
    work.session.flush()
    demand_administrator(work, account, kept)
    after = {"roles": sorted(draft.roles), **values}
    work.record("account.change", "account", account.id, before=before, after=after)
    return account


def take_version(work: Work, seen: Seen) -> None:
    """Move the account on from the version that was seen. Raises `ConflictError` when another one is there."""
    moved = work.session.execute(
        update(Account)
        .where(Account.id == seen.id, Account.version == seen.version)
        .values(version=seen.version + 1)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError
    work.session.refresh(work.session.get_one(Account, seen.id))


def forget_pins(work: Work, account: Account) -> None:
    """Take away the person's PINs at all workstations."""
    work.session.execute(delete(AccountPin).where(AccountPin.account_id == account.id))
    account.pin_hash = None


def hold_administrators(work: Work) -> None:
    """Let nobody else change an administrator until this is done: two could take the role from each other."""
    asked = select(Account.id).where(_administers()).order_by(Account.id)
    work.session.execute(asked.with_for_update()).all()


def keeps_the_house(work: Work, account: Account) -> bool:
    """Say whether this account is an administrator's for good; see `domain.accounts.keeps_the_house`."""
    roles = roles_of(work.session, account.id)
    return rules.keeps_the_house(access_of(work.session, account), roles, work.day)


def demand_administrator(work: Work, account: Account, kept: bool) -> None:
    """Raise `RuleError` when a change to `account` would leave the house, or who makes it, without.

    `kept` says whether the account kept the house before the change.
    """
    own = account.id == work.actor.account_id
    out = rules.shut(access_of(work.session, account), work.day) is not None
    if own and (out or Role.ADMINISTRATOR not in roles_of(work.session, account.id)):
        message = N_(
            "With this you would lock yourself out of the administration. Ask another administrator to do it."
        )
        raise RuleError("account.own", Text(message))
    if kept and not keeps_the_house(work, account) and not _another_keeps(work, account.id):
        message = N_(
            "At least one administrator has to remain who has no last day. Make somebody else administrator first."
        )
        raise RuleError("account.last-administrator", Text(message))


def _another_keeps(work: Work, account_id: int) -> bool:
    others = work.session.scalars(select(Account).where(Account.id != account_id, _administers()))
    return any(keeps_the_house(work, account) for account in others)


def _administers() -> ColumnElement[bool]:
    return exists().where(AccountRole.account_id == Account.id, AccountRole.role == Role.ADMINISTRATOR)


def _values(session: Session, draft: AccountDraft) -> dict[str, Any]:
    if draft.starts is not None and draft.ends is not None and draft.ends < draft.starts:
        raise InputError("ends", "account.ends", Text(N_("The last day lies before the first.")))
    return {
        "name": plain_line("name", draft.name, required=True),
        "starts": draft.starts,
        "ends": draft.ends,
        "staff_id": _staff_id(session, plain_line("staff", draft.staff).strip()),
    }


def _staff_id(session: Session, typed: str) -> int | None:
    if not typed:
        return None
    found = session.execute(
        select(Staff.id, Staff.number).where(or_(Staff.number == typed, Staff.name == typed))
    ).all()
    # Somebody may be called like another's number is written; the number is what was meant then.
    exact = [row for row in found if row.number == typed] or found
    if len(exact) == 1:
        key: int = exact[0].id
        return key
    words = (
        N_("Several people of the staff list are called so. Type the number.")
        if exact
        else N_("The staff list has nobody of this number or name.")
    )
    raise InputError("staff", "staff.unknown", Text(words))


def _put_roles(session: Session, account_id: int, roles: Collection[Role]) -> None:
    if roles:
        rows = [{"account_id": account_id, "role": role} for role in sorted(roles)]
        session.execute(insert(AccountRole), rows)
