"""First start, signing in, accounts and PINs."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from deskapp import settings
from deskapp.db.engine import Store
from deskapp.db.models.access import Account, AccountRole
from deskapp.db.unit_of_work import Clock, Work
from deskapp.domain.access import Actor, Permission, Role
from deskapp.domain.directory import DepartmentDraft
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError, RuleError
from deskapp.services.base import Service, reads, writes
from deskapp.services.checks import plain_line
from deskapp.services.directory import put_department
from deskapp.services.house import HouseRules
from deskapp.services.settings import put, put_logo

MIN_PASSWORD: Final = 8
PIN_LENGTHS: Final = range(4, 9)
FREE_TRIES: Final = 5
FIRST_BLOCK_SECONDS: Final = 30
LONGEST_BLOCK_SECONDS: Final = 3600


@dataclass(frozen=True)
class SiteSetup:
    """What the first start asks for."""

    hospital: str
    language: str
    deductions: str
    sign_in: str
    name: str
    password: str
    logo: bytes | None = None
    departments: bool = False
    """Begin with the departments that the triage rules know."""


@dataclass(frozen=True)
class AccountView:
    """An account as it is listed."""

    id: int
    sign_in: str
    name: str
    roles: frozenset[Role]
    active: bool
    has_pin: bool


@dataclass(frozen=True)
class SignIn:
    """Outcome of a try to sign in: the person, or how many seconds until the next try counts."""

    actor: Actor | None
    wait_seconds: int = 0


class AccessService(Service):
    """Accounts and sign-in. `pepper` is the workstation's secret that PINs are mixed with."""

    def __init__(
        self,
        store: Store,
        clock: Clock | None = None,
        pepper: bytes = b"",
        house: HouseRules | None = None,
    ) -> None:
        super().__init__(store, clock)
        self.pepper = pepper
        self.house = house or HouseRules()

    @reads(Permission.ANYONE)
    def needs_first_start(self, session: Session) -> bool:
        """Say whether nobody has an account yet."""
        return session.scalar(select(Account.id).limit(1)) is None

    @writes(Permission.ANYONE)
    def first_start(self, work: Work, setup: SiteSetup) -> Actor:
        """Name the hospital and create the first administrator, once."""
        if work.session.scalar(select(Account.id).limit(1)) is not None:
            raise RuleError("access.started", Text(N_("This hospital has been set up already. Sign in.")))
        for option, value in (
            (settings.HOSPITAL_NAME, plain_line("hospital", setup.hospital, required=True)),
            (settings.LANGUAGE, setup.language),
            (settings.DEDUCTIONS, settings.Deductions(setup.deductions).value),
        ):
            put(work, option, value, "")
        if setup.logo is not None:
            put_logo(work, setup.logo)
        roles = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})
        account = _add(work, setup.sign_in, setup.name, setup.password, roles)
        if setup.departments:
            # Without any, nobody could be sent anywhere; lists of doctors are imported into them.
            for rule in self.house.triage.departments:
                put_department(work, DepartmentDraft(rule.code, rule.name, prefix=rule.prefix))
        return Actor(account.id, account.name, roles, work.actor.desk)

    @reads(Permission.ANYONE)
    def names(self, session: Session) -> list[AccountView]:
        """Return the active accounts, for the sign-in page and for switching user."""
        return _views(session, active_only=True)

    @reads(Permission.ACCOUNTS)
    def accounts(self, session: Session) -> list[AccountView]:
        """Return all accounts."""
        return _views(session, active_only=False)

    @writes(Permission.ANYONE)
    def sign_in(self, work: Work, sign_in: str, password: str) -> SignIn:
        """Check name and password. A wrong try is counted and recorded, right ones too."""
        account = _by_name(work.session, sign_in)
        return self._tried(work, account, account is not None and _verify(account.password_hash, password))

    @writes(Permission.ANYONE)
    def sign_in_pin(self, work: Work, sign_in: str, pin: str) -> SignIn:
        """Check name and PIN; a PIN works on the workstation where it was chosen."""
        account = _by_name(work.session, sign_in)
        right = account is not None and account.pin_hash is not None
        if right:
            assert account is not None
            right = _verify(account.pin_hash or "", self._peppered(pin))
        return self._tried(work, account, right, by_pin=True)

    @writes(Permission.ACCOUNTS)
    def add_account(
        self, work: Work, sign_in: str, name: str, password: str, roles: Collection[Role]
    ) -> AccountView:
        """Create an account."""
        return _view(_add(work, sign_in, name, password, frozenset(roles)), frozenset(roles))

    @writes(Permission.SIGNED_IN)
    def choose_pin(self, work: Work, password: str, pin: str) -> None:
        """Set the acting person's PIN; their password proves who chooses it."""
        account = work.session.get_one(Account, work.actor.account_id)
        if not _verify(account.password_hash, password):
            raise InputError("password", "password.wrong", Text(N_("This is not your password.")))
        if len(pin) not in PIN_LENGTHS or not pin.isascii() or not pin.isdigit():
            raise InputError("pin", "pin.form", Text(N_("A PIN has 4 to 8 digits.")))
        account.pin_hash = _hash(self._peppered(pin))
        account.version += 1
        work.record("account.pin", "account", account.id)

    def _tried(self, work: Work, account: Account | None, right: bool, *, by_pin: bool = False) -> SignIn:
        if account is None or not account.active:
            work.record("account.refused", "account", None)
            return SignIn(None)
        wait = _seconds_left(account.blocked_until, work.now)
        if wait:
            work.record("account.blocked", "account", account.id)
            return SignIn(None, wait)
        if not right:
            return SignIn(None, _count_failure(work, account))
        account.failures, account.blocked_until = 0, None
        work.record("account.sign-in", "account", account.id, after={"pin": by_pin})
        roles = _roles(work.session, account.id)
        return SignIn(Actor(account.id, account.name, roles, work.actor.desk, by_pin))

    def _peppered(self, pin: str) -> str:
        return hmac.new(self.pepper, pin.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()


def _count_failure(work: Work, account: Account) -> int:
    account.failures += 1
    over = account.failures - FREE_TRIES
    wait = min(LONGEST_BLOCK_SECONDS, FIRST_BLOCK_SECONDS * 2**over) if over >= 0 else 0
    if wait:
        account.blocked_until = work.now + dt.timedelta(seconds=wait)
    work.record("account.wrong", "account", account.id, after={"failures": account.failures})
    return wait


def _seconds_left(until: dt.datetime | None, now: dt.datetime) -> int:
    return max(0, round((until - now).total_seconds())) if until else 0


def _add(work: Work, sign_in: str, name: str, password: str, roles: frozenset[Role]) -> Account:
    sign_in = plain_line("sign_in", sign_in, required=True).strip().casefold()
    if len(plain_line("password", password)) < MIN_PASSWORD:
        message = Text(N_("A password has at least {count} characters."), {"count": MIN_PASSWORD})
        raise InputError("password", "password.short", message)
    if _by_name(work.session, sign_in) is not None:
        raise InputError("sign_in", "sign-in.taken", Text(N_("Somebody signs in with this name already.")))
    account = Account(
        sign_in=sign_in, name=plain_line("name", name, required=True), password_hash=_hash(password)
    )
    work.session.add(account)
    work.session.flush()
    if roles:
        work.session.execute(
            insert(AccountRole), [{"account_id": account.id, "role": role} for role in sorted(roles)]
        )
    work.record("account.add", "account", account.id, after={"sign_in": sign_in, "roles": sorted(roles)})
    return account


def _by_name(session: Session, sign_in: str) -> Account | None:
    """Return the account, held against another try at the same moment."""
    try:
        wanted = plain_line("sign_in", sign_in).strip().casefold()
    except InputError:
        return None
    return session.scalar(select(Account).where(Account.sign_in == wanted).with_for_update())


def _roles(session: Session, account_id: int) -> frozenset[Role]:
    return frozenset(session.scalars(select(AccountRole.role).where(AccountRole.account_id == account_id)))


def _views(session: Session, *, active_only: bool) -> list[AccountView]:
    asked = select(Account).order_by(Account.name)
    if active_only:
        asked = asked.where(Account.active)
    return [_view(account, _roles(session, account.id)) for account in session.scalars(asked)]


def _view(account: Account, roles: frozenset[Role]) -> AccountView:
    has_pin = account.pin_hash is not None
    return AccountView(account.id, account.sign_in, account.name, roles, account.active, has_pin)


def _hash(secret: str) -> str:
    from argon2 import PasswordHasher

    return PasswordHasher().hash(secret)


def _verify(hashed: str, secret: str) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import VerificationError

    try:
        return PasswordHasher().verify(hashed, secret)
    except (VerificationError, UnicodeEncodeError):
        return False
