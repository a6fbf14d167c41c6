"""One try to sign in: counted, answered, written into the trail, and told to the person afterwards."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deskapp.db.models.access import Account, AuditBody, AuditEntry
from deskapp.db.unit_of_work import Work
from deskapp.domain import accounts as rules
from deskapp.domain.access import Actor
from deskapp.domain.accounts import Access, Outcome, Standing
from deskapp.services.access.accounts import access_of, actor_of

SIGNED_IN, WRONG, WAITED, SHUT = "account.sign-in", "account.wrong", "account.blocked", "account.shut"
MOST_TRIES_SHOWN: Final = 100


@dataclass(frozen=True)
class Earlier:
    """What happened with an account before this sign-in: the last one, and how many wrong tries since."""

    at: dt.datetime | None
    desk: str
    wrong: int


@dataclass(frozen=True)
class SignIn:
    """Outcome of a try to sign in: the person; or the seconds until the next try counts; or why not.

    `must_change`: the password is right, but an administrator gave it; the person chooses another first.
    `shut`: the secret is right, but the account lets nobody in; `day` is when it begins or ended.
    """

    actor: Actor | None
    wait_seconds: int = 0
    must_change: bool = False
    shut: Standing | None = None
    day: dt.date | None = None
    earlier: Earlier | None = None


@dataclass(frozen=True)
class Proof:
    """Whether a signed-in person's password was right; if not, the seconds until the next try counts."""

    right: bool
    wait_seconds: int = 0


@dataclass(frozen=True)
class Try:
    """One try to sign in, as its person and administrators see it; `desk` names the workstation."""

    id: int
    at: dt.datetime
    desk: str
    outcome: Outcome


def proved(work: Work, account: Account, right: bool) -> Proof:
    """Count a try; a right one while the account waits is none."""
    wait = rules.seconds_left(account.blocked_until, work.now)
    if wait:
        work.record(WAITED, "account", account.id)
        return Proof(False, wait)
    if not right:
        return Proof(False, _count_failure(work, account))
    account.failures, account.blocked_until = 0, None
    return Proof(True)


def _count_failure(work: Work, account: Account) -> int:
    account.failures += 1
    wait = rules.seconds_to_wait(account.failures)
    if wait:
        account.blocked_until = work.now + dt.timedelta(seconds=wait)
    work.record(WRONG, "account", account.id, after={"failures": account.failures})
    return wait


def closed(work: Work, account: Account, *, changing: bool = False) -> SignIn | None:
    """Return why this account does not let its person in although the secret was right, None where it does.

    A first password that has to be changed is no reason for whoever is `changing` it.
    """
    access = access_of(work.session, account)
    why = rules.shut(access, work.day)
    if why is not None:
        work.record(SHUT, "account", account.id, after={"why": why.value})
        return shut_out(access, why)
    if account.must_change and not changing:
        work.record("account.must-change", "account", account.id)
        return SignIn(None, must_change=True)
    return None


def shut_out(access: Access, why: Standing) -> SignIn:
    """Return the answer to whom the account does not let in, with the day that it has to do with."""
    days = {Standing.NOT_YET: access.starts, Standing.ENDED: access.until}
    return SignIn(None, shut=why, day=days.get(why))


def let_in(work: Work, account: Account, *, by_pin: bool) -> SignIn:
    """Sign the person in."""
    earlier = _earlier(work.session, account.id)
    work.record(SIGNED_IN, "account", account.id, after={"pin": by_pin})
    actor = actor_of(work.session, account, work.actor.desk, by_pin=by_pin)
    return SignIn(actor, earlier=earlier)


def _earlier(session: Session, account_id: int) -> Earlier:
    mine = (AuditEntry.topic == "account", AuditEntry.record_id == account_id)
    asked = select(AuditEntry).where(*mine, AuditEntry.action == SIGNED_IN)
    last = session.scalar(asked.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(1))
    wrong = select(func.count()).where(*mine, AuditEntry.action.in_((WRONG, WAITED)))
    if last is not None:
        wrong = wrong.where(AuditEntry.at > last.at)
    count = session.scalars(wrong).one()
    return Earlier(last.at if last else None, last.chain if last else "", count)


def tries(session: Session, account_id: int) -> list[Try]:
    """Return the last hundred tries to sign in with an account, newest first, from the audit trail."""
    asked = (
        select(AuditEntry.id, AuditEntry.at, AuditEntry.chain, AuditEntry.action, AuditBody.body)
        .outerjoin(AuditBody, AuditBody.entry_id == AuditEntry.id)
        .where(AuditEntry.topic == "account", AuditEntry.record_id == account_id)
        .where(AuditEntry.action.in_((SIGNED_IN, WRONG, WAITED, SHUT)))
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(MOST_TRIES_SHOWN)
    )
    return [Try(row.id, row.at, row.chain, _outcome(row.action, row.body)) for row in session.execute(asked)]


def _outcome(action: str, body: bytes | None) -> Outcome:
    if action != SIGNED_IN:
        return {WRONG: Outcome.WRONG, WAITED: Outcome.WAITED, SHUT: Outcome.SHUT}[action]
    # The body may have been erased by law; that somebody signed in stays.
    by_pin = body is not None and msgspec.json.decode(body)["after"]["pin"]
    return Outcome.PIN if by_pin else Outcome.PASSWORD
