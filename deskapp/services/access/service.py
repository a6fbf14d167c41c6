"""First start, signing in, one's own password and PIN, and the accounts as administrators keep them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from deskapp import settings
from deskapp.db.engine import Store
from deskapp.db.models.access import Account, AccountPin
from deskapp.db.unit_of_work import Clock, Work
from deskapp.db.workstation import Workstation
from deskapp.domain import accounts as rules
from deskapp.domain.access import Actor, Permission, Role
from deskapp.domain.accounts import AccountDraft, folded
from deskapp.domain.directory import DepartmentDraft, Seen
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError, RuleError
from deskapp.services.access import accounts, secrets
from deskapp.services.access.accounts import AccountDetails, AccountView
from deskapp.services.access.secrets import Tried
from deskapp.services.access.tries import Proof, SignIn, Try, closed, let_in, proved, shut_out, tries
from deskapp.services.base import Done, Service, composed, demand_own, reads, writes
from deskapp.services.checks import plain_line
from deskapp.services.directory import put_department
from deskapp.services.house import HouseRules
from deskapp.services.settings import put, put_logo


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


class AccessService(Service):
    """Accounts and sign-in, as asked for at one workstation: PINs work where they were chosen."""

    def __init__(
        self,
        store: Store,
        clock: Clock | None = None,
        workstation: Workstation | None = None,
        house: HouseRules | None = None,
    ) -> None:
        super().__init__(store, clock)
        self._here = workstation.name if workstation is not None else ""
        self._pepper = workstation.pepper if workstation is not None else b""
        self._house = house or HouseRules()

    # --- First start --------------------------------------------------------------------------------------------

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
        draft = AccountDraft(setup.sign_in, setup.name, roles)
        account = accounts.put_new(work, draft, setup.password, must_change=False)
        if setup.departments:
            # Without any, nobody could be sent anywhere; lists of doctors are imported into them.
            for rule in self._house.triage.departments:
                put_department(work, DepartmentDraft(rule.code, rule.name, prefix=rule.prefix))
        return Actor(account.id, account.name, roles, work.actor.desk)

    # --- Signing in ---------------------------------------------------------------------------------------------

    @reads(Permission.ANYONE)
    def names(self, session: Session) -> list[AccountView]:
        """Return who may be signing in, for the sign-in page and for switching user."""
        return accounts.listed(session, self.today(), self._here)

    @composed(Permission.ANYONE)
    def sign_in(self, actor: Actor, request: str, sign_in: str, password: str) -> Done[SignIn]:
        """Check name and password. A wrong try is counted and recorded, right ones too."""
        return self._try(actor, request, sign_in, self._tried(actor, sign_in, password), by_pin=False)

    @composed(Permission.ANYONE)
    def sign_in_pin(self, actor: Actor, request: str, sign_in: str, pin: str) -> Done[SignIn]:
        """Check name and PIN; a PIN works on the workstation where it was chosen."""
        mixed = secrets.peppered(pin, self._pepper)
        return self._try(
            actor, request, sign_in, self._tried(actor, sign_in, mixed, by_pin=True), by_pin=True
        )

    @composed(Permission.ANYONE)
    def change_password(self, actor: Actor, request: str, sign_in: str, old: str, new: str) -> Done[SignIn]:
        """Sign in with a password that an administrator gave, and put one's own in its place."""
        _check_new(old, new, sign_in)
        tried = self._tried(actor, sign_in, old)
        return self._change_password(actor, request, sign_in, tried, secrets.hashed(new))

    @composed(Permission.ANYONE)
    def renewed(self, actor: Actor) -> SignIn:
        """Say whether who is signed in may go on, and as whom: asked when accounts were changed."""
        return self._renewed(actor, actor)

    # --- One's own ----------------------------------------------------------------------------------------------

    @composed(Permission.SIGNED_IN)
    def choose_password(self, actor: Actor, request: str, old: str, new: str) -> Done[Proof]:
        """Change the acting person's password; the old one proves who changes it."""
        sign_in = self._own_name(actor)
        _check_new(old, new, sign_in)
        tried = self._tried(actor, sign_in, old)
        return self._choose_password(actor, request, tried, secrets.hashed(new))

    @composed(Permission.SIGNED_IN)
    def choose_pin(self, actor: Actor, request: str, password: str, pin: str) -> Done[Proof]:
        """Set the acting person's PIN at this workstation; their password proves who chooses it."""
        rules.check_pin("pin", pin)
        tried = self._tried(actor, self._own_name(actor), password)
        return self._choose_pin(actor, request, tried, secrets.hashed(secrets.peppered(pin, self._pepper)))

    @composed(Permission.SIGNED_IN)
    def sign_ins(self, actor: Actor, account_id: int) -> list[Try]:
        """Return the last hundred tries with an account, newest first: one's own, or with `ACCOUNTS` anybody's."""
        demand_own(actor, account_id, Permission.ACCOUNTS, self.today())
        return self._tries_of(actor, account_id)

    # --- Accounts -----------------------------------------------------------------------------------------------

    @reads(Permission.ACCOUNTS)
    def accounts(self, session: Session) -> list[AccountDetails]:
        """Return all accounts by name; those that are over come last."""
        return accounts.details(session, self.now(), self.today())

    @writes(Permission.ACCOUNTS)
    def add_account(self, work: Work, draft: AccountDraft, password: str, must_change: bool = True) -> int:
        """Create an account with a first password, by default one that has to be changed; return its id."""
        return accounts.put_new(work, draft, password, must_change=must_change).id

    @writes(Permission.ACCOUNTS)
    def change_account(self, work: Work, draft: AccountDraft, seen: Seen) -> int:
        """Change name, roles, days and staff of the account that was `seen`; return its id.

        Raises `ConflictError` when it was changed since, `RuleError` when no administrator would be left.
        """
        return accounts.put_changed(work, draft, seen).id

    @writes(Permission.ACCOUNTS)
    def set_active(self, work: Work, active: bool, seen: Seen) -> None:
        """Switch an account off or on again; see `change_account` for what is refused."""
        accounts.hold_administrators(work)
        account = work.session.get_one(Account, seen.id)
        kept, before = accounts.keeps_the_house(work, account), account.active
        accounts.take_version(work, seen)
        account.active = active
        work.session.flush()
        accounts.demand_administrator(work, account, kept)
        action = "account.on" if active else "account.off"
        work.record(action, "account", account.id, before={"active": before}, after={"active": active})

    @writes(Permission.ACCOUNTS)
    def reset_password(self, work: Work, password: str, seen: Seen) -> None:
        """Give somebody else a first password, which they have to change; their PINs are gone."""
        if seen.id == work.actor.account_id:
            message = N_("Change your own password behind your name at the top right.")
            raise RuleError("account.own-password", Text(message))
        account = work.session.get_one(Account, seen.id)
        rules.check_password("password", password, account.sign_in)
        accounts.take_version(work, seen)
        account.password_hash, account.must_change = secrets.hashed(password), True
        account.failures, account.blocked_until = 0, None
        accounts.forget_pins(work, account)
        work.record("account.reset", "account", account.id)

    @writes(Permission.ACCOUNTS)
    def unlock(self, work: Work, account_id: int) -> None:
        """Let somebody try again at once who has to wait after wrong tries."""
        account = work.session.get_one(Account, account_id)
        before = {"failures": account.failures}
        account.failures, account.blocked_until = 0, None
        work.record("account.unlock", "account", account.id, before=before, after={"failures": 0})

    @writes(Permission.ACCOUNTS)
    def forget_pins(self, work: Work, account_id: int) -> None:
        """Take away somebody's PINs at all workstations: they sign in by password and choose anew."""
        accounts.forget_pins(work, work.session.get_one(Account, account_id))
        work.record("account.pins-forgotten", "account", account_id)

    # --- Steps of the above -------------------------------------------------------------------------------------

    def _tried(self, actor: Actor, sign_in: str, secret: str, *, by_pin: bool = False) -> Tried:
        """Hold a secret against what is stored, before the transaction that everybody else waits for."""
        tried = Tried(secret)
        tried.opens(self._stored_secret(actor, sign_in, by_pin))
        return tried

    @reads(Permission.ANYONE)
    def _stored_secret(self, session: Session, sign_in: str, by_pin: bool) -> str | None:
        account = accounts.by_name(session, sign_in)
        return self._secret_of(session, account, by_pin) if account is not None else None

    def _secret_of(self, session: Session, account: Account, by_pin: bool) -> str | None:
        return accounts.pin_hash(session, account.id, self._here) if by_pin else account.password_hash

    def _put_secret(self, session: Session, account: Account, stored: str, by_pin: bool) -> None:
        if by_pin:
            session.get_one(AccountPin, (account.id, self._here)).pin_hash = stored
        else:
            account.password_hash = stored

    @reads(Permission.ANYONE)
    def _name_of(self, session: Session, account_id: int) -> str | None:
        return session.scalar(select(Account.sign_in).where(Account.id == account_id))

    def _own_name(self, actor: Actor) -> str:
        return self._name_of(actor, actor.account_id) or ""

    @reads(Permission.ANYONE)
    def _renewed(self, session: Session, actor: Actor) -> SignIn:
        account = session.get(Account, actor.account_id)
        if account is None:
            return SignIn(None)
        access = accounts.access_of(session, account)
        why = rules.shut(access, self.today())
        if why is not None:
            return shut_out(access, why)
        if account.must_change:
            return SignIn(None, must_change=True)
        return SignIn(accounts.actor_of(session, account, actor.desk, by_pin=actor.by_pin))

    @reads(Permission.SIGNED_IN)
    def _tries_of(self, session: Session, account_id: int) -> list[Try]:
        return tries(session, account_id)

    @writes(Permission.ANYONE)
    def _try(self, work: Work, sign_in: str, tried: Tried, *, by_pin: bool) -> SignIn:
        account = accounts.by_name(work.session, sign_in, held=True)
        if account is None:
            return _nobody(work)
        stored = self._secret_of(work.session, account, by_pin)
        proof = proved(work, account, tried.opens(stored))
        if not proof.right:
            return SignIn(None, proof.wait_seconds)
        if stored is not None and secrets.is_outdated(stored):
            self._put_secret(work.session, account, tried.hashed_anew(), by_pin)
        return closed(work, account) or let_in(work, account, by_pin=by_pin)

    @writes(Permission.ANYONE)
    def _change_password(self, work: Work, sign_in: str, tried: Tried, new: str) -> SignIn:
        account = accounts.by_name(work.session, sign_in, held=True)
        if account is None:
            return _nobody(work)
        proof = proved(work, account, tried.opens(account.password_hash))
        if not proof.right:
            return SignIn(None, proof.wait_seconds)
        refused = closed(work, account, changing=True)
        if refused is None:
            _set_password(work, account, new)
        return refused or let_in(work, account, by_pin=False)

    @writes(Permission.SIGNED_IN)
    def _choose_password(self, work: Work, tried: Tried, new: str) -> Proof:
        account = work.session.get_one(Account, work.actor.account_id, with_for_update=True)
        proof = proved(work, account, tried.opens(account.password_hash))
        if proof.right:
            _set_password(work, account, new)
        return proof

    @writes(Permission.SIGNED_IN)
    def _choose_pin(self, work: Work, tried: Tried, pin: str) -> Proof:
        account = work.session.get_one(Account, work.actor.account_id, with_for_update=True)
        proof = proved(work, account, tried.opens(account.password_hash))
        if proof.right:
            chosen = AccountPin(
                account_id=account.id, workstation=self._here, pin_hash=pin, chosen_at=work.now
            )
            work.session.merge(chosen)
            work.record("account.pin", "account", account.id, after={"workstation": self._here})
        return proof


def _nobody(work: Work) -> SignIn:
    work.record("account.refused", "account", None)
    return SignIn(None)


def _check_new(old: str, new: str, sign_in: str) -> None:
    rules.check_password("new", new, folded(sign_in))
    if new == old:
        message = Text(N_("This is the password that you have. Choose another."))
        raise InputError("new", "password.same", message)


def _set_password(work: Work, account: Account, new: str) -> None:
    account.password_hash, account.must_change = new, False
    work.record("account.password", "account", account.id)
