"""Accounts, settings and the machinery every write passes: requests, audit, changes."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from deskapp.db.base import Base, Editable, Identified, coded
from deskapp.domain.access import Role


class Account(Editable, Base):
    """Somebody who can sign in. The sign-in name is stored case-folded beside what was typed."""

    __tablename__ = "account"
    sign_in: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    password_hash: Mapped[str]
    pin_hash: Mapped[str | None]
    """Of revision 0001, which knew one workstation; PINs live in `AccountPin` now."""
    active: Mapped[bool] = mapped_column(default=True)
    starts: Mapped[dt.date | None]
    ends: Mapped[dt.date | None]
    """Last day on which the person may sign in."""
    must_change: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The password was given by an administrator: it lets in nowhere but to choosing one's own."""
    failures: Mapped[int] = mapped_column(Integer, default=0)
    blocked_until: Mapped[dt.datetime | None]


class AccountPin(Base):
    """A person's PIN at one workstation, mixed with that workstation's secret: it works there only."""

    __tablename__ = "account_pin"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    workstation: Mapped[str] = mapped_column(primary_key=True)
    pin_hash: Mapped[str]
    chosen_at: Mapped[dt.datetime]


class AccountRole(Base):
    """One role of one account."""

    __tablename__ = "account_role"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(coded(Role), primary_key=True)


class Setting(Base):
    """A stored option; `scope` is the site, or one workstation's or account's name."""

    __tablename__ = "setting"
    scope: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Logo(Base):
    """The hospital's logo as the PNG that was given; one row."""

    __tablename__ = "logo"
    id: Mapped[int] = mapped_column(primary_key=True)
    png: Mapped[bytes]


class Request(Base):
    """A write that was carried out: a retry under the same id gets this result again."""

    __tablename__ = "request"
    id: Mapped[str] = mapped_column(primary_key=True)
    use_case: Mapped[str]
    result: Mapped[bytes]
    at: Mapped[dt.datetime]


class AuditChain(Base):
    """Head of one hash chain: one per desk and per background job."""

    __tablename__ = "audit_chain"
    name: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    head: Mapped[bytes]


class AuditEntry(Identified, Base):
    """One line of a chain. It hashes a salted digest, so that the body can be erased lawfully."""

    __tablename__ = "audit_entry"
    chain: Mapped[str]
    sequence: Mapped[int]
    at: Mapped[dt.datetime]
    actor_id: Mapped[int | None]
    action: Mapped[str]
    topic: Mapped[str]
    record_id: Mapped[int | None]
    digest: Mapped[bytes]
    hash: Mapped[bytes]
    __table_args__ = (
        UniqueConstraint("chain", "sequence"),
        Index("ix_audit_entry_record", "topic", "record_id"),
        Index("ix_audit_entry_at", "at"),
    )


class AuditBody(Base):
    """The erasable part of a line: canonical JSON of before and after, and its salt."""

    __tablename__ = "audit_body"
    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id"), primary_key=True)
    salt: Mapped[bytes]
    body: Mapped[bytes]


class Change(Base):
    """What a write touched, for the other desks. Readers keep a watermark per writer."""

    __tablename__ = "change"
    writer: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    touched: Mapped[str]


class AuditAnchor(Identified, Base):
    """The heads of all chains at one moment, signed by one workstation with a key kept outside the database.

    `heads` is canonical JSON, {chain: [sequence, hash as hex]}; `mac` is over `previous` and all the rest.
    """

    __tablename__ = "audit_anchor"
    workstation: Mapped[str]
    sequence: Mapped[int]
    at: Mapped[dt.datetime]
    kind: Mapped[str]
    heads: Mapped[str]
    previous: Mapped[bytes]
    mac: Mapped[bytes]
    __table_args__ = (UniqueConstraint("workstation", "sequence"),)


class Erasure(Identified, Base):
    """The proof that personal data of one record was erased. Writing it removes the bodies of its audit lines.

    `report` is canonical JSON without personal data: what was erased, how much, and the digests that stay.
    """

    __tablename__ = "erasure"
    code: Mapped[str]
    topic: Mapped[str]
    record_id: Mapped[int]
    at: Mapped[dt.datetime]
    account_id: Mapped[int | None]
    reason: Mapped[str]
    report: Mapped[str]
    __table_args__ = (UniqueConstraint("topic", "record_id"), Index("ix_erasure_code", "code"))


class SchemaNote(Base):
    """What each migration says of itself: the oldest revision whose program can work with these tables."""

    __tablename__ = "schema_note"
    revision: Mapped[str] = mapped_column(primary_key=True)
    works_from: Mapped[str]
    at: Mapped[dt.datetime]
